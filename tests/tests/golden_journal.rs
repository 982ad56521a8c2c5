//! A journal of this release, committed: it replays to the same state for ever, or it is refused with a
//! clear word. If the hash moves, the rules moved: raise `clutch_core::RULE_SET`, add a journal of the new
//! rules beside this one and keep this one, which must then be refused; see `engine/UPGRADING.md`.
//!
//! While nothing is released, `CLUTCH_WRITE_GOLDEN=1` writes it anew.

#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::PathBuf;

use clutch_core::command::ENCODED_MAX;
use clutch_engine::{FollowError, Follower};
use clutch_journal::Options;
use clutch_tests::chooser::Chooser;
use clutch_tests::twin::Twin;
use clutch_tests::world::World;

/// How commands are encoded, and under which rules they were decided, as each record says it.
const VERSION: u16 = clutch_engine::record_version(clutch_core::RULE_SET);

fn golden() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("golden/journal-rules-1")
}

/// Some hundred made-up commands of every kind, with bets that wait, stand, win, lose and are void.
fn world() -> World {
    let mut chooser = Chooser::new(7);
    let (capacity, config) = (chooser.capacity(), chooser.config());
    let (mut world, mut twin) = (World::new(capacity, config), Twin::new(capacity, config));
    for _ in 0..250 {
        world.skip(chooser.pause());
        let at_rest = !world.has_work();
        let command = chooser.command(&twin, world.now(), at_rest);
        let records = world.apply(command);
        twin.apply(world.state().last_seq().0, world.now().nanos(), &command, &records);
    }
    world
}

fn write() {
    let dir = golden();
    let _ = fs::remove_dir_all(&dir);
    let world = world();
    let options = Options {
        segment_bytes: 96 << 10,
        ring_bytes: 1 << 18,
        shm_dir: None,
        reserve_segments: 0,
        unsafe_storage: true,
        rule_set: clutch_engine::rules_of_journal(clutch_core::RULE_SET),
        ..Options::default()
    };
    let opened = clutch_journal::open(&dir, options).unwrap();
    let mut writer = opened.writer;
    for (seq, (time, envelope)) in (1..).zip(world.journal()) {
        let mut bytes = [0; ENCODED_MAX];
        let length = envelope.encode(&mut bytes);
        let kind = envelope.command.kind();
        writer.append(kind, VERSION, seq, time.nanos(), &bytes[..length]).unwrap();
    }
    drop(writer);
    opened.committer.spawn(Box::new(|_| {})).stop().unwrap();
    let (seq, hash) = (world.state().last_seq().0, world.state().state_hash());
    fs::write(dir.join("state_hash.txt"), format!("{seq} {hash:016x}\n")).unwrap();
    fs::remove_file(dir.join("LOCK")).unwrap();
}

#[test]
fn the_journal_of_this_release_replays_to_its_own_hash() {
    if std::env::var_os("CLUTCH_WRITE_GOLDEN").is_some() {
        write();
    }
    let expected = fs::read_to_string(golden().join("state_hash.txt")).unwrap();
    let mut follower = Follower::open(&golden()).unwrap();
    follower.run_to_end(|_| {}).unwrap();
    let found = format!("{} {:016x}\n", follower.last_seq().0, follower.state_hash());
    assert_eq!(found, expected, "the rules or the layout of the state moved; see this file's head");
    let rules = clutch_engine::rules_of_journal(clutch_core::RULE_SET);
    assert_eq!(follower.reader().rule_set(), rules);
}

#[test]
fn a_release_with_other_rules_refuses_it_and_says_what_to_do() {
    for (ours, way_out) in [(0, "use the release that wrote it"), (2, "clutch journal snapshot")] {
        let mut follower = Follower::open(&golden()).unwrap().with_rule_set(ours);
        let error = follower.run_to_end(|_| {}).unwrap_err();
        assert!(matches!(error, FollowError::RuleSet { written: 1, .. }), "{error}");
        assert!(error.to_string().contains(way_out), "{error}");
        assert_eq!(follower.last_seq().0, 0, "nothing was applied");
    }
}
