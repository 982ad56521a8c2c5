//! Matches and markets: what is on offer, what is stopped, and what the result is.

use std::collections::BTreeSet;

use clutch_core::command::{CreateMatch, MarketKind, RoundFormat, Scope, SuspendReason, Title};
use clutch_core::event::{Event, MarketStatus, MatchPhase, SettlementStatus};
use clutch_core::market::MarketResult;
use clutch_core::settlement::lanes::Aside;
use clutch_core::units::MarketId;
use clutch_core::{Record, Reject};

use super::contradicted::Weighed;
use super::incidents::Ruled;
use super::results::selections;
use super::score::Series;
use super::sources::Source;
use super::{Match, Twin, compare, is_for_a_person};

/// A market, with what the engine's events said of its prices.
#[derive(Debug)]
pub(super) struct Market {
    pub match_index: usize,
    pub kind: MarketKind,
    /// How long bets on it wait in play, if not as on its match.
    pub delay: Option<u64>,
    /// Reasons of its own.
    pub stops: BTreeSet<u8>,
    /// The result as last noticed, and when it came.
    pub result: MarketResult,
    /// What a person said it is.
    pub graded: Option<MarketResult>,
    /// What the house rules made of it.
    pub by_rules: Option<Ruled>,
    /// How that compares with the score.
    pub weighed: Weighed,
    /// How often it has changed.
    pub version: u32,
    pub decided_at: u64,
    /// When what decided it happened, by its source's clock; zero if no source said so.
    pub happened_at: u64,
    pub awaits_retirement: bool,
    /// A fact: whether the engine has set its settlement aside.
    pub is_aside: bool,
    pub retired: bool,
    /// The status as last noticed; closing moves the epoch.
    pub status: Option<MarketStatus>,
    /// Whether the epoch must have moved with this command.
    pub epoch_must_move: bool,
    /// Whether it opened by itself with this command, with no score to explain its prices.
    pub opens_unasked: bool,
    /// How often it moved with this command before bets that wait were decided.
    pub moved_early: u32,
    /// Facts.
    pub epoch: u32,
    pub odds: Vec<Option<u32>>,
    pub fair: Vec<u32>,
    /// The fair probabilities while it was last open; empty if it never was.
    pub safe: Vec<u32>,
    /// What the model says, before any override.
    pub model: Vec<u32>,
    /// The command that closed it last.
    pub closed_at: u64,
    /// The command that moved the score last, as far as it is on it.
    pub moved_at: u64,
    /// The commands that changed a price, with their times.
    pub changes: Vec<(u64, u64)>,
}

impl Twin {
    pub(super) fn create_match(&mut self, create: &CreateMatch) -> Result<(), Reject> {
        let has_format = match create.title {
            Title::CounterStrike => create.rounds != RoundFormat::NoRounds,
            Title::Valorant => create.rounds == RoundFormat::Mr12,
            Title::Lol | Title::Dota2 => create.rounds == RoundFormat::NoRounds,
        };
        if ![1, 2, 3, 5].contains(&create.best_of) || !has_format {
            return Err(Reject::InvalidParameter);
        }
        let has_key = |index: &usize| self.matches[*index].key == create.key;
        let mut there = (0..self.matches.len()).filter(|index| !self.lives.matches.is_gone(*index));
        if there.any(|index| has_key(&index)) {
            return Err(Reject::MatchExists);
        }
        if self.has_all_matches() {
            return Err(Reject::CapacityReached);
        }
        let rules = self.rules_for(create.title);
        self.matches.push(Match {
            key: create.key,
            title: create.title,
            series: Series::new(create.title, create.rounds, create.best_of, rules.overtime),
            round_markets: create.round_markets,
            stops: BTreeSet::new(),
            // The planned start, if there is one, is the first that should be heard.
            starts_at: create.starts_at.nanos(),
            tier: 0,
            agreed_tier: 0,
            delay: None,
            last_heard: (create.starts_at.nanos() != 0).then_some(create.starts_at.nanos()),
            undone: Vec::new(),
            sources: std::array::from_fn(|_| Source::default()),
            first: None,
            behind_since: None,
            rules,
            incidents: Vec::new(),
            void_at: None,
            replays: None,
            fitted: 0,
            needs_person: false,
        });
        Ok(())
    }

