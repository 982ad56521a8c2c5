//! A player is reminded, at the interval that he or the policy chose, how long he has played and what it
//! cost him; until he has confirmed it he does not bet.
//!
//! Implements UKGC RTS 13B. That standard is about gaming; for betting it is offered the same way.

use super::policy::Term;
use super::{Asked, Play, PlayRule, Subject};
use crate::reject::{Refusal, Reject};
use crate::units::{AccountId, Money, millis};

pub(super) const RULE: PlayRule = PlayRule { name: "reality_check", cites: "UKGC RTS 13B", check };

/// The longest interval that can be chosen, in minutes.
pub(super) const LONGEST_MINUTES: u8 = 240;

const MINUTE_NS: u64 = 60 * 1_000_000_000;

fn check(subject: &Subject<'_>) -> Result<(), Refusal> {
    match subject.asked {
        Asked::Deposit(_) | Asked::Withdraw | Asked::Bet(Money::ZERO) => return Ok(()),
        Asked::Bet(_) => {}
    }
    let Some(interval) = subject.play.interval_ns(subject.account) else { return Ok(()) };
    let session = subject.play.sessions.get(subject.account).ok_or(Reject::NoSession)?;
    if session.must_confirm {
        let since = subject.now.since(session.quiet_since);
        return Err(Refusal::with(Reject::RealityCheckDue, millis(interval), millis(since)));
    }
    Ok(())
}

impl Play {
    /// At which interval a player is reminded: the shorter of his own and the policy's.
    pub(super) fn interval_ns(&self, account: AccountId) -> Option<u64> {
        let own = u64::from(self.players[account.0 as usize].check_minutes) * MINUTE_NS;
        let of_policy = self.policy.policy.minutes_ns(Term::RealityCheckMinutes);
        [(own != 0).then_some(own), of_policy].into_iter().flatten().min()
    }
}
