//! House rules a second time: what an incident makes of each market, case by case.

use clutch_core::Reject;
use clutch_core::command::{Command, Incident, Line, MarketKind, Team, Title};
use clutch_core::event::{MatchPhase, VoidReason};
use clutch_core::house_rules::HouseRules;
use clutch_core::house_rules::rules::{
    Forfeit, FormatChanged, Replayed, ShortHanded, StartedEarly, Walkover,
};
use clutch_core::market::MarketResult;
use clutch_core::units::{MatchId, Name, SelectionIndex};

use super::Twin;
use super::proposals::{Credit, NOBODY};
use super::score::Series;

/// What became of a market by an incident: its result, and which of the match's incidents.
pub(super) type Ruled = (MarketResult, usize);

/// Bets between two commands that are void: from, to, why, and which.
pub(super) type Undone = (u64, u64, VoidReason, On);

/// On all of a match, on one map and the match as a whole, or on one market.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct On {
    pub map: Option<u8>,
    pub market: Option<usize>,
}

/// An incident with the command that said it, and what it replaced.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reported {
    pub incident: Incident,
    at: u64,
    best_of: usize,
    void_at: Option<u64>,
    starts_at: u64,
}

const VOID: MarketResult = MarketResult::VoidByRules;

impl Twin {
    pub(super) fn adopt(
        &mut self,
        title: Title,
        name: Name,
        rules: HouseRules,
    ) -> Result<(), Reject> {
        let newest = self.rule_sets.iter().rev().find(|(of, ..)| *of == title);
        if newest == Some(&(title, name, rules)) {
            return Err(Reject::HouseRulesUnchanged);
        }
        if self.rule_sets.len() == 256 {
            return Err(Reject::CapacityReached);
        }
        self.rule_sets.push((title, name, rules));
        Ok(())
    }

    pub(super) fn rules_for(&self, title: Title) -> HouseRules {
        let newest = self.rule_sets.iter().rev().find(|(of, ..)| *of == title);
        newest.map_or(HouseRules::default(), |(.., rules)| *rules)
    }

