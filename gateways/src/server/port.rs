//! The gateway's side of the engine: commands and questions in, durable records out.

use std::time::Duration;

use clutch_core::units::Seq;
use clutch_core::{Envelope, Query, Record, Reject};
use clutch_engine::{SnapshotStatus, Space, Waker};
use clutch_journal::FileSystem;

/// The engine as the gateway sees it. Nothing here waits: a full ring is an answer.
pub trait EnginePort: Send {
    /// Hands in a command.
    ///
    /// # Errors
    /// [`Reject::EngineBusy`], [`Reject::EngineDraining`] or [`Reject::EngineFailed`]; the command
    /// was not taken.
    fn send(&mut self, envelope: Envelope) -> Result<(), Reject>;

    /// Asks a question; its answers carry `trace`.
    ///
    /// # Errors
    /// As [`Self::send`].
    fn ask(&mut self, trace: u64, query: Query) -> Result<(), Reject>;

    /// Gives out up to `records_max` records that are durable, in order. Answers whether more may
    /// be ready at once.
    fn poll(&mut self, records_max: usize, take: &mut dyn FnMut(&Record)) -> bool;

    /// Sets what is called, from any thread, when there may be records after a poll that gave out all.
    fn wake_by(&mut self, wake: Waker);

    /// How the engine is.
    fn health(&self) -> EngineHealth;
}

/// How the engine is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EngineHealth {
    /// Whether it takes commands.
    pub state: EngineState,
    /// The newest command in the journal.
    pub last_seq: Seq,
    /// The newest command that is durable.
    pub durable_seq: Seq,
    /// What durable means here: `process` or `disk`.
    pub durability: &'static str,
    /// Whether the journal's ring lies in memory only, so that it survives the process but not the
    /// machine.
    pub ring_in_memory_only: bool,
    /// What the journal is on, and how far that is to be trusted.
    pub file_system: FileSystem,
    /// How far the machine's clock is behind the journal's time.
    pub clock_behind: Duration,
    /// What was asked for and is not so, in words.
    pub warnings: Vec<String>,
    /// How much room the disk has left for records.
    pub space: Space,
    /// What the snapshotter last did; `None` if the engine takes no snapshots.
    pub snapshots: Option<SnapshotStatus>,
}

/// Whether the engine takes commands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EngineState {
    /// Yes.
    Running,
    /// No, it is shutting down.
    Draining,
    /// No, until a restart.
    Failed,
}

impl EngineState {
    /// The name on the wire.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Draining => "draining",
            Self::Failed => "failed",
        }
    }
}
