//! `verify` says the same as opening the journal would, and more; `accept_loss` is the only way to cut.

#![allow(clippy::unwrap_used)]

mod support;

use std::fs;
use std::io::Write;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::sync::Arc;

use clutch_journal::{
    Class, Disk, End, JournalError, Opened, Options, Position, Reader, Report, Severity,
    SnapshotWriter, accept_loss, verify, verify_with_archive,
};
use support::{FailingDisk, Place, append, payload, read};

fn report(place: &Place) -> Report {
    verify(&place.dir(), None, &mut |_, _| {}).unwrap()
}

/// Three segments, more or less full.
fn journal() -> Place {
    let place = Place::new();
    place.write(1, 330);
    assert_eq!(place.segments().len(), 3);
    place
}

fn flip(path: &Path, at: u64) {
    let file = fs::OpenOptions::new().read(true).write(true).open(path).unwrap();
    let mut byte = [0];
    file.read_exact_at(&mut byte, at).unwrap();
    file.write_all_at(&[byte[0] ^ 16], at).unwrap();
}

fn snapshot(place: &Place, seq: u64, crc_flip: u32) {
    let mut reader = Reader::open_at(&place.dir(), seq).unwrap();
    reader.next().unwrap();
    let found = reader.position();
    let position = Position { crc: found.crc ^ crc_flip, ..found };
    let id = reader.journal_id();
    let mut writer =
        SnapshotWriter::create(&place.dir(), Arc::new(Disk), id, position, 0, 0).unwrap();
    writer.write_all(b"a state").unwrap();
    writer.finish(1).unwrap();
}

#[test]
fn a_good_journal_is_clean_and_everything_in_it_was_read() {
    let place = journal();
    snapshot(&place, 100, 0);
    let mut told = Vec::new();
    let report = verify(&place.dir(), None, &mut |done, total| told.push((done, total))).unwrap();
    assert_eq!((report.class(), report.findings), (Class::Clean, Vec::new()));
    assert_eq!((report.records, report.first_seq, report.last_seq), (330, 1, 330));
    assert_eq!((report.segments, report.good_snapshots, report.writer), (3, vec![100], None));
    assert!(told.is_sorted() && told.last().is_some_and(|(done, total)| done == total));
}

/// What a bar shows on a long journal: it moves on from segment to segment and never back.
#[test]
fn progress_goes_through_the_whole_journal_once() {
    let place = Place::new();
    place.write(1, 50_000);
    let mut told = Vec::new();
    verify(&place.dir(), None, &mut |done, _| told.push(done)).unwrap();
    let whole = place.segments().len() as u64 * 24_576;
    assert!(told.is_sorted(), "{told:?}");
    let far = |share: u64| told.iter().any(|done| (whole * share / 10..whole).contains(done));
    assert!(far(3) && far(6) && told.last() == Some(&whole), "{told:?} of {whole}");
}

