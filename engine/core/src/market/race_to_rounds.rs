//! Who is the first to win so many rounds of one map. Selections: A, B.
//!
//! Decided by the round that reaches the number. Void if the map ends before a team has so many, as a
//! race to 15 does at 13–7; so the price is that of the maps on which somebody gets there.

use super::{MarketKind, MarketResult, MarketType, two_sides};
use crate::command::Team;

pub const TYPE: MarketType = MarketType {
    key: "race_to_rounds",
    name: "race to rounds",
    selections: |kind, series| {
        let MarketKind::RaceToRounds { map, rounds } = kind else { return None };
        let rules = series.rules()?;
        // Beyond what the first overtime always holds it would be the map winner once more.
        let most = rules.rounds_per_half() + rules.overtime_half();
        (series.has_map(map) && 0 < rounds && u16::from(rounds) <= most).then_some(2)
    },
    fair: |kind, series, _, fair| {
        let MarketKind::RaceToRounds { map, rounds } = kind else { return None };
        two_sides(fair, series.forecast(map)?.race_to(u16::from(rounds))?)
    },
    result: |kind, series| {
        let MarketKind::RaceToRounds { map, rounds } = kind else { return MarketResult::Undecided };
        match series.round_map(map).and_then(|map| map.first_to(rounds)) {
            Some(team) => MarketResult::first_if(team == Team::A),
            None if series.map_winner(map).is_some() => MarketResult::NotPlayed,
            None => series.undecided_or_not_played(map),
        }
    },
    by_maps: None,
};
