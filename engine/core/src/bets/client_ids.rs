//! Memory of what was answered to which client id, so that the same wish is granted once.
//!
//! Bounded and allocated at start: entries in order of arrival, found through an open-addressing
//! index. The index's layout never reaches an output, so replays agree whatever its history.

use alloc::vec;
use alloc::vec::Vec;

use crate::codec::{DecodeError, Decoder, Encoder, Wire};
use crate::hash::mix;
use crate::memory::{RowOf, TableSize};
use crate::snapshot::{Loader, Saver};
use crate::units::AccountId;

/// Who asked under which id, with the hash of both, made once for every question about the key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Key {
    /// The halves of the id, low and high: apart, they need no gap before or behind the key.
    id: [u64; 2],
    account: AccountId,
    hash: u32,
}

impl Key {
    /// The key of an account's `id`: the bettor's bet id, or a payment provider's reference.
    #[inline]
    pub fn new(account: AccountId, id: u128) -> Self {
        let id = [id as u64, (id >> 64) as u64];
        let low = mix(id[0] ^ 0x2d35_8dcc_aa6c_78a5, 0x8bb8_4b93_962e_acc9);
        let hash = mix(low ^ id[1], u64::from(account.0) ^ 0x4b33_a62e_d433_d4a3) as u32;
        Self { id, account, hash }
    }

    /// The account.
    #[inline]
    pub fn account(&self) -> AccountId {
        self.account
    }

    /// The id.
    #[inline]
    pub fn id(&self) -> u128 {
        u128::from(self.id[0]) | u128::from(self.id[1]) << 64
    }
}

impl Wire for Key {
    fn put(&self, out: &mut Encoder<'_>) {
        let Self { id: _, account, hash: _ } = self;
        account.put(out);
        self.id().put(out);
    }

    fn take(input: &mut Decoder<'_>) -> Result<Self, DecodeError> {
        Ok(Self::new(Wire::take(input)?, Wire::take(input)?))
    }
}

/// One place of the index. The hash stands beside the entry, so that a probe passes other keys
/// without looking at their entries, each of which would be a wait for memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Place {
    entry: u32,
    hash: u32,
}

impl Place {
    /// Leads nowhere. No table has that many entries.
    const EMPTY: Self = Self { entry: u32::MAX, hash: 0 };

    #[inline]
    fn is_empty(self) -> bool {
        self.entry == Self::EMPTY.entry
    }
}

/// One key with what was answered. Written once for every bet, so it holds no hash: that is made again
/// when the entry leaves.
#[derive(Clone, Copy, Debug)]
struct Entry<T> {
    id: [u64; 2],
    account: AccountId,
    answer: T,
}

impl<T> Entry<T> {
    #[inline]
    fn new(key: Key, answer: T) -> Self {
        let Key { id, account, hash: _ } = key;
        Self { id, account, answer }
    }

    fn key(&self) -> Key {
        Key::new(self.account, u128::from(self.id[0]) | u128::from(self.id[1]) << 64)
    }
}

/// How many places the index for so many entries has.
fn places(entries_max: usize) -> usize {
    (entries_max + entries_max / 2).next_power_of_two().max(2)
}

/// A bounded map from [`Key`] to what was answered; only the oldest entry can leave.
#[derive(Debug)]
pub struct ClientIds<T> {
    /// A ring, every page of it touched: `count` entries in order of arrival from `oldest` on.
    entries: Vec<Entry<T>>,
    oldest: usize,
    count: usize,
    /// A power of two long and at most two thirds full, so probes stay short.
    index: Vec<Place>,
}

impl<T: Copy> ClientIds<T> {
    /// An empty table for at most `entries_max` entries. `blank` fills its memory and is never seen.
    pub fn with_capacity(entries_max: u32, blank: T) -> Self {
        let entries_max = entries_max as usize;
        Self {
            entries: vec![Entry::new(Key::new(AccountId(0), 0), blank); entries_max],
            oldest: 0,
            count: 0,
            index: vec![Place::EMPTY; places(entries_max)],
        }
    }