    pub(super) fn report(&mut self, index: usize, incident: Incident) -> Result<(), Reject> {
        let (seq, now) = (self.seq, self.now);
        let fixture = self.matches.get(index).ok_or(Reject::UnknownMatch)?;
        if fixture.incidents.len() == 16 || fixture.voids_are_full() {
            return Err(Reject::CapacityReached);
        }
        let series = &fixture.series;
        let next = match series.phase() {
            MatchPhase::Scheduled => Some(1),
            MatchPhase::Break => Some(series.current + 1),
            MatchPhase::Live | MatchPhase::Over => None,
        };
        let live = (series.phase() == MatchPhase::Live).then_some(series.current);
        let possible = match incident {
            Incident::Walkover { map, .. } => next == Some(map.into()),
            Incident::Forfeit { map, .. } | Incident::Replayed { map } => live == Some(map.into()),
            Incident::ShortHanded { map } => [next, live].contains(&Some(map.into())),
            Incident::FormatChanged { best_of } => {
                let goes_on = series.phase() != MatchPhase::Over;
                let is_new = usize::from(best_of) != series.maps.len();
                goes_on && is_new && series.fits_format(best_of.into())
            }
            Incident::Postponed { .. } => next == Some(1),
            Incident::StartedEarly { from } => from.0 < seq,
            Incident::StandIns { officials, .. } if officials > 5 => {
                return Err(Reject::InvalidParameter);
            }
            Incident::StandIns { .. } => true,
        };
        if !possible {
            return Err(Reject::IncidentImpossible);
        }
        let nth = fixture.incidents.len();
        let ruled: Vec<(usize, MarketResult)> = (0..self.markets.len())
            .filter_map(|id| {
                let market = &self.markets[id];
                let asked =
                    market.match_index == index && !market.retired && market.by_rules.is_none();
                let result = super::results::result(market.kind, series);
                Some(id).filter(|_| asked).zip(rule(
                    &fixture.rules,
                    incident,
                    market.kind,
                    result,
                    series,
                ))
            })
            .collect();
        // What the score says of the others afterwards.
        let mut after = series.clone();
        let mut is_void = false;
        match incident {
            Incident::Walkover { map, to, .. } => after.award(map.into(), to, seq),
            Incident::Forfeit { map, by } => after.award(map.into(), by.other(), seq),
            Incident::FormatChanged { best_of } => after.resize(best_of.into()),
            Incident::Postponed { to } => {
                let planned = if fixture.starts_at == 0 { now } else { fixture.starts_at };
                let deadline = planned + fixture.rules.postponed.most_ns();
                let void_at = fixture.void_at.map_or(deadline, |old| old.min(deadline));
                is_void = void_at <= now || to.is_some_and(|to| void_at < to.nanos());
            }
            _ => {}
        }
        let mut all = ruled.clone();
        for (id, market) in self.markets.iter().enumerate() {
            let is_its = market.match_index == index && ruled.iter().all(|(other, _)| *other != id);
            if is_its && let Some(result) = market.would_be(&after, is_void) {
                all.push((id, result));
            }
        }
        let voids = match incident {
            Incident::StartedEarly { .. } => fixture.rules.started_early == StartedEarly::Void,
            Incident::Replayed { .. } => fixture.rules.replayed == Replayed::PreMatchStand,
            _ => false,
        };
        let changes_results = voids
            || all.iter().any(|(id, result)| {
                let is = self.markets[*id].result;
                is != MarketResult::Undecided && is != *result
            });
        let undecided = all.iter().filter(|(id, result)| {
            self.markets[*id].result == MarketResult::Undecided
                && *result != MarketResult::Undecided
        });
        let pays: i128 = undecided.map(|(id, result)| self.at_stake(*id as u32, *result)).sum();
        let may_alone = !changes_results && self.may_credit(NOBODY, Credit::Word, pays);
        if !may_alone && !self.approved {
            let match_id = MatchId(index as u32);
            return self.propose(Command::MatchIncident { match_id, incident });
        }
        for (id, result) in ruled {
            self.markets[id].by_rules = Some((result, nth));
        }
        let fixture = &mut self.matches[index];
        let rules = fixture.rules;
        fixture.incidents.push(Reported {
            incident,
            at: seq,
            best_of: fixture.series.maps.len(),
            void_at: fixture.void_at,
            starts_at: fixture.starts_at,
        });
        match incident {
            Incident::Walkover { map, to, .. } => fixture.series.award(map.into(), to, seq),
            Incident::Forfeit { map, by } => fixture.series.award(map.into(), by.other(), seq),
            Incident::FormatChanged { best_of } => fixture.series.resize(best_of.into()),
            Incident::Postponed { to } => {
                let planned = if fixture.starts_at == 0 { now } else { fixture.starts_at };
                let deadline = planned + rules.postponed.most_ns();
                fixture.void_at = Some(fixture.void_at.map_or(deadline, |old| old.min(deadline)));
                if let Some(to) = to {
                    fixture.starts_at = to.nanos();
                    fixture.last_heard = Some(fixture.last_heard.unwrap_or(0).max(to.nanos()));
                    if fixture.void_at < Some(to.nanos()) {
                        fixture.void_at = Some(now);
                    }
                }
            }
            Incident::Replayed { map } => {
                let (began, has_begun) = {
                    let map = &fixture.series.maps[usize::from(map) - 1];
                    (map.began_at, !map.rounds.is_empty() || map.clock.numbers.is_some())
                };
                fixture.replays = has_begun.then_some(map.into());
                if rules.replayed == Replayed::PreMatchStand {
                    fixture.undone.push((
                        began,
                        seq,
                        VoidReason::TakenLate,
                        On { map: Some(map), market: None },
                    ));
                }
            }
            Incident::StartedEarly { from } if rules.started_early == StartedEarly::Void => {
                fixture.undone.push((from.0, seq, VoidReason::TakenLate, On::default()));
            }
            Incident::StartedEarly { .. }
            | Incident::ShortHanded { .. }
            | Incident::StandIns { .. } => {}
        }
        self.void_what_no_longer_fits(index, nth);
        self.incident_spreads(index, incident);
        Ok(())
    }

    fn void_what_no_longer_fits(&mut self, index: usize, nth: usize) {
        let series = &self.matches[index].series;
        for market in self.markets.iter_mut().filter(|market| market.match_index == index) {
            let fits = super::results::selections(market.kind, series) == Some(market.odds.len());
            if !fits && !market.retired && market.by_rules.is_none() {
                market.by_rules = Some((VOID, nth));
            }
        }
    }

