//! Which markets a match is opened with.
//!
//! Owns the lines that are offered of each type. Markets on single rounds are not here: the engine opens
//! the next one as the rounds come.

use clutch_core::command::{Line, MarketKind, RoundFormat, Team};
use clutch_core::market::MARKET_TYPES;

/// Every market that there is on a match of this length.
pub fn book(format: RoundFormat, best_of: u8) -> Vec<MarketKind> {
    let regulation = match format {
        RoundFormat::Mr12 => Some(24),
        RoundFormat::Mr15 => Some(30),
        RoundFormat::NoRounds => None,
    };
    let mut kinds = of_the_series(regulation, best_of);
    for map in 1..=best_of {
        kinds.push(MarketKind::MapWinner { map });
        kinds.extend(regulation.into_iter().flat_map(|regulation| of_a_map(map, regulation)));
    }
    kinds
}

/// Those of the types that an operator names; none named is all.
///
/// # Errors
/// A sentence for a name that is no market type, or none of this game.
pub fn chosen(kinds: Vec<MarketKind>, names: &[String]) -> Result<Vec<MarketKind>, String> {
    for name in names {
        let keys = || MARKET_TYPES.iter().map(|market_type| market_type.key);
        if !keys().any(|key| key == name) {
            let keys: Vec<_> = keys().collect();
            return Err(format!(
                "markets: there is no type `{name}`; there are {}",
                keys.join(", ")
            ));
        }
        if name == ROUND_WINNER {
            return Err(format!("markets: `{name}` is opened by the engine, round by round"));
        }
        if !kinds.iter().any(|kind| kind.market_type().key == name) {
            return Err(format!("markets: a match of this kind has no `{name}`"));
        }
    }
    let is_named = |kind: &MarketKind| {
        names.is_empty() || names.iter().any(|name| kind.market_type().key == name)
    };
    Ok(kinds.into_iter().filter(is_named).collect())
}

const ROUND_WINNER: &str = "round_winner";

/// The markets on the match as a whole. In a best of one they would be those of its map once more.
fn of_the_series(regulation: Option<i16>, best_of: u8) -> Vec<MarketKind> {
    let mut kinds = vec![MarketKind::MatchWinner];
    if best_of == 1 {
        return kinds;
    }
    kinds.push(MarketKind::CorrectMapScore);
    let maps = i16::from(best_of);
    // A best of two is always played out; the others are over as soon as one team has its majority.
    let to_win = if best_of == 2 { maps } else { maps / 2 + 1 };
    // One and a half, two and a half, … up to what a win to nil just reaches.
    let handicaps = (1..to_win).map(|whole| 2 * whole + 1);
    let handicaps: Vec<i16> = match best_of {
        2 => vec![1],
        _ => handicaps.collect(),
    };
    for half in handicaps {
        let lines = lines([half, -half]);
        kinds.extend(lines.map(|line| MarketKind::MapHandicap { line }));
    }
    let totals = (to_win..maps).map(|whole| 2 * whole + 1);
    kinds.extend(totals.filter_map(Line::from_halves).map(|line| MarketKind::TotalMaps { line }));
    if let Some(regulation) = regulation {
        // Around the shortest match with maps of usual length: nine tenths of regulation.
        let usual = 2 * to_win * (regulation * 9 / 10);
        let totals = lines([usual - 7, usual + 1, usual + 9]);
        kinds.extend(totals.map(|line| MarketKind::SeriesRounds { line }));
    }
    kinds
}