/// An archive beside its journal, and alone; what is missing in it is missed both times.
#[test]
fn an_archive_is_verified_with_its_journal_and_alone() {
    let place = Place::new();
    place.write(1, 600);
    let starts: Vec<u64> = (place.segments().iter())
        .map(|path| path.file_stem().unwrap().to_str().unwrap()[4..].parse().unwrap())
        .collect();
    snapshot(&place, starts[2] + 5, 0);
    snapshot(&place, starts[3] + 5, 0);
    let into = place.shm().join("archive");
    clutch_journal::archive(&place.dir(), &into, starts[2], &Disk, &mut |_, _| {}).unwrap();
    let last_archived = starts[2] - 1;
    let whole = || verify_with_archive(&place.dir(), Some(&into), None, &mut |_, _| {}).unwrap();
    let alone = || verify(&into, None, &mut |_, _| {}).unwrap();

    let report = whole();
    assert_eq!((report.class(), report.findings.len()), (Class::Clean, 0), "{report:?}");
    assert_eq!((report.first_seq, report.last_seq, report.records), (1, 600, 600));
    assert_eq!((report.segments, report.archived_segments), (starts.len(), 2));
    let report = alone();
    assert_eq!((report.class(), report.is_archive), (Class::Clean, true), "{report:?}");
    assert_eq!((report.first_seq, report.last_seq, report.segments), (1, last_archived, 2));
    assert_eq!(report.journal_id, whole().journal_id);

    let refused = Reader::open(&into).map(|_| ()).unwrap_err().to_string();
    assert!(refused.contains("is an archive of journal ") && refused.contains("--archive"));
    let opened = clutch_journal::open(&into, place.options()).map(|opened| opened.recovered);
    assert!(matches!(opened, Err(JournalError::Archive { .. })), "{opened:?}");

    let segments = [1, 2].map(|at| into.join(format!("seg-{:020}.clj", starts[at - 1])));
    let saved: Vec<_> = segments.iter().map(|path| fs::read(path).unwrap()).collect();
    let put_back =
        || segments.iter().zip(&saved).for_each(|(path, it)| fs::write(path, it).unwrap());
    for (what, harm) in [
        ("a flipped bit", (|path: &Path| flip(path, 16384 + 700)) as fn(&Path)),
        ("a lost segment", |path| fs::remove_file(path).unwrap()),
        ("a segment cut", |path| fs::write(path, &fs::read(path).unwrap()[..20_000]).unwrap()),
    ] {
        // The first may have been moved on to yet another place, so only what comes after it is missed.
        for path in segments.iter().rev().take(if what == "a lost segment" { 1 } else { 2 }) {
            harm(path);
            for report in [whole(), alone()] {
                let words = format!("{what}: {:?} {:?}", report.findings, report.halt);
                assert_eq!(report.class(), Class::Damaged, "{words}");
                // No start reads what was archived.
                assert_eq!(report.halt.is_some(), report.is_archive, "{words}");
                let last = if report.is_archive { last_archived - 1 } else { 600 };
                assert!(report.last_seq <= last, "{words}");
            }
            put_back();
        }
    }
    let lost = || {
        fs::remove_file(&segments[1]).unwrap();
        alone().halt.unwrap()
    };
    assert!(matches!(lost(), JournalError::Gap { first_missing, last_missing, .. }
        if (first_missing, last_missing) == (starts[1], last_archived)));
    put_back();

    // Another journal's segments do not go into the same archive, where their names could not be told apart.
    let other = journal();
    snapshot(&other, 200, 0);
    snapshot(&other, 300, 0);
    let refused = clutch_journal::archive(&other.dir(), &into, 140, &Disk, &mut |_, _| {});
    assert!(matches!(refused, Err(JournalError::Foreign { .. })), "{refused:?}");
    fs::write(into.join("archive"), b"torn").unwrap();
    let refused = verify(&into, None, &mut |_, _| {}).unwrap().halt.map(|halt| halt.to_string());
    assert!(refused.as_ref().is_some_and(|it| it.contains("archive is damaged")), "{refused:?}");
}

#[test]
fn the_verdict_is_that_of_opening_the_journal_wherever_a_byte_is_damaged() {
    let saved = journal();
    let all: Vec<_> = saved.save();
    for (path, bytes) in &all {
        for at in (0..bytes.len()).step_by(97) {
            let place = Place::new();
            fs::create_dir(place.dir()).unwrap();
            for (path, bytes) in &all {
                fs::write(place.dir().join(path.file_name().unwrap()), bytes).unwrap();
            }
            let damaged = place.dir().join(path.file_name().unwrap());
            flip(&damaged, at as u64);
            let report = report(&place);
            let opened = place.open().map(|opened| opened.recovered);
            assert_eq!(
                report.class() != Class::Damaged,
                opened.is_ok(),
                "{} at {at}: {:?} {opened:?}",
                path.display(),
                report.findings
            );
            if let (Some(halt), Err(error)) = (&report.halt, &opened) {
                assert_eq!(halt.to_string(), error.to_string());
            }
        }
    }
}

