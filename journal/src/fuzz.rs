//! Fuzz targets of everything that reads bytes from a disk or from the ring: no panic, and nothing believed that was
//! changed. A script may seal what it changed with a good checksum, so that also what lies behind the checksum is reached.

use std::path::Path;

use crate::archive::{archive_of, noted_oldest};
use crate::block::{BLOCK_BYTES, Block};
use crate::checksum;
use crate::continuation::Continuation;
use crate::evidence::records_behind;
use crate::faults::Faults;
use crate::mark::{MARK_BYTES, Mark};
use crate::mutate::{Script, target};
use crate::options::Durability;
use crate::reader::Reader;
use crate::record::{Chain, HEADER_BYTES, RecordView, record_bytes};
use crate::segment::{Found, SegmentHeader, SegmentMap, file_name};
use crate::snapshot::{SnapshotReader, SnapshotWriter};
use crate::storage::Disk;
use crate::superblock::{FORMAT, Superblock, path_in};

const JOURNAL: u128 = 0xfeed_0000_0000_0000_0000_0000_0000_0009;

fn chain() -> Chain {
    Chain { salt: 77, crc: 5, epoch: 3, seq: 10, timestamp: 0, faults: Faults::NONE }
}

/// Some records behind [`chain`].
fn records() -> Vec<u8> {
    records_from(chain())
}

fn records_from(mut chain: Chain) -> Vec<u8> {
    let mut bytes = Vec::new();
    for length in [20, 0, 7, 100, 8] {
        let start = bytes.len();
        bytes.resize(start + record_bytes(length), 0);
        chain.write(&mut bytes[start..], 2, 1, 9, &vec![length as u8; length]);
    }
    bytes
}

/// Gives the first record the checksum that its bytes should have.
fn seal_record(bytes: &mut [u8]) {
    if let Some(record) = RecordView::peek(bytes) {
        let crc = record.checksum_behind(chain().crc, chain().salt);
        bytes[28..HEADER_BYTES].copy_from_slice(&crc.to_le_bytes());
    }
}

/// Gives every whole block the checksum that its bytes should have.
fn seal_blocks(bytes: &mut [u8], blocks: usize) {
    for block in bytes.chunks_exact_mut(BLOCK_BYTES).take(blocks) {
        let sum = checksum::of_block(&block[..BLOCK_BYTES - 4]);
        block[BLOCK_BYTES - 4..].copy_from_slice(&sum.to_le_bytes());
    }
}

/// Where the fields of every kind of block lie; behind them are zeros, which are most of it.
const FIELDS: std::ops::Range<usize> = 8..104;

/// A block whose fields were changed, with a good checksum, in so many equal copies.
fn changed_fields(script: &mut Script<'_>, block: Block, copies: usize) -> Vec<u8> {
    let mut bytes = block.sealed().to_vec();
    let mut fields = script.changed(&bytes[FIELDS]);
    fields.resize(FIELDS.len(), 0);
    bytes[FIELDS].copy_from_slice(&fields);
    seal_blocks(&mut bytes, 1);
    bytes.repeat(copies)
}

target!(a_changed_record_is_refused_or_is_its_own_bytes, |script| {
    let good = records();
    let mut bytes = script.changed(&good);
    if script.byte() % 2 == 0 {
        seal_record(&mut bytes);
    }
    if let Ok(record) = chain().check(&bytes) {
        let mut again = vec![0; record.bytes()];
        record.write(&mut again);
        assert!(bytes.starts_with(&again), "what was believed is not what was there");
        assert_eq!(record.seq, 11);
    }
});

target!(a_changed_ring_gives_only_records_that_continue_the_chain, |script| {
    // As they are behind the end of a segment, or within one.
    let mut there = chain();
    if script.byte() % 2 == 0 {
        there.roll();
    }
    let bytes = script.changed(&records_from(there));
    let (left, capacity) = (script.below(400) as u64, script.below(400) as u64);
    let found = Continuation::of(bytes.clone(), chain(), left, capacity);
    assert!(bytes.starts_with(&found.bytes) && found.chain.seq == 10 + found.records);
});

