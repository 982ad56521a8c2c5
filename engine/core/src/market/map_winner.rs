//! Who wins one map. Selections: A, B. Overtime counts unless the house rules say otherwise; then a map
//! that is level after regulation is void.
//!
//! Priced from the map's forecast, on condition that the map is played; void if it is not needed.

use super::{MarketKind, MarketResult, MarketType, two_sides};
use crate::command::Team;

pub const TYPE: MarketType = MarketType {
    key: "map_winner",
    name: "map winner",
    selections: |kind, series| series.has_map(kind.map()?).then_some(2),
    fair: |kind, series, _, fair| {
        let map = kind.map()?;
        let a = match series.forecast(map).filter(|_| !series.overtime_counts()) {
            // Level after regulation is void, so the price is that of all other ends.
            Some(forecast) => forecast.a_in_regulation() / (1.0 - forecast.overtime_yes()),
            None => series.map_chance_a(map)?,
        };
        two_sides(fair, a)
    },
    result: |kind, series| {
        let MarketKind::MapWinner { map } = kind else { return MarketResult::Undecided };
        if !series.overtime_counts() && series.is_beyond_regulation(map) {
            return MarketResult::NotPlayed;
        }
        match series.map_winner(map) {
            Some(team) => MarketResult::first_if(team == Team::A),
            None => series.undecided_or_not_played(map),
        }
    },
    by_maps: None,
};
