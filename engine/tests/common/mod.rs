//! What the engine's tests share.
#![allow(dead_code, clippy::unwrap_used, reason = "each test file uses a part of it")]

use std::path::Path;
use std::time::{Duration, Instant};

use clutch_engine::clutch_core::command::Actor;
use clutch_engine::clutch_core::units::{AccountId, Currency, Money, Name};
use clutch_engine::clutch_core::{Command, Envelope, Record};
use clutch_engine::{EngineConfig, Publisher, Rest};

/// A small engine: little memory, a small journal.
pub fn config(dir: &Path) -> EngineConfig {
    let mut config = EngineConfig::new(dir);
    config.journal.segment_bytes = 1 << 20;
    config.journal.ring_bytes = 1 << 18;
    // The tests also run in containers, whose files are on an overlay.
    config.journal.unsafe_storage = true;
    (config.input_ring, config.outbox_ring) = (8192, 8192);
    config.capacity.accounts_max = 100;
    config.capacity.matches_max = 4;
    config.capacity.markets_max = 64;
    config.capacity.bets_max = 1_000;
    config.capacity.client_ids_max = 10_000;
    config
}

pub fn by_operator(trace: u64, command: Command) -> Envelope {
    Envelope { actor: Actor::Operator(1), trace, command }
}

pub fn open_account(key: &str) -> Envelope {
    let (key, currency) = (Name::new(key).unwrap(), Currency(0));
    by_operator(0, Command::OpenAccount { key, currency })
}

pub fn deposit(account: u32, minor: i64, reference: u128) -> Envelope {
    let (account, amount) = (AccountId(account), Money::from_minor(minor));
    by_operator(0, Command::Deposit { account, amount, reference })
}

/// Polls until the engine has ended.
pub fn poll_to_end(publisher: &mut Publisher) -> (Vec<Record>, Rest) {
    let mut records = vec![];
    loop {
        match publisher.poll(100, |record| records.push(*record)).rest {
            Rest::More => {}
            Rest::Blocked | Rest::Nothing => publisher.wait(Duration::from_secs(1)),
            rest @ (Rest::Closed | Rest::Failed) => return (records, rest),
        }
    }
}

/// Waits for something that other threads do. A minute is for ever on any machine.
pub fn wait_until(what: &str, mut is_so: impl FnMut() -> bool) {
    let start = Instant::now();
    while !is_so() {
        assert!(start.elapsed() < Duration::from_secs(60), "never: {what}");
        std::thread::sleep(Duration::from_millis(1));
    }
}
