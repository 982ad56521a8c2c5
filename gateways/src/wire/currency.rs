//! Currencies, and accounts in them, as the staff orders them.

use clutch_core::Command;
use clutch_core::command::SetCurrency;
use clutch_core::units::{Currency, CurrencyCode, Name};
use serde::Deserialize;

use super::decimal::{parse_decimal, places};
use crate::codes::Fault;

/// A currency to be added.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SetCurrencyJson {
    currency: u8,
    code: String,
    places: u8,
    factor: String,
}

/// A factor has at most so many places.
const FACTOR_PLACES: u32 = 9;

/// How many minor units of the book currency a billion of a currency's count, by how much of the book's
/// *major* unit one of its major units counts: `0.0062` for a yen in euros.
pub fn book_ppb(factor: &str, places: u8, book_places: u8) -> Option<u64> {
    let ppb = u128::from(parse_decimal(factor, FACTOR_PLACES)?);
    let scaled = ppb * 10_u128.pow(book_places.into()) / 10_u128.pow(places.into());
    u64::try_from(scaled).ok().filter(|ppb| 0 < *ppb)
}

impl SetCurrencyJson {
    /// The command that it is.
    ///
    /// # Errors
    /// [`Fault`] naming the field that is wrong.
    pub fn command(self) -> Result<Command, Fault> {
        let code = CurrencyCode::new(&self.code)
            .ok_or_else(|| Fault::bad_field("code", "three capital letters, such as JPY"))?;
        let factor = || Fault::bad_field("factor", "a decimal above zero, such as \"0.0062\"");
        // What is about no account is read in the book currency.
        let book_ppb = book_ppb(&self.factor, self.places.min(9), places()).ok_or_else(factor)?;
        let (currency, decimals) = (Currency(self.currency), self.places);
        Ok(Command::SetCurrency(SetCurrency { currency, code, decimals, book_ppb }))
    }
}

/// An account to be opened.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct OpenAccountJson {
    key: String,
    currency: Option<u8>,
}

impl OpenAccountJson {
    /// The command that it is.
    ///
    /// # Errors
    /// [`Fault`] naming the field that is wrong.
    pub fn command(self) -> Result<Command, Fault> {
        let key = Name::new(&self.key)
            .map_err(|error| Fault::bad_field("key", &format!("a name: {error}")))?;
        Ok(Command::OpenAccount { key, currency: Currency(self.currency.unwrap_or(0)) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_factor_is_one_of_minor_units() {
        // A yen is 0.62 cents; a fils, a thousandth of a dinar, 0.295; a pound in a book of yen 190 yen.
        assert_eq!(book_ppb("0.0062", 0, 2), Some(620_000_000));
        assert_eq!(book_ppb("2.95", 3, 2), Some(295_000_000));
        assert_eq!(book_ppb("190", 2, 0), Some(1_900_000_000));
        assert_eq!(book_ppb("1", 2, 2), Some(1_000_000_000));
        for text in ["0", "", "-1", "1e3", "0.0000000001"] {
            assert_eq!(book_ppb(text, 2, 2), None, "{text}");
        }
    }
}
