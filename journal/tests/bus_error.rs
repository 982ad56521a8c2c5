//! A mapped file that is cut while somebody reads it ends that process with the file's name, not without a word.

#![allow(clippy::unwrap_used)]

mod support;

use std::process::Command;

use clutch_journal::{Reader, name_the_file_on_bus_error};
use support::Place;

const DIR: &str = "CLUTCH_TEST_BUS_ERROR";

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

#[test]
fn the_message_names_the_file_and_the_place() {
    let place = Place::new();
    place.write(1, 100);
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "the_process_that_reads", "--ignored", "--nocapture"])
        .env(DIR, place.dir())
        .output()
        .unwrap();
    let words = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(135), "{words}");
    assert!(words.contains("seg-00000000000000000001.clj cannot be read at offset 1"), "{words}");
}
