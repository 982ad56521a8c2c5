//! Sessions a second time.

use clutch_core::command::SessionStep;
use clutch_core::event::{Event, LedgerAccount};
use clutch_core::play::{LimitBy, LimitKey, Quantity, SessionView, Term, Window};
use clutch_core::units::{Money, Timestamp};
use clutch_core::{Record, Refusal, Reject};

use super::Twin;
use super::bets::no;

const SECOND: u64 = 1_000_000_000;
const MINUTE: u64 = 60 * SECOND;

/// A session that a player is in.
#[derive(Clone, Copy, Debug)]
pub(super) struct Session {
    began: u64,
    /// Time is counted up to here.
    heard: u64,
    quiet_since: u64,
    reminded: bool,
    staked: i128,
    spent: i128,
}

impl Twin {
    fn idle(&self) -> Option<u64> {
        let minutes = self.licence.policy.get(Term::SessionIdleMinutes) as u64;
        (minutes != 0).then_some(minutes * MINUTE)
    }

    /// At which interval a player is reminded.
    fn interval(&self, account: u32) -> Option<u64> {
        let own = u64::from(self.accounts[account as usize].own.every);
        let of_policy = self.licence.policy.get(Term::RealityCheckMinutes) as u64;
        [own, of_policy].into_iter().filter(|it| *it != 0).min().map(|minutes| minutes * MINUTE)
    }

    /// A sign of life: whole seconds since the last one were played.
    fn hear_from(&mut self, account: u32) {
        let (now, idle) = (self.now, self.idle());
        let Some(session) = &mut self.accounts[account as usize].own.session else { return };
        let passed = (now - session.heard).min(idle.unwrap_or(u64::MAX)) / SECOND;
        session.heard += passed * SECOND;
        if passed != 0 {
            self.note_played(account, passed);
        }
    }

    /// What came due in sessions by now.
    pub(super) fn tend_sessions(&mut self) {
        for account in 0..self.accounts.len() as u32 {
            let Some(session) = self.accounts[account as usize].own.session else { continue };
            if self.idle().is_some_and(|idle| idle <= self.now - session.heard) {
                self.hear_from(account);
                self.accounts[account as usize].own.session = None;
                continue;
            }
            let is_due =
                self.interval(account).is_some_and(|it| session.quiet_since + it <= self.now);
            if let Some(session) = &mut self.accounts[account as usize].own.session {
                session.reminded |= is_due;
            }
        }
    }

    pub(super) fn session(&mut self, account: u32, step: SessionStep) -> Result<(), Reject> {
        let now = self.now;
        let own = &self.accounts.get(account as usize).ok_or(Reject::UnknownAccount)?.own;
        let present = own.session;
        match (step, present) {
            (SessionStep::Every { minutes }, _) => {
                if minutes > 240 {
                    return Err(Reject::RealityInterval);
                }
                self.accounts[account as usize].own.every = minutes;
            }
            (SessionStep::Open, None) => {
                let open = self.accounts.iter().filter(|it| it.own.session.is_some()).count();
                if open == 64 {
                    return Err(Reject::CapacityReached);
                }
                self.room_for_counters(account).map_err(|refusal| refusal.code)?;
                self.begin_counters(account);
                self.accounts[account as usize].own.session = Some(Session {
                    began: now,
                    heard: now,
                    quiet_since: now,
                    reminded: false,
                    staked: 0,
                    spent: 0,
                });
            }
            (_, None) => return Err(Reject::NoSession),
            (SessionStep::Open | SessionStep::Alive, Some(_)) => self.hear_from(account),
            (SessionStep::Close, Some(session)) if session.reminded => {
                return Err(Reject::RealityCheckDue);
            }
            (SessionStep::Close, Some(_)) => {
                self.hear_from(account);
                self.accounts[account as usize].own.session = None;
            }
            (SessionStep::Confirm, Some(session)) if !session.reminded => {
                return Err(Reject::NothingToConfirm);
            }
            (SessionStep::Confirm, Some(session)) => {
                let confirmed = Session { reminded: false, quiet_since: now, ..session };
                self.accounts[account as usize].own.session = Some(confirmed);
                self.hear_from(account);
            }
        }
        Ok(())
    }

