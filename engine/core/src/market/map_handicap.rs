//! Who wins the match once the line is added to A's maps. Selections: A, B.
//!
//! Settled when the match ends: 2–1 is a difference of one map, 1–1 in a best of two of none.

use super::{MarketKind, MarketResult, MarketType};

pub const TYPE: MarketType = MarketType {
    key: "map_handicap",
    name: "map handicap",
    selections: |kind, series| {
        let MarketKind::MapHandicap { line } = kind else { return None };
        // No match ends with a larger difference than a win to nil.
        let largest = i16::from(series.maps_to_win());
        (line.halves().abs() < 2 * largest).then_some(2)
    },
    fair: |kind, _, forecast, fair| {
        let MarketKind::MapHandicap { line } = kind else { return None };
        fair[0] = forecast?.map_handicap_a(i32::from(line.halves()));
        fair[1] = 1.0 - fair[0];
        Some(())
    },
    result: |kind, series| {
        let MarketKind::MapHandicap { line } = kind else { return MarketResult::Undecided };
        if series.result().is_none() {
            return MarketResult::Undecided;
        }
        let [a, b] = series.maps_won().map(i16::from);
        MarketResult::first_if(0 < 2 * (a - b) + line.halves())
    },
};
