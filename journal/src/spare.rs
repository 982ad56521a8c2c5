//! Files of real zeros, ready to become segments.
//!
//! A spare has its blocks reserved, its zeros written and synced before anybody relies on it, so that a later sync writes
//! data and no metadata, and a full disk can no longer hurt it.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use crate::error::IoFailure;
use crate::faults::{Fault, Faults};
use crate::segment::{ActiveSegment, SegmentHeader, file_name};
use crate::storage::Storage;

static ZEROS: [u8; 256 * 1024] = [0; 256 * 1024];

/// A spare that is being made.
pub(crate) struct Unfinished {
    pub file: File,
    path: PathBuf,
    bytes: u64,
    written: u64,
    faults: Faults,
}

impl Unfinished {
    /// Makes the file and reserves its blocks.
    pub fn start(
        path: PathBuf,
        bytes: u64,
        storage: &dyn Storage,
        faults: Faults,
    ) -> Result<Self, IoFailure> {
        let file = storage.create(&path).map_err(IoFailure::at("create", &path))?;
        let this = Self { file, path, bytes, written: 0, faults };
        if !faults.has(Fault::SpareNotReserved)
            && let Err(error) = storage.allocate(&this.file, bytes)
        {
            let failure = IoFailure::at("reserve room for", &this.path)(error);
            this.discard(storage);
            return Err(failure);
        }
        Ok(this)
    }

    /// Takes a file that an earlier run left, if it has exactly the size: its blocks are reserved already, and writing
    /// the zeros once more proves what nothing else can, that they are zeros.
    pub fn reuse(
        path: PathBuf,
        bytes: u64,
        storage: &dyn Storage,
        faults: Faults,
    ) -> Result<Option<Self>, IoFailure> {
        if fs::metadata(&path).map_or(0, |about| about.len()) != bytes {
            return Ok(None);
        }
        let file = storage.open(&path).map_err(IoFailure::at("open", &path))?;
        Ok(Some(Self { file, path, bytes, written: 0, faults }))
    }

    /// Writes the next piece of zeros; whether all are written.
    pub fn write_more(&mut self, storage: &dyn Storage) -> Result<bool, IoFailure> {
        let piece = (ZEROS.len() as u64).min(self.bytes - self.written);
        if self.faults.has(Fault::SpareNotZeroed) {
            return Ok(true);
        }
        storage
            .write_at(&self.file, &ZEROS[..piece as usize], self.written)
            .map_err(IoFailure::at("write zeros to", &self.path))?;
        self.written += piece;
        Ok(self.written == self.bytes)
    }

    /// Syncs what was written so far, so that the last sync is short.
    pub fn sync(&self, storage: &dyn Storage) -> Result<(), IoFailure> {
        storage.sync_data(&self.file).map_err(IoFailure::at("sync", &self.path))
    }

    /// Makes it durable.
    pub fn finish(self, storage: &dyn Storage) -> Result<Spare, IoFailure> {
        let Self { file, path, bytes, faults, .. } = self;
        storage.sync_all(&file).map_err(IoFailure::at("sync", &path))?;
        Ok(Spare { file, path, bytes, faults })
    }

    /// Removes it. One that stays behind is removed at the next opening.
    pub fn discard(self, storage: &dyn Storage) {
        let _ = storage.remove(&self.path);
    }
}

/// A file of real zeros that has no place in the journal yet.
pub(crate) struct Spare {
    file: File,
    path: PathBuf,
    bytes: u64,
    faults: Faults,
}

/// What became of a spare that was to become a segment.
pub(crate) enum Promoted {
    Segment(ActiveSegment),
    /// The directory has no room for the name, and the spare is still one.
    NoRoom(Spare),
}

