//! Carrying out what an incident means: markets that the house rules decide, maps that are awarded,
//! bets that were struck too late.
//!
//! What the rules say of a market is kept beside its score, as a person's grade is, and says which
//! incident it comes from: taking back the last incident takes back exactly what followed from it. A
//! market opened later was offered in the knowledge of what happened, so only the score decides it.

use alloc::vec::Vec;

use super::decide::{Ruling, rule, voids_late_bets};
use super::rules::{HouseRules, Replayed};
use crate::codec::wire_struct;
use crate::command::{Actor, Incident};
use crate::event::{Event, IncidentStatus, IncidentView, MatchPhase, PriceCause, VoidReason};
use crate::market::{Market, MarketResult, Requote};
use crate::proposals::Wish;
use crate::reject::{Refusal, Reject};
use crate::state::{Step, Tables};
use crate::title::{Fixture, Series, Undone, UndoneScope, VOIDED_MAX};
use crate::units::{MarketId, MatchId, Money, Seq, Timestamp};

/// In place of an incident: nothing takes this back.
const FOR_EVER: u8 = u8::MAX;

/// Most incidents of one match.
pub const INCIDENTS_MAX: usize = 16;

/// An incident that was reported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reported {
    /// What happened.
    pub incident: Incident,
    /// The command that said so.
    pub at: Seq,
    /// Maps at most before it.
    pub best_of: u8,
    /// When the match had to begin before it, if that was limited.
    pub void_at: Timestamp,
    /// Its planned start before it.
    pub starts_at: Timestamp,
}
wire_struct!(Reported { incident, at, best_of, void_at, starts_at });

/// What the house rules made of a market.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ruled {
    /// Its result.
    pub result: MarketResult,
    /// Which of the match's incidents led to it.
    pub incident: u8,
}
wire_struct!(Ruled { result, incident });

