//! Memory of what was answered to which client id, so that the same wish is granted once.
//!
//! Bounded and allocated at start: entries in order of arrival, found through an open-addressing
//! index. The index's layout never reaches an output, so replays agree whatever its history.

use alloc::collections::VecDeque;
use alloc::vec;
use alloc::vec::Vec;

use crate::codec::{DecodeError, Wire};
use crate::hash::mix;
use crate::memory::touched;
use crate::snapshot::{Loader, Saver};
use crate::units::AccountId;

/// Who asked under which id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Key {
    /// The account.
    pub account: AccountId,
    /// The bettor's bet id, or a payment provider's reference.
    pub id: u128,
}

crate::codec::wire_struct!(Key { account, id });

impl Key {
    fn hash(self) -> u32 {
        let low = mix(self.id as u64 ^ 0x2d35_8dcc_aa6c_78a5, 0x8bb8_4b93_962e_acc9);
        let account = u64::from(self.account.0) ^ 0x4b33_a62e_d433_d4a3;
        mix(low ^ (self.id >> 64) as u64, account) as u32
    }
}

/// One place of the index. The hash stands beside the ticket, so that a probe passes other keys
/// without looking at their entries, each of which would be a wait for memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Place {
    ticket: u32,
    hash: u32,
}

impl Place {
    /// Leads nowhere. Tickets use 31 bits, so that none looks like this.
    const EMPTY: Self = Self { ticket: u32::MAX, hash: 0 };

    fn is_empty(self) -> bool {
        self.ticket == Self::EMPTY.ticket
    }
}

/// See [`Place::EMPTY`].
const TICKET_MASK: u32 = u32::MAX >> 1;

/// A bounded map from [`Key`] to what was answered; only the oldest entry can leave.
#[derive(Debug)]
pub struct ClientIds<T> {
    entries: VecDeque<(Key, T)>,
    entries_max: usize,
    /// How many entries have left: the ticket of the oldest one present.
    left: u32,
    /// A power of two long and at most half full, so probes stay short.
    index: Vec<Place>,
}

impl<T: Copy> ClientIds<T> {
    /// An empty table for at most `entries_max` entries. `blank` fills its memory and is never seen.
    pub fn with_capacity(entries_max: u32, blank: T) -> Self {
        let entries_max = entries_max as usize;
        let no_key = Key { account: AccountId(0), id: 0 };
        Self {
            entries: VecDeque::from(touched(entries_max, (no_key, blank))),
            entries_max,
            left: 0,
            index: vec![Place::EMPTY; (entries_max * 2).next_power_of_two().max(2)],
        }
    }

    /// Whether nothing more fits.
    pub fn is_full(&self) -> bool {
        self.entries.len() == self.entries_max
    }

    /// Asks for the memory that [`ClientIds::get`] will look at first.
    #[inline]
    pub fn warm(&self, key: Key) {
        core::hint::black_box(self.index[self.home(key.hash())].ticket);
    }

    /// What was answered to this key.
    #[inline]
    pub fn get(&self, key: Key) -> Option<T> {
        self.find(key).map(|offset| self.entries[offset].1)
    }

    /// Where the key's entry is.
    #[inline]
    fn find(&self, key: Key) -> Option<usize> {
        let hash = key.hash();
        let mut slot = self.home(hash);
        loop {
            let place = self.index[slot];
            if place.is_empty() {
                return None;
            }
            let offset = self.offset(place.ticket);
            if place.hash == hash && self.entries[offset].0 == key {
                return Some(offset);
            }
            slot = (slot + 1) & self.mask();
        }
    }

    /// Remembers an answer. The key must be new and the table not full.
    #[inline]
    pub fn insert(&mut self, key: Key, answer: T) {
        assert!(!self.is_full(), "the caller checks is_full first");
        let hash = key.hash();
        let mut slot = self.home(hash);
        while !self.index[slot].is_empty() {
            slot = (slot + 1) & self.mask();
        }
        let ticket = self.left.wrapping_add(self.entries.len() as u32) & TICKET_MASK;
        self.index[slot] = Place { ticket, hash };
        self.entries.push_back((key, answer));
    }

