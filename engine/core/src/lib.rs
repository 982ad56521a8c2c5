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

pub mod codec;
pub mod command;
pub mod event;
pub mod outbox;
pub mod pricing;
pub mod reject;
pub mod state;
pub mod units;

pub use command::{Command, Envelope, Query};
pub use event::{Event, Record};
pub use outbox::Outbox;
pub use reject::{Refusal, Reject};
pub use state::State;
