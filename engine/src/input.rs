//! The way in: a ring that many gateways write and the core polls.
//!
//! A full ring is an answer and not a queue: [`CommandSender`] says `EngineBusy` at once. A request
//! that was taken (`Ok`) is processed unless the engine fails: on shutdown the core closes the ring by
//! filling it, so that no late request can slip in behind the last one processed.

use std::mem::ManuallyDrop;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use clutch_core::{Envelope, Query, Reject};
use disruptor::{
    BusySpin, EventGuard, EventPoller, MultiProducer, MultiProducerBarrier, Producer,
    SingleConsumerBarrier,
};

use crate::shared::{Phase, Shared};

/// One slot of the input ring; aligned so that two senders never write to one cache line.
#[derive(Clone, Copy)]
#[repr(align(64))]
pub(crate) enum Request {
    /// Changes something: is journaled and applied.
    Command(Envelope),
    /// Asks something: is answered in its place and not journaled.
    Query { trace: u64, query: Query },
    /// An unused slot, or one with which the core closed the ring.
    Nothing,
}

impl Request {
    /// The command, if it is one.
    #[inline]
    pub fn command(&self) -> Option<&Envelope> {
        match self {
            Self::Command(envelope) => Some(envelope),
            Self::Query { .. } | Self::Nothing => None,
        }
    }
}

type InputProducer = MultiProducer<Request, SingleConsumerBarrier>;
/// Requests that count as read when the guard is dropped, whether they were looked at or not.
pub(crate) type Requests<'a> = EventGuard<'a, Request, MultiProducerBarrier>;

/// How many requests the guard still has.
pub(crate) fn left(requests: &mut Requests<'_>) -> usize {
    // It is the mutable reference that is the iterator and knows its length.
    ExactSizeIterator::len(&requests)
}

/// The core's end of the ring.
pub(crate) struct Input {
    poller: EventPoller<Request, MultiProducerBarrier>,
    /// Closes the ring. As it lives as long as the poller, the ring never counts as shut down by its
    /// producers: whether the engine goes on is not for the last sender to decide.
    closer: InputProducer,
    slots: usize,
}

/// A ring of `slots` requests. The wait strategy is for threads the ring would own; it owns none.
pub(crate) fn input_ring(slots: usize, shared: &Arc<Shared>) -> (CommandSender, Input) {
    let builder = disruptor::build_multi_producer(slots, || Request::Nothing, BusySpin);
    let (poller, builder) = builder.new_event_poller();
    let producer = builder.build();
    let sender = CommandSender { producer: producer.clone(), shared: Arc::clone(shared) };
    (sender, Input { poller, closer: producer, slots })
}

impl Input {
    /// The next requests, at most an eighth of the ring.
    ///
    /// The ring looks at every waiting request to answer how many there are, so taking a few at a time
    /// from a full ring would spend more time looking than working. Taking all of them would keep
    /// every slot from the senders until the last is done.
    #[inline]
    pub fn take(&mut self) -> Option<Requests<'_>> {
        self.poller.take(self.slots as u64 / 8).ok()
    }

    /// Whether there are any.
    #[inline]
    pub fn has_available(&self) -> bool {
        self.poller.has_available()
    }

    /// Closes the ring and returns every request that it still holds.
    ///
    /// The ring is filled until no sender finds a free slot, and never freed again, for the guard that
    /// would do so is not dropped. So a sender either had its slot before, and its request is here, or
    /// it is refused.
    pub fn close(&mut self) -> ManuallyDrop<Requests<'_>> {
        while self.closer.try_publish(|slot| *slot = Request::Nothing).is_ok() {}
        // A sender may be between taking its slot and filling it, where it waits for nobody.
        while self.waiting() < self.slots {
            std::thread::yield_now();
        }
        match self.poller.poll() {
            Ok(requests) => ManuallyDrop::new(requests),
            Err(_) => unreachable!("a full ring has requests"),
        }
    }

    /// How many requests can be taken.
    fn waiting(&mut self) -> usize {
        let requests = self.poller.poll().map(ManuallyDrop::new);
        requests.map_or(0, |mut requests| left(&mut requests))
    }
}

