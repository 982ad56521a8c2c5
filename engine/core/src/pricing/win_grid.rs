//! The backward pass: P(A wins the map) now and after each result of the next round.
//!
//! Owns the pair of next prices that the branch check compares with. It shares no walk with the
//! forward pass, so each can be held against the other.

use super::period;
pub use super::period::WinBranches;
use super::round_rules::{
    ForecastError, MapModel, OVERTIME_HALF_MAX, ROUNDS_PER_HALF_MAX, RoundRules,
};

const REGULATION: usize = ROUNDS_PER_HALF_MAX as usize + 2;
const OVERTIME: usize = OVERTIME_HALF_MAX as usize + 2;

/// P(A wins the map) at a live score, and at the two scores the next round can lead to.
pub fn win_grid(
    rules: RoundRules,
    model: &MapModel,
    a: u16,
    b: u16,
) -> Result<WinBranches, ForecastError> {
    let at = rules.position(a, b)?;
    let overtime_half = usize::from(rules.overtime_half());
    let level = fresh_overtime(rules, model);
    // The next round may have a chance of its own.
    let (next, first) = (model.round_a(rules, a + b + 1), at.a + at.b);
    Ok(match at.overtime {
        None => {
            let half = usize::from(rules.rounds_per_half());
            let round_a = model.regulation(rules);
            let round_a = |played| if played == first { next } else { round_a(played) };
            period::win_branches::<REGULATION>(half, at.a, at.b, level, round_a)
        }
        Some(number) => {
            let round_a = model.overtime(rules, number);
            let round_a = |played| if played == first { next } else { round_a(played) };
            period::win_branches::<OVERTIME>(overtime_half, at.a, at.b, level, round_a)
        }
    })
}

/// P(A wins) from level: the overtimes that stay level cancel out. Both sides are played equally
/// often in each, so it does not matter which overtime it is.
fn fresh_overtime(rules: RoundRules, model: &MapModel) -> f64 {
    let half = usize::from(rules.overtime_half());
    let round_a = model.overtime(rules, 0);
    let a = period::win_branches::<OVERTIME>(half, 0, 0, 0.0, &round_a).now;
    // B's own walk, because 1 − P(A) − P(level) would lose the digits when nearly every overtime
    // stays level.
    let b = period::win_branches::<OVERTIME>(half, 0, 0, 0.0, |played| 1.0 - round_a(played)).now;
    a / (a + b)
}
