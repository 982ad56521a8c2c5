//! The currencies that accounts are kept in, and what an amount of one counts in limits.
//!
//! Every limit of the operator and every sum that such limits look at is in the *book currency*, number 0; what
//! a player sets for himself is in his own. An account in another
//! currency has its stakes, payouts and balances in that one; where a limit is asked about, its amounts are
//! weighed by a factor. The factor is no exchange rate: nothing is ever paid by it.
//!
//! Invariants: numbers are dense from 0; the book currency weighs one to one; a currency that an account
//! has is never changed, so that what a bet added to a sum is what leaves it again.

use crate::codec::{DecodeError, wire_struct};
use crate::command::{Capacity, Config, SetCurrency};
use crate::event::Event;
use crate::reject::{Numbers, Refusal, Reject};
use crate::snapshot::{Loader, Saver, Table};
use crate::state::{Step, Tables};
use crate::units::{AccountId, Currency, CurrencyCode, Money, Stake};

/// Currencies that can be kept side by side.
pub const CURRENCIES_MAX: usize = 16;
/// A factor of one: a billion minor units count as a billion.
pub const ONE_PPB: u64 = 1_000_000_000;
/// The largest factor: a thousand minor units of the book currency for one.
const FACTOR_MAX_PPB: u64 = 1_000 * ONE_PPB;
/// The most places that money has.
pub const DECIMALS_MAX: u8 = 3;
/// What any amount counts at the most: beyond every limit, and far from overflow when sums are taken.
const COUNTED_MAX: i64 = 4 * Config::AMOUNT_MAX.minor();
/// What a limit is at the most in a currency of little worth.
const UNWEIGHED_MAX: i64 = i64::MAX / 8;

/// One currency.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CurrencyRow {
    /// Its three letters.
    pub code: CurrencyCode,
    /// How many places its amounts have: 10 to that power minor units are one major unit.
    pub decimals: u8,
    /// How many minor units of the book currency a billion of its minor units count in limits.
    pub book_ppb: u64,
}
wire_struct!(CurrencyRow { code, decimals, book_ppb });

/// The currencies, by number.
#[derive(Clone, Debug)]
pub struct Currencies {
    rows: [CurrencyRow; CURRENCIES_MAX],
    count: u8,
}

impl Default for Currencies {
    /// The euro alone.
    fn default() -> Self {
        let mut rows = [CurrencyRow::default(); CURRENCIES_MAX];
        rows[0] = CurrencyRow { code: CurrencyCode::EUR, decimals: 2, book_ppb: ONE_PPB };
        Self { rows, count: 1 }
    }
}

impl Currencies {
    /// A currency that exists.
    pub fn get(&self, currency: Currency) -> Option<&CurrencyRow> {
        self.rows[..usize::from(self.count)].get(usize::from(currency.0))
    }

    /// Every currency with its number.
    pub fn iter(&self) -> impl Iterator<Item = (Currency, &CurrencyRow)> {
        (0..self.count).map(Currency).zip(&self.rows)
    }

    /// Whether there is more than the book currency.
    #[inline(always)]
    pub(crate) fn are_several(&self) -> bool {
        1 < self.count
    }

