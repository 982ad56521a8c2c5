//! Who wins one round, named by its number. Selections: A, B.
//!
//! The number in the market decides, not the word "next". Void if the map ends before the round.

use super::{MarketKind, MarketResult, MarketType, two_sides};
use crate::command::Team;
use crate::title::Series;

pub const TYPE: MarketType = MarketType {
    key: "round_winner",
    name: "round winner",
    selections: |kind, series| {
        let MarketKind::RoundWinner { map, round } = kind else { return None };
        series.rules()?;
        (series.has_map(map) && 0 < round).then_some(2)
    },
    fair: |kind, series, _, fair| {
        let MarketKind::RoundWinner { map, round } = kind else { return None };
        two_sides(fair, series.round_chance_a(map, round)?)
    },
    result: |kind, series| {
        let MarketKind::RoundWinner { map, round } = kind else { return MarketResult::Undecided };
        result(series, map, round)
    },
    by_maps: None,
};

/// The result of a question about one round.
pub(super) fn result(series: &Series, map: u8, round: u8) -> MarketResult {
    match series.round_map(map).and_then(|map| map.round_winner(round)) {
        Some(team) => MarketResult::first_if(team == Team::A),
        None if series.map_winner(map).is_some() => MarketResult::NotPlayed,
        None => series.undecided_or_not_played(map),
    }
}
