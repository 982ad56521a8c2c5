//! What a player says of his session, and what comes due in one.

use super::session::{Session, SessionView};
use super::{Movement, Play, Term, reality_check};
use crate::command::SessionStep;
use crate::event::Event;
use crate::reject::{Refusal, Reject};
use crate::state::Step;
use crate::units::{AccountId, Money, Seq, Timestamp, millis};

const SECOND_NS: u64 = 1_000_000_000;
const MINUTE_NS: u64 = 60 * SECOND_NS;

/// Most sessions looked at with one command.
const DUE_PER_COMMAND: usize = 256;

impl Play {
    /// After how long a silence a session ends by itself.
    pub(super) fn idle_ns(&self) -> u64 {
        self.policy.policy.minutes_ns(Term::SessionIdleMinutes).unwrap_or(u64::MAX)
    }

    /// A player's session as it stands.
    pub fn session(&self, account: AccountId) -> Option<SessionView> {
        let session = self.sessions.get(account)?;
        let Session { began, staked, spent, must_confirm, quiet_since, .. } = *session;
        let interval = self.interval_ns(account).filter(|_| !must_confirm);
        let checks_at = interval.map(|interval| quiet_since.plus(interval));
        Some(SessionView { began, staked, spent, checks_at, must_confirm })
    }

    /// The event of a session as it stands; also that there is none.
    pub fn session_event(&self, account: AccountId) -> Event {
        let every_minutes = self.players[account.0 as usize].check_minutes;
        Event::Session { account, session: self.session(account), every_minutes }
    }

    /// Whether a player needs a session to bet, or is in one.
    pub fn is_about_sessions(&self, account: AccountId, now: Timestamp) -> bool {
        self.sessions.get(account).is_some()
            || self.interval_ns(account).is_some()
            || self.time_left(account, now).is_some()
    }

    /// Counts what was played up to now.
    pub(super) fn hear(&mut self, account: AccountId, seq: Seq, now: Timestamp) {
        let idle = self.idle_ns();
        let Some(session) = self.sessions.get_mut(account) else { return };
        let seconds = now.since(session.heard).min(idle) / SECOND_NS;
        // What is less than a second is counted with the next one.
        session.heard = session.heard.plus(seconds * SECOND_NS);
        if seconds != 0 {
            let amount = Money::from_minor(seconds as i64);
            self.note_time(account, amount, seq, now);
        }
    }

    /// When something is due in a session.
    fn due_in(&self, account: AccountId) -> Timestamp {
        let Some(session) = self.sessions.get(account) else { return Timestamp::MAX };
        let idle = Some(self.idle_ns()).filter(|idle| *idle != u64::MAX);
        let silent = idle.map_or(Timestamp::MAX, |idle| session.heard.plus(idle));
        let view = self.session(account);
        silent.min(view.and_then(|view| view.checks_at).unwrap_or(Timestamp::MAX))
    }

    /// When the first session is to be looked at.
    pub fn sessions_due(&self) -> Timestamp {
        self.sessions.next_due()
    }

    /// Sets another timer for a session; what it had comes too early and finds nothing.
    fn look_at(&mut self, account: AccountId) {
        let at = self.due_in(account);
        if at == Timestamp::MAX {
            return;
        }
        if self.sessions.has_room_for_timer() {
            self.sessions.look_at(account, at);
        } else {
            self.look_at_all();
        }
    }

    /// Sets one timer for every session: a policy changed, or most timers are of what was put off since.
    pub(super) fn look_at_all(&mut self) {
        self.sessions.clear_timers();
        for place in 0..self.sessions.len() {
            let account = self.sessions.account_at(place);
            let at = self.due_in(account);
            if at != Timestamp::MAX {
                self.sessions.look_at(account, at);
            }
        }
    }

    /// Counts what a movement means for a session; a bet that is placed is a sign of life.
    pub(super) fn note_in_session(
        &mut self,
        account: AccountId,
        movement: Movement,
        amount: Money,
        (seq, now): (Seq, Timestamp),
    ) {
        let Some(session) = self.sessions.get_mut(account) else { return };
        match movement {
            Movement::Staked(bet) => {
                session.spent += amount;
                // What is held again after a settlement was taken back was staked before.
                if bet.0 == seq.0 {
                    session.staked += amount;
                    self.hear(account, seq, now);
                }
            }
            Movement::Unwon => session.spent += amount,
            Movement::Unstaked(_) | Movement::Won => session.spent -= amount,
            Movement::Deposited
            | Movement::Undeposited(_)
            | Movement::Withdrawn
            | Movement::Played => {}
        }
    }
}

