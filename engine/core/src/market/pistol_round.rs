//! Who wins the pistol round of a half: the first round of the map, or the first after the sides have
//! swapped. Selections: A, B.
//!
//! Void if the map ends before it, or is not played.

use super::{MarketKind, MarketResult, MarketType, round_winner, two_sides};

pub const TYPE: MarketType = MarketType {
    key: "pistol_round",
    name: "pistol round",
    selections: |kind, series| {
        let MarketKind::PistolRound { map, half } = kind else { return None };
        series.rules()?;
        (series.has_map(map) && matches!(half, 1 | 2)).then_some(2)
    },
    fair: |kind, series, _, fair| {
        let (map, round) = (kind.map()?, series.round_of(kind)?);
        two_sides(fair, series.round_chance_a(map, round)?)
    },
    result: |kind, series| match (kind.map(), series.round_of(kind)) {
        (Some(map), Some(round)) => round_winner::result(series, map, round),
        (None, _) | (_, None) => MarketResult::Undecided,
    },
    by_maps: None,
};
