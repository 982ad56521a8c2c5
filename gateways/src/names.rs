//! Markets and selections by their names for people, in one place for every page and message.

use clutch_core::command::{Channel, KillScope, MarketClass, MarketKind, Mode, Team, Title};
use clutch_core::market::correct_map_score::{final_score, format_of};
use clutch_core::market::correct_round_score::{Ending, ending};
use clutch_core::switches::{SWITCH_MODE, SWITCH_TRIP, TripId};
use clutch_core::title::Play;
use clutch_core::units::{MatchId, SelectionIndex};

use crate::book::Match;

/// A market's name.
pub fn market(kind: MarketKind, game: &Match) -> String {
    match kind {
        MarketKind::MatchWinner => "Match winner".to_owned(),
        MarketKind::CorrectMapScore => "Correct map score".to_owned(),
        MarketKind::MapHandicap { line } => format!("Map handicap {}", handicap(line.halves())),
        MarketKind::TotalMaps { line } => format!("Total maps {line}"),
        MarketKind::SeriesRounds { line } => format!("Total rounds of the match {line}"),
        MarketKind::MapWinner { map } => format!("Map {map} winner"),
        MarketKind::TotalRounds { map, line } => format!("Map {map} total rounds {line}"),
        MarketKind::RoundHandicap { map, line } => {
            format!("Map {map} round handicap {}", handicap(line.halves()))
        }
        MarketKind::RoundWinner { map, round } => format!("Map {map} round {round} winner"),
        MarketKind::CorrectRoundScore { map } => format!("Map {map} correct score"),
        MarketKind::RaceToRounds { map, rounds } => format!("Map {map} race to {rounds} rounds"),
        MarketKind::PistolRound { map, half: 1 } => format!("Map {map} first pistol round"),
        MarketKind::PistolRound { map, .. } => format!("Map {map} second pistol round"),
        MarketKind::Overtime { map } => format!("Map {map} overtime"),
        MarketKind::OddRounds { map } => format!("Map {map} odd or even rounds"),
        MarketKind::RegulationWinner { map } => format!("Map {map} winner in regulation"),
        MarketKind::RegulationTotal { map, line } => {
            format!("Map {map} total rounds in regulation {line}")
        }
        MarketKind::RegulationHandicap { map, line } => {
            format!("Map {map} round handicap in regulation {}", handicap(line.halves()))
        }
        MarketKind::TeamRounds { map, team, line } => {
            format!("Map {map} rounds of {} {line}", game.team(team))
        }
    }
}

/// The name of one of the `selections` of a market. What they stand for follows from how many there are: the
/// match may have another format by now than the market was opened for.
pub fn selection(
    kind: MarketKind,
    selection: SelectionIndex,
    selections: usize,
    game: &Match,
) -> String {
    if selections <= usize::from(selection.0) {
        return format!("selection {}", selection.0);
    }
    let is_first = selection.0 == 0;
    let either = |first: &str, second: &str| (if is_first { first } else { second }).to_owned();
    let team = |is_a: bool| game.team(if is_a { Team::A } else { Team::B }).to_owned();
    match kind {
        MarketKind::MatchWinner if selections == 3 => three_way(selection, game),
        MarketKind::RegulationWinner { .. } => three_way(selection, game),
        MarketKind::MatchWinner
        | MarketKind::MapWinner { .. }
        | MarketKind::RoundWinner { .. }
        | MarketKind::RaceToRounds { .. }
        | MarketKind::PistolRound { .. } => team(is_first),
        MarketKind::TotalRounds { line, .. }
        | MarketKind::TotalMaps { line }
        | MarketKind::SeriesRounds { line }
        | MarketKind::RegulationTotal { line, .. }
        | MarketKind::TeamRounds { line, .. } => {
            format!("{} {line}", either("Over", "Under"))
        }
        MarketKind::RoundHandicap { line, .. }
        | MarketKind::MapHandicap { line }
        | MarketKind::RegulationHandicap { line, .. } => {
            let halves = if is_first { line.halves() } else { -line.halves() };
            format!("{} {}", team(is_first), handicap(halves))
        }
        MarketKind::Overtime { .. } => either("Yes", "No"),
        MarketKind::OddRounds { .. } => either("Odd", "Even"),
        MarketKind::CorrectMapScore => score(final_score(format_of(selections as u8), selection.0)),
        MarketKind::CorrectRoundScore { .. } => match game.title.rules().play {
            Play::Rounds { rules } => {
                let ending = rules(game.rounds).and_then(|rules| ending(rules, selection));
                match ending {
                    Some(Ending::Score(rounds)) => score(rounds),
                    Some(Ending::Overtime(winner)) => format!("{} in overtime", game.team(winner)),
                    None => String::new(),
                }
            }
            Play::Moba(_) => String::new(),
        },
    }
}

fn three_way(selection: SelectionIndex, game: &Match) -> String {
    match selection.0 {
        0 => game.team(Team::A).to_owned(),
        1 => "Draw".to_owned(),
        _ => game.team(Team::B).to_owned(),
    }
}

fn score([a, b]: [u8; 2]) -> String {
    format!("{a}\u{2013}{b}")
}

/// A handicap line with its sign, which tells giving from getting.
fn handicap(halves: i16) -> String {
    let sign = if halves < 0 { '-' } else { '+' };
    format!("{sign}{}.5", halves.unsigned_abs() / 2)
}

/// What a kill switch stops, as the staff names it: `title:valorant`.
pub fn kill_scope(scope: KillScope) -> String {
    match scope {
        KillScope::All => "all".to_owned(),
        KillScope::Title(title) => format!("title:{}", title.rules().key),
        KillScope::Match(MatchId(id)) => format!("match:{id}"),
        KillScope::Class(class) => format!("class:{}", class.key()),
        KillScope::Channel(channel) => format!("channel:{}", channel.key()),
        KillScope::CashOut => "cash-out".to_owned(),
        KillScope::Withdrawals => "withdrawals".to_owned(),
    }
}

/// What the two numbers of a refusal with [`clutch_core::reject::Numbers::Switch`] name.
pub fn switch(kind: i64, which: i64) -> String {
    let place = usize::try_from(which).unwrap_or(usize::MAX);
    let scope = match kind {
        0 => Some(KillScope::All),
        1 => Title::ALL.get(place).copied().map(KillScope::Title),
        2 => u32::try_from(which).ok().map(|id| KillScope::Match(MatchId(id))),
        3 => MarketClass::ALL.get(place).copied().map(KillScope::Class),
        4 => Channel::ALL.get(place).copied().map(KillScope::Channel),
        5 => Some(KillScope::CashOut),
        6 => Some(KillScope::Withdrawals),
        _ => None,
    };
    if let (SWITCH_TRIP, Some(trip)) = (kind, TripId::ALL.get(place)) {
        return format!("the trip {}", trip.name());
    }
    match (scope, Mode::ALL.get(place)) {
        (Some(scope), _) => format!("the kill switch {}", kill_scope(scope)),
        (None, Some(mode)) if kind == SWITCH_MODE => format!("the mode {}", mode.key()),
        (None, _) => format!("switch {kind}:{which}"),
    }
}
