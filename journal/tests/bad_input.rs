//! A journal that is not as it should be is refused in its own words, by the server's start and by `verify` alike, and
//! nothing in it is changed.

#![allow(clippy::unwrap_used)]

mod support;

use std::fs;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clutch_journal::{
    Class, Disk, FORMAT, JournalError, Opened, Options, Position, Reader, SnapshotWriter, open,
    verify,
};
use support::{Place, append};

/// Three segments, two of them full.
fn journal() -> Place {
    let place = Place::new();
    place.write(1, 330);
    assert_eq!(place.segments().len(), 3);
    place
}

fn segment(dir: &Path, number: usize) -> PathBuf {
    let entries = fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path());
    let mut all: Vec<_> =
        entries.filter(|path| path.extension().is_some_and(|name| name == "clj")).collect();
    all.sort();
    all.swap_remove(number)
}

fn cut(path: &Path, bytes: u64) {
    fs::OpenOptions::new().write(true).open(path).unwrap().set_len(bytes).unwrap();
}

/// Gives every header block of a file another format number and seals it again.
fn newer(path: &Path, blocks: usize) {
    let mut bytes = fs::read(path).unwrap();
    for block in bytes.chunks_mut(4096).take(blocks) {
        block[8..12].copy_from_slice(&(FORMAT + 1).to_le_bytes());
        let sum = crc32c::crc32c(&block[..4092]);
        block[4092..].copy_from_slice(&sum.to_le_bytes());
    }
    fs::write(path, bytes).unwrap();
}

/// What somebody did to the directory, and what is then said; `{}` stands for the directory.
type Row = (&'static str, fn(&Path), &'static str);

