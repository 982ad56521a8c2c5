//! How many rounds one map takes, overtime included. Selections: over, under.
//!
//! Decided as soon as no further round can change it: "over" when the line is passed, "under" when
//! the map ends below it.

use super::{MarketKind, MarketResult, MarketType, two_sides};

pub const TYPE: MarketType = MarketType {
    key: "total_rounds",
    name: "total rounds",
    selections: |kind, series| {
        let MarketKind::TotalRounds { map, line } = kind else { return None };
        // Below the shortest map the line has only one side.
        let shortest = series.rules()?.win_target() as i16;
        (series.has_map(map) && 2 * shortest < line.halves()).then_some(2)
    },
    fair: |kind, series, _, fair| {
        let MarketKind::TotalRounds { map, line } = kind else { return None };
        two_sides(fair, series.forecast(map)?.total_over(i32::from(line.halves())))
    },
    result: |kind, series| {
        let MarketKind::TotalRounds { map, line } = kind else { return MarketResult::Undecided };
        let played: i16 = series.rounds(map).iter().map(|rounds| i16::from(*rounds)).sum();
        let over = line.halves() < 2 * played;
        if over || series.map_winner(map).is_some() {
            MarketResult::first_if(over)
        } else {
            series.undecided_or_not_played(map)
        }
    },
    by_maps: None,
};
