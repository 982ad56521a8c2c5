//! Payments in two phases and bonuses, as they are asked for.

use crate::codec::wire_enum;
use crate::units::{BonusId, Money, Timestamp};
use crate::wallet::BonusKind;

/// What happened to a payment. A deposit's capture is [`super::Command::Deposit`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub enum PaymentStep {
    /// The provider promises a deposit; nothing can be staked of it yet.
    Authorise,
    /// The promise came to nothing.
    Fail,
    /// The player wants money; it leaves his balance at once.
    Withdraw {
        /// How much of it is kept back for the tax authority when it is paid.
        tax: Money,
    },
    /// The provider has paid it.
    Paid,
    /// It was not paid: it goes back to the player's balance.
    Returned,
}
wire_enum!(PaymentStep { 0 = Authorise, 1 = Fail, 2 = Withdraw { tax }, 3 = Paid, 4 = Returned });

/// What happens to a bonus.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub enum BonusStep {
    /// The player gets it.
    Grant {
        /// What it can be used for.
        kind: BonusKind,
        /// How much.
        amount: Money,
        /// What must be staked before it becomes the player's own; zero for free bets.
        wagering: Money,
        /// When it ends.
        expires_at: Timestamp,
        /// The promotion's own reference: the idempotency key, beside those of payments.
        reference: u128,
    },
    /// What is left of it goes back to the house. What open bets hold follows when they return it.
    Forfeit {
        /// Which.
        bonus: BonusId,
    },
}
wire_enum!(BonusStep {
    0 = Grant { kind, amount, wagering, expires_at, reference },
    1 = Forfeit { bonus },
});
