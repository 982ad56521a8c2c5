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
    /// No betting, by the player's own wish.
    SelfExcluded,
}
wire_enum!(AccountState { 0 = Open, 1 = Suspended, 2 = Closed, 3 = SelfExcluded });
