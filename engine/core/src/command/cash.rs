//! Payments in two phases and bonuses, as they are asked for.

use crate::codec::{wire_enum, wire_struct};
use crate::units::{BonusId, Money, Odds, Timestamp};
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

/// What makes bonus money the player's own.
///
/// Who may ask how much: no more than `wagering_times_max` times the bonus, ten by default as the UK's
/// LCCP social responsibility code 5.1.1 has it since 19 January 2026.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Wagering {
    /// How much must be staked on bets that are won or lost.
    pub turnover: Money,
    /// A bet counts whose payout over its stake is at least this; without it every bet does.
    pub min_odds: Option<Odds>,
    /// The most that becomes the player's own; without it all of it.
    pub most: Option<Money>,
}
wire_struct!(Wagering { turnover, min_odds, most });

impl Wagering {
    /// Nothing is to be wagered.
    pub const NONE: Self = Self { turnover: Money::ZERO, min_odds: None, most: None };
}

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
        /// What makes bonus money the player's own; [`Wagering::NONE`] for anything else.
        wagering: Wagering,
        /// When it ends.
        expires_at: Timestamp,
        /// The promotion's own reference: the idempotency key, beside those of payments.
        #[cfg_attr(feature = "serde", serde(serialize_with = "crate::units::uuid::serialize"))]
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
