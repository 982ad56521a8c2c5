//! One account: the row that every bet touches.

use crate::command::AccountState;
use crate::market::Sign;
use crate::units::Money;

/// No bet: the end of a list of bets.
pub const NO_BET: u32 = u32::MAX;

/// One account's money and counters. One cache line, since every bet reads and writes it.
#[derive(Clone, Debug)]
#[repr(align(64))]
pub struct Account {
    /// What can be staked. Below zero only after a correction took back a paid win.
    pub available: Money,
    /// What open and waiting bets hold.
    pub held: Money,
    /// What the house would lose if every open and waiting bet won.
    pub liability: Money,
    /// The newest bet's slot, or [`NO_BET`].
    pub newest_bet: u32,
    /// Bets waiting or open.
    pub bets_open: u32,
    /// What the account may do.
    pub state: AccountState,
}

crate::codec::wire_struct!(Account { available, held, liability, newest_bet, bets_open, state });

impl Account {
    pub(super) fn new() -> Self {
        Self {
            available: Money::ZERO,
            held: Money::ZERO,
            liability: Money::ZERO,
            newest_bet: NO_BET,
            bets_open: 0,
            state: AccountState::Open,
        }
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
