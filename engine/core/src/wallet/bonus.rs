//! What players were granted: bonus money and free bets, each grant a row of its own with what is left
//! of it, what open bets hold of it, and when it ends.
//!
//! Owns the grants and how their money moves. Which part of a stake a bet takes from which grant is
//! decided where the bet is placed, and moved by [`super::funding`].
//!
//! What a grant is worth is a function of its balance, and the balance a sum over its bets that knows no
//! order: what was granted, less the parts of bets that are not void, plus what bets returned to it. So a
//! settlement that is taken back leaves no trace, whatever was done with the money meanwhile; where the
//! balance is below zero, or above the most that may become the player's own, the house has the
//! difference.
//!
//! Invariants: a player's bonus ledger accounts are the sums of his grants; a grant that has ended has
//! nothing available; a row stays while open bets hold any of it or settled ones may still return to
//! it, so that a settlement made again finds it.

use alloc::vec;
use alloc::vec::Vec;
use core::fmt;

use crate::bets::waiting::Waiting;
use crate::codec::{DecodeError, wire_enum, wire_struct};
use crate::command::{Capacity, Wagering};
use crate::event::LedgerAccount;
use crate::memory::{RowOf, TableSize};
use crate::snapshot::{Loader, Saver, Table};
use crate::units::{AccountId, BetId, BonusId, Money, Odds, Timestamp};

/// No grant: the end of a list.
const NO_BONUS: u32 = u32::MAX;

/// What a grant can be used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub enum BonusKind {
    /// Money to stake. What it wins and its returned stake are bonus money until enough was wagered;
    /// then what is left becomes the player's own.
    Money,
    /// A free bet: the stake itself is never paid out, only what it wins.
    FreeBet,
    /// Raises what one bet wins, by so many per cent and by no more than what is left of the grant.
    Boost {
        /// From 1 to 100.
        percent: u8,
    },
}
wire_enum!(BonusKind { 0 = Money, 1 = FreeBet, 2 = Boost { percent } });

/// How a boost is called: `boost_25` raises winnings by a quarter.
const BOOST: &str = "boost_";

impl BonusKind {
    /// The one with this name; `None` if there is none, or if a boost is outside 1 to 100 per cent.
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "money" => Some(Self::Money),
            "free_bet" => Some(Self::FreeBet),
            _ => {
                let percent = name.strip_prefix(BOOST)?.parse().ok()?;
                Some(Self::Boost { percent }).filter(|kind| kind.is_sensible())
            }
        }
    }

    /// Whether a boost lies within its range.
    pub(super) const fn is_sensible(self) -> bool {
        match self {
            Self::Money | Self::FreeBet => true,
            Self::Boost { percent } => 1 <= percent && percent <= 100,
        }
    }
}

impl fmt::Display for BonusKind {
    /// Its name in messages and reports.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Money => f.write_str("money"),
            Self::FreeBet => f.write_str("free_bet"),
            Self::Boost { percent } => write!(f, "{BOOST}{percent}"),
        }
    }
}

/// Where a grant stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub enum BonusState {
    /// It can be used.
    Active,
    /// Its time is over.
    Expired,
    /// It was taken back.
    Forfeited,
    /// Enough was wagered: it is the player's own money now, and so is what bets still return to it.
    Converted,
}
wire_enum!(BonusState { 0 = Active, 1 = Expired, 2 = Forfeited, 3 = Converted });

impl BonusState {
    /// Its name in messages and reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Expired => "expired",
            Self::Forfeited => "forfeited",
            Self::Converted => "converted",
        }
    }
}

/// A grant as it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct BonusView {
    /// Which.
    pub bonus: BonusId,
    /// What it can be used for.
    pub kind: BonusKind,
    /// What can be staked of it.
    pub available: Money,
    /// What open bets hold of it.
    pub held: Money,
    /// What must still be staked before it becomes the player's own; zero for free bets.
    pub wagering_left: Money,
    /// The least odds of a bet that counts towards that, if there are any.
    pub min_odds: Option<Odds>,
    /// The most of it that can become the player's own, if there is such a limit.
    pub most: Option<Money>,
    /// When it ends.
    pub expires_at: Timestamp,
    /// Where it stands.
    pub state: BonusState,
}