#[test]
fn every_damaged_segment_is_found_not_only_the_first() {
    let place = journal();
    let segments = place.segments();
    flip(&segments[0], 16384 + 700);
    flip(&segments[2], 16384 + 700);
    let report = report(&place);
    let damaged: Vec<_> = report
        .findings
        .iter()
        .filter(|finding| finding.severity == Severity::Damage)
        .map(|finding| finding.file.clone())
        .collect();
    assert_eq!(damaged, [segments[0].clone(), segments[2].clone()]);
    assert!(report.last_seq < 30 && 150 < report.records, "{} {}", report.last_seq, report.records);
}

#[test]
fn what_a_second_copy_heals_is_a_note() {
    let place = journal();
    flip(&place.dir().join("super"), 4096 + 40);
    flip(&place.segments()[1], 4096 + 40);
    flip(&place.segments()[2], 8192 + 40);
    let report = report(&place);
    assert_eq!(report.class(), Class::Clean);
    let notes: Vec<_> = report.findings.iter().map(|finding| finding.what.as_str()).collect();
    assert!(notes[0].contains("copy 2 of 4") && notes[1].contains("copy 2 of 2"), "{notes:?}");
    assert!(notes[2].contains("one of its two durable marks is not whole"), "{notes:?}");
}

#[test]
fn bad_snapshots_are_damage_each_in_its_own_words() {
    let place = journal();
    for (seq, crc_flip) in [(50, 0), (60, 1), (70, 0)] {
        snapshot(&place, seq, crc_flip);
    }
    flip(&place.dir().join("snap-00000000000000000070.cls"), 8195);
    let report = report(&place);
    assert_eq!(report.class(), Class::Damaged);
    let words = format!("{:?}", report.findings);
    assert!(words.contains("checksum of chunk 0") && words.contains("another history"), "{words}");
    assert!(report.halt.is_none(), "the journal itself would open");

    let ahead = Place::new();
    ahead.write(1, 10);
    let later = Place::new();
    fs::create_dir(later.dir()).unwrap();
    fs::copy(ahead.dir().join("super"), later.dir().join("super")).unwrap();
    fs::copy(ahead.segment(1), later.segment(1)).unwrap();
    later.write(11, 20);
    snapshot(&later, 20, 0);
    let name = "snap-00000000000000000020.cls";
    fs::copy(later.dir().join(name), ahead.dir().join(name)).unwrap();
    let words = format!("{:?}", verify(&ahead.dir(), None, &mut |_, _| {}).unwrap().findings);
    assert!(words.contains("the journal ends before that"), "{words}");
}

#[test]
fn a_journal_that_is_being_written_can_be_verified() {
    let place = Place::new();
    let Opened { mut writer, committer, .. } = place.open().unwrap();
    let _handle = committer.spawn(Box::new(|_| {}));
    for seq in 1..=3000 {
        append(&mut writer, seq);
        writer.publish();
        if seq % 100 == 0 {
            let report = report(&place);
            assert_eq!(report.class(), Class::Clean, "{:?} {:?}", report.findings, report.halt);
            assert_eq!(report.writer, Some(Some(std::process::id())));
        }
    }
}

#[test]
fn a_half_written_record_is_a_write_going_on_while_somebody_writes_and_torn_when_nobody_does() {
    let place = Place::new();
    place.write(1, 10);
    let opened = place.open().unwrap();
    let path = place.segment(1);
    let mut bytes = fs::read(&path).unwrap();
    // Well behind the last record, whose own last bytes may be zeros.
    let end = bytes.iter().rposition(|byte| *byte != 0).unwrap() + 512;
    bytes[end..end + 24].fill(9);
    fs::write(&path, bytes).unwrap();
    let live = report(&place);
    let words: Vec<_> = live.findings.iter().map(|finding| finding.what.as_str()).collect();
    assert_eq!((live.class(), words), (Class::Clean, vec!["a write is going on"]));
    drop(opened);
    assert_eq!(report(&place).class(), Class::TornTail);
}

