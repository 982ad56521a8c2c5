//! `super`: what is true of the whole journal.
//!
//! ```text
//!   0 magic "clutchSU"        40 newest snapshot u64 (0 = none)   72 rule-set hash u64
//!   8 format u32, epoch u32   48 oldest seq u64                   80 segment bytes u64
//!  16 journal id u128         56 durable mark u64               4092 crc32c u32
//!  32 generation u64          64 engine version u64             88 newest segment's first seq u64
//!  96 ring's name u64 (0 = none)  104 ring's boot u128         120 its durability u32
//! ```
//! Four equal copies, 4 KiB apart; a start needs two that are whole and equal, and takes the newest contents that two
//! agree on. It is written in place, so it needs no room on a full disk: the first two copies and a sync, then the other
//! two and a sync. A crash at any moment leaves one pair whole, the old or the new. Before the first write of an opening
//! every copy that lags behind is put right, because the pair that is not being written must be good.
//!
//! It is written at every opening, at every new segment, for every new snapshot and at a clean stop. The durable mark
//! says what was certainly synced when it was written. Records behind it may be synced too.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use crate::archive;
use crate::block::{BLOCK_BYTES, Block};
use crate::error::{IoFailure, JournalError};
use crate::faults::{Fault, Faults};
use crate::found_ring::RingNote;
use crate::options::{Durability, Options};
use crate::segment;
use crate::snapshot::snapshots;
use crate::spare;
use crate::storage::Storage;

/// The newest format this release reads, and the one it writes.
pub const FORMAT: u32 = 1;

const MAGIC: &[u8; 8] = b"clutchSU";
const COPIES: usize = 4;
const COPIES_NEEDED: usize = 2;
const READS: u32 = 3;

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
    /// First sequence of the newest segment; 0 before the first. Without it a lost last segment would look like an end.
    pub newest_segment: u64,
    /// The ring in which this opening may have left something; none after a clean stop.
    pub ring: Option<RingNote>,
}

impl Superblock {
    /// That of a journal in which nothing has been written yet.
    pub fn new(journal_id: u128, options: &Options) -> Self {
        Self {
            format: FORMAT,
            epoch: 0,
            journal_id,
            generation: 0,
            newest_snapshot: 0,
            oldest_seq: 1,
            durable_mark: 0,
            engine_version: options.engine_version,
            rule_set: options.rule_set,
            segment_bytes: options.segment_bytes,
            newest_segment: 0,
            ring: None,
        }
    }

    /// Reads `dir/super`; `None` if there is no such file.
    pub fn load(dir: &Path) -> Result<Option<Self>, JournalError> {
        let path = path_in(dir);
        let mut agreed = None;
        // Its owner may be writing it just now, and a read is no snapshot of a file.
        for _ in 0..READS {
            let bytes = match fs::read(&path) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
                other => other.map_err(IoFailure::at("read", &path))?,
            };
            agreed = Self::agreed(&bytes);
            if agreed.is_some() {
                break;
            }
        }
        let found = agreed.ok_or_else(|| JournalError::Corrupt {
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
                records: None,
            });
        }
        let archived = archive::noted_oldest(dir, found.journal_id)?;
        Ok(Some(Self { oldest_seq: found.oldest_seq.max(archived.unwrap_or(0)), ..found }))
    }

    /// Which of the four copies are whole and say what was agreed on.
    pub fn agreeing_copies(dir: &Path) -> Result<[bool; COPIES], IoFailure> {
        let path = path_in(dir);
        let bytes = fs::read(&path).map_err(IoFailure::at("read", &path))?;
        let agreed = SuperFile::agreed(&bytes);
        let place = |copy: usize| bytes.get(copy * BLOCK_BYTES..(copy + 1) * BLOCK_BYTES);
        Ok([0, 1, 2, 3]
            .map(|copy| agreed.as_ref().is_some_and(|agreed| place(copy) == Some(&agreed[..]))))
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

    pub fn encode(&self) -> Block {
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
            self.newest_segment,
        ];
        for (index, field) in fields.into_iter().enumerate() {
            block.put(32 + 8 * index, &field.to_le_bytes());
        }
        if let Some(RingNote { name, boot, durability }) = self.ring {
            block.put(96, &name.to_le_bytes());
            block.put(104, &boot.to_le_bytes());
            block.put(120, &durability.code().to_le_bytes());
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
            newest_segment: block.u64(88),
            ring: Self::decode_ring(block),
        }
    }

    fn decode_ring(block: &Block) -> Option<RingNote> {
        let (name, boot) = (block.u64(96), block.u128(104));
        // A promise that this release does not know is taken for the greatest.
        let durability = Durability::from_code(block.u32(120)).unwrap_or(Durability::Process);
        (name != 0).then_some(RingNote { name, boot, durability })
    }
}

