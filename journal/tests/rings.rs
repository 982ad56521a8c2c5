//! Which ring a start goes on with: its own, and no other; and what it says where that is gone or not to be had.

#![allow(clippy::unwrap_used)]

mod support;

use std::fs;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use clutch_journal::{
    Class, Durability, End, JournalError, Opened, Options, Reader, Report, Severity, accept_loss,
    open, verify,
};
use support::{FailingDisk, Place, append, read, read_all};

fn process(place: &Place) -> Options {
    Options { durability: Durability::Process, ..place.options() }
}

/// Opens, appends up to record `to`, and dies before any of it is written.
fn die(place: &Place, options: Options, to: u64) {
    let Opened { mut writer, committer, recovered } = open(&place.dir(), options).unwrap();
    (recovered.last_seq + 1..=to).for_each(|seq| append(&mut writer, seq));
    drop((writer, committer));
}

fn verified(place: &Place) -> Report {
    verify(&place.dir(), Some(&place.shm()), &mut |_, _| {}).unwrap()
}

fn rings(place: &Place) -> Vec<PathBuf> {
    fs::read_dir(place.shm()).unwrap().map(|entry| entry.unwrap().path()).collect()
}

fn halts(opened: Result<Opened, JournalError>) -> JournalError {
    opened.map(|opened| opened.recovered).unwrap_err()
}

#[test]
fn a_copy_that_went_its_own_way_never_gets_into_its_original() {
    for durability in [Durability::Process, Durability::Disk] {
        let original = Place::new();
        let options = Options { durability, ..original.options() };
        original.write(1, 100);
        let copy = Place::new();
        copy.take_over(&original.save());
        // On the same machine, so that both have their rings in the same memory.
        let options = Options { shm_dir: Some(original.shm()), ..options };
        die(&copy, options.clone(), 120);
        let (last, end) =
            read_all(Reader::open(&original.dir()).unwrap().with_ring(&original.shm()));
        assert_eq!((last, end.unwrap()), (100, End::Clean));
        assert_eq!(verified(&original).last_seq, 100);
        let recovered = open(&original.dir(), options.clone()).unwrap().recovered;
        assert_eq!((recovered.last_seq, recovered.from_ring), (100, 0));
        // And what the copy had appended is still the copy's.
        let recovered = open(&copy.dir(), options).unwrap().recovered;
        assert_eq!((recovered.last_seq, recovered.from_ring), (120, 20));
    }
}

#[test]
fn a_lock_file_that_is_lost_costs_nothing() {
    let empty = |place: &Place| fs::write(place.dir().join("LOCK"), b"").unwrap();
    let remove = |place: &Place| fs::remove_file(place.dir().join("LOCK")).unwrap();
    for harm in [empty as fn(&Place), remove] {
        let place = Place::new();
        place.write(1, 10);
        die(&place, process(&place), 30);
        harm(&place);
        assert_eq!(verified(&place).last_seq, 30);
        let recovered = open(&place.dir(), process(&place)).unwrap().recovered;
        assert_eq!((recovered.last_seq, recovered.from_ring), (30, 20));
    }
}

#[test]
fn memory_does_not_outlive_its_boot() {
    let place = Place::new();
    place.write(1, 10);
    die(&place, process(&place), 30);
    place.another_boot();
    let report = verified(&place);
    assert_eq!((report.class(), report.last_seq), (Class::Clean, 10));
    let recovered = open(&place.dir(), process(&place)).unwrap().recovered;
    assert_eq!((recovered.last_seq, recovered.from_ring, recovered.ring_gone), (10, 0, false));
}

#[test]
fn a_ring_that_vanished_halts_a_start_where_an_append_was_a_promise_and_the_loss_can_be_accepted() {
    let remove = |ring: &Path| fs::remove_file(ring).unwrap();
    let cut = |ring: &Path| {
        fs::OpenOptions::new().write(true).open(ring).unwrap().set_len(100).unwrap();
    };
    for harm in [remove as fn(&Path), cut] {
        let place = Place::new();
        place.write(1, 10);
        die(&place, process(&place), 30);
        let ring = rings(&place).pop().unwrap();
        harm(&ring);
        let halt = halts(open(&place.dir(), process(&place)));
        assert!(matches!(halt, JournalError::RingGone { last: 10, .. }), "{halt}");
        assert!(halt.to_string().contains(ring.to_str().unwrap()), "{halt}");
        let report = verified(&place);
        assert_eq!(report.halt.map(|halt| halt.to_string()), Some(halt.to_string()));

        let keep = place.dir().with_file_name("kept");
        let loss = accept_loss(&place.dir(), &keep, &process(&place), &mut |_| true).unwrap();
        let loss = loss.unwrap();
        assert_eq!((loss.last_kept, loss.last_known, loss.cut_bytes), (10, 10, 0));
        assert_eq!(verified(&place).class(), Class::Clean);
        let recovered = open(&place.dir(), process(&place)).unwrap().recovered;
        assert_eq!((recovered.last_seq, recovered.ring_gone), (10, false));
    }
    // Where only what is on disk was promised, it is worth a word.
    let place = Place::new();
    die(&place, place.options(), 30);
    place.reboot();
    assert!(place.open().unwrap().recovered.ring_gone);
}

