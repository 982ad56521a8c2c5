//! What the engine's threads share besides the rings and the journal's cursors: which phase the engine
//! is in, why it failed, the doorbells, and the counters.

use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use crossbeam_utils::CachePadded;

use crate::doorbell::Doorbell;
use crate::metrics::CoreCounters;

/// Where an engine is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Phase {
    /// It takes commands.
    Running = 0,
    /// It takes no new commands and finishes those it has.
    Draining = 1,
    /// It has finished everything and everything is durable.
    Stopped = 2,
    /// A bug or the disk stopped it. Nothing more is accepted or promised until a restart.
    Failed = 3,
}

#[derive(Default)]
pub(crate) struct Shared {
    phase: CachePadded<AtomicU8>,
    failure: OnceLock<String>,
    /// The core thread adds nothing more to the journal or the outbox ring.
    is_core_finished: AtomicBool,
    /// Nobody will read the outbox ring again, so the core need not wait for room in it.
    is_outbox_abandoned: AtomicBool,
    /// Wakes the core when a request or a manual clock has news.
    pub core_bell: Arc<Doorbell>,
    /// Wakes the publisher when something may be releasable.
    pub publisher_bell: Doorbell,
    /// Written by the core alone.
    pub core: CachePadded<CoreCounters>,
    /// Requests refused because the input ring was full; written by every sender.
    pub refused_busy: CachePadded<AtomicU64>,
    /// How far the machine's clock is behind journal time; written by the core alone, and only while it is.
    pub clock_behind_nanos: AtomicU64,
    /// Events released; written by the publisher alone.
    pub released: CachePadded<AtomicU64>,
}

impl Shared {
    /// How far the machine's clock is behind journal time.
    pub fn clock_behind(&self) -> Duration {
        Duration::from_nanos(self.clock_behind_nanos.load(Ordering::Relaxed))
    }

    #[inline]
    pub fn phase(&self) -> Phase {
        match self.phase.load(Ordering::Acquire) {
            0 => Phase::Running,
            1 => Phase::Draining,
            2 => Phase::Stopped,
            _ => Phase::Failed,
        }
    }

    /// Refuses new requests from now on; a failed engine stays failed.
    pub fn begin_drain(&self) {
        self.advance(Phase::Running, Phase::Draining);
        self.core_bell.ring();
    }

    pub fn set_stopped(&self) {
        self.advance(Phase::Draining, Phase::Stopped);
    }

    fn advance(&self, from: Phase, to: Phase) {
        let (from, to) = (from as u8, to as u8);
        let _ = self.phase.compare_exchange(from, to, Ordering::AcqRel, Ordering::Acquire);
    }

    /// Latches the first failure; later ones are consequences of it.
    pub fn fail(&self, message: String) {
        let _ = self.failure.set(message);
        self.phase.store(Phase::Failed as u8, Ordering::Release);
    }

    pub fn failure(&self) -> Option<&str> {
        self.failure.get().map(String::as_str)
    }

    pub fn set_core_finished(&self) {
        self.is_core_finished.store(true, Ordering::Release);
        self.publisher_bell.ring();
    }

    #[inline]
    pub fn is_core_finished(&self) -> bool {
        self.is_core_finished.load(Ordering::Acquire)
    }

    pub fn abandon_outbox(&self) {
        self.is_outbox_abandoned.store(true, Ordering::Release);
    }

    #[inline]
    pub fn is_outbox_abandoned(&self) -> bool {
        self.is_outbox_abandoned.load(Ordering::Acquire)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failed_engine_stays_failed_and_keeps_its_first_reason() {
        let shared = Shared::default();
        assert_eq!(shared.phase(), Phase::Running);
        shared.fail("the disk is gone".to_owned());
        shared.fail("and so is everything else".to_owned());
        shared.begin_drain();
        shared.set_stopped();
        assert_eq!(shared.phase(), Phase::Failed);
        assert_eq!(shared.failure(), Some("the disk is gone"));
    }
}
