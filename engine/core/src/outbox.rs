//! Where the rules leave their events until the engine carries them out.

use alloc::vec::Vec;

use crate::event::{Event, Record};
use crate::memory::touched;
use crate::units::{Seq, Timestamp};

/// Collects the events of one command. Owns its memory from the start and never grows.
#[derive(Debug)]
pub struct Outbox {
    records: Vec<Record>,
    stamp: (Seq, Timestamp, u64),
}

impl Outbox {
    /// An empty outbox with room for `events_max` events.
    pub fn with_capacity(events_max: usize) -> Self {
        let blank = Record {
            seq: Seq::default(),
            time: Timestamp::default(),
            trace: 0,
            event: Event::QueryDone,
        };
        Self { records: touched(events_max, blank), stamp: Default::default() }
    }

    /// Sets the sequence, time and trace that the following events carry.
    pub fn stamp(&mut self, seq: Seq, time: Timestamp, trace: u64) {
        self.stamp = (seq, time, trace);
    }

    /// Leaves an event.
    ///
    /// # Panics
    /// If the outbox is full. [`crate::command::Capacity::events_max`] bounds what one command can
    /// say, so a full outbox is a bug and not a load.
    pub fn push(&mut self, event: Event) {
        assert!(self.records.len() < self.records.capacity(), "one command said too much");
        let (seq, time, trace) = self.stamp;
        self.records.push(Record { seq, time, trace, event });
    }

    /// What has been left so far.
    pub fn records(&self) -> &[Record] {
        &self.records
    }

    /// Empties it for the next command.
    pub fn clear(&mut self) {
        self.records.clear();
    }
}
