//! Accounts as bytes. The sums over all of them must be those in the books, and come out at zero.

use super::debt::WrittenOff;
use super::{Account, Bonuses, Books, Wallet};
use crate::codec::DecodeError;
use crate::command::Capacity;
use crate::currency::{CURRENCIES_MAX, Currencies};
use crate::play::Play;
use crate::snapshot::{Loader, Saver, Table};
use crate::units::{AccountId, Money, Name};

impl Table for Wallet {
    fn save(&self, out: &mut Saver<'_>) {
        let Self {
            accounts,
            keys,
            currencies,
            books,
            bonuses,
            written_off,
            play,
            at,
            accounts_max: _,
        } = self;
        currencies.save(out);
        books.iter().for_each(|books| out.put(books));
        out.count(accounts.len());
        for (account, key) in accounts.iter().zip(keys.iter()) {
            out.put(key);
            out.put(account);
        }
        out.put(at);
        bonuses.save(out);
        written_off.save(out);
        play.save(out);
    }

    fn load(input: &mut Loader<'_>, capacity: &Capacity) -> Result<Self, DecodeError> {
        let mut wallet = Self::with_capacity(capacity);
        wallet.currencies = Currencies::load(input, capacity)?;
        for books in &mut wallet.books {
            *books = input.take()?;
        }
        for _ in 0..input.count(wallet.accounts_max)? {
            let (key, account): (Name, Account) = input.take()?;
            let is_known = wallet.keys.find(&key).is_some();
            if is_known || wallet.currencies.get(account.currency).is_none() {
                return Err(DecodeError::OutOfRange);
            }
            wallet.keys.push(key);
            wallet.accounts.push(account);
        }
        wallet.at = input.take()?;
        wallet.bonuses = Bonuses::load(input, capacity)?;
        wallet.written_off = WrittenOff::load(input, capacity)?;
        wallet.play = Play::load(input, capacity)?;
        for (index, account) in (0u32..).zip(&wallet.accounts) {
            if account.is_watched != wallet.play.is_set(AccountId(index)) {
                return Err(DecodeError::OutOfRange);
            }
        }
        if wallet.adds_up() { Ok(wallet) } else { Err(DecodeError::OutOfRange) }
    }
}

impl Wallet {
    /// Whether each currency's sum of players' money is that of its accounts, and its books are zero
    /// together. Damaged bytes may hold any number, so nothing is added unchecked.
    fn adds_up(&self) -> bool {
        let mut players = [Some(Money::ZERO); CURRENCIES_MAX];
        let mut add = |account: &Account, parts: [Money; 2]| {
            let sum = &mut players[usize::from(account.currency.0)];
            *sum = parts.iter().fold(*sum, |sum, part| sum?.checked_add(*part));
        };
        self.accounts.iter().for_each(|row| add(row, [row.available, row.held]));
        for bonus in self.bonuses.live() {
            match self.get(bonus.account) {
                Some(row) => add(row, [bonus.available(), bonus.held]),
                None => return false,
            }
        }
        self.books.iter().zip(players).all(|(books, players)| {
            let Books { players: counted, house, provider, in_transit, .. } = *books;
            let Books { tax_withheld, adjustments, bad_debt, .. } = *books;
            let parts = [house, provider, in_transit, tax_withheld, adjustments, bad_debt];
            let sum = parts.iter().try_fold(counted, |sum, part| sum.checked_add(*part));
            players == Some(counted) && sum == Some(Money::ZERO)
        })
    }
}
