//! Starting behind a snapshot, and living without the segments before it.

#![allow(clippy::unwrap_used)]

mod support;

use std::fs;
use std::io::Write;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use clutch_journal::{
    Disk, JournalError, Opened, Position, Reader, SnapshotWriter, archive, snapshots,
};
use support::{Place, RecordingDisk, append, payload, read_from};

fn first_seqs(place: &Place) -> Vec<u64> {
    let number = |path: std::path::PathBuf| -> u64 {
        path.file_stem().unwrap().to_str().unwrap()[4..].parse().unwrap()
    };
    place.segments().into_iter().map(number).collect()
}

fn position(place: &Place, seq: u64) -> Position {
    let mut reader = Reader::open(&place.dir()).unwrap();
    while reader.seq() < seq {
        assert!(reader.next().unwrap().is_some());
    }
    reader.position()
}

fn snapshot(place: &Place, seq: u64) {
    let id = Reader::open(&place.dir()).unwrap().journal_id();
    let position = position(place, seq);
    let mut writer =
        SnapshotWriter::create(&place.dir(), Arc::new(Disk), id, position, 0, 0).unwrap();
    writer.write_all(&payload(seq)).unwrap();
    writer.finish(seq).unwrap();
}

#[test]
fn a_reader_starts_at_any_record_and_gives_the_same_as_one_from_the_beginning() {
    let place = Place::new();
    place.write(1, 400);
    assert!(2 < place.segments().len());
    for seq in 1..=401 {
        let reader = Reader::open_at(&place.dir(), seq).unwrap();
        assert_eq!(reader.seq(), seq - 1);
        let (last, end) = read_from(reader, seq);
        assert_eq!((last, end.is_ok()), (400, true));
        let position = position(&place, seq - 1);
        let reader = Reader::open_after(&place.dir(), &position).unwrap();
        assert_eq!((reader.seq(), reader.position().crc), (seq - 1, position.crc));
    }
    let ahead = Reader::open_at(&place.dir(), 402).map(|reader| reader.seq());
    assert!(matches!(ahead, Err(JournalError::NotYet { seq: 402, last: 400, .. })), "{ahead:?}");
}

#[test]
fn what_was_read_before_is_not_needed_to_go_on_from_there() {
    let place = Place::new();
    place.write(1, 400);
    let starts = first_seqs(&place);
    fs::remove_file(&place.segments()[0]).unwrap();
    assert!(Reader::open_at(&place.dir(), starts[1]).is_ok());
    assert!(Reader::open_at(&place.dir(), starts[1] - 1).is_err());
}

#[test]
fn a_snapshot_of_another_history_is_refused() {
    let place = Place::new();
    place.write(1, 400);
    for seq in [1, 50, first_seqs(&place)[1] - 1, 399, 400] {
        let position = position(&place, seq);
        assert!(Reader::open_after(&place.dir(), &position).is_ok());
        let other = Position { crc: position.crc ^ 1, ..position };
        let refused = Reader::open_after(&place.dir(), &other).map(|reader| reader.seq());
        assert!(matches!(refused, Err(JournalError::Diverged { .. })), "{seq}: {refused:?}");
    }
}

#[test]
fn a_reported_snapshot_gets_into_super_while_the_journal_runs() {
    let place = Place::new();
    let Opened { mut writer, committer, .. } = place.open().unwrap();
    let handle = committer.spawn(Box::new(|_| {}));
    append(&mut writer, 1);
    writer.publish();
    handle.snapshot_notes().snapshot_is_durable(1);
    while Reader::open(&place.dir()).unwrap().newest_snapshot() != 1 {
        std::thread::yield_now();
    }
}

#[test]
fn segments_before_two_good_snapshots_can_be_archived_beside_a_running_journal() {
    let place = Place::new();
    place.write(1, 400);
    let Opened { mut writer, committer, .. } = place.open().unwrap();
    let handle = committer.spawn(Box::new(|_| {}));
    let (starts, segments) = (first_seqs(&place), place.segments());
    let originals: Vec<_> = segments.iter().map(|path| fs::read(path).unwrap()).collect();
    let into = place.shm().join("archive");
    let run = |before| archive(&place.dir(), &into, before, &Disk, &mut |_, _| {});

    let refused = run(starts[1]);
    assert!(matches!(refused, Err(JournalError::StillNeeded { needed: 1, .. })), "{refused:?}");
    snapshot(&place, starts[1] + 5);
    assert!(run(starts[1]).is_err(), "one snapshot is not enough");
    snapshot(&place, starts[2] + 5);
    let refused = run(starts[2]);
    let needed = starts[1] + 6;
    assert!(
        matches!(refused, Err(JournalError::StillNeeded { needed: found, .. }) if found == needed),
        "{refused:?}"
    );
    assert_eq!(place.segments(), segments, "a refusal moves nothing");

    let mut told = (0, 0);
    let done = archive(&place.dir(), &into, needed, &Disk, &mut |moved, total| {
        told = (moved, total);
    });
    let done = done.unwrap();
    assert_eq!(told, (originals[0].len() as u64, originals[0].len() as u64));
    assert_eq!((done.segments.len(), done.oldest_seq), (1, starts[1]));
    assert_eq!(fs::read(&done.segments[0]).unwrap(), originals[0]);
    assert_eq!(place.segments(), segments[1..]);

    // Everybody starts at the new beginning: a reader at once, the journal itself now and at the next opening.
    assert_eq!(Reader::open(&place.dir()).unwrap().oldest_seq(), starts[1]);
    let gone = Reader::open_at(&place.dir(), 3).map(|reader| reader.seq());
    assert!(matches!(gone, Err(JournalError::Archived { oldest, .. }) if oldest == starts[1]));
    append(&mut writer, 401);
    drop(writer);
    handle.stop().unwrap();
    let recovered = place.open().unwrap().recovered;
    assert_eq!((recovered.first_seq, recovered.last_seq), (starts[1], 401));
    assert_eq!(snapshots(&place.dir()).unwrap().len(), 2);
    assert_eq!(run(needed).unwrap().segments, Vec::<std::path::PathBuf>::new(), "nothing is left");
}

