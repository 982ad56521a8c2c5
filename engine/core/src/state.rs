//! The whole state, and the one `match` from command to handler.

use crate::command::{Envelope, Query};
use crate::outbox::Outbox;
use crate::units::{Seq, Timestamp};

/// Everything the engine knows. Empty until [`crate::Command::Genesis`].
#[derive(Debug, Default)]
pub struct State {
    last_seq: Seq,
    now: Timestamp,
}

impl State {
    /// More events than one command or query can cause.
    pub const EVENTS_MAX: usize = 8192;

    /// An empty state.
    pub fn new() -> Self {
        Self::default()
    }

    /// Applies the next command of the journal.
    pub fn apply(&mut self, seq: Seq, now: Timestamp, envelope: &Envelope, outbox: &mut Outbox) {
        outbox.stamp(seq, now, envelope.trace);
        self.last_seq = seq;
        self.now = now;
    }

    /// Answers a question; the last event is [`crate::Event::QueryDone`].
    pub fn query(&self, trace: u64, query: &Query, outbox: &mut Outbox) {
        let _ = query;
        outbox.stamp(self.last_seq, self.now, trace);
        outbox.push(crate::Event::QueryDone);
    }

    /// When the next timer is due; [`Timestamp::MAX`] if none. Work left over from sliced jobs is due at once.
    pub fn next_due(&self) -> Timestamp {
        Timestamp::MAX
    }

    /// The last command applied.
    pub fn last_seq(&self) -> Seq {
        self.last_seq
    }

    /// The time of the last command applied.
    pub fn now(&self) -> Timestamp {
        self.now
    }

    /// A hash over everything that can influence a later answer.
    pub fn state_hash(&self) -> u64 {
        0
    }
}
