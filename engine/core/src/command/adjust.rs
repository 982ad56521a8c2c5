//! What a person of the staff corrects on an account, as it is asked for.

use crate::codec::{wire_enum, wire_struct};
use crate::units::{AccountId, Money};

/// An adjustment of an account's balance by hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Adjust {
    /// The account.
    pub account: AccountId,
    /// How much its balance grows; below zero, how much it shrinks.
    pub amount: Money,
    /// Why.
    pub reason: AdjustReason,
    /// The adjustment's own reference, or the provider's: the idempotency key, beside those of payments.
    #[cfg_attr(feature = "serde", serde(serialize_with = "crate::units::uuid::serialize"))]
    pub reference: u128,
}
wire_struct!(Adjust { account, amount, reason, reference });

/// Why a balance is adjusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub enum AdjustReason {
    /// Something was booked wrongly and has left the engine: a bet, a payment. Gives or takes.
    Correction,
    /// A kindness of the house. Gives.
    Goodwill,
    /// What the terms charge for. Takes.
    Fee,
    /// A provider took a deposit back from us. Takes, whatever the balance.
    Chargeback,
    /// A debt that nobody expects back any more. Gives, up to the debt.
    WriteOff,
}
wire_enum!(AdjustReason { 0 = Correction, 1 = Goodwill, 2 = Fee, 3 = Chargeback, 4 = WriteOff });

impl AdjustReason {
    /// Every reason.
    pub const ALL: &'static [Self] =
        &[Self::Correction, Self::Goodwill, Self::Fee, Self::Chargeback, Self::WriteOff];

    /// Its name in orders, statements and reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Correction => "correction",
            Self::Goodwill => "goodwill",
            Self::Fee => "fee",
            Self::Chargeback => "chargeback",
            Self::WriteOff => "write_off",
        }
    }

    /// The one with this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|reason| reason.name() == name)
    }

    /// Whether it may move a balance in this direction.
    pub fn allows(self, amount: Money) -> bool {
        match self {
            Self::Correction => true,
            Self::Goodwill | Self::WriteOff => Money::ZERO < amount,
            Self::Fee | Self::Chargeback => amount < Money::ZERO,
        }
    }
}
