//! How long a player plays stays within the limits that he, the staff or the policy set.
//!
//! Implements UKGC RTS 13B and LCCP 3.4.3 for those who limit their time. A limit on time stands among
//! those on money; what it counts are seconds of sessions.

use super::policy::Term;
use super::{Asked, LimitBy, Play, PlayRule, Quantity, Subject};
use crate::reject::{Refusal, Reject};
use crate::units::{AccountId, Money, Timestamp};

pub(super) const RULE: PlayRule =
    PlayRule { name: "session_time", cites: "UKGC RTS 13B, LCCP 3.4.3", check };

const SECOND_NS: u64 = 1_000_000_000;

fn check(subject: &Subject<'_>) -> Result<(), Refusal> {
    match subject.asked {
        Asked::Deposit(_) | Asked::Withdraw | Asked::Bet(Money::ZERO) => return Ok(()),
        Asked::Bet(_) => {}
    }
    let Some((limit, used)) = subject.play.time_left(subject.account, subject.now) else {
        return Ok(());
    };
    if subject.play.sessions.get(subject.account).is_none() {
        return Err(Reject::NoSession.into());
    }
    if limit <= used {
        return Err(Refusal::with(Reject::SessionTimeReached, limit * 1_000, used * 1_000));
    }
    Ok(())
}

impl Play {
    /// The limit on time with the least left, and how much of it is used, in seconds.
    pub(super) fn time_left(&self, account: AccountId, now: Timestamp) -> Option<(i64, i64)> {
        let since = self.sessions.get(account).map_or(0, |session| now.since(session.heard));
        let uncounted = since.min(self.idle_ns()) / SECOND_NS;
        let of_policy = self.policy.policy.get(Term::PlayHours24h) * 3_600;
        let limits = self.of(account).filter(|limit| limit.key.quantity == Quantity::Time);
        let limits = limits.filter_map(|limit| {
            let most = match limit.key.by {
                LimitBy::Player | LimitBy::House => limit.amount.minor(),
                LimitBy::Counter => Some(of_policy).filter(|most| *most != 0)?,
            };
            Some((most, limit.used(now).minor() + uncounted as i64))
        });
        let least = limits.min_by_key(|(most, used)| most - used);
        // Before the first session under a policy nothing is counted yet.
        least.or_else(|| Some((of_policy, 0)).filter(|(most, _)| *most != 0))
    }
}
