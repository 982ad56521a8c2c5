//! A segment: a fixed-size file of records behind two copies of a header block.
//!
//! ```text
//!   0 magic "clutchSG"         40 stream offset u64        68 durability u32
//!   8 format u32, epoch u32    48 segment bytes u64        72 engine version u64
//!  16 journal id u128          56 salt u64               4092 crc32c u32
//!  32 first seq u64            64 previous crc u32       80 flags u32 (1: storage that was not checked)
//! ```
//! At 8192 and 12288 lie the two places of the durable mark ([`crate::mark`]), and the first record at 16384. `stream
//! offset` is where that record lies in the one stream of all records of the
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
use crate::bus_error::Named;
use crate::error::{IoFailure, JournalError};
use crate::faults::Faults;
use crate::mark::Mark;
use crate::options::Durability;
use crate::record::Chain;
use crate::superblock::FORMAT;

/// Where the places of the durable mark lie.
pub(crate) const MARKS_AT: [u64; 2] = [2 * BLOCK_BYTES as u64, 3 * BLOCK_BYTES as u64];
/// Where the first record of a segment lies.
pub(crate) const RECORDS_AT: u64 = 4 * BLOCK_BYTES as u64;

/// Flag in the header: the file system was not asked whether it keeps what it syncs.
const UNSAFE_STORAGE: u32 = 1;

const MAGIC: &[u8; 8] = b"clutchSG";

/// No journal gets further; a number beyond could only overflow what is counted from it.
const IN_USE: std::ops::Range<u64> = 1..1 << 63;

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
    pub unsafe_storage: bool,
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
    pub fn chain(&self, timestamp: u64, faults: Faults) -> Chain {
        Chain {
            salt: self.salt,
            crc: self.previous_crc,
            epoch: self.epoch,
            seq: self.first_seq - 1,
            timestamp,
            faults,
        }
    }

    pub fn encode(&self) -> Block {
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
        block.put(80, &(if self.unsafe_storage { UNSAFE_STORAGE } else { 0 }).to_le_bytes());
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
            unsafe_storage: block.u32(80) & UNSAFE_STORAGE != 0,
        };
        let is_sound = RECORDS_AT < header.segment_bytes
            && header.stream_offset.checked_add(header.segment_bytes).is_some()
            && IN_USE.contains(&header.first_seq);
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
        let is_one = |seq: &u64| IN_USE.contains(seq) && name.to_str() == Some(&file_name(*seq));
        found.extend(first_seq.filter(is_one));
    }
    found.sort_unstable();
    Ok(found)
}

/// Those of [`list`] that are what their names say, as far as their headers tell. A stray copy under another segment's
/// name, and a file of another journal, are none.
pub(crate) fn own(dir: &Path, journal_id: u128) -> Result<Vec<u64>, JournalError> {
    let mut own = list(dir)?;
    own.retain(|first_seq| is_own(dir, *first_seq, journal_id));
    Ok(own)
}

/// The segment of `dir` in which record `seq` should be: the last that starts at it or before, and is what its name says.
pub(crate) fn holding(dir: &Path, seq: u64, journal_id: u128) -> Result<Option<u64>, JournalError> {
    let starts = list(dir)?.into_iter().rev();
    let mut before = starts.filter(|first_seq| *first_seq <= seq);
    Ok(before.find(|first_seq| is_own(dir, *first_seq, journal_id)))
}

pub(crate) fn is_own(dir: &Path, first_seq: u64, journal_id: u128) -> bool {
    match SegmentMap::look(dir, first_seq, journal_id) {
        Ok(Found::Segment(_)) => true,
        Ok(Found::Nothing | Found::Foreign(_) | Found::Misnamed(_) | Found::Broken(..)) => false,
        // One that cannot be read is not passed over: whoever reads on from there says why.
        Err(_) => true,
    }
}

