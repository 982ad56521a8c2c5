//! Whose money is where. Double entry: every amount leaves one ledger account and enters another,
//! so the sum over all of them is zero for ever.
//!
//! Owns balances and nothing else: what a bet is, and when it pays, is decided elsewhere. Nothing
//! is ever edited; a correction is a new posting.

mod account;
mod bonus;
mod books;
mod debt;
pub(crate) mod funding;
mod granting;
mod keys;
mod snapshot;
mod standing;

pub use account::{Account, FACTORS, NO_BET, NO_GROUP};
pub use bonus::{Bonus, BonusKind, BonusState, BonusView, Bonuses};
pub use books::Books;
pub use debt::WRITTEN_OFF_MAX;
pub(crate) use funding::Ending;
pub use funding::Funding;

use alloc::vec::Vec;

use self::debt::WrittenOff;
use self::keys::Keys;
use crate::command::{AccountState, Capacity};
use crate::currency::{CURRENCIES_MAX, Currencies, Purse};
use crate::event::{Event, LedgerAccount, PostingReason};
use crate::memory::{RowOf, TableSize, coming_lines};
use crate::outbox::Outbox;
use crate::play::{Asked, CaseSet, CounterId, Movement, Play};
use crate::reject::{Refusal, Reject};
use crate::units::{AccountId, BetId, Currency, Money, Name, Seq, Timestamp};

/// All accounts and the house's side of the books.
#[derive(Debug, Default)]
pub struct Wallet {
    accounts: Vec<Account>,
    keys: Keys,
    accounts_max: usize,
    /// What accounts can be kept in.
    pub(crate) currencies: Currencies,
    /// By currency: what is not a single player's.
    books: [Books; CURRENCIES_MAX],
    /// What players were granted.
    bonuses: Bonuses,
    /// What players have set for themselves, counted where their money moves.
    play: Play,
    /// What was given up of players' debts.
    written_off: WrittenOff,
    /// The command at work and its time.
    at: (Seq, Timestamp),
}

impl Wallet {
    /// An empty wallet for so many accounts, bonuses and players' own limits.
    pub fn with_capacity(capacity: &Capacity) -> Self {
        let accounts_max = capacity.accounts_max as usize;
        Self {
            accounts: Vec::with_capacity(accounts_max),
            keys: Keys::with_capacity(accounts_max),
            accounts_max,
            play: Play::with_capacity(accounts_max, capacity.play_limits_max as usize),
            bonuses: Bonuses::with_capacity(capacity.accounts_max, capacity.bonuses_max),
            written_off: WrittenOff::new(),
            ..Self::default()
        }
    }

    /// How many accounts there are.
    pub(crate) fn count(&self) -> usize {
        self.accounts.len()
    }

