//! `LOCK`: one writer per directory, and the second one is told who the first is.
//!
//! The file holds two lines, `pid` and `boot`, padded with spaces to a fixed size, and behind them `ring`, which says while
//! a writer lives whether its ring lies on tmpfs. They are written over what is there, so that a full disk is no reason
//! not to start. The boot id tells the next opening whether what lies in memory under the ring's name can be what this one
//! left there, and the last line whether there should be something.

use std::fs::{File, OpenOptions};
use std::io::{self, Read};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rustix::fs::FlockOperation;
use rustix::io::Errno;

use crate::error::{IoFailure, JournalError};

/// Where the line about the ring begins.
const RING_AT: usize = 64;
const RING_BYTES: usize = 32;
/// What it says of a ring that outlives its process.
const ON_TMPFS: &str = "tmpfs";
/// Whoever asks for the holder has the lock for an instant: that long, and that often, an opening tries again.
const RETRY_AFTER: Duration = Duration::from_millis(5);
const RETRIES: u32 = 20;

/// The directory's lock. It is held until the file is closed, by whatever end the process finds.
pub(crate) struct Lock {
    pub file: File,
    path: PathBuf,
    /// A journal was open here before.
    pub was_signed: bool,
    /// Whether the opening before this one was on the same boot of the machine.
    pub is_same_boot: bool,
    /// Whether that one kept its ring on tmpfs and never came to a clean stop.
    pub left_a_ring: bool,
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
    // What it says improves a message and guards the ring; a file that cannot be read says nothing.
    let mut text = String::new();
    let text = file.read_to_string(&mut text).map_or("", |_| text.as_str());
    if !is_ours {
        return Err(JournalError::Locked {
            path,
            pid: said(text, "pid ").and_then(|pid| pid.parse().ok()),
        });
    }
    let boot = boot_id();
    // Where the kernel does not say, the ring has to prove itself by its chain alone.
    let is_same_boot = boot.is_empty() || said(text, "boot ").is_some_and(|before| before == boot);
    let left_a_ring = said(text, "ring ") == Some(ON_TMPFS);
    let was_signed = !text.is_empty();
    Ok(Lock { file, path, was_signed, is_same_boot, left_a_ring })
}

impl Lock {
    /// Writes down who holds it. Only once there is a `super`: what is written here says that there was one.
    pub fn sign(&self) -> Result<(), IoFailure> {
        let text = format!("pid {}\nboot {}\n", std::process::id(), boot_id());
        let padding = RING_AT - 1;
        match self.file.write_all_at(format!("{text:padding$}\n").as_bytes(), 0) {
            // A full disk has room for the lock itself. Without its text the next opening trusts no ring, which is safe.
            Err(error) if error.kind() == io::ErrorKind::StorageFull => Ok(()),
            other => other.map_err(IoFailure::at("write", &self.path)),
        }
    }
}

/// The file of a lock, made if there is none; what it says stays.
pub(crate) fn open(path: &Path) -> io::Result<File> {
    OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path)
}

/// Notes in the lock's file whether there is a ring on tmpfs now. It only improves what the next opening can say, so
/// that a failure here is none of the journal.
pub(crate) fn note_ring(lock: &File, is_on_tmpfs: bool) {
    let text = if is_on_tmpfs { format!("ring {ON_TMPFS}\n") } else { "\n".to_owned() };
    let _ = lock.write_all_at(format!("{text:RING_BYTES$}").as_bytes(), RING_AT as u64);
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

/// The kernel's number of this boot; empty where it does not say.
fn boot_id() -> String {
    let read = std::fs::read_to_string("/proc/sys/kernel/random/boot_id");
    read.map(|id| id.trim().to_owned()).unwrap_or_default()
}
