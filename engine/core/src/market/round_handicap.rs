//! Who wins one map once the line is added to A's rounds, overtime included. Selections: A, B.
//!
//! Settled when the map ends. Earlier decisions are possible but not taken: the difference can
//! still move either way while the map lasts.

use super::{MarketKind, MarketResult, MarketType, two_sides};

pub const TYPE: MarketType = MarketType {
    key: "round_handicap",
    name: "round handicap",
    selections: |kind, series| {
        let MarketKind::RoundHandicap { map, line } = kind else { return None };
        // No map ends with a larger difference than a win to nil.
        let largest = series.rules()?.win_target() as i16;
        (series.has_map(map) && line.halves().abs() < 2 * largest).then_some(2)
    },
    fair: |kind, series, _, fair| {
        let MarketKind::RoundHandicap { map, line } = kind else { return None };
        two_sides(fair, series.forecast(map)?.handicap_a(i32::from(line.halves())))
    },
    result: |kind, series| {
        let MarketKind::RoundHandicap { map, line } = kind else { return MarketResult::Undecided };
        if series.map_winner(map).is_none() {
            return series.undecided_or_not_played(map);
        }
        let [a, b] = series.rounds(map).map(i16::from);
        MarketResult::first_if(0 < 2 * (a - b) + line.halves())
    },
    by_maps: None,
};
