//! Bets that wait out the in-play delay, in the order in which they come due.

use alloc::collections::BinaryHeap;
use alloc::vec::Vec;
use core::cmp::Reverse;

use crate::codec::DecodeError;
use crate::command::Capacity;
use crate::memory::{RowOf, TableSize, touched};
use crate::snapshot::{Loader, Saver};
use crate::units::{BetId, Timestamp};

/// Most bets that wait at one time.
const WAITING_MAX: u32 = 262_144;

/// When a bet is due, its id and its slot; the first due comes first.
type Entry = Reverse<(Timestamp, BetId, u32)>;

/// A queue by due time, then by id. Bets cancelled meanwhile stay in it until they come due.
#[derive(Debug, Default)]
pub struct Waiting {
    heap: BinaryHeap<Entry>,
    waiting_max: usize,
}

impl Waiting {
    /// An empty queue beside a table of `bets_max` bets.
    pub fn for_bets(bets_max: u32) -> Self {
        let waiting_max = Self::most(bets_max);
        Self {
            heap: BinaryHeap::from(touched(waiting_max, Reverse((Timestamp::MAX, BetId(0), 0)))),
            waiting_max,
        }
    }

    /// What the queues of singles and of multiples take.
    pub(crate) fn sizes(capacity: &Capacity, sizes: &mut Vec<TableSize>) {
        sizes.push(Self::size("waiting singles", capacity.bets_max));
        sizes.push(Self::size("waiting multiples", capacity.multiples_max));
    }

    /// What a queue beside a table of so many bets takes.
    pub(crate) const fn size(table: &'static str, bets_max: u32) -> TableSize {
        TableSize::of::<Entry>(table, RowOf::Other, Self::most(bets_max))
    }

    /// How many entries it has. A bet may wait a second time: for its delay, once a trader or the bettor
    /// has said yes.
    const fn most(bets_max: u32) -> usize {
        let entries = bets_max.saturating_mul(2);
        (if entries < WAITING_MAX { entries } else { WAITING_MAX }) as usize
    }

    /// Whether one more entry fits behind so many others.
    #[inline]
    pub fn has_room(&self, before: usize) -> bool {
        self.heap.len() + before < self.waiting_max
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

    /// The slots of all entries, in no order.
    pub(crate) fn slots(&self) -> impl Iterator<Item = u32> {
        self.heap.iter().map(|Reverse((_, _, slot))| *slot)
    }

    /// When the first one comes due; [`Timestamp::MAX`] if none waits.
    pub fn next_due(&self) -> Timestamp {
        self.heap.peek().map_or(Timestamp::MAX, |Reverse((due, ..))| *due)
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

impl Waiting {
    /// Writes the entries in the order in which they come due: the heap's own order is the library's
    /// affair.
    pub(crate) fn save(&self, out: &mut Saver<'_>) {
        let Self { heap, waiting_max: _ } = self;
        let mut entries: Vec<_> =
            heap.iter().map(|Reverse((due, bet, slot))| ((*due, *bet), *slot)).collect();
        entries.sort_unstable();
        out.list(entries.iter());
    }

    /// Reads the entries back, beside a table of `bets_max` bets.
    pub(crate) fn load(input: &mut Loader<'_>, bets_max: u32) -> Result<Self, DecodeError> {
        let mut waiting = Self::for_bets(bets_max);
        for _ in 0..input.count(waiting.waiting_max)? {
            let ((due, bet), slot) = input.take()?;
            waiting.push(due, bet, slot);
        }
        Ok(waiting)
    }
}
