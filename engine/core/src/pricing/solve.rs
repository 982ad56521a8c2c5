//! From the price a trader has in mind to the parameters of the model.
//!
//! Owns one question: which round probabilities make team A win this map with a given probability.
//! The answer keeps the shape of the given model (the gap between the sides, the pistols) and moves
//! everything by one factor on the odds p : (1 − p). A factor on the odds rather than an amount
//! added to p, because it keeps every probability between 0 and 1 whatever the target is.

use super::round_rules::{BySide, ForecastError, MapModel, RoundRules};
use super::win_grid::win_grid;
use core::fmt;

/// The steps are counted, never compared with a tolerance: the same work and the same bits
/// everywhere.
const BISECTION_STEPS: u32 = 40;
/// How close the solution comes to its target.
pub const SOLVE_TOLERANCE: f64 = 1e-9;

/// Why there is no solution.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SolveError {
    /// The target is not a number strictly between 0 and 1.
    Target,
    /// No usable round probabilities lead to the target from this score.
    OutOfReach,
    /// The score cannot be forecast.
    Forecast(ForecastError),
}

/// Moves the round probabilities of `shape` together until team A wins the map, from score (a, b),
/// with probability `target`.
pub fn solve_map_model(
    rules: RoundRules,
    shape: &MapModel,
    a: u16,
    b: u16,
    target: f64,
) -> Result<MapModel, SolveError> {
    // Written so that NaN fails.
    if !(0.0 < target && target < 1.0) {
        return Err(SolveError::Target);
    }
    rules.position(a, b).map_err(SolveError::Forecast)?;
    // The factor is (1 + s) : (1 − s): s from −1 to 1 covers all factors from 0 to infinity.
    let (mut low, mut high) = (-1.0, 1.0);
    for _ in 0..BISECTION_STEPS {
        let middle = (low + high) / 2.0;
        // A factor that makes rounds all but certain is past any target on its side.
        let too_low = match moved(shape, middle).and_then(|model| win_grid(rules, &model, a, b)) {
            Ok(win) => win.now < target,
            Err(_) => middle < 0.0,
        };
        if too_low {
            low = middle;
        } else {
            high = middle;
        }
    }
    let model = moved(shape, (low + high) / 2.0).map_err(|_| SolveError::OutOfReach)?;
    let missed = win_grid(rules, &model, a, b).map_err(SolveError::Forecast)?.now - target;
    if (-SOLVE_TOLERANCE..=SOLVE_TOLERANCE).contains(&missed) {
        Ok(model)
    } else {
        Err(SolveError::OutOfReach)
    }
}

fn moved(shape: &MapModel, s: f64) -> Result<MapModel, ForecastError> {
    // p·(1 + s) / (p·(1 + s) + (1 − p)·(1 − s)), multiplied out.
    let shift = |p: f64| p * (1.0 + s) / (1.0 - s + 2.0 * p * s);
    let both = |p: BySide| BySide { t: shift(p.t), ct: shift(p.ct) };
    MapModel::new(shape.first_side(), both(shape.round()), Some(both(shape.pistol())))
}

impl fmt::Display for SolveError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Target => f.write_str("the target must lie strictly between 0 and 1"),
            Self::OutOfReach => {
                f.write_str("no usable round probabilities lead to the target from this score")
            }
            Self::Forecast(error) => error.fmt(f),
        }
    }
}

impl core::error::Error for SolveError {}
