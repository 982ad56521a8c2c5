//! A currency, as the operator says it.

use crate::codec::wire_struct;
use crate::units::{Currency, CurrencyCode};

/// Adds a currency, or changes one that no account has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct SetCurrency {
    /// Its number: the next free one, or one that exists. 0 is the book currency, that of all limits.
    pub currency: Currency,
    /// Its three letters (ISO 4217).
    pub code: CurrencyCode,
    /// How many places its amounts have, up to 3.
    pub decimals: u8,
    /// How many minor units of the book currency a billion of its minor units count in limits.
    pub book_ppb: u64,
}
wire_struct!(SetCurrency { currency, code, decimals, book_ppb });
