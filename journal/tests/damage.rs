//! Every flipped bit and every missing byte of a small journal: no wrong record is ever returned, and what was durable
//! is never lost without an error that says so.

#![allow(clippy::unwrap_used)]

mod support;

use std::fs;
use std::path::Path;

use clutch_journal::{End, JournalError, Opened, Options, Reader, open};
use support::{Place, append, read};

/// Three segments: 1.. full, then full, then a started one.
fn three_segments() -> (Place, u64) {
    let place = Place::new();
    place.write(1, 330);
    assert_eq!(place.segments().len(), 3);
    (place, 330)
}

/// Damages each byte range of interest, asks reader and recovery, and puts it right again.
fn flip_every_bit(path: &Path, range: std::ops::Range<usize>, mut judge: impl FnMut(usize)) {
    let good = fs::read(path).unwrap();
    for bit in range.start * 8..range.end * 8 {
        let mut bytes = good.clone();
        bytes[bit / 8] ^= 1 << (bit % 8);
        fs::write(path, &bytes).unwrap();
        judge(bit);
    }
    fs::write(path, &good).unwrap();
}

/// The file's part that holds records.
fn used(path: &Path) -> std::ops::Range<usize> {
    let bytes = fs::read(path).unwrap();
    16384..bytes.iter().rposition(|byte| *byte != 0).unwrap() + 1
}

#[test]
fn every_flipped_bit_in_a_durable_record_is_reported_with_its_place() {
    let place = Place::new();
    place.write(1, 12);
    let path = place.segment(1);
    flip_every_bit(&path, used(&path), |bit| {
        let (last, end) = read(&place.dir());
        let Err(JournalError::Corrupt { file, offset, seq, .. }) = end else {
            panic!("bit {bit}: {end:?}")
        };
        assert_eq!((file, seq), (path.clone(), last + 1), "bit {bit}");
        assert!(offset as usize <= bit / 8 && last < 12, "bit {bit}");
        let opened = place.open().map(|opened| opened.recovered);
        assert!(matches!(opened, Err(JournalError::Corrupt { .. })), "bit {bit}: {opened:?}");
    });
    assert_eq!(read(&place.dir()).0, 12);
}

#[test]
fn flipped_bits_across_three_segments_are_reported() {
    let (place, last) = three_segments();
    for path in place.segments() {
        let used = used(&path);
        // Whole records at both ends of each segment, where the chain goes from file to file.
        for range in [used.start..used.start + 80, used.end - 80..used.end] {
            flip_every_bit(&path, range, |bit| {
                let (read_until, end) = read(&place.dir());
                assert!(end.is_err() && read_until < last, "{} bit {bit}: {end:?}", path.display());
            });
        }
    }
}

#[test]
fn one_damaged_header_copy_is_healed_by_the_other_and_two_are_reported() {
    let (place, last) = three_segments();
    for path in place.segments() {
        for copy in [0, 4096] {
            flip_every_bit(&path, copy..copy + 80, |bit| {
                let (read_until, end) = read(&place.dir());
                assert_eq!(
                    (read_until, end.unwrap()),
                    (last, End::Clean),
                    "{} bit {bit}",
                    path.display()
                );
            });
        }
        let good = fs::read(&path).unwrap();
        let mut bytes = good.clone();
        bytes[40] ^= 1;
        bytes[4096 + 50] ^= 1;
        fs::write(&path, &bytes).unwrap();
        let (_, end) = read(&place.dir());
        assert!(matches!(end, Err(JournalError::Corrupt { offset: 0, .. })), "{end:?}");
        fs::write(&path, &good).unwrap();
    }
}

/// A journal that was running when its machine died: records 1 to 12 in one write, 13 to 30 in the last one, which may be
/// damaged, because nobody had heard of it when the power went.
fn in_the_middle_of_a_write() -> Place {
    let place = Place::new();
    let Opened { mut writer, committer, .. } = place.open().unwrap();
    let mut committer = committer.inline(Box::new(|_| {}));
    for (from, to) in [(1, 12), (13, 30)] {
        (from..=to).for_each(|seq| append(&mut writer, seq));
        writer.publish();
        assert_eq!(committer.commit().unwrap(), to);
    }
    drop((writer, committer));
    place.reboot();
    place
}

