//! The real engine behind [`EnginePort`].

use clutch_core::units::Seq;
use clutch_core::{Envelope, Query, Record, Reject};
use clutch_engine::{CommandSender, Engine, Monitor, Phase, Publisher, Rest, Waker};
use clutch_journal::Durability;

use super::port::{EngineHealth, EnginePort, EngineState};

/// A running engine's sender, publisher and monitor.
pub struct EngineLink {
    sender: CommandSender,
    publisher: Publisher,
    monitor: Monitor,
    durability: &'static str,
}

impl EngineLink {
    /// A link to a running engine, reading from its publisher.
    pub fn new(engine: &Engine, publisher: Publisher, durability: Durability) -> Self {
        Self {
            sender: engine.sender(),
            publisher,
            monitor: engine.monitor(),
            durability: match durability {
                Durability::Process => "process",
                Durability::Disk => "disk",
            },
        }
    }
}

impl EnginePort for EngineLink {
    fn send(&mut self, envelope: Envelope) -> Result<(), Reject> {
        self.sender.try_send(envelope).map_err(|error| error.reject())
    }

    fn ask(&mut self, trace: u64, query: Query) -> Result<(), Reject> {
        self.sender.try_query(trace, query).map_err(|error| error.reject())
    }

    fn poll(&mut self, records_max: usize, take: &mut dyn FnMut(&Record)) -> bool {
        self.publisher.poll(records_max, take).rest == Rest::More
    }

    fn wake_by(&mut self, wake: Waker) {
        self.publisher.set_waker(wake);
    }

    fn health(&self) -> EngineHealth {
        let status = self.monitor.status();
        EngineHealth {
            state: match status.phase {
                Phase::Running => EngineState::Running,
                Phase::Draining | Phase::Stopped => EngineState::Draining,
                Phase::Failed => EngineState::Failed,
            },
            last_seq: Seq(status.last_seq),
            durable_seq: Seq(status.durable_seq),
            durability: self.durability,
            ring_in_memory_only: status.ring_in_memory_only,
            file_system: status.file_system,
            clock_behind: status.clock_behind,
            warnings: status.warnings.iter().map(ToString::to_string).collect(),
            space: status.space,
            snapshots: status.snapshots,
        }
    }
}