impl Step<'_> {
    /// Takes note of an incident and does what the house rules say.
    pub(crate) fn report(&mut self, match_id: MatchId, incident: Incident) -> Result<(), Refusal> {
        self.may_report(match_id)?;
        let fixture = self.tables.fixture(match_id).ok_or(Reject::UnknownMatch)?;
        fixture.check(incident, self.seq)?;
        let rules = self.tables.rule_book.rules(fixture.house_rules);
        let index = fixture.incidents.len() as u8;
        let reported = Reported {
            incident,
            at: self.seq,
            best_of: fixture.series.best_of(),
            void_at: fixture.void_at,
            starts_at: fixture.starts_at,
        };
        let after = fixture.after(incident, self.seq, rules.postponed.most_ns(), self.now);
        let undone = fixture.undone_by(incident, &rules, self.seq);
        // Bets are void by two persons only, however they come to be.
        let mut takes_two = undone.is_some() && matches!(self.actor, Actor::Operator(_));
        // No score stands behind what it decides, so it may pay as much as a grade by one person's word.
        let mut pays = Money::ZERO;
        // Incidents are rare, and few markets are decided by one.
        let mut rulings = Vec::new();
        for &market in &fixture.markets {
            let row = self.tables.markets.market(market);
            if row.retired || row.by_rules.is_some() {
                continue;
            }
            let was = (row.kind.market_type().result)(row.kind, &fixture.series);
            let ruled = match rule(&rules, incident, row.kind, was, &fixture.series) {
                Ruling::Stands => None,
                Ruling::Void => Some(MarketResult::VoidByRules),
                Ruling::Settled(result) => Some(result),
            };
            rulings.extend(ruled.map(|result| (market, result)));
            // What the rules leave alone is what the score says of it afterwards.
            let Some(result) = ruled.or_else(|| after.result_of(row)) else { continue };
            if row.result != MarketResult::Undecided {
                takes_two |= row.result != result;
            } else if result != MarketResult::Undecided {
                pays += self.pays_at_most(row, Some(result));
            }
        }
        if takes_two && !self.is_approved() || !self.may_pay_by_word(pays) {
            return self.propose(Wish::Incident { match_id, incident });
        }
        for (market, result) in rulings {
            let ruled = Ruled { result, incident: index };
            self.tables.markets.market_mut(market).by_rules = Some(ruled);
        }
        let (seq, now) = (self.seq, self.now);
        let fixture = &mut self.tables.fixtures[match_id];
        fixture.incidents.push(reported);
        fixture.series.undergo(incident, seq);
        fixture.undone.extend(undone);
        match incident {
            Incident::Postponed { to } => fixture.put_off(to, rules.postponed.most_ns(), now),
            Incident::Replayed { map } => {
                fixture.replays = Some(map).filter(|_| fixture.series.has_a_score(map));
            }
            Incident::Walkover { .. }
            | Incident::Forfeit { .. }
            | Incident::FormatChanged { .. }
            | Incident::StartedEarly { .. }
            | Incident::ShortHanded { .. }
            | Incident::StandIns { .. } => {}
        }
        self.say_incident(match_id, index, incident, IncidentStatus::Reported);
        self.void_what_no_longer_fits(match_id, index);
        self.incident_spreads(match_id, incident);
        Ok(())
    }

    /// A market whose selections are not those of the match's format any more cannot be decided.
    fn void_what_no_longer_fits(&mut self, match_id: MatchId, incident: u8) {
        let Tables { fixtures, markets, .. } = &mut *self.tables;
        let fixture = &fixtures[match_id];
        for market in &fixture.markets {
            let row = markets.market_mut(*market);
            let now_has = (row.kind.market_type().selections)(row.kind, &fixture.series);
            if !row.retired && row.by_rules.is_none() && now_has != Some(row.selections()) {
                row.by_rules = Some(Ruled { result: MarketResult::VoidByRules, incident });
            }
        }
    }

    /// Takes back the last incident of a match, with all that followed from it.
    pub(crate) fn take_back_incident(&mut self, match_id: MatchId) -> Result<(), Refusal> {
        self.may_report(match_id)?;
        let fixture = self.tables.fixture_mut(match_id)?;
        let Some(&last) = fixture.incidents.last() else {
            return Err(Reject::UnknownIncident.into());
        };
        let Reported { incident, at, best_of: _, void_at, starts_at } = last;
        let last_index = (fixture.incidents.len() - 1) as u8;
        let voids_late = fixture.undone.iter().any(|undone| undone.to == at);
        let markets = &self.tables.markets;
        let ruled = |market: &MarketId| {
            let ruled = markets.market(*market).by_rules;
            ruled.is_some_and(|ruled| ruled.incident == last_index)
        };
        let fixture = &self.tables.fixtures[match_id];
        let before = fixture.before(&last);
        let undoes = |market: &MarketId| {
            let row = markets.market(*market);
            let result = before.as_ref().and_then(|before| before.result_of(row));
            row.result != MarketResult::Undecided && result.is_some_and(|it| it != row.result)
        };
        let moves_money =
            voids_late || fixture.markets.iter().any(|market| ruled(market) || undoes(market));
        if !self.is_approved() && moves_money {
            return self.propose(Wish::TakeBackIncident { match_id });
        }
        let fixture = &mut self.tables.fixtures[match_id];
        if !fixture.series.undo(&last) {
            // The match has gone on since.
            return Err(Reject::IncidentImpossible.into());
        }
        fixture.incidents.pop();
        fixture.undone.retain(|undone| undone.to != at || undone.reason == VoidReason::Rewound);
        (fixture.void_at, fixture.starts_at) = (void_at, starts_at);
        let index = fixture.incidents.len() as u8;
        for place in 0..fixture.markets.len() {
            let market = self.tables.fixtures[match_id].markets[place];
            let row = self.tables.markets.market_mut(market);
            if !row.retired && row.by_rules.is_some_and(|ruled| ruled.incident == index) {
                row.by_rules = None;
            }
        }
        // Opened meanwhile, on a format that the match no longer has.
        self.void_what_no_longer_fits(match_id, FOR_EVER);
        self.say_incident(match_id, index, incident, IncidentStatus::TakenBack);
        self.incident_spreads(match_id, incident);
        Ok(())
    }

    fn say_incident(
        &mut self,
        match_id: MatchId,
        index: u8,
        incident: Incident,
        status: IncidentStatus,
    ) {
        let best_of = self.tables.fixtures[match_id].series.best_of();
        let view = IncidentView { match_id, index, incident, status, best_of };
        self.outbox.push(Event::Incident(view));
    }

    /// Lets what was decided reach results, prices and bets.
    fn incident_spreads(&mut self, match_id: MatchId, incident: Incident) {
        let fixture = &self.tables.fixtures[match_id];
        let moved = match incident {
            Incident::Walkover { map, .. } | Incident::Forfeit { map, .. } => Some(map),
            // Every market on the match as a whole has another price.
            Incident::FormatChanged { .. } => Some(fixture.series.current().max(1)),
            Incident::Postponed { .. }
            | Incident::Replayed { .. }
            | Incident::StartedEarly { .. }
            | Incident::ShortHanded { .. }
            | Incident::StandIns { .. } => None,
        };
        self.tables.house_check_at = Timestamp::default();
        self.tables.refresh_exposure(match_id);
        // In play a feed may be silent for a shorter time than in a break, and a source that could not follow may now.
        self.tables.feed_check_at = self.now;
        let fixture = &self.tables.fixtures[match_id];
        fixture.announce_score(match_id, self.outbox);
        let markets = fixture.markets.len();
        if let Some(map) = moved {
            self.requote(match_id, Requote::Score { map, winner: None });
        }
        for place in 0..markets {
            let market = self.tables.fixtures[match_id].markets[place];
            let row = self.tables.markets.market(market);
            if row.retired {
                continue;
            }
            let before = row.result;
            self.resolve(market);
            if self.tables.markets.market(market).result != before {
                self.requote_market(market, PriceCause::RolledBack, true);
                self.announce_status(market, false);
            }
        }
        // A map that was given away is one that a source may know otherwise.
        self.reconcile(match_id);
        self.settle_all_of(match_id);
        for place in 0..markets {
            // What the house rules decide does not hang on a disputed score.
            self.settle_if_undisputed(self.tables.fixtures[match_id].markets[place]);
        }
        self.notice_end(match_id);
    }

    /// Voids what was put off for too long.
    pub(crate) fn check_postponed(&mut self) {
        if self.now < self.tables.house_check_at {
            return;
        }
        let mut next = Timestamp::MAX;
        for slot in 0..self.tables.fixtures.slots() {
            let Some(match_id) = self.tables.fixtures.in_slot(slot) else { continue };
            let fixture = &mut self.tables.fixtures[match_id];
            let due = fixture.void_at;
            if due == Timestamp::MAX {
                continue;
            }
            if fixture.series.current() != 0 {
                // It began in time.
                fixture.void_at = Timestamp::MAX;
            } else if due <= self.now {
                fixture.void_at = Timestamp::MAX;
                self.void_postponed(match_id);
            } else {
                next = next.min(due);
            }
        }
        self.tables.house_check_at = next;
    }

    /// Every market of a match that did not begin in time is void.
    fn void_postponed(&mut self, match_id: MatchId) {
        let fixture = &self.tables.fixtures[match_id];
        let last = |reported: &Reported| matches!(reported.incident, Incident::Postponed { .. });
        let incident = fixture.incidents.iter().rposition(last).unwrap_or_default() as u8;
        for place in 0..fixture.markets.len() {
            let market = self.tables.fixtures[match_id].markets[place];
            let row = self.tables.markets.market_mut(market);
            if row.retired || row.by_rules.is_some() {
                continue;
            }
            row.by_rules = Some(Ruled { result: MarketResult::VoidByRules, incident });
            self.resolve(market);
            self.announce_status(market, false);
        }
        self.notice_end(match_id);
    }

    /// Incidents come from staff, or from the source that the match follows.
    fn may_report(&self, match_id: MatchId) -> Result<(), Refusal> {
        let fixture = self.tables.fixture(match_id).ok_or(Reject::UnknownMatch)?;
        match self.actor {
            Actor::Operator(_) => Ok(()),
            Actor::Feed(source) if fixture.feed.is_primary(source) => Ok(()),
            Actor::Engine | Actor::Account { .. } | Actor::Feed(_) => {
                Err(Reject::OperatorOnly.into())
            }
        }
    }
}

