//! The journal: bytes that can be trusted. It knows bytes and sequence numbers, and no betting word.
//!
//! ```text
//!  core ──append──▶ ring (tmpfs, survives kill -9) ──committer: pwrite + fdatasync──▶ segments (survive power loss)
//!                      appended_seq                                       durable_seq
//! ```
//! The core never stores into a page that a disk is reading, and never waits for one: a full ring is an answer
//! ([`Full`]). [`open`] recovers what a crash left, [`Writer`] appends, [`Committer`] makes durable, [`Reader`] reads,
//! from any process and at any time. Deciding who may be told what, given the two cursors of [`Durable`], is the
//! engine's task.
//!
//! # Where to find what
//! | module | subject |
//! |---|---|
//! | `record`, `checksum` | the record's bytes and the chain that makes them believable |
//! | `ring`, `shared`, `writer` | the core's side: mapped memory, cursors, append |
//! | `found_ring` | which ring is a journal's own, and what a killed process left in it |
//! | `new_ring` | makes the ring of an opening, in the order that loses none |
//! | `committer`, `inline`, `appender` | the disk's side: group commit, on a thread or by turns |
//! | `spare`, `spares` | segments ahead of need, the emergency reserve, a full disk |
//! | `segment`, `mark`, `superblock`, `block`, `lock` | the files |
//! | `open`, `continuation` | recovery |
//! | `verdict`, `judge`, `evidence` | the table that tells an end from damage, and its facts |
//! | `verify`, `accept_loss` | what is wrong with all of it, and the only way to cut |
//! | `file_system`, `bus_error` | what the files are on, and when that fails under a mapping |
//! | `faults` | bugs on purpose, for the tests of the tests |
//! | `reader`, `position` | reading, from the start or behind a snapshot |
//! | `snapshot` | snapshot files: chunks, checksums, root hash |
//! | `archive` | old segments leave the directory |
//! | `storage`, `fillable` | the only way anything on a disk is changed, and a disk that can be full |
//!
//! # Invariants
//! - A record's place in the ring is its stream offset modulo the ring's size; in the files it follows from the sizes
//!   alone. No cursor is stored anywhere.
//! - Durable never exceeds appended: the cursor is sampled before the sync and published after it.
//! - The first write or sync error is final.
//! - No byte from a disk or from the ring is trusted before the chain has accepted it.
//!
//! # Sizes
//! A segment is zero-written before use, so that a sync later writes data and no metadata. That costs time at the first
//! start: on a busy two-core virtual machine 0.1 to 0.3 s for 32 MiB and 0.6 to 0.9 s for 128 MiB, later segments being
//! made by a helper in the background. The default is 32 MiB.
//!
//! A follower that must not run ahead of the disk calls [`Reader::next`] only while [`Reader::seq`] is less than
//! [`Durable::seq`]: the reader itself returns whatever is valid.
//!
//! A power cut can leave the pages of one unfinished sync in any order, so valid records may follow a hole. The durable
//! mark (`mark`) tells that from damage: what it covers is never cut, and what a crash tore is never called damage.
//!
//! This crate needs Linux: tmpfs, `fallocate`, `MADV_POPULATE_WRITE` and `fdatasync` are what it is made of.

mod accept_loss;
mod appender;
mod archive;
mod block;
mod bus_error;
mod checksum;
mod committer;
mod continuation;
mod error;
mod evidence;
mod faults;
mod file_system;
mod fillable;
mod found_ring;
#[cfg(test)]
mod fuzz;
mod inline;
mod judge;
mod lock;
mod mark;
#[cfg(test)]
#[path = "../tests/support/mutate.rs"]
mod mutate;
mod new_ring;
mod open;
mod options;
mod position;
mod prefetch;
mod reader;
mod record;
mod report;
mod ring;
mod segment;
mod shared;
mod snapshot;
mod spare;
mod spares;
mod storage;
mod superblock;
mod verdict;
mod verify;
mod writer;

pub use accept_loss::{Loss, accept_loss};
#[doc(hidden)]
pub use archive::archive_with;
pub use archive::{ArchiveProgress, Archived, archive};
pub use bus_error::name_the_file_on_bus_error;
pub use committer::{CommitFailure, Committer, CommitterHandle, OnDurable};
pub use error::{IoFailure, JournalError};
#[doc(hidden)]
pub use faults::{Fault, Faults};
pub use file_system::{FileSystem, Trust};
#[doc(hidden)]
pub use fillable::FillableDisk;
pub use inline::InlineCommitter;
pub use open::{Opened, Recovered, open};
pub use options::{Durability, Options};
pub use position::Position;
pub use prefetch::prefetch;
pub use reader::Reader;
pub use record::{HEADER_BYTES, RecordView, record_bytes};
pub use report::{Class, Finding, Report, Severity};
pub use shared::{Durable, SnapshotNotes, Space};
pub use snapshot::{
    SnapshotInfo, SnapshotReader, SnapshotWriter, newest_snapshot, remove_old_snapshots, snapshots,
};
pub use storage::{Disk, Storage};
pub use superblock::FORMAT;
pub use verdict::End;
pub use verify::{VerifyProgress, verify, verify_with_archive};
pub use writer::{Full, Writer};

/// A directory for unit tests, in memory where that is possible: they write many small files and need no real disk.
#[cfg(test)]
pub(crate) fn test_dir() -> tempfile::TempDir {
    let memory = std::path::Path::new("/dev/shm");
    let made = if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() };
    made.expect("a temporary directory can be made")
}