#[test]
fn behind_the_durable_mark_anything_may_be_torn_and_before_it_nothing() {
    let place = in_the_middle_of_a_write();
    let path = place.segment(1);
    let (mut cut, mut reported) = (0, 0);
    flip_every_bit(&path, used(&path), |bit| {
        let (last, end) = read(&place.dir());
        match end {
            Ok(End::TornTail { .. }) => {
                assert!((12..30).contains(&last), "bit {bit}: only the last write may go: {last}");
                cut += 1;
            }
            other => {
                assert!(matches!(other, Err(JournalError::Corrupt { .. })), "bit {bit}: {other:?}");
                assert!(last < 12, "bit {bit}: {last}");
                reported += 1;
            }
        }
    });
    assert!(0 < cut && 0 < reported);
}

#[test]
fn a_record_of_a_later_write_proves_that_the_one_before_was_synced() {
    let place = in_the_middle_of_a_write();
    // The newest mark is lost with the power; the one before it says where the first write ended.
    let path = place.segment(1);
    let mut bytes = fs::read(&path).unwrap();
    let newest = [8192, 12288].into_iter().max_by_key(|at| bytes[at + 8]).unwrap();
    bytes[newest..newest + 512].fill(0);
    let good = bytes.clone();
    let damaged_at = 16384 + 50;
    bytes[damaged_at] ^= 1;
    fs::write(&path, &bytes).unwrap();
    let Err(JournalError::Corrupt { seq, what, .. }) = read(&place.dir()).1 else {
        panic!("records 13 to 30 were written only after 1 to 12 had been synced")
    };
    assert!(seq <= 12 && what.contains("follow"), "{seq}: {what}");
    fs::write(&path, good).unwrap();
    assert!(read(&place.dir()).1.is_ok());
}

#[test]
fn damage_to_the_marks_alone_costs_nothing() {
    let place = in_the_middle_of_a_write();
    let path = place.segment(1);
    for at in [8192, 12288] {
        flip_every_bit(&path, at..at + 40, |bit| {
            let (last, end) = read(&place.dir());
            assert_eq!((last, end.unwrap()), (30, End::Clean), "bit {bit}");
        });
    }
}

#[test]
fn on_a_journal_at_rest_every_record_is_below_its_mark() {
    let place = Place::new();
    let Opened { mut writer, committer, .. } = place.open().unwrap();
    let handle = committer.spawn(Box::new(|_| {}));
    (1..=20).for_each(|seq| append(&mut writer, seq));
    writer.publish();
    let path = place.segment(1);
    let mut damaged = Vec::new();
    // It takes a moment without work until the mark is brought up to date.
    let found = (0..200).any(|_| {
        std::thread::sleep(std::time::Duration::from_millis(10));
        let copy = Place::new();
        fs::create_dir(copy.dir()).unwrap();
        fs::copy(place.dir().join("super"), copy.dir().join("super")).unwrap();
        damaged = fs::read(&path).unwrap();
        let last = used(&path).end - 2;
        damaged[last] ^= 1;
        fs::write(copy.segment(1), &damaged).unwrap();
        matches!(read(&copy.dir()).1, Err(JournalError::Corrupt { .. }))
    });
    assert!(found, "the last record stayed above the mark for two seconds");
    drop((writer, handle));
}

#[test]
fn a_file_cut_at_any_byte_never_yields_a_wrong_record_and_is_always_reported() {
    let (place, last) = three_segments();
    let path = place.segments().pop().unwrap();
    let good = fs::read(&path).unwrap();
    for length in (0..good.len()).rev() {
        fs::write(&path, &good[..length]).unwrap();
        let (read_until, end) = read(&place.dir());
        assert!(end.is_err() && read_until < last, "cut to {length}: {end:?}");
    }
    let opened = place.open().map(|opened| opened.recovered);
    assert!(matches!(opened, Err(JournalError::Corrupt { .. })), "{opened:?}");
}

