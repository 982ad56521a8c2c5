//! What one person of the staff may credit and pay out alone: more waits for a second person.
//!
//! Sums of a day (UTC), in the book currency, each limit as a whole and not by the single credit, so that
//! nothing passes in parts:
//! - adjustments, in either direction, over all that one person makes: `adjust_alone_max`;
//! - adjustments and bonuses together, over all that one account gets: the same limit;
//! - bonuses over all that one person grants: `grants_alone_max`;
//! - deposits over all that are booked to one account: `deposits_alone_max`;
//! - what could be paid by grades and incidents that no score stands behind, over all that one person says:
//!   `grade_alone_max`.
//!
//! What two persons stand behind is not counted. Nor is what operator 0 does: that is the server itself,
//! carrying out its own configuration file, and nobody can sign in as it.
//!
//! Invariant: a row of an earlier day counts nothing; only those of the newest day are kept.

use alloc::vec;
use alloc::vec::Vec;

use crate::codec::{DecodeError, wire_struct};
use crate::command::{Actor, Capacity};
use crate::memory::{RowOf, TableSize};
use crate::snapshot::{Loader, Saver, Table};
use crate::state::Step;
use crate::units::{AccountId, Money};

const DAY_NS: u64 = 24 * 3_600 * 1_000_000_000;
/// Most persons who credit something on one day; anybody else needs a second person.
const PERSONS_MAX: usize = 1_024;

/// What is credited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Credit {
    /// An adjustment of a balance.
    Adjustment,
    /// A bonus.
    Bonus,
    /// A deposit.
    Deposit,
}

/// What was credited to an account on a day by one person alone.
#[derive(Clone, Copy, Debug, Default)]
struct OfAccount {
    /// In days since the Unix epoch, which last until 2149.
    day: u16,
    given: Sum,
    deposited: Sum,
}

const _: () = assert!(size_of::<OfAccount>() <= 10, "a million accounts take 10 MB");

/// A sum in minor units, in four bytes that need no alignment. At its largest, 42 million of most currencies, it stands
/// still, so a limit above that is none for one account.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Sum([u8; 4]);

impl Sum {
    fn of(money: Money) -> Self {
        let minor = money.minor().max(0);
        Self(u32::try_from(minor).unwrap_or(u32::MAX).to_le_bytes())
    }

    fn money(self) -> Money {
        Money::from_minor(u32::from_le_bytes(self.0).into())
    }
}

/// What a person credited alone on the newest day.
#[derive(Clone, Copy, Debug)]
struct OfPerson {
    person: u32,
    adjusted: Money,
    granted: Money,
    /// What could be paid by this person's word alone.
    graded: Money,
}
wire_struct!(OfPerson { person, adjusted, granted, graded });

/// A row of the newest day.
struct Row {
    account: AccountId,
    given: Money,
    deposited: Money,
}
wire_struct!(Row { account, given, deposited });

/// See the module's documentation.
#[derive(Debug)]
pub(crate) struct CreditsAlone {
    /// The newest day on which anything was credited, in days since the Unix epoch.
    day: u16,
    accounts: Vec<OfAccount>,
    persons: Vec<OfPerson>,
}

impl CreditsAlone {
    pub fn with_capacity(capacity: &Capacity) -> Self {
        Self {
            day: 0,
            accounts: vec![OfAccount::default(); capacity.accounts_max as usize],
            persons: Vec::with_capacity(PERSONS_MAX),
        }
    }

    /// What it takes.
    pub fn sizes(capacity: &Capacity, sizes: &mut Vec<TableSize>) {
        let accounts = capacity.accounts_max as usize;
        sizes.push(TableSize::of::<OfAccount>("credits of the day", RowOf::Account, accounts));
    }

    fn of_account(&self, account: AccountId, day: u16) -> OfAccount {
        let row = self.accounts[account.0 as usize];
        if row.day == day { row } else { OfAccount { day, ..OfAccount::default() } }
    }

    /// The person's row, or an empty one; `None` if no more persons fit.
    fn of_person(&self, person: u32, day: u16) -> Option<OfPerson> {
        let none =
            OfPerson { person, adjusted: Money::ZERO, granted: Money::ZERO, graded: Money::ZERO };
        if day != self.day {
            return Some(none);
        }
        let found = self.persons.iter().find(|row| row.person == person).copied();
        found.or_else(|| (self.persons.len() < PERSONS_MAX).then_some(none))
    }

    fn note(&mut self, day: u16, of_person: OfPerson) {
        if day != self.day {
            self.day = day;
            self.persons.clear();
        }
        match self.persons.iter_mut().find(|row| row.person == of_person.person) {
            Some(row) => *row = of_person,
            None => self.persons.push(of_person),
        }
    }
}

