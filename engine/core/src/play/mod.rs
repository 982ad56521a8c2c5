//! Responsible play and compliance: what a player has set for himself (limits on what he pays in, stakes
//! and loses, and rests from betting) and what the operator's licence asks about him (how well he must be
//! known, from which sums on somebody looks at him). Asked in the same step as the bet, the deposit or
//! the withdrawal, so nothing can slip in between.
//!
//! Each rule is one file that names the rule of a regulator it implements, and one line in [`RULES`].
//! An account of which nothing is asked has one flag down in its hot line and costs nothing more.
//!
//! Owns limits, what counts towards them, rests, sessions, levels of verification, cases and the policy. Every movement of a player's money is counted
//! where it is posted, in `Wallet::post`; so no new way of moving money can be forgotten here.
//!
//! Invariants: no limit grows and no rest ends before its time, whoever asks; what counts is never
//! less than what moved within the window since the limit was set.

mod adopt;
mod counters;
mod customer;
mod deposit_limit;
mod house_limit;
mod level;
mod limit;
mod loss_limit;
mod movement;
mod net_deposit_limit;
mod open_bets;
mod policy;
mod reality_check;
mod review;
mod room;
mod rule;
mod self_exclusion;
mod session;
mod session_time;
mod sitting;
mod snapshot;
mod stake_limit;
mod steps;
mod time_out;
mod unverified;
mod verification;
mod window;

use alloc::vec;
use alloc::vec::Vec;

pub use adopt::Adopted;
pub use counters::{COUNTERS, CaseSet, Counter, CounterId};
pub use customer::{CUSTOMERS_PER_ANSWER, CustomerView};
pub use level::{Level, May};
pub use limit::{LimitBy, LimitKey, LimitView, LimitWish};
pub use policy::{OpenBets, PlayPolicy, Term, TermUnit, Then};
pub use review::Hold;
pub use rule::{PlayRule, RULES};
pub use session::SessionView;
pub use window::Window;

pub(crate) use limit::Limit;
pub(crate) use movement::Movement;
pub(crate) use rule::{Asked, Subject};

use crate::codec::{wire_enum, wire_struct};
use crate::currency::Purse;
use crate::memory::{RowOf, TableSize};
use crate::reject::Refusal;
use crate::units::{AccountId, Money, Seq, Timestamp};

/// No limit: the end of a list of limits.
const NO_LIMIT: u32 = u32::MAX;

/// What a player can limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub enum Quantity {
    /// What he stakes.
    Stake,
    /// What his bets cost him: stakes less what came back. A bet that stands counts as lost until it
    /// is settled.
    Loss,
    /// What he pays in.
    Deposit,
    /// What he pays in less what he takes out.
    NetDeposit,
    /// What he pays in by payments that each stay below the policy's threshold. Only counted.
    LinkedDeposit,
    /// How long he plays: seconds of his sessions, in the place of an amount.
    Time,
}
wire_enum!(Quantity {
    0 = Stake,
    1 = Loss,
    2 = Deposit,
    3 = NetDeposit,
    4 = LinkedDeposit,
    5 = Time,
});

impl Quantity {
    /// Every one that can be limited, in order of precedence.
    pub const ALL: &'static [Self] =
        &[Self::Stake, Self::Loss, Self::Deposit, Self::NetDeposit, Self::Time];

    /// Its name in messages and reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Stake => "stake",
            Self::Loss => "loss",
            Self::Deposit => "deposit",
            Self::NetDeposit => "net_deposit",
            Self::LinkedDeposit => "linked_deposit",
            Self::Time => "time",
        }
    }

    /// The one with this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|quantity| quantity.name() == name)
    }
}

/// A rest from betting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub enum RestKind {
    /// A break of hours to weeks. It ends by itself.
    TimeOut,
    /// Of months to years. It ends only when the player asks for it afterwards.
    SelfExclusion,
}
wire_enum!(RestKind { 0 = TimeOut, 1 = SelfExclusion });

/// A rest with its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Rest {
    /// Which.
    pub kind: RestKind,
    /// When it ends, or may be ended.
    pub until: Timestamp,
}
wire_struct!(Rest { kind, until });

/// See the module's documentation.
#[derive(Debug, Default)]
pub(crate) struct Play {
    /// The policy in force.
    policy: Adopted,
    /// By account: its rest, and the first of its limits in their order.
    players: Vec<Player>,
    limits: Vec<Limit>,
    limits_max: usize,
    /// The first unused row; they are linked like lists.
    free: u32,
    live: usize,
    /// Accounts that began to rest and whose open bets are being voided, in order.
    voiding: Vec<AccountId>,
    sessions: session::Sessions,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Player {
    rest: Option<Rest>,
    first: u32,
    /// When the account was opened, in seconds since the Unix epoch.
    opened_s: u32,
    level: Level,
    hold: Hold,
    cases: CaseSet,
    /// At which interval he wants to be reminded, in minutes; zero is never.
    check_minutes: u8,
}

const _: () = assert!(size_of::<Player>() <= 32, "a million players take 32 MB");

impl Player {
    const NONE: Self = Self {
        rest: None,
        first: NO_LIMIT,
        opened_s: 0,
        level: Level::Unverified,
        hold: Hold::None,
        cases: CaseSet::NONE,
        check_minutes: 0,
    };

