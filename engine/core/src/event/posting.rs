//! Between which accounts money moves, and why.

use crate::units::AccountId;

/// A ledger account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub enum LedgerAccount {
    /// What a player can stake.
    PlayerAvailable(AccountId),
    /// What a player's open bets hold.
    PlayerHeld(AccountId),
    /// The house.
    House,
    /// Money on its way from or to a payment provider.
    Payments,
}

/// Why money moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub enum PostingReason {
    /// A payment came in.
    Deposit,
    /// A stake is held.
    Hold,
    /// A held stake goes back: refused after waiting, cancelled, or void.
    Release,
    /// A lost or won bet's stake goes to the house.
    StakeTaken,
    /// A won bet's payout.
    Payout,
    /// An earlier settlement is taken back because the result changed.
    Reversal,
    /// What a bet that was cashed out, wholly or in part, was worth.
    CashOut,
}