target!(evidence_is_looked_for_in_any_bytes, |script| {
    let mut bytes = script.changed(&records());
    bytes.resize(bytes.len().next_multiple_of(8), 0);
    if let Some((first, last)) = records_behind(&bytes, &chain(), 10) {
        assert!(first.at <= last.at && last.at < bytes.len() && first.seq <= last.seq);
    }
});

target!(a_changed_mark_is_none, |script| {
    let mark = Mark { generation: 7, salt: 77, synced_seq: 40, written_seq: 45 };
    let good = mark.encode();
    let mut bytes = script.changed(&good);
    let is_sealed = script.byte() % 2 == 0 && MARK_BYTES <= bytes.len();
    if is_sealed {
        let sum = checksum::of_block(&bytes[..MARK_BYTES - 4]);
        bytes[MARK_BYTES - 4..MARK_BYTES].copy_from_slice(&sum.to_le_bytes());
    }
    match Mark::decode(&bytes, 77) {
        Some(found) if is_sealed => assert!(found.synced_seq <= found.written_seq),
        Some(found) => assert_eq!(found, mark),
        None => {}
    }
});

fn superblock() -> Superblock {
    Superblock {
        format: FORMAT,
        epoch: 3,
        journal_id: JOURNAL,
        generation: 9,
        newest_snapshot: 0,
        oldest_seq: 1,
        durable_mark: 77,
        engine_version: 5,
        rule_set: 6,
        segment_bytes: 65536,
        newest_segment: 1,
        ring: None,
    }
}

target!(a_changed_super_is_refused_or_says_what_two_copies_say, |script| {
    let dir = crate::test_dir();
    let is_sealed = script.byte() % 2 == 0;
    let bytes = match is_sealed {
        true => changed_fields(script, superblock().encode(), 4),
        false => script.changed(&superblock().encode().sealed().repeat(4)),
    };
    write(&path_in(dir.path()), &bytes);
    if let Ok(Some(found)) = Superblock::load(dir.path()) {
        assert!(is_sealed || found == superblock(), "{found:?}");
        // Whatever it says, opening what it belongs to ends in an answer.
        let _ = Reader::open(dir.path()).map(|mut reader| reader.next().map(|_| ()));
        let _ = crate::verify(dir.path(), None, &mut |_, _| {});
    }
});

fn header() -> SegmentHeader {
    SegmentHeader {
        epoch: 3,
        journal_id: JOURNAL,
        first_seq: 11,
        stream_offset: 4096,
        segment_bytes: 24576,
        salt: 77,
        previous_crc: 5,
        durability: Durability::Disk,
        engine_version: 5,
        unsafe_storage: false,
    }
}

target!(a_changed_segment_is_refused_or_read_up_to_where_it_is_good, |script| {
    let dir = crate::test_dir();
    let mut good = header().encode().sealed().repeat(2);
    good.resize(16384, 0);
    good.extend(records());
    good.resize(24576, 0);
    // Half of the changes concern the headers, which are a small part of the file.
    let bytes = match script.byte() % 2 == 0 {
        true => [&changed_fields(script, header().encode(), 2)[..], &good[8192..]].concat(),
        false => script.changed(&good),
    };
    write(&dir.path().join(file_name(11)), &bytes);
    let about = Superblock { oldest_seq: 11, newest_segment: 11, durable_mark: 0, ..superblock() };
    write(&path_in(dir.path()), &about.encode().sealed().repeat(4));
    if let Ok(Found::Segment(map)) = SegmentMap::look(dir.path(), 11, JOURNAL) {
        let _ = (map.mark(), map.whole_headers(), map.header.stream_end());
        assert_eq!(map.from(map.header.segment_bytes).len(), 0);
    }
    let Ok(mut reader) = Reader::open(dir.path()) else { return };
    while let Ok(Some(record)) = reader.next() {
        assert!(record.seq <= 15 && record.payload.iter().all(|byte| *byte == record.payload[0]));
    }
    let _ = (reader.how_it_ended(), reader.last_known());
    let _ = crate::verify(dir.path(), None, &mut |_, _| {});
});

