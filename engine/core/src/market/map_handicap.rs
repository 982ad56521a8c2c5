//! Who wins the match once the line is added to A's maps. Selections: A, B.
//!
//! Settled when the match ends: 2–1 is a difference of one map, 1–1 in a best of two of none.

use super::{MarketKind, MarketResult, MarketType, once_all_maps_are_known, two_sides};

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
        two_sides(fair, forecast?.map_handicap_a(i32::from(line.halves())))
    },
    result: |kind, series| once_all_maps_are_known(kind, series, at_end),
    by_maps: Some(at_end),
};

/// Who has won with this score.
fn at_end(kind: MarketKind, _: u8, score: [u8; 2]) -> MarketResult {
    let MarketKind::MapHandicap { line } = kind else { return MarketResult::Undecided };
    let [a, b] = score.map(i16::from);
    MarketResult::first_if(0 < 2 * (a - b) + line.halves())
}
