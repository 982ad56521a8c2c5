//! One account: the row that every bet touches.

use core::mem::offset_of;

use crate::command::{AccountState, Title};
use crate::market::Sign;
use crate::units::{Currency, Money};

/// No bet: the end of a list of bets.
pub const NO_BET: u32 = u32::MAX;

/// No group: the account stands alone.
pub const NO_GROUP: u32 = u32::MAX;

/// Factors of an account: one for each title before and after its matches begin.
pub const FACTORS: usize = 2 * Title::ALL.len();

/// One account's money and counters. One cache line, since every bet reads and writes it.
#[derive(Clone, Debug)]
#[repr(C, align(64))]
pub struct Account {
    /// What can be staked. Below zero only after a correction took back a paid win.
    pub available: Money,
    /// What the house would lose if every open and waiting bet won.
    pub liability: Money,
    /// What open and waiting bets hold.
    pub held: Money,
    /// What the bets of `payouts_day` that are not refused or void may pay together.
    payouts: Money,
    /// The newest bet's slot, or [`NO_BET`].
    pub newest_bet: u32,
    /// Bets waiting or open.
    pub bets_open: u32,
    /// The day on which the account placed its last bet, counted from the Unix epoch.
    payouts_day: u32,
    /// The accounts that it belongs together with; [`NO_GROUP`] if it stands alone.
    pub(crate) group: u32,
    /// Percentages of what everybody may stake: by title, before and after the match begins.
    pub(crate) factors: [u8; FACTORS],
    /// What the account may do.
    pub state: AccountState,
    /// Whether its bets are asked more than those of an ordinary account: limits, a rest, a policy.
    pub(crate) is_watched: bool,
    /// How many of its bets, from the second newest on, lack their link to the next newer one.
    pub(crate) unlinked: u8,
    /// The currency of all its money.
    pub currency: Currency,
}

crate::codec::wire_struct!(Account {
    available,
    held,
    liability,
    newest_bet,
    bets_open,
    state,
    payouts,
    payouts_day,
    group,
    factors,
    is_watched,
    unlinked,
    currency,
});

const _: () = assert!(size_of::<Account>() == 64, "an account is one cache line");

// Both balances are written and then read together. Side by side they would be read as one, and a
// read that covers two writes on their way to the cache waits for every write before them.
const _: () =
    assert!(offset_of!(Account, held) - offset_of!(Account, available) > size_of::<Money>());

impl Account {
    pub(super) fn new(currency: Currency) -> Self {
        Self {
            available: Money::ZERO,
            held: Money::ZERO,
            liability: Money::ZERO,
            newest_bet: NO_BET,
            bets_open: 0,
            state: AccountState::Open,
            payouts: Money::ZERO,
            payouts_day: 0,
            group: NO_GROUP,
            factors: [100; FACTORS],
            is_watched: false,
            unlinked: 0,
            currency,
        }
    }

    /// What its bets of a day may pay together.
    #[inline]
    pub fn payouts_on(&self, day: u32) -> Money {
        if self.payouts_day == day { self.payouts } else { Money::ZERO }
    }

    /// Counts what a bet of this day may pay, or takes it out again.
    #[inline]
    pub(crate) fn count_of_day(&mut self, day: u32, payout: Money, sign: Sign) {
        let before = self.payouts_on(day);
        self.payouts = match sign {
            Sign::In => before + payout,
            Sign::Out => before - payout,
        };
        self.payouts_day = day;
        assert!(self.payouts >= Money::ZERO, "an account's payouts of a day are below zero");
    }

    /// Which of its factors counts for matches of a title.
    pub(crate) const fn factor_index(title: Title, has_begun: bool) -> usize {
        2 * title as usize + has_begun as usize
    }

    /// Its percentage of what everybody may stake.
    #[inline]
    pub fn factor(&self, title: Title, has_begun: bool) -> u8 {
        self.factors[Self::factor_index(title, has_begun)]
    }

    /// The accounts that it belongs together with.
    pub fn group(&self) -> Option<u32> {
        (self.group != NO_GROUP).then_some(self.group)
    }

    /// Counts what a bet could cost in the account's open liability, or takes it out again.
    #[inline]
    pub(crate) fn count(&mut self, liability: Money, sign: Sign) {
        match sign {
            Sign::In => {
                self.liability += liability;
                self.bets_open += 1;
            }
            Sign::Out => {
                self.liability -= liability;
                self.bets_open -= 1;
            }
        }
        assert!(self.liability >= Money::ZERO, "an account's liability is below zero");
    }
}
