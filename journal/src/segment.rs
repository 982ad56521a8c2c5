//! A segment: a fixed-size file of records behind two copies of a header block.
//!
//! ```text
//!   0 magic "clutchSG"         40 stream offset u64        68 durability u32
//!   8 format u32, epoch u32    48 segment bytes u64        72 engine version u64
//!  16 journal id u128          56 salt u64               4092 crc32c u32
//!  32 first seq u64            64 previous crc u32
//! ```
//! The first record is at 8192. `stream offset` is where that record lies in the one stream of all records of the
//! journal, counted without headers and without the unused ends of segments; the ring is addressed by it. `previous crc`
//! is the checksum of the record before the first, and with the salt, which is derived from it, it ties a segment to the
//! end of the one before.
//!
//! A record never crosses a segment's end. Which record opens the next segment follows from the sizes alone: the first
//! that does not fit. A segment is made of real, zero-written, synced blocks before it gets its name.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use memmap2::Mmap;

use crate::block::{BLOCK_BYTES, Block};
use crate::error::{IoFailure, JournalError};
use crate::options::Durability;
use crate::record::Chain;
use crate::storage::Storage;
use crate::superblock::FORMAT;

/// Where the first record of a segment lies.
pub(crate) const RECORDS_AT: u64 = 2 * BLOCK_BYTES as u64;

const MAGIC: &[u8; 8] = b"clutchSG";
static ZEROS: [u8; 256 * 1024] = [0; 256 * 1024];

/// The header of a segment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SegmentHeader {
    pub epoch: u32,
    pub journal_id: u128,
    pub first_seq: u64,
    pub stream_offset: u64,
    pub segment_bytes: u64,
    pub salt: u64,
    pub previous_crc: u32,
    pub durability: Durability,
    pub engine_version: u64,
}

impl SegmentHeader {
    /// Room for records.
    pub fn capacity(&self) -> u64 {
        self.segment_bytes - RECORDS_AT
    }

    /// Where in the stream this segment can hold nothing more.
    pub fn stream_end(&self) -> u64 {
        self.stream_offset + self.capacity()
    }

    /// Where in the file a place of the stream is.
    pub fn file_offset(&self, stream_offset: u64) -> u64 {
        RECORDS_AT + (stream_offset - self.stream_offset)
    }

    /// The chain in front of the first record.
    pub fn chain(&self, timestamp: u64) -> Chain {
        Chain {
            salt: self.salt,
            crc: self.previous_crc,
            epoch: self.epoch,
            seq: self.first_seq - 1,
            timestamp,
        }
    }

    fn encode(&self) -> Block {
        let mut block = Block::new(MAGIC);
        block.put(8, &FORMAT.to_le_bytes());
        block.put(12, &self.epoch.to_le_bytes());
        block.put(16, &self.journal_id.to_le_bytes());
        block.put(32, &self.first_seq.to_le_bytes());
        block.put(40, &self.stream_offset.to_le_bytes());
        block.put(48, &self.segment_bytes.to_le_bytes());
        block.put(56, &self.salt.to_le_bytes());
        block.put(64, &self.previous_crc.to_le_bytes());
        block.put(68, &self.durability.code().to_le_bytes());
        block.put(72, &self.engine_version.to_le_bytes());
        block
    }

    /// The fields of a block whose checksum held; `None` if they contradict themselves.
    fn decode(block: &Block) -> Option<Self> {
        let header = Self {
            epoch: block.u32(12),
            journal_id: block.u128(16),
            first_seq: block.u64(32),
            stream_offset: block.u64(40),
            segment_bytes: block.u64(48),
            salt: block.u64(56),
            previous_crc: block.u32(64),
            durability: Durability::from_code(block.u32(68))?,
            engine_version: block.u64(72),
        };
        let is_sound = RECORDS_AT < header.segment_bytes
            && header.stream_offset.checked_add(header.segment_bytes).is_some()
            // No journal gets this far; a number beyond it could only overflow what is counted from it.
            && (1..1 << 63).contains(&header.first_seq);
        is_sound.then_some(header)
    }
}

/// The file name of the segment that starts with `first_seq`.
pub(crate) fn file_name(first_seq: u64) -> String {
    format!("seg-{first_seq:020}.clj")
}

/// The first sequence numbers of all segments in `dir`, by their names, ascending.
pub(crate) fn list(dir: &Path) -> Result<Vec<u64>, IoFailure> {
    let mut found = Vec::new();
    for entry in fs::read_dir(dir).map_err(IoFailure::at("list", dir))? {
        let name = entry.map_err(IoFailure::at("list", dir))?.file_name();
        let first_seq = name
            .to_str()
            .and_then(|name| name.strip_prefix("seg-")?.strip_suffix(".clj")?.parse().ok());
        // Only the exact name counts, so that a copy kept beside it under a similar name does no harm.
        found.extend(first_seq.filter(|seq| name.to_str() == Some(&file_name(*seq))));
    }
    found.sort_unstable();
    Ok(found)
}

/// A segment seen through a read-only mapping of the whole file.
pub(crate) struct SegmentMap {
    pub path: PathBuf,
    pub header: SegmentHeader,
    bytes: Mmap,
}