/// `super`, open for writing. There is one, and it belongs to whoever holds the directory's lock.
pub(crate) struct SuperFile {
    pub contents: Superblock,
    path: PathBuf,
    /// Open since before the first write to it.
    file: File,
    faults: Faults,
}

impl SuperFile {
    /// Makes `dir/super`: aside, synced, renamed.
    pub fn create(
        dir: &Path,
        contents: Superblock,
        storage: &dyn Storage,
    ) -> Result<Self, IoFailure> {
        let (aside, path) = (dir.join("super.tmp"), path_in(dir));
        let file = storage.create(&aside).map_err(IoFailure::at("create", &aside))?;
        let copies = contents.encode().sealed().repeat(COPIES);
        storage.write_at(&file, &copies, 0).map_err(IoFailure::at("write", &aside))?;
        storage.sync_all(&file).map_err(IoFailure::at("sync", &aside))?;
        storage.rename(&aside, &path).map_err(IoFailure::at("rename to", &path))?;
        storage.sync_directory(dir).map_err(IoFailure::at("sync", dir))?;
        Ok(Self { contents, path, file, faults: Faults::NONE })
    }

    /// Opens `dir/super`, whose contents were loaded, and puts right every copy that says something else.
    pub fn open(
        dir: &Path,
        contents: Superblock,
        storage: &dyn Storage,
        faults: Faults,
    ) -> Result<Self, IoFailure> {
        let path = path_in(dir);
        let file = storage.open(&path).map_err(IoFailure::at("open", &path))?;
        let found = fs::read(&path).map_err(IoFailure::at("read", &path))?;
        let this = Self { contents, path, file, faults };
        let Some(agreed) = Self::agreed(&found) else { return Ok(this) };
        let is_good = |copy: &usize| {
            found.get(copy * BLOCK_BYTES..(copy + 1) * BLOCK_BYTES) == Some(&agreed[..])
        };
        let lagging: Vec<usize> = (0..COPIES).filter(|copy| !is_good(copy)).collect();
        if lagging.is_empty() && !faults.has(Fault::TrustPageCache) {
            // If the sync of the second pair failed on this boot, memory shows it and the disk may not have it.
            this.put(&agreed.repeat(COPIES_NEEDED), COPIES_NEEDED * BLOCK_BYTES, storage)?;
        } else if lagging == [2, 3] && !faults.has(Fault::TrustPageCache) {
            // The same for the first pair.
            this.put(&agreed.repeat(COPIES_NEEDED), 0, storage)?;
        }
        for copy in lagging {
            this.put(&agreed[..], copy * BLOCK_BYTES, storage)?;
        }
        Ok(this)
    }

    /// Writes the contents with the next generation.
    pub fn store(&mut self, storage: &dyn Storage) -> Result<(), IoFailure> {
        self.contents.generation += 1;
        let copy = self.contents.encode().sealed();
        if self.faults.has(Fault::SuperAllCopiesAtOnce) {
            return self.put(&copy.repeat(COPIES), 0, storage);
        }
        if self.faults.has(Fault::SuperSingleCopy) {
            return self.put(&copy[..], 0, storage);
        }
        let pair = copy.repeat(COPIES_NEEDED);
        self.put(&pair, 0, storage)?;
        self.put(&pair, pair.len(), storage)
    }

    fn put(&self, bytes: &[u8], offset: usize, storage: &dyn Storage) -> Result<(), IoFailure> {
        let path = &self.path;
        storage.write_at(&self.file, bytes, offset as u64).map_err(IoFailure::at("write", path))?;
        storage.sync_data(&self.file).map_err(IoFailure::at("sync", path))
    }

    /// The bytes of the copies that were agreed on.
    fn agreed(found: &[u8]) -> Option<Box<[u8; BLOCK_BYTES]>> {
        Some(Superblock::agreed(found)?.encode().sealed())
    }
}

