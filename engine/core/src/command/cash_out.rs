//! A bet that shall end before it is decided.

use crate::codec::wire_struct;
use crate::units::{AccountId, ClientBetId, Money, QuoteId, Stake};

/// See [`super::Command::CashOut`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct CashOut {
    /// The account.
    pub account: AccountId,
    /// The bettor's id of the bet.
    pub client_id: ClientBetId,
    /// How much of the stake (of each line's stake, if the bet has several) shall end; `None` is all
    /// that is left.
    pub part: Option<Stake>,
    /// The quote that the bettor saw: also the key under which the same wish is granted once.
    pub quote: QuoteId,
    /// The amount that he saw, and will not go below.
    pub amount: Money,
}
wire_struct!(CashOut { account, client_id, part, quote, amount });