impl Spare {
    /// Makes one here and now, while nobody waits. On a full disk the reserve serves, if there is one.
    pub fn make(
        dir: &Path,
        bytes: u64,
        storage: &dyn Storage,
        faults: Faults,
    ) -> Result<Self, IoFailure> {
        let made = Unfinished::start(dir.join("spare-0"), bytes, storage, faults);
        let mut unfinished = match made {
            Err(failure) if failure.is_no_room() => {
                let kept = (0..).map(|number| reserve_path(dir, number));
                let mut kept = kept.take_while(|path| path.exists());
                let found = kept
                    .find_map(|path| Unfinished::reuse(path, bytes, storage, faults).transpose());
                found.unwrap_or(Err(failure))?
            }
            other => other?,
        };
        while !unfinished.write_more(storage)? {}
        unfinished.finish(storage)
    }

    /// Gives the file its header, its name and its place in the directory, all of it durable.
    pub fn become_segment(
        self,
        dir: &Path,
        header: SegmentHeader,
        storage: &dyn Storage,
    ) -> Result<Promoted, IoFailure> {
        assert!(
            header.segment_bytes == self.bytes,
            "a spare is made to the size of the segment it becomes"
        );
        let copies = header.encode().sealed().repeat(2);
        storage
            .write_at(&self.file, &copies, 0)
            .map_err(IoFailure::at("write the header of", &self.path))?;
        if !self.faults.has(Fault::HeaderNotSynced) {
            storage.sync_data(&self.file).map_err(IoFailure::at("sync", &self.path))?;
        }
        let path = dir.join(file_name(header.first_seq));
        match storage.rename(&self.path, &path).map_err(IoFailure::at("rename to", &path)) {
            Err(failure) if failure.is_no_room() => return Ok(Promoted::NoRoom(self)),
            other => other?,
        }
        if !self.faults.has(Fault::SkipDirectorySync) {
            storage.sync_directory(dir).map_err(IoFailure::at("sync", dir))?;
        }
        Ok(Promoted::Segment(ActiveSegment { file: self.file, path, header }))
    }

    /// Removes a spare that nobody needs any more. One that stays behind is removed at the next opening.
    pub fn discard(self, storage: &dyn Storage) {
        let _ = storage.remove(&self.path);
    }
}

/// Where a spare is made.
pub(crate) fn spare_path(dir: &Path, number: u64) -> PathBuf {
    dir.join(format!("spare-{number}"))
}

/// Where a file of the emergency reserve lies.
pub(crate) fn reserve_path(dir: &Path, number: usize) -> PathBuf {
    dir.join(format!("reserve-{number}"))
}

/// Whether spares or a reserve lie in `dir`.
pub(crate) fn is_any_in(dir: &Path) -> Result<bool, IoFailure> {
    for entry in fs::read_dir(dir).map_err(IoFailure::at("list", dir))? {
        let name = entry.map_err(IoFailure::at("list", dir))?.file_name();
        let is_one = |prefix| numbered(&name, prefix).is_some();
        if is_one("spare-") || is_one("reserve-") {
            return Ok(true);
        }
    }
    Ok(false)
}

fn numbered(name: &OsStr, prefix: &str) -> Option<usize> {
    name.to_str()?.strip_prefix(prefix)?.parse().ok()
}

/// Removes what earlier runs prepared and never used: nothing proves that those files are zero. Files of the reserve
/// stay, up to `reserve` of them, because their blocks may be all that a full disk has left; they are zeroed again.
pub(crate) fn remove_spares(
    dir: &Path,
    reserve: usize,
    bytes: u64,
    storage: &dyn Storage,
) -> Result<(), IoFailure> {
    for entry in fs::read_dir(dir).map_err(IoFailure::at("list", dir))? {
        let entry = entry.map_err(IoFailure::at("list", dir))?;
        let (name, path) = (entry.file_name(), entry.path());
        let number = |prefix: &str| numbered(&name, prefix);
        let has_size = || entry.metadata().is_ok_and(|about| about.len() == bytes);
        let is_left_over = number("spare-").is_some()
            || number("reserve-").is_some_and(|number| reserve <= number || !has_size());
        if is_left_over {
            storage.remove(&path).map_err(IoFailure::at("remove", &path))?;
        }
    }
    Ok(())
}

impl IoFailure {
    /// Whether the disk, or this user's share of it, is full: an answer and no damage.
    pub(crate) fn is_no_room(&self) -> bool {
        matches!(self.source.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded)
    }
}
