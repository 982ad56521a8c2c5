//! The board of tables about bets of several legs: three even matches, each with its winner's market at
//! 2.00, and an account with 100.00.

use crate::check;

/// What every such table begins with.
pub const BOARD: &str = "
    account A balance 100.00
    match   M1 bo1
    match   M2 bo1
    match   M3 bo1
    maps    M1 even
    maps    M2 even
    maps    M3 even
    market  W1 M1 winner
    market  W2 M2 winner
    market  W3 M3 winner
";

/// Checks a table that begins with the board.
#[track_caller]
pub fn on_board(table: &str) {
    check(&format!("{BOARD}{table}"));
}

/// The same under other settings.
#[track_caller]
pub fn with_config(config: &str, table: &str) {
    check(&format!("config {config}\n{BOARD}{table}"));
}
