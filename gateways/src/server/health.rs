//! What `/health` says: whether bets are taken, and what a person on call would look at first.

use clutch_engine::Space;
use clutch_journal::Trust;
use serde_json::{Value, json};

use super::hub::Hub;
use super::port::EngineState;
use super::routes::NO_STORE;
use crate::http::Response;

impl Hub {
    /// The state of the engine, its journal, its feeds and the gateway.
    pub(super) fn health(&self) -> Response {
        let engine = self.port.health();
        // A journal that is nearly full still takes feeds and settles: only bets are refused.
        let (status, health) = match (engine.state, engine.space) {
            (EngineState::Running, Space::Ample) => (200, "ok"),
            (EngineState::Running, Space::Low) => (200, "journal_full"),
            (EngineState::Running, Space::None) => (503, "journal_full"),
            (other, _) => (503, other.name()),
        };
        let body = json!({
            "status": health,
            "engine": {
                "state": engine.state.name(),
                "last_seq": engine.last_seq.0,
                "durable_seq": engine.durable_seq.0,
                "durability": engine.durability,
                "ring_in_memory_only": engine.ring_in_memory_only,
            },
            "journal": {
                "space": space_name(engine.space),
                "file_system": engine.file_system.name,
                "storage": storage_name(engine.file_system.trust),
            },
            "clock_behind_ms": engine.clock_behind.as_millis() as u64,
            "warnings": engine.warnings,
            "snapshots": engine.snapshots.map(|last| json!({
                "newest_seq": last.newest.0,
                "failure": last.failure,
            })),
            "released_seq": self.book.last_seq().0,
            "uptime_s": self.started.elapsed().as_secs(),
            "connections": self.metrics.connections.get(),
            "feeds": self.feeds_health(),
        });
        Response::json(status, body.to_string().into_bytes()).with_headers(NO_STORE)
    }

    fn feeds_health(&self) -> Value {
        match (self.doors.is_empty(), self.feed_clock.age()) {
            (true, Some(age)) => json!([{"name": "replay", "age_ms": age.as_millis() as u64}]),
            _ => self.doors.health(),
        }
    }
}

/// The name of how much room the journal has, as `/health` says it.
const fn space_name(space: Space) -> &'static str {
    match space {
        Space::Ample => "ample",
        Space::Low => "low",
        Space::None => "none",
    }
}

/// How far what the journal is on keeps what it syncs.
const fn storage_name(trust: Trust) -> &'static str {
    match trust {
        Trust::Local => "local",
        Trust::Memory => "memory",
        Trust::Unsafe => "unsafe",
    }
}