impl SegmentMap {
    /// Maps the segment of `dir` that starts with `first_seq` and checks its header; `None` if there is no such file.
    pub fn open(
        dir: &Path,
        first_seq: u64,
        journal_id: u128,
    ) -> Result<Option<Self>, JournalError> {
        let path = dir.join(file_name(first_seq));
        let file = match File::open(&path) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            other => other.map_err(IoFailure::at("open", &path))?,
        };
        // SAFETY: a segment has its full size before it gets its name and is never truncated or punched after; records
        // are written once, into places that were zero, and no reader trusts bytes before it has checked the record.
        let bytes = unsafe { Mmap::map(&file) }.map_err(IoFailure::at("map", &path))?;
        let blocks = bytes.chunks(BLOCK_BYTES).take(2);
        let whole: Vec<Block> = blocks.filter_map(|chunk| Block::read(chunk, MAGIC)).collect();
        if let Some(found) = whole.iter().map(|block| block.u32(8)).find(|format| FORMAT < *format)
        {
            return Err(JournalError::NewerFormat { file: path, found, supported: FORMAT });
        }
        let damaged = |what: String| JournalError::Corrupt {
            file: path.clone(),
            offset: 0,
            seq: first_seq,
            what,
        };
        let header = whole
            .iter()
            .find_map(SegmentHeader::decode)
            .ok_or_else(|| damaged("neither copy of its header is whole".to_owned()))?;
        if header.journal_id != journal_id {
            return Err(JournalError::Foreign {
                file: path,
                found: header.journal_id,
                expected: journal_id,
            });
        }
        if header.first_seq != first_seq {
            return Err(damaged(format!(
                "its header says that it starts with record {}",
                header.first_seq
            )));
        }
        if (bytes.len() as u64) < header.segment_bytes {
            let what = format!(
                "the file was cut to {} bytes; its header says {}",
                bytes.len(),
                header.segment_bytes
            );
            return Err(JournalError::Corrupt {
                offset: bytes.len() as u64,
                file: path,
                seq: first_seq,
                what,
            });
        }
        Ok(Some(Self { path, header, bytes }))
    }

    /// Everything from a file offset to the segment's end.
    pub fn from(&self, offset: u64) -> &[u8] {
        &self.bytes[offset as usize..self.header.segment_bytes as usize]
    }
}

/// A file of real zeros that has no place in the journal yet.
pub(crate) struct Spare {
    file: File,
    path: PathBuf,
    bytes: u64,
}

impl Spare {
    /// Allocates, zero-writes and syncs `dir/spare-<number>`. After each chunk `pace` is asked whether to go on; if
    /// it says no, nothing is left of the file.
    pub fn prepare(
        dir: &Path,
        number: u64,
        bytes: u64,
        storage: &dyn Storage,
        mut pace: impl FnMut(&File) -> Result<bool, std::io::Error>,
    ) -> Result<Option<Self>, IoFailure> {
        let path = dir.join(format!("spare-{number}"));
        let file = storage.create(&path).map_err(IoFailure::at("create", &path))?;
        storage.allocate(&file, bytes).map_err(IoFailure::at("reserve room for", &path))?;
        let mut offset = 0;
        while offset < bytes {
            let chunk = (ZEROS.len() as u64).min(bytes - offset);
            storage
                .write_at(&file, &ZEROS[..chunk as usize], offset)
                .map_err(IoFailure::at("write zeros to", &path))?;
            offset += chunk;
            if !pace(&file).map_err(IoFailure::at("sync", &path))? {
                Self { file, path, bytes }.discard(storage);
                return Ok(None);
            }
        }
        storage.sync_all(&file).map_err(IoFailure::at("sync", &path))?;
        Ok(Some(Self { file, path, bytes }))
    }

    /// Gives the file its header, its name and its place in the directory, all of it durable.
    pub fn become_segment(
        self,
        dir: &Path,
        header: SegmentHeader,
        storage: &dyn Storage,
    ) -> Result<ActiveSegment, IoFailure> {
        assert!(
            header.segment_bytes == self.bytes,
            "a spare is made to the size of the segment it becomes"
        );
        let copies = header.encode().sealed().repeat(2);
        storage
            .write_at(&self.file, &copies, 0)
            .map_err(IoFailure::at("write the header of", &self.path))?;
        storage.sync_data(&self.file).map_err(IoFailure::at("sync", &self.path))?;
        let path = dir.join(file_name(header.first_seq));
        storage.rename(&self.path, &path).map_err(IoFailure::at("rename to", &path))?;
        storage.sync_directory(dir).map_err(IoFailure::at("sync", dir))?;
        Ok(ActiveSegment { file: self.file, path, header })
    }

    /// Removes a spare that nobody needs any more. One that stays behind is removed at the next opening.
    pub fn discard(self, storage: &dyn Storage) {
        let _ = storage.remove(&self.path);
    }
}

/// Removes what earlier runs prepared and never used: nothing proves that those files are zero.
pub(crate) fn remove_spares(dir: &Path, storage: &dyn Storage) -> Result<(), IoFailure> {
    for entry in fs::read_dir(dir).map_err(IoFailure::at("list", dir))? {
        let path = entry.map_err(IoFailure::at("list", dir))?.path();
        if path
            .file_name()
            .and_then(|name| name.to_str())
            .is_some_and(|name| name.starts_with("spare-"))
        {
            storage.remove(&path).map_err(IoFailure::at("remove", &path))?;
        }
    }
    Ok(())
}

/// The segment that is being filled. Its descriptor has been open since before the first write to it.
pub(crate) struct ActiveSegment {
    pub file: File,
    pub path: PathBuf,
    pub header: SegmentHeader,
}
