//! Cuts a damaged journal, when there is nothing left to restore it from and somebody decides to live with the loss.
//!
//! This is the only way in which the journal ever gives up a record that may have been promised. It says exactly what
//! will be lost before it does anything, asks, and keeps a copy of every file that it touches.

use std::path::{Path, PathBuf};

use crate::archive::{copy, ensure_another_directory};
use crate::block::BLOCK_BYTES;
use crate::error::{IoFailure, JournalError};
use crate::lock;
use crate::mark::{MARK_BYTES, Mark};
use crate::open::{RecoveredEnd, left_in_memory, recovered_end};
use crate::options::Options;
use crate::segment::{self, MARKS_AT};
use crate::snapshot::{self, snapshots};
use crate::storage::make_directory;
use crate::superblock::{self, SuperFile};

/// What a cut would lose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Loss {
    /// What is wrong, in the words of the failed start.
    pub reason: String,
    /// The last record that stays.
    pub last_kept: u64,
    /// The last record that is known to have been there; there may have been more.
    pub last_known: u64,
    /// The segment that is cut, and where.
    pub cut: (PathBuf, u64),
    /// Bytes of records, or of what is left of them, behind the cut.
    pub cut_bytes: u64,
    /// Segments that go as a whole.
    pub segments: Vec<PathBuf>,
    /// Snapshots of states that the journal no longer leads to.
    pub snapshots: Vec<PathBuf>,
    /// Where the copies go: a directory of this run's own, so that a run that was interrupted is simply repeated.
    pub keep: PathBuf,
}

/// Cuts the journal in `dir` behind its last good record, if that is the only way to open it again.
///
/// `confirm` hears the exact loss first; if it says no, nothing is changed. Every file that is cut or removed is copied
/// before: to the directory `keep`, or to `keep.2`, `keep.3` and so on if an earlier run used that. Returns what was lost, or `None` if the journal opens as it is or `confirm` said no.
///
/// # Errors
/// If the journal is in use, if nothing good would be left, or if a copy or a write fails; a run that was interrupted is
/// simply repeated.
pub fn accept_loss(
    dir: &Path,
    keep: &Path,
    options: &Options,
    confirm: &mut dyn FnMut(&Loss) -> bool,
) -> Result<Option<Loss>, JournalError> {
    let storage = &*options.storage;
    ensure_another_directory(keep, dir)?;
    let lock = lock::acquire(dir)?;
    lock.sign()?;
    let RecoveredEnd { reader, halt: reason, .. } =
        recovered_end(dir, options.faults, |reader| left_in_memory(reader, options))?;
    let Some(reason) = reason else { return Ok(None) };
    if let JournalError::RingOfOther { .. } = reason {
        // It is there: to lose it there is no need.
        return Err(reason);
    }
    let Some(map) = reader.segment() else { return Err(reason) };
    let (last_kept, offset) = (reader.seq(), reader.offset());
    let starts = segment::list(dir)?;
    let behind = |seq: &&u64| last_kept < **seq && **seq != map.header.first_seq;
    let segments: Vec<PathBuf> =
        starts.iter().filter(behind).map(|seq| dir.join(segment::file_name(*seq))).collect();
    let snapshots: Vec<PathBuf> = snapshots(dir)?
        .into_iter()
        .filter(|seq| last_kept < *seq)
        .map(|seq| snapshot::path_in(dir, seq))
        .collect();
    let loss = Loss {
        reason: reason.to_string(),
        last_kept,
        last_known: reader.last_known(),
        cut: (map.path.clone(), offset),
        cut_bytes: crate::evidence::used_bytes(map.from(offset)) as u64,
        segments,
        snapshots,
        keep: unused(keep),
    };
    if !confirm(&loss) {
        return Ok(None);
    }

    let keep = &loss.keep;
    make_directory(keep, storage)?;
    let superblock = superblock::path_in(dir);
    let going = loss.segments.iter().chain(&loss.snapshots);
    for path in going.clone().chain([&loss.cut.0, &superblock]) {
        if let Some(name) = path.file_name() {
            copy(path, &keep.join(name), storage, options.faults, |_| {})?;
        }
    }
    storage.sync_directory(keep).map_err(IoFailure::at("sync", keep))?;

    // A crash in between leaves a journal that halts again, with the copies in their place.
    for path in going {
        storage.remove(path).map_err(IoFailure::at("remove", path))?;
    }
    storage.sync_directory(dir).map_err(IoFailure::at("sync", dir))?;
    let mut file = SuperFile::open(dir, reader.superblock().clone(), storage, options.faults)?;
    file.contents.ring = None;
    file.contents.durable_mark = last_kept;
    file.contents.newest_segment = map.header.first_seq;
    file.contents.newest_snapshot = snapshot::snapshots(dir)?.last().copied().unwrap_or(0);
    file.store(storage)?;
    let (path, header) = (&loss.cut.0, &map.header);
    let segment = storage.open(path).map_err(IoFailure::at("open", path))?;
    let zeros = vec![0; BLOCK_BYTES];
    let mut at = offset;
    while at < header.segment_bytes {
        let piece = (header.segment_bytes - at).min(zeros.len() as u64);
        storage
            .write_at(&segment, &zeros[..piece as usize], at)
            .map_err(IoFailure::at("cut", path))?;
        at += piece;
    }
    let generation = map.mark().map_or(0, |mark| mark.generation) + 1;
    let mark =
        Mark { generation, salt: header.salt, synced_seq: last_kept, written_seq: last_kept };
    for (place, at) in MARKS_AT.into_iter().enumerate() {
        let bytes = if place == mark.place() { mark.encode() } else { [0; MARK_BYTES] };
        storage.write_at(&segment, &bytes, at).map_err(IoFailure::at("cut", path))?;
    }
    storage.sync_data(&segment).map_err(IoFailure::at("sync", path))?;
    Ok(Some(loss))
}

/// The first of `keep`, `keep.2`, `keep.3` and so on in which nothing lies yet.
fn unused(keep: &Path) -> PathBuf {
    let is_unused = |path: &Path| match std::fs::read_dir(path) {
        Ok(mut entries) => entries.next().is_none(),
        Err(error) => error.kind() == std::io::ErrorKind::NotFound,
    };
    let name = keep.file_name().unwrap_or_default().to_string_lossy();
    let numbered = |number: u32| match number {
        1 => keep.to_path_buf(),
        _ => keep.with_file_name(format!("{name}.{number}")),
    };
    (1..1000).map(numbered).find(|path| is_unused(path)).unwrap_or_else(|| keep.to_path_buf())
}
