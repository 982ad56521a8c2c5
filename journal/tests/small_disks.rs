//! Small real file systems: full, untrustworthy, and failing under a mapping.
//!
//! The tests here take turns, because each starts other programs: a lock that was just given up is held by such a program
//! for the moment in which it has not begun yet.

#![allow(clippy::unwrap_used)]

mod support;

use std::fs;
use std::io::ErrorKind;

use clutch_journal::{Opened, Options, Space, open};
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

#[test]
fn a_really_full_file_system_is_left_behind_by_itself_too() {
    let Some(mounted) = Mounted::tmpfs(400 << 10) else { return };
    let place = Place::new();
    let dir = mounted.path().join("data");
    let options = Options { reserve_segments: 2, ..place.options() };
    let Opened { mut writer, committer, .. } = open(&dir, options).unwrap();
    let mut committer = committer.inline(Box::new(|_| {}));
    while committer.prepare() {}
    let ballast = mounted.path().join("ballast");
    std::fs::write(&ballast, vec![1; 100 << 10]).unwrap();
    let (mut seq, mut was_low) = (0, false);
    while committer.durable().space() != Space::None {
        seq += 1;
        append(&mut writer, seq);
        writer.publish();
        committer.commit().unwrap();
        committer.prepare();
        was_low |= committer.durable().space() == Space::Low;
    }
    assert!(was_low && !committer.durable().is_failed());
    std::fs::remove_file(&ballast).unwrap();
    // The room is for one or two segments: what waited is stored.
    committer.commit().unwrap();
    assert_eq!(committer.durable().seq(), seq);
    assert_eq!(read(&dir).0, seq);
}