impl Table for CreditsAlone {
    fn save(&self, out: &mut Saver<'_>) {
        let Self { day, accounts, persons } = self;
        out.put(day);
        out.list(persons.iter());
        let of_day = || {
            let rows = (0..).map(AccountId).zip(accounts).filter(|(_, row)| row.day == *day);
            rows.map(|(account, row)| {
                let OfAccount { day: _, given, deposited } = *row;
                Row { account, given: given.money(), deposited: deposited.money() }
            })
        };
        // On the first day of the epoch every row is of the day, and empty.
        let is_used = |row: &Row| row.given != Money::ZERO || row.deposited != Money::ZERO;
        out.count(of_day().filter(is_used).count());
        of_day().filter(is_used).for_each(|row| out.put(&row));
    }

    fn load(input: &mut Loader<'_>, capacity: &Capacity) -> Result<Self, DecodeError> {
        let mut loaded = Self::with_capacity(capacity);
        loaded.day = input.take()?;
        loaded.persons = input.list(PERSONS_MAX)?;
        for _ in 0..input.count(loaded.accounts.len())? {
            let Row { account, given, deposited } = input.take()?;
            let day = loaded.day;
            let row = loaded.accounts.get_mut(account.0 as usize);
            let (given, deposited) = (Sum::of(given), Sum::of(deposited));
            *row.ok_or(DecodeError::OutOfRange)? = OfAccount { day, given, deposited };
        }
        Ok(loaded)
    }
}

impl Step<'_> {
    /// Whether so much may be credited now: two persons stand behind it, or one may give it alone, which is
    /// counted then. Called last before anything is posted.
    pub(crate) fn may_credit(&mut self, account: AccountId, credit: Credit, amount: Money) -> bool {
        let Some((person, day)) = self.person_of_day() else { return true };
        let size = if amount < Money::ZERO { -amount } else { amount };
        let size = self.tables.in_book(account, size);
        let credits = &mut self.tables.credits;
        let Some(mut of_person) = credits.of_person(person, day) else { return false };
        let mut of_account = credits.of_account(account, day);
        let config = &*self.config;
        let add = |sum: &mut Money, limit| add_within(sum, size, limit);
        let (mut given, mut deposited) = (of_account.given.money(), of_account.deposited.money());
        let may = match credit {
            Credit::Adjustment => {
                add(&mut of_person.adjusted, config.adjust_alone_max)
                    && add(&mut given, config.adjust_alone_max)
            }
            Credit::Bonus => {
                add(&mut of_person.granted, config.grants_alone_max)
                    && add(&mut given, config.adjust_alone_max)
            }
            Credit::Deposit => add(&mut deposited, config.deposits_alone_max),
        };
        (of_account.given, of_account.deposited) = (Sum::of(given), Sum::of(deposited));
        if may {
            credits.accounts[account.0 as usize] = of_account;
            credits.note(day, of_person);
        }
        may
    }

    /// Whether so much, in the book currency, may be paid now by a word that no score stands behind: two
    /// persons stand behind it, or one may say it alone, which is counted then. Called last before the word
    /// holds.
    pub(crate) fn may_pay_by_word(&mut self, pays: Money) -> bool {
        let limit = self.config.grade_alone_max;
        let Some((person, day)) = self.person_of_day() else {
            // A feed's word is weighed by itself.
            return self.is_approved() || pays <= limit;
        };
        let credits = &mut self.tables.credits;
        let Some(mut of_person) = credits.of_person(person, day) else {
            return pays == Money::ZERO;
        };
        let may = add_within(&mut of_person.graded, pays, limit);
        if may {
            credits.note(day, of_person);
        }
        may
    }

    /// Who acts alone, and on which day since the epoch; `None` if nobody's limits count.
    fn person_of_day(&self) -> Option<(u32, u16)> {
        let day = u16::try_from(self.now.nanos() / DAY_NS).unwrap_or(u16::MAX);
        match self.actor {
            Actor::Operator(person) if person != 0 && !self.is_approved() => Some((person, day)),
            Actor::Engine | Actor::Account { .. } | Actor::Feed(_) | Actor::Operator(_) => None,
        }
    }
}

/// Adds to a sum where it stays within the limit; whether it did.
fn add_within(sum: &mut Money, size: Money, limit: Money) -> bool {
    let would_be = sum.checked_add(size).filter(|would_be| *would_be <= limit);
    *sum = would_be.unwrap_or(*sum);
    would_be.is_some()
}