impl Step<'_> {
    /// See [`crate::Command::Session`].
    pub(crate) fn session(&mut self, account: AccountId, step: SessionStep) -> Result<(), Refusal> {
        self.tables.wallet.get(account).ok_or(Reject::UnknownAccount)?;
        let (seq, now) = (self.seq, self.now);
        let play = self.tables.wallet.play_mut();
        match step {
            SessionStep::Open if play.sessions.get(account).is_none() => {
                let is_full = play.sessions.is_full();
                if is_full || !play.has_room_for_counters(account) {
                    let max = if is_full { play.sessions.sessions_max() } else { play.limits_max };
                    return Err(Refusal::with(Reject::CapacityReached, max as i64, max as i64));
                }
                play.begin_counters(account, seq, now);
                let (staked, spent) = (Money::ZERO, Money::ZERO);
                let (began, heard, quiet_since) = (now, now, now);
                let must_confirm = false;
                play.sessions.open(Session {
                    account,
                    began,
                    heard,
                    quiet_since,
                    must_confirm,
                    staked,
                    spent,
                });
            }
            SessionStep::Open | SessionStep::Alive => {
                play.sessions.get(account).ok_or(Reject::NoSession)?;
                play.hear(account, seq, now);
                // Its timer comes early enough as it is.
                self.outbox.push(play.session_event(account));
                return Ok(());
            }
            SessionStep::Close => {
                let session = play.sessions.get(account).ok_or(Reject::NoSession)?;
                if session.must_confirm {
                    // Or else a new session would be the way around it.
                    return Err(play.must_confirm(account, now));
                }
                play.hear(account, seq, now);
                play.sessions.close(account);
            }
            SessionStep::Confirm => {
                let session = play.sessions.get_mut(account).ok_or(Reject::NoSession)?;
                if !session.must_confirm {
                    return Err(Reject::NothingToConfirm.into());
                }
                (session.must_confirm, session.quiet_since) = (false, now);
                play.hear(account, seq, now);
            }
            SessionStep::Every { minutes } => {
                let longest = reality_check::LONGEST_MINUTES;
                if longest < minutes {
                    let (most, asked) = (u64::from(longest), u64::from(minutes));
                    let (most, asked) = (millis(most * MINUTE_NS), millis(asked * MINUTE_NS));
                    return Err(Refusal::with(Reject::RealityInterval, most, asked));
                }
                play.players[account.0 as usize].check_minutes = minutes;
            }
        }
        play.look_at(account);
        self.tables.wallet.mark_play(account);
        self.outbox.push(self.tables.wallet.play().session_event(account));
        Ok(())
    }

    /// Reminds players who have played for their interval, and ends sessions that have been silent.
    pub(crate) fn tend_sessions(&mut self) {
        let (seq, now) = (self.seq, self.now);
        for _ in 0..DUE_PER_COMMAND {
            let play = self.tables.wallet.play_mut();
            let Some(account) = play.sessions.pop_due(now) else { return };
            let idle = play.idle_ns();
            let Some(session) = play.sessions.get(account).copied() else { continue };
            if idle <= now.since(session.heard) {
                play.hear(account, seq, now);
                play.sessions.close(account);
                self.tables.wallet.mark_play(account);
                self.outbox.push(self.tables.wallet.play().session_event(account));
                continue;
            }
            let is_due =
                play.session(account).and_then(|it| it.checks_at).is_some_and(|at| at <= now);
            if is_due {
                if let Some(session) = play.sessions.get_mut(account) {
                    session.must_confirm = true;
                }
                self.outbox.push(play.session_event(account));
            }
            self.tables.wallet.play_mut().look_at(account);
        }
    }
}

impl Play {
    fn must_confirm(&self, account: AccountId, now: Timestamp) -> Refusal {
        let interval = self.interval_ns(account).unwrap_or_default();
        let since = self.sessions.get(account).map_or(0, |row| now.since(row.quiet_since));
        Refusal::with(Reject::RealityCheckDue, millis(interval), millis(since))
    }
}
