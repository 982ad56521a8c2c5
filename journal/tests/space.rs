//! A full disk is an answer: what must not be refused goes on in the reserve, and all goes on when there is room again.

#![allow(clippy::unwrap_used)]

mod support;

use std::path::PathBuf;
use std::time::{Duration, Instant};

use clutch_journal::{End, FillableDisk, InlineCommitter, Opened, Options, Space, Writer, open};
use support::{Place, append, read};

/// Appends one record and commits it if the ring has no room left otherwise.
fn put(writer: &mut Writer, committer: &mut InlineCommitter, seq: u64) {
    append(writer, seq);
    writer.publish();
    committer.commit().unwrap();
}

/// Making one takes the disk longer than a crowd takes to fill one.
#[test]
fn two_segments_are_ready_ahead_of_need_and_made_again_when_one_is_used() {
    let place = Place::new();
    let Opened { mut writer, committer, .. } = place.open().unwrap();
    let mut committer = committer.inline(Box::new(|_| {}));
    let ready = || {
        let names = std::fs::read_dir(place.dir()).unwrap().map(|entry| entry.unwrap().file_name());
        names.filter(|name| name.to_str().unwrap().starts_with("spare-")).count()
    };
    while committer.prepare() {}
    assert_eq!((ready(), place.segments().len()), (2, 1));
    let mut seq = 0;
    while place.segments().len() == 1 {
        seq += 1;
        put(&mut writer, &mut committer, seq);
    }
    assert_eq!(ready(), 1, "one of them became the next segment");
    while committer.prepare() {}
    assert_eq!(ready(), 2);
}

#[test]
fn the_reserve_serves_only_a_full_disk_and_is_made_again_when_there_is_room() {
    let (place, disk) = (Place::new(), FillableDisk::new());
    let options = Options { reserve_segments: 2, storage: disk.clone(), ..place.options() };
    let Opened { mut writer, committer, .. } = open(&place.dir(), options).unwrap();
    let mut committer = committer.inline(Box::new(|_| {}));
    while committer.prepare() {}
    let reserve = || -> Vec<PathBuf> {
        let all = [0, 1].map(|number| place.dir().join(format!("reserve-{number}")));
        all.into_iter().filter(|path| path.exists()).collect()
    };
    assert_eq!(reserve().len(), 2);
    let durable = committer.durable();
    assert_eq!(durable.space(), Space::Ample);

    disk.set_full(true);
    let (mut seq, mut levels) = (0, vec![Space::Ample]);
    // Ample while the two ready segments last, low in the reserve, and then none.
    while durable.space() != Space::None {
        seq += 1;
        append(&mut writer, seq);
        writer.publish();
        let synced = committer.commit().unwrap();
        if levels.last() != Some(&durable.space()) {
            levels.push(durable.space());
        }
        if durable.space() != Space::None {
            assert_eq!(synced, seq, "nothing waits while there is room");
        }
        if durable.space() == Space::Ample {
            assert_eq!(reserve().len(), 2, "a disk with room does not touch the reserve");
        }
    }
    assert_eq!(levels, [Space::Ample, Space::Low, Space::None]);
    assert_eq!((reserve().len(), durable.is_failed()), (0, false));
    let waiting = durable.seq();
    assert!(waiting < seq);

    disk.set_full(false);
    while durable.space() != Space::Ample {
        committer.commit().unwrap();
        committer.prepare();
    }
    assert_eq!((durable.seq(), reserve().len()), (seq, 2));
    put(&mut writer, &mut committer, seq + 1);
    drop(writer);
    committer.stop().unwrap();
    assert_eq!((read(&place.dir()).0, read(&place.dir()).1.unwrap()), (seq + 1, End::Clean));
}

