//! Failing disks, second writers, missing rights: each has its own answer.

#![allow(clippy::unwrap_used)]

mod support;

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use clutch_journal::{Full, JournalError, Opened, Options, Reader, Space, open};
use support::{FailingDisk, Place, append, payload, read};

fn io_error() -> io::Error {
    io::Error::from_raw_os_error(5)
}

fn disk_full() -> io::Error {
    io::Error::from_raw_os_error(28)
}

#[test]
fn the_second_writer_is_told_who_the_first_is() {
    let place = Place::new();
    let first = place.open().unwrap();
    let Err(JournalError::Locked { pid, .. }) = place.open() else { panic!("two writers") };
    assert_eq!(pid, Some(std::process::id()));
    drop(first);
    assert!(place.open().is_ok());
}

#[test]
fn whoever_only_watches_durability_does_not_keep_the_journal_locked() {
    let place = Place::new();
    let Opened { writer, committer, .. } = place.open().unwrap();
    let handle = committer.spawn(Box::new(|_| {}));
    let durable = handle.durable();
    drop(writer);
    handle.stop().unwrap();
    assert!(place.open().is_ok());
    assert_eq!(durable.seq(), 0);
}

#[test]
fn a_copied_directory_cannot_share_the_ring_of_its_original() {
    let place = Place::new();
    place.write(1, 3);
    let original = place.open().unwrap();
    let copy = Place::new();
    std::fs::create_dir(copy.dir()).unwrap();
    for name in ["super", "seg-00000000000000000001.clj"] {
        std::fs::copy(place.dir().join(name), copy.dir().join(name)).unwrap();
    }
    let refused = open(&copy.dir(), place.options()).map(|opened| opened.recovered);
    assert!(matches!(refused, Err(JournalError::Locked { pid: None, .. })), "{refused:?}");
    drop(original);
}

#[test]
fn what_is_no_directory_or_no_journal_is_said_to_be_none() {
    let place = Place::new();
    assert!(matches!(Reader::open(&place.dir()), Err(JournalError::NoDirectory { .. })));
    std::fs::write(place.dir(), b"a file").unwrap();
    let refused = place.open().map(|opened| opened.recovered);
    assert!(matches!(refused, Err(JournalError::NotADirectory { .. })), "{refused:?}");
    assert!(matches!(Reader::open(&place.dir()), Err(JournalError::NotADirectory { .. })));
    std::fs::remove_file(place.dir()).unwrap();
    std::fs::create_dir(place.dir()).unwrap();
    assert!(matches!(Reader::open(&place.dir()), Err(JournalError::NotAJournal { .. })));
}

#[test]
fn a_read_only_disk_is_named_as_the_reason() {
    let place = Place::new();
    let storage = FailingDisk::after(0, || io::Error::from_raw_os_error(30));
    let refused =
        open(&place.dir(), Options { storage, ..place.options() }).map(|opened| opened.recovered);
    let Err(error @ JournalError::NoRights { .. }) = refused else { panic!("{refused:?}") };
    assert!(error.to_string().contains("Read-only file system"), "{error}");
}

#[test]
fn a_journal_without_its_super_file_is_not_taken_for_a_new_one() {
    let place = Place::new();
    place.write(1, 3);
    std::fs::remove_file(place.dir().join("super")).unwrap();
    let refused = place.open().map(|opened| opened.recovered);
    assert!(matches!(refused, Err(JournalError::Corrupt { .. })), "{refused:?}");
}

#[test]
fn a_full_ring_is_an_answer_and_changes_nothing() {
    let place = Place::new();
    let Opened { mut writer, committer, .. } = place.open().unwrap();
    let mut last = 0;
    while writer.append(((last + 1) % 5) as u16, 1, last + 1, (last + 1) * 1000, &payload(last + 1))
        == Ok(())
    {
        last += 1;
    }
    let free = writer.free_bytes();
    assert!(free < 100, "{free}");
    assert_eq!(writer.append(0, 1, last + 1, 0, &[0; 47]), Err(Full));
    assert_eq!((writer.appended_seq(), writer.free_bytes()), (last, free));
    // Once the committer runs there is room again.
    let handle = committer.spawn(Box::new(|_| {}));
    for seq in last + 1..=last + 300 {
        append(&mut writer, seq);
    }
    drop(writer);
    assert_eq!(handle.stop().unwrap(), last + 300);
    assert_eq!(read(&place.dir()).0, last + 300);
}

