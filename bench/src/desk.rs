//! A state with its place in time: what the core thread is to the engine, without thread or journal.

use clutch_core::command::Capacity;
use clutch_core::event::BetStatus;
use clutch_core::units::{Seq, Timestamp};
use clutch_core::{Envelope, Event, Outbox, State};

use crate::book::BookSize;
use crate::crowd::Board;

/// Journal time of the first command: 2026-01-01 00:00 UTC.
const START: Timestamp = Timestamp::from_millis(1_767_225_600_000);

/// Nanoseconds of journal time between two commands.
const STEP_NS: u64 = 1_000;

/// A state and what is needed to apply the next command to it.
#[derive(Debug)]
pub struct Desk {
    /// The state.
    pub state: State,
    /// The last command's events.
    pub outbox: Outbox,
    seq: Seq,
    now: Timestamp,
}

impl Default for Desk {
    fn default() -> Self {
        Self {
            state: State::default(),
            outbox: Outbox::with_capacity(Capacity::default().events_max()),
            seq: Seq::default(),
            now: START,
        }
    }
}

impl Desk {
    /// A desk with a book on it, and the board that its bettors see.
    pub fn with_book(size: BookSize) -> (Self, Board) {
        let outbox = Outbox::with_capacity(size.capacity().events_max());
        let (mut desk, mut board) = (Self { outbox, ..Self::default() }, Board::default());
        for envelope in size.commands() {
            desk.apply(&envelope);
            for record in desk.outbox.records() {
                assert!(!matches!(record.event, Event::Refused(_)), "the book itself was refused");
                board.learn(record);
            }
        }
        (desk, board)
    }

    /// Applies the next command; its events are in [`Desk::outbox`] afterwards.
    #[inline]
    pub fn apply(&mut self, envelope: &Envelope) {
        self.seq.0 += 1;
        self.now = self.now.plus(STEP_NS);
        self.outbox.clear();
        self.state.apply(self.seq, self.now, envelope, &mut self.outbox);
    }

    /// Applies these commands as the engine's core does: `fetch` is told the memory of each when it enters
    /// the line, `look_ahead` commands before its turn, and again half way. Each is shown to `before` first.
    #[inline]
    pub fn apply_all(
        &mut self,
        commands: &[Envelope],
        look_ahead: usize,
        fetch: impl Fn(*const u8) + Copy,
        mut before: impl FnMut(&Envelope),
    ) {
        for turn in 0..commands.len() + look_ahead {
            if 0 < look_ahead {
                if let Some(entering) = commands.get(turn) {
                    self.state.warm(entering, fetch);
                }
                if let Some(half_way) = turn.checked_sub(look_ahead / 2)
                    && let Some(half_way) = commands.get(half_way)
                {
                    self.state.warm_further(half_way, fetch);
                }
            }
            if let Some(leaving) = turn.checked_sub(look_ahead) {
                before(&commands[leaving]);
                self.apply(&commands[leaving]);
            }
        }
    }

    /// Whether the core asks for a tick now.
    pub fn has_work(&self) -> bool {
        self.state.next_due() <= self.now
    }

    /// The time of the last command.
    pub fn now(&self) -> Timestamp {
        self.now
    }

    /// The last command.
    pub fn seq(&self) -> Seq {
        self.seq
    }

    /// Whether the last command was a bet that stands.
    pub fn has_accepted(&self) -> bool {
        self.outbox.records().iter().any(|record| {
            let status = match record.event {
                Event::Bet(view) => view.status,
                Event::Multiple(view) => view.status,
                _ => return false,
            };
            matches!(status, BetStatus::Accepted { .. })
        })
    }
}