#[test]
fn room_that_is_back_goes_to_the_reserve_first_however_much_is_appended() {
    let (place, disk) = (Place::new(), FillableDisk::new());
    let options = Options { reserve_segments: 2, storage: disk.clone(), ..place.options() };
    let Opened { mut writer, committer, .. } = open(&place.dir(), options).unwrap();
    let mut committer = committer.inline(Box::new(|_| {}));
    let (durable, mut seq) = (committer.durable(), 0);
    let mut append_all_there_is_room_for = || {
        while 512 < writer.free_bytes() {
            seq += 1;
            append(&mut writer, seq);
        }
        writer.publish();
    };
    disk.set_full(true);
    while durable.space() != Space::None {
        append_all_there_is_room_for();
        committer.commit().unwrap();
        committer.prepare();
    }
    disk.set_full(false);
    // A turn of the maker makes a piece of a segment, and the core fills more than one meanwhile.
    let ample = (0..100).find(|_| {
        for _ in 0..4 {
            append_all_there_is_room_for();
            committer.commit().unwrap();
        }
        committer.prepare();
        durable.space() == Space::Ample
    });
    assert!(ample.is_some(), "the reserve is eaten as it is made");
}

#[test]
fn a_directory_without_room_for_a_name_is_an_answer_too() {
    let (place, disk) = (Place::new(), FillableDisk::new());
    let options = Options { reserve_segments: 1, storage: disk.clone(), ..place.options() };
    let Opened { mut writer, committer, .. } = open(&place.dir(), options).unwrap();
    let mut committer = committer.inline(Box::new(|_| {}));
    disk.set_full_of_names(true);
    let mut seq = 0;
    while committer.durable().space() != Space::None {
        seq += 1;
        append(&mut writer, seq);
        writer.publish();
        committer.commit().unwrap();
    }
    disk.set_full_of_names(false);
    put(&mut writer, &mut committer, seq + 1);
    assert_eq!((committer.durable().seq(), committer.durable().space()), (seq + 1, Space::Ample));
}

#[test]
fn with_threads_a_full_disk_is_noticed_at_once_and_left_behind_by_itself() {
    let (place, disk) = (Place::new(), FillableDisk::new());
    let options = Options { reserve_segments: 1, storage: disk.clone(), ..place.options() };
    let Opened { mut writer, committer, .. } = open(&place.dir(), options).unwrap();
    let handle = committer.spawn(Box::new(|_| {}));
    let durable = handle.durable();
    let mut seq = 0;
    let mut go_on_until = |is_there: fn(Space) -> bool| {
        let begin = Instant::now();
        while !is_there(durable.space()) {
            assert!(begin.elapsed() < Duration::from_secs(60), "{:?}", durable.space());
            // The core stops when the ring is full; what it has appended waits there.
            if 512 < writer.free_bytes() {
                seq += 1;
                append(&mut writer, seq);
                writer.publish();
            } else {
                std::thread::yield_now();
            }
        }
        seq
    };
    disk.set_full(true);
    // On a busy machine the reserve may be used up before this thread looks again: low, or none already.
    go_on_until(|space| space != Space::Ample);
    go_on_until(|space| space == Space::None);
    disk.set_full(false);
    let last = go_on_until(|space| space == Space::Ample);
    drop(writer);
    assert_eq!(handle.stop().unwrap(), last);
    assert_eq!(read(&place.dir()).0, last);
}

#[test]
fn a_journal_stopped_on_a_full_disk_loses_nothing_and_can_be_opened_there() {
    let (place, disk) = (Place::new(), FillableDisk::new());
    let options = Options { reserve_segments: 1, storage: disk.clone(), ..place.options() };
    let Opened { mut writer, committer, .. } = open(&place.dir(), options.clone()).unwrap();
    let mut committer = committer.inline(Box::new(|_| {}));
    while committer.prepare() {}
    disk.set_full(true);
    let mut seq = 0;
    while committer.durable().space() == Space::Ample {
        seq += 1;
        put(&mut writer, &mut committer, seq);
    }
    drop((writer, committer));
    // Still full: the reserve of the last run is what this one has.
    let opened = open(&place.dir(), options.clone()).unwrap();
    assert_eq!(opened.recovered.last_seq, seq);
    let (mut writer, mut committer) = (opened.writer, opened.committer.inline(Box::new(|_| {})));
    for _ in 0..4 {
        committer.prepare();
    }
    while committer.durable().space() != Space::None {
        seq += 1;
        append(&mut writer, seq);
        writer.publish();
        committer.commit().unwrap();
    }
    drop(writer);
    let refused = committer.stop().unwrap_err();
    assert!(refused.message.contains("No space left"), "{refused}");
    // What the files had no room for is in the ring, and goes on from there.
    disk.set_full(false);
    assert_eq!(open(&place.dir(), options).unwrap().recovered.last_seq, seq);
}
