//! The slots of all multiples and their legs as bytes, free ones in their places, as those of singles.

use alloc::collections::BTreeMap;

use super::{Leg, LegOutcome, Multiple, MultipleTable};
use crate::codec::DecodeError;
use crate::command::Capacity;
use crate::market::{Market, MarketTable};
use crate::settlement::system::System;
use crate::snapshot::{Loader, Saver, Table};
use crate::units::{BetId, MarketId};
use crate::wallet::NO_BET;

impl Table for MultipleTable {
    fn save(&self, out: &mut Saver<'_>) {
        // How many slots are in use is counted anew.
        let Self {
            slots,
            slots_max: _,
            free,
            live: _,
            legs,
            legs_max: _,
            free_leg,
            legs_live: _,
            newest_of_account,
        } = self;
        out.put(free);
        out.list(slots.iter());
        out.put(free_leg);
        out.list(legs.iter());
        // Most accounts have none.
        out.count(newest_of_account.iter().filter(|slot| **slot != NO_BET).count());
        for (account, slot) in (0_u32..).zip(newest_of_account) {
            if *slot != NO_BET {
                out.put(&(account, *slot));
            }
        }
    }

    fn load(input: &mut Loader<'_>, capacity: &Capacity) -> Result<Self, DecodeError> {
        let Capacity { multiples_max, legs_max, accounts_max, .. } = *capacity;
        let mut table = Self::with_capacity(multiples_max, legs_max, accounts_max);
        table.free = input.take()?;
        for _ in 0..input.count(table.slots_max)? {
            let multiple: Multiple = input.take()?;
            let Multiple { legs, folds, bankers, .. } = multiple;
            if multiple.is_live() {
                System::new(usize::from(legs), folds, bankers)
                    .map_err(|_| DecodeError::OutOfRange)?;
                table.live += 1;
            }
            table.slots.push(multiple);
        }
        table.free_leg = input.take()?;
        for _ in 0..input.count(table.legs_max)? {
            let leg: Leg = input.take()?;
            table.legs_live += usize::from(leg.is_live());
            table.legs.push(leg);
        }
        for _ in 0..input.count(accounts_max as usize)? {
            let (account, slot): (u32, u32) = input.take()?;
            let newest = table.newest_of_account.get_mut(account as usize);
            *newest.ok_or(DecodeError::OutOfRange)? = slot;
        }
        Ok(table)
    }
}

impl Multiple {
    fn is_live(&self) -> bool {
        self.id != BetId(0)
    }
}

impl Leg {
    fn is_live(&self) -> bool {
        self.multiple != NO_BET
    }
}

impl MultipleTable {
    /// Whether a market's list holds legs of its own, and its settlement stands at one of them.
    pub(crate) fn fits_market(&self, id: MarketId, market: &Market) -> bool {
        [market.newest_leg, market.settling_leg].into_iter().all(|first| {
            let length = chain(first, self.legs_live, |leg| {
                let leg = self.live_leg(leg).filter(|leg| leg.market == id)?;
                Some(leg.next_of_market)
            });
            length.is_some()
        })
    }

    /// Whether a slot was ever used.
    pub(crate) fn has_slot(&self, slot: u32) -> bool {
        (slot as usize) < self.slots.len()
    }

    /// Every bet in use.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Multiple> {
        self.slots.iter().filter(|multiple| multiple.is_live())
    }

    /// Whether every list runs through rows in use, every bet has its legs, and the free slots form
    /// chains: then no list can lead astray or in a circle.
    pub(crate) fn lists_are_sound(&self, markets: &MarketTable) -> bool {
        let free = chain(self.free, self.slots.len(), |slot| {
            let multiple = self.slots.get(slot as usize)?;
            (!multiple.is_live()).then_some(multiple.older_of_account)
        });
        let free_legs = chain(self.free_leg, self.legs.len(), |leg| {
            let leg = self.legs.get(leg as usize)?;
            (!leg.is_live()).then_some(leg.next_of_market)
        });
        free == Some(self.slots.len() - self.live)
            && free_legs == Some(self.legs.len() - self.legs_live)
            && self.accounts_are_sound()
            && self.kept_legs_agree(markets)
            && self.legs.iter().all(|leg| !leg.is_live() || self.leg_is_sound(leg, markets))
            && (0..).zip(&self.slots).all(|(slot, multiple)| {
                !multiple.is_live() || self.multiple_is_sound(slot, multiple)
            })
    }

    fn accounts_are_sound(&self) -> bool {
        (0..).zip(&self.newest_of_account).all(|(account, slot)| {
            *slot == NO_BET
                || self.live_slot(*slot).is_some_and(|multiple| multiple.account.0 == account)
        })
    }

    /// Each market counts the legs that have left its list and whose bets are there.
    fn kept_legs_agree(&self, markets: &MarketTable) -> bool {
        let mut kept: BTreeMap<MarketId, u32> = BTreeMap::new();
        for leg in self.legs.iter().filter(|leg| leg.is_live()) {
            *kept.entry(leg.market).or_default() += u32::from(leg.outcome != LegOutcome::Open);
        }
        markets.iter().all(|(id, row)| row.legs_kept == kept.get(&id).copied().unwrap_or_default())
    }

    /// A leg leads to a market and a bet that exist.
    fn leg_is_sound(&self, leg: &Leg, markets: &MarketTable) -> bool {
        self.live_slot(leg.multiple).is_some()
            && markets.get(leg.market).is_some_and(|market| {
                let is_final = leg.outcome != LegOutcome::Open;
                leg.selection.0 < market.selections() && (is_final || !market.retired)
            })
    }

    /// A bet has as many legs as it says, and stands in its account's list.
    fn multiple_is_sound(&self, slot: u32, multiple: &Multiple) -> bool {
        let legs = chain(multiple.first_leg, usize::from(multiple.legs), |leg| {
            let leg = self.live_leg(leg)?;
            (leg.multiple == slot).then_some(leg.next_of_bet)
        });
        let is_left = |leg: &&Leg| leg.outcome == LegOutcome::Open;
        let left = || self.legs_of(multiple).filter(is_left).count();
        let (older, newer) = (multiple.older_of_account, multiple.newer_of_account);
        legs == Some(usize::from(multiple.legs))
            && left() == usize::from(multiple.legs_left)
            && (older == NO_BET
                || self.live_slot(older).is_some_and(|older| {
                    older.account == multiple.account
                        && older.newer_of_account == slot
                        && older.id < multiple.id
                }))
            && (newer == NO_BET
                || self.live_slot(newer).is_some_and(|newer| {
                    newer.account == multiple.account && newer.older_of_account == slot
                }))
    }

    fn live_slot(&self, slot: u32) -> Option<&Multiple> {
        self.slots.get(slot as usize).filter(|multiple| multiple.is_live())
    }

    fn live_leg(&self, leg: u32) -> Option<&Leg> {
        self.legs.get(leg as usize).filter(|leg| leg.is_live())
    }
}

/// How long a list is; `None` if it leads astray or is longer than `max`, as a circle is.
fn chain(first: u32, max: usize, next: impl Fn(u32) -> Option<u32>) -> Option<usize> {
    let (mut at, mut length) = (first, 0);
    while at != u32::MAX {
        if length == max {
            return None;
        }
        at = next(at)?;
        length += 1;
    }
    Some(length)
}