    fn opened(&self) -> Timestamp {
        Timestamp::from_nanos(u64::from(self.opened_s) * 1_000_000_000)
    }

    /// Whether anything is set for it that a bet, a deposit or a withdrawal must ask.
    fn is_set(&self) -> bool {
        let Self { rest, first, hold, cases, check_minutes, opened_s: _, level: _ } = *self;
        let is_free = rest.is_none() && first == NO_LIMIT && check_minutes == 0;
        !is_free || hold != Hold::None || cases != CaseSet::NONE
    }
}

impl Play {
    /// Nothing set: most players set nothing, some set a few limits.
    pub fn with_capacity(accounts_max: usize, limits_max: usize) -> Self {
        Self {
            policy: Adopted::default(),
            players: vec![Player::NONE; accounts_max],
            limits: Vec::with_capacity(limits_max),
            limits_max,
            free: NO_LIMIT,
            live: 0,
            voiding: Vec::with_capacity(accounts_max),
            sessions: session::Sessions::with_capacity(accounts_max),
        }
    }

    /// An account was opened.
    pub fn open(&mut self, account: AccountId, now: Timestamp) {
        let opened_s = u32::try_from(now.nanos() / 1_000_000_000).unwrap_or(u32::MAX);
        self.players[account.0 as usize].opened_s = opened_s;
    }

    /// The memory of the account that will be opened after so many others.
    pub fn opened_after(&self, accounts: usize) -> *const u8 {
        self.players.as_ptr().wrapping_add(accounts).cast()
    }

    /// What its tables take.
    pub fn sizes(accounts_max: usize, limits_max: usize, sizes: &mut Vec<TableSize>) {
        sizes.push(TableSize::of::<Player>("players", RowOf::Account, accounts_max));
        session::Sessions::sizes(accounts_max, sizes);
        sizes.push(TableSize::of::<AccountId>("rests at work", RowOf::Account, accounts_max));
        sizes.push(TableSize::of::<Limit>("limits and counters", RowOf::Other, limits_max));
    }

    /// Whether a bet of this account is asked more than of an ordinary one.
    pub fn is_set(&self, account: AccountId) -> bool {
        !self.policy.policy.is_plain()
            || self.players[account.0 as usize].is_set()
            || self.sessions.get(account).is_some()
    }

    /// An account's limits in their order.
    pub fn of(&self, account: AccountId) -> impl Iterator<Item = &Limit> {
        let mut slot = self.players[account.0 as usize].first;
        core::iter::from_fn(move || {
            let limit = self.limits.get(slot as usize)?;
            slot = limit.next;
            Some(limit)
        })
    }

    /// The rest that an account has asked for, also when it is over.
    pub fn rest(&self, account: AccountId) -> Option<Rest> {
        self.players[account.0 as usize].rest
    }

    /// The rest that an account takes at this time.
    pub fn rest_at(&self, account: AccountId, now: Timestamp) -> Option<Rest> {
        self.rest(account).filter(|rest| match rest.kind {
            RestKind::TimeOut => now < rest.until,
            RestKind::SelfExclusion => true,
        })
    }

    /// Asks every rule.
    ///
    /// # Errors
    /// The refusal of the first that says no.
    #[cold]
    pub fn check(
        &self,
        account: AccountId,
        purse: Purse<'_>,
        now: Timestamp,
        asked: Asked,
    ) -> Result<(), Refusal> {
        let subject = Subject { play: self, account, purse, now, asked };
        RULES.iter().try_for_each(|rule| (rule.check)(&subject))
    }

    /// Whether a player who rests can cash out.
    pub fn lets_cash_out(&self) -> bool {
        self.policy.policy.lets_cash_out()
    }

    /// Asks only whether an account rests.
    ///
    /// # Errors
    /// The code of the rest.
    pub fn check_rest(
        &self,
        account: AccountId,
        purse: Purse<'_>,
        now: Timestamp,
    ) -> Result<(), Refusal> {
        let subject = Subject { play: self, account, purse, now, asked: Asked::Bet(Money::ZERO) };
        [self_exclusion::RULE, time_out::RULE].iter().try_for_each(|rule| (rule.check)(&subject))
    }

