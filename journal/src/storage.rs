//! Everything the journal changes on a disk goes through [`Storage`], so that tests can fail any call.
//!
//! Reading does not: it goes through read-only mappings of whole files.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::unix::fs::{FileExt, OpenOptionsExt};
use std::path::Path;

use rustix::fs::FallocateFlags;
use rustix::io::Errno;

use crate::error::IoFailure;
use crate::file_system::FileSystem;

/// The calls that change a disk. Nothing is retried by a caller: an error is the end of that journal's writer.
pub trait Storage: Send + Sync {
    /// Makes a file, or empties it if it exists, and opens it for reading and writing.
    fn create(&self, path: &Path) -> io::Result<File>;
    /// Opens an existing file for reading and writing.
    fn open(&self, path: &Path) -> io::Result<File>;
    /// Reserves real blocks for the first `bytes` of the file and makes it at least that long.
    fn allocate(&self, file: &File, bytes: u64) -> io::Result<()>;
    /// Writes all of `bytes` at `offset`.
    fn write_at(&self, file: &File, bytes: &[u8], offset: u64) -> io::Result<()>;
    /// Makes the file's data durable.
    fn sync_data(&self, file: &File) -> io::Result<()>;
    /// Makes the file's data and all its metadata durable.
    fn sync_all(&self, file: &File) -> io::Result<()>;
    /// Gives a file another name, replacing what had it.
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()>;
    /// Removes a file.
    fn remove(&self, path: &Path) -> io::Result<()>;
    /// Makes the names in a directory durable.
    fn sync_directory(&self, path: &Path) -> io::Result<()>;
    /// What a directory is on. Changes nothing; it is here so that a test can be on any.
    fn file_system(&self, dir: &Path) -> io::Result<FileSystem> {
        FileSystem::of_directory(dir)
    }
}

/// The real one.
#[derive(Clone, Copy, Debug, Default)]
pub struct Disk;

impl Storage for Disk {
    fn create(&self, path: &Path) -> io::Result<File> {
        OpenOptions::new().read(true).write(true).create(true).truncate(true).mode(0o640).open(path)
    }

    fn open(&self, path: &Path) -> io::Result<File> {
        OpenOptions::new().read(true).write(true).open(path)
    }

    fn allocate(&self, file: &File, bytes: u64) -> io::Result<()> {
        match rustix::fs::fallocate(file, FallocateFlags::empty(), 0, bytes) {
            // Some file systems cannot reserve; writing the zeros, which always follows, takes the blocks there.
            Err(Errno::OPNOTSUPP) => file.set_len(bytes),
            other => Ok(other?),
        }
    }

    fn write_at(&self, file: &File, bytes: &[u8], offset: u64) -> io::Result<()> {
        file.write_all_at(bytes, offset)
    }

    fn sync_data(&self, file: &File) -> io::Result<()> {
        file.sync_data()
    }

    fn sync_all(&self, file: &File) -> io::Result<()> {
        file.sync_all()
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        fs::rename(from, to)
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        fs::remove_file(path)
    }

    fn sync_directory(&self, path: &Path) -> io::Result<()> {
        File::open(path)?.sync_all()
    }
}

/// Makes a directory and those above it that are missing, each durable under its name.
pub(crate) fn make_directory(dir: &Path, storage: &dyn Storage) -> Result<(), IoFailure> {
    let missing: Vec<&Path> = dir.ancestors().take_while(|path| !path.exists()).collect();
    fs::create_dir_all(dir).map_err(IoFailure::at("create", dir))?;
    for made in missing.into_iter().filter(|path| !path.as_os_str().is_empty()) {
        let above = made.parent().filter(|path| !path.as_os_str().is_empty());
        match storage.sync_directory(above.unwrap_or(Path::new("."))) {
            // One may be allowed to make names in it and not to look at it; then they last a little later.
            Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {}
            other => other.map_err(IoFailure::at("sync the directory above", made))?,
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::os::unix::fs::MetadataExt;

    use super::*;

    /// A file that only claims to be so long has no room when it is needed, and under a mapping that is a SIGBUS.
    #[test]
    fn reserved_blocks_are_real_ones() {
        let dir = crate::test_dir();
        let file = Disk.create(&dir.path().join("file")).unwrap();
        Disk.allocate(&file, 1 << 20).unwrap();
        let about = file.metadata().unwrap();
        assert_eq!((about.len(), 1 << 20 <= about.blocks() * 512), (1 << 20, true), "{about:?}");
    }
}
