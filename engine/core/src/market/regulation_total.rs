//! How many rounds one map takes, overtime not counted. Selections: over, under.
//!
//! A map that goes to overtime counts with all rounds of regulation, and is decided there.

use super::{MarketKind, MarketResult, MarketType, two_sides};

pub const TYPE: MarketType = MarketType {
    key: "regulation_total",
    name: "total rounds in regulation",
    selections: |kind, series| {
        let MarketKind::RegulationTotal { map, line } = kind else { return None };
        let rules = series.rules()?;
        // Outside the shortest and the longest regulation the line has only one side.
        let [shortest, longest] = [rules.win_target(), rules.regulation_rounds()];
        let halves = i32::from(line.halves());
        let two_sided = 2 * i32::from(shortest) < halves && halves < 2 * i32::from(longest);
        (series.has_map(map) && two_sided).then_some(2)
    },
    fair: |kind, series, _, fair| {
        let MarketKind::RegulationTotal { map, line } = kind else { return None };
        two_sides(fair, series.forecast(map)?.regulation_over(i32::from(line.halves())))
    },
    result: |kind, series| {
        let MarketKind::RegulationTotal { map, line } = kind else {
            return MarketResult::Undecided;
        };
        // Every line lies inside regulation, so what is played beyond it changes nothing.
        let over = line.halves() < 2 * i16::from(series.rounds_played(map));
        if over || series.map_winner(map).is_some() {
            MarketResult::first_if(over)
        } else {
            series.undecided_or_not_played(map)
        }
    },
    by_maps: None,
};
