//! Who wins the series. Selections: A, B; where it can be drawn A, draw, B.
//!
//! Priced from the series forecast; settled when a team has won most of the maps, or all are played.

use core::cmp::Ordering;

use super::{MarketKind, MarketResult, MarketType, once_all_maps_are_known, two_sides};
use crate::units::SelectionIndex;

pub const TYPE: MarketType = MarketType {
    key: "match_winner",
    name: "match winner",
    selections: |_, series| Some(if series.can_be_drawn() { 3 } else { 2 }),
    fair: |_, series, forecast, fair| {
        let forecast = forecast?;
        if !series.can_be_drawn() {
            return two_sides(fair, forecast.winner_a());
        }
        fair[..3].copy_from_slice(&[forecast.winner_a(), forecast.draw(), forecast.winner_b()]);
        Some(())
    },
    result: |kind, series| once_all_maps_are_known(kind, series, at_end),
    by_maps: Some(at_end),
};

/// Who has won with this score.
fn at_end(_: MarketKind, best_of: u8, [a, b]: [u8; 2]) -> MarketResult {
    let last = if best_of.is_multiple_of(2) { 2 } else { 1 };
    MarketResult::Won(SelectionIndex(match a.cmp(&b) {
        Ordering::Greater => 0,
        Ordering::Equal => 1,
        Ordering::Less => last,
    }))
}
