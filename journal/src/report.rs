//! What verifying finds, and what it comes to.

use std::path::{Path, PathBuf};

use crate::error::JournalError;
use crate::snapshot;

/// What a journal is, all in all; in order of seriousness.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    /// Nothing is wrong.
    Clean,
    /// It ends with the remains of an unfinished write, which the next start cuts. Nothing that was promised is lost.
    TornTail,
    /// Something is damaged or missing.
    Damaged,
}

/// How serious a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    /// Healed by a second copy, or no concern of recovery.
    Note,
    /// The remains of an unfinished write.
    TornTail,
    /// Damage, or something that is missing.
    Damage,
}

/// One thing that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// How serious it is.
    pub severity: Severity,
    /// The file, or the directory if a file is missing.
    pub file: PathBuf,
    /// Where in the file.
    pub offset: u64,
    /// The records concerned, first and last; `None` if no record is.
    pub records: Option<(u64, u64)>,
    /// What it is, in words.
    pub what: String,
}

/// All that `verify` found.
#[derive(Debug)]
pub struct Report {
    /// It is the archive of a journal, read without that journal.
    pub is_archive: bool,
    /// The journal's identity; 0 if `super` does not say.
    pub journal_id: u128,
    /// The engine that wrote it last.
    pub engine_version: u64,
    /// What that engine says of its rules; see [`crate::Options::rule_set`].
    pub rule_set: u64,
    /// The oldest record that should be there.
    pub first_seq: u64,
    /// The last record that a start would come to, or where it halts, the last one before.
    pub last_seq: u64,
    /// Valid records that were read, the ring's included.
    pub records: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Segments that were read.
    pub segments: usize,
    /// How many of them lie in the archive beside the journal.
    pub archived_segments: usize,
    /// The snapshots' records, as far as they are good.
    pub good_snapshots: Vec<u64>,
    /// The process that has the journal open for writing, if one does; its number, if it left it.
    pub writer: Option<Option<u32>>,
    /// Why a start would halt, in its words; `None` if it would not.
    pub halt: Option<JournalError>,
    /// Everything, in the order in which it was found.
    pub findings: Vec<Finding>,
}

impl Report {
    /// The worst of the findings.
    pub fn class(&self) -> Class {
        let classes = self.findings.iter().map(|finding| match finding.severity {
            Severity::Note => Class::Clean,
            Severity::TornTail => Class::TornTail,
            Severity::Damage => Class::Damaged,
        });
        classes.max().unwrap_or(Class::Clean)
    }

    pub(crate) fn add(&mut self, severity: Severity, file: PathBuf, offset: u64, what: String) {
        self.findings.push(Finding { severity, file, offset, records: None, what });
    }

    /// Adds an error as damage, with as much of its place as it names.
    pub(crate) fn add_error(&mut self, error: &JournalError, dir: &Path) {
        let (file, offset, records, what) = match error {
            JournalError::Corrupt { file, offset, seq, what } => {
                (file.clone(), *offset, (0 < *seq).then_some((*seq, *seq)), what.clone())
            }
            JournalError::Epoch { file, offset, seq, .. } => {
                (file.clone(), *offset, Some((*seq, *seq)), error.to_string())
            }
            JournalError::Gap { first_missing, last_missing, .. } => {
                (dir.to_path_buf(), 0, Some((*first_missing, *last_missing)), error.to_string())
            }
            JournalError::Foreign { file, records, .. }
            | JournalError::NewerFormat { file, records, .. } => {
                (file.clone(), 0, *records, error.to_string())
            }
            JournalError::Diverged { seq, .. } => {
                (snapshot::path_in(dir, *seq), 0, Some((*seq, *seq)), error.to_string())
            }
            other => (dir.to_path_buf(), 0, None, other.to_string()),
        };
        self.findings.push(Finding { severity: Severity::Damage, file, offset, records, what });
    }
}
