//! Counters and status that other threads may read at any time. The core writes its own with plain
//! stores, so counting costs it nothing that another core could delay.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use clutch_journal::{Durable, FileSystem, Space};

use crate::config::Wait;
use crate::pinning::Warning;
use crate::shared::{Phase, Shared};
use crate::snapshotter::{SnapshotStatus, Told};

/// A counter with one writer.
#[derive(Default)]
pub(crate) struct Counter(AtomicU64);

impl Counter {
    /// Adds without an atomic read-modify-write: only one thread ever writes.
    #[inline]
    pub fn add(&self, count: u64) {
        self.0.store(self.0.load(Ordering::Relaxed) + count, Ordering::Relaxed);
    }

    #[inline]
    pub fn raise_to(&self, value: u64) {
        if self.get() < value {
            self.0.store(value, Ordering::Relaxed);
        }
    }

    #[inline]
    pub fn set(&self, value: u64) {
        self.0.store(value, Ordering::Relaxed);
    }

    #[inline]
    pub fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// What the core counts.
#[derive(Default)]
pub(crate) struct CoreCounters {
    pub commands: Counter,
    pub queries: Counter,
    pub turned_away: Counter,
    pub shed: Counter,
    pub ticks: Counter,
    pub batches: Counter,
    pub parks: Counter,
    pub outbox_high_water: Counter,
    pub last_seq: Counter,
}

/// A reading of the engine's counters, all since its start unless said otherwise.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Metrics {
    /// Commands taken from the input ring, applied and journaled.
    pub commands: u64,
    /// Queries answered.
    pub queries: u64,
    /// Commands refused with `JournalFull`.
    pub turned_away: u64,
    /// Bets given up with `LoadShed`.
    pub shed: u64,
    /// Ticks the engine journaled by itself.
    pub ticks: u64,
    /// Batches taken from the input ring.
    pub batches: u64,
    /// Requests refused with `EngineBusy`.
    pub refused_busy: u64,
    /// How often the idle core went to sleep.
    pub parks: u64,
    /// Most events that ever waited in the outbox ring at the end of a batch.
    pub outbox_high_water: u64,
    /// Events released by the publisher.
    pub released: u64,
    /// The last command applied, over the journal's whole life.
    pub last_seq: u64,
    /// The last command that survives the death of the process.
    pub appended_seq: u64,
    /// The last command that survives power loss.
    pub durable_seq: u64,
}

/// How the engine is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EngineStatus {
    /// Where it is in its life.
    pub phase: Phase,
    /// Why it failed, if it did.
    pub failure: Option<String>,
    /// The last command applied.
    pub last_seq: u64,
    /// The last command that survives power loss.
    pub durable_seq: u64,
    /// How much room the disk has left for records.
    pub space: Space,
    /// What the journal is on.
    pub file_system: FileSystem,
    /// Whether the journal's ring dies with the process.
    pub ring_in_memory_only: bool,
    /// How far the machine's clock is behind the journal's time, because it was set back.
    pub clock_behind: Duration,
    /// What the core really does when idle.
    pub wait: Wait,
    /// The core its thread is pinned to.
    pub pinned_core: Option<usize>,
    /// What the snapshotter last did; `None` if the engine takes no snapshots.
    pub snapshots: Option<SnapshotStatus>,
    /// What was asked for and is not so.
    pub warnings: Vec<Warning>,
}

/// Reads an engine's counters and status from any thread; cheap to clone.
#[derive(Clone)]
pub struct Monitor {
    pub(crate) shared: Arc<Shared>,
    pub(crate) durable: Durable,
    pub(crate) setup: Arc<Setup>,
    pub(crate) snapshots: Option<Arc<Told>>,
}

/// How the engine was really set up; fixed at start.
pub(crate) struct Setup {
    pub wait: Wait,
    pub pinned_core: Option<usize>,
    pub file_system: FileSystem,
    pub warnings: Vec<Warning>,
}

impl Monitor {
    /// The counters now. Each is exact; they are not read at one instant.
    pub fn metrics(&self) -> Metrics {
        let core = &self.shared.core;
        Metrics {
            commands: core.commands.get(),
            queries: core.queries.get(),
            turned_away: core.turned_away.get(),
            shed: core.shed.get(),
            ticks: core.ticks.get(),
            batches: core.batches.get(),
            refused_busy: self.shared.refused_busy.load(Ordering::Relaxed),
            parks: core.parks.get(),
            outbox_high_water: core.outbox_high_water.get(),
            released: self.shared.released.load(Ordering::Relaxed),
            last_seq: core.last_seq.get(),
            appended_seq: self.durable.appended_seq(),
            durable_seq: self.durable.seq(),
        }
    }

    /// The status now.
    pub fn status(&self) -> EngineStatus {
        EngineStatus {
            phase: self.shared.phase(),
            failure: self.shared.failure().map(str::to_owned),
            last_seq: self.shared.core.last_seq.get(),
            durable_seq: self.durable.seq(),
            space: self.durable.space(),
            file_system: self.setup.file_system,
            ring_in_memory_only: self.durable.ring_in_memory_only(),
            clock_behind: self.shared.clock_behind(),
            wait: self.setup.wait,
            pinned_core: self.setup.pinned_core,
            snapshots: self.snapshots.as_ref().map(|told| told.status()),
            warnings: self.setup.warnings.clone(),
        }
    }
}
