//! Where the rules leave their events until the engine carries them out.

use alloc::boxed::Box;
use alloc::vec;

use crate::event::{Event, Record};
use crate::units::{Seq, Timestamp};

/// Collects the events of one command. Owns its memory from the start; it grows only with the tables, by
/// [`crate::Command::Enlarge`].
#[derive(Debug)]
pub struct Outbox {
    /// All the room there is, every page of it touched; the first `count` records are in use.
    records: Box<[Record]>,
    count: usize,
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
        let records = vec![blank; events_max].into_boxed_slice();
        Self { records, count: 0, stamp: Default::default() }
    }

    /// Makes room for `events_max` events in all, where there is less. What has been left stays.
    #[cold]
    pub(crate) fn make_room(&mut self, events_max: usize) {
        if self.records.len() < events_max {
            let mut records = Self::with_capacity(events_max).records;
            records[..self.count].copy_from_slice(self.records());
            self.records = records;
        }
    }

    /// Sets the sequence, time and trace that the following events carry.
    #[inline]
    pub fn stamp(&mut self, seq: Seq, time: Timestamp, trace: u64) {
        self.stamp = (seq, time, trace);
    }

    /// Leaves an event.
    ///
    /// # Panics
    /// If the outbox is full. [`crate::command::Capacity::events_max`] bounds what one command can
    /// say, so a full outbox is a bug and not a load.
    // Inlined, so that an event is written where it stays, and only as much of it as its variant has.
    #[inline(always)]
    pub fn push(&mut self, event: Event) {
        let (seq, time, trace) = self.stamp;
        let place = self.records.get_mut(self.count).expect("one command said too much");
        *place = Record { seq, time, trace, event };
        self.count += 1;
    }

    /// What has been left so far.
    #[inline]
    pub fn records(&self) -> &[Record] {
        &self.records[..self.count]
    }

    /// Empties it for the next command.
    #[inline]
    pub fn clear(&mut self) {
        self.count = 0;
    }
}