/// The markets on one map of rounds: totals around the length of regulation, handicaps on both sides of
/// level, races to what somebody always reaches.
fn of_a_map(map: u8, regulation: i16) -> Vec<MarketKind> {
    let half = regulation / 2;
    let mut kinds = Vec::new();
    let totals = [-11, -7, -5, -3, 1, 5].map(|offset| 2 * regulation + offset);
    kinds.extend(lines(totals).map(|line| MarketKind::TotalRounds { map, line }));
    // A map is never won by less than two rounds, so 1.5 would be the map winner once more.
    let handicaps = lines([-11, -7, -5, 5, 7, 11]);
    kinds.extend(handicaps.map(|line| MarketKind::RoundHandicap { map, line }));
    kinds.push(MarketKind::CorrectRoundScore { map });
    let races = [half / 3, half / 2, half * 5 / 6].map(|rounds| rounds as u8);
    kinds.extend(races.map(|rounds| MarketKind::RaceToRounds { map, rounds }));
    kinds.extend([1, 2].map(|half| MarketKind::PistolRound { map, half }));
    kinds.extend([
        MarketKind::Overtime { map },
        MarketKind::OddRounds { map },
        MarketKind::RegulationWinner { map },
    ]);
    let totals = lines([-11, -7, -3].map(|offset| 2 * regulation + offset));
    kinds.extend(totals.map(|line| MarketKind::RegulationTotal { map, line }));
    let handicaps = lines([-7, -3, 3, 7]);
    kinds.extend(handicaps.map(|line| MarketKind::RegulationHandicap { map, line }));
    for team in [Team::A, Team::B] {
        let totals = lines([-9, -5, -1].map(|offset| 2 * half + offset));
        kinds.extend(totals.map(|line| MarketKind::TeamRounds { map, team, line }));
    }
    kinds
}

fn lines<const N: usize>(halves: [i16; N]) -> impl Iterator<Item = Line> {
    halves.into_iter().filter_map(Line::from_halves)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::collections::BTreeSet;

    use super::*;

    fn types(format: RoundFormat, best_of: u8) -> BTreeSet<&'static str> {
        book(format, best_of).into_iter().map(|kind| kind.market_type().key).collect()
    }

    #[test]
    fn a_series_of_rounds_has_every_market_type_but_the_rounds_themselves() {
        let mut all: BTreeSet<_> = MARKET_TYPES.iter().map(|market_type| market_type.key).collect();
        all.remove(ROUND_WINNER);
        for format in [RoundFormat::Mr12, RoundFormat::Mr15] {
            for best_of in [3, 5] {
                assert_eq!(types(format, best_of), all, "{format:?}, best of {best_of}");
            }
        }
    }

    #[test]
    fn a_game_without_rounds_has_the_markets_on_maps() {
        let maps =
            ["correct_map_score", "map_handicap", "map_winner", "match_winner", "total_maps"];
        assert_eq!(types(RoundFormat::NoRounds, 5), BTreeSet::from(maps));
        assert_eq!(types(RoundFormat::NoRounds, 1), BTreeSet::from(["map_winner", "match_winner"]));
    }

    #[test]
    fn no_market_is_there_twice() {
        for format in [RoundFormat::Mr12, RoundFormat::Mr15, RoundFormat::NoRounds] {
            for best_of in [1, 2, 3, 5] {
                let kinds = book(format, best_of);
                let different: BTreeSet<_> = kinds.iter().collect();
                assert_eq!(different.len(), kinds.len(), "{format:?}, best of {best_of}");
            }
        }
    }

    #[test]
    fn an_operator_chooses_by_type_and_a_name_that_is_none_is_named() {
        let all = || book(RoundFormat::Mr12, 3);
        let names =
            |names: &[&str]| -> Vec<String> { names.iter().map(ToString::to_string).collect() };
        assert_eq!(chosen(all(), &[]).unwrap(), all());
        let few = chosen(all(), &names(&["match_winner", "overtime"])).unwrap();
        assert_eq!(few.len(), 1 + 3);
        for (name, said) in [
            ("overtimes", "there is no type `overtimes`; there are match_winner, "),
            ("round_winner", "is opened by the engine"),
        ] {
            assert!(chosen(all(), &names(&[name])).unwrap_err().contains(said));
        }
        let lol = chosen(book(RoundFormat::NoRounds, 3), &names(&["overtime"]));
        assert!(lol.unwrap_err().contains("has no `overtime`"));
    }
}
