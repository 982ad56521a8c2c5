//! The snapshots of a directory: which there are, which is the newest good one, which may go.

use std::fs;
use std::path::Path;

use super::{SnapshotInfo, SnapshotReader, path_in};
use crate::error::{IoFailure, JournalError};
use crate::storage::Storage;

/// The records behind which there is a snapshot file, ascending. Whether it is a good one only reading it says.
///
/// # Errors
/// If the directory cannot be listed.
pub fn snapshots(dir: &Path) -> Result<Vec<u64>, JournalError> {
    let mut found = named(dir, "cls")?;
    found.sort_unstable();
    Ok(found)
}

/// The newest snapshot that is good in every byte. `rejected` hears about each newer one that is not, and why.
///
/// # Errors
/// If the directory cannot be listed; a bad snapshot is no error here, because the one before it serves as well.
pub fn newest_snapshot(
    dir: &Path,
    journal_id: u128,
    mut rejected: impl FnMut(JournalError),
) -> Result<Option<SnapshotInfo>, JournalError> {
    for seq in snapshots(dir)?.into_iter().rev() {
        match SnapshotReader::open(dir, seq, journal_id).and_then(SnapshotReader::check) {
            Ok(info) => return Ok(Some(info)),
            Err(error) => rejected(error),
        }
    }
    Ok(None)
}

/// Removes all but the newest `keep` snapshots, and what unfinished writers left behind before the newest. Returns the
/// records of those removed.
///
/// # Errors
/// If a file cannot be removed.
pub fn remove_old_snapshots(
    dir: &Path,
    storage: &dyn Storage,
    keep: usize,
) -> Result<Vec<u64>, JournalError> {
    let mut old = snapshots(dir)?;
    let newest = old.last().copied().unwrap_or(0);
    old.truncate(old.len().saturating_sub(keep));
    let left_over = named(dir, "tmp")?.into_iter().filter(|seq| *seq <= newest);
    let left_over = left_over.map(|seq| path_in(dir, seq).with_extension("tmp"));
    for path in old.iter().map(|seq| path_in(dir, *seq)).chain(left_over) {
        storage.remove(&path).map_err(IoFailure::at("remove", &path))?;
    }
    if !old.is_empty() {
        storage.sync_directory(dir).map_err(IoFailure::at("sync", dir))?;
    }
    Ok(old)
}

fn named(dir: &Path, extension: &str) -> Result<Vec<u64>, JournalError> {
    let mut found = Vec::new();
    for entry in fs::read_dir(dir).map_err(IoFailure::at("list", dir))? {
        let name = entry.map_err(IoFailure::at("list", dir))?.file_name();
        let seq = name.to_str().and_then(|name| {
            name.strip_prefix("snap-")?.strip_suffix(extension)?.strip_suffix('.')?.parse().ok()
        });
        // Only the exact name counts, so that a copy kept beside it does no harm.
        let is_exact =
            |seq: &u64| path_in(dir, *seq).with_extension(extension).file_name() == Some(&name);
        found.extend(seq.filter(is_exact));
    }
    Ok(found)
}
