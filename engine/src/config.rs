//! How an engine is started.

use std::path::PathBuf;

use clutch_core::command::{Capacity, Config};
use clutch_journal::Options;

use crate::clock::ClockSource;

/// The smallest ring; the ring crate keeps its marks in words of 64 bits.
const RING_SLOTS_MIN: usize = 64;

/// Hears how far a replay has come: records applied, records in all.
pub type Progress = Box<dyn FnMut(u64, u64)>;

/// Everything an engine needs to know to start.
pub struct EngineConfig {
    /// Where the journal lives. Created if it does not exist.
    pub data_dir: PathBuf,
    /// How the journal is kept, and with [`Options::durability`] when events are released.
    pub journal: Options,
    /// Table sizes. An existing journal's tables are enlarged to these at a start, and never made smaller.
    pub capacity: Capacity,
    /// First configuration of a new journal. An existing journal keeps its own.
    pub core_config: Config,
    /// Requests that can wait for the core: a power of two, at least 64.
    pub input_ring: usize,
    /// Events that can wait for the publisher: a power of two, at least 64.
    pub outbox_ring: usize,
    /// Requests that are stamped with one time and shown to the committer together.
    pub batch_max: usize,
    /// What the core does when there is nothing to do.
    pub wait: Wait,
    /// Where the core thread runs.
    pub pin: Pin,
    /// Where journal time comes from.
    pub clock: ClockSource,
    /// After how many commands a snapshot is taken, by a thread of its own; `None` takes none. While
    /// one is taken there are two states in memory.
    pub snapshot_every: Option<u64>,
    /// The rule set that this engine's records name; other than this release's in tests of upgrades.
    #[doc(hidden)]
    pub rule_set: u16,
    /// Hears how far recovery has come.
    pub on_progress: Option<Progress>,
}

impl EngineConfig {
    /// Defaults that suit a laptop, with a journal in `data_dir`.
    pub fn new(data_dir: impl Into<PathBuf>) -> Self {
        Self {
            data_dir: data_dir.into(),
            journal: Options::default(),
            capacity: Capacity::default(),
            core_config: Config::default(),
            input_ring: 65_536,
            outbox_ring: 65_536,
            batch_max: 256,
            wait: Wait::default(),
            pin: Pin::default(),
            clock: ClockSource::default(),
            snapshot_every: None,
            rule_set: clutch_core::RULE_SET,
            on_progress: None,
        }
    }

    /// What is wrong with the numbers, if anything.
    pub(crate) fn flaw(&self) -> Option<&'static str> {
        let is_ring_size = |slots: usize| slots.is_power_of_two() && RING_SLOTS_MIN <= slots;
        if !is_ring_size(self.input_ring) {
            Some("input_ring must be a power of two of at least 64")
        } else if !is_ring_size(self.outbox_ring) {
            Some("outbox_ring must be a power of two of at least 64")
        } else if self.batch_max == 0 {
            Some("batch_max must be at least 1")
        } else if self.snapshot_every == Some(0) {
            Some("snapshot_every must be at least 1")
        } else {
            None
        }
    }
}

/// What the core does when there is nothing to do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Wait {
    /// Spins for ever: lowest latency, one core burnt. For production, on a core of its own.
    Spin,
    /// Spins a little, then offers the core to others and comes back at once.
    Yield,
    /// Spins a little, yields a little, then sleeps until a command comes or a timer is due.
    #[default]
    Park,
}

/// Where the core thread runs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Pin {
    /// On the last core if the engine spins and there is more than one; anywhere otherwise.
    #[default]
    Auto,
    /// On this core, by the operating system's number.
    Core(usize),
    /// Wherever the operating system likes.
    Nowhere,
}
