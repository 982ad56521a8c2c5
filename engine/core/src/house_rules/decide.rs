//! What an incident means for one market, by a rule set: it stands, it is void, or it has a result.
//!
//! Pure decisions on the score as it was before the incident. Applying them is [`super::incidents`].

use super::rules::{
    Forfeit, FormatChanged, HouseRules, Replayed, ShortHanded, StartedEarly, Walkover,
};
use crate::command::{Incident, Line, MarketKind, Team};
use crate::market::MarketResult;
use crate::title::Series;

/// What becomes of a market.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ruling {
    /// The score goes on deciding it.
    Stands,
    /// It is void.
    Void,
    /// This is its result.
    Settled(MarketResult),
}

impl Ruling {
    /// It stays as it is now, whatever the score says later.
    fn keep(was: MarketResult) -> Self {
        Self::Settled(was)
    }
}

/// What becomes of a market of this kind, whose result was `was` when `incident` was reported on a
/// series that stood like this.
pub fn rule(
    rules: &HouseRules,
    incident: Incident,
    kind: MarketKind,
    was: MarketResult,
    series: &Series,
) -> Ruling {
    let is_decided = was != MarketResult::Undecided;
    let of_match = kind.map().is_none();
    let is_on = |map: u8| kind.map() == Some(map);
    let void_unless_decided = if is_decided { Ruling::Stands } else { Ruling::Void };
    match incident {
        // Never played, so whatever was bet on it cannot be decided.
        Incident::Walkover { map, .. } if is_on(map) => Ruling::Void,
        Incident::Walkover { stated, .. } => {
            let is_void = match rules.walkover {
                Walkover::MapAndMatch => of_match,
                Walkover::BeforeTheMatch => of_match || series.current() == 0,
                Walkover::UnlessStated => of_match && !stated,
                Walkover::CountsAsWon => false,
            };
            if is_void { void_unless_decided } else { Ruling::Stands }
        }
        Incident::Forfeit { map, by } if is_on(map) => match rules.forfeit {
            Forfeit::VoidMap => Ruling::Void,
            Forfeit::WinnerStands if is_decided => Ruling::keep(was),
            Forfeit::WinnerStands => given_up(kind, map, by, series),
        },
        Incident::Forfeit { .. } => Ruling::Stands,
        Incident::ShortHanded { map } => match rules.short_handed {
            ShortHanded::VoidMap if is_on(map) => Ruling::Void,
            ShortHanded::VoidMap | ShortHanded::Stand => Ruling::Stands,
        },
        Incident::FormatChanged { best_of } => {
            if kind.map().is_some_and(|map| best_of < map) {
                return Ruling::Void;
            }
            if of_match && is_decided {
                return Ruling::keep(was);
            }
            match rules.format_changed {
                FormatChanged::VoidAll => void_unless_decided,
                FormatChanged::WinnerStands => {
                    format_changed(kind, series.best_of(), best_of, void_unless_decided)
                }
            }
        }
        // Void once it is too late, which only time can tell.
        Incident::Postponed { .. } => Ruling::Stands,
        Incident::Replayed { map } if is_on(map) || of_match => match rules.replayed {
            Replayed::Stand => Ruling::Stands,
            Replayed::PreMatchStand | Replayed::VoidUndecided if is_decided => Ruling::keep(was),
            Replayed::PreMatchStand => Ruling::Stands,
            Replayed::VoidUndecided => Ruling::Void,
        },
        Incident::Replayed { .. } => Ruling::Stands,
        // Void for some bets only; see [`voids_late_bets`].
        Incident::StartedEarly { .. } => Ruling::Stands,
        Incident::StandIns { officials, .. } => {
            if officials < rules.stand_ins.officials_min() {
                void_unless_decided
            } else {
                Ruling::Stands
            }
        }
    }
}

/// Whether bets struck after the true start of a match are void.
pub fn voids_late_bets(rules: &HouseRules) -> bool {
    match rules.started_early {
        StartedEarly::Void => true,
        StartedEarly::Stand => false,
    }
}