#[test]
fn a_lost_tail_of_any_length_is_reported_below_the_mark_and_read_up_to_otherwise() {
    let place = in_the_middle_of_a_write();
    let path = place.segment(1);
    let good = fs::read(&path).unwrap();
    for from in used(&path) {
        let mut bytes = good.clone();
        bytes[from..].fill(0);
        fs::write(&path, &bytes).unwrap();
        let (last, end) = read(&place.dir());
        assert_eq!(end.is_err(), last < 12, "zero from {from}: {last}, {end:?}");
    }
}

#[test]
fn a_lost_sector_is_reported_where_it_was_promised_and_cut_with_all_behind_it_where_not() {
    let place = Place::new();
    let Opened { mut writer, committer, .. } = place.open().unwrap();
    let mut committer = committer.inline(Box::new(|_| {}));
    for (from, to) in [(1, 40), (41, 100)] {
        (from..=to).for_each(|seq| append(&mut writer, seq));
        writer.publish();
        assert_eq!(committer.commit().unwrap(), to);
    }
    drop((writer, committer));
    place.reboot();
    let saved = place.save();
    let path = place.segment(1);
    let (good, used) = (fs::read(&path).unwrap(), used(&path));
    let (mut cut, mut reported) = (0, 0);
    for sector in used.start / 512..used.end / 512 {
        let mut bytes = good.clone();
        bytes[sector * 512..(sector + 1) * 512].fill(0);
        fs::write(&path, &bytes).unwrap();
        let (last, end) = read(&place.dir());
        match end {
            Err(JournalError::Corrupt { .. }) if last < 40 => reported += 1,
            Ok(End::TornTail { .. }) if 40 <= last => {
                cut += 1;
                let recovered = place.open().unwrap().recovered;
                assert_eq!(recovered.last_seq, last);
                assert_eq!(read(&place.dir()).1.unwrap(), End::Clean);
                // What was cut leaves nothing that could be found again.
                place.write(last + 1, last + 200);
                assert_eq!(read(&place.dir()).0, last + 200);
                place.restore(&saved);
            }
            other => panic!("sector {sector}: {last} {other:?}"),
        }
    }
    assert!(2 < cut && 2 < reported, "{cut} {reported}");
}

#[test]
fn a_missing_segment_is_a_gap_with_its_records() {
    let (place, last) = three_segments();
    let paths = place.segments();
    let first_seq = |index: usize| -> u64 {
        let name = paths[index].file_stem().unwrap().to_str().unwrap();
        name.trim_start_matches("seg-").parse().unwrap()
    };
    let expected = [(1, first_seq(1) - 1), (first_seq(1), first_seq(2) - 1)];
    for (path, lost) in paths.iter().zip(expected) {
        let good = fs::read(path).unwrap();
        fs::remove_file(path).unwrap();
        let end = read(&place.dir()).1;
        let Err(JournalError::Gap { first_missing, last_missing, .. }) = end else {
            panic!("{end:?}")
        };
        assert_eq!((first_missing, last_missing), lost);
        assert!(place.open().is_err());
        fs::write(path, &good).unwrap();
    }
    // Nothing follows the last one, but `super` knows that it was there.
    fs::remove_file(&paths[2]).unwrap();
    let (read_until, end) = read(&place.dir());
    assert_eq!(read_until, first_seq(2) - 1);
    assert!(
        matches!(end, Err(JournalError::Gap { first_missing, last_missing, .. })
            if (first_missing, last_missing) == (first_seq(2), last)),
        "{end:?}"
    );
}

