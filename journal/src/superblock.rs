//! `super`: what is true of the whole journal.
//!
//! ```text
//!   0 magic "clutchSU"        40 newest snapshot u64 (0 = none)   72 rule-set hash u64
//!   8 format u32, epoch u32   48 oldest seq u64                   80 segment bytes u64
//!  16 journal id u128         56 durable mark u64               4092 crc32c u32
//!  32 generation u64          64 engine version u64
//! ```
//! Four equal copies, 4 KiB apart; a start needs two that are whole and equal. It is replaced as a file (write aside,
//! sync, rename, sync the directory), at every opening, at every new segment and at a clean stop.
//!
//! The durable mark says what was certainly synced when it was written. Records behind it may be synced too.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::block::{BLOCK_BYTES, Block};
use crate::error::{IoFailure, JournalError};
use crate::storage::Storage;

/// The newest format this release reads, and the one it writes.
pub const FORMAT: u32 = 1;

const MAGIC: &[u8; 8] = b"clutchSU";
const COPIES: usize = 4;
const COPIES_NEEDED: usize = 2;

/// The contents of `super`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Superblock {
    pub format: u32,
    /// Counts the openings for writing; every record carries the one it was written in.
    pub epoch: u32,
    pub journal_id: u128,
    pub generation: u64,
    pub newest_snapshot: u64,
    pub oldest_seq: u64,
    pub durable_mark: u64,
    pub engine_version: u64,
    pub rule_set: u64,
    /// Size of the segments that this opening makes. Recovery needs it to follow the ring across segment ends.
    pub segment_bytes: u64,
}

impl Superblock {
    /// Reads `dir/super`; `None` if there is no such file.
    pub fn load(dir: &Path) -> Result<Option<Self>, JournalError> {
        let path = path_in(dir);
        let bytes = match fs::read(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            other => other.map_err(IoFailure::at("read", &path))?,
        };
        let found = Self::agreed(&bytes).ok_or_else(|| JournalError::Corrupt {
            file: path.clone(),
            offset: 0,
            seq: 0,
            what: format!("fewer than {COPIES_NEEDED} of its {COPIES} copies are whole and equal"),
        })?;
        if FORMAT < found.format {
            return Err(JournalError::NewerFormat {
                file: path,
                found: found.format,
                supported: FORMAT,
            });
        }
        Ok(Some(found))
    }

    /// The newest contents that enough whole copies agree on.
    fn agreed(bytes: &[u8]) -> Option<Self> {
        let copies: Vec<Block> = bytes
            .chunks(BLOCK_BYTES)
            .take(COPIES)
            .filter_map(|chunk| Block::read(chunk, MAGIC))
            .collect();
        copies
            .iter()
            .filter(|copy| COPIES_NEEDED <= copies.iter().filter(|other| other == copy).count())
            .map(Self::decode)
            .max_by_key(|found| found.generation)
    }

    /// Replaces `dir/super` by this, with the next generation.
    pub fn store(&mut self, dir: &Path, storage: &dyn Storage) -> Result<(), IoFailure> {
        self.generation += 1;
        let block = self.encode().sealed();
        let (aside, path) = (dir.join("super.tmp"), path_in(dir));
        let file = storage.create(&aside).map_err(IoFailure::at("create", &aside))?;
        let copies = block.repeat(COPIES);
        storage.write_at(&file, &copies, 0).map_err(IoFailure::at("write", &aside))?;
        storage.sync_all(&file).map_err(IoFailure::at("sync", &aside))?;
        storage.rename(&aside, &path).map_err(IoFailure::at("rename to", &path))?;
        storage.sync_directory(dir).map_err(IoFailure::at("sync", dir))
    }

    fn encode(&self) -> Block {
        let mut block = Block::new(MAGIC);
        block.put(8, &self.format.to_le_bytes());
        block.put(12, &self.epoch.to_le_bytes());
        block.put(16, &self.journal_id.to_le_bytes());
        let fields = [
            self.generation,
            self.newest_snapshot,
            self.oldest_seq,
            self.durable_mark,
            self.engine_version,
            self.rule_set,
            self.segment_bytes,
        ];
        for (index, field) in fields.into_iter().enumerate() {
            block.put(32 + 8 * index, &field.to_le_bytes());
        }
        block
    }

    fn decode(block: &Block) -> Self {
        Self {
            format: block.u32(8),
            epoch: block.u32(12),
            journal_id: block.u128(16),
            generation: block.u64(32),
            newest_snapshot: block.u64(40),
            oldest_seq: block.u64(48),
            durable_mark: block.u64(56),
            engine_version: block.u64(64),
            rule_set: block.u64(72),
            segment_bytes: block.u64(80),
        }
    }
}

/// Where `super` is.
pub(crate) fn path_in(dir: &Path) -> PathBuf {
    dir.join("super")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::storage::Disk;

    fn example() -> Superblock {
        Superblock {
            format: FORMAT,
            epoch: 3,
            journal_id: 0xfeed_0000_0000_0000_0000_0000_0000_0001,
            generation: 9,
            newest_snapshot: 0,
            oldest_seq: 1,
            durable_mark: 77,
            engine_version: 5,
            rule_set: 6,
            segment_bytes: 65536,
        }
    }

    #[test]
    fn what_is_stored_is_loaded() {
        let dir = tempfile::tempdir().unwrap();
        assert_eq!(Superblock::load(dir.path()).unwrap(), None);
        let mut stored = example();
        stored.store(dir.path(), &Disk).unwrap();
        assert_eq!(Superblock::load(dir.path()).unwrap(), Some(stored));
    }

    #[test]
    fn two_of_four_copies_are_enough_and_one_is_not() {
        let dir = tempfile::tempdir().unwrap();
        let mut stored = example();
        stored.store(dir.path(), &Disk).unwrap();
        let path = path_in(dir.path());
        let mut bytes = fs::read(&path).unwrap();
        for (damaged, is_enough) in [(0, true), (2, true), (1, false), (3, false)] {
            bytes[damaged * BLOCK_BYTES + 57] ^= 4;
            fs::write(&path, &bytes).unwrap();
            assert_eq!(Superblock::load(dir.path()).is_ok(), is_enough, "after copy {damaged}");
        }
    }

    #[test]
    fn a_newer_format_is_refused_by_its_number() {
        let dir = tempfile::tempdir().unwrap();
        Superblock { format: FORMAT + 1, ..example() }.store(dir.path(), &Disk).unwrap();
        let refused = Superblock::load(dir.path());
        assert!(
            matches!(refused, Err(JournalError::NewerFormat { found: 2, supported: 1, .. })),
            "{refused:?}"
        );
    }
}
