//! How many maps the match takes. Selections: over, under.
//!
//! Settled when the match ends. Not offered on a best of one or two, which always take all of them.

use super::{MarketKind, MarketResult, MarketType, once_all_maps_are_known, two_sides};

pub const TYPE: MarketType = MarketType {
    key: "total_maps",
    name: "total maps",
    selections: |kind, series| {
        let MarketKind::TotalMaps { line } = kind else { return None };
        // Outside the shortest and the longest match the line has only one side.
        let [shortest, longest] = [series.maps_to_win(), series.best_of()].map(i16::from);
        (2 * shortest < line.halves() && line.halves() < 2 * longest).then_some(2)
    },
    fair: |kind, _, forecast, fair| {
        let MarketKind::TotalMaps { line } = kind else { return None };
        two_sides(fair, forecast?.total_maps_over(i32::from(line.halves())))
    },
    result: |kind, series| once_all_maps_are_known(kind, series, at_end),
    by_maps: Some(at_end),
};

/// Whether it was over or under with this score.
fn at_end(kind: MarketKind, _: u8, score: [u8; 2]) -> MarketResult {
    let MarketKind::TotalMaps { line } = kind else { return MarketResult::Undecided };
    let played: i16 = score.iter().map(|maps| i16::from(*maps)).sum();
    MarketResult::first_if(line.halves() < 2 * played)
}