    pub(super) fn open_market(&mut self, index: u32, kind: MarketKind) -> Result<(), Reject> {
        let index = index as usize;
        let series = &self.matches.get(index).ok_or(Reject::UnknownMatch)?.series;
        let selections = selections(kind, series).ok_or(Reject::InvalidParameter)?;
        if self.markets.iter().any(|market| market.match_index == index && market.kind == kind) {
            return Err(Reject::MarketExists);
        }
        let is_awarded = kind.map().is_some_and(|map| series.is_awarded(map.into()));
        if series.phase() == MatchPhase::Over || is_awarded {
            return Err(Reject::MarketDecided);
        }
        if self.has_all_markets(selections) {
            return Err(Reject::CapacityReached);
        }
        self.markets.push(Market {
            match_index: index,
            kind,
            delay: None,
            stops: BTreeSet::new(),
            result: MarketResult::Undecided,
            decided_at: 0,
            happened_at: 0,
            awaits_retirement: false,
            is_aside: false,
            retired: false,
            graded: None,
            by_rules: None,
            weighed: Weighed::default(),
            version: 0,
            status: None,
            epoch_must_move: true,
            opens_unasked: false,
            moved_early: 0,
            epoch: 0,
            odds: vec![None; selections],
            fair: vec![0; selections],
            safe: Vec::new(),
            model: vec![0; selections],
            closed_at: 0,
            moved_at: 0,
            changes: Vec::new(),
        });
        Ok(())
    }

    pub(super) fn suspend(&mut self, scope: Scope, reason: SuspendReason) -> Result<(), Reject> {
        let reason = reason as u8;
        if !is_for_a_person(reason) {
            return Err(Reject::InvalidParameter);
        }
        self.stops_of(scope)?.insert(reason);
        if let Scope::Match(id) = scope {
            self.matches[id.0 as usize].needs_person = true;
        }
        Ok(())
    }

    pub(super) fn resume(&mut self, scope: Scope) -> Result<(), Reject> {
        self.a_person_looks = true;
        self.stops_of(scope)?.retain(|reason| !is_for_a_person(*reason));
        if let Scope::Match(id) = scope {
            self.decide_for_the_truth(id.0 as usize);
        }
        Ok(())
    }

    fn stops_of(&mut self, scope: Scope) -> Result<&mut BTreeSet<u8>, Reject> {
        match scope {
            Scope::All => Ok(&mut self.stops),
            Scope::Match(id) => {
                let found = self.matches.get_mut(id.0 as usize).ok_or(Reject::UnknownMatch)?;
                Ok(&mut found.stops)
            }
            Scope::Market(id) => {
                let found = self.markets.get_mut(id.0 as usize).ok_or(Reject::UnknownMarket)?;
                Ok(&mut found.stops)
            }
        }
    }

    pub(super) fn open_coming_round(&mut self, index: usize) {
        let fixture = &self.matches[index];
        let series = &fixture.series;
        if !fixture.round_markets || series.phase() != MatchPhase::Live {
            return;
        }
        let round = series.maps[series.current - 1].rounds.len() + 1;
        let kind = MarketKind::RoundWinner { map: series.current as u8, round: round as u8 };
        // It may exist already or not fit; both are fine.
        let _ = self.open_market(index as u32, kind);
    }

    pub(super) fn score_moves(&mut self, index: usize, map: usize) {
        let seq = self.seq;
        for market in self.markets.iter_mut().filter(|market| market.match_index == index) {
            if market.kind.map().is_none_or(|on| usize::from(on) == map) {
                market.moved_at = seq;
            }
        }
    }

    /// Everything on a map that moved, and on the series as a whole, but what was decided before and
    /// stays so.
    pub(super) fn epochs_move(&mut self, index: usize, map: usize) {
        for id in 0..self.markets.len() {
            let result = self.result(id);
            let market = &mut self.markets[id];
            let on = market.kind.map().map(usize::from);
            let affected = market.match_index == index && (on.is_none() || on == Some(map));
            let stays_decided = result != MarketResult::Undecided && result == market.result;
            if affected && !market.retired && !stays_decided {
                market.epoch_must_move = true;
            }
        }
    }

