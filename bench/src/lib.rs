//! What benches and load runs bet on: a day's book, a crowd that bets on it, and the engine that one
//! would write first, to compare with.
//!
//! Deliberately knows no clock and no thread: the same seed gives the same bets everywhere.

pub mod book;
pub mod crowd;
pub mod desk;
pub mod match_play;
pub mod reference;
pub mod tmpfs;

pub use book::BookSize;
pub use crowd::{Board, Crowd};
pub use desk::Desk;
pub use match_play::{play_a_map, won_maps};
