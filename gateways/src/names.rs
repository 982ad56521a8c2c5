//! Markets and selections by their names for people, in one place for every page and message.

use clutch_core::command::{MarketKind, Team};
use clutch_core::market::correct_map_score::final_score;
use clutch_core::market::correct_round_score::{Ending, ending};
use clutch_core::title::Play;
use clutch_core::units::SelectionIndex;

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

/// A selection's name.
pub fn selection(kind: MarketKind, selection: SelectionIndex, game: &Match) -> String {
    let is_first = selection.0 == 0;
    let either = |first: &str, second: &str| (if is_first { first } else { second }).to_owned();
    let team = |is_a: bool| game.team(if is_a { Team::A } else { Team::B }).to_owned();
    match kind {
        MarketKind::MatchWinner if game.best_of.is_multiple_of(2) => three_way(selection, game),
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
        MarketKind::CorrectMapScore => score(final_score(game.best_of, selection.0)),
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