#[rustfmt::skip]
const ROWS: &[Row] = &[
    ("the last segment is cut",
        |dir| cut(&segment(dir, 2), 20_000),
        "{}/seg-00000000000000000279.clj is damaged at offset 20000, where record 279 should be: \
         cut to 20000 bytes; its header says 24576; records 279 to 330 are lost unless a good copy of it is put back"),
    ("a segment is cut in the middle of the journal",
        |dir| cut(&segment(dir, 1), 16_384),
        "{}/seg-00000000000000000140.clj is damaged at offset 16384, where record 140 should be: \
         cut to 16384 bytes; its header says 24576; records 140 to 278 are lost unless a good copy of it is put back"),
    ("a segment is empty, as after a copy onto a full disk",
        |dir| cut(&segment(dir, 1), 0),
        "{}/seg-00000000000000000140.clj is damaged at offset 0, where record 140 should be: \
         neither copy of its header is whole; records 140 to 278 are lost unless a good copy of it is put back"),
    ("two segments are swapped",
        |dir| {
            let (one, two) = (segment(dir, 0), segment(dir, 1));
            let aside = dir.join("aside");
            fs::rename(&one, &aside).unwrap();
            fs::rename(&two, &one).unwrap();
            fs::rename(&aside, &two).unwrap();
        },
        "{}/seg-00000000000000000001.clj is damaged at offset 0, where record 1 should be: \
         its header says that it starts with record 140: it has another segment's name. \
         Rename it back, or take it away if it is a copy"),
    ("a segment is another journal's",
        |dir| { fs::copy(segment(&journal().dir(), 1), segment(dir, 1)).unwrap(); },
        "{}/seg-00000000000000000140.clj belongs to journal "),
    ("`super` is another journal's",
        |dir| { fs::copy(journal().dir().join("super"), dir.join("super")).unwrap(); },
        "{}/seg-00000000000000000001.clj belongs to journal "),
    ("`super` is of a newer release",
        |dir| newer(&dir.join("super"), 4),
        "{}/super has journal format 2; this release reads up to format 1"),
    ("a segment is of a newer release",
        |dir| newer(&segment(dir, 1), 2),
        "{}/seg-00000000000000000140.clj has journal format 2; this release reads up to format 1"),
    ("it was copied without `super`",
        |dir| fs::remove_file(dir.join("super")).unwrap(),
        "{}/super is damaged at offset 0, where record 1 should be: the file is missing, but segments are there; \
         was the directory copied by halves?"),
    ("only a snapshot was copied",
        |dir| {
            snapshot(dir, 50);
            (0..3).rev().for_each(|number| fs::remove_file(segment(dir, number)).unwrap());
            fs::remove_file(dir.join("super")).unwrap();
        },
        "{}/super is damaged at offset 0, where record 50 should be: the file is missing, but snapshots are there; \
         was the directory copied by halves?"),
    ("only the lock was copied",
        |dir| keep_only(dir, &["LOCK"]),
        "{}/super is damaged at offset 0: the file is missing, but a LOCK that names a holder is there; \
         was the directory copied by halves?"),
    ("only the lock and the reserve were copied",
        |dir| {
            keep_only(dir, &["LOCK"]);
            fs::write(dir.join("reserve-0"), b"").unwrap();
        },
        "{}/super is damaged at offset 0: the file is missing, but spare segments are there; \
         was the directory copied by halves?"),
    ("only the note of what was archived was copied",
        |dir| {
            note_archived(dir, FORMAT, 7);
            keep_only(dir, &["archived"]);
        },
        "{}/super is damaged at offset 0: the file is missing, but a note of what was archived is there; \
         was the directory copied by halves?"),
    ("`super` was copied by half",
        |dir| cut(&dir.join("super"), 4_096),
        "{}/super is damaged at offset 0: fewer than 2 of its 4 copies are whole and equal"),
    ("it was copied without its last segment",
        |dir| fs::remove_file(segment(dir, 2)).unwrap(),
        "records 279 to 330 are missing: the segment that held them is not in {}"),
    ("a segment in the middle was renamed",
        |dir| {
            let to = dir.join("seg-00000000000000000141.clj");
            fs::rename(segment(dir, 1), to).unwrap();
        },
        "records 140 to 278 are missing: the segment that held them is not in {} under its name: \
         {}/seg-00000000000000000141.clj says that it is that one, and is to be renamed back"),
    ("it was copied without a segment in the middle",
        |dir| fs::remove_file(segment(dir, 1)).unwrap(),
        "records 140 to 278 are missing: the segment that held them is not in {}"),
    ("only `super` was copied",
        |dir| (0..3).rev().for_each(|number| fs::remove_file(segment(dir, number)).unwrap()),
        "records 1 to 330 are missing: the segment that held them is not in {}"),
    ("the note of what was archived is damaged",
        |dir| fs::write(dir.join("archived"), b"torn").unwrap(),
        "{}/archived is damaged at offset 0: neither copy of it is whole"),
    ("the note of what was archived is of a newer release",
        |dir| note_archived(dir, FORMAT + 1, Reader::open(dir).unwrap().journal_id()),
        "{}/archived has journal format 2; this release reads up to format 1"),
    ("the note of what was archived is another journal's",
        |dir| note_archived(dir, FORMAT, 7),
        "{}/archived belongs to journal 00000000000000000000000000000007, but this is journal "),
];

/// Removes everything but these files.
fn keep_only(dir: &Path, names: &[&str]) {
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if !names.iter().any(|name| path.ends_with(name)) {
            fs::remove_file(path).unwrap();
        }
    }
}

/// Writes the note that archiving leaves, as if nothing had been archived yet.
fn note_archived(dir: &Path, format: u32, journal: u128) {
    let mut block = [0; 4096];
    block[..8].copy_from_slice(b"clutchAR");
    block[8..12].copy_from_slice(&format.to_le_bytes());
    block[16..32].copy_from_slice(&journal.to_le_bytes());
    block[32..40].copy_from_slice(&1_u64.to_le_bytes());
    let sum = crc32c::crc32c(&block[..4092]);
    block[4092..].copy_from_slice(&sum.to_le_bytes());
    fs::write(dir.join("archived"), block.repeat(2)).unwrap();
}

