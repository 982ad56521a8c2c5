//! Writes a snapshot: aside, synced, and only then under its name.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::{
    CHUNK_BYTES, CHUNK_HEADER_BYTES, CHUNKS_AT, Root, SnapshotInfo, chunk_checksum, path_in,
};
use crate::error::{IoFailure, JournalError};
use crate::faults::{Fault, Faults};
use crate::position::Position;
use crate::storage::Storage;

/// After so many bytes the file is synced, so that the last sync is short and no flood of pages queues in front of the
/// committer's syncs on the same disk.
const BYTES_BETWEEN_SYNCS: u64 = 4 << 20;

/// A snapshot being written. [`io::Write`] takes the contents; [`SnapshotWriter::finish`] makes it one. Dropped before
/// that it leaves nothing.
pub struct SnapshotWriter {
    storage: Arc<dyn Storage>,
    dir: PathBuf,
    aside: PathBuf,
    file: Option<File>,
    info: SnapshotInfo,
    root: Root,
    /// The chunk being filled, behind room for its header.
    chunk: Vec<u8>,
    file_bytes: u64,
    synced_bytes: u64,
    faults: Faults,
}

impl SnapshotWriter {
    /// Starts a snapshot of the state behind `position` in the journal's directory.
    ///
    /// # Errors
    /// If the file cannot be made; a full disk shows as [`JournalError::Io`] and harms nothing but this snapshot.
    pub fn create(
        dir: &Path,
        storage: Arc<dyn Storage>,
        journal_id: u128,
        position: Position,
        engine_version: u64,
        rule_set: u64,
    ) -> Result<Self, JournalError> {
        let written_by = (engine_version, rule_set);
        Self::create_with(dir, storage, journal_id, position, written_by, Faults::NONE)
    }

    /// As [`SnapshotWriter::create`], with a bug in it.
    #[doc(hidden)]
    pub fn create_with(
        dir: &Path,
        storage: Arc<dyn Storage>,
        journal_id: u128,
        position: Position,
        (engine_version, rule_set): (u64, u64),
        faults: Faults,
    ) -> Result<Self, JournalError> {
        let aside = path_in(dir, position.seq).with_extension("tmp");
        let file = storage.create(&aside).map_err(IoFailure::at("create", &aside))?;
        let info = SnapshotInfo {
            journal_id,
            position,
            engine_version,
            rule_set,
            state_hash: 0,
            content_bytes: 0,
            root_hash: 0,
        };
        let mut chunk = Vec::with_capacity(CHUNK_HEADER_BYTES + CHUNK_BYTES);
        chunk.resize(CHUNK_HEADER_BYTES, 0);
        Ok(Self {
            storage,
            dir: dir.to_path_buf(),
            aside,
            file: Some(file),
            info,
            root: Root::default(),
            chunk,
            file_bytes: CHUNKS_AT,
            synced_bytes: CHUNKS_AT,
            faults,
        })
    }

    /// Writes the header, makes everything durable and gives the file its name.
    ///
    /// # Errors
    /// If any write or sync fails. Then there is no snapshot, and the ones before it are untouched.
    pub fn finish(mut self, state_hash: u64) -> Result<SnapshotInfo, JournalError> {
        self.put_chunk().map_err(IoFailure::at("write", &self.aside))?;
        self.info.state_hash = state_hash;
        self.info.root_hash = self.root.hash;
        let header = self.info.encode().sealed().repeat(2);
        let Some(file) = self.file.take() else {
            return Err(JournalError::Options("a snapshot is finished once"));
        };
        let (storage, aside) = (&self.storage, &self.aside);
        let path = path_in(&self.dir, self.info.position.seq);
        let written = storage
            .write_at(&file, &header, 0)
            .map_err(IoFailure::at("write", aside))
            .and_then(|()| match self.faults.has(Fault::SnapshotRenamedBeforeSync) {
                true => Ok(()),
                false => storage.sync_all(&file).map_err(IoFailure::at("sync", aside)),
            })
            .and_then(|()| storage.rename(aside, &path).map_err(IoFailure::at("rename to", &path)));
        if let Err(failure) = written {
            let _ = storage.remove(aside);
            return Err(failure.into());
        }
        if !self.faults.has(Fault::SnapshotDirectoryNotSynced) {
            storage.sync_directory(&self.dir).map_err(IoFailure::at("sync", &self.dir))?;
        }
        Ok(self.info)
    }

    /// Ends the current chunk and writes it.
    fn put_chunk(&mut self) -> io::Result<()> {
        let (header, contents) = self.chunk.split_at_mut(CHUNK_HEADER_BYTES);
        if contents.is_empty() {
            return Ok(());
        }
        let checksum = chunk_checksum(&self.info, self.root.chunks, contents);
        header[..4].copy_from_slice(&(contents.len() as u32).to_le_bytes());
        header[4..].copy_from_slice(&checksum.to_le_bytes());
        let file = self.file.as_ref().ok_or_else(|| io::Error::other("already finished"))?;
        self.storage.write_at(file, &self.chunk, self.file_bytes)?;
        self.info.content_bytes += (self.chunk.len() - CHUNK_HEADER_BYTES) as u64;
        self.file_bytes += self.chunk.len() as u64;
        self.root.add(checksum);
        self.chunk.truncate(CHUNK_HEADER_BYTES);
        if BYTES_BETWEEN_SYNCS <= self.file_bytes - self.synced_bytes {
            self.storage.sync_data(file)?;
            self.synced_bytes = self.file_bytes;
        }
        Ok(())
    }
}

impl io::Write for SnapshotWriter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let room = CHUNK_HEADER_BYTES + CHUNK_BYTES - self.chunk.len();
        let taken = room.min(bytes.len());
        self.chunk.extend_from_slice(&bytes[..taken]);
        if taken == room {
            self.put_chunk()?;
        }
        Ok(taken)
    }

    /// Does nothing: contents are safe after [`SnapshotWriter::finish`] and not before.
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Drop for SnapshotWriter {
    fn drop(&mut self) {
        if self.file.take().is_some() {
            // A left-over costs room only; the next clean-up removes it.
            let _ = self.storage.remove(&self.aside);
        }
    }
}
