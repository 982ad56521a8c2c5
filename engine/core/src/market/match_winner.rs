//! Who wins the series. Selections: A, B.
//!
//! Priced from the series forecast; settled when a team has won most of the maps.

use super::{MarketResult, MarketType};
use crate::command::Team;

pub const TYPE: MarketType = MarketType {
    name: "match winner",
    selections: |_, _| Some(2),
    fair: |_, _, forecast, fair| {
        fair[0] = forecast?.winner_a();
        fair[1] = 1.0 - fair[0];
        Some(())
    },
    result: |_, series| match series.winner() {
        Some(team) => MarketResult::first_if(team == Team::A),
        None => MarketResult::Undecided,
    },
};