    /// The oldest entry.
    pub fn oldest(&self) -> Option<&(Key, T)> {
        self.entries.front()
    }

    /// Forgets the oldest entry.
    pub fn forget_oldest(&mut self) {
        let Some((key, _)) = self.entries.front() else { return };
        let mut hole = self.home(key.hash());
        while self.index[hole].ticket != self.left {
            hole = (hole + 1) & self.mask();
        }
        // Close the gap: whatever probed past the hole moves back into it.
        let mut slot = hole;
        loop {
            slot = (slot + 1) & self.mask();
            let place = self.index[slot];
            if place.is_empty() {
                break;
            }
            let home = self.home(place.hash);
            let distance = |from: usize| slot.wrapping_sub(from) & self.mask();
            if distance(home) >= distance(hole) {
                self.index[hole] = place;
                hole = slot;
            }
        }
        self.index[hole] = Place::EMPTY;
        self.entries.pop_front();
        self.left = self.left.wrapping_add(1) & TICKET_MASK;
    }

    /// Every entry, oldest first.
    pub fn iter(&self) -> impl Iterator<Item = &(Key, T)> {
        self.entries.iter()
    }

    /// Writes every entry, oldest first. The index is made anew: where an entry stands in it never
    /// reaches an output.
    pub(crate) fn save(&self, out: &mut Saver<'_>)
    where
        T: Wire,
    {
        let Self { entries, entries_max: _, left: _, index: _ } = self;
        out.list(entries.iter());
    }

    /// Reads the entries back. `blank` as in [`ClientIds::with_capacity`].
    pub(crate) fn load(
        input: &mut Loader<'_>,
        entries_max: u32,
        blank: T,
    ) -> Result<Self, DecodeError>
    where
        T: Wire,
    {
        let mut table = Self::with_capacity(entries_max, blank);
        for _ in 0..input.count(table.entries_max)? {
            let (key, answer) = input.take()?;
            table.insert(key, answer);
        }
        Ok(table)
    }

    fn mask(&self) -> usize {
        self.index.len() - 1
    }

    /// Where a probe for this hash begins.
    fn home(&self, hash: u32) -> usize {
        hash as usize & self.mask()
    }

    fn offset(&self, ticket: u32) -> usize {
        (ticket.wrapping_sub(self.left) & TICKET_MASK) as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashMap;

    #[test]
    fn it_agrees_with_a_hash_map_while_old_entries_leave() {
        let mut table = ClientIds::with_capacity(64, 0);
        let mut twin: HashMap<u128, u32> = HashMap::new();
        let mut order = VecDeque::new();
        let mut random = 0x1234_5678_u64;
        for step in 0..50_000_u32 {
            random = mix(random ^ u64::from(step), 0x9e37_79b9_7f4a_7c15);
            let id = u128::from(random % 200);
            let key = Key { account: AccountId(1), id };
            assert_eq!(table.get(key), twin.get(&id).copied(), "step {step}, id {id}");
            if table.get(key).is_some() {
                continue;
            }
            if table.is_full() {
                table.forget_oldest();
                twin.remove(&order.pop_front().unwrap_or_default());
            }
            table.insert(key, step);
            twin.insert(id, step);
            order.push_back(id);
        }
    }

    #[test]
    fn two_accounts_may_use_the_same_id() {
        let mut table = ClientIds::with_capacity(4, ' ');
        table.insert(Key { account: AccountId(1), id: 7 }, 'a');
        table.insert(Key { account: AccountId(2), id: 7 }, 'b');
        assert_eq!(table.get(Key { account: AccountId(2), id: 7 }), Some('b'));
        assert_eq!(table.get(Key { account: AccountId(3), id: 7 }), None);
    }
}
