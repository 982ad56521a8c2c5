//! The rules of Clutch: what a bet costs, when it stands, and what it pays.
//!
//! This crate is a pure state machine. It owns accounts, money, matches, markets, prices, bets and
//! their settlement. It deliberately knows no clock, no thread, no file, no socket and no random
//! number: sequence and time arrive with each command, so the same journal gives the same state on
//! every machine. [`State::apply`] is the only way to change anything.
//!
//! Start reading at [`state`], the one long `match` from command to handler.
#![no_std]
#![forbid(unsafe_code)]

extern crate alloc;
#[cfg(test)]
extern crate std;

pub mod bets;
mod capacity;
pub mod codec;
pub mod command;
pub mod currency;
pub mod event;
pub mod feed;
pub mod hash;
pub mod house_rules;
pub mod market;
mod memory;
pub mod outbox;
mod payments;
pub mod play;
pub mod pricing;
pub mod proposals;
mod query;
pub mod reject;
pub mod risk;
pub mod settings;
pub mod settlement;
pub mod snapshot;
pub mod state;
mod state_hash;
pub mod switches;
pub mod title;
pub mod units;
pub mod wallet;

/// The rules of this release by number. It moves with every change after which some journal would lead
/// to another state: the golden journals notice. A record names the rule set it was decided under, and
/// no release replays records of another one.
pub const RULE_SET: u16 = 1;

pub use command::{Command, Envelope, Query};
pub use event::{Event, Record};
pub use memory::{RowOf, TableSize};
pub use outbox::Outbox;
pub use reject::{Refusal, Reject};
pub use state::State;
