//! A disk that is full when it is told to be: for tests, and to measure what a full disk does to an engine.

use std::fs::File;
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use crate::file_system::FileSystem;
use crate::storage::{Disk, Storage};

/// The real disk, which can be full: then nothing new finds room, and what has its blocks goes on.
#[derive(Debug)]
pub struct FillableDisk {
    is_full: AtomicBool,
    has_no_names: AtomicBool,
    /// Writes that still find room, whatever else is said.
    writes_left: AtomicU64,
    /// What it says of itself, if not the truth.
    file_system: Option<FileSystem>,
}

impl FillableDisk {
    /// An empty one.
    pub fn new() -> Arc<Self> {
        Self::with_room_for(u64::MAX)
    }

    /// One on which so many writes find room.
    pub fn with_room_for(writes: u64) -> Arc<Self> {
        Arc::new(Self::made(writes, None))
    }

    /// An empty one that says it is of this kind.
    pub fn on(file_system: FileSystem) -> Arc<Self> {
        Arc::new(Self::made(u64::MAX, Some(file_system)))
    }

    fn made(writes: u64, file_system: Option<FileSystem>) -> Self {
        Self {
            is_full: AtomicBool::new(false),
            has_no_names: AtomicBool::new(false),
            writes_left: AtomicU64::new(writes),
            file_system,
        }
    }

    /// Full from now on, or no longer.
    pub fn set_full(&self, is_full: bool) {
        self.is_full.store(is_full, Ordering::SeqCst);
    }

    /// Also no room for a file's new name.
    pub fn set_full_of_names(&self, is_full: bool) {
        self.has_no_names.store(is_full, Ordering::SeqCst);
    }

    fn room(&self) -> io::Result<Disk> {
        if self.is_full.load(Ordering::SeqCst) { Err(no_space()) } else { Ok(Disk) }
    }
}

fn no_space() -> io::Error {
    rustix::io::Errno::NOSPC.into()
}

impl Storage for FillableDisk {
    fn create(&self, path: &Path) -> io::Result<File> {
        Disk.create(path)
    }

    fn open(&self, path: &Path) -> io::Result<File> {
        Disk.open(path)
    }

    fn allocate(&self, file: &File, bytes: u64) -> io::Result<()> {
        self.room()?.allocate(file, bytes)
    }

    fn write_at(&self, file: &File, bytes: &[u8], offset: u64) -> io::Result<()> {
        let left = self.writes_left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| {
            if left == u64::MAX { Some(left) } else { left.checked_sub(1) }
        });
        left.map_err(|_| no_space())?;
        let has_blocks = offset + bytes.len() as u64 <= file.metadata()?.len();
        if has_blocks { Disk } else { self.room()? }.write_at(file, bytes, offset)
    }

    fn sync_data(&self, file: &File) -> io::Result<()> {
        Disk.sync_data(file)
    }

    fn sync_all(&self, file: &File) -> io::Result<()> {
        Disk.sync_all(file)
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        if self.has_no_names.load(Ordering::SeqCst) {
            return Err(no_space());
        }
        Disk.rename(from, to)
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        Disk.remove(path)
    }

    fn sync_directory(&self, path: &Path) -> io::Result<()> {
        Disk.sync_directory(path)
    }

    fn file_system(&self, dir: &Path) -> io::Result<FileSystem> {
        self.file_system.map_or_else(|| Disk.file_system(dir), Ok)
    }
}