/// A market of the match that is played over another number of maps now, if the winner stands.
fn format_changed(kind: MarketKind, before: u8, now: u8, void: Ruling) -> Ruling {
    match kind {
        // With or without a draw it is another question.
        MarketKind::MatchWinner if before.is_multiple_of(2) != now.is_multiple_of(2) => void,
        MarketKind::MatchWinner => Ruling::Stands,
        MarketKind::CorrectMapScore
        | MarketKind::MapHandicap { .. }
        | MarketKind::TotalMaps { .. }
        | MarketKind::SeriesRounds { .. } => void,
        MarketKind::MapWinner { .. }
        | MarketKind::TotalRounds { .. }
        | MarketKind::RoundHandicap { .. }
        | MarketKind::RoundWinner { .. }
        | MarketKind::CorrectRoundScore { .. }
        | MarketKind::RaceToRounds { .. }
        | MarketKind::PistolRound { .. }
        | MarketKind::Overtime { .. }
        | MarketKind::OddRounds { .. }
        | MarketKind::RegulationWinner { .. }
        | MarketKind::RegulationTotal { .. }
        | MarketKind::RegulationHandicap { .. }
        | MarketKind::TeamRounds { .. } => Ruling::Stands,
    }
}

/// A market that is not decided, on a map that `by` gives up: the winner, the round being played, and
/// what is certain whatever had come.
fn given_up(kind: MarketKind, map: u8, by: Team, series: &Series) -> Ruling {
    let other_won = Ruling::Settled(MarketResult::first_if(by == Team::B));
    match kind {
        MarketKind::MapWinner { .. } => other_won,
        MarketKind::RoundWinner { .. } | MarketKind::PistolRound { .. } => {
            let is_next = series.round_of(kind) == Some(series.rounds_played(map) + 1);
            if is_next { other_won } else { Ruling::Void }
        }
        MarketKind::RoundHandicap { line, .. } | MarketKind::RegulationHandicap { line, .. } => {
            match certain_side(series, map, line) {
                Some(first) => Ruling::Settled(MarketResult::first_if(first)),
                None => Ruling::Void,
            }
        }
        // Over is decided by the round that passes the line; under never is before the end.
        MarketKind::TotalRounds { .. }
        | MarketKind::RegulationTotal { .. }
        | MarketKind::TeamRounds { .. }
        | MarketKind::Overtime { .. }
        | MarketKind::RaceToRounds { .. }
        | MarketKind::RegulationWinner { .. }
        | MarketKind::CorrectRoundScore { .. }
        | MarketKind::OddRounds { .. } => Ruling::Void,
        MarketKind::MatchWinner
        | MarketKind::CorrectMapScore
        | MarketKind::MapHandicap { .. }
        | MarketKind::TotalMaps { .. }
        | MarketKind::SeriesRounds { .. } => Ruling::Stands,
    }
}

/// Which side of a round handicap wins however the map had gone on, if there is one: A's, `true`.
fn certain_side(series: &Series, map: u8, line: Line) -> Option<bool> {
    let rules = series.rules()?;
    let (target, half) = (rules.win_target() as i16, rules.rounds_per_half() as i16);
    let [a, b] = series.rounds(map).map(i16::from);
    let covers = |difference: i16| 0 < 2 * difference + line.halves();
    let mut sides = [false; 2];
    let mut see = |difference: i16| sides[usize::from(covers(difference))] = true;
    // Every end of regulation that can still be reached.
    (b..half).for_each(|b| see(target - b));
    (a..half).for_each(|a| see(a - target));
    // Overtime can still be reached as long as nobody has won; it is won by one round at least and by one more than half of it at most.
    let most = rules.overtime_half() as i16 + 1;
    (1..=most).for_each(|by| {
        see(by);
        see(-by);
    });
    match sides {
        [false, true] => Some(true),
        [true, false] => Some(false),
        [true, true] | [false, false] => None,
    }
}