    /// The most that an account may stake by limits and by what is known of its owner.
    #[cold]
    pub fn room_for_stake(&self, account: AccountId, purse: Purse<'_>, now: Timestamp) -> Money {
        // Limits that still have room refuse the smallest stake no more than they should.
        let smallest = Asked::Bet(Money::from_minor(1));
        if self.check(account, purse, now, smallest).is_err() {
            return Money::ZERO;
        }
        let limits = self
            .of(account)
            .filter(|limit| limit.limits(Quantity::Stake) || limit.limits(Quantity::Loss));
        let least = limits.map(|limit| limit.room(now)).min();
        let level = self.players[account.0 as usize].level;
        let of_level = self.policy.policy.of(level).stake_max.map(|max| purse.most(max));
        let no_limit = crate::command::Config::AMOUNT_MAX;
        least.unwrap_or(no_limit).min(of_level.unwrap_or(no_limit))
    }

    /// Counts a movement in every limit and counter that it is about. Answers whose cases it opened.
    #[cold]
    pub fn note(
        &mut self,
        account: AccountId,
        movement: Movement,
        amount: Money,
        purse: Purse<'_>,
        (seq, now): (Seq, Timestamp),
    ) -> CaseSet {
        if matches!(movement, Movement::Staked(_) | Movement::Deposited) {
            self.begin_counters(account, seq, now);
        }
        self.note_in_session(account, movement, amount, (seq, now));
        self.note_limits(account, movement, amount, purse, (seq, now))
    }

    fn note_limits(
        &mut self,
        account: AccountId,
        movement: Movement,
        amount: Money,
        purse: Purse<'_>,
        (seq, now): (Seq, Timestamp),
    ) -> CaseSet {
        let Self { players, limits, policy: Adopted { policy, .. }, .. } = self;
        let player = &mut players[account.0 as usize];
        let mut opened = CaseSet::NONE;
        let is_whole = policy.linked_below() <= purse.in_book(amount);
        let mut slot = player.first;
        while let Some(limit) = limits.get_mut(slot as usize) {
            slot = limit.next;
            if limit.key.quantity == Quantity::LinkedDeposit && is_whole {
                continue;
            }
            let before = limit.used(now);
            limit.note(movement, amount, seq, now);
            let of_key = COUNTERS.iter().filter(|counter| counter.key() == limit.key);
            for counter in of_key {
                if counter.crosses(policy, purse, before, limit.used(now)) {
                    opened = opened.with(counter.id);
                }
            }
        }
        opened.iter().for_each(|counter| player.cases = player.cases.with(counter));
        opened
    }

    /// Counts time that was played, in the place of an amount. It is nobody's money and opens no case.
    fn note_time(&mut self, account: AccountId, seconds: Money, seq: Seq, now: Timestamp) {
        let mut slot = self.players[account.0 as usize].first;
        while let Some(limit) = self.limits.get_mut(slot as usize) {
            slot = limit.next;
            limit.note(Movement::Played, seconds, seq, now);
        }
    }

    fn find(&self, account: AccountId, key: LimitKey) -> Option<u32> {
        let mut slot = self.players[account.0 as usize].first;
        while let Some(limit) = self.limits.get(slot as usize) {
            if limit.key == key {
                return Some(slot);
            }
            slot = limit.next;
        }
        None
    }

    fn is_full(&self) -> bool {
        self.live == self.limits_max
    }

    /// How many limits and counters there are.
    pub(crate) fn limits_live(&self) -> usize {
        self.live
    }

    /// Writes a limit down, in its place among the account's others.
    fn insert(&mut self, account: AccountId, mut limit: Limit) {
        assert!(!self.is_full(), "the caller checks that there is room");
        let (mut before, mut next) = (NO_LIMIT, self.players[account.0 as usize].first);
        while let Some(other) = self.limits.get(next as usize).filter(|it| it.key < limit.key) {
            (before, next) = (next, other.next);
        }
        limit.next = next;
        let slot = if self.free == NO_LIMIT {
            self.limits.push(limit);
            self.limits.len() as u32 - 1
        } else {
            let slot = self.free;
            self.free = self.limits[slot as usize].next;
            self.limits[slot as usize] = limit;
            slot
        };
        self.link(account, before, slot);
        self.live += 1;
    }

    fn remove(&mut self, account: AccountId, slot: u32) {
        let mut before = NO_LIMIT;
        let mut at = self.players[account.0 as usize].first;
        while at != slot {
            (before, at) = (at, self.limits[at as usize].next);
        }
        self.link(account, before, self.limits[slot as usize].next);
        self.limits[slot as usize].next = core::mem::replace(&mut self.free, slot);
        self.live -= 1;
    }

    /// Says what comes behind a limit of an account, or first.
    fn link(&mut self, account: AccountId, before: u32, next: u32) {
        match self.limits.get_mut(before as usize) {
            Some(limit) => limit.next = next,
            None => self.players[account.0 as usize].first = next,
        }
    }
}
