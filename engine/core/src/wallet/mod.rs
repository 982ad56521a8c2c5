//! Whose money is where. Double entry: every amount leaves one ledger account and enters another,
//! so the sum over all of them is zero for ever.
//!
//! Owns balances and nothing else: what a bet is, and when it pays, is decided elsewhere. Nothing
//! is ever edited; a correction is a new posting.

mod account;
mod deposit;
mod keys;
mod snapshot;

pub use account::{Account, FACTORS, NO_BET, NO_GROUP};
pub(crate) use deposit::Payment;

use alloc::vec::Vec;

use self::keys::Keys;
use crate::command::{AccountState, Capacity};
use crate::event::{Event, LedgerAccount, PostingReason};
use crate::memory::{RowOf, TableSize};
use crate::outbox::Outbox;
use crate::play::{Asked, Movement, Play};
use crate::reject::{Refusal, Reject};
use crate::units::{AccountId, BetId, Currency, Money, Name, Seq, Timestamp};

/// All accounts and the house's side of the books.
#[derive(Debug, Default)]
pub struct Wallet {
    accounts: Vec<Account>,
    keys: Keys,
    accounts_max: usize,
    players_available: Money,
    players_held: Money,
    house: Money,
    /// Money that payment providers brought in: minus all captured deposits.
    payments: Money,
    /// What players have set for themselves, counted where their money moves.
    play: Play,
    /// The command at work and its time.
    at: (Seq, Timestamp),
}

impl Wallet {
    /// An empty wallet with room for `accounts_max` accounts.
    pub fn with_capacity(accounts_max: u32) -> Self {
        let accounts_max = accounts_max as usize;
        Self {
            accounts: Vec::with_capacity(accounts_max),
            keys: Keys::with_capacity(accounts_max),
            accounts_max,
            play: Play::with_capacity(accounts_max),
            ..Self::default()
        }
    }

    /// What its tables take.
    pub(crate) fn sizes(capacity: &Capacity, sizes: &mut Vec<TableSize>) {
        let accounts = capacity.accounts_max as usize;
        sizes.push(TableSize::of::<Account>("accounts", RowOf::Account, accounts));
        Keys::sizes(accounts, sizes);
        Play::sizes(accounts, sizes);
    }

    /// The account, if it exists.
    #[inline]
    pub fn get(&self, account: AccountId) -> Option<&Account> {
        self.accounts.get(account.0 as usize)
    }

    /// The account, to change what is not money.
    #[inline]
    pub fn get_mut(&mut self, account: AccountId) -> Option<&mut Account> {
        self.accounts.get_mut(account.0 as usize)
    }

    /// The operator's key of an account.
    pub fn key(&self, account: AccountId) -> Option<Name> {
        self.keys.get(account)
    }

    /// The account with this key.
    pub fn find(&self, key: &Name) -> Option<AccountId> {
        self.keys.find(key)
    }

    /// Every account with its id.
    pub fn iter(&self) -> impl Iterator<Item = (AccountId, &Account)> {
        self.accounts.iter().enumerate().map(|(index, account)| (AccountId(index as u32), account))
    }

    /// The house's balance: what bets have earned or cost so far.
    pub fn house(&self) -> Money {
        self.house
    }

    /// Minus everything that was ever deposited.
    pub fn payments(&self) -> Money {
        self.payments
    }

    /// Opens an account.
    ///
    /// # Errors
    /// [`Reject::AccountExists`] with the existing account's index as `actual`,
    /// [`Reject::UnknownCurrency`], [`Reject::CapacityReached`].
    pub fn open(&mut self, key: Name, currency: Currency) -> Result<AccountId, Refusal> {
        if let Some(existing) = self.keys.find(&key) {
            return Err(Refusal::with(Reject::AccountExists, 0, i64::from(existing.0)));
        }
        if currency != Currency::default() {
            return Err(Refusal::with(Reject::UnknownCurrency, 0, i64::from(currency.0)));
        }
        if self.accounts.len() == self.accounts_max {
            let max = self.accounts_max as i64;
            return Err(Refusal::with(Reject::CapacityReached, max, max));
        }
        self.accounts.push(Account::new());
        self.keys.push(key);
        Ok(AccountId(self.accounts.len() as u32 - 1))
    }

