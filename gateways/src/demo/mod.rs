//! A whole series, played from the log of a real server: odds, bets, journal, settlement.

pub mod board;
pub mod crowd;
pub mod play;
pub mod report;
pub mod script;
pub mod tap;
pub mod terminal;
pub mod timeline;