/// The file that says that it starts with record `first_seq`, under the name of another.
pub(crate) fn under_another_name(dir: &Path, first_seq: u64, journal_id: u128) -> Option<PathBuf> {
    let mut names = list(dir).ok()?.into_iter();
    let found = names.find(|name| {
        let found = SegmentMap::look(dir, *name, journal_id);
        matches!(found, Ok(Found::Misnamed(header)) if header == first_seq)
    });
    found.map(|name| dir.join(file_name(name)))
}

/// A segment seen through a read-only mapping of the whole file.
pub(crate) struct SegmentMap {
    pub path: PathBuf,
    pub header: SegmentHeader,
    /// Dropped before the mapping that it names.
    _named: Named,
    bytes: Mmap,
}

/// What lies under a segment's name.
pub(crate) enum Found {
    Nothing,
    Segment(SegmentMap),
    /// The file of another journal.
    Foreign(u128),
    /// A segment of this journal that says that it starts with this other record.
    Misnamed(u64),
    /// A file that cannot be read as the segment it should be: where it is wrong, and how.
    Broken(u64, String),
}

impl SegmentMap {
    /// Maps the segment of `dir` that starts with `first_seq` and checks its header.
    pub fn look(dir: &Path, first_seq: u64, journal_id: u128) -> Result<Found, JournalError> {
        let path = dir.join(file_name(first_seq));
        let file = match File::open(&path) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                return Ok(Found::Nothing);
            }
            other => other.map_err(IoFailure::at("open", &path))?,
        };
        // SAFETY: a segment has its full size before it gets its name and is never truncated or punched after; records
        // are written once, into places that were zero, and no reader trusts bytes before it has checked the record.
        let bytes = unsafe { Mmap::map(&file) }.map_err(IoFailure::at("map", &path))?;
        let named = Named::new(&path, &bytes);
        let blocks = bytes.chunks(BLOCK_BYTES).take(2);
        let whole: Vec<Block> = blocks.filter_map(|chunk| Block::read(chunk, MAGIC)).collect();
        if let Some(found) = whole.iter().map(|block| block.u32(8)).find(|format| FORMAT < *format)
        {
            return Err(JournalError::NewerFormat {
                file: path,
                found,
                supported: FORMAT,
                records: None,
            });
        }
        let Some(header) = whole.iter().find_map(SegmentHeader::decode) else {
            return Ok(Found::Broken(0, "neither copy of its header is whole".to_owned()));
        };
        if header.journal_id != journal_id {
            return Ok(Found::Foreign(header.journal_id));
        }
        if header.first_seq != first_seq {
            return Ok(Found::Misnamed(header.first_seq));
        }
        let length = bytes.len() as u64;
        if length < header.segment_bytes {
            let what = format!("cut to {length} bytes; its header says {}", header.segment_bytes);
            return Ok(Found::Broken(length, what));
        }
        Ok(Found::Segment(Self { path, header, bytes, _named: named }))
    }

    /// A bus error in it names no file any more; only a planted bug wants that.
    pub fn forget_name(&mut self) {
        self._named = Named::nothing();
    }

    /// Everything from a file offset to the segment's end.
    pub fn from(&self, offset: u64) -> &[u8] {
        &self.bytes[offset as usize..self.header.segment_bytes as usize]
    }

    /// The newest whole durable mark; `None` before the first write.
    pub fn mark(&self) -> Option<Mark> {
        let marks = MARKS_AT.iter().filter_map(|at| Mark::decode(self.from(*at), self.header.salt));
        marks.max_by_key(|mark| mark.generation)
    }

    /// Which of the two header copies are whole.
    pub fn whole_headers(&self) -> [bool; 2] {
        [0, BLOCK_BYTES].map(|at| Block::read(&self.bytes[at..], MAGIC).is_some())
    }
}

/// The segment that is being filled. Its descriptor has been open since before the first write to it.
pub(crate) struct ActiveSegment {
    pub file: File,
    pub path: PathBuf,
    pub header: SegmentHeader,
}
