//! Nothing leaves before it is durable, and nothing leaves after a failure.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should say where")]

mod common;

use std::fs::File;
use std::io;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

use clutch_engine::clutch_core::{Event, Query};
use clutch_engine::*;
use clutch_journal::{Disk, Storage};
use common::{config, open_account, poll_to_end, wait_until};

/// A disk whose syncs wait for permission, or fail.
#[derive(Default)]
struct SlowDisk {
    is_stuck: Mutex<bool>,
    moves_again: Condvar,
    is_broken: AtomicBool,
    stuck_syncs: AtomicU64,
}

impl SlowDisk {
    fn set_stuck(&self, is_stuck: bool) {
        *self.is_stuck.lock().unwrap() = is_stuck;
        self.moves_again.notify_all();
    }
}

/// Lets the disk go on when a test ends, however it ends; the engine waits for it then.
struct GoesOn<'a>(&'a SlowDisk);

impl Drop for GoesOn<'_> {
    fn drop(&mut self) {
        self.0.set_stuck(false);
    }
}

/// The storage trait is foreign, and so is `Arc`.
struct Handle(Arc<SlowDisk>);

impl Storage for Handle {
    fn sync_data(&self, file: &File) -> io::Result<()> {
        let mut is_stuck = self.0.is_stuck.lock().unwrap();
        self.0.stuck_syncs.fetch_add(u64::from(*is_stuck), Ordering::Relaxed);
        while *is_stuck {
            is_stuck = self.0.moves_again.wait(is_stuck).unwrap();
        }
        if self.0.is_broken.load(Ordering::Relaxed) {
            return Err(io::Error::other("the disk is broken"));
        }
        Disk.sync_data(file)
    }

    fn create(&self, path: &Path) -> io::Result<File> {
        Disk.create(path)
    }
    fn open(&self, path: &Path) -> io::Result<File> {
        Disk.open(path)
    }
    fn allocate(&self, file: &File, bytes: u64) -> io::Result<()> {
        Disk.allocate(file, bytes)
    }
    fn write_at(&self, file: &File, bytes: &[u8], offset: u64) -> io::Result<()> {
        Disk.write_at(file, bytes, offset)
    }
    fn sync_all(&self, file: &File) -> io::Result<()> {
        Disk.sync_all(file)
    }
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        Disk.rename(from, to)
    }
    fn remove(&self, path: &Path) -> io::Result<()> {
        Disk.remove(path)
    }
    fn sync_directory(&self, path: &Path) -> io::Result<()> {
        Disk.sync_directory(path)
    }
}

fn engine_on(disk: &Arc<SlowDisk>, dir: &Path, durability: Durability) -> (Engine, Publisher) {
    let mut config = config(dir);
    config.journal.storage = Arc::new(Handle(Arc::clone(disk)));
    config.journal.durability = durability;
    let mut engine = Engine::start(config).unwrap();
    wait_until("the first record is durable", || engine.status().durable_seq == 1);
    let publisher = engine.publisher().unwrap();
    (engine, publisher)
}

#[test]
fn events_and_answers_wait_for_the_disk() {
    let (dir, disk) = (tempfile::tempdir().unwrap(), Arc::new(SlowDisk::default()));
    let (engine, mut publisher) = engine_on(&disk, dir.path(), Durability::Disk);
    let _goes_on = GoesOn(&disk);
    disk.set_stuck(true);
    let mut sender = engine.sender();
    sender.try_send(open_account("ann")).unwrap();
    // The answer shows the account, so it may not leave before the account is safe.
    sender.try_query(1, Query::Catalogue).unwrap();
    wait_until("both are processed", || engine.metrics().queries == 1);
    wait_until("the disk has them", || 1 <= disk.stuck_syncs.load(Ordering::Relaxed));
    for _ in 0..1_000 {
        let polled = publisher.poll(100, |record| panic!("{record:?} left before it was durable"));
        assert_eq!(polled, Polled { released: 0, rest: Rest::Blocked });
    }

    disk.set_stuck(false);
    engine.drain();
    let (records, rest) = poll_to_end(&mut publisher);
    assert_eq!(rest, Rest::Closed);
    assert!(records.iter().any(|record| matches!(record.event, Event::Account { .. })));
    assert_eq!(records.last().map(|record| record.event), Some(Event::QueryDone));
}

#[test]
fn in_process_mode_events_leave_once_they_are_appended() {
    let (dir, disk) = (tempfile::tempdir().unwrap(), Arc::new(SlowDisk::default()));
    let (engine, mut publisher) = engine_on(&disk, dir.path(), Durability::Process);
    let _goes_on = GoesOn(&disk);
    disk.set_stuck(true);
    engine.sender().try_send(open_account("ann")).unwrap();
    let mut released = 0;
    wait_until("the account is announced", || {
        publisher.wait(Duration::from_secs(1));
        released += publisher.poll(100, |_| {}).released;
        1 <= released
    });
    assert_eq!(engine.status().durable_seq, 1, "while the disk still hangs");
    disk.set_stuck(false);
    assert_eq!(engine.shutdown().unwrap().last_seq.0, 2);
}

#[test]
fn no_record_ever_leaves_above_the_durable_sequence() {
    let (dir, disk) = (tempfile::tempdir().unwrap(), Arc::new(SlowDisk::default()));
    let (mut engine, mut publisher) = engine_on(&disk, dir.path(), Durability::Disk);
    let monitor = engine.monitor();
    let mut sender = engine.sender();
    let source = std::thread::spawn(move || {
        for number in 0..90 {
            sender.try_send(open_account(&format!("account {number}"))).unwrap();
            sender.try_query(1, Query::Catalogue).unwrap();
            std::thread::yield_now();
        }
    });
    let mut answers = 0;
    let mut last_seq = 0;
    while answers < 90 {
        let polled = publisher.poll(7, |record| {
            assert!(record.seq.0 <= monitor.status().durable_seq);
            assert!(last_seq <= record.seq.0, "sequences never fall");
            last_seq = record.seq.0;
            answers += u64::from(record.event == Event::QueryDone);
        });
        if polled.rest != Rest::More {
            publisher.wait(Duration::from_secs(1));
        }
    }
    source.join().unwrap();
    assert!(engine.publisher().is_none(), "there is one publisher");
}

#[test]
fn a_failed_sync_releases_nothing_more_and_says_why() {
    let (dir, disk) = (tempfile::tempdir().unwrap(), Arc::new(SlowDisk::default()));
    let (engine, mut publisher) = engine_on(&disk, dir.path(), Durability::Disk);
    disk.is_broken.store(true, Ordering::Relaxed);
    let mut sender = engine.sender();
    sender.try_send(open_account("ann")).unwrap();
    let (records, rest) = poll_to_end(&mut publisher);
    assert_eq!((records, rest), (vec![], Rest::Failed));

    let status = engine.status();
    assert_eq!(status.phase, Phase::Failed);
    assert!(status.failure.as_ref().unwrap().contains("the disk is broken"), "{status:?}");
    assert_eq!(sender.try_send(open_account("bob")), Err(SendError::EngineFailed));
    assert_eq!(sender.try_query(1, Query::Catalogue), Err(SendError::EngineFailed));
    let failure = engine.shutdown().unwrap_err();
    assert!(failure.message.contains("the disk is broken"), "{failure}");
}
