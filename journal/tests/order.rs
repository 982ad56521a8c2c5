//! The order in which things reach the disk. What a crash between two calls would lose depends on nothing else.

#![allow(clippy::unwrap_used)]

mod support;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use clutch_journal::{Opened, Options, open};
use support::{Place, RecordingDisk, append};

const FIRST_SEGMENT: &str = "seg-00000000000000000001.clj";

/// Opens with a recording disk, writes `from..=to`, stops, and returns the calls.
fn recorded(place: &Place, from: u64, to: u64) -> Vec<String> {
    recorded_disk(place, from, to).calls()
}

fn recorded_disk(place: &Place, from: u64, to: u64) -> Arc<RecordingDisk> {
    let disk = Arc::new(RecordingDisk::default());
    let storage = Arc::clone(&disk);
    let Opened { mut writer, committer, .. } =
        open(&place.dir(), Options { storage, ..place.options() }).unwrap();
    disk.note("opened");
    let hook = Arc::clone(&disk);
    let handle = committer.spawn(Box::new(move |seq| hook.note(&format!("durable {seq}"))));
    for seq in from..=to {
        append(&mut writer, seq);
        writer.publish();
    }
    drop(writer);
    handle.stop().unwrap();
    disk
}

/// The files that have been written to and not been synced since, call by call.
fn unsynced_before(calls: &[String]) -> impl Iterator<Item = (&str, HashSet<&str>)> {
    let mut unsynced = HashSet::new();
    let mut names = HashMap::new();
    calls.iter().map(move |line| {
        let before = unsynced.clone();
        let (call, name) = line.split_once(' ').unwrap_or((line, ""));
        match call {
            "write" | "allocate" => drop(unsynced.insert(name)),
            "sync" | "remove" => drop(unsynced.remove(name)),
            "rename-from" => drop(names.insert((), name)),
            "rename-to" if unsynced.remove(names[&()]) => drop(unsynced.insert(name)),
            _ => {}
        }
        (line.as_str(), before)
    })
}

#[test]
fn nothing_is_called_durable_before_it_is_synced() {
    let place = Place::new();
    let calls = recorded(&place, 1, 400);
    let mut acknowledged = 0;
    for (call, unsynced) in unsynced_before(&calls) {
        if call.starts_with("durable") {
            acknowledged += 1;
            let segments = unsynced.iter().filter(|name| name.starts_with("seg-")).count();
            assert_eq!(segments, 0, "{call} while {unsynced:?} are not synced");
        }
    }
    let records_written = calls.iter().filter(|call| call.starts_with("write seg-")).count();
    assert!(0 < acknowledged && acknowledged <= records_written);
}

#[test]
fn a_file_gets_its_name_only_when_its_contents_are_synced_and_is_used_only_when_its_name_is() {
    let place = Place::new();
    let calls = recorded(&place, 1, 800);
    let mut names_to_sync = HashSet::new();
    let mut renames = 0;
    for (call, unsynced) in unsynced_before(&calls) {
        if let Some(name) = call.strip_prefix("rename-from ") {
            assert!(!unsynced.contains(name), "{name} is renamed before it is synced");
        } else if let Some(name) = call.strip_prefix("rename-to ") {
            renames += 1;
            names_to_sync.insert(name);
        } else if call == "sync data" {
            names_to_sync.clear();
        } else if let Some(name) = call.strip_prefix("write ") {
            assert!(!names_to_sync.contains(name), "{name} is used before its name is durable");
        } else if call.starts_with("durable") || call == "opened" {
            assert!(
                names_to_sync.is_empty(),
                "{call} while the names {names_to_sync:?} are not durable"
            );
        }
    }
    assert!(3 < renames, "`super` and several segments: {renames}");
}