    /// The purse of an account in a currency.
    #[inline(always)]
    pub(crate) fn purse(&self, currency: Currency) -> Purse<'_> {
        Purse { currencies: self, currency }
    }

    /// What an amount counts in limits, rounded up, so that no limit is passed by fractions.
    #[inline(always)]
    pub(crate) fn in_book(&self, currency: Currency, amount: Money) -> Money {
        if currency.0 == 0 { amount } else { self.weigh(currency, amount) }
    }

    /// The same for a stake: above zero as it is.
    #[inline(always)]
    pub(crate) fn stake_in_book(&self, currency: Currency, stake: Stake) -> Stake {
        if currency.0 == 0 {
            return stake;
        }
        let weighed = self.weigh(currency, stake.money()).min(Stake::MAX.money());
        Stake::new(weighed).expect("whatever is above zero counts something")
    }

    fn factor(&self, currency: Currency) -> i128 {
        i128::from(self.rows[usize::from(currency.0)].book_ppb)
    }

    #[cold]
    #[inline(never)]
    fn weigh(&self, currency: Currency, amount: Money) -> Money {
        let (factor, one) = (self.factor(currency), i128::from(ONE_PPB));
        let size = i128::from(amount.minor().unsigned_abs());
        let counted = (size * factor + one - 1) / one;
        let counted = i64::try_from(counted).unwrap_or(COUNTED_MAX).min(COUNTED_MAX);
        Money::from_minor(if amount < Money::ZERO { -counted } else { counted })
    }

    /// The largest amount that counts no more than a limit of the book currency.
    #[inline(always)]
    pub(crate) fn most(&self, currency: Currency, limit: Money) -> Money {
        if currency.0 == 0 { limit } else { self.unweigh(currency, limit) }
    }

    /// The smallest amount that counts at least a limit above zero of the book currency.
    #[inline(always)]
    pub(crate) fn least(&self, currency: Currency, limit: Money) -> Money {
        if currency.0 == 0 {
            return limit;
        }
        self.unweigh(currency, limit - Money::from_minor(1)) + Money::from_minor(1)
    }

    #[cold]
    #[inline(never)]
    fn unweigh(&self, currency: Currency, limit: Money) -> Money {
        let most = i128::from(limit.minor()) * i128::from(ONE_PPB) / self.factor(currency);
        Money::from_minor(i64::try_from(most).map_or(UNWEIGHED_MAX, |most| most.min(UNWEIGHED_MAX)))
    }

    /// A refusal by a limit with its numbers in the currency of who is refused: the most that counts as much.
    #[cold]
    #[inline(never)]
    pub(crate) fn refusal_in(&self, currency: Currency, refusal: Refusal) -> Refusal {
        if currency.0 == 0 || refusal.code.numbers() != Numbers::Money {
            return refusal;
        }
        let limit = self.most(currency, Money::from_minor(refusal.limit));
        let actual = self.most(currency, Money::from_minor(refusal.actual));
        Refusal::with(refusal.code, limit.minor(), actual.minor())
    }
}

/// One account's currency, to hold its sums against amounts of the book currency.
#[derive(Clone, Copy)]
pub(crate) struct Purse<'a> {
    currencies: &'a Currencies,
    currency: Currency,
}

impl Purse<'_> {
    /// What an amount of the account counts, rounded up.
    pub(crate) fn in_book(self, amount: Money) -> Money {
        self.currencies.in_book(self.currency, amount)
    }

    /// The largest amount of the account that counts no more than one of the book currency.
    pub(crate) fn most(self, limit: Money) -> Money {
        self.currencies.most(self.currency, limit)
    }

    /// The smallest amount of the account that counts at least one of the book currency above zero.
    pub(crate) fn least(self, limit: Money) -> Money {
        self.currencies.least(self.currency, limit)
    }
}

impl Table for Currencies {
    fn save(&self, out: &mut Saver<'_>) {
        let Self { rows, count } = self;
        out.put(count);
        rows.iter().for_each(|row| out.put(row));
    }

    fn load(input: &mut Loader<'_>, _: &Capacity) -> Result<Self, DecodeError> {
        let (count, rows) = (input.take()?, input.take()?);
        let table = Self { rows, count };
        let is_used = |index: usize| index < usize::from(count);
        let fits = |(index, row): (usize, &CurrencyRow)| match is_used(index) {
            true => row.fits() && (index != 0 || row.book_ppb == ONE_PPB),
            false => *row == CurrencyRow::default(),
        };
        let counts = (1..=CURRENCIES_MAX as u8).contains(&count);
        if counts && rows.iter().enumerate().all(fits) {
            Ok(table)
        } else {
            Err(DecodeError::OutOfRange)
        }
    }
}

impl CurrencyRow {
    fn fits(&self) -> bool {
        self.decimals <= DECIMALS_MAX && (1..=FACTOR_MAX_PPB).contains(&self.book_ppb)
    }

    /// What is now true.
    pub(crate) fn event(&self, currency: Currency) -> Event {
        let Self { code, decimals, book_ppb } = *self;
        Event::Currency { currency, code, decimals, book_ppb }
    }
}

