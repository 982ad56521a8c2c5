//! Snapshots: a state written beside the journal, so that a start need not replay everything.
//!
//! A snapshot is taken by a follower of its own, in a thread beside the engine or in another process on
//! the same directory; the core never waits for it. It starts from the snapshot before, so taking one
//! costs what was journaled since. A start believes a snapshot only if every byte of it is whole, the
//! record it stands behind is the journal's own, and the restored state has the hash that it names;
//! otherwise it falls back to the one before, and then to the beginning.

use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clutch_core::State;
use clutch_core::snapshot::RestoreError;
use clutch_core::units::Seq;
use clutch_journal::{
    JournalError, Reader, SnapshotInfo, SnapshotReader, SnapshotWriter, Storage,
    remove_old_snapshots, snapshots,
};

use crate::follower::{FollowError, Follower};
use crate::panics;

/// Snapshots kept: the newest, and the one before in case the newest is damaged.
pub const SNAPSHOTS_KEPT: usize = 2;

/// Why a snapshot is not believed.
#[derive(Debug, thiserror::Error)]
pub enum SnapshotFlaw {
    /// The file is damaged, belongs to another journal or another history of this one.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// Its contents are no state of this release.
    #[error("the snapshot at record {} cannot be read: {source}", seq.0)]
    Restore {
        /// The record behind which it was taken.
        seq: Seq,
        /// What is wrong.
        source: RestoreError,
    },
    /// The restored state is not the one that was saved.
    #[error("the snapshot at record {} says state hash {said:016x}, but its state has {found:016x}", seq.0)]
    Hash {
        /// The record behind which it was taken.
        seq: Seq,
        /// The hash in its header.
        said: u64,
        /// The hash of the restored state.
        found: u64,
    },
    /// The restored state stands at another record than the file says.
    #[error("the snapshot at record {} holds a state at record {}", seq.0, found.0)]
    Place {
        /// The record in its header.
        seq: Seq,
        /// The restored state's last command.
        found: Seq,
    },
}

