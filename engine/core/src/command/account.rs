//! What an account may do.

use crate::codec::wire_enum;

/// What an account may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub enum AccountState {
    /// Everything.
    Open,
    /// Nothing until support lifts it.
    Suspended,
    /// Nothing, for ever.
    Closed,
    /// As an order: the player begins a self-exclusion of six months, if he has no longer one. It is his
    /// rest that says so then, and no state; whether the account is open or suspended stays as it was.
    SelfExcluded,
}
wire_enum!(AccountState { 0 = Open, 1 = Suspended, 2 = Closed, 3 = SelfExcluded });