target!(a_changed_snapshot_is_refused_or_gives_what_was_written, |script| {
    use std::io::{Read, Write};
    let dir = crate::test_dir();
    let contents: Vec<u8> =
        (0..700u32).map(|at| (at.wrapping_mul(2_654_435_761) >> 17) as u8).collect();
    let position = crate::Position { seq: 9, timestamp: 1, epoch: 2, crc: 3 };
    let storage = std::sync::Arc::new(Disk);
    let written = SnapshotWriter::create(dir.path(), storage, JOURNAL, position, 5, 6);
    let mut writer = written.expect("a directory of our own");
    writer.write_all(&contents).expect("room in memory");
    writer.finish(31).expect("room in memory");
    let path = dir.path().join("snap-00000000000000000009.cls");
    let good = std::fs::read(&path).expect("just written");
    let is_sealed = script.byte() % 2 == 0;
    let head = Block::read(&good, b"clutchSN").expect("just written");
    let bytes = match is_sealed {
        true => [&changed_fields(script, head, 2)[..], &good[8192..]].concat(),
        false => script.changed(&good),
    };
    write(&path, &bytes);
    let Ok(mut reader) = SnapshotReader::open(dir.path(), 9, JOURNAL) else { return };
    let mut found = Vec::new();
    // A header that claims gigabytes may not take them.
    if reader.by_ref().take(1 << 20).read_to_end(&mut found).is_ok() && !is_sealed {
        assert_eq!(found, contents);
    }
});

target!(a_changed_note_of_what_was_archived_is_refused_or_as_it_was, |script| {
    let dir = crate::test_dir();
    let mut block = Block::new(b"clutchAR");
    block.put(8, &FORMAT.to_le_bytes());
    block.put(16, &JOURNAL.to_le_bytes());
    block.put(32, &500u64.to_le_bytes());
    let is_sealed = script.byte() % 2 == 0;
    let bytes = match is_sealed {
        true => changed_fields(script, block, 2),
        false => script.changed(&block.sealed().repeat(2)),
    };
    write(&dir.path().join("archived"), &bytes);
    if let Ok(found) = noted_oldest(dir.path(), JOURNAL) {
        assert!(is_sealed || found == Some(500), "{found:?}");
    }
});

target!(a_changed_note_of_an_archive_is_refused_or_as_it_was, |script| {
    let dir = crate::test_dir();
    let mut block = Block::new(b"clutchAV");
    block.put(8, &FORMAT.to_le_bytes());
    block.put(16, &JOURNAL.to_le_bytes());
    block.put(32, &500u64.to_le_bytes());
    block.put(40, &11u64.to_le_bytes());
    let is_sealed = script.byte() % 2 == 0;
    let bytes = match is_sealed {
        true => changed_fields(script, block, 2),
        false => script.changed(&block.sealed().repeat(2)),
    };
    write(&dir.path().join("archive"), &bytes);
    if let Ok(found) = archive_of(dir.path()) {
        assert!(is_sealed || found == Some(JOURNAL), "{found:?}");
    }
    // Whatever it says, there is an answer to what lies beside it.
    write(&dir.path().join(file_name(11)), &header().encode().sealed().repeat(2));
    let _ = crate::verify(dir.path(), None, &mut |_, _| {});
});

target!(any_lock_file_can_be_taken_over, |script| {
    let dir = crate::test_dir();
    let boot = "boot 6b1a2c3d-0000-4000-8000-000000000000";
    let good = format!("{:63}\n{:31}\n", format!("pid 4711\n{boot}\n"), "ring tmpfs\n");
    write(&dir.path().join("LOCK"), &script.changed(good.as_bytes()));
    assert!(crate::lock::acquire(dir.path()).is_ok());
});

fn write(path: &Path, bytes: &[u8]) {
    std::fs::write(path, bytes).expect("a directory of our own");
}

/// The targets themselves: a script changes what it is given, and the same script always in the same way.
#[test]
fn scripts_change_their_examples() {
    let example = [7; 100];
    let mut changed = 0;
    for seed in 0..=255u8 {
        let script: Vec<u8> =
            (0..64).map(|at: u8| seed.wrapping_mul(31).wrapping_add(at.wrapping_mul(97))).collect();
        let one = Script(&script).changed(&example);
        assert_eq!(one, Script(&script).changed(&example));
        changed += usize::from(one != example);
    }
    assert!(200 < changed, "{changed}");
}
