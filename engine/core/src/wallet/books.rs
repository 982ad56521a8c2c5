//! The books of one currency: every ledger account that is no single player's, and the sum of those that
//! are.

use crate::codec::wire_struct;
use crate::event::LedgerAccount;
use crate::units::{AccountId, Money};

/// See the module's documentation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Books {
    /// All that players can stake or have staked, bonuses among it.
    pub players: Money,
    /// What bets have earned less what bonuses cost.
    pub house: Money,
    /// Minus what payment providers brought in and did not take out again.
    pub provider: Money,
    /// Deposits authorised and withdrawals requested that have no outcome yet.
    pub in_transit: Money,
    /// Tax kept back and not paid on yet.
    pub tax_withheld: Money,
    /// What was corrected by hand, charged, or, below zero, given.
    pub adjustments: Money,
    /// Minus what players owed that was given up.
    pub bad_debt: Money,
}

wire_struct!(Books { players, house, provider, in_transit, tax_withheld, adjustments, bad_debt });

impl Books {
    /// The sum over all of them: zero, always.
    pub fn sum(&self) -> Money {
        let others = self.tax_withheld + self.adjustments + self.bad_debt;
        self.players + self.house + self.provider + self.in_transit + others
    }

    /// Enters a posting. What it moves of a player's own balance is what his row `moved`, so the sum over all
    /// of them comes out at zero only if the row was written as the posting says.
    ///
    /// # Panics
    /// If it was not.
    #[inline(always)]
    pub(super) fn enter(
        &mut self,
        from: LedgerAccount,
        to: LedgerAccount,
        amount: Money,
        moved: Money,
    ) {
        if from.is_balance() && to.is_balance() {
            // A stake that is held or released moves no sum.
            assert!(moved == Money::ZERO, "money of a player's was lost between his own balances");
            return;
        }
        *self.side(from) += if from.is_balance() { moved } else { -amount };
        *self.side(to) += if to.is_balance() { moved } else { amount };
        assert!(self.sum() == Money::ZERO, "the books no longer add up to zero");
    }

    /// The sum that a ledger account is part of.
    #[inline(always)]
    fn side(&mut self, ledger: LedgerAccount) -> &mut Money {
        match ledger {
            LedgerAccount::PlayerAvailable(_)
            | LedgerAccount::PlayerHeld(_)
            | LedgerAccount::PlayerBonus(_)
            | LedgerAccount::PlayerBonusHeld(_) => &mut self.players,
            LedgerAccount::House => &mut self.house,
            LedgerAccount::Provider => &mut self.provider,
            LedgerAccount::DepositInTransit(_) | LedgerAccount::WithdrawalInTransit(_) => {
                &mut self.in_transit
            }
            LedgerAccount::TaxWithheld => &mut self.tax_withheld,
            LedgerAccount::Adjustments => &mut self.adjustments,
            LedgerAccount::BadDebt => &mut self.bad_debt,
        }
    }
}

impl LedgerAccount {
    /// Whose own balance it is, if it is a player's.
    #[inline(always)]
    pub(super) const fn balance_of(self) -> Option<AccountId> {
        if self.is_balance() { self.player() } else { None }
    }

    /// Whether it is a player's own money. It only ever moves between his own two such accounts: a
    /// posting between two players does not exist.
    #[inline(always)]
    pub(super) const fn is_balance(self) -> bool {
        match self {
            Self::PlayerAvailable(_) | Self::PlayerHeld(_) => true,
            Self::PlayerBonus(_)
            | Self::PlayerBonusHeld(_)
            | Self::DepositInTransit(_)
            | Self::WithdrawalInTransit(_)
            | Self::House
            | Self::Provider
            | Self::TaxWithheld
            | Self::Adjustments
            | Self::BadDebt => false,
        }
    }

    /// The player whose it is.
    #[inline(always)]
    pub const fn player(self) -> Option<AccountId> {
        match self {
            Self::PlayerAvailable(account)
            | Self::PlayerHeld(account)
            | Self::PlayerBonus(account)
            | Self::PlayerBonusHeld(account)
            | Self::DepositInTransit(account)
            | Self::WithdrawalInTransit(account) => Some(account),
            Self::House
            | Self::Provider
            | Self::TaxWithheld
            | Self::Adjustments
            | Self::BadDebt => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: AccountId = AccountId(0);
    const AVAILABLE: LedgerAccount = LedgerAccount::PlayerAvailable(A);
    const HELD: LedgerAccount = LedgerAccount::PlayerHeld(A);

    fn money(minor: i64) -> Money {
        Money::from_minor(minor)
    }

    #[test]
    fn postings_that_the_rows_follow_add_up_to_zero() {
        let mut books = Books::default();
        books.enter(LedgerAccount::Provider, AVAILABLE, money(100), money(100));
        books.enter(AVAILABLE, HELD, money(40), money(0));
        books.enter(HELD, LedgerAccount::House, money(40), money(-40));
        books.enter(LedgerAccount::House, AVAILABLE, money(70), money(70));
        assert_eq!((books.players, books.house), (money(130), money(-30)));
    }

    #[test]
    #[should_panic = "no longer add up"]
    fn a_payout_that_the_row_did_not_get_is_found() {
        Books::default().enter(LedgerAccount::House, AVAILABLE, money(70), money(0));
    }

    #[test]
    #[should_panic = "no longer add up"]
    fn a_stake_that_the_row_lost_twice_is_found() {
        Books::default().enter(HELD, LedgerAccount::House, money(40), money(-80));
    }

    #[test]
    #[should_panic = "between his own balances"]
    fn a_stake_that_was_taken_and_not_held_is_found() {
        Books::default().enter(AVAILABLE, HELD, money(40), money(-40));
    }
}
