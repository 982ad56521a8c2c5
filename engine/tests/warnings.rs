//! What an engine was asked for and does without is said at its start and goes on being said.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should say where")]

mod common;

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use clutch_engine::clutch_core::units::Timestamp;
use clutch_engine::*;
use common::{config, deposit, open_account};

fn words(engine: &Engine) -> String {
    let warnings = engine.status().warnings;
    warnings.iter().map(|warning| format!("{warning}\n")).collect()
}

/// Journal time after one more command.
fn time_after_a_command(engine: &mut Engine, number: u128) -> Timestamp {
    let mut publisher = engine.publisher().unwrap();
    engine.sender().try_send(deposit(0, 1, number)).unwrap();
    let mut time = None;
    while time.is_none() {
        publisher.poll(100, |record| time = Some(record.time));
    }
    time.unwrap()
}

#[test]
fn a_clock_that_was_set_back_is_a_warning_and_time_goes_on_from_the_journal() {
    let dir = tempfile::tempdir().unwrap();
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    let ahead = Timestamp::from_nanos((now + Duration::from_secs(3_600)).as_nanos() as u64);
    let clock = ClockSource::Manual(ManualClock::new(ahead));
    let engine = Engine::start(EngineConfig { clock, ..config(dir.path()) }).unwrap();
    engine.sender().try_send(open_account("one")).unwrap();
    assert!(!words(&engine).contains("clock"), "nobody sets a clock that is moved by hand");
    engine.shutdown().unwrap();

    let mut engine = Engine::start(config(dir.path())).unwrap();
    let said = words(&engine);
    assert!(said.contains("s behind the journal's last record: was it set back?"), "{said}");
    assert!(Duration::from_secs(3_500) < engine.status().clock_behind);
    let (first, status) = (time_after_a_command(&mut engine, 1), engine.status());
    assert!(ahead <= first, "time never runs back");
    assert!(Duration::from_secs(3_500) < status.clock_behind, "{status:?}");
    engine.shutdown().unwrap();
}

/// After a kill the ring should still be there: its directory was emptied, or is another one now.
#[test]
fn a_ring_that_is_gone_after_a_kill_is_a_warning() {
    let dir = tempfile::tempdir().unwrap();
    let start = || Engine::start(config(dir.path())).unwrap();
    start().shutdown().unwrap();
    assert!(!words(&start()).contains("no longer on tmpfs"), "a clean stop takes it away");
    // What a kill leaves says that there is a ring.
    let (superblock, running) = (dir.path().join("super"), start());
    let as_left = std::fs::read(&superblock).unwrap();
    running.shutdown().unwrap();
    std::fs::write(&superblock, as_left).unwrap();
    let said = words(&start());
    assert!(said.contains("its ring is no longer on tmpfs: what it had not yet written"), "{said}");
}

#[test]
fn a_good_start_has_nothing_to_say() {
    let dir = tempfile::tempdir().unwrap();
    let engine = Engine::start(config(dir.path())).unwrap();
    let said = words(&engine);
    let is_expected = |line: &str| line.contains("tmpfs") || line.contains("overlay");
    assert!(said.lines().all(is_expected), "{said}");
    assert!(engine.status().clock_behind < Duration::from_secs(1));
}

#[test]
fn a_ring_without_its_place_says_why_and_what_that_costs() {
    let dir = tempfile::tempdir().unwrap();
    for (shm_dir, why) in [
        (Some("/nonexistent/shm".into()), "finds no tmpfs: the directory is not there"),
        (None, "was not to be on tmpfs"),
    ] {
        let mut config = config(dir.path());
        config.journal.shm_dir = shm_dir;
        let engine = Engine::start(config).unwrap();
        let said = words(&engine);
        assert!(said.contains(why) && said.contains("would be lost with the process"), "{said}");
        assert!(engine.status().ring_in_memory_only);
        engine.shutdown().unwrap();
    }
}
