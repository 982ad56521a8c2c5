//! From match state to fair probabilities to booked odds.
//!
//! Owns the arithmetic only: forecasts of a map and of a series, the margin, the ladder and the
//! solver that turns a trader's target into parameters. It does not know markets, matches, accounts
//! or time; its callers pass plain numbers and read plain numbers back.
//!
//! Invariants: nothing here allocates, nothing here keeps state, and the only operations on `f64`
//! are `+ - * /`, comparisons and `sqrt`, which IEEE 754 rounds in exactly one way, so that a
//! replay on another machine agrees bit by bit.

pub mod ladder;
pub mod margin;
pub mod moba;
mod overtime;
mod period;
pub mod round_grid;
pub mod round_rules;
pub mod series;
pub mod series_rounds;
pub mod solve;
pub mod win_grid;

pub use ladder::{Ladder, LadderBand, LadderError, LadderTable, odds_milli_floor};
pub use margin::{MarginError, apply_multiplicative, apply_odds_ratio, two_way_odds_milli};
pub use moba::{MobaModel, MobaModels, MobaStanding};
pub use round_grid::MapForecast;
pub use round_rules::{BySide, ForecastError, MapModel, NextRound, OvertimeSides, RoundRules};
pub use series::{SeriesError, SeriesForecast};
pub use series_rounds::{RoundsAfter, SERIES_ROUNDS_MAX};
pub use solve::{SolveError, solve_map_model};
pub use win_grid::{WinBranches, win_grid};
