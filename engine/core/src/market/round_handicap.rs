//! Who wins one map once the line is added to A's rounds. Selections: A, B. Overtime counts unless the
//! house rules say otherwise; then a map that goes there counts as level.
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
        let (forecast, halves) = (series.forecast(map)?, i32::from(line.halves()));
        let a = match series.overtime_counts() {
            true => forecast.handicap_a(halves),
            false => forecast.regulation_handicap_a(halves),
        };
        two_sides(fair, a)
    },
    result: |kind, series| {
        let MarketKind::RoundHandicap { map, line } = kind else { return MarketResult::Undecided };
        if !series.overtime_counts() && series.is_beyond_regulation(map) {
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
