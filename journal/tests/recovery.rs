//! What is found again after a clean stop, a kill and a power cut.

#![allow(clippy::unwrap_used)]

mod support;

use clutch_journal::{Durability, End, Opened, Options, Reader, open};
use support::{Place, append, payload, read, read_all};

#[test]
fn what_was_appended_is_read_back_across_segments_and_openings() {
    let place = Place::new();
    let mut last = 0;
    for records in [1, 2, 500, 3, 1000] {
        let opened = place.open().unwrap();
        assert_eq!(
            (opened.recovered.last_seq, opened.recovered.last_timestamp),
            (last, last * 1000)
        );
        assert_eq!((opened.recovered.from_ring, opened.recovered.torn_bytes_cut), (0, 0));
        drop(opened);
        place.write(last + 1, last + records);
        last += records;
        assert_eq!(read(&place.dir()).0, last);
        assert_eq!(read(&place.dir()).1.unwrap(), End::Clean);
    }
    assert!(5 < place.segments().len(), "1506 records need several segments of 8 KiB");
}

#[test]
fn a_clean_stop_leaves_no_ring_and_no_spare_segment() {
    let place = Place::new();
    place.write(1, 10);
    assert_eq!(std::fs::read_dir(place.shm()).unwrap().count(), 0);
    let mut names: Vec<_> = std::fs::read_dir(place.dir())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    assert_eq!(names, ["LOCK", "seg-00000000000000000001.clj", "super"]);
}

#[test]
fn records_that_were_only_in_the_ring_survive_the_process() {
    let place = Place::new();
    place.write(1, 150);
    // The committer never runs, as if the process died before it could.
    let Opened { mut writer, committer, .. } = place.open().unwrap();
    for seq in 151..=190 {
        append(&mut writer, seq);
    }
    drop((writer, committer));

    // Before anything is repaired, a reader sees both parts.
    assert_eq!(read(&place.dir()).0, 150);
    let (last, end) = read_all(Reader::open(&place.dir()).unwrap().with_ring(&place.shm()));
    assert_eq!((last, end.unwrap()), (190, End::Clean));

    let opened = place.open().unwrap();
    assert_eq!((opened.recovered.last_seq, opened.recovered.from_ring), (190, 40));
    assert_eq!(read(&place.dir()).0, 190, "after opening, the segments hold everything");
    drop(opened);
    place.write(191, 400);
    assert_eq!(read(&place.dir()).0, 400);
}

#[test]
fn the_ring_is_followed_across_the_end_of_a_segment_and_across_its_own_end() {
    // Every length of the part in the segments, so that the ring part starts at every place of segment and ring.
    for in_segments in (1..260).step_by(3) {
        let place = Place::new();
        place.write(1, in_segments);
        let Opened { mut writer, committer, .. } = place.open().unwrap();
        let mut last = in_segments;
        while writer
            .append(((last + 1) % 5) as u16, 1, last + 1, (last + 1) * 1000, &payload(last + 1))
            .is_ok()
        {
            last += 1;
        }
        drop((writer, committer));
        // Another segment size now must not matter for what was written under the old one.
        let options = Options { segment_bytes: 32768, ring_bytes: 8192, ..place.options() };
        let opened = open(&place.dir(), options).unwrap();
        assert_eq!(
            (opened.recovered.last_seq, opened.recovered.from_ring),
            (last, last - in_segments)
        );
        assert_eq!(read(&place.dir()).0, last);
    }
}

#[test]
fn after_a_reboot_the_synced_records_are_there_and_the_others_are_not_mistaken() {
    let place = Place::new();
    place.write(1, 100);
    let Opened { mut writer, committer, .. } = place.open().unwrap();
    append(&mut writer, 101);
    drop((writer, committer));
    place.reboot();
    let opened = place.open().unwrap();
    assert_eq!((opened.recovered.last_seq, opened.recovered.from_ring), (100, 0));
    drop(opened);
    place.write(101, 120);
    assert_eq!(read(&place.dir()).0, 120);
}

#[test]
fn a_ring_from_an_earlier_life_is_not_taken_for_a_continuation() {
    let place = Place::new();
    place.write(1, 100);
    let Opened { mut writer, committer, .. } = place.open().unwrap();
    for seq in 101..=110 {
        append(&mut writer, seq);
    }
    drop((writer, committer));
    let ring = std::fs::read_dir(place.shm()).unwrap().next().unwrap().unwrap().path();
    let old_ring = std::fs::read(&ring).unwrap();
    // The records 101 to 110 are recovered, then a life without a place on tmpfs goes on; then the old ring is back.
    drop(place.open().unwrap());
    let without_shm = Options { shm_dir: None, ..place.options() };
    let Opened { mut writer, committer, recovered } = open(&place.dir(), without_shm).unwrap();
    assert!(recovered.ring_in_memory_only);
    let handle = committer.spawn(Box::new(|_| {}));
    append(&mut writer, 111);
    drop(writer);
    handle.stop().unwrap();
    std::fs::write(&ring, &old_ring).unwrap();
    let opened = place.open().unwrap();
    assert_eq!((opened.recovered.last_seq, opened.recovered.from_ring), (111, 0));
}

