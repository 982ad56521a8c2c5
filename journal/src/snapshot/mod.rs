//! Snapshot files: `snap-<seq>.cls`, a state as it was behind one record, written aside by a follower.
//!
//! The journal does not know what a state is: contents are bytes here, cut into chunks of up to 64 KiB.
//!
//! ```text
//! header (4 KiB, twice)                                         chunks, from 8192
//!   0 magic "clutchSN"      48 seq u64                          0 bytes u32 | crc32c u32
//!   8 format u32, epoch u32 56 timestamp u64                    8 contents
//!  16 journal id u128       64 crc of record, zero              the checksum starts from the chunk's number, the
//!  32 engine version u64    72 state hash u64                   snapshot's seq and the journal's id, so a chunk is
//!  40 rule-set hash u64     80 content bytes u64                valid in its own place only
//!                           88 root hash u64
//!                         4092 crc32c u32
//! ```
//! The root hash is taken over the checksums of all chunks in order, and their number. It ties the chunks to the header,
//! which is written last; the file gets its name when all of it is synced, and the directory is synced after that. So a
//! file of that name is whole, or it was damaged later.

mod directory;
mod reader;
mod writer;

use std::path::{Path, PathBuf};

pub use directory::{newest_snapshot, remove_old_snapshots, snapshots};
pub use reader::SnapshotReader;
pub use writer::SnapshotWriter;

use crate::block::{BLOCK_BYTES, Block};
use crate::checksum;
use crate::error::JournalError;
use crate::position::Position;
use crate::superblock::FORMAT;

const MAGIC: &[u8; 8] = b"clutchSN";
/// Where the first chunk lies.
const CHUNKS_AT: u64 = 2 * BLOCK_BYTES as u64;
const CHUNK_BYTES: usize = 64 * 1024;
const CHUNK_HEADER_BYTES: usize = 8;

/// What a snapshot file says about itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SnapshotInfo {
    /// The journal it belongs to.
    pub journal_id: u128,
    /// The last record that the state has applied, and the proof which record that was.
    pub position: Position,
    /// The engine that wrote it.
    pub engine_version: u64,
    /// The rule set in force.
    pub rule_set: u64,
    /// Hash of the state, to be compared with the one that its reader computes.
    pub state_hash: u64,
    /// Length of the contents.
    pub content_bytes: u64,
    root_hash: u64,
}

impl SnapshotInfo {
    fn encode(&self) -> Block {
        let mut block = Block::new(MAGIC);
        block.put(8, &FORMAT.to_le_bytes());
        block.put(12, &self.position.epoch.to_le_bytes());
        block.put(16, &self.journal_id.to_le_bytes());
        block.put(64, &self.position.crc.to_le_bytes());
        let fields = [
            (32, self.engine_version),
            (40, self.rule_set),
            (48, self.position.seq),
            (56, self.position.timestamp),
            (72, self.state_hash),
            (80, self.content_bytes),
            (88, self.root_hash),
        ];
        for (at, field) in fields {
            block.put(at, &field.to_le_bytes());
        }
        block
    }

    fn decode(block: &Block) -> Self {
        let position = Position {
            seq: block.u64(48),
            timestamp: block.u64(56),
            epoch: block.u32(12),
            crc: block.u32(64),
        };
        Self {
            journal_id: block.u128(16),
            position,
            engine_version: block.u64(32),
            rule_set: block.u64(40),
            state_hash: block.u64(72),
            content_bytes: block.u64(80),
            root_hash: block.u64(88),
        }
    }
}

/// The file of the snapshot behind record `seq`.
pub(crate) fn path_in(dir: &Path, seq: u64) -> PathBuf {
    dir.join(format!("snap-{seq:020}.cls"))
}

fn damaged(path: &Path, offset: u64, seq: u64, what: String) -> JournalError {
    JournalError::Corrupt { file: path.to_path_buf(), offset, seq, what }
}

