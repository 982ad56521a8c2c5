//! The markets of a match in rounds that `clutch price` answers beside the usual ones.
//!
//! They stand under a name of their own, so that whoever reads the usual ones finds those as they were.

use clutch_core::command::Team;
use clutch_core::pricing::{MapForecast, RoundRules, RoundsAfter, SERIES_ROUNDS_MAX};
use serde::Serialize;

use crate::price::{Pair, RACES, TOTAL_LINES, Table, signed, two_way, unsigned};

/// What is answered beside the usual markets.
#[derive(Serialize)]
pub(crate) struct More {
    series: MoreOfSeries,
    maps: Table<MoreOfMap>,
}

#[derive(Serialize)]
struct MoreOfSeries {
    /// Of the map being played, from its first round on, and of all maps after it; lines with a chance from
    /// 0.1% to 99.9%.
    rounds_of_current_and_later_maps_over: Table<f64>,
}

#[derive(Serialize)]
struct MoreOfMap {
    total_rounds_odd_even: OddEven,
    regulation_result: ThreeWay,
    regulation_rounds_over: Table<f64>,
    #[serde(rename = "regulation_handicap_A")]
    regulation_handicap_a: Table<f64>,
    team_rounds_over: Pair<Table<f64>>,
    race_to: Table<Option<Pair<f64>>>,
}

#[derive(Serialize)]
struct OddEven {
    odd: f64,
    even: f64,
}

#[derive(Serialize)]
struct ThreeWay {
    #[serde(rename = "A")]
    a: f64,
    draw: f64,
    #[serde(rename = "B")]
    b: f64,
}

impl More {
    /// Of the map being played and those after it, with `won` maps behind them.
    pub(crate) fn new(rules: RoundRules, best_of: u8, won: [u8; 2], maps: &[MapForecast]) -> Self {
        let first = usize::from(won[0] + won[1]) + 1;
        let numbered = (first..).zip(maps);
        Self {
            series: MoreOfSeries {
                rounds_of_current_and_later_maps_over: series_rounds(best_of, won, maps),
            },
            maps: numbered.map(|(number, map)| (number.to_string(), of_map(rules, map))).collect(),
        }
    }
}

fn series_rounds(best_of: u8, won: [u8; 2], maps: &[MapForecast]) -> Table<f64> {
    let Some((current, later)) = maps.split_first() else { return [].into_iter().collect() };
    let after = RoundsAfter::new(best_of, won, &later.iter().collect::<Vec<_>>());
    (0..SERIES_ROUNDS_MAX)
        .map(|rounds| (2 * rounds as i32 + 1, 1.0 - after.at_most(current, rounds)))
        .filter(|(_, over)| (0.001..=0.999).contains(over))
        .map(|(line, over)| (unsigned(line), over))
        .collect()
}

fn of_map(rules: RoundRules, map: &MapForecast) -> MoreOfMap {
    let odd = map.odd();
    let regulation_half_units = 2 * i32::from(rules.regulation_rounds());
    let target = rules.win_target();
    let of_team = |team| {
        let lines = (0..i32::from(target) + 3).map(|rounds| 2 * rounds + 1);
        lines.map(|line| (unsigned(line), map.team_over(team, line))).collect()
    };
    MoreOfMap {
        total_rounds_odd_even: OddEven { odd, even: 1.0 - odd },
        regulation_result: ThreeWay {
            a: map.a_in_regulation(),
            draw: map.overtime_yes(),
            b: map.b_in_regulation(),
        },
        regulation_rounds_over: TOTAL_LINES
            .into_iter()
            .filter(|offset| *offset < 0)
            .map(|offset| regulation_half_units + offset)
            .map(|line| (unsigned(line), map.regulation_over(line)))
            .collect(),
        regulation_handicap_a: (-19..=19)
            .step_by(2)
            .map(|line| (signed(line), map.regulation_handicap_a(line)))
            .collect(),
        team_rounds_over: Pair { a: of_team(Team::A), b: of_team(Team::B) },
        race_to: (1..=target)
            .filter(|rounds| !RACES.contains(rounds))
            .map(|rounds| (rounds.to_string(), map.race_to(rounds).map(two_way)))
            .collect(),
    }
}