    /// Notes which markets are no longer open: their epochs must move.
    pub(super) fn notice_closing(&mut self) {
        for id in 0..self.markets.len() {
            self.check_safety(id);
            let status = self.status(id);
            let market = &mut self.markets[id];
            if market.status == Some(MarketStatus::Open) && status != MarketStatus::Open {
                market.epoch_must_move = true;
                market.closed_at = self.seq;
            }
            market.status = Some(status);
        }
    }

    /// Stops a market that would open again by itself at a price far from the one last offered, unless
    /// the score has moved since.
    fn check_safety(&mut self, id: usize) {
        let market = &self.markets[id];
        let opens =
            self.status(id) == MarketStatus::Open && market.status != Some(MarketStatus::Open);
        let explained = market.moved_at >= market.closed_at;
        self.markets[id].opens_unasked |= opens && !explained && !self.a_person_looks;
        self.stop_if_far(id);
    }

    /// A market that opened by itself with this command stays shut if its prices are far; what they are is known for
    /// certain only at the command's end.
    pub(super) fn stop_if_far(&mut self, id: usize) {
        let market = &mut self.markets[id];
        let far = compare::leaves_band(&self.config, &market.safe, &market.fair);
        if market.opens_unasked && far {
            market.stops.insert(SuspendReason::PriceBand as u8);
        }
    }

    /// Remembers the prices of what is open.
    pub(super) fn keep_safe(&mut self) {
        for id in 0..self.markets.len() {
            self.markets[id].opens_unasked = false;
            if self.status(id) == MarketStatus::Open {
                self.markets[id].safe = self.markets[id].fair.clone();
            }
        }
    }

    /// Notes results that changed: retirement counts from there. Of those that change with one command, the first whose
    /// status is told is the first to retire.
    pub(super) fn notice_results(&mut self, records: &[Record]) {
        let heard_of = self.heard_of;
        let news =
            |id: &usize| !self.markets[*id].retired && self.markets[*id].result != self.result(*id);
        let mut changed: Vec<usize> = (0..self.markets.len()).filter(news).collect();
        changed.sort_by_key(|id| {
            let of = MarketId(*id as u32);
            let tells = |record: &Record| matches!(record.event, Event::Market { market, .. } if market == of);
            (records.iter().position(tells).unwrap_or(usize::MAX), *id)
        });
        for id in changed {
            let result = self.result(id);
            let market = &mut self.markets[id];
            market.result = result;
            market.version += 1;
            market.decided_at = self.now;
            // A feed changes what the score decides and nothing else.
            let by_score = market.graded.is_none() && market.by_rules.is_none();
            if result == MarketResult::Undecided {
                market.happened_at = 0;
            } else if by_score && heard_of != 0 {
                market.happened_at = heard_of;
            }
            if !market.is_aside {
                self.await_retirement(id);
            }
        }
    }

    /// Whether it follows a score in dispute: then it is not settled.
    pub(super) fn is_disputed(&self, id: usize) -> bool {
        let market = &self.markets[id];
        let by_score = market.graded.is_none() && market.by_rules.is_none() && !market.retired;
        by_score && self.matches[market.match_index].is_disputed()
    }

    /// Whether it has a result by that score.
    pub(super) fn is_decided_in_dispute(&self, id: usize) -> bool {
        self.is_disputed(id) && self.result(id) != MarketResult::Undecided
    }

    fn await_retirement(&mut self, id: usize) {
        let market = &mut self.markets[id];
        if market.result != MarketResult::Undecided && !market.awaits_retirement {
            market.awaits_retirement = true;
            self.decided.push_back(id as u32);
        }
    }