impl Fixture {
    /// Whether this can have happened to the match as it stands.
    fn check(&self, incident: Incident, now: Seq) -> Result<(), Refusal> {
        let series = &self.series;
        for (is_full, max) in [
            (self.incidents.len() == INCIDENTS_MAX, INCIDENTS_MAX as i64),
            (self.voids_are_full(), VOIDED_MAX as i64),
        ] {
            if is_full {
                return Err(Refusal::with(Reject::CapacityReached, max, max));
            }
        }
        let phase = series.phase();
        let next = match phase {
            MatchPhase::Scheduled => 1,
            MatchPhase::Break => series.current() + 1,
            MatchPhase::Live | MatchPhase::Over => 0,
        };
        let live = if phase == MatchPhase::Live { series.current() } else { 0 };
        let only = |expected: u8, map: u8| {
            if expected != 0 && expected == map {
                return Ok(());
            }
            let (expected, map) = (i64::from(expected), i64::from(map));
            Err(Refusal::with(Reject::IncidentImpossible, expected, map))
        };
        match incident {
            Incident::Walkover { map, .. } => only(next, map),
            Incident::Forfeit { map, .. } | Incident::Replayed { map } => only(live, map),
            Incident::ShortHanded { map } => {
                if live == map {
                    only(live, map)
                } else {
                    only(next, map)
                }
            }
            Incident::FormatChanged { best_of } => {
                let goes_on = phase != MatchPhase::Over;
                if goes_on && best_of != series.best_of() && series.fits_format(best_of) {
                    return Ok(());
                }
                let (is, asked) = (i64::from(series.best_of()), i64::from(best_of));
                Err(Refusal::with(Reject::IncidentImpossible, is, asked))
            }
            Incident::Postponed { .. } => only(next, 1),
            Incident::StartedEarly { from } if now <= from => {
                let (now, from) = (now.0 as i64, from.0 as i64);
                Err(Refusal::with(Reject::IncidentImpossible, now, from))
            }
            Incident::StartedEarly { .. } => Ok(()),
            Incident::StandIns { officials, .. } if 5 < officials => {
                Err(Refusal::with(Reject::InvalidParameter, 5, i64::from(officials)))
            }
            Incident::StandIns { .. } => Ok(()),
        }
    }