/// What was in the ring at one moment is in the files at the next, and more behind it: that is how a journal looks while
/// it is being read, and no damage.
#[test]
fn a_writer_that_went_on_while_its_ring_was_read_is_no_damage() {
    let place = Place::new();
    let Opened { mut writer, committer, .. } = place.open().unwrap();
    let mut committer = committer.inline(Box::new(|_| {}));
    let mut commit = |committer: &mut clutch_journal::InlineCommitter, to: u64| {
        while writer.appended_seq() < to {
            let next = writer.appended_seq() + 1;
            append(&mut writer, next);
        }
        writer.publish();
        assert_eq!(committer.commit().unwrap(), to);
        committer.rest().unwrap();
    };
    commit(&mut committer, 10);
    let (mut seq, mut seen) = (10, 10);
    while seq < 400 {
        let mut reader = Reader::open(&place.dir()).unwrap().with_ring(&place.shm());
        // Up to the end of the files, and one record more while the writer is at it.
        while reader.seq() < seq {
            assert!(reader.next().unwrap().is_some());
        }
        commit(&mut committer, seq + 7);
        while reader.next().unwrap().is_some() {}
        seen = seen.max(reader.seq());
        seq += 7;
        assert_eq!(reader.how_it_ended().unwrap(), End::Clean, "at {seq}");
        assert_eq!(reader.seq(), seq);
    }
    assert!(2 < place.segments().len() && seen == seq);
}

#[test]
fn what_the_ring_held_when_it_was_read_may_be_in_the_files_by_now() {
    let place = Place::new();
    let Opened { mut writer, committer, .. } = place.open().unwrap();
    let mut committer = committer.inline(Box::new(|_| {}));
    (1..=10).for_each(|seq| append(&mut writer, seq));
    writer.publish();
    committer.commit().unwrap();
    (11..=20).for_each(|seq| append(&mut writer, seq));
    writer.publish();
    let mut reader = Reader::open(&place.dir()).unwrap().with_ring(&place.shm());
    while reader.next().unwrap().is_some() {}
    assert_eq!(reader.seq(), 20, "ten in the files and ten in the ring");
    (21..=30).for_each(|seq| append(&mut writer, seq));
    writer.publish();
    committer.commit().unwrap();
    committer.rest().unwrap();
    assert_eq!(reader.how_it_ended().unwrap(), End::Clean);
}

#[test]
fn a_torn_tail_is_its_own_class() {
    let place = Place::new();
    let Opened { mut writer, committer, .. } = place.open().unwrap();
    let mut committer = committer.inline(Box::new(|_| {}));
    (1..=30).for_each(|seq| append(&mut writer, seq));
    writer.publish();
    committer.commit().unwrap();
    drop((writer, committer));
    flip(&place.segment(1), 16384 + 100);
    let report = report(&place);
    assert_eq!((report.class(), report.halt.is_none()), (Class::TornTail, true));
}

