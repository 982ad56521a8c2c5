//! `LOCK`: one writer per directory, and the second one is told who the first is.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::Path;

use rustix::fs::FlockOperation;
use rustix::io::Errno;

use crate::error::{IoFailure, JournalError};

/// Takes the directory's lock. It is held until the returned file is closed, by whatever end the process finds.
pub(crate) fn acquire(dir: &Path) -> Result<File, JournalError> {
    let path = dir.join("LOCK");
    let mut file = OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .open(&path)
        .map_err(IoFailure::at("open", &path))?;
    if !try_exclusive(&file).map_err(IoFailure::at("lock", &path))? {
        let mut text = String::new();
        // The pid only improves the message; a file that cannot be read leaves it out.
        let read = file.read_to_string(&mut text);
        let pid = read
            .ok()
            .and_then(|_| text.strip_prefix("pid ")?.split_whitespace().next()?.parse().ok());
        return Err(JournalError::Locked { path, pid });
    }
    let boot = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap_or_default();
    file.set_len(0).map_err(IoFailure::at("write", &path))?;
    write!(file, "pid {}\nboot {}\n", std::process::id(), boot.trim())
        .map_err(IoFailure::at("write", &path))?;
    Ok(file)
}

/// Whether the lock could be taken at once.
pub(crate) fn try_exclusive(file: &File) -> io::Result<bool> {
    match rustix::fs::flock(file, FlockOperation::NonBlockingLockExclusive) {
        Ok(()) => Ok(true),
        Err(Errno::WOULDBLOCK) => Ok(false),
        Err(error) => Err(error.into()),
    }
}