    /// What its tables take.
    pub(crate) fn sizes(capacity: &Capacity, sizes: &mut Vec<TableSize>) {
        let accounts = capacity.accounts_max as usize;
        sizes.push(TableSize::of::<Account>("accounts", RowOf::Account, accounts));
        Keys::sizes(accounts, sizes);
        Play::sizes(accounts, capacity.play_limits_max as usize, sizes);
        Bonuses::sizes(capacity, sizes);
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

    /// The ledger accounts of a currency that are no single player's.
    pub fn books(&self, currency: Currency) -> &Books {
        &self.books[usize::from(currency.0) % CURRENCIES_MAX]
    }

    /// The house's balance in the first currency: what bets have earned less what bonuses cost.
    pub fn house(&self) -> Money {
        self.books(Currency::default()).house
    }

    /// What all houses have together, weighed as limits weigh them.
    pub(crate) fn house_in_book(&self) -> Money {
        if !self.currencies.are_several() {
            return self.house();
        }
        let weighed = self
            .currencies
            .iter()
            .map(|(currency, _)| self.currencies.in_book(currency, self.books(currency).house));
        weighed.fold(Money::ZERO, |sum, house| sum + house)
    }

    /// The numbers of all houses added up, whatever their currencies: what postings move of it is what they
    /// move of the houses.
    pub(crate) fn houses(&self) -> i128 {
        if !self.currencies.are_several() {
            return i128::from(self.house().minor());
        }
        let of = |(currency, _)| i128::from(self.books(currency).house.minor());
        self.currencies.iter().map(of).sum()
    }

    /// What accounts can be kept in.
    pub fn currencies(&self) -> &Currencies {
        &self.currencies
    }

    /// The currency of an account that exists.
    #[inline(always)]
    pub(crate) fn currency(&self, account: AccountId) -> Currency {
        self.accounts[account.0 as usize].currency
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
        if self.currencies.get(currency).is_none() {
            let last = self.currencies.iter().count() as i64 - 1;
            return Err(Refusal::with(Reject::UnknownCurrency, last, i64::from(currency.0)));
        }
        if self.accounts.len() == self.accounts_max {
            let max = self.accounts_max as i64;
            return Err(Refusal::with(Reject::CapacityReached, max, max));
        }
        let account = AccountId(self.accounts.len() as u32);
        self.accounts.push(Account::new(currency));
        self.keys.push(key);
        let (_, now) = self.at;
        self.play.open(account, now);
        self.mark_play(account);
        Ok(account)
    }

    /// Names the memory that opening an account will need, when so many others are opened before it.
    pub(crate) fn warm_opening(&self, key: &Name, others: usize, fetch: &impl Fn(*const u8)) {
        fetch(self.keys.looked_at_first(key));
        self.keys.written_after(others).for_each(fetch);
        coming_lines(&self.accounts, others, 1).for_each(fetch);
        fetch(self.play.opened_after(self.accounts.len() + others));
    }

    /// Names the memory that is found through what [`Wallet::warm_opening`] has named.
    pub(crate) fn warm_opening_further(&self, key: &Name, fetch: &impl Fn(*const u8)) {
        self.keys.compared_first(key).into_iter().for_each(fetch);
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

    /// Notes in every account's own row whether anything is asked of it. A sweep over all of them, once
    /// when a policy is adopted: half of it would be a policy that holds for half of the players.
    pub(crate) fn mark_all_play(&mut self) {
        for account in (0..self.accounts.len() as u32).map(AccountId) {
            self.mark_play(account);
        }
    }

    /// Notes in an account's own row whether anything is set for it.
    pub(crate) fn mark_play(&mut self, account: AccountId) {
        let is_set = self.play.is_set(account);
        self.account_of_posting(account).is_watched = is_set;
    }

    /// Whether what a player has set for himself allows it.
    pub(crate) fn check_play(&self, account: AccountId, asked: Asked) -> Result<(), Refusal> {
        let (_, now) = self.at;
        self.play.check(account, self.purse(account), now, asked)
    }

    /// Whether this account rests.
    ///
    /// # Errors
    /// The 1xx code of the rest.
    pub(crate) fn check_rest(&self, account: AccountId) -> Result<(), Refusal> {
        let (_, now) = self.at;
        self.play.check_rest(account, self.purse(account), now)
    }

    /// Whether this account may cash out while it rests.
    ///
    /// # Errors
    /// The 1xx code of the rest.
    pub(crate) fn check_cash_out(&self, account: AccountId) -> Result<(), Refusal> {
        if self.play.lets_cash_out() {
            return Ok(());
        }
        match self.get(account) {
            Some(row) if row.state == AccountState::SelfExcluded => {
                Err(Reject::AccountSelfExcluded.into())
            }
            Some(row) if row.is_watched => self.check_rest(account),
            Some(_) | None => Ok(()),
        }
    }

    /// The most that an account may stake by the player's own limits.
    pub(crate) fn room_for_stake(&self, account: AccountId) -> Money {
        let (_, now) = self.at;
        self.play.room_for_stake(account, self.purse(account), now)
    }

    /// Whether this account may bet, and stake so much more; zero if the stake is counted already.
    ///
    /// # Errors
    /// The 1xx code that says why not.
    #[inline]
    pub(crate) fn may_bet(&self, account: AccountId, stake: Money) -> Result<&Account, Refusal> {
        let found = self.get(account).ok_or(Reject::UnknownAccount)?;
        match found.state {
            AccountState::Open if found.is_watched => {
                self.check_play(account, Asked::Bet(stake)).map(|()| found)
            }
            AccountState::Open => Ok(found),
            AccountState::Suspended => Err(Reject::AccountSuspended.into()),
            AccountState::Closed => Err(Reject::AccountClosed.into()),
            AccountState::SelfExcluded => Err(Reject::AccountSelfExcluded.into()),
        }
    }

    /// Counts a movement of a player's money in what he has set for himself, if the posting alone does
    /// not say what it means.
    pub(crate) fn note_play(&mut self, account: AccountId, movement: Movement, amount: Money) {
        if self.account_of_posting(account).is_watched {
            let purse = self.currencies.purse(self.currency(account));
            let opened = self.play.note(account, movement, amount, purse, self.at);
            assert!(opened == CaseSet::NONE, "what takes back a movement reaches no threshold");
        }
    }

    /// Counts a movement in what is set for a player and what is asked of him, and says which of his
    /// sums somebody has to look at now.
    #[cold]
    fn note(&mut self, account: AccountId, movement: Movement, amount: Money, outbox: &mut Outbox) {
        let (_, now) = self.at;
        let purse = self.currencies.purse(self.currency(account));
        for counter in self.play.note(account, movement, amount, purse, self.at).iter() {
            outbox.push(self.case(account, counter, now, None));
        }
    }

    /// The event of a case of an account, with its sums at this time.
    pub(crate) fn case(
        &self,
        account: AccountId,
        counter: CounterId,
        now: Timestamp,
        reviewed_by: Option<u32>,
    ) -> Event {
        self.play.case(account, counter, self.purse(account), now, reviewed_by)
    }

    fn purse(&self, account: AccountId) -> Purse<'_> {
        self.currencies.purse(self.currency(account))
    }

    /// Moves `amount` from one ledger account to another and says so. At least one of them is a
    /// player's, and his currency is the posting's.
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
        let player = from.player().or(to.player()).expect("a player is on one side of it");
        let currency = self.account_of_posting(player).currency;
        self.post_in(currency, from, to, amount, bet, reason, outbox);
    }

