//! Sessions: from when until when a player plays, as he or his client says.
//!
//! A session is opened, kept alive by signs of life (a bet is one) and closed, or ends by itself after a
//! silence. Time counts from one sign of life to the next, so that what is counted is never less than
//! what was played. Only who limits his time, or is to be reminded of it, needs a session to bet.
//!
//! The table has room for a part of all accounts; when it is full no further session opens.

use alloc::collections::BinaryHeap;
use alloc::vec::Vec;
use core::cmp::Reverse;

use crate::codec::{DecodeError, wire_struct};
use crate::memory::{RowOf, TableSize};
use crate::snapshot::{Loader, Saver};
use crate::units::{AccountId, Money, Timestamp};

/// One of so many accounts can be in a session at a time.
const ACCOUNTS_PER_SESSION: usize = 16;
/// But so many at least.
const SESSIONS_MIN: usize = 64;

/// A session as it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct SessionView {
    /// When it began.
    pub began: Timestamp,
    /// What was staked since.
    pub staked: Money,
    /// What bets cost since: stakes less what came back.
    pub spent: Money,
    /// When the player is reminded next; `None` if he is not.
    pub checks_at: Option<Timestamp>,
    /// Whether he has been, and has not confirmed it: he does not bet until he does.
    pub must_confirm: bool,
}

/// A row.
#[derive(Clone, Copy, Debug)]
pub(super) struct Session {
    pub account: AccountId,
    pub began: Timestamp,
    /// The last sign of life: time is counted up to it.
    pub heard: Timestamp,
    /// Since when the player was not reminded.
    pub quiet_since: Timestamp,
    pub must_confirm: bool,
    pub staked: Money,
    pub spent: Money,
}
wire_struct!(Session { account, began, heard, quiet_since, must_confirm, staked, spent });

/// Every open session, and when something is due in one.
#[derive(Debug, Default)]
pub(super) struct Sessions {
    /// In the order of their accounts, so that one is found by halving.
    rows: Vec<Session>,
    sessions_max: usize,
    /// When to look at an account. What was put off stands in it twice, and is looked at once too often.
    timers: BinaryHeap<Reverse<(Timestamp, AccountId)>>,
}

impl Sessions {
    pub fn with_capacity(accounts_max: usize) -> Self {
        let sessions_max = Self::most(accounts_max);
        Self {
            rows: Vec::with_capacity(sessions_max),
            sessions_max,
            timers: BinaryHeap::with_capacity(2 * sessions_max),
        }
    }

    const fn most(accounts_max: usize) -> usize {
        let part = accounts_max / ACCOUNTS_PER_SESSION;
        if part < SESSIONS_MIN { SESSIONS_MIN } else { part }
    }

    pub fn sizes(accounts_max: usize, sizes: &mut Vec<TableSize>) {
        let most = Self::most(accounts_max);
        sizes.push(TableSize::of::<Session>("sessions", RowOf::Other, most));
        sizes.push(TableSize::of::<(Timestamp, AccountId)>(
            "timers of sessions",
            RowOf::Other,
            2 * most,
        ));
    }

    pub fn sessions_max(&self) -> usize {
        self.sessions_max
    }

    fn place(&self, account: AccountId) -> Result<usize, usize> {
        self.rows.binary_search_by_key(&account, |row| row.account)
    }

    pub fn get(&self, account: AccountId) -> Option<&Session> {
        self.place(account).ok().map(|place| &self.rows[place])
    }

    pub fn get_mut(&mut self, account: AccountId) -> Option<&mut Session> {
        self.place(account).ok().map(|place| &mut self.rows[place])
    }

    pub fn is_full(&self) -> bool {
        self.rows.len() == self.sessions_max
    }

    pub fn open(&mut self, session: Session) {
        assert!(!self.is_full(), "the caller checks that there is room");
        if let Err(place) = self.place(session.account) {
            self.rows.insert(place, session);
        }
    }

    pub fn close(&mut self, account: AccountId) {
        if let Ok(place) = self.place(account) {
            self.rows.remove(place);
        }
    }

    /// When the first timer is due.
    pub fn next_due(&self) -> Timestamp {
        self.timers.peek().map_or(Timestamp::MAX, |Reverse((at, _))| *at)
    }

    /// Whether another timer fits.
    pub fn has_room_for_timer(&self) -> bool {
        self.timers.len() < 2 * self.sessions_max
    }

    /// Has an account looked at by this time.
    pub fn look_at(&mut self, account: AccountId, at: Timestamp) {
        assert!(self.has_room_for_timer(), "the caller sets all anew when they are too many");
        self.timers.push(Reverse((at, account)));
    }

    /// Forgets every timer.
    pub fn clear_timers(&mut self) {
        self.timers.clear();
    }

    /// The next account to look at, if it is time.
    pub fn pop_due(&mut self, now: Timestamp) -> Option<AccountId> {
        if now < self.next_due() {
            return None;
        }
        self.timers.pop().map(|Reverse((_, account))| account)
    }

    pub fn save(&self, out: &mut Saver<'_>) {
        let Self { rows, sessions_max: _, timers } = self;
        out.list(rows.iter());
        // As they come due: the heap's own order is the library's affair.
        let mut timers: Vec<_> = timers.iter().map(|Reverse(timer)| *timer).collect();
        timers.sort_unstable();
        out.list(timers.iter());
    }

    /// Reads both back.
    pub fn load(input: &mut Loader<'_>, accounts_max: u32) -> Result<Self, DecodeError> {
        let mut sessions = Self::with_capacity(accounts_max as usize);
        let rows: Vec<Session> = input.list(sessions.sessions_max)?;
        if rows.windows(2).any(|pair| pair[1].account <= pair[0].account)
            || rows.iter().any(|row| accounts_max <= row.account.0)
        {
            return Err(DecodeError::OutOfRange);
        }
        sessions.rows.extend(rows);
        let timers: Vec<(Timestamp, AccountId)> = input.list(2 * sessions.sessions_max)?;
        if timers.iter().any(|(_, account)| accounts_max <= account.0) {
            return Err(DecodeError::OutOfRange);
        }
        sessions.timers.extend(timers.into_iter().map(Reverse));
        Ok(sessions)
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whose one of them is, by its place among them.
    pub fn account_at(&self, place: usize) -> AccountId {
        self.rows[place].account
    }
}