#[test]
fn durable_follows_appended_and_never_leads() {
    let place = Place::new();
    let Opened { mut writer, committer, .. } = place.open().unwrap();
    let heard = Arc::new(AtomicU64::new(0));
    let hook = Arc::clone(&heard);
    let durable = writer.durable();
    let handle = committer.spawn(Box::new(move |seq| {
        assert!(hook.swap(seq, Ordering::SeqCst) < seq, "each call says something new");
    }));
    for seq in 1..=2000 {
        append(&mut writer, seq);
        // Durable first: the other order could see a record appended and synced in between.
        let durable_seq = durable.seq();
        assert!(durable_seq <= durable.appended_seq() && durable.appended_seq() <= seq);
        if seq % 3 == 0 {
            writer.publish();
        }
    }
    drop(writer);
    assert_eq!(handle.stop().unwrap(), 2000);
    assert_eq!((durable.seq(), heard.load(Ordering::SeqCst)), (2000, 2000));
    assert!(!durable.is_failed());
}

#[test]
fn a_sleeping_committer_is_woken_by_every_single_publish() {
    let place = Place::new();
    let Opened { mut writer, committer, .. } = place.open().unwrap();
    let handle = committer.spawn(Box::new(|_| {}));
    for seq in 1..=300 {
        append(&mut writer, seq);
        writer.publish();
        // A lost wake-up would hang here. The pauses meet the committer awake, falling asleep and asleep.
        while handle.durable().seq() < seq {
            std::thread::yield_now();
        }
        for _ in 0..seq * 20 {
            std::hint::spin_loop();
        }
    }
}

/// Lets every single storage call of an opening and a run fail, one after the other, and stay failed.
fn fail_every_call(error: fn() -> io::Error, words: &str) {
    let mut failures_while_running = 0;
    for calls in 0.. {
        let place = Place::new();
        let storage = FailingDisk::after(calls, error);
        let options = Options { storage: storage.clone(), ..place.options() };
        let mut acknowledged = 0;
        match open(&place.dir(), options) {
            Err(error) => assert!(error.to_string().contains(words), "call {calls}: {error}"),
            Ok(Opened { mut writer, committer, .. }) => {
                let calls_of_the_hook = Arc::new(AtomicU64::new(0));
                let hook = Arc::clone(&calls_of_the_hook);
                let handle = committer.spawn(Box::new(move |_| {
                    hook.fetch_add(1, Ordering::SeqCst);
                }));
                let durable = handle.durable();
                let mut last = 0;
                while last < 400 && !durable.is_failed() && durable.space() != Space::None {
                    last += u64::from(
                        writer.append(
                            ((last + 1) % 5) as u16,
                            1,
                            last + 1,
                            (last + 1) * 1000,
                            &payload(last + 1),
                        ) == Ok(()),
                    );
                    writer.publish();
                }
                drop(writer);
                let stopped = handle.stop();
                acknowledged = durable.seq();
                assert!(acknowledged <= last);
                match stopped {
                    Err(failure) => {
                        failures_while_running += 1;
                        assert!(failure.message.contains(words), "call {calls}: {failure}");
                        assert_eq!(
                            durable.failure(),
                            Some(failure.message),
                            "the first failure stays"
                        );
                        assert!(
                            0 < calls_of_the_hook.load(Ordering::SeqCst),
                            "those who wait are woken"
                        );
                    }
                    // The run was over before the call came that would have failed.
                    Ok(seq) => {
                        assert_eq!(seq, last);
                        if last == 400 && 0 < storage.calls_left() {
                            break;
                        }
                    }
                }
            }
        }
        // Whatever was acknowledged is there after the next start, with the ring and, if it can be read at all, without.
        let recovered = place.open().unwrap().recovered;
        assert!(
            acknowledged <= recovered.last_seq,
            "call {calls}: {acknowledged} acknowledged, {recovered:?}"
        );
        assert_eq!(read(&place.dir()).0, recovered.last_seq);
    }
    assert!(20 < failures_while_running, "{failures_while_running}");
}

#[test]
fn the_first_error_of_any_call_is_final_and_loses_nothing_acknowledged() {
    fail_every_call(io_error, "Input/output error");
}

#[test]
fn a_full_disk_loses_nothing_acknowledged_and_says_so_when_the_journal_is_stopped() {
    fail_every_call(disk_full, "No space left on device");
}

#[test]
fn after_a_failed_sync_nothing_is_retried() {
    let place = Place::new();
    let storage = FailingDisk::after(u64::MAX, io_error);
    let options = Options { storage: storage.clone(), ..place.options() };
    let Opened { mut writer, committer, .. } = open(&place.dir(), options).unwrap();
    let handle = committer.spawn(Box::new(|_| {}));
    append(&mut writer, 1);
    writer.publish();
    while handle.durable().seq() < 1 {
        std::thread::yield_now();
    }
    storage.fail_now();
    append(&mut writer, 2);
    writer.publish();
    while !handle.durable().is_failed() {
        std::thread::yield_now();
    }
    // The disk is well again, and that must not matter.
    storage.recover();
    append(&mut writer, 3);
    drop(writer);
    let durable = handle.durable();
    assert!(handle.stop().is_err());
    assert_eq!(durable.seq(), 1);
}
