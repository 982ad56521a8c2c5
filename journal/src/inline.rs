//! The committer without threads: its owner gives it its turns.
//!
//! For a machine with one core, where a thread of its own would only take turns with the others, and for simulations,
//! which must be able to repeat what happened.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use crate::committer::{CommitFailure, Committer, OnDurable, Run};
use crate::shared::{Durable, SnapshotNotes};
use crate::spares::{Maker, Turn};

/// A committer that works when it is told to. Dropping it leaves the journal as a kill would.
pub struct InlineCommitter {
    run: Run,
    maker: Maker,
}

impl Committer {
    /// Takes the committer as it is, without a thread.
    pub fn inline(self, on_durable: OnDurable) -> InlineCommitter {
        let (run, maker) = Run::new(self, on_durable);
        InlineCommitter { run, maker }
    }
}

impl InlineCommitter {
    /// Writes and syncs everything that has been published, and returns the last durable record. On a full disk that may
    /// be less than was published; [`Durable::space`] says so, and a later turn goes on.
    ///
    /// # Errors
    /// The first failure, and the same one for ever after.
    pub fn commit(&mut self) -> Result<u64, CommitFailure> {
        let maker = &mut self.maker;
        self.run.turn(|pool| {
            loop {
                // What is ready is taken; otherwise this thread has to make it, until the disk says that it cannot.
                match pool.try_take()? {
                    Some(spare) => return Ok(Some(spare)),
                    None if maker.turn() == Turn::NoRoom => return pool.try_take(),
                    None => {}
                }
            }
        })
    }

    /// Does a piece of the work of keeping segments ready. Returns whether there may be more to do at once.
    pub fn prepare(&mut self) -> bool {
        matches!(self.maker.turn(), Turn::Worked | Turn::Rest)
    }

    /// Brings the durable mark on the disk up to date; to be called when there is nothing to commit for a while.
    ///
    /// # Errors
    /// As [`InlineCommitter::commit`].
    pub fn rest(&mut self) -> Result<(), CommitFailure> {
        self.run.rest()
    }

    /// Commits what is left, stores the durable mark and removes the ring: a clean stop.
    ///
    /// # Errors
    /// As [`InlineCommitter::commit`], and if the disk has no room for all that was published.
    pub fn stop(mut self) -> Result<u64, CommitFailure> {
        self.run.shared().waits_no_more.store(true, Ordering::Release);
        self.run.shared().stopping.store(true, Ordering::Release);
        self.commit()?;
        let ended = self.run.end();
        self.maker.clean_up();
        ended
    }

    /// What is durable.
    pub fn durable(&self) -> Durable {
        Durable(Arc::clone(self.run.shared()))
    }

    /// For whoever writes snapshots beside the engine.
    pub fn snapshot_notes(&self) -> SnapshotNotes {
        SnapshotNotes(Arc::clone(self.run.shared()))
    }
}
