//! Who leads one map at the end of regulation once the line is added to A's rounds. Selections: A, B.
//!
//! A map that goes to overtime counts as level, and is decided there.

use super::{MarketKind, MarketResult, MarketType, two_sides};

pub const TYPE: MarketType = MarketType {
    key: "regulation_handicap",
    name: "round handicap in regulation",
    selections: |kind, series| {
        let MarketKind::RegulationHandicap { map, line } = kind else { return None };
        // No map ends with a larger difference than a win to nil.
        let largest = series.rules()?.win_target() as i16;
        (series.has_map(map) && line.halves().abs() < 2 * largest).then_some(2)
    },
    fair: |kind, series, _, fair| {
        let MarketKind::RegulationHandicap { map, line } = kind else { return None };
        two_sides(fair, series.forecast(map)?.regulation_handicap_a(i32::from(line.halves())))
    },
    result: |kind, series| {
        let MarketKind::RegulationHandicap { map, line } = kind else {
            return MarketResult::Undecided;
        };
        if series.is_beyond_regulation(map) {
            return MarketResult::first_if(0 < line.halves());
        }
        if series.map_winner(map).is_none() {
            return series.undecided_or_not_played(map);
        }
        let [a, b] = series.rounds(map).map(i16::from);
        MarketResult::first_if(0 < 2 * (a - b) + line.halves())
    },
    by_maps: None,
};
