//! Which ring is a journal's own, and what an earlier life left in it. This is the one place that says so: the start,
//! `verify` and every reader ask [`look`].
//!
//! Every opening keeps its ring in a file with a name of its own. Before anything is appended `super` notes that name, the
//! boot of the machine and what an append promised to others; a clean stop takes the note away. So there is one file that
//! can hold something, or none:
//!
//! | `super` notes | under that name | what was left |
//! |---|---|---|
//! | no ring, or one of another boot | whatever | nothing: it was stopped cleanly, or memory did not outlive its boot |
//! | a ring of this boot | a file of this user | its records, as far as they continue the chain |
//! | a ring of this boot | a file of another user | what nobody here may read: the start halts |
//! | a ring of this boot | nothing, or no ring | it is gone: the start halts if an append was a promise |
//!
//! A copy of the directory that goes its own way never meets the ring of its original, because its first opening draws
//! another name. Where the kernel does not say which boot it is, a missing ring counts as one of another boot.

use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::{FileExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use rustix::fs::OFlags;

use crate::error::{IoFailure, JournalError};
use crate::faults::{Fault, Faults};
use crate::lock;
use crate::options::Durability;
use crate::superblock::Superblock;

/// What `super` says of the ring of the opening that wrote it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct RingNote {
    /// Drawn at random for each opening; part of the file's name, never 0.
    pub name: u64,
    /// The boot of the machine; 0 where the kernel does not say.
    pub boot: u128,
    /// Whether what had been appended was a promise.
    pub durability: Durability,
}

/// The file of the ring with this name.
pub(crate) fn path_in(shm_dir: &Path, journal_id: u128, name: u64) -> PathBuf {
    shm_dir.join(file_name(journal_id, name))
}

fn file_name(journal_id: u128, name: u64) -> String {
    format!("clutch-{journal_id:032x}-{name:016x}")
}

/// What the opening before this one left in memory.
pub(crate) enum Left {
    Nothing,
    Ring(FoundRing),
    /// There was a ring, and it is gone: where it was.
    Gone(PathBuf),
}

impl Left {
    /// Why a start halts here although the segments end well at record `last`: a ring is gone in which there may have been
    /// what was promised.
    pub fn halt(&self, superblock: &Superblock, last: u64) -> Option<JournalError> {
        let was_promise =
            superblock.ring.is_some_and(|note| note.durability == Durability::Process);
        match self {
            Self::Gone(path) if was_promise => {
                Some(JournalError::RingGone { path: path.clone(), last })
            }
            Self::Gone(_) | Self::Nothing | Self::Ring(_) => None,
        }
    }
}

/// Whether whoever asks will go on with the journal, or only looks, perhaps beside its writer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum For {
    Writing,
    Reading,
}

/// Looks for what was left, by the table above. For writing the ring is locked, too.
///
/// # Errors
/// [`JournalError::Locked`] if a copy of this directory that was made while its original was open is being opened beside
/// it, and [`JournalError::RingOfOther`] if this user may not have it.
pub(crate) fn look(
    superblock: &Superblock,
    shm_dir: Option<&Path>,
    what_for: For,
    faults: Faults,
) -> Result<Left, JournalError> {
    let Some(note) = superblock.ring else { return Ok(Left::Nothing) };
    let boot = boot_id();
    let is_boot_known = boot != 0 && note.boot != 0;
    if is_boot_known && boot != note.boot && !faults.has(Fault::RingOfOtherBoot) {
        return Ok(Left::Nothing);
    }
    let absent = |path| if is_boot_known { Left::Gone(path) } else { Left::Nothing };
    let Some(shm_dir) = shm_dir else {
        return Ok(absent(PathBuf::from(file_name(superblock.journal_id, note.name))));
    };
    let path = path_in(shm_dir, superblock.journal_id, note.name);
    let opened = OpenOptions::new()
        .read(true)
        .write(what_for == For::Writing)
        .custom_flags(OFlags::NOFOLLOW.bits() as i32)
        .open(&path);
    let file = match opened {
        Ok(file) => file,
        Err(error) => {
            return match error.kind() {
                io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => Ok(absent(path)),
                io::ErrorKind::PermissionDenied => Err(JournalError::RingOfOther {
                    owner: std::fs::symlink_metadata(&path).ok().map(|about| about.uid()),
                    path,
                }),
                _ => Err(IoFailure::at("open", &path)(error).into()),
            };
        }
    };
    let about = file.metadata().map_err(IoFailure::at("look at", &path))?;
    if about.uid() != rustix::process::geteuid().as_raw() && what_for == For::Writing {
        return Err(JournalError::RingOfOther { owner: Some(about.uid()), path });
    }
    if what_for == For::Writing
        && !lock::try_exclusive(&file).map_err(IoFailure::at("lock", &path))?
    {
        return Err(JournalError::Locked { path, pid: None });
    }
    let bytes = about.len() as usize;
    if !about.is_file() || !bytes.is_power_of_two() || bytes < rustix::param::page_size() {
        return Ok(absent(path));
    }
    Ok(Left::Ring(FoundRing { file, path, bytes }))
}

/// A ring that an earlier life of this journal left, or that its writer has now.
pub(crate) struct FoundRing {
    file: File,
    path: PathBuf,
    bytes: usize,
}

impl FoundRing {
    /// The whole ring, turned so that the byte of `stream_offset` comes first. It is read without a mapping: what a writer
    /// does meanwhile may come out torn, and the chain decides.
    pub fn contents_from(&self, stream_offset: u64) -> Result<Vec<u8>, IoFailure> {
        let start = stream_offset as usize & (self.bytes - 1);
        let mut contents = vec![0; self.bytes];
        let (until_end, from_start) = contents.split_at_mut(self.bytes - start);
        self.file
            .read_exact_at(until_end, start as u64)
            .and_then(|()| self.file.read_exact_at(from_start, 0))
            .map_err(IoFailure::at("read", &self.path))?;
        Ok(contents)
    }

    /// Removes it, once everything in it is in the segments and `super` names it no more.
    pub fn remove(self) {
        // One that stays behind costs memory and nothing else.
        let _ = std::fs::remove_file(&self.path);
    }
}

/// The kernel's number of this boot; 0 where it does not say.
pub(crate) fn boot_id() -> u128 {
    let text = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap_or_default();
    u128::from_str_radix(&text.trim().replace('-', ""), 16).unwrap_or(0)
}