fn snapshot(dir: &Path, seq: u64) {
    let mut reader = Reader::open_at(dir, seq).unwrap();
    reader.next().unwrap();
    write_snapshot(dir, reader.journal_id(), reader.position());
}

fn write_snapshot(dir: &Path, journal: u128, position: Position) {
    let mut writer = SnapshotWriter::create(dir, Arc::new(Disk), journal, position, 0, 0).unwrap();
    writer.write_all(b"a state").unwrap();
    writer.finish(1).unwrap();
}

#[test]
fn every_kind_of_bad_journal_is_refused_in_its_own_words_and_left_as_it_is() {
    for (what, harm, words) in ROWS {
        let place = journal();
        harm(&place.dir());
        let expected = words.replace("{}", place.dir().to_str().unwrap());
        let before = contents(&place.dir());
        let error = place.open().map(|opened| opened.recovered).unwrap_err().to_string();
        assert!(error.starts_with(&expected), "{what}:\n{error}\n{expected}");
        // Where it is a segment that is refused, what should be in it is said.
        let is_segment = error.contains("/seg-") && !error.contains("another segment's name");
        assert!(!is_segment || error.contains("records "), "{what}: {error}");
        assert_eq!(contents(&place.dir()), before, "{what}: the refusal changed something");

        // The operator's tool comes to the same verdict.
        match verify(&place.dir(), None, &mut |_, _| {}) {
            Ok(report) => {
                assert_eq!(report.class(), Class::Damaged, "{what}");
                assert_eq!(report.halt.map(|halt| halt.to_string()), Some(error), "{what}");
            }
            Err(refused) => assert_eq!(refused.to_string(), error, "{what}"),
        }
    }
    let mut all: Vec<_> = ROWS.iter().map(|(_, _, words)| words).collect();
    all.sort();
    all.dedup();
    assert_eq!(all.len(), ROWS.len(), "two kinds say the same");
}

/// Everything but the lock, which says who looked last.
fn contents(dir: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let entries = fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path());
    let files = entries.filter(|path| !path.ends_with("LOCK"));
    let mut files: Vec<_> = files.map(|path| (path.clone(), fs::read(path).unwrap())).collect();
    files.sort();
    files
}

#[test]
fn a_snapshot_of_another_journal_is_named_and_costs_nothing_else() {
    let (place, other) = (journal(), journal());
    snapshot(&other.dir(), 50);
    let name = "snap-00000000000000000050.cls";
    fs::copy(other.dir().join(name), place.dir().join(name)).unwrap();
    let report = verify(&place.dir(), None, &mut |_, _| {}).unwrap();
    let words: Vec<_> = report.findings.iter().map(|finding| finding.what.clone()).collect();
    assert!(words[0].contains("belongs to journal") && words[0].contains(name), "{words:?}");
    assert!(report.halt.is_none());
    assert_eq!(place.open().unwrap().recovered.last_seq, 330);
}

#[test]
fn two_processes_on_one_directory_the_second_is_told_who_the_first_is() {
    let place = Place::new();
    let _first = place.open().unwrap();
    let words = place.open().map(|_| ()).unwrap_err().to_string();
    let expected = format!(
        "{}/LOCK is in use by process {}: a journal has one writer",
        place.dir().display(),
        std::process::id()
    );
    assert_eq!(words, expected);
    // A copy of the directory made while its original is open has the same ring.
    let copy = Place::new();
    fs::create_dir(copy.dir()).unwrap();
    for path in [place.dir().join("super"), place.segment(1)] {
        fs::copy(&path, copy.dir().join(path.file_name().unwrap())).unwrap();
    }
    let options = Options { shm_dir: Some(place.shm()), ..place.options() };
    let refused = open(&copy.dir(), options).map(|_| ()).unwrap_err();
    assert!(matches!(refused, JournalError::Locked { .. }), "{refused}");
}