/// Why no snapshot was taken. The journal and earlier snapshots are as they were.
#[derive(Debug, thiserror::Error)]
pub enum SnapshotError {
    /// The journal cannot be followed.
    #[error(transparent)]
    Follow(#[from] FollowError),
    /// The file cannot be written.
    #[error("the snapshot cannot be written: {0}")]
    Write(#[source] JournalError),
}

/// A snapshot that was passed over at a start.
#[derive(Debug)]
pub struct Rejected {
    /// The record in its name.
    pub seq: Seq,
    /// Why.
    pub flaw: SnapshotFlaw,
}

impl Follower {
    /// Opens the journal in `dir` behind its newest good snapshot, or in front of its first record if
    /// there is none. `rejected` hears of each newer snapshot that is not believed.
    ///
    /// # Errors
    /// [`FollowError::Journal`] if the journal cannot be read from there: where segments were archived
    /// and no snapshot is good, the first record is no longer here ([`JournalError::NoSnapshot`]).
    pub fn open_newest(dir: &Path, rejected: impl FnMut(Rejected)) -> Result<Self, FollowError> {
        Self::open_behind_snapshot(dir, u64::MAX, rejected)
    }

    /// The same with the newest good snapshot at or before record `seq_max`.
    ///
    /// # Errors
    /// As [`Follower::open_newest`]; where only later snapshots are good, [`JournalError::NoStateBefore`] names the first.
    pub fn open_behind_snapshot(
        dir: &Path,
        seq_max: u64,
        mut rejected: impl FnMut(Rejected),
    ) -> Result<Self, FollowError> {
        let journal_id = Reader::open(dir)?.journal_id();
        for seq in snapshots(dir)?.into_iter().rev().filter(|seq| *seq <= seq_max) {
            match restored(dir, seq, journal_id) {
                Ok((reader, state)) => return Ok(Self::behind(reader, state)),
                Err(flaw) => rejected(Rejected { seq: Seq(seq), flaw }),
            }
        }
        let oldest = Reader::open(dir)?.oldest_seq();
        if 1 < oldest {
            let mut later = snapshots(dir)?.into_iter().filter(|seq| seq_max < *seq);
            let later = later.find(|seq| restored(dir, *seq, journal_id).is_ok());
            let (dir, seq) = (dir.to_path_buf(), seq_max.saturating_add(1));
            let none = JournalError::NoSnapshot { dir: dir.clone(), oldest };
            let before = |snapshot| JournalError::NoStateBefore { dir, seq, oldest, snapshot };
            return Err(later.map_or(none, before).into());
        }
        Self::open(dir)
    }

    /// The same with the oldest good snapshot: it has seen least, and the most can be heard behind it.
    /// In front of the first record where that is still here.
    ///
    /// # Errors
    /// As [`Follower::open_newest`].
    pub fn open_oldest(
        dir: &Path,
        mut rejected: impl FnMut(Rejected),
    ) -> Result<Self, FollowError> {
        let reader = Reader::open(dir)?;
        let (journal_id, oldest) = (reader.journal_id(), reader.oldest_seq());
        if oldest == 1 {
            return Ok(Self::behind(reader, State::new()));
        }
        for seq in snapshots(dir)? {
            match restored(dir, seq, journal_id) {
                Ok((reader, state)) => return Ok(Self::behind(reader, state)),
                Err(flaw) => rejected(Rejected { seq: Seq(seq), flaw }),
            }
        }
        Err(JournalError::Archived { dir: dir.to_path_buf(), seq: 1, oldest }.into())
    }

    /// Writes the state as it is now beside the journal in `dir`, reads it back, and removes all
    /// snapshots but the last two.
    ///
    /// # Errors
    /// [`SnapshotError::Write`]; then earlier snapshots are untouched.
    pub fn write_snapshot(
        &self,
        dir: &Path,
        storage: &Arc<dyn Storage>,
    ) -> Result<SnapshotInfo, SnapshotError> {
        self.save(dir, storage).map_err(SnapshotError::Write)
    }

    fn save(&self, dir: &Path, storage: &Arc<dyn Storage>) -> Result<SnapshotInfo, JournalError> {
        let journal_id = self.reader().journal_id();
        let mut writer = SnapshotWriter::create(
            dir,
            Arc::clone(storage),
            journal_id,
            self.position(),
            crate::engine::engine_version(),
            u64::from(self.rule_set()),
        )?;
        let mut failure = None;
        self.state().save(&mut |piece| {
            if failure.is_none() {
                failure = writer.write_all(piece).err();
            }
        });
        if let Some(source) = failure {
            let failure = clutch_journal::IoFailure {
                op: "write a snapshot in",
                path: dir.to_path_buf(),
                source,
            };
            return Err(failure.into());
        }
        let info = writer.finish(self.state_hash())?;
        // Only what can be read back may take the place of an older one.
        SnapshotReader::open(dir, info.position.seq, journal_id)?.check()?;
        remove_old_snapshots(dir, &**storage, SNAPSHOTS_KEPT)?;
        Ok(info)
    }
}

/// Follows the journal in `dir` from its newest snapshot on and takes another one, of all that is there
/// now and not behind record `seq_max`. `progress` hears records applied and, roughly, how many there
/// are. `None` if there is nothing new since the newest snapshot.
///
/// # Errors
/// [`SnapshotError`]; the journal and earlier snapshots are as they were.
pub fn take_snapshot(
    dir: &Path,
    storage: &Arc<dyn Storage>,
    rule_set: u16,
    seq_max: u64,
    mut progress: impl FnMut(Seq),
) -> Result<Option<SnapshotInfo>, SnapshotError> {
    let mut follower =
        Follower::open_behind_snapshot(dir, seq_max, |_| {})?.with_rule_set(rule_set);
    let first = follower.last_seq();
    while follower.last_seq().0 < seq_max {
        if follower.step()?.is_none() {
            // In front of damage a state is right, but no start gets past the damage: the older snapshots stay.
            follower.how_it_ended().map_err(FollowError::from)?;
            break;
        }
        if follower.commands().is_multiple_of(65_536) {
            progress(follower.last_seq());
        }
    }
    if follower.last_seq() == first {
        return Ok(None);
    }
    follower.write_snapshot(dir, storage).map(Some)
}

/// Takes a snapshot at the end of the journal in `dir`, of all records from the first on, which the
/// directory `archive` has in part: the way back to a journal whose segments were archived and whose
/// snapshots are lost. `progress` as for [`take_snapshot`].
///
/// # Errors
/// As [`take_snapshot`]; also if the two do not have all records together.
pub fn rebuild_snapshot(
    dir: &Path,
    archive: &Path,
    storage: &Arc<dyn Storage>,
    rule_set: u16,
    progress: impl FnMut(Seq),
) -> Result<SnapshotInfo, SnapshotError> {
    let follower = Follower::open_with_archive(dir, archive)?;
    let mut follower = follower.with_rule_set(rule_set);
    follower.run_to_end(progress)?;
    follower.write_snapshot(dir, storage)
}

/// The state in a snapshot, and a reader that stands behind its record.
fn restored(dir: &Path, seq: u64, journal_id: u128) -> Result<(Reader, State), SnapshotFlaw> {
    let mut file = SnapshotReader::open(dir, seq, journal_id)?;
    let info = file.info();
    let seq = Seq(seq);
    let reader = Reader::open_after(dir, &info.position)?;
    let mut failure = None;
    let mut read = |place: &mut [u8]| {
        file.read(place).unwrap_or_else(|error| {
            failure = Some(error);
            0
        })
    };
    // A bug in here must cost a longer start and not the start itself.
    let restored = panics::caught(|| State::restore(&mut read));
    if let Some(error) = failure {
        return Err(file.failure(error).into());
    }
    let state = match restored {
        Ok(restored) => restored.map_err(|source| SnapshotFlaw::Restore { seq, source })?,
        Err(bug) => {
            let what = format!("reading it runs into a bug: {bug}");
            let file = PathBuf::from(format!("snap-{:020}.cls", seq.0));
            return Err(JournalError::Corrupt { file, offset: 0, seq: seq.0, what }.into());
        }
    };
    let (said, found) = (info.state_hash, state.state_hash());
    if said != found {
        return Err(SnapshotFlaw::Hash { seq, said, found });
    }
    if state.last_seq() != seq {
        return Err(SnapshotFlaw::Place { seq, found: state.last_seq() });
    }
    Ok((reader, state))
}
