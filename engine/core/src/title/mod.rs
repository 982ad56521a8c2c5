//! Matches by game title: what the score is, what can follow, and what cannot.

mod catalogue;
pub mod counter_strike;
mod fixture;

pub use fixture::{FeedState, Fixture, MARKETS_PER_MATCH_MAX, REWINDS_MAX, SOURCES_MAX, Undone};