#[test]
fn with_its_archive_a_journal_is_read_from_its_beginning_and_what_is_in_neither_place_is_missed() {
    let place = Place::new();
    place.write(1, 600);
    let starts = first_seqs(&place);
    snapshot(&place, starts[2] + 5);
    snapshot(&place, starts[3] + 5);
    let into = place.shm().join("archive");
    let whole = || Reader::open(&place.dir()).unwrap().with_archive(&into);
    fs::create_dir(&into).unwrap();
    let none = whole().map(|reader| reader.seq());
    assert!(matches!(none, Err(JournalError::NoArchive { before: 1, .. })), "{none:?}");
    archive(&place.dir(), &into, starts[2], &Disk, &mut |_, _| {}).unwrap();
    let none = Reader::open(&place.dir()).unwrap().with_archive(&place.dir());
    assert!(matches!(none.map(|_| ()), Err(JournalError::NoArchive { .. })));

    let (last, end) = read_from(whole().unwrap(), 1);
    assert_eq!((last, end.is_ok()), (600, true));
    // A part of the archive only.
    let first = into.join(format!("seg-{:020}.clj", starts[0]));
    let aside = fs::read(&first).unwrap();
    fs::remove_file(&first).unwrap();
    let reader = whole().unwrap();
    assert_eq!(reader.oldest_seq(), starts[1]);
    assert_eq!(read_from(reader, starts[1]).0, 600);
    fs::write(&first, aside).unwrap();
    fs::remove_file(into.join(format!("seg-{:020}.clj", starts[1]))).unwrap();
    let (last, end) = read_from(whole().unwrap(), 1);
    assert_eq!(last, starts[1] - 1);
    let Err(JournalError::Gap { first_missing, last_missing, .. }) = end else { panic!("{end:?}") };
    assert_eq!((first_missing, last_missing), (starts[1], starts[2] - 1));

    let other = Place::new();
    other.write(1, 600);
    fs::copy(other.segment(1), &first).unwrap();
    assert!(matches!(whole().map(|_| ()), Err(JournalError::Foreign { .. })));
}

#[test]
fn an_interrupted_archiving_is_finished_by_the_next_and_nothing_of_anybody_is_replaced() {
    let place = Place::new();
    place.write(1, 400);
    let starts = first_seqs(&place);
    snapshot(&place, starts[1] + 5);
    snapshot(&place, starts[2] + 5);
    let into = place.shm().join("archive");
    fs::create_dir(&into).unwrap();
    let name = place.segments()[0].file_name().unwrap().to_owned();
    fs::write(into.join(&name), b"somebody else's").unwrap();
    let run = || archive(&place.dir(), &into, starts[1], &Disk, &mut |_, _| {});
    assert!(matches!(run(), Err(JournalError::InTheWay { .. })));
    assert_eq!(fs::read(into.join(&name)).unwrap(), b"somebody else's");

    fs::remove_file(into.join(&name)).unwrap();

    // A copy that is not its original's is no reason to let the original go.
    let disk = RecordingDisk::default();
    disk.changes_what_it_stores.store(true, Ordering::SeqCst);
    let refused = archive(&place.dir(), &into, starts[1], &disk, &mut |_, _| {});
    let words = refused.unwrap_err().to_string();
    assert!(words.contains("the copy does not have the contents of its original"), "{words}");
    assert_eq!(first_seqs(&place), starts);

    // Two at once would be in each other's way.
    let lock = fs::File::create(place.dir().join("LOCK.archive")).unwrap();
    rustix::fs::flock(&lock, rustix::fs::FlockOperation::LockExclusive).unwrap();
    assert!(matches!(run(), Err(JournalError::Locked { .. })));
    drop(lock);

    // Copied by a run that came no further, with a half copy of the next beside it.
    fs::copy(&place.segments()[0], into.join(&name)).unwrap();
    fs::write(into.join("seg-00000000000000000099.tmp"), b"half").unwrap();
    assert_eq!(run().unwrap().segments.len(), 1);
    assert_eq!(first_seqs(&place), starts[1..]);
}

/// The original is removed because a copy of it is there: what is no copy of it must not be taken for one.
#[test]
fn nothing_is_archived_into_the_journals_own_directory_by_whatever_name() {
    let place = Place::new();
    place.write(1, 400);
    let starts = first_seqs(&place);
    snapshot(&place, starts[1] + 5);
    snapshot(&place, starts[2] + 5);
    let segments = place.segments();
    let (link, linked) = (place.shm().join("link"), place.shm().join("linked"));
    std::os::unix::fs::symlink(place.dir(), &link).unwrap();
    fs::create_dir(&linked).unwrap();
    fs::hard_link(&segments[0], linked.join(segments[0].file_name().unwrap())).unwrap();
    let run = |into: &Path| archive(&place.dir(), into, starts[1], &Disk, &mut |_, _| {});
    for into in [place.dir(), place.dir().join("."), link] {
        let refused = run(&into);
        assert!(matches!(refused, Err(JournalError::SameDirectory { .. })), "{refused:?}");
    }
    let refused = run(&linked);
    assert!(matches!(refused, Err(JournalError::NoCopy { .. })), "{refused:?}");
    assert_eq!(place.segments(), segments);
    assert_eq!(run(&place.shm().join("archive")).unwrap().segments.len(), 1);
}