    /// What a table and its index of these names take.
    pub(crate) fn sizes(names: [&'static str; 2], of: RowOf, entries_max: u32) -> [TableSize; 2] {
        let entries = entries_max as usize;
        [
            TableSize::of::<Entry<T>>(names[0], of, entries),
            TableSize::of::<Place>(names[1], of, places(entries)),
        ]
    }

    /// How many keys fit beside those that are there.
    pub fn room(&self) -> usize {
        self.entries.len() - self.count
    }

    /// Whether one more key fits behind so many others.
    #[inline]
    pub fn has_room(&self, before: usize) -> bool {
        self.count + before < self.entries.len()
    }

    /// Whether nothing more fits.
    #[inline]
    pub fn is_full(&self) -> bool {
        self.count == self.entries.len()
    }

    /// The memory at which [`ClientIds::get`] will look first.
    #[inline]
    pub fn looked_at_first(&self, key: Key) -> *const u8 {
        core::ptr::from_ref(&self.index[self.home(key.hash)]).cast()
    }

    /// The memory of the entry that will be written so many entries from now.
    #[inline]
    pub fn written_after(&self, entries: usize) -> *const u8 {
        self.entries.as_ptr().wrapping_add(self.entry(self.count + entries)).cast()
    }

    /// What was answered to this key.
    #[inline]
    pub fn get(&self, key: Key) -> Option<T> {
        let mut slot = self.home(key.hash);
        loop {
            let place = self.index[slot];
            if place.is_empty() {
                return None;
            }
            if place.hash == key.hash {
                let Entry { id, account, answer } = self.entries[place.entry as usize];
                if (id, account) == (key.id, key.account) {
                    return Some(answer);
                }
            }
            slot = self.next(slot);
        }
    }

    /// Gives a key that is known another answer: what was asked for under it went on.
    #[cold]
    pub fn replace(&mut self, key: Key, answer: T) {
        let mut slot = self.home(key.hash);
        loop {
            let place = self.index[slot];
            assert!(!place.is_empty(), "the caller has found the key before");
            let entry = &mut self.entries[place.entry as usize];
            if (entry.id, entry.account) == (key.id, key.account) {
                entry.answer = answer;
                return;
            }
            slot = self.next(slot);
        }
    }

    /// Remembers an answer. The key must be new and the table not full.
    #[inline(always)]
    pub fn insert(&mut self, key: Key, answer: T) {
        assert!(!self.is_full(), "the caller checks is_full first");
        let mut slot = self.home(key.hash);
        while !self.index[slot].is_empty() {
            slot = self.next(slot);
        }
        let entry = self.entry(self.count);
        self.index[slot] = Place { entry: entry as u32, hash: key.hash };
        self.entries[entry] = Entry::new(key, answer);
        self.count += 1;
    }

    /// The oldest entry.
    pub fn oldest(&self) -> Option<(Key, T)> {
        let entry = self.entries.get(self.oldest).filter(|_| self.count != 0)?;
        Some((entry.key(), entry.answer))
    }

    /// Forgets the oldest entry.
    pub fn forget_oldest(&mut self) {
        let Some((key, _)) = self.oldest() else { return };
        let mut hole = self.home(key.hash);
        while self.index[hole].entry as usize != self.oldest {
            hole = self.next(hole);
        }
        // Close the gap: whatever probed past the hole moves back into it.
        let mut slot = hole;
        loop {
            slot = self.next(slot);
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
        self.oldest = self.entry(1);
        self.count -= 1;
    }

    /// How many entries there are.
    pub(crate) fn count(&self) -> usize {
        self.count
    }

    /// Every entry, oldest first.
    pub fn iter(&self) -> impl Iterator<Item = (Key, T)> {
        (0..self.count).map(|offset| {
            let entry = &self.entries[self.entry(offset)];
            (entry.key(), entry.answer)
        })
    }

    /// Writes every entry, oldest first. The index is made anew: where an entry stands in it never
    /// reaches an output.
    pub(crate) fn save(&self, out: &mut Saver<'_>)
    where
        T: Wire,
    {
        let Self { entries: _, oldest: _, count, index: _ } = self;
        out.count(*count);
        self.iter().for_each(|entry| out.put(&entry));
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
        for _ in 0..input.count(table.entries.len())? {
            let (key, answer) = input.take()?;
            table.insert(key, answer);
        }
        Ok(table)
    }

    /// The place of the entry that arrived as the `offset`th after the oldest.
    #[inline]
    fn entry(&self, offset: usize) -> usize {
        let entry = self.oldest + offset;
        if entry < self.entries.len() { entry } else { entry - self.entries.len() }
    }

    #[inline]
    fn mask(&self) -> usize {
        self.index.len() - 1
    }

    /// Where a probe for this hash begins.
    #[inline]
    fn home(&self, hash: u32) -> usize {
        hash as usize & self.mask()
    }

    /// Where a probe goes on.
    #[inline]
    fn next(&self, slot: usize) -> usize {
        (slot + 1) & self.mask()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::{HashMap, VecDeque};

    #[test]
    fn it_agrees_with_a_hash_map_while_old_entries_leave() {
        let mut table = ClientIds::with_capacity(64, 0);
        let mut twin: HashMap<u128, u32> = HashMap::new();
        let mut order = VecDeque::new();
        let mut random = 0x1234_5678_u64;
        for step in 0..50_000_u32 {
            random = mix(random ^ u64::from(step), 0x9e37_79b9_7f4a_7c15);
            let id = u128::from(random % 200);
            let key = Key::new(AccountId(1), id);
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
        table.insert(Key::new(AccountId(1), 7), 'a');
        table.insert(Key::new(AccountId(2), 7), 'b');
        assert_eq!(table.get(Key::new(AccountId(2), 7)), Some('b'));
        assert_eq!(table.get(Key::new(AccountId(3), 7)), None);
    }
}