impl Step<'_> {
    /// See [`crate::Command::SetCurrency`].
    pub(crate) fn set_currency(&mut self, set: &SetCurrency) -> Result<(), Refusal> {
        self.operator()?;
        let SetCurrency { currency, code, decimals, book_ppb } = *set;
        let wallet = &mut self.tables.wallet;
        let (number, count) = (usize::from(currency.0), usize::from(wallet.currencies.count));
        if count < number || CURRENCIES_MAX <= number {
            let next = count.min(CURRENCIES_MAX - 1) as i64;
            return Err(Refusal::with(Reject::UnknownCurrency, next, number as i64));
        }
        if DECIMALS_MAX < decimals {
            let max = i64::from(DECIMALS_MAX);
            return Err(Refusal::with(Reject::InvalidParameter, max, i64::from(decimals)));
        }
        let row = CurrencyRow { code, decimals, book_ppb };
        let max = if number == 0 { ONE_PPB } else { FACTOR_MAX_PPB };
        let is_one = book_ppb == ONE_PPB;
        if !row.fits() || number == 0 && !is_one {
            let found = i64::try_from(book_ppb).unwrap_or(i64::MAX);
            return Err(Refusal::with(Reject::InvalidParameter, max as i64, found));
        }
        if wallet.currencies.get(currency) == Some(&row) {
            self.outbox.push(row.event(currency));
            return Ok(());
        }
        let is_taken =
            wallet.currencies.iter().any(|(other, it)| other != currency && it.code == code);
        let is_used = wallet.iter().any(|(_, account)| account.currency == currency);
        if is_taken || is_used {
            return Err(Reject::CurrencyInUse.into());
        }
        wallet.currencies.rows[number] = row;
        wallet.currencies.count = wallet.currencies.count.max(currency.0 + 1);
        self.outbox.push(row.event(currency));
        Ok(())
    }
}

impl Tables {
    /// What an amount of an account counts in limits. Its row is not touched while all money is in the book
    /// currency.
    #[inline(always)]
    pub(crate) fn in_book(&self, account: AccountId, amount: Money) -> Money {
        let currencies = &self.wallet.currencies;
        if !currencies.are_several() {
            return amount;
        }
        currencies.in_book(self.wallet.currency(account), amount)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn with(book_ppb: u64) -> Currencies {
        let mut currencies = Currencies::default();
        currencies.rows[1] =
            CurrencyRow { code: CurrencyCode::new("JPY").unwrap(), decimals: 0, book_ppb };
        currencies.count = 2;
        currencies
    }

    #[test]
    fn the_most_and_the_least_are_where_the_limit_is() {
        let other = Currency(1);
        for factor in [1, 7, 620_000_000, 999_999_999, ONE_PPB, 2_950_000_001, FACTOR_MAX_PPB] {
            let currencies = with(factor);
            for limit in [1, 2, 10, 99, 100_000, 5_000_000_007] {
                let limit = Money::from_minor(limit);
                let counts = |amount: Money| currencies.in_book(other, amount);
                let one = Money::from_minor(1);
                let most = currencies.most(other, limit);
                let is_most = limit < counts(most + one) || most.minor() == UNWEIGHED_MAX;
                assert!(counts(most) <= limit && is_most, "{factor} {limit:?}");
                let least = currencies.least(other, limit);
                let is_capped = UNWEIGHED_MAX <= least.minor();
                assert!(limit <= counts(least) || is_capped, "{factor} {limit:?}");
                assert!(least == one || counts(least - one) < limit, "{factor} {limit:?}");
            }
        }
    }

    #[test]
    fn the_largest_amounts_stay_far_from_overflow() {
        let currencies = with(FACTOR_MAX_PPB);
        let counted = currencies.in_book(Currency(1), Money::from_minor(i64::MAX));
        assert_eq!(counted.minor(), COUNTED_MAX);
        assert_eq!(currencies.in_book(Currency(0), Money::from_minor(i64::MAX)).minor(), i64::MAX);
        let tiny = with(1).most(Currency(1), Config::AMOUNT_MAX);
        assert_eq!(tiny.minor(), UNWEIGHED_MAX);
    }
}
