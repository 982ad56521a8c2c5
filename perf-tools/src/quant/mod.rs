//! What a quant runs over real data: fitting the MOBA coefficients, and holding prices against what
//! happened.
//!
//! | module | subject |
//! |---|---|
//! | `fit` | the `fit` command: from games to coefficient files with their report |
//! | `calibrate` | the `calibrate` command: how good prices were on games they have not seen |
//! | `lol` | the League of Legends games: rows, strengths before the game, the split |
//! | `dota` | Dota 2: a reference figure and two documents |
//! | `csgo_pool` | de-vig methods over pool percentages of Counter-Strike matches |
//! | `regression`, `scores`, `plot`, `table` | logistic regression, scoring, the picture, files read |

pub mod calibrate;
mod csgo_pool;
mod dota;
pub mod fit;
mod lol;
mod plot;
mod regression;
mod scores;
mod table;