/// A grant.
#[derive(Clone, Debug)]
pub struct Bonus {
    /// Which: the command that granted it.
    pub id: BonusId,
    /// Whose.
    pub account: AccountId,
    /// What it can be used for.
    pub kind: BonusKind,
    /// Where it stands.
    pub state: BonusState,
    /// What was granted, less the parts of bets that are not void, plus what bets returned. Below zero
    /// where a bet gave back what was used again, and then stood after all.
    pub balance: Money,
    /// What open bets hold of it.
    pub held: Money,
    /// What makes it the player's own.
    pub wagering: Wagering,
    /// What was staked towards that on bets that are won or lost now.
    pub turnover: Money,
    /// When it ends.
    pub expires_at: Timestamp,
    /// Bets in the engine that took a part of it.
    pub bets: u32,
    /// The account's next grant, older ones last; or the next unused row.
    next: u32,
}
wire_struct!(Bonus {
    id,
    account,
    kind,
    state,
    balance,
    held,
    wagering,
    turnover,
    expires_at,
    bets,
    next,
});

impl Bonus {
    /// How it stands.
    pub fn view(&self) -> BonusView {
        let Self { id, kind, held, wagering, expires_at, state, .. } = *self;
        let (available, wagering_left) = (self.available(), self.wagering_left());
        let Wagering { min_odds, most, .. } = wagering;
        let bonus = id;
        BonusView { bonus, kind, available, held, wagering_left, min_odds, most, expires_at, state }
    }

    /// What can be staked of it.
    pub fn available(&self) -> Money {
        if self.state == BonusState::Active { self.worth() } else { Money::ZERO }
    }

    /// What must still be staked before it becomes the player's own.
    fn wagering_left(&self) -> Money {
        match self.state {
            BonusState::Converted => Money::ZERO,
            BonusState::Active | BonusState::Expired | BonusState::Forfeited => {
                (self.wagering.turnover - self.turnover).max(Money::ZERO)
            }
        }
    }

    /// What its owner has of it, as a bonus or, once it was converted, as money of his own.
    fn worth(&self) -> Money {
        let most = self.wagering.most.unwrap_or(Money::from_minor(i64::MAX));
        match self.state {
            BonusState::Active => self.balance.max(Money::ZERO),
            BonusState::Converted => self.balance.max(Money::ZERO).min(most),
            BonusState::Expired | BonusState::Forfeited => Money::ZERO,
        }
    }

    /// Adds to the balance, or takes from it; answers by how much its worth moved. The rest is the house's.
    pub(super) fn shift(&mut self, amount: Money) -> Money {
        let before = self.worth();
        self.balance += amount;
        self.worth() - before
    }

    /// Whether enough was wagered to make it the player's own.
    pub(super) fn is_fulfilled(&self) -> bool {
        self.state == BonusState::Active
            && self.kind == BonusKind::Money
            && self.wagering.turnover <= self.turnover
    }

    /// Ends it; answers what it was worth before, and what it is worth now.
    pub(super) fn end(&mut self, how: BonusState) -> (Money, Money) {
        let before = self.worth();
        self.state = how;
        (before, self.worth())
    }

    /// Where its worth lies in the ledger.
    pub(super) fn ledger(&self) -> LedgerAccount {
        match self.state {
            BonusState::Converted => LedgerAccount::PlayerAvailable(self.account),
            BonusState::Active | BonusState::Expired | BonusState::Forfeited => {
                LedgerAccount::PlayerBonus(self.account)
            }
        }
    }

    /// Whether nothing is left of it and nothing can return to it.
    fn is_done(&self) -> bool {
        self.bets == 0 && self.held == Money::ZERO && self.available() == Money::ZERO
    }
}

/// All grants.
#[derive(Debug, Default)]
pub struct Bonuses {
    /// By account: its newest grant.
    newest: Vec<u32>,
    rows: Vec<Bonus>,
    bonuses_max: usize,
    free: u32,
    live: usize,
    /// When each ends. One that ended before its time stays in it until then.
    ends: Waiting,
}

