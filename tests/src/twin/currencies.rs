//! Currencies, and what amounts of each count in limits, a second time.

use clutch_core::command::SetCurrency;
use clutch_core::reject::Numbers;
use clutch_core::units::Currency;
use clutch_core::{Reject, State};

use super::Twin;

const BILLION: i128 = 1_000_000_000;

impl Twin {
    pub(super) fn set_currency(&mut self, set: &SetCurrency) -> Result<(), Reject> {
        let number = usize::from(set.currency.0);
        if number > self.currencies.len() || number > 15 {
            return Err(Reject::UnknownCurrency);
        }
        let factor = i128::from(set.book_ppb);
        let range = if number == 0 { BILLION..=BILLION } else { 1..=1_000 * BILLION };
        if set.decimals > 3 || !range.contains(&factor) {
            return Err(Reject::InvalidParameter);
        }
        if self.currencies.get(number) == Some(set) {
            return Ok(());
        }
        let is_named = |(other, it): (usize, &SetCurrency)| other != number && it.code == set.code;
        let is_named = self.currencies.iter().enumerate().any(is_named);
        let is_used = self.accounts.iter().any(|account| usize::from(account.currency) == number);
        if is_named || is_used {
            return Err(Reject::CurrencyInUse);
        }
        if number == self.currencies.len() {
            self.currencies.push(*set);
        } else {
            self.currencies[number] = *set;
        }
        Ok(())
    }

    fn weight(&self, account: u32) -> i128 {
        let currency = self.accounts[account as usize].currency;
        self.currencies[usize::from(currency)].book_ppb.into()
    }

    /// What an amount of an account counts in limits: rounded up, away from zero.
    pub(super) fn weighed(&self, account: u32, amount: i128) -> i128 {
        let size = (amount.abs() * self.weight(account) + BILLION - 1) / BILLION;
        size * amount.signum()
    }

    /// The most of an account's money that counts no more than a limit.
    pub(super) fn most(&self, account: u32, limit: i128) -> i128 {
        if self.is_in_book_currency(account) {
            return limit;
        }
        (limit * BILLION / self.weight(account)).min(i128::from(i64::MAX / 8))
    }

    /// A limit's numbers as the account is told them.
    pub(super) fn told(&self, account: u32, code: Reject, numbers: (i128, i128)) -> (i128, i128) {
        if self.is_in_book_currency(account) || code.numbers() != Numbers::Money {
            return numbers;
        }
        (self.most(account, numbers.0), self.most(account, numbers.1))
    }

    fn is_in_book_currency(&self, account: u32) -> bool {
        self.accounts[account as usize].currency == 0
    }

    /// Whether an account has money of this currency.
    pub(super) fn is_of(&self, account: u32, currency: u8) -> bool {
        self.accounts[account as usize].currency == currency
    }

    /// Whether any account has other money than the book's.
    pub(super) fn are_currencies_mixed(&self) -> bool {
        self.accounts.iter().any(|account| account.currency != 0)
    }

    /// Holds the books of every currency to the twin's.
    pub(super) fn compare_currencies(&self, state: &State) {
        let wallet = state.wallet().expect("the engine has its first record");
        assert_eq!(wallet.currencies().iter().count(), self.currencies.len(), "currencies");
        for number in 0..self.currencies.len() as u8 {
            let books = wallet.books(Currency(number));
            assert_eq!(books.sum().minor(), 0, "debits and credits of currency {number}");
            assert_eq!(wallet.recomputed_sum_in(Currency(number)).minor(), 0);
            assert_eq!(i128::from(books.house.minor()), self.house(number), "house {number}");
            self.compare_books(number, books);
        }
    }
}
