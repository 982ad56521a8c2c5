//! What the journal's directory is on, and whether that keeps what it syncs.
//!
//! On a network file system a sync ends at somebody else's machine and cache, locks may be advisory only, and a mapping may
//! show old bytes. On an overlay the directory lives as long as its container. Both are refused unless the operator says
//! that it does not matter.

use std::path::Path;

use crate::error::{IoFailure, JournalError};
use crate::faults::Fault;
use crate::options::Options;

/// A file system, by the number it gives of itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FileSystem {
    /// Its name, as far as it is known.
    pub name: &'static str,
    /// How far it can be trusted.
    pub trust: Trust,
}

/// How far a file system can be trusted with what it has called synced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trust {
    /// A local disk.
    Local,
    /// Memory: gone with the machine's power. Allowed, because everybody who puts a journal there knows.
    Memory,
    /// Not to be trusted.
    Unsafe,
}

/// Numbers from the kernel's `linux/magic.h` and from statfs(2).
const KNOWN: &[(u32, &str, Trust)] = &[
    (0x0000_ef53, "ext4", Trust::Local),
    (0x5846_5342, "XFS", Trust::Local),
    (0x9123_683e, "Btrfs", Trust::Local),
    (0x2fc1_2fc1, "ZFS", Trust::Local),
    (0xf2f5_2010, "F2FS", Trust::Local),
    (0xca45_1a4e, "bcachefs", Trust::Local),
    (0x0102_1994, "tmpfs", Trust::Memory),
    (0x8584_58f6, "ramfs", Trust::Memory),
    (0x794c_7630, "an overlay file system", Trust::Unsafe),
    (0x0000_6969, "NFS", Trust::Unsafe),
    (0xff53_4d42, "CIFS", Trust::Unsafe),
    (0xfe53_4d42, "SMB", Trust::Unsafe),
    (0x0000_517b, "SMB", Trust::Unsafe),
    (0x0102_1997, "9P", Trust::Unsafe),
    (0x6573_5546, "FUSE", Trust::Unsafe),
    (0x00c3_6400, "Ceph", Trust::Unsafe),
    (0x5346_414f, "AFS", Trust::Unsafe),
    (0x0bd0_0bd0, "Lustre", Trust::Unsafe),
    (0x4750_4653, "GPFS", Trust::Unsafe),
    (0x7461_636f, "OCFS2", Trust::Unsafe),
    (0x0116_1970, "GFS2", Trust::Unsafe),
    (0x6a65_6a62, "a shared folder of a virtual machine", Trust::Unsafe),
    (0x786f_4256, "a shared folder of a virtual machine", Trust::Unsafe),
    (0xbacb_acbc, "a shared folder of a virtual machine", Trust::Unsafe),
];

impl FileSystem {
    /// The one with this number. One that is not known is taken for a local disk: there are many of them.
    fn of(magic: u32) -> Self {
        let known = KNOWN.iter().find(|(number, ..)| *number == magic);
        known.map_or(Self { name: "unknown", trust: Trust::Local }, |(_, name, trust)| Self {
            name,
            trust: *trust,
        })
    }

    /// What `dir` is on.
    pub fn of_directory(dir: &Path) -> std::io::Result<Self> {
        let about = rustix::fs::statfs(dir)?;
        // The kernel's number has 32 bits, whatever the type's width is here.
        Ok(Self::of(about.f_type as u32))
    }
}

/// Refuses a directory on a file system that is not to be trusted, unless the options allow it.
pub(crate) fn check(dir: &Path, options: &Options) -> Result<FileSystem, JournalError> {
    let found = options.storage.file_system(dir);
    let found = found.map_err(IoFailure::at("ask for the file system of", dir))?;
    judge(dir, found, options.unsafe_storage || options.faults.has(Fault::StorageNotChecked))
}

fn judge(dir: &Path, found: FileSystem, is_allowed: bool) -> Result<FileSystem, JournalError> {
    match found.trust {
        Trust::Unsafe if !is_allowed => {
            Err(JournalError::UnsafeStorage { dir: dir.to_path_buf(), kind: found.name })
        }
        Trust::Unsafe | Trust::Local | Trust::Memory => Ok(found),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn network_and_overlay_file_systems_are_refused_by_name_unless_allowed() {
        let refused = |magic| judge(Path::new("data"), FileSystem::of(magic), false);
        for (magic, name) in [(0x6969, "NFS"), (0x794c_7630, "overlay"), (0xff53_4d42, "CIFS")] {
            let error = refused(magic).map_err(|error| error.to_string());
            assert!(
                error
                    .is_err_and(|words| words.contains(name) && words.contains("--unsafe-storage"))
            );
            assert!(judge(Path::new("data"), FileSystem::of(magic), true).is_ok());
        }
        for magic in [0xef53, 0x5846_5342, 0x9123_683e, 0x0102_1994, 0x1234_5678] {
            assert!(refused(magic).is_ok());
        }
    }

    #[test]
    fn a_directory_says_what_it_is_on() {
        let memory = Path::new("/dev/shm");
        let found = FileSystem::of_directory(memory).map(|found| found.trust);
        assert!(!memory.is_dir() || matches!(found, Ok(Trust::Memory)), "{found:?}");
    }
}