/// Why there is nothing to load in `dir`: it holds no journal, an archive, or a journal that was copied by halves. Only a file that is there
/// without `super` while a journal is being made proves nothing. `was_signed` tells whether `LOCK` names a holder.
pub(crate) fn missing(dir: &Path, was_signed: bool) -> JournalError {
    match archive::archive_of(dir) {
        Ok(None) => {}
        Ok(Some(journal)) => return JournalError::Archive { path: dir.to_path_buf(), journal },
        Err(error) => return error,
    }
    let left = || -> Result<Option<(&str, u64)>, JournalError> {
        let (segments, snapshots) = (segment::list(dir)?, snapshots(dir)?);
        let numbered = [("segments are", segments.first()), ("snapshots are", snapshots.first())];
        let numbered = numbered.into_iter().find_map(|(what, seq)| Some((what, *seq?)));
        if numbered.is_some() {
            return Ok(numbered);
        }
        let is_archived = dir.join("archived").exists();
        let other = [
            (is_archived, "a note of what was archived is"),
            (spare::is_any_in(dir)?, "spare segments are"),
            (was_signed, "a LOCK that names a holder is"),
        ];
        Ok(other.into_iter().find_map(|(is_there, what)| is_there.then_some((what, 0))))
    };
    match left() {
        Ok(None) => JournalError::NotAJournal { path: dir.to_path_buf() },
        Ok(Some((what, seq))) => {
            let what = format!(
                "the file is missing, but {what} there; was the directory copied by halves? Copy it again, whole \
                 and with the engine stopped; for a new journal name an empty directory"
            );
            JournalError::Corrupt { file: path_in(dir), offset: 0, seq, what }
        }
        Err(error) => error,
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
            newest_segment: 1,
            ring: Some(RingNote { name: 11, boot: 12 << 64, durability: Durability::Process }),
        }
    }

    #[test]
    fn what_is_stored_is_loaded() {
        let dir = crate::test_dir();
        assert_eq!(Superblock::load(dir.path()).unwrap(), None);
        let mut file = SuperFile::create(dir.path(), example(), &Disk).unwrap();
        assert_eq!(Superblock::load(dir.path()).unwrap(), Some(example()));
        file.contents.durable_mark = 78;
        file.store(&Disk).unwrap();
        let stored = Superblock { durable_mark: 78, generation: 10, ..example() };
        assert_eq!(Superblock::load(dir.path()).unwrap(), Some(stored));
    }

    #[test]
    fn a_crash_while_it_is_written_leaves_the_old_or_the_new_contents() {
        let dir = crate::test_dir();
        let path = path_in(dir.path());
        SuperFile::create(dir.path(), example(), &Disk).unwrap();
        let old = fs::read(&path).unwrap();
        let newer = Superblock { durable_mark: 78, generation: 10, ..example() };
        let new = newer.encode().sealed().repeat(COPIES);
        let mut seen = Vec::new();
        for written in (0..=old.len()).step_by(512) {
            let torn = [&new[..written], &old[written..]].concat();
            fs::write(&path, &torn).unwrap();
            let found = Superblock::load(dir.path()).unwrap().unwrap();
            seen.push(found.durable_mark);
            // The next opening puts every copy right before it writes anything new.
            let file = SuperFile::open(dir.path(), found.clone(), &Disk, Faults::NONE).unwrap();
            assert_eq!(fs::read(&path).unwrap(), found.encode().sealed().repeat(COPIES));
            assert_eq!(file.contents, found);
        }
        assert!(seen.is_sorted());
        assert_eq!((seen.first(), seen.last()), (Some(&77), Some(&78)));
    }

    #[test]
    fn two_of_four_copies_are_enough_and_one_is_not() {
        let dir = crate::test_dir();
        SuperFile::create(dir.path(), example(), &Disk).unwrap();
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
        let dir = crate::test_dir();
        let newer = Superblock { format: FORMAT + 1, ..example() };
        SuperFile::create(dir.path(), newer, &Disk).unwrap();
        let refused = Superblock::load(dir.path());
        assert!(
            matches!(refused, Err(JournalError::NewerFormat { found: 2, supported: 1, .. })),
            "{refused:?}"
        );
    }
}
