//! How a journal is opened.

use std::path::PathBuf;
use std::sync::Arc;

use crate::error::JournalError;
use crate::faults::{Fault, Faults};
use crate::record::HEADER_BYTES;
use crate::segment::RECORDS_AT;
use crate::storage::{Disk, Storage};

/// The smallest segment: its headers, its marks, and 8 KiB of records.
const SEGMENT_BYTES_MIN: u64 = RECORDS_AT + 2 * 4096;

/// When the engine may let the world see what a record led to. The journal only stamps it into its headers and offers
/// both cursors; the gate is the engine's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Durability {
    /// After `fdatasync`: survives power loss.
    Disk,
    /// After the append: survives the death of the process (kill -9), not of the machine.
    Process,
}

impl Durability {
    pub(crate) const fn code(self) -> u32 {
        match self {
            Self::Disk => 1,
            Self::Process => 2,
        }
    }

    pub(crate) const fn from_code(code: u32) -> Option<Self> {
        match code {
            1 => Some(Self::Disk),
            2 => Some(Self::Process),
            _ => None,
        }
    }
}

/// How a journal is opened. `Options::default()` is meant for production and for a laptop alike.
#[derive(Clone)]
pub struct Options {
    /// Size of a new segment file, headers included; a multiple of 4096. Existing segments keep theirs.
    pub segment_bytes: u64,
    /// Size of the ring; a power of two of at least a memory page.
    pub ring_bytes: usize,
    /// A directory on tmpfs for the ring. `None` keeps the ring in anonymous memory: then what was not yet written to
    /// a segment dies with the process.
    pub shm_dir: Option<PathBuf>,
    /// Version of the engine that writes, stamped into `super` and every segment.
    pub engine_version: u64,
    /// The rules and the encoding under which the engine writes, as a number of its own, stamped into `super`.
    pub rule_set: u64,
    /// Stamped into every segment.
    pub durability: Durability,
    /// Segments kept as the emergency reserve: made in advance, and used only when the disk is full, for what must not
    /// be refused then. They take `reserve_segments * segment_bytes` of the disk at all times.
    pub reserve_segments: usize,
    /// Writes to whatever file system the directory is on. Without it, network and overlay file systems are refused,
    /// because they may lose what they have called synced. Stamped into the segments.
    pub unsafe_storage: bool,
    /// Bugs on purpose, for the tests of the tests.
    #[doc(hidden)]
    pub faults: Faults,
    /// Where writes and syncs go; tests put a failing disk here.
    pub storage: Arc<dyn Storage>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            segment_bytes: 32 << 20,
            ring_bytes: 16 << 20,
            shm_dir: Some(PathBuf::from("/dev/shm")),
            engine_version: 0,
            rule_set: 0,
            durability: Durability::Disk,
            reserve_segments: 2,
            unsafe_storage: false,
            faults: Faults::NONE,
            storage: Arc::new(Disk),
        }
    }
}

impl Options {
    pub(crate) fn check(&self) -> Result<(), JournalError> {
        let page = rustix::param::page_size();
        if !self.ring_bytes.is_power_of_two() || self.ring_bytes < page {
            return Err(JournalError::Options(
                "the ring's size must be a power of two of at least a memory page",
            ));
        }
        if !self.segment_bytes.is_multiple_of(4096) || self.segment_bytes < SEGMENT_BYTES_MIN {
            return Err(JournalError::Options(
                "a segment's size must be a multiple of 4096 and at least 24576",
            ));
        }
        if 1 << 40 < self.segment_bytes || 1 << 40 < self.ring_bytes {
            return Err(JournalError::Options(
                "a segment or ring of more than 1 TiB is not supported",
            ));
        }
        Ok(())
    }

    /// Whether segments say that they may be on storage that loses what it has synced.
    pub(crate) fn stamps_unsafe_storage(&self) -> bool {
        self.unsafe_storage && !self.faults.has(Fault::UnsafeStorageNotStamped)
    }

    /// The longest payload that can be appended: it must fit into a segment and leave the ring half free.
    pub(crate) fn payload_bytes_max(&self) -> usize {
        let record_max = (self.segment_bytes - RECORDS_AT).min(self.ring_bytes as u64 / 2);
        record_max as usize - HEADER_BYTES
    }
}
