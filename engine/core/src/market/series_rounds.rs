//! How many rounds all maps of the match take, overtime included. Selections: over, under.
//!
//! "Over" as soon as the line is passed, "under" when the match ends below it.

use super::{MarketKind, MarketResult, MarketType, two_sides};

pub const TYPE: MarketType = MarketType {
    key: "series_rounds",
    name: "total rounds of the match",
    selections: |kind, series| {
        let MarketKind::SeriesRounds { line } = kind else { return None };
        let rules = series.rules()?;
        // From the shortest match to all maps with full regulation; a best of one is its map.
        let shortest = rules.win_target() as i16 * i16::from(series.best_of().div_ceil(2));
        let longest = rules.regulation_rounds() as i16 * i16::from(series.best_of());
        let fits = 2 * shortest < line.halves() && line.halves() < 2 * longest;
        (1 < series.best_of() && fits).then_some(2)
    },
    fair: |kind, series, _, fair| {
        let MarketKind::SeriesRounds { line } = kind else { return None };
        two_sides(fair, series.rounds_over(i32::from(line.halves()))?)
    },
    result: |kind, series| {
        let MarketKind::SeriesRounds { line } = kind else { return MarketResult::Undecided };
        let over = i32::from(line.halves()) < 2 * i32::from(series.rounds_of_all_maps());
        if over || series.result().is_some() {
            MarketResult::first_if(over)
        } else {
            MarketResult::Undecided
        }
    },
    by_maps: None,
};
