//! Bets that wait out the in-play delay, in the order in which they come due.

use alloc::collections::BinaryHeap;
use core::cmp::Reverse;

use crate::hash::{StateHasher, mix};
use crate::memory::touched;
use crate::units::{BetId, Timestamp};

/// A queue by due time, then by id. Bets cancelled meanwhile stay in it until they come due.
#[derive(Debug, Default)]
pub struct Waiting {
    heap: BinaryHeap<Reverse<(Timestamp, BetId, u32)>>,
    waiting_max: usize,
}

impl Waiting {
    /// An empty queue for `waiting_max` bets.
    pub fn with_capacity(waiting_max: usize) -> Self {
        Self {
            heap: BinaryHeap::from(touched(waiting_max, Reverse((Timestamp::MAX, BetId(0), 0)))),
            waiting_max,
        }
    }

    /// Whether nothing more fits.
    pub fn is_full(&self) -> bool {
        self.heap.len() == self.waiting_max
    }

    /// Adds a bet in a slot.
    pub fn push(&mut self, due: Timestamp, bet: BetId, slot: u32) {
        assert!(!self.is_full(), "decide() checks is_full first");
        self.heap.push(Reverse((due, bet, slot)));
    }

    /// When the first one comes due; [`Timestamp::MAX`] if none waits.
    pub fn next_due(&self) -> Timestamp {
        self.heap.peek().map_or(Timestamp::MAX, |Reverse((due, ..))| *due)
    }

    /// Adds everything that can influence an answer. The heap's layout is not among it, so the
    /// entries are summed up; nor is a bet's slot.
    pub fn add_to(&self, hasher: &mut StateHasher) {
        hasher.word(self.heap.len() as u64);
        let entries = self.heap.iter().map(|Reverse((due, bet, _))| mix(due.nanos(), bet.0));
        hasher.word(entries.fold(0, u64::wrapping_add));
    }

    /// Takes the first one if it is due by `now`: its id and slot.
    #[inline]
    pub fn pop_due(&mut self, now: Timestamp) -> Option<(BetId, u32)> {
        if self.next_due() > now {
            return None;
        }
        self.heap.pop().map(|Reverse((_, bet, slot))| (bet, slot))
    }
}