    /// Says which command is at work.
    #[inline]
    pub(crate) fn turn_to(&mut self, seq: Seq, now: Timestamp) {
        self.at = (seq, now);
    }

    /// What players have set for themselves.
    pub(crate) fn play(&self) -> &Play {
        &self.play
    }

    /// The same, to change it; [`Wallet::mark_play`] follows.
    pub(crate) fn play_mut(&mut self) -> &mut Play {
        &mut self.play
    }

    /// Notes in an account's own row whether anything is set for it.
    pub(crate) fn mark_play(&mut self, account: AccountId) {
        let is_set = self.play.is_set(account);
        self.account_of_posting(account).limits_himself = is_set;
    }

    /// Whether what a player has set for himself allows it.
    pub(crate) fn check_play(&self, account: AccountId, asked: Asked) -> Result<(), Refusal> {
        let (_, now) = self.at;
        self.play.check(account, now, asked)
    }

    /// The most that an account may stake by the player's own limits.
    pub(crate) fn room_for_stake(&self, account: AccountId) -> Money {
        let (_, now) = self.at;
        self.play.room_for_stake(account, now)
    }

    /// Whether this account may bet, and stake so much more; zero if the stake is counted already.
    ///
    /// # Errors
    /// The 1xx code that says why not.
    #[inline]
    pub(crate) fn may_bet(&self, account: AccountId, stake: Money) -> Result<&Account, Refusal> {
        let found = self.get(account).ok_or(Reject::UnknownAccount)?;
        match found.state {
            AccountState::Open if found.limits_himself => {
                self.check_play(account, Asked::Bet(stake)).map(|()| found)
            }
            AccountState::Open => Ok(found),
            AccountState::Suspended => Err(Reject::AccountSuspended.into()),
            AccountState::Closed => Err(Reject::AccountClosed.into()),
            AccountState::SelfExcluded => Err(Reject::AccountSelfExcluded.into()),
        }
    }

    /// Moves `amount` from one ledger account to another and says so.
    ///
    /// The callers have decided that it may move; here it only must add up.
    // Inlined, so that the callers' constant ledger accounts choose their branches when compiled.
    #[inline(always)]
    pub fn post(
        &mut self,
        from: LedgerAccount,
        to: LedgerAccount,
        amount: Money,
        bet: Option<BetId>,
        reason: PostingReason,
        outbox: &mut Outbox,
    ) {
        assert!(amount > Money::ZERO, "a posting of {amount:?} moves nothing");
        self.change(from, -amount);
        self.change(to, amount);
        assert!(self.sum() == Money::ZERO, "the books no longer add up to zero");
        if let Some((account, movement)) = Movement::of(from, to, bet)
            && self.account_of_posting(account).limits_himself
        {
            self.play.note(account, movement, amount, self.at);
        }
        outbox.push(Event::Posting { from, to, amount, bet, reason });
    }

    #[inline(always)]
    fn change(&mut self, ledger: LedgerAccount, amount: Money) {
        match ledger {
            LedgerAccount::PlayerAvailable(account) => {
                self.account_of_posting(account).available += amount;
                self.players_available += amount;
            }
            LedgerAccount::PlayerHeld(account) => {
                let held = &mut self.account_of_posting(account).held;
                *held += amount;
                assert!(*held >= Money::ZERO, "more was released than was held");
                self.players_held += amount;
            }
            LedgerAccount::House => self.house += amount,
            LedgerAccount::Payments => self.payments += amount,
        }
    }

    #[inline]
    fn account_of_posting(&mut self, account: AccountId) -> &mut Account {
        &mut self.accounts[account.0 as usize]
    }

    /// The sum over all ledger accounts from the running totals: zero, always.
    fn sum(&self) -> Money {
        self.players_available + self.players_held + self.house + self.payments
    }

    /// The same sum, recomputed from every single account; for tests and reports.
    pub fn recomputed_sum(&self) -> Money {
        self.accounts
            .iter()
            .fold(self.house + self.payments, |sum, account| sum + account.available + account.held)
    }

    /// Says where an account's money stands.
    #[inline]
    pub fn announce(&self, account: AccountId, outbox: &mut Outbox) {
        if let Some(Account { available, held, .. }) = self.get(account) {
            outbox.push(Event::Balance { account, available: *available, held: *held });
        }
    }
}