/// Does something as a user who owns nothing here; `None` where this process may not become one and is root.
fn as_nobody<T: Send>(work: impl FnOnce() -> T + Send) -> Option<T> {
    let is_root = rustix::process::geteuid().is_root();
    std::thread::scope(|scope| {
        let run = || {
            let nobody = rustix::process::Uid::from_raw(65_534);
            // Of this thread alone, as the system call is.
            if is_root && rustix::thread::set_thread_uid(nobody).is_err() {
                println!("skipped: this process can be nobody else");
                return None;
            }
            Some(work())
        };
        scope.spawn(run).join().unwrap()
    })
}

#[test]
fn a_directory_without_rights_says_which_right_is_missing_where() {
    let place = journal();
    let dir = place.dir();
    let allow = |path: &Path, mode: u32| {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    };
    // Everybody may enter, nobody but the owner may look.
    allow(dir.parent().unwrap(), 0o755);
    let attempts: [(&Path, u32, &str); 3] = [
        (&dir, 0o000, "no rights to "),
        (&dir.join("LOCK"), 0o000, "no rights to open "),
        (&dir.join("super"), 0o000, "no rights to read "),
    ];
    for (path, mode, words) in attempts {
        allow(&dir, 0o777);
        for entry in fs::read_dir(&dir).unwrap() {
            allow(&entry.unwrap().path(), 0o666);
        }
        allow(path, mode);
        let options = place.options();
        let Some(error) = as_nobody(|| open(&dir, options).map(|_| ()).unwrap_err().to_string())
        else {
            break;
        };
        let ends =
            "; a server must be able to write in the journal's directory, and a tool to read in it";
        let found = error.starts_with(words)
            && error.contains(dir.to_str().unwrap())
            && error.ends_with(ends);
        assert!(found, "{}: {error}", path.display());
    }
    allow(&dir, 0o755);
}

#[test]
fn without_a_place_for_the_ring_the_journal_runs_and_says_why() {
    use std::io::ErrorKind;
    let place = Place::new();
    let nowhere = Options { shm_dir: Some("/nonexistent/shm".into()), ..place.options() };
    let file = place.shm().join("file");
    fs::write(&file, b"").unwrap();
    let no_directory = Options { shm_dir: Some(file), ..place.options() };
    let not_asked = Options { shm_dir: None, ..place.options() };
    let cases = [
        (nowhere, Some(ErrorKind::NotFound)),
        (no_directory, Some(ErrorKind::NotADirectory)),
        (not_asked, None),
    ];
    let mut last = 0;
    for (options, why) in cases {
        let Opened { mut writer, committer, recovered } = open(&place.dir(), options).unwrap();
        assert_eq!((recovered.ring_in_memory_only, recovered.ring_refused), (true, why));
        assert_eq!((recovered.last_seq, recovered.ring_gone), (last, false));
        let handle = committer.spawn(Box::new(|_| {}));
        last += 1;
        append(&mut writer, last);
        drop(writer);
        handle.stop().unwrap();
    }
}

#[test]
fn a_ring_that_vanished_after_a_kill_is_missed_and_after_a_clean_stop_it_is_not() {
    let place = Place::new();
    place.write(1, 10);
    let ring_gone = |options: Options| open(&place.dir(), options).unwrap().recovered.ring_gone;
    assert!(!ring_gone(place.options()), "a clean stop removes it");
    // What was opened above and dropped without a stop is a kill.
    assert!(!ring_gone(place.options()), "it is still there");
    place.reboot();
    assert!(ring_gone(place.options()), "somebody emptied the directory on the same boot");
    place.reboot();
    place.another_boot();
    assert!(!ring_gone(place.options()), "memory does not outlive its boot");
}

/// What a first start leaves that did not get as far as `super` is no journal, and no half of one.
#[test]
fn a_first_start_that_failed_is_simply_repeated() {
    for calls in 0..6 {
        let place = Place::new();
        let disk = support::FailingDisk::after(calls, || std::io::Error::from_raw_os_error(28));
        let options = Options { storage: disk, ..place.options() };
        assert!(open(&place.dir(), options).is_err(), "at call {calls}");
        assert_eq!(place.open().unwrap().recovered.last_seq, 0, "after call {calls}");
    }
}
