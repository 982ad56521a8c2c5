//! `LOCK`: one writer per directory, and the second one is told who the first is.
//!
//! The file holds two lines, `pid` and `boot`, padded with spaces to a fixed size. They are for people, and for the message
//! that names the holder: nothing that is decided depends on them. That there are any says that there was a journal.

use std::fs::{File, OpenOptions};
use std::io::{self, Read};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rustix::fs::FlockOperation;
use rustix::io::Errno;

use crate::error::{IoFailure, JournalError};
use crate::found_ring::boot_id;

/// Size of the text, so that a new one covers the one before on a disk without room for more.
const TEXT_BYTES: usize = 64;
/// Whoever asks for the holder has the lock for an instant: that long, and that often, an opening tries again.
const RETRY_AFTER: Duration = Duration::from_millis(5);
const RETRIES: u32 = 20;

/// The directory's lock. It is held until the file is closed, by whatever end the process finds.
pub(crate) struct Lock {
    pub file: File,
    path: PathBuf,
    /// A journal was open here before.
    pub was_signed: bool,
}

/// Takes the lock of `dir`.
pub(crate) fn acquire(dir: &Path) -> Result<Lock, JournalError> {
    let path = dir.join("LOCK");
    let mut file = open(&path).map_err(IoFailure::at("open", &path))?;
    let mut is_ours = try_exclusive(&file).map_err(IoFailure::at("lock", &path))?;
    for _ in 0..RETRIES {
        if !is_ours {
            std::thread::sleep(RETRY_AFTER);
            is_ours = try_exclusive(&file).map_err(IoFailure::at("lock", &path))?;
        }
    }
    // What it says improves a message; a file that cannot be read says nothing.
    let mut text = String::new();
    let text = file.read_to_string(&mut text).map_or("", |_| text.as_str());
    if !is_ours {
        return Err(JournalError::Locked {
            path,
            pid: said(text, "pid ").and_then(|pid| pid.parse().ok()),
        });
    }
    let was_signed = !text.is_empty();
    Ok(Lock { file, path, was_signed })
}

impl Lock {
    /// Writes down who holds it. Only once there is a `super`: what is written here says that there was one.
    pub fn sign(&self) -> Result<(), IoFailure> {
        let text = format!("pid {}\nboot {:032x}\n", std::process::id(), boot_id());
        let padding = TEXT_BYTES - 1;
        match self.file.write_all_at(format!("{text:padding$}\n").as_bytes(), 0) {
            // A full disk has room for the lock itself.
            Err(error) if error.kind() == io::ErrorKind::StorageFull => Ok(()),
            other => other.map_err(IoFailure::at("write", &self.path)),
        }
    }
}

/// The file of a lock, made if there is none; what it says stays.
pub(crate) fn open(path: &Path) -> io::Result<File> {
    OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path)
}

/// Whether a process holds the lock of `dir`, and which. To find out it takes the lock itself, for an instant and shared.
pub(crate) fn holder(dir: &Path) -> Option<Option<u32>> {
    let file = File::open(dir.join("LOCK")).ok()?;
    match rustix::fs::flock(&file, FlockOperation::NonBlockingLockShared) {
        Err(Errno::WOULDBLOCK) => {
            let text = io::read_to_string(&file).unwrap_or_default();
            Some(said(&text, "pid ").and_then(|pid| pid.parse().ok()))
        }
        Ok(()) | Err(_) => None,
    }
}

/// Whether a journal was ever open in `dir`.
pub(crate) fn is_signed(dir: &Path) -> bool {
    std::fs::metadata(dir.join("LOCK")).is_ok_and(|about| 0 < about.len())
}

/// Whether the lock could be taken at once.
pub(crate) fn try_exclusive(file: &File) -> io::Result<bool> {
    match rustix::fs::flock(file, FlockOperation::NonBlockingLockExclusive) {
        Ok(()) => Ok(true),
        Err(Errno::WOULDBLOCK) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

fn said<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    text.lines()
        .find_map(|line| line.strip_prefix(name))
        .map(str::trim)
        .filter(|said| !said.is_empty())
}