    /// Which markets' bets wait, and which no longer do: only from then on does their time run.
    pub(super) fn learn_settlement(&mut self, id: usize, status: SettlementStatus) {
        let market = &mut self.markets[id];
        match status {
            SettlementStatus::Done => {}
            SettlementStatus::Aside(why) => {
                market.is_aside = true;
                let is_right = match why {
                    Aside::Paused => true,
                    Aside::Disputed => self.is_disputed(id),
                    Aside::BadBet(_) | Aside::BooksDiffer | Aside::Unconfirmed => false,
                };
                assert!(is_right, "the settlement of market {id} is set aside: {why:?}");
            }
            SettlementStatus::GoesOn => {
                (market.is_aside, market.decided_at) = (false, self.now);
                self.await_retirement(id);
            }
        }
    }

    /// A market's status, from the score and every reason that stops it.
    pub(super) fn status(&self, id: usize) -> MarketStatus {
        let market = &self.markets[id];
        match self.result(id) {
            MarketResult::Won(winner) => return MarketStatus::Decided { winner },
            MarketResult::NotPlayed | MarketResult::DeclaredVoid | MarketResult::VoidByRules => {
                return MarketStatus::Void;
            }
            MarketResult::Graded(_) => return MarketStatus::Graded,
            MarketResult::Undecided => {}
        }
        let fixture = &self.matches[market.match_index];
        let unpriced = (!self.has_strengths(id)).then_some(SuspendReason::Unpriced as u8);
        let is_live = match market.kind {
            MarketKind::RoundWinner { map, round } => {
                fixture.series.live == Some((map.into(), round.into()))
            }
            MarketKind::PistolRound { map, half } => {
                let round = (usize::from(half) - 1) * fixture.series.half() + 1;
                fixture.series.live == Some((map.into(), round))
            }
            _ => false,
        };
        let live = is_live.then_some(SuspendReason::RoundLive as u8);
        let word = self.is_stopped_by_override(id).then_some(SuspendReason::Override as u8);
        let own = unpriced.iter().chain(&live).chain(&word);
        let stops = market.stops.iter().chain(&fixture.stops).chain(&self.stops).chain(own);
        let gravest = stops.map(|stop| reason(*stop)).min_by_key(|reason| gravity(*reason));
        gravest.map_or(MarketStatus::Open, MarketStatus::Suspended)
    }

    /// Whether everything is known that its price needs.
    fn has_strengths(&self, id: usize) -> bool {
        let market = &self.markets[id];
        let series = &self.matches[market.match_index].series;
        let is_known = |map: usize| series.maps[map - 1].has_strengths;
        match market.kind.map() {
            Some(map) => is_known(usize::from(map)),
            None => {
                (1..=series.maps.len()).all(|map| series.map_winner(map).is_some() || is_known(map))
            }
        }
    }
}

fn reason(bit: u8) -> SuspendReason {
    [
        SuspendReason::Trader,
        SuspendReason::FeedStale,
        SuspendReason::FeedHeld,
        SuspendReason::ImpossibleState,
        SuspendReason::BranchCheck,
        SuspendReason::PriceBand,
        SuspendReason::Unpriced,
        SuspendReason::RoundLive,
        SuspendReason::PriceInvalid,
        SuspendReason::FeedsDisagree,
        SuspendReason::FeedGap,
        SuspendReason::FeedLag,
        SuspendReason::Override,
        SuspendReason::FeedsApart,
    ][usize::from(bit)]
}

/// Which of two reasons is named: that with the smaller number.
fn gravity(reason: SuspendReason) -> u8 {
    match reason {
        SuspendReason::Trader => 0,
        SuspendReason::FeedStale => 1,
        SuspendReason::FeedHeld => 2,
        SuspendReason::ImpossibleState => 3,
        SuspendReason::FeedsDisagree => 4,
        SuspendReason::FeedsApart => 5,
        SuspendReason::FeedGap => 6,
        SuspendReason::FeedLag => 7,
        SuspendReason::BranchCheck => 8,
        SuspendReason::PriceInvalid => 9,
        SuspendReason::PriceBand => 10,
        SuspendReason::Override => 11,
        SuspendReason::Unpriced => 12,
        SuspendReason::RoundLive => 13,
    }
}
