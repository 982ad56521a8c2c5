//! Who leads one map at the end of regulation. Selections: A, draw, B.
//!
//! The draw is on offer, so overtime does not count: it wins as soon as regulation ends level.

use super::{MarketResult, MarketType};
use crate::command::Team;
use crate::units::SelectionIndex;

pub const TYPE: MarketType = MarketType {
    key: "regulation_winner",
    name: "winner in regulation",
    selections: |kind, series| {
        series.rules()?;
        series.has_map(kind.map()?).then_some(3)
    },
    fair: |kind, series, _, fair| {
        let forecast = series.forecast(kind.map()?)?;
        fair[0] = forecast.a_in_regulation();
        fair[1] = forecast.overtime_yes();
        fair[2] = forecast.b_in_regulation();
        Some(())
    },
    result: |kind, series| {
        let Some(map) = kind.map() else { return MarketResult::Undecided };
        let selection = match (series.is_beyond_regulation(map), series.map_winner(map)) {
            (true, _) => 1,
            (false, Some(Team::A)) => 0,
            (false, Some(Team::B)) => 2,
            (false, None) => return series.undecided_or_not_played(map),
        };
        MarketResult::Won(SelectionIndex(selection))
    },
    by_maps: None,
};
