//! In which currency each account keeps its money, learned from the engine's own events.

use clutch_core::Event;
use clutch_core::units::{AccountId, Currency, CurrencyCode};

use crate::wire::decimal::USUAL_PLACES;

/// What is known of currencies and of who has which.
#[derive(Debug, Default)]
pub struct Purses {
    /// By number: its letters and how many places it has.
    currencies: Vec<Option<(CurrencyCode, u8)>>,
    /// By account.
    of_accounts: Vec<Option<Currency>>,
    /// Whether every account was heard of, so that one that was not does not exist.
    are_all_known: bool,
}

impl Purses {
    /// Learns what an event says.
    pub fn hear(&mut self, event: &Event) {
        match *event {
            Event::Currency { currency, code, decimals, .. } => {
                *slot(&mut self.currencies, usize::from(currency.0)) = Some((code, decimals));
            }
            Event::Account { account, currency, .. } => {
                *slot(&mut self.of_accounts, account.0 as usize) = Some(currency);
            }
            _ => {}
        }
    }

    /// Whether there is more than the book currency.
    pub fn are_several(&self) -> bool {
        1 < self.currencies.len()
    }

    /// Notes that the last page of accounts has come. Those that are opened from now on are heard of at once.
    pub fn know_all(&mut self) {
        self.are_all_known = true;
    }

    /// How many accounts were heard of, from number 0 on without a gap.
    pub fn known_accounts(&self) -> u32 {
        self.of_accounts.iter().take_while(|known| known.is_some()).count() as u32
    }

    /// How many places money of the book currency has.
    pub fn book_places(&self) -> u8 {
        self.places_of(Currency(0))
    }

    /// How many places money of an account has; `None` if its currency is not known yet. While there is one
    /// currency it is everybody's.
    pub fn places(&self, account: AccountId) -> Option<u8> {
        if !self.are_several() {
            return Some(self.book_places());
        }
        match self.of_accounts.get(account.0 as usize).copied().flatten() {
            Some(currency) => Some(self.places_of(currency)),
            // Nobody's money; the engine says that there is no such account.
            None => self.are_all_known.then(|| self.book_places()),
        }
    }

    /// The same to show it: of an account nobody spoke of yet, that of the book currency.
    pub fn places_shown(&self, account: AccountId) -> u8 {
        self.places(account).unwrap_or_else(|| self.book_places())
    }

    /// The letters of an account's currency, if they are known.
    pub fn code(&self, account: AccountId) -> Option<CurrencyCode> {
        let known = self.of_accounts.get(account.0 as usize).copied().flatten();
        let currency = known.or((!self.are_several()).then_some(Currency(0)))?;
        Some((*self.currencies.get(usize::from(currency.0))?)?.0)
    }

    fn places_of(&self, currency: Currency) -> u8 {
        let known = self.currencies.get(usize::from(currency.0)).copied().flatten();
        known.map_or(USUAL_PLACES, |(_, places)| places)
    }
}

fn slot<T>(rows: &mut Vec<Option<T>>, index: usize) -> &mut Option<T> {
    if rows.len() <= index {
        rows.resize_with(index + 1, || None);
    }
    &mut rows[index]
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use clutch_core::command::AccountState;
    use clutch_core::units::Name;

    #[test]
    fn an_account_is_unknown_only_where_it_matters() {
        let mut purses = Purses::default();
        let (first, second) = (AccountId(0), AccountId(1));
        assert_eq!(purses.places(first), Some(2), "one book with two places, as most are");
        let mut hear = |currency, code: &str, decimals| {
            let code = CurrencyCode::new(code).unwrap();
            purses.hear(&Event::Currency { currency, code, decimals, book_ppb: 1 });
        };
        hear(Currency(0), "EUR", 2);
        hear(Currency(1), "JPY", 0);
        assert_eq!(purses.places(first), None);
        let mut all = Purses { are_all_known: true, ..Purses::default() };
        all.hear(&Event::Currency {
            currency: Currency(1),
            code: CurrencyCode::new("JPY").unwrap(),
            decimals: 0,
            book_ppb: 1,
        });
        assert_eq!(
            all.places(AccountId(77)),
            Some(2),
            "the engine will say that it does not exist"
        );
        let (key, state) = (Name::new("a").unwrap(), AccountState::Open);
        let account = |account, currency| Event::Account { account, key, state, currency };
        purses.hear(&account(second, Currency(1)));
        assert_eq!((purses.places(first), purses.places(second)), (None, Some(0)));
        assert_eq!(purses.known_accounts(), 0);
        purses.hear(&account(first, Currency(0)));
        assert_eq!((purses.places(first), purses.known_accounts()), (Some(2), 2));
        assert_eq!(purses.code(second).unwrap().as_str(), "JPY");
    }
}