impl Bonuses {
    /// No grants, with room for `bonuses_max`.
    pub fn with_capacity(accounts_max: u32, bonuses_max: u32) -> Self {
        Self {
            newest: vec![NO_BONUS; accounts_max as usize],
            rows: Vec::with_capacity(bonuses_max as usize),
            bonuses_max: bonuses_max as usize,
            free: NO_BONUS,
            live: 0,
            ends: Waiting::for_bets(bonuses_max),
        }
    }

    /// What its tables take.
    pub(super) fn sizes(capacity: &Capacity, sizes: &mut Vec<TableSize>) {
        let (accounts, bonuses) = (capacity.accounts_max as usize, capacity.bonuses_max as usize);
        sizes.push(TableSize::of::<u32>("newest bonuses", RowOf::Account, accounts));
        sizes.push(TableSize::of::<Bonus>("bonuses", RowOf::Other, bonuses));
        sizes.push(Waiting::size("ends of bonuses", capacity.bonuses_max));
    }

    /// An account's grants, newest first.
    pub fn of(&self, account: AccountId) -> impl Iterator<Item = &Bonus> {
        let mut slot = self.newest.get(account.0 as usize).copied().unwrap_or(NO_BONUS);
        core::iter::from_fn(move || {
            let bonus = self.rows.get(slot as usize)?;
            slot = bonus.next;
            Some(bonus)
        })
    }

    /// A grant of an account.
    pub fn get(&self, account: AccountId, bonus: BonusId) -> Option<&Bonus> {
        self.of(account).find(|row| row.id == bonus)
    }

    pub(super) fn get_mut(&mut self, account: AccountId, bonus: BonusId) -> Option<&mut Bonus> {
        self.slot(account, bonus).map(|slot| &mut self.rows[slot as usize])
    }

    fn slot(&self, account: AccountId, bonus: BonusId) -> Option<u32> {
        let mut slot = *self.newest.get(account.0 as usize)?;
        while let Some(row) = self.rows.get(slot as usize) {
            if row.id == bonus {
                return Some(slot);
            }
            slot = row.next;
        }
        None
    }

    /// How many grants are not used up.
    pub(crate) fn live_count(&self) -> usize {
        self.live
    }

    /// Whether no grant more fits.
    pub fn is_full(&self) -> bool {
        self.live == self.bonuses_max || self.ends.is_full()
    }

    /// What an account was granted and has not used: what it can stake, what bets hold.
    pub fn sums(&self, account: AccountId) -> (Money, Money) {
        self.of(account).fold((Money::ZERO, Money::ZERO), |(available, held), bonus| {
            (available + bonus.available(), held + bonus.held)
        })
    }

    /// When the first grant ends.
    pub fn next_due(&self) -> Timestamp {
        self.ends.next_due()
    }

    /// The next grant whose time is over by `now`, if it still counts.
    pub(super) fn pop_due(&mut self, now: Timestamp) -> Option<Option<(AccountId, BonusId)>> {
        let (BetId(id), slot) = self.ends.pop_due(now)?;
        let row = self.rows.get(slot as usize).filter(|row| row.id == BonusId(id));
        // A row that was freed keeps its last id; it has no owner's list any more.
        let row = row.filter(|row| self.get(row.account, row.id).is_some());
        Some(row.map(|row| (row.account, row.id)))
    }

    /// Writes a grant down.
    pub(super) fn insert(&mut self, mut bonus: Bonus) {
        assert!(!self.is_full(), "the caller checks that there is room");
        let (account, id, ends) = (bonus.account.0 as usize, bonus.id, bonus.expires_at);
        bonus.next = self.newest[account];
        let slot = if self.free == NO_BONUS {
            self.rows.push(bonus);
            self.rows.len() as u32 - 1
        } else {
            let slot = self.free;
            self.free = core::mem::replace(&mut self.rows[slot as usize], bonus).next;
            slot
        };
        self.newest[account] = slot;
        self.live += 1;
        self.ends.push(ends, BetId(id.0), slot);
    }