    pub(super) fn take_back_incident(&mut self, index: usize) -> Result<(), Reject> {
        let fixture = self.matches.get_mut(index).ok_or(Reject::UnknownMatch)?;
        let last = *fixture.incidents.last().ok_or(Reject::UnknownIncident)?;
        let nth = fixture.incidents.len() - 1;
        let ruled = self.markets.iter().any(|market| {
            market.match_index == index && market.by_rules.is_some_and(|(_, of)| of == nth)
        });
        let mut before = fixture.series.clone();
        match last.incident {
            Incident::Walkover { map, .. } | Incident::Forfeit { map, .. } => {
                before.take_back_award(map.into());
            }
            Incident::FormatChanged { .. } if before.fits_format(last.best_of) => {
                before.resize(last.best_of);
            }
            _ => {}
        }
        let undoes = self.markets.iter().filter(|it| it.match_index == index).any(|market| {
            let is = market.result;
            is != MarketResult::Undecided
                && market.would_be(&before, false).is_some_and(|result| result != is)
        });
        let voids = fixture.undone.iter().any(|(_, to, ..)| *to == last.at);
        if !self.approved && (ruled || undoes || voids) {
            let match_id = MatchId(index as u32);
            return self.propose(Command::TakeBackIncident { match_id });
        }
        let possible = match last.incident {
            Incident::Walkover { map, .. } | Incident::Forfeit { map, .. } => {
                fixture.series.take_back_award(map.into())
            }
            Incident::FormatChanged { .. } => {
                let fits = fixture.series.fits_format(last.best_of);
                if fits {
                    fixture.series.resize(last.best_of);
                }
                fits
            }
            _ => true,
        };
        if !possible {
            return Err(Reject::IncidentImpossible);
        }
        fixture.incidents.pop();
        fixture.undone.retain(|(_, to, why, _)| *to != last.at || *why == VoidReason::Rewound);
        (fixture.void_at, fixture.starts_at) = (last.void_at, last.starts_at);
        let nth = fixture.incidents.len();
        for market in self.markets.iter_mut().filter(|market| market.match_index == index) {
            if !market.retired && market.by_rules.is_some_and(|(_, incident)| incident == nth) {
                market.by_rules = None;
            }
        }
        self.void_what_no_longer_fits(index, usize::MAX);
        self.incident_spreads(index, last.incident);
        Ok(())
    }

    fn incident_spreads(&mut self, index: usize, incident: Incident) {
        let moved = match incident {
            Incident::Walkover { map, .. } | Incident::Forfeit { map, .. } => Some(map.into()),
            Incident::FormatChanged { .. } => Some(self.matches[index].series.current.max(1)),
            _ => None,
        };
        if let Some(map) = moved {
            self.score_moves(index, map);
        }
        self.notice_closing();
        if let Some(map) = moved {
            self.epochs_move(index, map);
        }
        // What can be bet on again is another market to a bettor.
        for id in 0..self.markets.len() {
            let is_open_again = self.result(id) == MarketResult::Undecided
                && self.markets[id].result != MarketResult::Undecided;
            if self.markets[id].match_index == index && !self.markets[id].retired && is_open_again {
                self.markets[id].epoch_must_move = true;
            }
        }
        self.compare_sources(index);
    }

    /// Matches that were put off too long.
    pub(super) fn check_postponed(&mut self) {
        for index in 0..self.matches.len() {
            let fixture = &mut self.matches[index];
            let Some(void_at) = fixture.void_at else { continue };
            if fixture.series.current != 0 {
                fixture.void_at = None;
            } else if void_at <= self.now {
                fixture.void_at = None;
                let is_postponed =
                    |reported: &Reported| matches!(reported.incident, Incident::Postponed { .. });
                let nth = fixture.incidents.iter().rposition(is_postponed).unwrap_or(0);
                for market in self.markets.iter_mut().filter(|it| it.match_index == index) {
                    if !market.retired && market.by_rules.is_none() {
                        market.by_rules = Some((VOID, nth));
                    }
                }
            }
        }
        self.notice_closing();
    }
}

impl super::Market {
    /// What its result would be by another score; `None` if it hangs on none.
    fn would_be(&self, series: &Series, is_void: bool) -> Option<MarketResult> {
        if self.retired || self.graded.is_some() || self.by_rules.is_some() {
            return None;
        }
        let fits = super::results::selections(self.kind, series) == Some(self.odds.len());
        if !fits || is_void && self.result == MarketResult::Undecided {
            Some(VOID)
        } else {
            Some(super::results::result(self.kind, series))
        }
    }
}

impl super::Match {
    /// Whether no more bets of it can be voided but by rewinds.
    pub(super) fn voids_are_full(&self) -> bool {
        self.undone.len() - self.rewinds() == 48
    }

    pub(super) fn rewinds(&self) -> usize {
        self.undone.iter().filter(|(.., why, _)| *why == VoidReason::Rewound).count()
    }
}

