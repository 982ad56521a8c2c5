//! Small real file systems: full, untrustworthy, and failing under a mapping.
//!
//! The tests here take turns, because each starts other programs: a lock that was just given up is held by such a program
//! for the moment in which it has not begun yet.

#![allow(clippy::unwrap_used)]

mod support;

use std::fs;
use std::io::{ErrorKind, Write};

use clutch_journal::{JournalError, Opened, Options, Space, open};
use support::small::Mounted;
use support::{Place, append, read};

#[test]
fn a_file_system_that_keeps_nothing_is_refused_by_name_and_stamped_when_allowed() {
    let Some(mounted) = Mounted::overlay() else { return };
    let (dir, memory) = (mounted.path().join("data"), Place::new());
    let strict = Options { unsafe_storage: false, ..memory.options() };
    let error = open(&dir, strict.clone()).map(|_| ()).unwrap_err().to_string();
    assert!(error.contains("is on an overlay file system") && error.contains("--unsafe-storage"));
    let Opened { recovered, .. } = open(&dir, memory.options()).unwrap();
    assert_eq!(recovered.file_system.name, "an overlay file system");
    let header = fs::read(dir.join("seg-00000000000000000001.clj")).unwrap();
    assert_eq!(header[80], 1, "the segment says so for ever");
    // And a journal that was made here is no reason to trust the place later.
    assert!(open(&dir, strict).is_err());
}

#[test]
fn a_full_tmpfs_leaves_the_ring_in_memory_and_says_why() {
    let (place, Some(full)) = (Place::new(), Mounted::tmpfs(16 << 10)) else { return };
    // One page is left, and the ring needs more.
    fs::write(full.path().join("ballast"), vec![1; 12 << 10]).unwrap();
    let shm_dir = Some(full.path());
    let options = Options { shm_dir, ring_bytes: 16 << 10, ..place.options() };
    let Opened { mut writer, committer, recovered } = open(&place.dir(), options).unwrap();
    let found = (recovered.ring_in_memory_only, recovered.ring_refused);
    assert_eq!(found, (true, Some(ErrorKind::StorageFull)));
    assert_eq!(fs::read_dir(full.path()).unwrap().count(), 1, "nothing is left over there");
    let handle = committer.spawn(Box::new(|_| {}));
    append(&mut writer, 1);
    drop(writer);
    assert_eq!(handle.stop().unwrap(), 1);
}

/// The lock itself needs no room; what is written into it is for people.
#[test]
fn a_lock_that_cannot_be_signed_is_held_all_the_same() {
    let Some(mounted) = Mounted::tmpfs(1 << 20) else { return };
    let (dir, memory) = (mounted.path().join("data"), Place::new());
    let options = || Options { reserve_segments: 1, ..memory.options() };
    drop(open(&dir, options()).unwrap());
    let lock = dir.join("LOCK");
    fs::remove_file(&lock).unwrap();
    fill(&mounted, 0);
    let last_pages = fs::File::create(mounted.path().join("last pages")).unwrap();
    while (&last_pages).write_all(&[1; 4096]).is_ok() {}
    let opened = open(&dir, options()).unwrap();
    assert_eq!(fs::metadata(&lock).unwrap().len(), 0, "there was no room for a word");
    let second = open(&dir, options()).map(|_| ()).unwrap_err();
    assert!(matches!(second, JournalError::Locked { pid: None, .. }), "{second:?}");
    drop(opened);
}

/// Fills a file system to the last block and gives some of them back.
fn fill(mounted: &Mounted, left: u64) -> std::path::PathBuf {
    let path = mounted.path().join("ballast");
    let mut file = fs::File::create(&path).unwrap();
    let mut bytes = 0;
    while file.write_all(&[1; 16 << 10]).is_ok() {
        bytes += 16 << 10;
    }
    file.set_len(bytes - left).unwrap();
    file.sync_all().unwrap();
    path
}

fn is_left_behind_by_itself(mounted: &Mounted) {
    let place = Place::new();
    let dir = mounted.path().join("data");
    fs::create_dir(&dir).unwrap();
    // Room for the first segment, the reserve and the spares, and not for many more.
    let ballast = fill(mounted, 240 << 10);
    let options = Options { reserve_segments: 2, ..place.options() };
    let Opened { mut writer, committer, .. } = open(&dir, options.clone()).unwrap();
    let mut committer = committer.inline(Box::new(|_| {}));
    while committer.prepare() {}
    let (mut seq, mut was_low) = (0, false);
    while committer.durable().space() != Space::None {
        assert!(seq < 100_000, "this file system is never full");
        for _ in 0..16 {
            seq += 1;
            append(&mut writer, seq);
        }
        writer.publish();
        committer.commit().unwrap();
        committer.prepare();
        was_low |= committer.durable().space() == Space::Low;
    }
    assert!(was_low && !committer.durable().is_failed());
    assert!(committer.durable().seq() < seq, "the last record waits in the ring");

    fs::remove_file(&ballast).unwrap();
    // What waited is stored, the reserve made again.
    for _ in 0..1_000 {
        if committer.durable().space() == Space::Ample {
            break;
        }
        committer.commit().unwrap();
        committer.prepare();
    }
    assert_eq!((committer.durable().seq(), committer.durable().space()), (seq, Space::Ample));
    drop(writer);
    committer.stop().unwrap();
    assert_eq!(read(&dir).0, seq);
    assert_eq!(open(&dir, options).unwrap().recovered.last_seq, seq);
}

#[test]
fn a_really_full_tmpfs_is_left_behind_by_itself() {
    let Some(mounted) = Mounted::tmpfs(1 << 20) else { return };
    is_left_behind_by_itself(&mounted);
}

#[test]
fn a_really_full_ext4_is_left_behind_by_itself() {
    let Some(mounted) = Mounted::ext4(8 << 20) else { return };
    is_left_behind_by_itself(&mounted);
}