#[test]
fn a_torn_tail_is_cut_and_the_place_is_used_again() {
    let place = Place::new();
    place.write(1, 20);
    // The journal was open when the power failed: the mark is old, and the last record is half there.
    let Opened { writer, committer, .. } = place.open().unwrap();
    let handle = committer.spawn(Box::new(|_| {}));
    let mut writer = writer;
    append(&mut writer, 21);
    writer.publish();
    while handle.durable().seq() < 21 {
        std::thread::yield_now();
    }
    std::mem::forget((writer, handle));
    let copy = Place::new();
    std::fs::create_dir(copy.dir()).unwrap();
    for name in ["super", "seg-00000000000000000001.clj"] {
        std::fs::copy(place.dir().join(name), copy.dir().join(name)).unwrap();
    }
    let mut bytes = std::fs::read(copy.segment(1)).unwrap();
    let end = bytes.iter().rposition(|byte| *byte != 0).unwrap();
    bytes[end - 2] ^= 1;
    std::fs::write(copy.segment(1), &bytes).unwrap();

    let (last, end) = read(&copy.dir());
    assert_eq!(last, 20);
    assert!(matches!(end, Ok(End::TornTail { .. })), "{end:?}");
    let opened = copy.open().unwrap();
    assert_eq!(opened.recovered.last_seq, 20);
    assert!(0 < opened.recovered.torn_bytes_cut);
    drop(opened);
    assert_eq!(read(&copy.dir()).1.unwrap(), End::Clean);
    copy.write(21, 60);
    assert_eq!(read(&copy.dir()).0, 60);
}

#[test]
fn the_ring_is_followed_across_many_segment_ends() {
    for in_segments in (1..120).step_by(7) {
        let place = Place::new();
        let options = || Options { ring_bytes: 1 << 16, ..place.options() };
        place.write(1, in_segments);
        let Opened { mut writer, committer, .. } = open(&place.dir(), options()).unwrap();
        let last = in_segments + 800;
        for seq in in_segments + 1..=last {
            append(&mut writer, seq);
        }
        drop((writer, committer));
        let opened = open(&place.dir(), options()).unwrap();
        assert_eq!((opened.recovered.last_seq, opened.recovered.from_ring), (last, 800));
        assert_eq!(read(&place.dir()).0, last);
        assert!(4 < place.segments().len());
    }
}

#[test]
fn every_opening_has_its_own_epoch_and_its_records_carry_it() {
    let place = Place::new();
    for seq in 1..=5 {
        place.write(seq, seq);
    }
    let mut epochs = Vec::new();
    let mut reader = Reader::open(&place.dir()).unwrap();
    assert_eq!(reader.for_each(|record| epochs.push(record.epoch)).unwrap(), End::Clean);
    assert_eq!(epochs, [1, 2, 3, 4, 5]);
}

/// What a journal promises about its answers, and which release made the promise, stands in every segment of it, also
/// behind an opening with another promise or by another release.
#[test]
fn each_segment_says_under_which_durability_and_by_which_release_it_was_begun() {
    let place = Place::new();
    for (durability, code) in [(Durability::Disk, 1), (Durability::Process, 2)] {
        let engine_version = 70 + u64::from(code);
        let options = Options { durability, engine_version, ..place.options() };
        let Opened { mut writer, committer, .. } = open(&place.dir(), options).unwrap();
        let mut committer = committer.inline(Box::new(|_| {}));
        let begun = place.segments().len();
        let mut seq = last(&place);
        while place.segments().len() <= begun {
            seq += 1;
            append(&mut writer, seq);
            writer.publish();
            committer.commit().unwrap();
        }
        drop((writer, committer));
        let header = std::fs::read(place.segments().pop().unwrap()).unwrap();
        assert_eq!(header[68..72], u32::to_le_bytes(code), "{durability:?}");
        assert_eq!(header[72..80], engine_version.to_le_bytes(), "{durability:?}");
        // And `super` knows the release that writes now.
        assert_eq!(Reader::open(&place.dir()).unwrap().engine_version(), engine_version);
    }
}

#[test]
fn the_lock_names_its_holder_and_the_boot_of_the_machine() {
    let place = Place::new();
    let _opened = place.open().unwrap();
    let text = std::fs::read_to_string(place.dir().join("LOCK")).unwrap();
    let boot = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap_or_default();
    let boot = u128::from_str_radix(&boot.trim().replace('-', ""), 16).unwrap_or(0);
    let said: Vec<&str> = text.lines().map(str::trim_end).take(2).collect();
    assert_eq!(said, [format!("pid {}", std::process::id()), format!("boot {boot:032x}")]);
}

fn last(place: &Place) -> u64 {
    let mut reader = Reader::open(&place.dir()).unwrap();
    reader.for_each(|_| {}).unwrap();
    reader.seq()
}