    /// Notes a new start. The match has to begin within `most_ns` of the first one planned.
    fn put_off(&mut self, to: Option<Timestamp>, most_ns: u64, now: Timestamp) {
        self.void_at = self.void_if_put_off(to, most_ns, now);
        let Some(to) = to else { return };
        self.starts_at = to;
        self.feed.last_heard = self.feed.last_heard.max(to);
    }

    /// When it would be void if it were put off; now, if nobody need wait to know that it is too late.
    fn void_if_put_off(&self, to: Option<Timestamp>, most_ns: u64, now: Timestamp) -> Timestamp {
        let planned = if self.starts_at == Timestamp::default() { now } else { self.starts_at };
        let void_at = self.void_at.min(planned.plus(most_ns));
        if to.is_some_and(|to| void_at < to) { now } else { void_at }
    }

    /// Which bets an incident leaves void for having come too late.
    fn undone_by(&self, incident: Incident, rules: &HouseRules, to: Seq) -> Option<Undone> {
        let (from, scope) = match incident {
            Incident::StartedEarly { from } if voids_late_bets(rules) => (from, UndoneScope::Match),
            Incident::Replayed { map } if rules.replayed == Replayed::PreMatchStand => {
                (self.series.began_at(map), UndoneScope::Map(map))
            }
            _ => return None,
        };
        Some(Undone { from, to, reason: VoidReason::TakenLate, scope })
    }

    /// How the match stands after an incident that can have happened.
    fn after(&self, incident: Incident, seq: Seq, most_ns: u64, now: Timestamp) -> WouldBe {
        let mut series = self.series.clone();
        series.undergo(incident, seq);
        let is_void = match incident {
            Incident::Postponed { to } => self.void_if_put_off(to, most_ns, now) <= now,
            _ => false,
        };
        WouldBe { series, is_void }
    }

    /// How the match stands without its last incident; `None` where it has gone on since.
    fn before(&self, last: &Reported) -> Option<WouldBe> {
        let mut series = self.series.clone();
        series.undo(last).then_some(WouldBe { series, is_void: false })
    }
}

impl Series {
    /// What an incident does to the score.
    fn undergo(&mut self, incident: Incident, seq: Seq) {
        match incident {
            Incident::Walkover { map, to, .. } => self.award(map, to, seq),
            Incident::Forfeit { map, by } => self.award(map, by.other(), seq),
            Incident::FormatChanged { best_of } => self.change_format(best_of),
            Incident::Postponed { .. }
            | Incident::Replayed { .. }
            | Incident::StartedEarly { .. }
            | Incident::ShortHanded { .. }
            | Incident::StandIns { .. } => {}
        }
    }

    /// Takes that back. Returns whether nothing has come after it.
    fn undo(&mut self, last: &Reported) -> bool {
        match last.incident {
            Incident::Walkover { map, .. } | Incident::Forfeit { map, .. } => {
                self.take_back_award(map)
            }
            Incident::FormatChanged { .. } => {
                let fits = self.fits_format(last.best_of);
                if fits {
                    self.change_format(last.best_of);
                }
                fits
            }
            Incident::Postponed { .. }
            | Incident::Replayed { .. }
            | Incident::StartedEarly { .. }
            | Incident::ShortHanded { .. }
            | Incident::StandIns { .. } => true,
        }
    }
}

/// A match as it would be.
struct WouldBe {
    series: Series,
    /// Whether every market without a result is void.
    is_void: bool,
}

impl WouldBe {
    /// What a market's result would be; `None` if it does not hang on the score.
    fn result_of(&self, row: &Market) -> Option<MarketResult> {
        if row.retired || row.graded.is_some() || row.by_rules.is_some() {
            return None;
        }
        let market_type = row.kind.market_type();
        let fits = (market_type.selections)(row.kind, &self.series) == Some(row.selections());
        Some(if !fits || self.is_void && row.result == MarketResult::Undecided {
            MarketResult::VoidByRules
        } else {
            (market_type.result)(row.kind, &self.series)
        })
    }
}
