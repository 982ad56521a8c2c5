//! How many rounds one map takes. Selections: over, under. Overtime counts unless the house rules say
//! otherwise; then every line lies inside regulation, and what comes after it changes nothing.
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
        let most = 2 * series.rules()?.regulation_rounds() as i16;
        let two_sided =
            2 * shortest < line.halves() && (series.overtime_counts() || line.halves() < most);
        (series.has_map(map) && two_sided).then_some(2)
    },
    fair: |kind, series, _, fair| {
        let MarketKind::TotalRounds { map, line } = kind else { return None };
        let (forecast, halves) = (series.forecast(map)?, i32::from(line.halves()));
        // Below the end of regulation both are the same question.
        let over = match series.overtime_counts() {
            true => forecast.total_over(halves),
            false => forecast.regulation_over(halves),
        };
        two_sides(fair, over)
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
