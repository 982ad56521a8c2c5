//! The slots of all bets as bytes, free ones in their places: a restored table hands out the same
//! slots in the same order.

use super::{Bet, BetTable};
use crate::codec::DecodeError;
use crate::command::Capacity;
use crate::snapshot::{Loader, Saver, Table};
use crate::units::BetId;
use crate::wallet::NO_BET;

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
    /// Whether every list runs through bets in use, from newer to older ones, and the free slots form
    /// one chain: then no list can lead astray or in a circle.
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
            && (0..)
                .zip(&self.slots)
                .all(|(slot, bet)| !bet.is_live() || self.links_are_sound(slot, bet))
    }

    fn links_are_sound(&self, slot: u32, bet: &Bet) -> bool {
        let market =
            self.listed(bet.next_of_market, |next| next.market == bet.market && next.id < bet.id);
        let older = self.listed(bet.older_of_account, |older| {
            older.account == bet.account && older.newer_of_account == slot && older.id < bet.id
        });
        let newer = self.listed(bet.newer_of_account, |newer| {
            newer.account == bet.account && newer.older_of_account == slot
        });
        market && older && newer
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