/// The checksum of one chunk in its place.
fn chunk_checksum(info: &SnapshotInfo, number: u64, contents: &[u8]) -> u32 {
    let (low, high) = (info.journal_id as u64, (info.journal_id >> 64) as u64);
    checksum::extend(0, &[number, info.position.seq, low, high, contents.len() as u64], contents)
}

/// The root hash, chunk by chunk.
#[derive(Clone, Copy, Debug, Default)]
struct Root {
    hash: u64,
    chunks: u64,
}

impl Root {
    fn add(&mut self, checksum: u32) {
        self.chunks += 1;
        self.hash = crate::record::mixed(self.hash ^ u64::from(checksum) ^ self.chunks << 32);
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::fs;
    use std::io::{Read, Write};
    use std::sync::Arc;

    use super::*;
    use crate::storage::Disk;

    const JOURNAL: u128 = 0xfeed_0000_0000_0000_0000_0000_0000_0007;

    fn position(seq: u64) -> Position {
        Position { seq, timestamp: seq * 1000, epoch: 2, crc: 0xabcd_0000 | seq as u32 }
    }

    fn write(dir: &Path, seq: u64, contents: &[u8]) -> SnapshotInfo {
        let mut writer =
            SnapshotWriter::create(dir, Arc::new(Disk), JOURNAL, position(seq), 5, 6).unwrap();
        // Odd pieces, so that chunks do not end where writes do.
        for piece in contents.chunks(777) {
            writer.write_all(piece).unwrap();
        }
        writer.finish(seq * 31).unwrap()
    }

    fn read(dir: &Path, seq: u64) -> Result<Vec<u8>, JournalError> {
        let mut reader = SnapshotReader::open(dir, seq, JOURNAL)?;
        let mut contents = Vec::new();
        reader.read_to_end(&mut contents).map_err(|error| reader.failure(error))?;
        Ok(contents)
    }

    fn contents(bytes: usize) -> Vec<u8> {
        (0..bytes as u32).map(|at| (at.wrapping_mul(2_654_435_761) >> 17) as u8).collect()
    }

    #[test]
    fn what_is_written_is_read_back_with_all_it_says_about_itself() {
        let dir = crate::test_dir();
        for (seq, bytes) in [(1, 0), (2, 1), (3, 65_535), (4, 65_536), (5, 65_537), (6, 300_000)] {
            let info = write(dir.path(), seq, &contents(bytes));
            assert_eq!(read(dir.path(), seq).unwrap(), contents(bytes));
            let found = SnapshotReader::open(dir.path(), seq, JOURNAL).unwrap().info();
            assert_eq!(found, info);
            assert_eq!((found.position, found.state_hash), (position(seq), seq * 31));
            assert_eq!((found.content_bytes, found.engine_version), (bytes as u64, 5));
        }
        assert_eq!(snapshots(dir.path()).unwrap(), [1, 2, 3, 4, 5, 6]);
    }

    #[test]
    fn every_flipped_bit_is_reported_or_healed_by_the_second_header() {
        let dir = crate::test_dir();
        write(dir.path(), 9, &contents(700));
        let path = path_in(dir.path(), 9);
        let good = fs::read(&path).unwrap();
        let used = (0..104).chain(4092..4096).chain(4096..4200).chain(8192..good.len());
        for bit in used.flat_map(|byte| byte * 8..byte * 8 + 8) {
            let mut bytes = good.clone();
            bytes[bit / 8] ^= 1 << (bit % 8);
            fs::write(&path, &bytes).unwrap();
            let is_healed = bit / 8 < 8192;
            assert_eq!(read(dir.path(), 9).is_ok(), is_healed, "bit {bit}");
        }
        for length in 0..good.len() {
            fs::write(&path, &good[..length]).unwrap();
            assert!(read(dir.path(), 9).is_err(), "cut to {length}");
        }
        fs::write(&path, [&good[..], &[0]].concat()).unwrap();
        assert!(read(dir.path(), 9).is_err(), "a byte too many");
    }

    #[test]
    fn exchanged_chunks_are_reported() {
        let dir = crate::test_dir();
        write(dir.path(), 9, &contents(3 * CHUNK_BYTES));
        let path = path_in(dir.path(), 9);
        let mut bytes = fs::read(&path).unwrap();
        let (first, second) = bytes[8192..].split_at_mut(CHUNK_HEADER_BYTES + CHUNK_BYTES);
        first.swap_with_slice(&mut second[..CHUNK_HEADER_BYTES + CHUNK_BYTES]);
        fs::write(&path, bytes).unwrap();
        let Err(JournalError::Corrupt { offset, what, .. }) = read(dir.path(), 9) else {
            panic!("exchanged chunks were accepted")
        };
        assert_eq!((offset, what.contains("chunk 0")), (8192, true), "{what}");
    }

    #[test]
    fn a_snapshot_of_another_journal_a_newer_format_or_a_wrong_name_is_refused() {
        let dir = crate::test_dir();
        write(dir.path(), 9, b"state");
        let foreign = SnapshotReader::open(dir.path(), 9, 1).map(|reader| reader.info());
        assert!(matches!(foreign, Err(JournalError::Foreign { found: JOURNAL, .. })));

        fs::rename(path_in(dir.path(), 9), path_in(dir.path(), 10)).unwrap();
        let renamed = SnapshotReader::open(dir.path(), 10, JOURNAL).map(|reader| reader.info());
        assert!(matches!(renamed, Err(JournalError::Corrupt { seq: 10, .. })), "{renamed:?}");

        let info = write(dir.path(), 11, b"state");
        let mut block = info.encode();
        block.put(8, &(FORMAT + 1).to_le_bytes());
        let mut bytes = fs::read(path_in(dir.path(), 11)).unwrap();
        bytes[..8192].copy_from_slice(&block.sealed().repeat(2));
        fs::write(path_in(dir.path(), 11), bytes).unwrap();
        let newer = SnapshotReader::open(dir.path(), 11, JOURNAL).map(|reader| reader.info());
        assert!(matches!(newer, Err(JournalError::NewerFormat { .. })), "{newer:?}");
    }

    #[test]
    fn the_newest_whole_one_is_found_and_the_last_two_are_kept() {
        let dir = crate::test_dir();
        assert!(newest_snapshot(dir.path(), JOURNAL, |_| {}).unwrap().is_none());
        for seq in [5, 10, 15, 20] {
            write(dir.path(), seq, &contents(seq as usize * 100));
        }
        fs::write(dir.path().join("snap-00000000000000000012.tmp"), b"left over").unwrap();
        assert_eq!(remove_old_snapshots(dir.path(), &Disk, 2).unwrap(), [5, 10]);
        assert_eq!(snapshots(dir.path()).unwrap(), [15, 20]);
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 2, "the left-over is gone too");

        let path = path_in(dir.path(), 20);
        let mut bytes = fs::read(&path).unwrap();
        bytes[9000] ^= 1;
        fs::write(&path, bytes).unwrap();
        let mut rejected = Vec::new();
        let found = newest_snapshot(dir.path(), JOURNAL, |error| rejected.push(error)).unwrap();
        assert_eq!(found.unwrap().position.seq, 15);
        assert!(matches!(&rejected[..], [JournalError::Corrupt { seq: 20, .. }]), "{rejected:?}");
    }

    #[test]
    fn a_writer_that_does_not_finish_leaves_nothing() {
        let dir = crate::test_dir();
        let mut writer =
            SnapshotWriter::create(dir.path(), Arc::new(Disk), JOURNAL, position(3), 0, 0).unwrap();
        writer.write_all(&contents(200_000)).unwrap();
        drop(writer);
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 0);
    }
}
