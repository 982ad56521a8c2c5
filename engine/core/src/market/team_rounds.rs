//! How many rounds one team wins on one map, overtime included. Selections: over, under.
//!
//! "Over" as soon as the team has passed the line, "under" when the map ends below it.

use super::{MarketKind, MarketResult, MarketType, two_sides};

pub const TYPE: MarketType = MarketType {
    key: "team_rounds",
    name: "team rounds",
    selections: |kind, series| {
        let MarketKind::TeamRounds { map, line, .. } = kind else { return None };
        series.rules()?;
        (series.has_map(map) && 0 < line.halves()).then_some(2)
    },
    fair: |kind, series, _, fair| {
        let MarketKind::TeamRounds { map, team, line } = kind else { return None };
        two_sides(fair, series.forecast(map)?.team_over(team, i32::from(line.halves())))
    },
    result: |kind, series| {
        let MarketKind::TeamRounds { map, team, line } = kind else {
            return MarketResult::Undecided;
        };
        let over = line.halves() < 2 * i16::from(series.rounds(map)[team as usize]);
        if over || series.map_winner(map).is_some() {
            MarketResult::first_if(over)
        } else {
            series.undecided_or_not_played(map)
        }
    },
    by_maps: None,
};