#[test]
fn only_accepting_the_loss_cuts_and_it_keeps_what_it_cuts() {
    let place = journal();
    let segments = place.segments();
    snapshot(&place, 40, 0);
    snapshot(&place, 300, 0);
    flip(&segments[1], 16384 + 900);
    let before = place.save();
    let keep = place.shm().join("kept");
    assert!(place.open().is_err());

    let refused = accept_loss(&place.dir(), &keep, &place.options(), &mut |_| false).unwrap();
    assert_eq!((refused, keep.exists()), (None, false));
    let unlocked = |saved: Vec<(std::path::PathBuf, Vec<u8>)>| -> Vec<_> {
        let mut files: Vec<_> =
            saved.into_iter().filter(|(path, _)| !path.ends_with("LOCK")).collect();
        files.sort();
        files
    };
    assert_eq!(unlocked(place.save()), unlocked(before.clone()), "a no changes nothing");

    let mut told = None;
    let loss = accept_loss(&place.dir(), &keep, &place.options(), &mut |loss| {
        told = Some(loss.clone());
        true
    });
    let loss = loss.unwrap().unwrap();
    assert_eq!(told, Some(loss.clone()));
    assert_eq!((loss.last_known, loss.segments.len(), loss.snapshots.len()), (330, 1, 1));
    assert_eq!(loss.cut.0, segments[1]);
    // Every file that is gone or changed has its copy.
    for (path, bytes) in before {
        let changed = fs::read(&path).ok().is_none_or(|now| now != bytes);
        if changed && !path.ends_with("LOCK") {
            let copy = keep.join(path.file_name().unwrap());
            assert_eq!(fs::read(copy).unwrap(), bytes, "{}", path.display());
        }
    }
    assert_eq!(report(&place).class(), Class::Clean);
    assert_eq!((read(&place.dir()).0, read(&place.dir()).1.unwrap()), (loss.last_kept, End::Clean));
    place.write(loss.last_kept + 1, loss.last_kept + 300);
    assert_eq!(read(&place.dir()).0, loss.last_kept + 300);
    let nothing = accept_loss(&place.dir(), &keep, &place.options(), &mut |_| true).unwrap();
    assert_eq!(nothing, None, "a good journal is not cut");
}

#[test]
fn a_journal_in_use_is_not_cut() {
    let place = journal();
    let _opened = place.open().unwrap();
    let keep = place.shm().join("kept");
    let refused = accept_loss(&place.dir(), &keep, &place.options(), &mut |_| true);
    assert!(matches!(refused, Err(JournalError::Locked { .. })), "{refused:?}");
}

#[test]
fn what_is_cut_is_kept_in_another_directory_than_the_journals_own() {
    let place = journal();
    flip(&place.segments()[1], 16384 + 900);
    let before = place.segments();
    let link = place.shm().join("link");
    std::os::unix::fs::symlink(place.dir(), &link).unwrap();
    for keep in [place.dir(), link] {
        let refused = accept_loss(&place.dir(), &keep, &place.options(), &mut |_| true);
        assert!(matches!(refused, Err(JournalError::SameDirectory { .. })), "{refused:?}");
    }
    assert_eq!(place.segments(), before);
}

/// Whatever call the process dies at, the next run ends what it began, and everything that is gone has its copy.
#[test]
fn accepting_a_loss_can_be_interrupted_anywhere_and_is_repeated() {
    let mut interrupted = 0;
    for calls in 0.. {
        let place = journal();
        snapshot(&place, 300, 0);
        flip(&place.segments()[1], 16384 + 900);
        let before = place.save();
        let keep = place.shm().join("kept");
        let disk = FailingDisk::after(calls, || std::io::Error::from_raw_os_error(5));
        let options = Options { storage: disk, ..place.options() };
        let first = accept_loss(&place.dir(), &keep, &options, &mut |_| true);
        let again = accept_loss(&place.dir(), &keep, &place.options(), &mut |_| true);
        again.unwrap_or_else(|error| panic!("interrupted at call {calls}: {error}"));
        assert_eq!(report(&place).class(), Class::Clean);
        let copies: Vec<_> = [keep.clone(), keep.with_file_name("kept.2")]
            .iter()
            .filter_map(|dir| fs::read_dir(dir).ok())
            .flatten()
            .map(|entry| fs::read(entry.unwrap().path()).unwrap())
            .collect();
        for (path, bytes) in before.iter().filter(|(path, _)| !path.ends_with("LOCK")) {
            let is_unchanged = fs::read(path).is_ok_and(|now| now == *bytes);
            assert!(is_unchanged || copies.contains(bytes), "{} at {calls}", path.display());
        }
        if first.is_ok() {
            break;
        }
        interrupted += 1;
    }
    assert!(10 < interrupted, "{interrupted}");
}

