//! A follower names the record that it cannot follow.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should say where")]

use std::path::Path;

use clutch_engine::clutch_core::command::{Actor, Capacity, Config, ENCODED_MAX};
use clutch_engine::clutch_core::units::Seq;
use clutch_engine::clutch_core::{Command, Envelope};
use clutch_engine::*;

/// A record's version under rule set 1, the encoding being another one than today's by so much.
fn rules_1(encoding_differs_by: i16) -> u16 {
    record_version(1).wrapping_add_signed(encoding_differs_by)
}

/// Writes records as they are given: kind, version, payload.
fn write_journal(dir: &Path, records: &[(u16, u16, &[u8])]) {
    let options = JournalOptions { segment_bytes: 1 << 20, ..JournalOptions::default() };
    let opened = clutch_journal::open(dir, options).unwrap();
    let mut writer = opened.writer;
    for (seq, (kind, version, payload)) in (1..).zip(records) {
        writer.append(*kind, *version, seq, 1_000, payload).unwrap();
    }
    drop(writer);
    opened.committer.spawn(Box::new(|_| {})).stop().unwrap();
}

fn genesis() -> Vec<u8> {
    let capacity = Capacity { accounts_max: 10, bets_max: 10, ..Capacity::default() };
    let command = Command::Genesis { capacity, config: Config::default() };
    let mut bytes = [0; ENCODED_MAX];
    let length = Envelope { actor: Actor::Engine, trace: 0, command }.encode(&mut bytes);
    bytes[..length].to_vec()
}

fn refusal(second: (u16, u16, &[u8])) -> FollowError {
    let dir = tempfile::tempdir().unwrap();
    write_journal(dir.path(), &[(1, rules_1(0), &genesis()), second]);
    let mut follower = Follower::open(dir.path()).unwrap();
    let error = follower.run_to_end(|_| {}).unwrap_err();
    assert_eq!(follower.last_seq(), Seq(1), "nothing of the bad record was applied");
    let memory = tempfile::tempdir().unwrap();
    let mut config = EngineConfig::new(dir.path());
    config.journal.shm_dir = Some(memory.path().to_owned());
    let started = Engine::start(config);
    assert!(matches!(started, Err(StartError::Replay(_))), "and no engine starts on it");
    let left = std::fs::read_dir(memory.path()).unwrap().count();
    assert_eq!(left, 0, "and what did not start leaves nothing in memory");
    error
}

#[test]
fn a_payload_that_is_no_command_is_named_by_sequence_and_kind() {
    let error = refusal((13, rules_1(0), b"not a bet"));
    assert!(matches!(error, FollowError::Decode { seq: Seq(2), kind: 13, .. }));
    assert!(error.to_string().starts_with("record 2 (kind 13) is not a command"), "{error}");
}

#[test]
fn a_kind_that_contradicts_its_payload_is_refused() {
    let error = refusal((13, rules_1(0), &genesis()));
    assert!(matches!(error, FollowError::Kind { seq: Seq(2), kind: 13, found: 1 }));
}

#[test]
fn an_encoding_of_a_newer_release_is_refused() {
    let error = refusal((1, rules_1(1), &genesis()));
    let newer = ENCODING + 1;
    assert!(
        matches!(error, FollowError::Encoding { seq: Seq(2), kind: 1, encoding } if encoding == newer)
    );
    assert!(
        error.to_string().ends_with("use the release that wrote it, or a newer one"),
        "{error}"
    );
}

/// As a journal of an unreleased build of another day is, however much alike its bytes may look.
#[test]
fn an_encoding_that_is_no_longer_read_is_refused_with_the_way_over() {
    let error = refusal((1, rules_1(-1), &genesis()));
    let words = error.to_string();
    assert!(words.starts_with("record 2 (kind 1) is written in encoding "), "{words}");
    assert!(words.contains("`clutch journal snapshot`), then start this one"), "{words}");
}

#[test]
fn a_record_of_other_rules_is_refused() {
    let error = refusal((1, record_version(2), &genesis()));
    assert!(matches!(error, FollowError::RuleSet { seq: Seq(2), written: 2, ours: 1 }));
    assert!(
        error.to_string().ends_with("use the release that wrote it, or a newer one"),
        "{error}"
    );
}

#[test]
fn a_directory_without_a_journal_is_told() {
    let dir = tempfile::tempdir().unwrap();
    assert!(matches!(Follower::open(dir.path()), Err(FollowError::Journal(_))));
}