    /// Lets a grant go that nothing needs any more.
    pub(super) fn forget_if_done(&mut self, account: AccountId, bonus: BonusId) {
        let Some(slot) = self.slot(account, bonus) else { return };
        if !self.rows[slot as usize].is_done() {
            return;
        }
        let next = self.rows[slot as usize].next;
        let mut at = self.newest[account.0 as usize];
        if at == slot {
            self.newest[account.0 as usize] = next;
        } else {
            while self.rows[at as usize].next != slot {
                at = self.rows[at as usize].next;
            }
            self.rows[at as usize].next = next;
        }
        self.rows[slot as usize].next = core::mem::replace(&mut self.free, slot);
        self.live -= 1;
    }

    /// Every grant's money, for sums over all of the books.
    pub(crate) fn live(&self) -> impl Iterator<Item = &Bonus> {
        (0..self.newest.len() as u32).flat_map(|account| self.of(AccountId(account)))
    }
}

impl Bonus {
    pub(super) fn new(
        (id, account): (BonusId, AccountId),
        kind: BonusKind,
        (amount, wagering): (Money, Wagering),
        expires_at: Timestamp,
    ) -> Self {
        Self {
            id,
            account,
            kind,
            state: BonusState::Active,
            balance: amount,
            held: Money::ZERO,
            wagering,
            turnover: Money::ZERO,
            expires_at,
            bets: 0,
            next: NO_BONUS,
        }
    }
}

impl Table for Bonuses {
    fn save(&self, out: &mut Saver<'_>) {
        // Slots are written as they lie: the queue of ends leads to them.
        let Self { newest, rows, bonuses_max: _, free, live, ends } = self;
        let granted = || (0u32..).zip(newest).filter(|(_, slot)| **slot != NO_BONUS);
        out.count(granted().count());
        granted().for_each(|(account, slot)| out.put(&(account, *slot)));
        out.list(rows.iter());
        out.put(free);
        out.put(&(*live as u64));
        ends.save(out);
    }

    fn load(input: &mut Loader<'_>, capacity: &Capacity) -> Result<Self, DecodeError> {
        let mut bonuses = Self::with_capacity(capacity.accounts_max, capacity.bonuses_max);
        for _ in 0..input.count(bonuses.newest.len())? {
            let (account, slot): (u32, u32) = input.take()?;
            *bonuses.newest.get_mut(account as usize).ok_or(DecodeError::OutOfRange)? = slot;
        }
        bonuses.rows = input.list(bonuses.bonuses_max)?;
        bonuses.free = input.take()?;
        let live: u64 = input.take()?;
        bonuses.ends = Waiting::load(input, capacity.bonuses_max)?;
        bonuses.live = live as usize;
        if bonuses.is_sound() { Ok(bonuses) } else { Err(DecodeError::OutOfRange) }
    }
}

impl Bonuses {
    /// Whether every row is in exactly one list, of its own account or of the unused ones.
    fn is_sound(&self) -> bool {
        let mut seen = vec![false; self.rows.len()];
        let mut walk = |first: u32, owner: Option<u32>| {
            let (mut slot, mut count) = (first, 0);
            while slot != NO_BONUS {
                let row = self.rows.get(slot as usize)?;
                let is_own = owner.is_none_or(|owner| row.account.0 == owner);
                let is_sane = row.turnover >= Money::ZERO && row.held >= Money::ZERO;
                if core::mem::replace(&mut seen[slot as usize], true) || !is_own || !is_sane {
                    return None;
                }
                (slot, count) = (row.next, count + 1);
            }
            Some(count)
        };
        let mut live = 0;
        for (account, first) in (0u32..).zip(&self.newest) {
            match walk(*first, Some(account)) {
                Some(count) => live += count,
                None => return false,
            }
        }
        let Some(unused) = walk(self.free, None) else { return false };
        live == self.live
            && live + unused == self.rows.len()
            && self.ends.slots().all(|slot| (slot as usize) < self.rows.len())
    }
}