/// Looking for the holder of a journal takes its lock for an instant, which must keep nobody out.
#[test]
fn a_journal_opens_while_somebody_looks_for_its_holder() {
    let place = journal();
    let (taken, is_taken) = std::sync::mpsc::channel();
    let lock = fs::File::open(place.dir().join("LOCK")).unwrap();
    std::thread::scope(|scope| {
        scope.spawn(move || {
            rustix::fs::flock(&lock, rustix::fs::FlockOperation::LockShared).unwrap();
            taken.send(()).unwrap();
            std::thread::sleep(std::time::Duration::from_millis(30));
            drop(lock);
        });
        is_taken.recv().unwrap();
        assert_eq!(place.open().unwrap().recovered.last_seq, 330);
    });
}

/// A journal of which a start reads only the third segment, from 279 on.
fn with_two_snapshots() -> Place {
    let place = journal();
    snapshot(&place, 300, 0);
    snapshot(&place, 320, 0);
    place
}

#[test]
fn a_file_that_only_has_a_segments_name_is_passed_over_by_everybody_and_noted() {
    let other = journal();
    for (from, to) in [
        (1, place_of(141)),
        (2, place_of(280)),
        (2, place_of(299)),
        (2, place_of(5_000)),
        (0, place_of(331)),
    ] {
        for foreign in [false, true] {
            let place = with_two_snapshots();
            let source = if foreign { other.segments() } else { place.segments() };
            fs::copy(&source[from], place.dir().join(&to)).unwrap();
            let report = report(&place);
            // Where the next segment will be, it cannot be passed over.
            if to == place_of(331) {
                let halt = report.halt.unwrap().to_string();
                assert!(!halt.contains("are lost"), "{halt}");
                assert_eq!(place.open().map(|_| ()).unwrap_err().to_string(), halt);
                continue;
            }
            let words = format!("{to} {foreign}: {report:?}");
            assert!(report.class() == Class::Clean && report.halt.is_none(), "{words}");
            assert_eq!(report.findings.len(), 1, "{words}");
            assert!(report.findings[0].file.ends_with(&to), "{words}");
            assert_eq!(place.open().unwrap().recovered.last_seq, 330, "{words}");
        }
    }
    let place = with_two_snapshots();
    fs::write(place.dir().join("seg-18446744073709551615.clj"), b"junk").unwrap();
    assert_eq!((report(&place).class(), report(&place).last_seq), (Class::Clean, 330));
}

fn place_of(first_seq: u64) -> String {
    format!("seg-{first_seq:020}.clj")
}

/// The original would be removed, and with it the records that the stray copy seems to begin with.
#[test]
fn a_stray_copy_lets_no_segment_be_archived_that_is_still_needed() {
    let place = with_two_snapshots();
    let segments = place.segments();
    fs::copy(&segments[2], place.dir().join(place_of(280))).unwrap();
    let into = place.shm().join("archive");
    let done = clutch_journal::archive(&place.dir(), &into, 301, &Disk, &mut |_, _| {}).unwrap();
    assert_eq!((done.segments.len(), done.oldest_seq), (2, 279));
    assert_eq!(place.open().unwrap().recovered.last_seq, 330);
}

