//! Tables grow at a start with larger sizes, and whoever follows the journal grows with them.

#![allow(clippy::unwrap_used)]

mod common;

use std::path::Path;
use std::sync::Arc;

use clutch_core::command::Capacity;
use clutch_core::units::Seq;
use clutch_core::{Command, Event};
use clutch_engine::{Engine, EngineConfig, Follower, Report, Rest, take_snapshot};
use clutch_journal::{Disk, Storage};
use common::{config, open_account};

const SMALL: Capacity = Capacity {
    accounts_max: 10,
    matches_max: 2,
    markets_max: 8,
    bets_max: 16,
    client_ids_max: 32,
    multiples_max: 4,
    legs_max: 16,
    payments_max: 16,
    bonuses_max: 4,
    play_limits_max: 4,
};

fn disk() -> Arc<dyn Storage> {
    Arc::new(Disk)
}

fn sized(dir: &Path, capacity: Capacity) -> EngineConfig {
    EngineConfig { capacity, ..config(dir) }
}

/// Opens so many accounts; returns how many were refused, and what the publisher said of sizes.
fn open(engine: &mut Engine, first: u32, count: u32) -> (usize, Vec<Capacity>) {
    let mut publisher = engine.publisher().unwrap();
    let mut sender = engine.sender();
    for number in first..first + count {
        sender.try_send(open_account(&format!("player-{number}"))).unwrap();
    }
    engine.drain();
    let (mut refused, mut sizes) = (0, Vec::new());
    loop {
        let polled = publisher.poll(100, |record| match record.event {
            Event::Refused(_) => refused += 1,
            Event::Enlarged(capacity) => sizes.push(capacity),
            _ => {}
        });
        match polled.rest {
            Rest::Closed => return (refused, sizes),
            Rest::Failed => panic!("the engine failed"),
            Rest::More | Rest::Nothing | Rest::Blocked => {
                publisher.wait(std::time::Duration::from_millis(10));
            }
        }
    }
}

fn hash_by_replay(dir: &Path) -> u64 {
    let mut follower = Follower::open(dir).unwrap();
    follower.run_to_end(|_| {}).unwrap();
    follower.state_hash()
}

#[test]
fn a_start_with_larger_sizes_enlarges_and_with_smaller_ones_keeps_what_is() {
    let dir = tempfile::tempdir().unwrap();
    let mut engine = Engine::start(sized(dir.path(), SMALL)).unwrap();
    assert_eq!(engine.recovery().sizes, (SMALL, SMALL));
    assert_eq!(open(&mut engine, 0, 12), (2, vec![]));
    engine.shutdown().unwrap();
    // A snapshot of the small tables: the next start begins with it, and enlarges behind it.
    take_snapshot(dir.path(), &disk(), clutch_core::RULE_SET, u64::MAX, |_| {}).unwrap().unwrap();

    let asked = Capacity { accounts_max: 20, bets_max: 5, ..SMALL };
    let larger = Capacity { accounts_max: 20, ..SMALL };
    let mut engine = Engine::start(sized(dir.path(), asked)).unwrap();
    assert_eq!(engine.recovery().snapshot, Some(Seq(13)));
    assert_eq!(engine.recovery().sizes, (SMALL, larger), "bets_max stays what it is");
    assert_eq!(open(&mut engine, 12, 12), (2, vec![larger]), "before anything is taken in");
    let report = engine.shutdown().unwrap();
    assert_eq!(report.state.capacity(), Some(larger));
    assert_eq!(report.last_seq, Seq(13 + 1 + 12));
    assert_eq!(hash_by_replay(dir.path()), report.state_hash, "a replay grows in the middle");

    // Nothing grows any more: nothing is written.
    for capacity in [asked, SMALL, larger] {
        let engine = Engine::start(sized(dir.path(), capacity)).unwrap();
        assert_eq!(engine.recovery().sizes, (larger, larger));
        let Report { last_seq, state_hash, .. } = engine.shutdown().unwrap();
        assert_eq!((last_seq, state_hash), (Seq(26), report.state_hash));
    }
    // And a snapshot behind it holds the larger ones.
    take_snapshot(dir.path(), &disk(), clutch_core::RULE_SET, u64::MAX, |_| {}).unwrap().unwrap();
    let engine = Engine::start(sized(dir.path(), SMALL)).unwrap();
    assert_eq!(engine.recovery().snapshot, Some(Seq(26)));
    assert_eq!(engine.shutdown().unwrap().state_hash, report.state_hash);
}

#[test]
fn a_follower_has_room_for_what_larger_tables_say() {
    let dir = tempfile::tempdir().unwrap();
    Engine::start(sized(dir.path(), SMALL)).unwrap().shutdown().unwrap();
    let mut follower = Follower::open(dir.path()).unwrap();
    follower.run_to_end(|_| {}).unwrap();
    let wide = Capacity { accounts_max: 40, matches_max: 20_000, ..SMALL };
    let engine = Engine::start(sized(dir.path(), wide)).unwrap();
    let report = engine.shutdown().unwrap();
    let step = follower.step().unwrap().unwrap();
    assert!(matches!(step.envelope.command, Command::Enlarge { capacity } if capacity == wide));
    assert!(step.events.iter().any(|it| it.event == Event::Enlarged(wide)));
    assert_eq!(follower.state_hash(), report.state_hash);
}
