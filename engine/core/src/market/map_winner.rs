//! Who wins one map, overtime included. Selections: A, B.
//!
//! Priced from the map's forecast, on condition that the map is played; void if it is not needed.

use super::{MarketKind, MarketResult, MarketType, two_sides};
use crate::command::Team;

pub const TYPE: MarketType = MarketType {
    key: "map_winner",
    name: "map winner",
    selections: |kind, series| series.has_map(kind.map()?).then_some(2),
    fair: |kind, series, _, fair| two_sides(fair, series.map_chance_a(kind.map()?)?),
    result: |kind, series| {
        let MarketKind::MapWinner { map } = kind else { return MarketResult::Undecided };
        match series.map_winner(map) {
            Some(team) => MarketResult::first_if(team == Team::A),
            None => series.undecided_or_not_played(map),
        }
    },
    by_maps: None,
};
