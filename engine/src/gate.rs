//! The gate: nothing leaves before it is durable. That rule is in this file and nowhere else.
//!
//! The core may run ahead of the disk, because the [`Publisher`], the only reader of the outbox ring,
//! releases a record only when the command that caused it cannot be lost any more in the journal's
//! durability mode. Answers to queries carry the last command they reflect, so they wait alike.
//!
//! Invariants: records leave in the order of the ring, each once; their sequence never falls.

use std::mem::ManuallyDrop;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use clutch_core::units::{Seq, Timestamp};
use clutch_core::{Event, Record};
use clutch_journal::{Durability, Durable};
use disruptor::{
    BusySpin, EventPoller, SingleConsumerBarrier, SingleProducer, SingleProducerBarrier,
};

use crate::doorbell::Waker;
use crate::shared::Shared;

/// How far events may be released.
#[derive(Clone)]
pub(crate) struct Gate {
    durable: Durable,
    durability: Durability,
}

impl Gate {
    pub fn new(durable: Durable, durability: Durability) -> Self {
        Self { durable, durability }
    }

    /// The rule.
    #[inline]
    pub fn releases(&self, seq: Seq) -> bool {
        match self.durability {
            Durability::Disk => seq.0 <= self.durable.seq(),
            Durability::Process => seq.0 <= self.durable.appended_seq(),
        }
    }
}

/// One slot of the outbox ring.
#[repr(align(64))]
pub(crate) struct Slot(pub Record);

pub(crate) type OutboxProducer = SingleProducer<Slot, SingleConsumerBarrier>;
type OutboxPoller = EventPoller<Slot, SingleProducerBarrier>;

/// The outbox ring's two ends. The wait strategy is for threads the ring would own; it owns none.
pub(crate) fn outbox_ring(
    slots: usize,
    gate: Gate,
    shared: Arc<Shared>,
) -> (OutboxProducer, Publisher) {
    let blank =
        Record { seq: Seq(0), time: Timestamp::default(), trace: 0, event: Event::QueryDone };
    let builder = disruptor::build_single_producer(slots, || Slot(blank), BusySpin);
    let (poller, builder) = builder.new_event_poller();
    (builder.build(), Publisher { poller, gate, shared, has_waker: false })
}

/// What [`Publisher::poll`] did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Polled {
    /// How many records were released.
    pub released: usize,
    /// What comes after them.
    pub rest: Rest,
}

/// What is left after a poll.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rest {
    /// More can be released at once.
    More,
    /// There is more, but it is not durable yet.
    Blocked,
    /// Nothing, for now.
    Nothing,
    /// Nothing, for ever: the engine has stopped and everything was released.
    Closed,
    /// Nothing more will be released: the engine failed. What was not released must count as not
    /// having happened until a restart tells.
    Failed,
}

/// The only way out of the engine: one reader that releases events once they are durable.
///
/// Dropping it lets the engine go on and throws later events away.
pub struct Publisher {
    poller: OutboxPoller,
    gate: Gate,
    shared: Arc<Shared>,
    has_waker: bool,
}

impl Publisher {
    /// Releases up to `max` records to `release`, in order. Never waits.
    ///
    /// With a waker set, a poll that ends in anything but [`Rest::More`] has armed it: the waker is
    /// called once when there may be more.
    pub fn poll(&mut self, max: usize, mut release: impl FnMut(&Record)) -> Polled {
        let released = self.release(max, &mut release);
        if released == max {
            return Polled { released, rest: Rest::More };
        }
        if self.has_waker {
            self.shared.publisher_bell.arm();
        }
        let rest = self.rest();
        if rest == Rest::More {
            self.shared.publisher_bell.disarm();
        }
        Polled { released, rest }
    }

    /// Sets what is called when there may be something to release; see [`Publisher::poll`]. It is called
    /// from the engine's threads and must return at once.
    pub fn set_waker(&mut self, waker: Waker) {
        self.shared.publisher_bell.set_waker(waker);
        self.has_waker = true;
    }

    /// Sleeps until there may be something to release, the engine has ended, or `timeout` has passed.
    /// Replaces the waker.
    pub fn wait(&mut self, timeout: Duration) {
        let sleeper = std::thread::current();
        self.shared.publisher_bell.set_waker(Arc::new(move || sleeper.unpark()));
        self.has_waker = false;
        self.shared.publisher_bell.arm();
        if matches!(self.rest(), Rest::Blocked | Rest::Nothing) {
            std::thread::park_timeout(timeout);
        }
        self.shared.publisher_bell.disarm();
    }

    fn release(&mut self, max: usize, release: &mut impl FnMut(&Record)) -> usize {
        let Ok(records) = self.poller.take(max as u64) else { return 0 };
        // Dropping this guard would mark all of its records as read, released or not. So it is never
        // dropped, and the released ones are marked by a second guard of exactly their number.
        let mut records = ManuallyDrop::new(records);
        let mut released = 0;
        for Slot(record) in &mut *records {
            if !self.gate.releases(record.seq) {
                break;
            }
            release(record);
            released += 1;
        }
        if 0 < released {
            drop(self.poller.take(released as u64));
            let total = self.shared.released.load(Ordering::Relaxed) + released as u64;
            self.shared.released.store(total, Ordering::Relaxed);
        }
        released
    }

    fn rest(&mut self) -> Rest {
        // Asked first: a core that is finished then adds nothing to what is seen below.
        let is_finished = self.shared.is_core_finished();
        let has_failed = self.shared.failure().is_some();
        match (self.next_seq(), is_finished) {
            (Some(seq), _) if self.gate.releases(seq) => Rest::More,
            (_, true) if has_failed => Rest::Failed,
            (Some(_), _) => Rest::Blocked,
            (None, true) => Rest::Closed,
            (None, false) => Rest::Nothing,
        }
    }

    /// The sequence of the next record, which stays where it is.
    fn next_seq(&mut self) -> Option<Seq> {
        let mut next = ManuallyDrop::new(self.poller.take(1).ok()?);
        (&mut *next).next().map(|Slot(record)| record.seq)
    }
}

impl Drop for Publisher {
    fn drop(&mut self) {
        self.shared.abandon_outbox();
    }
}
