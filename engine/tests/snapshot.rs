//! A start from a snapshot leads to the state that the whole journal leads to, and a snapshot that is
//! not to be believed is passed over.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should say where")]

mod common;

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clutch_engine::clutch_core::units::Seq;
use clutch_engine::*;
use clutch_journal::{Disk, FillableDisk, SnapshotReader, SnapshotWriter, Storage, snapshots};
use common::{config, deposit, open_account, wait_until};

fn disk() -> Arc<dyn Storage> {
    Arc::new(Disk)
}

/// Runs an engine for some commands and returns the hash it ends with.
fn run(config: EngineConfig, first: u32, commands: u32) -> Report {
    let mut engine = Engine::start(config).unwrap();
    drop(engine.publisher());
    let mut sender = engine.sender();
    for number in first..first + commands {
        let command = if number < 50 {
            open_account(&format!("player-{number}"))
        } else {
            deposit(number % 50, 100 + i64::from(number), u128::from(number))
        };
        while sender.try_send(command) == Err(SendError::EngineBusy) {}
    }
    engine.shutdown().unwrap()
}

fn taken(dir: &Path) -> u64 {
    let info = take_snapshot(dir, &disk(), clutch_core::RULE_SET, u64::MAX, |_| {}).unwrap();
    info.unwrap().position.seq
}

/// Starts an engine and stops it again: what it found, and the hash it ended with.
fn restart(dir: &Path) -> (Option<Seq>, u64, Vec<String>, u64) {
    let engine = Engine::start(config(dir)).unwrap();
    let recovery = engine.recovery();
    let rejected = recovery.rejected.iter().map(|rejected| rejected.flaw.to_string()).collect();
    let (snapshot, replayed) = (recovery.snapshot, recovery.replayed);
    let report = engine.shutdown().unwrap();
    (snapshot, replayed, rejected, report.state_hash)
}

fn file(dir: &Path, seq: u64) -> PathBuf {
    dir.join(format!("snap-{seq:020}.cls"))
}

fn flip(path: &Path, at: u64) {
    let mut bytes = fs::read(path).unwrap();
    bytes[at as usize] ^= 1;
    fs::write(path, bytes).unwrap();
}

#[test]
fn an_engine_takes_snapshots_beside_its_work_and_starts_from_the_newest() {
    let dir = tempfile::tempdir().unwrap();
    let mut engine =
        Engine::start(EngineConfig { snapshot_every: Some(300), ..config(dir.path()) }).unwrap();
    drop(engine.publisher());
    let mut sender = engine.sender();
    sender.try_send(open_account("one")).unwrap();
    for number in 0..2_000 {
        while sender.try_send(deposit(0, 100, number)) == Err(SendError::EngineBusy) {}
        if number % 500 == 499 {
            let monitor = engine.monitor();
            let snapshot = || monitor.status().snapshots.unwrap();
            wait_until("a snapshot", || number as u64 - 498 < snapshot().newest.0);
            assert_eq!(snapshot().failure, None);
        }
    }
    let report = engine.shutdown().unwrap();
    let kept = snapshots(dir.path()).unwrap();
    assert_eq!(kept.len(), SNAPSHOTS_KEPT);
    let (snapshot, replayed, rejected, hash) = restart(dir.path());
    assert_eq!(snapshot, Some(Seq(kept[1])));
    assert_eq!((replayed, hash), (2_002 - kept[1], report.state_hash));
    assert!(rejected.is_empty(), "{rejected:?}");
    let mut whole = Follower::open(dir.path()).unwrap();
    whole.run_to_end(|_| {}).unwrap();
    assert_eq!(whole.state_hash(), report.state_hash, "and so does the whole journal");
}

