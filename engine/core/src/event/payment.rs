//! What is said of payments.

use crate::codec::wire_enum;
use crate::command::AdjustReason;
use crate::units::{AccountId, Money};

/// A payment as it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct PaymentView {
    /// Whose.
    pub account: AccountId,
    /// The reference: the provider's, or the promotion's or operator's own.
    #[cfg_attr(feature = "serde", serde(serialize_with = "crate::units::uuid::serialize"))]
    pub reference: u128,
    /// How much.
    pub amount: Money,
    /// Where it stands.
    pub status: PaymentStatus,
}

/// Where a payment stands: what it is and how far it came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub enum PaymentStatus {
    /// Money of a player that comes in.
    Deposit(DepositStatus),
    /// Money of a player that leaves.
    Withdrawal {
        /// How much of it is kept back for the tax authority.
        tax: Money,
        /// How far it came.
        status: WithdrawalStatus,
    },
    /// A bonus that was granted.
    Bonus,
    /// A balance that was adjusted by hand; the amount is below zero if it shrank.
    Adjusted {
        /// Why.
        reason: AdjustReason,
    },
}
wire_enum!(PaymentStatus {
    0 = Deposit(status),
    1 = Withdrawal { tax, status },
    2 = Bonus,
    3 = Adjusted { reason },
});

/// How far a deposit came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub enum DepositStatus {
    /// The provider promised it.
    Authorised,
    /// It came in.
    Captured,
    /// It came to nothing.
    Failed,
}
wire_enum!(DepositStatus { 0 = Authorised, 1 = Captured, 2 = Failed });

/// How far a withdrawal came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub enum WithdrawalStatus {
    /// It is on its way.
    Requested,
    /// It left.
    Paid,
    /// It came back.
    Returned,
}
wire_enum!(WithdrawalStatus { 0 = Requested, 1 = Paid, 2 = Returned });

impl PaymentStatus {
    /// Its name in reports and in providers' files.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Deposit(DepositStatus::Authorised) => "authorised",
            Self::Deposit(DepositStatus::Captured) => "captured",
            Self::Deposit(DepositStatus::Failed) => "failed",
            Self::Withdrawal { status: WithdrawalStatus::Requested, .. } => "requested",
            Self::Withdrawal { status: WithdrawalStatus::Paid, .. } => "paid",
            Self::Withdrawal { status: WithdrawalStatus::Returned, .. } => "returned",
            Self::Bonus => "bonus",
            Self::Adjusted { reason } => reason.name(),
        }
    }
}
