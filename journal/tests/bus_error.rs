//! A mapped file that is cut while somebody reads it ends that process with the file's name, not without a word.

#![allow(clippy::unwrap_used)]

mod support;

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::process::Command;

use clutch_journal::{Opened, Reader, name_the_file_on_bus_error, open};
use support::small::Mounted;
use support::{Place, append};

const DIR: &str = "CLUTCH_TEST_BUS_ERROR";

/// Counts what each thread has taken and not given back.
struct Counting;

thread_local! {
    static HELD: Cell<isize> = const { Cell::new(0) };
}

// SAFETY: passes everything on to the system's allocator, and counting allocates nothing.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        HELD.set(HELD.get() + layout.size() as isize);
        // SAFETY: as the caller promises.
        unsafe { System.alloc(layout) }
    }
    unsafe fn dealloc(&self, place: *mut u8, layout: Layout) {
        HELD.set(HELD.get() - layout.size() as isize);
        // SAFETY: as the caller promises.
        unsafe { System.dealloc(place, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// A follower of a running engine maps one segment after the other, for years.
#[test]
fn a_mapping_that_is_gone_leaves_nothing_behind() {
    let place = Place::new();
    place.write(1, 700);
    let segments = place.segments().len();
    assert!(4 < segments);
    let read_all = || {
        let mut reader = Reader::open(&place.dir()).unwrap();
        while reader.next().unwrap().is_some() {}
    };
    read_all();
    let held = HELD.get();
    (0..50).for_each(|_| read_all());
    assert_eq!(HELD.get(), held, "bytes that {} mappings left behind", 50 * segments);
}

/// Not a test of its own: the process that meets the hole.
#[test]
#[ignore = "started by the test below"]
fn the_process_that_reads() {
    let Some(dir) = std::env::var_os(DIR) else { return };
    name_the_file_on_bus_error().unwrap();
    let mut reader = Reader::open(dir.as_ref()).unwrap();
    reader.next().unwrap();
    let path = std::path::Path::new(&dir).join("seg-00000000000000000001.clj");
    // Nobody may do this to a journal, but a disk that fails looks the same.
    std::fs::OpenOptions::new().write(true).open(path).unwrap().set_len(4096).unwrap();
    while reader.next().unwrap().is_some() {}
}

fn the_message_names_the_file(dir: &std::path::Path) {
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "the_process_that_reads", "--ignored", "--nocapture"])
        .env(DIR, dir)
        .output()
        .unwrap();
    let words = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(135), "{words}");
    assert!(words.contains("seg-00000000000000000001.clj cannot be read at offset 1"), "{words}");
}

#[test]
fn the_message_names_the_file_and_the_place() {
    let place = Place::new();
    place.write(1, 100);
    the_message_names_the_file(&place.dir());
}

#[test]
fn the_same_on_a_real_small_ext4() {
    let Some(mounted) = Mounted::ext4(8 << 20) else { return };
    let (place, dir) = (Place::new(), mounted.path().join("data"));
    let Opened { mut writer, committer, .. } = open(&dir, place.options()).unwrap();
    let handle = committer.spawn(Box::new(|_| {}));
    (1..=100).for_each(|seq| append(&mut writer, seq));
    drop(writer);
    handle.stop().unwrap();
    the_message_names_the_file(&dir);
}
