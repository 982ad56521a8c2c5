//! The slots of all bets as bytes, free ones in their places: a restored table hands out the same
//! slots in the same order.

use super::{Bet, BetTable, UNLINKED_MAX};
use crate::codec::DecodeError;
use crate::command::Capacity;
use crate::snapshot::{Loader, Saver, Table};
use crate::units::{AccountId, BetId};
use crate::wallet::{Account, NO_BET};

impl Table for BetTable {
    fn save(&self, out: &mut Saver<'_>) {
        // How many slots are in use is counted anew.
        let Self { slots, free, slots_max: _, live: _ } = self;
        out.put(free);
        out.count(slots.len());
        for bet in slots {
            out.put(&bet.is_live());
            if bet.is_live() {
                out.put(bet);
            } else {
                out.put(&bet.next_of_market);
            }
        }
    }

    fn load(input: &mut Loader<'_>, capacity: &Capacity) -> Result<Self, DecodeError> {
        let mut table = Self::with_capacity(capacity.bets_max);
        table.free = input.take()?;
        for _ in 0..input.count(table.slots_max)? {
            let bet = if input.take()? {
                let bet: Bet = input.take()?;
                if !bet.is_live() {
                    return Err(DecodeError::OutOfRange);
                }
                table.live += 1;
                bet
            } else {
                Bet { next_of_market: input.take()?, ..Bet::blank() }
            };
            table.slots.push(bet);
        }
        Ok(table)
    }
}

impl Bet {
    /// Whether the slot is in use.
    fn is_live(&self) -> bool {
        self.id != BetId(0)
    }
}

impl BetTable {
    /// Whether every market's list runs through bets in use, from newer to older ones, and the free slots
    /// form one chain: then no list can lead astray or in a circle.
    pub(crate) fn lists_are_sound(&self) -> bool {
        let mut free_slots = 0;
        let mut slot = self.free;
        while slot != NO_BET {
            // A circle is longer than the table.
            if free_slots == self.slots.len()
                || self.slots.get(slot as usize).is_none_or(Bet::is_live)
            {
                return false;
            }
            free_slots += 1;
            slot = self.slots[slot as usize].next_of_market;
        }
        self.live + free_slots == self.slots.len()
            && self.iter().all(|bet| {
                self.listed(bet.next_of_market, |next| {
                    next.market == bet.market && next.id < bet.id
                })
            })
    }

    /// How many bets an account's list has; `None` if it is not sound. It runs through bets in use, from
    /// newer to older ones, with links back from all but the newest ones that are known to lack them.
    pub(crate) fn length_of_list(&self, id: AccountId, account: &Account) -> Option<usize> {
        let (mut length, mut newer, mut slot) = (0, NO_BET, account.newest_bet);
        let unlinked = usize::from(account.unlinked);
        while slot != NO_BET {
            let bet = self.slots.get(slot as usize).filter(|bet| bet.is_live())?;
            let link = if length <= unlinked { NO_BET } else { newer };
            let is_older = newer == NO_BET || bet.id < self.bet(newer).id;
            if bet.account != id || bet.newer_of_account != link || !is_older {
                return None;
            }
            (length, newer, slot) = (length + 1, slot, bet.older_of_account);
        }
        let fits = unlinked <= length.saturating_sub(1) && unlinked <= usize::from(UNLINKED_MAX);
        fits.then_some(length)
    }

    /// Whether a link ends a list or leads to a bet in use with this property.
    pub(crate) fn listed(&self, slot: u32, holds: impl FnOnce(&Bet) -> bool) -> bool {
        slot == NO_BET
            || self.slots.get(slot as usize).is_some_and(|bet| bet.is_live() && holds(bet))
    }

    /// Every bet in use.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Bet> {
        self.slots.iter().filter(|bet| bet.is_live())
    }

    /// Whether a slot was ever used.
    pub(crate) fn has_slot(&self, slot: u32) -> bool {
        (slot as usize) < self.slots.len()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::hash::mix;
    use crate::units::{Currency, Name};
    use crate::wallet::Wallet;
    use std::format;
    use std::vec::Vec;

    /// Accounts with a bet or two and one with hundreds, which leave from anywhere in their lists.
    #[test]
    fn lists_stay_sound_while_links_are_written_late() {
        const ACCOUNTS: u32 = 3;
        let mut wallet = Wallet::with_capacity(ACCOUNTS);
        for number in 0..ACCOUNTS {
            let key = Name::new(&format!("player-{number}")).unwrap();
            wallet.open(key, Currency::default()).unwrap();
        }
        let mut table = BetTable::with_capacity(500);
        // Slots by account, newest last.
        let mut twin: [Vec<u32>; ACCOUNTS as usize] = Default::default();
        let (mut random, mut longest_run) = (7, 0);
        for step in 1..20_000_u64 {
            random = mix(random ^ step, 0x9e37_79b9_7f4a_7c15);
            let owner = [0, 0, 0, 0, 0, 0, 1, 2][(random % 8) as usize];
            let slots = &mut twin[owner];
            // Waves, so that tables fill, drain, and long runs of bets come without one that leaves.
            let places = step / 700 % 2 == 0 || random % 3 == 0;
            if places && !table.is_full() {
                let account = AccountId(owner as u32);
                let bet = Bet { id: BetId(step), account, ..Bet::blank() };
                let row = wallet.get_mut(account).unwrap();
                slots.push(table.insert(bet, &mut NO_BET.clone(), row));
                longest_run = longest_run.max(row.unlinked);
            } else if !slots.is_empty() {
                let place = (random >> 32) as usize % slots.len();
                table.remove(slots.remove(place), &mut wallet);
            }
            for (id, account) in wallet.iter() {
                let slots = &twin[id.0 as usize];
                assert_eq!(table.length_of_list(id, account), Some(slots.len()), "step {step}");
                let listed = table.of_account(account.newest_bet).map(|bet| bet.id);
                let expected = slots.iter().rev().map(|slot| table.bet(*slot).id);
                assert!(listed.eq(expected), "step {step}");
            }
        }
        assert_eq!(longest_run, UNLINKED_MAX, "the run of bets without links was never full");
    }
}
