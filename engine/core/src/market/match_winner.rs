//! Who wins the series. Selections: A, B; where it can be drawn A, draw, B.
//!
//! Priced from the series forecast; settled when a team has won most of the maps, or all are played.

use super::{MarketResult, MarketType};
use crate::command::Team;
use crate::title::series::SeriesResult;
use crate::units::SelectionIndex;

pub const TYPE: MarketType = MarketType {
    key: "match_winner",
    name: "match winner",
    selections: |_, series| Some(if series.can_be_drawn() { 3 } else { 2 }),
    fair: |_, series, forecast, fair| {
        let forecast = forecast?;
        fair[0] = forecast.winner_a();
        if series.can_be_drawn() {
            fair[1] = forecast.draw();
            fair[2] = forecast.winner_b();
        } else {
            fair[1] = 1.0 - fair[0];
        }
        Some(())
    },
    result: |_, series| {
        let last = if series.can_be_drawn() { 2 } else { 1 };
        match series.result() {
            Some(SeriesResult::Won(Team::A)) => MarketResult::Won(SelectionIndex(0)),
            Some(SeriesResult::Drawn) => MarketResult::Won(SelectionIndex(1)),
            Some(SeriesResult::Won(Team::B)) => MarketResult::Won(SelectionIndex(last)),
            None => MarketResult::Undecided,
        }
    },
};