impl Series {
    /// See the core's own: the format must have room for what was played, and not make it vain.
    pub fn fits_format(&self, best_of: usize) -> bool {
        let won = [Team::A, Team::B].map(|team| self.maps_won(team));
        let most = won[0].max(won[1]);
        let decided = most > best_of / 2 || won[0] + won[1] == best_of;
        [1, 2, 3, 5].contains(&best_of)
            && self.current <= best_of
            && most <= best_of / 2 + 1
            && !(decided && self.phase() == MatchPhase::Live)
    }
}

/// What an incident makes of a market, if anything.
fn rule(
    rules: &HouseRules,
    incident: Incident,
    kind: MarketKind,
    was: MarketResult,
    series: &Series,
) -> Option<MarketResult> {
    let decided = was != MarketResult::Undecided;
    let undecided_is_void = (!decided).then_some(VOID);
    let of_match = kind.map().is_none();
    match incident {
        Incident::Walkover { map, .. } if kind.map() == Some(map) => Some(VOID),
        Incident::Walkover { stated, .. } => undecided_is_void.filter(|_| match rules.walkover {
            Walkover::MapAndMatch => of_match,
            Walkover::BeforeTheMatch => of_match || series.current == 0,
            Walkover::UnlessStated => of_match && !stated,
            Walkover::CountsAsWon => false,
        }),
        Incident::Forfeit { map, .. } if kind.map() != Some(map) => None,
        Incident::Forfeit { map, by } => Some(match rules.forfeit {
            Forfeit::VoidMap => VOID,
            Forfeit::WinnerStands if decided => was,
            Forfeit::WinnerStands => given_up(kind, map.into(), by, series),
        }),
        Incident::ShortHanded { map } => {
            (rules.short_handed == ShortHanded::VoidMap && kind.map() == Some(map)).then_some(VOID)
        }
        Incident::FormatChanged { best_of } if kind.map().is_some_and(|map| map > best_of) => {
            Some(VOID)
        }
        Incident::FormatChanged { .. } if of_match && decided => Some(was),
        Incident::FormatChanged { best_of } => undecided_is_void.filter(|_| {
            let same_question = usize::from(best_of) % 2 == series.maps.len() % 2;
            match (rules.format_changed, kind) {
                (FormatChanged::VoidAll, _) => true,
                (_, MarketKind::MatchWinner) => !same_question,
                _ => of_match,
            }
        }),
        Incident::Replayed { map } if of_match || kind.map() == Some(map) => match rules.replayed {
            Replayed::Stand => None,
            Replayed::PreMatchStand => decided.then_some(was),
            Replayed::VoidUndecided => Some(if decided { was } else { VOID }),
        },
        Incident::Replayed { .. } | Incident::Postponed { .. } | Incident::StartedEarly { .. } => {
            None
        }
        Incident::StandIns { officials, .. } => {
            undecided_is_void.filter(|_| officials < rules.stand_ins.officials_min())
        }
    }
}

fn given_up(kind: MarketKind, map: usize, by: Team, series: &Series) -> MarketResult {
    let other = MarketResult::Won(SelectionIndex(u8::from(by == Team::A)));
    let next = series.maps[map - 1].rounds.len() + 1;
    match kind {
        MarketKind::MapWinner { .. } => other,
        MarketKind::RoundWinner { round, .. } if usize::from(round) == next => other,
        MarketKind::PistolRound { half: 1, .. } if next == 1 => other,
        MarketKind::PistolRound { half: 2, .. } if next == series.half() + 1 => other,
        MarketKind::RoundHandicap { line, .. } | MarketKind::RegulationHandicap { line, .. } => {
            certain(map, line, series)
        }
        _ => VOID,
    }
}

/// Walks over every score at which the map could still have ended, up to three overtimes.
fn certain(map: usize, line: Line, series: &Series) -> MarketResult {
    let (half, extra) = (series.half() as i64, series.overtime_half() as i64);
    let (a, b) = (series.rounds_of(map, Team::A) as i64, series.rounds_of(map, Team::B) as i64);
    let mut ends = Vec::new();
    for loser in 0..half {
        ends.extend([(half + 1, loser), (loser, half + 1)]);
    }
    for overtime in 0..8 {
        let base = half + overtime * extra;
        for loser in base..base + extra {
            ends.extend([(base + extra + 1, loser), (loser, base + extra + 1)]);
        }
    }
    let reachable = ends.iter().filter(|(end_a, end_b)| *end_a >= a && *end_b >= b);
    let covers: Vec<bool> =
        reachable.map(|(a, b)| 2 * (a - b) + i64::from(line.halves()) > 0).collect();
    match (covers.contains(&true), covers.contains(&false)) {
        (true, false) => MarketResult::Won(SelectionIndex(0)),
        (false, true) => MarketResult::Won(SelectionIndex(1)),
        _ => VOID,
    }
}
