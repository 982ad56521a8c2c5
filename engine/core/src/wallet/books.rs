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

    /// The sum that a ledger account is part of.
    #[inline(always)]
    pub(super) fn side(&mut self, ledger: LedgerAccount) -> &mut Money {
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
