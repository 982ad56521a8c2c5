//! Accounts as bytes. The sums over all of them are made anew and must come out at zero.

use super::{Account, Wallet};
use crate::codec::DecodeError;
use crate::command::Capacity;
use crate::play::Play;
use crate::snapshot::{Loader, Saver, Table};
use crate::units::{AccountId, Money, Name};

impl Table for Wallet {
    fn save(&self, out: &mut Saver<'_>) {
        let Self {
            accounts,
            keys,
            house,
            payments,
            play,
            at,
            accounts_max: _,
            // Derived from the accounts.
            players_available: _,
            players_held: _,
        } = self;
        out.put(house);
        out.put(payments);
        out.count(accounts.len());
        for (account, key) in accounts.iter().zip(keys.iter()) {
            out.put(key);
            out.put(account);
        }
        out.put(at);
        play.save(out);
    }

    fn load(input: &mut Loader<'_>, capacity: &Capacity) -> Result<Self, DecodeError> {
        let mut wallet = Self::with_capacity(capacity.accounts_max);
        (wallet.house, wallet.payments) = input.take()?;
        for _ in 0..input.count(wallet.accounts_max)? {
            let (key, account): (Name, Account) = input.take()?;
            if wallet.keys.find(&key).is_some() {
                return Err(DecodeError::OutOfRange);
            }
            let add = |sum: Money, amount| sum.checked_add(amount).ok_or(DecodeError::OutOfRange);
            wallet.players_available = add(wallet.players_available, account.available)?;
            wallet.players_held = add(wallet.players_held, account.held)?;
            wallet.keys.push(key);
            wallet.accounts.push(account);
        }
        wallet.at = input.take()?;
        wallet.play = Play::load(input, capacity)?;
        for (index, account) in (0u32..).zip(&wallet.accounts) {
            if account.limits_himself != wallet.play.is_set(AccountId(index)) {
                return Err(DecodeError::OutOfRange);
            }
        }
        let parts = [wallet.players_held, wallet.house, wallet.payments];
        let sum =
            parts.iter().try_fold(wallet.players_available, |sum, part| sum.checked_add(*part));
        if sum == Some(Money::ZERO) { Ok(wallet) } else { Err(DecodeError::OutOfRange) }
    }
}
