//! Feeds: what happens in a match, as somebody else reports it.
//!
//! A provider turns the bytes of its source into plain facts about a match. It never knows a market, a price or a bet,
//! and it never guesses: what it cannot place it reports as a disagreement and holds.

pub mod bridge;
pub mod cs_log;
pub mod push;

pub use bridge::{MatchFeed, heartbeat};
pub use push::PushFeed;
