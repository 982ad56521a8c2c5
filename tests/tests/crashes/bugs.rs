//! Bugs on purpose, in the harness around the engine: each must be found.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clutch_journal::Storage;

use crate::disk::{SimDisk, path_of};

/// One bug. The name says what the engine then does wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bug {
    AcknowledgeAtOnce,
    AcknowledgeOneTooMany,
    ForgetIdsAfterRestart,
    AnswerARepeatedIdAnew,
    ApplyTheLastRecordTwice,
    ReleaseAgainAfterRestart,
    ForgetWhatCameAfterTheSnapshot,
    SnapshotBeforeItsRecordsAreDurable,
    LeaveDepositsOutOfSnapshots,
    JournalWholeSeconds,
}

/// All of them, each with the promise that it breaks first.
pub const BUGS: &[(Bug, &str)] = &[
    (Bug::AcknowledgeAtOnce, "acknowledged and lost"),
    (Bug::AcknowledgeOneTooMany, "acknowledged and lost"),
    // What is forgotten is decided anew, by the engine or in front of the same client.
    (Bug::ForgetIdsAfterRestart, "another answer|answered twice differently"),
    (Bug::AnswerARepeatedIdAnew, "answered twice differently"),
    (Bug::ApplyTheLastRecordTwice, "another state"),
    // What is told again is told of a bet that has moved on: its old stake comes back, or what it came to.
    (Bug::ReleaseAgainAfterRestart, "another stake|settled twice"),
    (Bug::ForgetWhatCameAfterTheSnapshot, "another state"),
    (Bug::SnapshotBeforeItsRecordsAreDurable, "a snapshot at"),
    (Bug::LeaveDepositsOutOfSnapshots, "another state"),
    (Bug::JournalWholeSeconds, "another state"),
];

/// Takes a snapshot of what is written and not yet synced, each time before a segment is.
pub struct SyncsLate {
    disk: Arc<SimDisk>,
    dir: PathBuf,
}

impl SyncsLate {
    pub fn new(disk: Arc<SimDisk>, dir: PathBuf) -> Self {
        Self { disk, dir }
    }
}

impl Storage for SyncsLate {
    fn create(&self, path: &Path) -> io::Result<File> {
        self.disk.create(path)
    }

    fn open(&self, path: &Path) -> io::Result<File> {
        self.disk.open(path)
    }

    fn allocate(&self, file: &File, bytes: u64) -> io::Result<()> {
        self.disk.allocate(file, bytes)
    }

    fn write_at(&self, file: &File, bytes: &[u8], offset: u64) -> io::Result<()> {
        self.disk.write_at(file, bytes, offset)
    }

    fn sync_data(&self, file: &File) -> io::Result<()> {
        if path_of(file).extension().is_some_and(|end| end == "clj") {
            let storage = Arc::clone(&self.disk) as Arc<dyn Storage>;
            let rule_set = clutch_core::RULE_SET;
            drop(clutch_engine::take_snapshot(&self.dir, &storage, rule_set, u64::MAX, |_| {}));
        }
        self.disk.sync_data(file)
    }

    fn sync_all(&self, file: &File) -> io::Result<()> {
        self.disk.sync_all(file)
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.disk.rename(from, to)
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        self.disk.remove(path)
    }

    fn sync_directory(&self, path: &Path) -> io::Result<()> {
        self.disk.sync_directory(path)
    }
}
