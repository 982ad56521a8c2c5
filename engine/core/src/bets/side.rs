//! What only a few bets have, apart from their rows: a bounded map from a bet's id.
//!
//! Most bets are plain, so a bet's row has no place for what is rare. A table that is empty answers
//! after one comparison. Allocated at start; rows are dense, found through an open-addressing index
//! whose layout never reaches an output.

use alloc::vec;
use alloc::vec::Vec;

use crate::codec::{DecodeError, Wire};
use crate::hash::mix;
use crate::memory::{RowOf, TableSize, touched};
use crate::snapshot::{Loader, Saver};
use crate::units::BetId;

/// Most bets with a row in one such table.
const ROWS_MAX: u32 = 65_536;

/// No row: an empty place of the index.
const EMPTY: u32 = u32::MAX;

/// A bounded map from a bet's id to what is rare about it.
#[derive(Debug)]
pub struct SideTable<T> {
    rows: Vec<(BetId, T)>,
    rows_max: usize,
    /// A power of two long and at most half full, so probes stay short.
    index: Vec<u32>,
}

impl<T: Copy> SideTable<T> {
    /// How many of so many bets may have a row.
    pub(crate) fn most(bets: u32) -> u32 {
        bets.min(ROWS_MAX)
    }

    /// An empty table beside tables of so many bets. `blank` fills its memory and is never seen.
    pub fn for_bets(bets: u32, blank: T) -> Self {
        let rows_max = Self::most(bets) as usize;
        Self {
            rows: touched(rows_max, (BetId(0), blank)),
            rows_max,
            index: vec![EMPTY; (rows_max * 2).next_power_of_two()],
        }
    }

    /// What such a table and its index take.
    pub(crate) fn sizes(names: [&'static str; 2], bets: u32) -> [TableSize; 2] {
        let rows = Self::most(bets) as usize;
        let places = (rows * 2).next_power_of_two();
        [
            TableSize::of::<(BetId, T)>(names[0], RowOf::Other, rows),
            TableSize::of::<u32>(names[1], RowOf::Other, places),
        ]
    }

    /// Whether no bet has a row.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// How many bets have a row.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether nothing more fits.
    pub fn is_full(&self) -> bool {
        self.rows.len() == self.rows_max
    }

    /// How many bets may have a row.
    pub fn rows_max(&self) -> usize {
        self.rows_max
    }

    /// A bet's row.
    pub fn get(&self, bet: BetId) -> Option<&T> {
        if self.is_empty() {
            return None;
        }
        self.rows.get(self.index[self.place(bet)] as usize).map(|(_, row)| row)
    }

    /// Gives a bet its row, or another one. A new row needs a table that is not full.
    pub fn set(&mut self, bet: BetId, row: T) {
        let place = self.place(bet);
        if self.index[place] == EMPTY {
            assert!(!self.is_full(), "the caller checks is_full first");
            self.index[place] = self.rows.len() as u32;
            self.rows.push((bet, row));
        } else {
            self.rows[self.index[place] as usize].1 = row;
        }
    }

    /// Takes a bet's row away, if it has one.
    pub fn remove(&mut self, bet: BetId) -> Option<T> {
        if self.is_empty() {
            return None;
        }
        let mut hole = self.place(bet);
        let row = self.index[hole];
        if row == EMPTY {
            return None;
        }
        // The last row takes its place.
        if let Some((moved, _)) = self.rows.last() {
            let place = self.place(*moved);
            self.index[place] = row;
        }
        let (_, removed) = self.rows.swap_remove(row as usize);
        // Close the gap: whatever probed past the hole moves back into it.
        let mut slot = hole;
        self.index[hole] = EMPTY;
        loop {
            slot = (slot + 1) & self.mask();
            let moved = self.index[slot];
            if moved == EMPTY {
                return Some(removed);
            }
            let home = self.home(self.rows[moved as usize].0);
            let distance = |from: usize| slot.wrapping_sub(from) & self.mask();
            if distance(hole) <= distance(home) {
                self.index[hole] = moved;
                self.index[slot] = EMPTY;
                hole = slot;
            }
        }
    }

    /// Every row, in an order that a replay repeats.
    pub fn iter(&self) -> impl Iterator<Item = &(BetId, T)> {
        self.rows.iter()
    }

    /// Writes every row in its place.
    pub(crate) fn save(&self, out: &mut Saver<'_>)
    where
        T: Wire,
    {
        let Self { rows, rows_max: _, index: _ } = self;
        out.list(rows.iter());
    }

    /// Reads the rows back.
    pub(crate) fn load(input: &mut Loader<'_>, bets: u32, blank: T) -> Result<Self, DecodeError>
    where
        T: Wire,
    {
        let mut table = Self::for_bets(bets, blank);
        for _ in 0..input.count(table.rows_max)? {
            let (bet, row) = input.take()?;
            if table.get(bet).is_some() {
                return Err(DecodeError::OutOfRange);
            }
            table.set(bet, row);
        }
        Ok(table)
    }

    /// Where a bet's row is named, or would be.
    fn place(&self, bet: BetId) -> usize {
        let mut place = self.home(bet);
        while self.rows.get(self.index[place] as usize).is_some_and(|(other, _)| *other != bet) {
            place = (place + 1) & self.mask();
        }
        place
    }

    fn home(&self, bet: BetId) -> usize {
        mix(bet.0, 0x8bb8_4b93_962e_acc9) as usize & self.mask()
    }

    fn mask(&self) -> usize {
        self.index.len() - 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    #[test]
    fn it_agrees_with_a_map_while_rows_come_and_go() {
        let mut table = SideTable::for_bets(100, 0_u64);
        let mut twin = BTreeMap::new();
        let mut random = 7_u64;
        for step in 0..50_000_u64 {
            random = mix(random ^ step, 0x9e37_79b9_7f4a_7c15);
            let bet = BetId(1 + random % 160);
            assert_eq!(table.get(bet), twin.get(&bet), "step {step}");
            assert_eq!((table.is_empty(), table.is_full()), (twin.is_empty(), twin.len() == 100));
            if random >> 40 & 1 == 0 {
                assert_eq!(table.remove(bet), twin.remove(&bet));
            } else if !table.is_full() || twin.contains_key(&bet) {
                table.set(bet, step);
                twin.insert(bet, step);
            }
        }
        let mut rows: std::vec::Vec<_> = table.iter().copied().collect();
        rows.sort_unstable();
        assert_eq!(rows, twin.into_iter().collect::<std::vec::Vec<_>>());
    }
}
