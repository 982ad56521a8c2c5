//! The operator's own keys of accounts, and which account each belongs to.
//!
//! An engine opens a million accounts before its first bet, so a key is found through an index and
//! not by a scan. The index's layout never reaches an output.

use alloc::vec;
use alloc::vec::Vec;
use core::ptr::from_ref;

use crate::hash::StateHasher;
use crate::memory::{RowOf, TableSize, coming_lines};
use crate::units::{AccountId, Name};

/// An index slot that leads nowhere.
const EMPTY: u32 = u32::MAX;

/// The keys of all accounts, in order of opening.
#[derive(Debug)]
pub(super) struct Keys {
    keys: Vec<Name>,
    /// Open addressing. A power of two long and at most half full, so probes stay short.
    index: Vec<u32>,
}

impl Default for Keys {
    fn default() -> Self {
        Self::with_capacity(0)
    }
}

impl Keys {
    pub fn with_capacity(keys_max: usize) -> Self {
        Self {
            keys: Vec::with_capacity(keys_max),
            index: vec![EMPTY; (keys_max * 2).next_power_of_two().max(2)],
        }
    }

    /// What the keys and their index take.
    pub fn sizes(keys_max: usize, sizes: &mut Vec<TableSize>) {
        let places = (keys_max * 2).next_power_of_two().max(2);
        sizes.push(TableSize::of::<Name>("account keys", RowOf::Account, keys_max));
        sizes.push(TableSize::of::<u32>("index of account keys", RowOf::Account, places));
    }

    /// The key of an account.
    pub fn get(&self, account: AccountId) -> Option<Name> {
        self.keys.get(account.0 as usize).copied()
    }

    /// Every key, in order of opening. The index beside them is derived.
    pub fn iter(&self) -> impl Iterator<Item = &Name> {
        let Self { keys, index: _ } = self;
        keys.iter()
    }

    /// The account with this key.
    pub fn find(&self, key: &Name) -> Option<AccountId> {
        match self.index[self.slot_of(key)] {
            EMPTY => None,
            account => Some(AccountId(account)),
        }
    }

    /// Adds the key of the next account; it must be new.
    pub fn push(&mut self, key: Name) {
        assert!(self.keys.len() < self.index.len() / 2, "the caller checks that there is room");
        let slot = self.slot_of(&key);
        assert!(self.index[slot] == EMPTY, "the caller checks that the key is new");
        self.index[slot] = self.keys.len() as u32;
        self.keys.push(key);
    }

    /// The memory that the next keys will take, from the one after so many others on.
    pub fn written_after(&self, keys: usize) -> impl Iterator<Item = *const u8> {
        coming_lines(&self.keys, keys, 1)
    }

    /// The place of the index where the search for a key begins.
    pub fn looked_at_first(&self, key: &Name) -> *const u8 {
        from_ref(&self.index[self.home(key)]).cast()
    }

    /// The key with which it is then compared, if there is one.
    pub fn compared_first(&self, key: &Name) -> Option<*const u8> {
        let account = self.index[self.home(key)];
        self.keys.get(account as usize).map(|other| from_ref(other).cast())
    }

    /// Where the search for a key begins.
    fn home(&self, key: &Name) -> usize {
        let mut hasher = StateHasher::default();
        hasher.bytes(key.as_bytes());
        hasher.finish() as usize & (self.index.len() - 1)
    }

    /// Where the key stands in the index, or would.
    fn slot_of(&self, key: &Name) -> usize {
        let mask = self.index.len() - 1;
        let mut slot = self.home(key);
        while self.index[slot] != EMPTY && self.keys[self.index[slot] as usize] != *key {
            slot = (slot + 1) & mask;
        }
        slot
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use std::format;

    #[test]
    fn every_key_is_found_under_its_account_and_no_other_is_found() {
        let name = |number: u32| Name::new(&format!("player-{number}")).unwrap();
        let mut keys = Keys::with_capacity(1_000);
        for account in 0..1_000 {
            assert_eq!(keys.find(&name(account)), None);
            keys.push(name(account));
        }
        for account in (0..1_000).map(AccountId) {
            assert_eq!(keys.find(&name(account.0)), Some(account));
            assert_eq!(keys.get(account), Some(name(account.0)));
        }
        assert_eq!(keys.find(&name(1_000)), None);
        assert_eq!(keys.get(AccountId(1_000)), None);
    }
}
