//! The result of one map in rounds. Selections, where a half has twelve: 13–0 to 13–11, 0–13 to
//! 11–13, A in overtime, B in overtime.
//!
//! Settled when the map ends. A result that can no longer happen is off the board.

use super::{MarketResult, MarketType};
use crate::command::Team;
use crate::pricing::RoundRules;
use crate::units::SelectionIndex;

/// What a selection stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// This score, in regulation: A, B.
    Score([u8; 2]),
    /// A win of this team after regulation.
    Overtime(Team),
}

pub(super) const TYPE: MarketType = MarketType {
    key: "correct_round_score",
    name: "correct round score",
    selections: |kind, series| {
        let half = series.rules()?.rounds_per_half() as u8;
        series.has_map(kind.map()?).then_some(2 * half + 2)
    },
    fair: |kind, series, _, fair| {
        let forecast = series.forecast(kind.map()?)?;
        let half = usize::from(series.rules()?.rounds_per_half());
        let (a, rest) = fair.split_at_mut(half);
        a.copy_from_slice(forecast.regulation_wins(Team::A));
        rest[..half].copy_from_slice(forecast.regulation_wins(Team::B));
        rest[half] = forecast.a_in_overtime();
        rest[half + 1] = forecast.b_in_overtime();
        Some(())
    },
    result: |kind, series| {
        let (Some(map), Some(rules)) = (kind.map(), series.rules()) else {
            return MarketResult::Undecided;
        };
        let Some(winner) = series.map_winner(map) else {
            return series.undecided_or_not_played(map);
        };
        let half = rules.rounds_per_half() as u8;
        let loser = series.rounds(map)[winner.other() as usize];
        MarketResult::Won(SelectionIndex(match winner {
            Team::A if loser < half => loser,
            Team::B if loser < half => half + loser,
            Team::A => 2 * half,
            Team::B => 2 * half + 1,
        }))
    },
    by_maps: None,
};

/// What a selection stands for under these rules; `None` beyond the last one.
pub fn ending(rules: RoundRules, selection: SelectionIndex) -> Option<Ending> {
    let (half, index) = (rules.rounds_per_half() as u8, selection.0);
    Some(match index {
        _ if index < half => Ending::Score([half + 1, index]),
        _ if index < 2 * half => Ending::Score([index - half, half + 1]),
        _ if index == 2 * half => Ending::Overtime(Team::A),
        _ if index == 2 * half + 1 => Ending::Overtime(Team::B),
        _ => return None,
    })
}
