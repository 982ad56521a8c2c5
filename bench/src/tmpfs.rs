//! Where benches keep files that no disk shall slow down.

use std::path::{Path, PathBuf};

/// A directory in memory if the system has one; its directory for temporary files otherwise.
pub fn directory() -> PathBuf {
    let memory = Path::new("/dev/shm");
    if memory.is_dir() { memory.to_path_buf() } else { std::env::temp_dir() }
}
