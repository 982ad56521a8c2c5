//! Whether one map takes an odd number of rounds, overtime included. Selections: odd, even.
//!
//! Settled when the map ends.

use super::{MarketResult, MarketType, two_sides};

pub const TYPE: MarketType = MarketType {
    key: "odd_rounds",
    name: "odd or even rounds",
    selections: |kind, series| {
        series.rules()?;
        series.has_map(kind.map()?).then_some(2)
    },
    fair: |kind, series, _, fair| two_sides(fair, series.forecast(kind.map()?)?.odd()),
    result: |kind, series| {
        let Some(map) = kind.map() else { return MarketResult::Undecided };
        if series.map_winner(map).is_none() {
            return series.undecided_or_not_played(map);
        }
        MarketResult::first_if(!series.rounds_played(map).is_multiple_of(2))
    },
    by_maps: None,
};