/// A descriptor that was opened after the write may be told that all is well although the write failed.
#[test]
fn what_one_descriptor_wrote_is_synced_by_that_one_and_no_other() {
    let place = Place::new();
    for (from, to) in [(1, 300), (301, 600)] {
        let disk = recorded_disk(&place, from, to);
        let (mut unsynced, mut syncs) = (HashSet::new(), 0);
        for (line, descriptor) in disk.descriptors() {
            let (call, name) = line.split_once(' ').unwrap_or((&line, ""));
            // Spares are being made all the while.
            let is_ours = name.starts_with("seg-") || name == "super";
            match call {
                "write" if is_ours => drop(unsynced.insert(descriptor)),
                "sync" if is_ours => syncs += usize::from(unsynced.remove(&descriptor)),
                "durable" => assert!(unsynced.is_empty(), "{line}: {unsynced:?}"),
                _ => {}
            }
        }
        assert!(10 < syncs && unsynced.is_empty(), "{syncs} syncs, left {unsynced:?}");
    }
}

/// A flood of zeros would queue in front of the committer's syncs on the same disk.
#[test]
fn the_zeros_of_a_spare_are_written_in_small_portions_each_synced_before_the_next() {
    let place = Place::new();
    let disk = Arc::new(RecordingDisk::default());
    let storage = Arc::clone(&disk) as _;
    let options = Options { storage, segment_bytes: 4 << 20, ..place.options() };
    let Opened { writer: _writer, committer, .. } = open(&place.dir(), options).unwrap();
    let mut committer = committer.inline(Box::new(|_| {}));
    disk.note("opened");
    while committer.prepare() {}
    let calls = disk.calls();
    let made = calls.iter().skip_while(|call| *call != "opened");
    let zeros = made.filter(|call| call.contains("spare-")).map(|call| &call[..5]);
    let kinds: Vec<&str> = zeros.filter(|call| ["write", "sync "].contains(call)).collect();
    let portions: Vec<usize> = kinds.split(|call| *call == "sync ").map(<[_]>::len).collect();
    assert!(portions.iter().all(|writes| *writes <= 4), "writes between syncs: {portions:?}");
    assert_eq!(portions.iter().sum::<usize>(), 2 * 16, "two spares of sixteen pieces");
}

/// A journal whose directory is gone after a power cut is no journal, however well its files were synced.
#[test]
fn each_new_directory_is_durable_in_the_one_above_before_anything_is_in_it() {
    let place = Place::new();
    let dir = place.dir().join("deep/er");
    let disk = Arc::new(RecordingDisk::default());
    drop(open(&dir, Options { storage: Arc::clone(&disk) as _, ..place.options() }).unwrap());
    let calls = disk.calls();
    let above = place.dir().parent().unwrap().file_name().unwrap().to_str().unwrap().to_owned();
    let synced = &calls[..calls.iter().position(|call| call.starts_with("create")).unwrap()];
    assert_eq!(synced, ["sync deep", "sync data", &format!("sync {above}")]);
}

#[test]
fn a_segment_is_made_of_written_zeros_before_it_is_one() {
    let place = Place::new();
    let calls = recorded(&place, 1, 1);
    let at = |wanted: &str| {
        calls
            .iter()
            .position(|call| call == wanted)
            .unwrap_or_else(|| panic!("no {wanted}: {calls:?}"))
    };
    let steps = [
        "create spare-0",
        "allocate spare-0",
        "write spare-0",
        "sync spare-0",
        "rename-from spare-0",
        "opened",
    ];
    assert!(steps.iter().map(|step| at(step)).is_sorted(), "{calls:?}");
    // Zeros, then the header: two writes, each synced.
    assert_eq!(calls.iter().filter(|call| *call == "write spare-0").count(), 2);
    assert_eq!(calls.iter().filter(|call| *call == "sync spare-0").count(), 2);
    assert!(at("opened") < at(&format!("write {FIRST_SEGMENT}")));
}

#[test]
fn after_a_restart_every_segment_and_the_directory_are_synced_before_anything_is_served() {
    let place = Place::new();
    place.write(1, 400);
    let segments = place.segments();
    assert!(2 < segments.len());
    let calls = recorded(&place, 401, 402);
    let opened = calls.iter().position(|call| call == "opened").unwrap();
    for path in segments {
        let sync = format!("sync {}", path.file_name().unwrap().to_str().unwrap());
        assert!(calls[..opened].contains(&sync), "no {sync}");
    }
    assert!(calls[..opened].contains(&"sync data".to_owned()));
}