#[test]
fn a_damaged_snapshot_gives_way_to_the_one_before_and_that_to_the_beginning() {
    let dir = tempfile::tempdir().unwrap();
    run(config(dir.path()), 0, 100);
    let older = taken(dir.path());
    run(config(dir.path()), 100, 100);
    let newer = taken(dir.path());
    let report = run(config(dir.path()), 200, 100);
    let hash = report.state_hash;

    let (snapshot, replayed, ..) = restart(dir.path());
    assert_eq!((snapshot, replayed), (Some(Seq(newer)), 100));
    flip(&file(dir.path(), newer), 9_000);
    let (snapshot, replayed, rejected, found) = restart(dir.path());
    assert_eq!((snapshot, replayed, found), (Some(Seq(older)), 200, hash));
    assert!(rejected[0].contains("checksum"), "{rejected:?}");
    fs::write(file(dir.path(), older), b"cut").unwrap();
    let (snapshot, replayed, rejected, found) = restart(dir.path());
    assert_eq!((snapshot, replayed, found), (None, 301, hash));
    assert_eq!(rejected.len(), 2);
}

#[test]
fn a_snapshot_of_another_journal_or_another_history_is_passed_over() {
    let (dir, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let hash = run(config(dir.path()), 0, 60).state_hash;
    run(config(other.path()), 0, 50);
    let seq = taken(other.path());
    fs::copy(file(other.path(), seq), file(dir.path(), seq)).unwrap();
    let (snapshot, _, rejected, found) = restart(dir.path());
    assert_eq!((snapshot, found), (None, hash));
    assert!(rejected[0].contains("belongs to journal"), "{rejected:?}");
    fs::remove_file(file(dir.path(), seq)).unwrap();

    // A copy of the directory went its own way and left its snapshot here.
    let parted = tempfile::tempdir().unwrap();
    for entry in fs::read_dir(dir.path()).unwrap() {
        let entry = entry.unwrap();
        fs::copy(entry.path(), parted.path().join(entry.file_name())).unwrap();
    }
    let hash = run(config(dir.path()), 60, 10).state_hash;
    run(config(parted.path()), 65, 10);
    let seq = taken(parted.path());
    fs::copy(file(parted.path(), seq), file(dir.path(), seq)).unwrap();
    let (snapshot, _, rejected, found) = restart(dir.path());
    assert_eq!((snapshot, found), (None, hash));
    assert!(rejected[0].contains("another history"), "{rejected:?}");
}

/// Whole in every byte, and yet not the state of that record.
#[test]
fn a_snapshot_is_believed_only_with_the_hash_of_its_own_state() {
    let dir = tempfile::tempdir().unwrap();
    let hash = run(config(dir.path()), 0, 100).state_hash;
    let seq = taken(dir.path());
    let journal_id = Follower::open(dir.path()).unwrap().reader().journal_id();
    let mut follower = Follower::open_newest(dir.path(), |_| {}).unwrap();
    assert!(follower.step().unwrap().is_none(), "it stands at the end");
    let rewrite = |contents: &[u8], state_hash| {
        let position = follower.position();
        let mut writer =
            SnapshotWriter::create(dir.path(), disk(), journal_id, position, 0, 0).unwrap();
        writer.write_all(contents).unwrap();
        writer.finish(state_hash).unwrap();
    };
    let mut contents = vec![];
    follower.state().save(&mut |piece| contents.extend_from_slice(piece));
    for (contents, said, why) in [
        (&contents[..], 7, "says state hash 0000000000000007"),
        (&contents[..contents.len() - 1], hash, "the bytes end before the value does"),
        (&[255, 0, 0, 0], hash, "its layout is 255"),
    ] {
        rewrite(contents, said);
        let (snapshot, _, rejected, found) = restart(dir.path());
        assert_eq!((snapshot, found), (None, hash), "{why}");
        assert!(rejected[0].contains(why), "{rejected:?}");
    }
    rewrite(&contents, hash);
    assert_eq!(restart(dir.path()).0, Some(Seq(seq)));
}

#[test]
fn nothing_new_makes_no_new_snapshot() {
    let dir = tempfile::tempdir().unwrap();
    run(config(dir.path()), 0, 20);
    let seq = taken(dir.path());
    let again =
        take_snapshot(dir.path(), &disk(), clutch_core::RULE_SET, u64::MAX, |_| {}).unwrap();
    assert!(again.is_none());
    assert_eq!(snapshots(dir.path()).unwrap(), [seq]);
}

/// Old segments may leave once two snapshots are good; without them no start is possible, and says so.
#[test]
fn an_archived_journal_starts_from_its_snapshots_and_not_without() {
    let dir = tempfile::tempdir().unwrap();
    let away = dir.path().join("away");
    let data = dir.path().join("data");
    run(config(&data), 0, 30_000);
    taken(&data);
    run(config(&data), 30_000, 10);
    taken(&data);
    let hash = run(config(&data), 30_010, 10).state_hash;
    let archived = clutch_journal::archive(&data, &away, 20_000, &Disk, &mut |_, _| {}).unwrap();
    assert!(1 < archived.oldest_seq, "a segment has left");
    assert_eq!(restart(&data).3, hash);
    // Who asks for something before the snapshots hears from where on it is told.
    let older = snapshots(&data).unwrap()[0];
    let behind = |seq| Follower::open_behind_snapshot(&data, seq, |_| {}).map(|it| it.last_seq().0);
    assert_eq!(behind(older).unwrap(), older);
    let error = behind(older - 1).unwrap_err().to_string();
    let next = format!("--archive, or begin with record {}", older + 1);
    assert!(error.starts_with(&format!("record {older} cannot be told")), "{error}");
    assert!(error.ends_with(&next), "{error}");
    for seq in snapshots(&data).unwrap() {
        flip(&file(&data, seq), 9_000);
    }
    let error = Engine::start(config(&data)).map(|_| ()).unwrap_err().to_string();
    assert!(error.contains("archived"), "{error}");
}

/// The way from one rule set to the next: a snapshot at the journal's end by the old release, then the
/// new release. What came before it stays decided as it was.
#[test]
fn a_new_rule_set_begins_at_a_snapshot_of_the_old_one() {
    let dir = tempfile::tempdir().unwrap();
    let under = |rule_set| EngineConfig { rule_set, ..config(dir.path()) };
    let start = |rule_set| Engine::start(under(rule_set)).map(|_| ()).unwrap_err().to_string();
    run(under(1), 0, 100);
    let refused = start(2);
    assert!(
        refused.contains("rule set 1") && refused.contains("clutch journal snapshot"),
        "{refused}"
    );
    // A start that is refused leaves the journal to the release that wrote it.
    run(under(1), 101, 0);

    let seq = taken(dir.path());
    let hash = run(under(2), 100, 50).state_hash;
    let refused = start(1);
    assert!(refused.contains("rule set 2") && refused.contains("or a newer one"), "{refused}");
    let engine = Engine::start(under(2)).unwrap();
    assert_eq!((engine.recovery().snapshot, engine.recovery().replayed), (Some(Seq(seq)), 50));
    assert_eq!(engine.shutdown().unwrap().state_hash, hash);
    let info = SnapshotReader::open(
        dir.path(),
        seq,
        Follower::open(dir.path()).unwrap().reader().journal_id(),
    );
    assert_eq!(info.unwrap().info().rule_set, 1, "the snapshot names the rules before it");
}

#[test]
fn a_full_disk_costs_the_snapshot_and_nothing_else() {
    let dir = tempfile::tempdir().unwrap();
    let hash = run(config(dir.path()), 0, 100).state_hash;
    for write in 0..2 {
        let full: Arc<dyn Storage> = FillableDisk::with_room_for(write);
        let error = take_snapshot(dir.path(), &full, 1, u64::MAX, |_| {}).unwrap_err().to_string();
        assert!(error.contains("cannot be written") && error.contains("os error 28"), "{error}");
        assert!(snapshots(dir.path()).unwrap().is_empty());
    }
    let names = fs::read_dir(dir.path()).unwrap().map(|entry| entry.unwrap().file_name());
    let left_over = names.filter(|name| name.to_str().unwrap().starts_with("snap-")).count();
    assert_eq!(left_over, 0, "nothing is left over");
    assert_eq!(restart(dir.path()), (None, 101, vec![], hash));
}