    /// The same in a currency, for what no player is part of.
    #[inline(always)]
    #[expect(clippy::too_many_arguments, reason = "a posting has so many parts")]
    pub(crate) fn post_in(
        &mut self,
        currency: Currency,
        from: LedgerAccount,
        to: LedgerAccount,
        amount: Money,
        bet: Option<BetId>,
        reason: PostingReason,
        outbox: &mut Outbox,
    ) {
        assert!(amount > Money::ZERO, "a posting of {amount:?} moves nothing");
        // What the rows say before and after, and not what was meant: a row that is written otherwise than the
        // posting says is found here.
        let player = from.balance_of().or(to.balance_of());
        let before = self.own_of(player);
        self.change(from, -amount);
        self.change(to, amount);
        let moved = self.own_of(player) - before;
        self.books[usize::from(currency.0) % CURRENCIES_MAX].enter(from, to, amount, moved);
        if let Some((account, movement)) = Movement::of(from, to, bet)
            && self.account_of_posting(account).is_watched
        {
            self.note(account, movement, amount, outbox);
        }
        outbox.push(Event::Posting { from, to, amount, currency, bet, reason });
    }

    /// Gives the held stake of a bet that never stood back to its player.
    pub(crate) fn release(
        &mut self,
        account: AccountId,
        stake: Money,
        bet: BetId,
        outbox: &mut Outbox,
    ) {
        let (held, available) =
            (LedgerAccount::PlayerHeld(account), LedgerAccount::PlayerAvailable(account));
        self.post(held, available, stake, Some(bet), PostingReason::Release, outbox);
    }

    /// Changes the row of a player's balance; a bonus's row is changed by its own chapter.
    #[inline(always)]
    fn change(&mut self, ledger: LedgerAccount, amount: Money) {
        match ledger {
            LedgerAccount::PlayerAvailable(account) => {
                self.account_of_posting(account).available += amount;
            }
            LedgerAccount::PlayerHeld(account) => {
                let held = &mut self.account_of_posting(account).held;
                *held += amount;
                assert!(*held >= Money::ZERO, "more was released than was held");
            }
            LedgerAccount::House
            | LedgerAccount::Provider
            | LedgerAccount::PlayerBonus(_)
            | LedgerAccount::PlayerBonusHeld(_)
            | LedgerAccount::DepositInTransit(_)
            | LedgerAccount::WithdrawalInTransit(_)
            | LedgerAccount::TaxWithheld
            | LedgerAccount::Adjustments
            | LedgerAccount::BadDebt => {}
        }
    }

    /// All of a player's own money, staked or not; zero if no player's balance is asked for.
    #[inline(always)]
    fn own_of(&self, player: Option<AccountId>) -> Money {
        player.map_or(Money::ZERO, |account| {
            let Account { available, held, .. } = self.accounts[account.0 as usize];
            available + held
        })
    }

    #[inline]
    fn account_of_posting(&mut self, account: AccountId) -> &mut Account {
        &mut self.accounts[account.0 as usize]
    }

    /// The sum over all ledger accounts of a currency, recomputed from every single account; zero,
    /// always.
    pub fn recomputed_sum_in(&self, currency: Currency) -> Money {
        let of = |account: AccountId| self.get(account).is_some_and(|row| row.currency == currency);
        let books = self.books(currency);
        let sum = books.sum() - books.players;
        let own = self.accounts.iter().filter(|account| account.currency == currency);
        let sum = own.fold(sum, |sum, account| sum + account.available + account.held);
        let bonuses = self.bonuses.live().filter(|bonus| of(bonus.account));
        bonuses.fold(sum, |sum, bonus| sum + bonus.available() + bonus.held)
    }

    /// The sums of all currencies together; zero, as each is.
    pub fn recomputed_sum(&self) -> Money {
        let all = (0..CURRENCIES_MAX as u8).map(Currency);
        all.fold(Money::ZERO, |sum, currency| sum + self.recomputed_sum_in(currency))
    }

    /// Says where an account's money stands.
    #[inline]
    pub fn announce(&self, account: AccountId, outbox: &mut Outbox) {
        if let Some(Account { available, held, .. }) = self.get(account) {
            outbox.push(Event::Balance { account, available: *available, held: *held });
        }
    }
}