/// Why a request was not taken. Nothing was read and nothing will happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SendError {
    /// The input ring is full.
    #[error("the engine is busy: its input ring is full")]
    EngineBusy,
    /// The engine is shutting down.
    #[error("the engine is shutting down")]
    Draining,
    /// The engine has failed; [`crate::EngineStatus::failure`] says why.
    #[error("the engine has failed and takes nothing until a restart")]
    EngineFailed,
}

impl SendError {
    /// The wire code.
    pub const fn reject(self) -> Reject {
        match self {
            Self::EngineBusy => Reject::EngineBusy,
            Self::Draining => Reject::EngineDraining,
            Self::EngineFailed => Reject::EngineFailed,
        }
    }
}

/// A gateway's hand into the engine. Clone it for each thread.
#[derive(Clone)]
pub struct CommandSender {
    producer: InputProducer,
    shared: Arc<Shared>,
}

impl CommandSender {
    /// Hands a command over. Its events come from the [`crate::Publisher`] with the same trace number.
    ///
    /// # Errors
    /// [`SendError`] at once if it cannot be taken; this never waits.
    #[inline]
    pub fn try_send(&mut self, envelope: Envelope) -> Result<(), SendError> {
        self.submit(Request::Command(envelope))
    }

    /// Hands a question over. The answer comes from the [`crate::Publisher`] with the same trace
    /// number, ends with [`clutch_core::Event::QueryDone`], and is released when everything it reflects
    /// is durable.
    ///
    /// # Errors
    /// [`SendError`] at once if it cannot be taken; this never waits.
    #[inline]
    pub fn try_query(&mut self, trace: u64, query: Query) -> Result<(), SendError> {
        self.submit(Request::Query { trace, query })
    }

    #[inline]
    fn submit(&mut self, request: Request) -> Result<(), SendError> {
        self.may_send()?;
        if self.producer.try_publish(|slot| *slot = request).is_err() {
            return Err(self.refusal());
        }
        self.shared.core_bell.ring();
        Ok(())
    }

    #[inline]
    fn may_send(&self) -> Result<(), SendError> {
        match self.shared.phase() {
            Phase::Running => Ok(()),
            Phase::Draining | Phase::Stopped => Err(SendError::Draining),
            Phase::Failed => Err(SendError::EngineFailed),
        }
    }

    /// What a full ring means: load, or that the core has closed it just now.
    #[cold]
    fn refusal(&self) -> SendError {
        self.may_send().err().unwrap_or_else(|| {
            self.shared.refused_busy.fetch_add(1, Ordering::Relaxed);
            SendError::EngineBusy
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_slots_never_share_a_cache_line() {
        assert_eq!(align_of::<Request>(), 64);
        assert_eq!(size_of::<Request>() % 64, 0);
    }

    #[test]
    fn a_closed_ring_takes_nothing_and_holds_everything_taken_before() {
        let (mut sender, mut input) = input_ring(64, &Arc::default());
        for trace in 0..3 {
            assert_eq!(sender.try_query(trace, Query::Catalogue), Ok(()));
        }
        let mut requests = input.close();
        assert_eq!(sender.try_query(3, Query::Catalogue), Err(SendError::EngineBusy));
        let traces = (&mut *requests).filter_map(|request| match request {
            Request::Query { trace, .. } => Some(*trace),
            Request::Command(_) | Request::Nothing => None,
        });
        assert!(traces.eq(0..3));
    }

    #[test]
    fn every_request_taken_while_the_ring_closes_is_found() {
        let (sender, mut input) = input_ring(256, &Arc::default());
        let senders: Vec<_> = (0..3)
            .map(|_| {
                let mut sender = sender.clone();
                std::thread::spawn(move || {
                    (0..10_000)
                        .filter(|trace| sender.try_query(*trace, Query::Catalogue).is_ok())
                        .count()
                })
            })
            .collect();
        let mut found = 0;
        for _ in 0..50 {
            found += input.take().map_or(0, |mut requests| (&mut requests).count());
        }
        let mut last = input.close();
        found += (&mut *last).filter(|request| !matches!(request, Request::Nothing)).count();
        let taken: usize = senders.into_iter().filter_map(|sender| sender.join().ok()).sum();
        assert_eq!(found, taken);
    }
}
