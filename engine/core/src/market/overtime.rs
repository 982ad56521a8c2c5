//! Whether one map goes to overtime. Selections: yes, no.
//!
//! "Yes" as soon as both teams have all but the last round of regulation, "no" when the map ends.

use super::{MarketResult, MarketType, two_sides};

pub const TYPE: MarketType = MarketType {
    key: "overtime",
    name: "overtime",
    selections: |kind, series| {
        series.rules()?;
        series.has_map(kind.map()?).then_some(2)
    },
    fair: |kind, series, _, fair| two_sides(fair, series.forecast(kind.map()?)?.overtime_yes()),
    result: |kind, series| {
        let Some(map) = kind.map() else { return MarketResult::Undecided };
        if series.is_beyond_regulation(map) {
            MarketResult::first_if(true)
        } else if series.map_winner(map).is_some() {
            MarketResult::first_if(false)
        } else {
            series.undecided_or_not_played(map)
        }
    },
    by_maps: None,
};