#[test]
fn damage_before_what_a_start_reads_is_damage_and_stops_no_start() {
    let flipped = |place: &Place| flip(&place.segments()[0], 16384 + 700);
    let lost = |place: &Place| fs::remove_file(&place.segments()[1]).unwrap();
    let first_lost = |place: &Place| fs::remove_file(&place.segments()[0]).unwrap();
    let headless = |place: &Place| {
        let path = &place.segments()[1];
        [9, 4096 + 9].into_iter().for_each(|at| flip(path, at));
    };
    for (harm, missing) in [
        (flipped as fn(&Place), None),
        (lost, Some((1, 278))),
        (first_lost, Some((1, 139))),
        (headless, Some((1, 278))),
    ] {
        let place = with_two_snapshots();
        harm(&place);
        let report = report(&place);
        assert!(report.class() == Class::Damaged && report.halt.is_none(), "{report:?}");
        assert_eq!(report.last_seq, 330);
        let words = &report.findings[0].what;
        assert!(words.ends_with("it lies before what a start reads, and stops none"), "{words}");
        let recovered = place.open().unwrap().recovered;
        assert_eq!((recovered.last_seq, recovered.missing_before), (330, missing));
        // Without the snapshots there is no way around it.
        for seq in [300, 320] {
            fs::remove_file(place.dir().join(format!("snap-{seq:020}.cls"))).unwrap();
        }
        let report = verify(&place.dir(), None, &mut |_, _| {}).unwrap();
        let halt = report.halt.unwrap().to_string();
        assert_eq!(place.open().map(|_| ()).unwrap_err().to_string(), halt);
    }
    assert_eq!(with_two_snapshots().open().unwrap().recovered.missing_before, None);
}

/// What lies before the records that a start reads says nothing of what the ring still has behind them.
#[test]
fn old_damage_does_not_hide_that_the_ring_heals_the_newest_records() {
    let place = with_two_snapshots();
    let Opened { mut writer, committer, .. } = place.open().unwrap();
    let mut committer = committer.inline(Box::new(|_| {}));
    (331..=340).for_each(|seq| append(&mut writer, seq));
    writer.publish();
    committer.commit().unwrap();
    committer.rest().unwrap();
    drop((writer, committer));
    let bytes = |seq| clutch_journal::record_bytes(payload(seq).len()) as u64;
    flip(&place.segments()[0], 16384 + 700);
    flip(&place.segments()[2], 16384 + (279..335).map(bytes).sum::<u64>() + 16);

    let report = verify(&place.dir(), Some(&place.shm()), &mut |_, _| {}).unwrap();
    assert!(report.class() == Class::Damaged && report.halt.is_none(), "{report:?}");
    let recovered = place.open().unwrap().recovered;
    assert_eq!((report.last_seq, recovered.last_seq), (340, 340));
    assert_eq!(recovered.healed_from_ring.unwrap().2, (335, 340));
}

#[test]
fn an_archived_journal_needs_a_snapshot_and_says_how_to_make_one() {
    let place = with_two_snapshots();
    let into = place.shm().join("archive");
    clutch_journal::archive(&place.dir(), &into, 301, &Disk, &mut |_, _| {}).unwrap();
    place.write(331, 340);
    assert_eq!(report(&place).class(), Class::Clean);
    flip(&place.dir().join("snap-00000000000000000320.cls"), 8195);
    let one_bad = report(&place);
    assert!(one_bad.class() == Class::Damaged && one_bad.halt.is_none(), "{one_bad:?}");
    fs::remove_file(place.dir().join("snap-00000000000000000300.cls")).unwrap();
    let none = report(&place);
    assert!(matches!(none.halt, Some(JournalError::NoSnapshot { oldest: 279, .. })), "{none:?}");
    let words = none.halt.unwrap().to_string();
    assert!(words.contains("clutch journal snapshot DIR --archive ARCHIVE"), "{words}");
    fs::remove_file(place.dir().join("snap-00000000000000000320.cls")).unwrap();
    let words = format!("{:?}", report(&place).findings);
    assert!(words.contains("the newest snapshot that `super` knows of is not there"), "{words}");
}

#[test]
fn without_super_what_is_there_is_said() {
    let place = journal();
    let journal_id = report(&place).journal_id;
    fs::remove_file(place.dir().join("super")).unwrap();
    let report = report(&place);
    assert_eq!((report.segments, report.first_seq, report.records), (3, 1, 0));
    assert!(report.journal_id == journal_id && report.halt.is_some());
}