    /// Whether a player's time, and his reminders, let him bet.
    pub(super) fn has_time(&self, account: u32) -> Result<(), Refusal> {
        let own = &self.accounts[account as usize].own;
        if let Some(interval) = self.interval(account) {
            let session = own.session.ok_or(Reject::NoSession)?;
            if session.reminded {
                let (interval, since) = (interval, self.now - session.quiet_since);
                let [interval, since] = [interval, since].map(|it| i128::from(it / 1_000_000));
                return Err(no(Reject::RealityCheckDue, interval, since));
            }
        }
        let since = own.session.map_or(0, |session| self.now - session.heard);
        let since = since.min(self.idle().unwrap_or(u64::MAX)) / SECOND;
        let of_policy = i128::from(self.licence.policy.get(Term::PlayHours24h)) * 3_600;
        let by = LimitBy::Counter;
        let key = LimitKey { quantity: Quantity::Time, window: Window::Hours24, by };
        // In the order of their keys, so that of two with as little left the first decides.
        let mut all: Vec<(LimitKey, i128, i128)> = Vec::new();
        for view in own.views(self.now) {
            let amount = view.amount.unwrap_or_default();
            if view.key.quantity == Quantity::Time {
                all.push((view.key, amount.minor().into(), view.used.minor().into()));
            }
        }
        if of_policy != 0 {
            let counters = own.counters(self.now);
            let counted = counters.iter().find(|(known, _)| *known == key);
            if let Some((_, sum)) = counted {
                all.push((key, of_policy, sum.minor().into()));
            } else if all.is_empty() {
                all.push((key, of_policy, -i128::from(since)));
            }
        }
        all.sort_by_key(|(key, limit, used)| (limit - used, *key));
        let Some((_, limit, used)) = all.first() else { return Ok(()) };
        if own.session.is_none() {
            return Err(Reject::NoSession.into());
        }
        let used = used + i128::from(since);
        if used >= *limit {
            return Err(no(Reject::SessionTimeReached, limit * 1_000, used * 1_000));
        }
        Ok(())
    }

    /// What the engine's postings mean for sessions. A bet that is placed is a sign of life.
    pub(super) fn learn_in_session(&mut self, record: &Record) {
        let Event::Posting { from, to, amount, bet, .. } = record.event else { return };
        let amount = i128::from(amount.minor());
        let (account, cost) = match (from, to) {
            (
                LedgerAccount::PlayerAvailable(id),
                LedgerAccount::PlayerHeld(_) | LedgerAccount::House,
            ) => (id, amount),
            (
                LedgerAccount::PlayerHeld(_) | LedgerAccount::House,
                LedgerAccount::PlayerAvailable(id),
            ) => (id, -amount),
            _ => return,
        };
        let Some(session) = &mut self.accounts[account.0 as usize].own.session else { return };
        session.spent += cost;
        let is_new = bet.is_some_and(|bet| bet.0 == record.seq.0);
        if is_new && matches!(to, LedgerAccount::PlayerHeld(_)) {
            session.staked += amount;
            self.hear_from(account.0);
        }
    }

    /// Holds what the engine says of a session to the twin's.
    pub(super) fn compare_session(&self, account: u32, events: &[Event]) {
        let own = &self.accounts[account as usize].own;
        let money = |amount: i128| Money::from_minor(amount as i64);
        let twin = own.session.map(|session| SessionView {
            began: Timestamp::from_nanos(session.began),
            staked: money(session.staked),
            spent: money(session.spent),
            checks_at: self
                .interval(account)
                .filter(|_| !session.reminded)
                .map(|interval| Timestamp::from_nanos(session.quiet_since + interval)),
            must_confirm: session.reminded,
        });
        let said = events.iter().find_map(|event| match event {
            Event::Session { session, every_minutes, .. } => Some((*session, *every_minutes)),
            _ => None,
        });
        let limits_time = own.views(self.now).iter().any(|it| it.key.quantity == Quantity::Time);
        let needs_one = self.interval(account).is_some()
            || limits_time
            || self.licence.policy.get(Term::PlayHours24h) != 0;
        let expected = (needs_one || twin.is_some()).then_some((twin, own.every));
        assert_eq!(said, expected, "the session of account {account}");
    }
}
