//! A directory that is removed with the test, and with it the rings in shared memory that killed processes
//! leave behind.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use clutch_journal::Reader;

pub struct DataDir(PathBuf);

impl DataDir {
    pub fn new(name: &str) -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let process = std::process::id();
        let path = std::env::temp_dir().join(format!("clutch-e2e-{name}-{process}-{number}"));
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    /// Where the journal is, or will be.
    pub fn journal(&self) -> PathBuf {
        self.0.join("journal")
    }

    /// A file beside the journal.
    pub fn file(&self, name: &str, text: &str) -> PathBuf {
        let path = self.0.join(name);
        std::fs::write(&path, text).unwrap();
        path
    }

    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for DataDir {
    fn drop(&mut self) {
        for entry in std::fs::read_dir(&self.0).into_iter().flatten().flatten() {
            if let Ok(reader) = Reader::open(&entry.path()) {
                let its_rings = format!("clutch-{:032x}-", reader.journal_id());
                for ring in std::fs::read_dir("/dev/shm").into_iter().flatten().flatten() {
                    if ring.file_name().to_string_lossy().starts_with(&its_rings) {
                        let _ = std::fs::remove_file(ring.path());
                    }
                }
            }
        }
        // A failed test leaves its journal for whoever looks into it.
        if std::thread::panicking() {
            eprintln!("left for inspection: {}", self.0.display());
        } else {
            let _ = std::fs::remove_dir_all(&self.0);
        }
    }
}