#[test]
fn a_segment_of_another_journal_or_of_another_place_is_refused() {
    let (place, _) = three_segments();
    let (other, _) = three_segments();
    let paths = place.segments();
    let good = fs::read(&paths[1]).unwrap();

    fs::copy(&other.segments()[1], &paths[1]).unwrap();
    assert!(matches!(read(&place.dir()).1, Err(JournalError::Foreign { .. })));
    let opened = place.open().map(|opened| opened.recovered);
    assert!(matches!(opened, Err(JournalError::Foreign { .. })), "{opened:?}");

    fs::copy(&paths[0], &paths[1]).unwrap();
    assert!(matches!(read(&place.dir()).1, Err(JournalError::Corrupt { .. })));
    fs::write(&paths[1], good).unwrap();
    assert!(read(&place.dir()).1.is_ok());
}

#[test]
fn a_segment_from_a_copy_that_went_its_own_way_is_refused() {
    let place = Place::new();
    place.write(1, 20);
    let copy = Place::new();
    fs::create_dir(copy.dir()).unwrap();
    for name in ["super", "seg-00000000000000000001.clj"] {
        fs::copy(place.dir().join(name), copy.dir().join(name)).unwrap();
    }
    // Same journal, same sizes, same names; only the opening in which the records were written differs.
    place.write(21, 330);
    drop(copy.open().unwrap());
    copy.write(21, 330);
    assert_eq!(place.segments().len(), copy.segments().len());
    fs::copy(&copy.segments()[1], &place.segments()[1]).unwrap();
    let (_, end) = read(&place.dir());
    let Err(JournalError::Corrupt { file, offset, .. }) = end else { panic!("{end:?}") };
    assert_eq!((file, offset), (place.segments()[1].clone(), 0));
    assert!(place.open().is_err());
}

#[test]
fn a_flipped_bit_in_the_ring_costs_only_what_was_never_durable() {
    let place = Place::new();
    place.write(1, 5);
    let Opened { mut writer, committer, .. } = place.open().unwrap();
    for seq in 6..=9 {
        append(&mut writer, seq);
    }
    drop((writer, committer));
    let ring = fs::read_dir(place.shm()).unwrap().next().unwrap().unwrap().path();
    let length = fs::read(&ring).unwrap().len();
    flip_every_bit(&ring, 0..length, |bit| {
        let reader = Reader::open(&place.dir()).unwrap().with_ring(&place.shm());
        let (last, end) = support::read_all(reader);
        assert!((5..=9).contains(&last) && end.is_ok(), "bit {bit}: {last} {end:?}");
    });
}

#[test]
fn noise_in_any_file_is_an_error_and_no_panic() {
    let mut random = 0x9e37_79b9_7f4a_7c15u64;
    let mut noise = |length: usize| -> Vec<u8> {
        (0..length)
            .map(|_| {
                random ^= random << 13;
                random ^= random >> 7;
                random ^= random << 17;
                (random >> 32) as u8
            })
            .collect()
    };
    let (place, _) = three_segments();
    let mut paths = place.segments();
    paths.push(place.dir().join("super"));
    for path in paths {
        let good = fs::read(&path).unwrap();
        for round in 0..20 {
            let mut bytes = good.clone();
            // Whole files, and only their records.
            let from = if round % 2 == 0 { 0 } else { 16384 };
            bytes.splice(from.., noise(good.len() - from));
            fs::write(&path, &bytes).unwrap();
            let (_, end) = read(&place.dir());
            let opened = place.open();
            // Half of `super` is enough for it; all other noise lies at or below the durable mark.
            let is_harmless = path.ends_with("super") && from == 16384;
            assert_eq!(
                (end.is_ok(), opened.is_ok()),
                (is_harmless, is_harmless),
                "{}",
                path.display()
            );
            drop(opened);
        }
        fs::write(&path, &good).unwrap();
    }
}

#[test]
fn wrong_options_are_refused_in_words() {
    let place = Place::new();
    for options in [
        Options { ring_bytes: 5000, ..place.options() },
        Options { ring_bytes: 2048, ..place.options() },
        Options { segment_bytes: 8192, ..place.options() },
        Options { segment_bytes: 20000, ..place.options() },
    ] {
        assert!(matches!(open(&place.dir(), options), Err(JournalError::Options(_))));
    }
}
