//! What opening or reading a journal can say. Every message names the file and what to look at.

use std::io;
use std::path::{Path, PathBuf};

/// A call to the operating system that failed, with what it was for.
#[derive(Debug, thiserror::Error)]
#[error("cannot {op} {}: {source}", path.display())]
pub struct IoFailure {
    /// What was tried, as a verb.
    pub op: &'static str,
    /// The file or directory.
    pub path: PathBuf,
    /// The operating system's answer.
    pub source: io::Error,
}

impl IoFailure {
    /// For `map_err`: adds the verb and the path to the operating system's answer.
    pub(crate) fn at(op: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_path_buf();
        move |source| Self { op, path, source }
    }
}

/// Why a journal cannot be opened or read on.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// The configuration itself is wrong.
    #[error("journal options: {0}")]
    Options(&'static str),
    /// The path names something that is not a directory.
    #[error("{} is not a directory", path.display())]
    NotADirectory {
        /// The path that was given.
        path: PathBuf,
    },
    /// The path names nothing.
    #[error("{} does not exist", path.display())]
    NoDirectory {
        /// The path that was given.
        path: PathBuf,
    },
    /// A reader was pointed at a directory without a journal.
    #[error("{} holds no journal (it has no file named `super`)", path.display())]
    NotAJournal {
        /// The directory.
        path: PathBuf,
    },
    /// The directory holds what was archived from a journal, and not the journal.
    #[error("{} is an archive of journal {journal:032x} and no journal by itself; name it with --archive beside the journal's own directory", path.display())]
    Archive {
        /// The directory.
        path: PathBuf,
        /// The journal.
        journal: u128,
    },
    /// The operating system refuses access, or the disk is mounted read-only.
    #[error("no rights to {op} {}: {source}; a server must be able to write in the journal's directory, and a tool to read in it", path.display())]
    NoRights {
        /// What was tried.
        op: &'static str,
        /// Where.
        path: PathBuf,
        /// The operating system's answer.
        source: io::Error,
    },
    /// Another process has this journal open for writing.
    #[error("{} is in use by {}: a journal has one writer", path.display(), holder(*pid))]
    Locked {
        /// The locked file: the directory's `LOCK`, or the ring when a copy of this directory is open elsewhere.
        path: PathBuf,
        /// The process that holds it, if it left its number.
        pid: Option<u32>,
    },
    /// A file of another journal lies in this directory.
    #[error("{} belongs to journal {found:032x}, but this is journal {expected:032x}{}", file.display(), should_hold(*records))]
    Foreign {
        /// The file.
        file: PathBuf,
        /// The journal named in it.
        found: u128,
        /// The journal this directory holds.
        expected: u128,
        /// The records that should be in it, first and last, if it should hold any.
        records: Option<(u64, u64)>,
    },
    /// The file was written by a newer release.
    #[error("{} has journal format {found}; this release reads up to format {supported}{}", file.display(), should_hold(*records))]
    NewerFormat {
        /// The file.
        file: PathBuf,
        /// Its format.
        found: u32,
        /// The newest this release knows.
        supported: u32,
        /// The records that should be in it, first and last, if it should hold any.
        records: Option<(u64, u64)>,
    },
    /// Bytes that were there are damaged. Nothing was changed.
    #[error("{} is damaged at offset {offset}{}: {what}", file.display(), record_at(*seq))]
    Corrupt {
        /// The file.
        file: PathBuf,
        /// Where in the file.
        offset: u64,
        /// The record that should start there (the first that is lost); 0 if no record is concerned.
        seq: u64,
        /// What is wrong, and what follows from it.
        what: String,
    },
    /// A record or segment from an earlier opening stands behind one from a later opening.
    #[error("{} goes back in time at offset {offset}: record {seq} is of opening {found}, but what comes before it is of opening {expected}; it is of another copy of this journal", file.display())]
    Epoch {
        /// The file.
        file: PathBuf,
        /// Where in the file.
        offset: u64,
        /// The record.
        seq: u64,
        /// The opening it says it was written in.
        found: u32,
        /// The opening of the record before it.
        expected: u32,
    },
    /// A whole segment is missing.
    #[error("records {first_missing} to {last_missing} are missing: the segment that held them is not in {}{}", dir.display(), renamed(under.as_deref()))]
    Gap {
        /// The journal's directory.
        dir: PathBuf,
        /// First record that should be there.
        first_missing: u64,
        /// Last record that should be there.
        last_missing: u64,
        /// The file that says that it is that segment, under another name.
        under: Option<PathBuf>,
    },
    /// Nothing leads to the journal's state any more.
    #[error("a start has nothing to begin with: records before {oldest} were archived, and no good snapshot in {} stands at record {} or later; `clutch journal snapshot DIR --archive ARCHIVE` takes one from both", dir.display(), oldest.saturating_sub(1))]
    NoSnapshot {
        /// The journal's directory.
        dir: PathBuf,
        /// The oldest record that is there.
        oldest: u64,
    },
    /// A record is there, and nothing that leads to the state in front of it.
    #[error("record {seq} cannot be told in words: what came before record {oldest} was archived, and the oldest good snapshot in {} stands at record {snapshot}; name the archive's directory with --archive, or begin with record {}", dir.display(), snapshot + 1)]
    NoStateBefore {
        /// The journal's directory.
        dir: PathBuf,
        /// The record that was asked for.
        seq: u64,
        /// The oldest record that is there.
        oldest: u64,
        /// Where the oldest good snapshot stands.
        snapshot: u64,
    },
    /// The record that was asked for has been archived.
    #[error("record {seq} is no longer in {}, which starts with record {oldest}: the segments before it were archived; the tools read them with --archive", dir.display())]
    Archived {
        /// The journal's directory.
        dir: PathBuf,
        /// The record that was asked for.
        seq: u64,
        /// The oldest record that is there.
        oldest: u64,
    },
    /// A directory that should hold archived segments has none that come before those of the journal.
    #[error("{} holds no segments from before record {before}, with which the journal's own directory begins", path.display())]
    NoArchive {
        /// The directory.
        path: PathBuf,
        /// The oldest record in the journal's directory.
        before: u64,
    },
    /// The record that was asked for has not been written, or not yet.
    #[error("record {seq} is not in {}, which ends with record {last}", dir.display())]
    NotYet {
        /// The journal's directory.
        dir: PathBuf,
        /// The record that was asked for.
        seq: u64,
        /// The last record that is there.
        last: u64,
    },
    /// A snapshot was taken of a history that this journal does not have.
    #[error("the snapshot at record {seq} was taken of another history than {} holds: that record has another checksum there", dir.display())]
    Diverged {
        /// The journal's directory.
        dir: PathBuf,
        /// The snapshot's record.
        seq: u64,
    },
    /// Segments that were to be archived are still needed.
    #[error("{} cannot be archived up to record {seq}: {why}, so records from {needed} on must stay", dir.display())]
    StillNeeded {
        /// The journal's directory.
        dir: PathBuf,
        /// Up to where it was asked.
        seq: u64,
        /// The first record that must stay.
        needed: u64,
        /// What needs it.
        why: &'static str,
    },
    /// A file of that name with other contents is in the way.
    #[error("{} exists already and has other contents", path.display())]
    InTheWay {
        /// The file.
        path: PathBuf,
    },
    /// The last run was killed, and its ring, in which records may have been promised, is not there any more.
    #[error("the last run was killed, and its ring {} is gone: what it had accepted behind record {last}, and not yet written to disk, is lost; put the ring back, or accept that with `clutch journal verify --accept-loss`", path.display())]
    RingGone {
        /// Where it was.
        path: PathBuf,
        /// The last record that is there.
        last: u64,
    },
    /// The ring that the last run left belongs to another user.
    #[error("the ring {} that the last run left belongs to {}, and may hold what is not yet on disk; start as that user once, or give the ring to this one", path.display(), user(*owner))]
    RingOfOther {
        /// The ring.
        path: PathBuf,
        /// The number of the user it belongs to, if the operating system says.
        owner: Option<u32>,
    },
    /// Files were to be moved or copied from a directory into that same directory.
    #[error("{} is the journal's own directory, under whatever name: copies must go to another one", path.display())]
    SameDirectory {
        /// The directory, as it was named for the copies.
        path: PathBuf,
    },
    /// What should hold a copy is the very file that was to be copied.
    #[error("{} is the same file as {} and no copy of it; remove that name, or use another directory", path.display(), original.display())]
    NoCopy {
        /// Where the copy should go.
        path: PathBuf,
        /// The file that was to be copied.
        original: PathBuf,
    },
    /// The directory is on a file system that may lose what it has called synced.
    #[error("{} is on {kind}, which may lose what it has called synced; use a local disk, or allow it with --unsafe-storage if losing bets is acceptable", dir.display())]
    UnsafeStorage {
        /// The journal's directory.
        dir: PathBuf,
        /// The file system's name.
        kind: &'static str,
    },
    /// The disk is full.
    #[error("no room to {op} {}: {source}; free some on that disk (`clutch journal archive` moves old segments away) and try again: nothing is lost", path.display())]
    NoRoom {
        /// What was tried.
        op: &'static str,
        /// Where.
        path: PathBuf,
        /// The operating system's answer.
        source: io::Error,
    },
    /// A call to the operating system failed.
    #[error(transparent)]
    Io(IoFailure),
}

impl From<IoFailure> for JournalError {
    fn from(failure: IoFailure) -> Self {
        match failure.source.kind() {
            io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
                let IoFailure { op, path, source } = failure;
                Self::NoRights { op, path, source }
            }
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
                let IoFailure { op, path, source } = failure;
                Self::NoRoom { op, path, source }
            }
            _ => Self::Io(failure),
        }
    }
}

fn record_at(seq: u64) -> String {
    if seq == 0 { String::new() } else { format!(", where record {seq} should be") }
}

fn holder(pid: Option<u32>) -> String {
    pid.map_or_else(|| "another process".to_owned(), |pid| format!("process {pid}"))
}

fn user(owner: Option<u32>) -> String {
    owner.map_or_else(|| "another user".to_owned(), |owner| format!("user {owner}"))
}

fn should_hold(records: Option<(u64, u64)>) -> String {
    records.map_or_else(String::new, |(first, last)| {
        format!("; records {first} to {last} should be in it")
    })
}

fn renamed(under: Option<&Path>) -> String {
    under.map_or_else(String::new, |path| {
        format!(
            " under its name: {} says that it is that one, and is to be renamed back",
            path.display()
        )
    })
}