/// `super` names the ring that is there, or none, at every moment: a death in between is no loss, and none is claimed.
#[test]
fn no_moment_of_a_start_or_a_stop_lets_a_ring_seem_to_be_gone() {
    for calls in 0.. {
        let place = Place::new();
        die(&place, process(&place), 30);
        let storage = FailingDisk::after(calls, || std::io::Error::from_raw_os_error(5));
        let failing = Options { storage, ..process(&place) };
        let (mut appended, mut is_stopped) = (30, false);
        if let Ok(Opened { mut writer, committer, .. }) = open(&place.dir(), failing) {
            (31..=40).for_each(|seq| append(&mut writer, seq));
            appended = 40;
            drop(writer);
            is_stopped = committer.inline(Box::new(|_| {})).stop().is_ok();
        }
        let again = open(&place.dir(), process(&place)).map(|opened| opened.recovered);
        let recovered = again.unwrap_or_else(|halt| panic!("died at call {calls}: {halt}"));
        assert_eq!((recovered.last_seq, recovered.ring_gone), (appended, false), "{calls}");
        if is_stopped {
            assert!(20 < calls, "{calls} calls are a start and a stop");
            break;
        }
    }
}

#[test]
fn a_ring_of_another_user_halts_a_start_in_every_mode() {
    if !rustix::process::geteuid().is_root() {
        return println!("skipped: only root can give a file away");
    }
    for durability in [Durability::Process, Durability::Disk] {
        let place = Place::new();
        let options = Options { durability, ..place.options() };
        die(&place, options.clone(), 30);
        let ring = rings(&place).pop().unwrap();
        std::os::unix::fs::chown(&ring, Some(65_534), None).unwrap();
        let halt = halts(open(&place.dir(), options.clone()));
        let words =
            format!("the ring {} that the last run left belongs to user 65534", ring.display());
        assert!(halt.to_string().starts_with(&words), "{halt}");
        let keep = place.dir().with_file_name("kept");
        let lost = accept_loss(&place.dir(), &keep, &options, &mut |_| true);
        assert!(matches!(lost, Err(JournalError::RingOfOther { .. })), "{lost:?}");
        std::os::unix::fs::chown(&ring, Some(0), None).unwrap();
        assert_eq!(open(&place.dir(), options).unwrap().recovered.last_seq, 30);
    }
}

/// Thirty records are on the disk and certainly durable, and the ring still has them when the sixth is damaged there.
fn damaged_below_its_mark() -> Place {
    let place = Place::new();
    let Opened { mut writer, committer, .. } = place.open().unwrap();
    let mut committer = committer.inline(Box::new(|_| {}));
    (1..=30).for_each(|seq| append(&mut writer, seq));
    writer.publish();
    committer.commit().unwrap();
    committer.rest().unwrap();
    drop((writer, committer));
    let file = fs::OpenOptions::new().write(true).open(place.segment(1)).unwrap();
    let offset: usize = (1..6).map(record_bytes).sum();
    file.write_all_at(&[0xff; 8], 16384 + offset as u64 + 16).unwrap();
    place
}

fn record_bytes(seq: u64) -> usize {
    clutch_journal::record_bytes(support::payload(seq).len())
}

#[test]
fn what_only_the_ring_still_has_is_written_again_and_said_to_be_damaged() {
    let place = damaged_below_its_mark();
    let report = verified(&place);
    assert!(report.halt.is_none() && report.class() == Class::Damaged, "{report:?}");
    let found: Vec<_> = report.findings.iter().map(|finding| finding.records).collect();
    assert_eq!(found, [Some((6, 30))]);
    assert_eq!(report.findings[0].severity, Severity::Damage);
    let recovered = place.open().unwrap().recovered;
    assert_eq!((recovered.last_seq, recovered.torn_bytes_cut), (30, 0));
    let (file, _, records) = recovered.healed_from_ring.unwrap();
    assert_eq!((file, records), (place.segment(1), (6, 30)));
    assert_eq!(verified(&place).class(), Class::Clean);
    assert_eq!(read(&place.dir()).0, 30);
    // Without the ring it is lost, and nobody calls it a torn tail.
    let place = damaged_below_its_mark();
    place.reboot();
    assert!(matches!(halts(place.open()), JournalError::Corrupt { seq: 6, .. }));
}

/// The power fails while the ring's records are written again, and the ring goes with it: what was whole on the disk is
/// still whole, and what is not is still said to be lost.
#[test]
fn nothing_whole_is_zeroed_before_the_ring_is_on_the_disk() {
    let behind = 16384 + (1..=6).map(record_bytes).sum::<usize>();
    let end = 16384 + (1..=30).map(record_bytes).sum::<usize>();
    for calls in 0.. {
        let place = damaged_below_its_mark();
        let before = fs::read(place.segment(1)).unwrap();
        let disk = FailingDisk::after(calls, || std::io::Error::from_raw_os_error(5));
        let is_open = open(&place.dir(), Options { storage: disk, ..place.options() }).is_ok();
        let after = fs::read(place.segment(1)).unwrap();
        assert_eq!(after[behind..end], before[behind..end], "failed at call {calls}");
        place.reboot();
        match place.open() {
            Ok(opened) => assert_eq!(opened.recovered.last_seq, 30, "failed at call {calls}"),
            Err(halt) => assert!(matches!(halt, JournalError::Corrupt { seq: 6, .. }), "{halt}"),
        }
        if is_open {
            break;
        }
    }
}
