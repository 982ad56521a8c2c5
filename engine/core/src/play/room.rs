//! What cannot be counted is not taken: an account of which a policy wants sums needs room for them.
//!
//! The last rows are kept for limits: sooner is a bet or a deposit of a player refused who cannot be counted
//! than a limit that a player or the staff sets for his protection. Rests need no row.

use super::{Asked, Limit, LimitBy, Play, PlayRule, Subject};
use crate::capacity::kept_rows;
use crate::reject::{Refusal, Reject};
use crate::units::{AccountId, Money, Seq, Timestamp};

pub(super) const RULE: PlayRule =
    PlayRule { name: "room_for_counters", cites: "UKGC LCCP 12.1.1", check };

fn check(subject: &Subject<'_>) -> Result<(), Refusal> {
    let begins = match subject.asked {
        Asked::Bet(stake) => stake != Money::ZERO,
        Asked::Deposit(_) => true,
        Asked::Withdraw => false,
    };
    if !begins || subject.play.has_room_for_counters(subject.account) {
        return Ok(());
    }
    let (max, live) = (subject.play.counters_max() as i64, subject.play.live as i64);
    Err(Refusal::with(Reject::CapacityReached, max, live))
}

impl Play {
    /// Whether every counter that the policy wants of an account exists or fits.
    pub(super) fn has_room_for_counters(&self, account: AccountId) -> bool {
        let is_missing = |key: &_| self.find(account, *key).is_none();
        let missing = self.policy.policy.wanted().filter(is_missing).count();
        missing == 0 || self.live + missing <= self.counters_max()
    }

    /// How many rows there can be before no counter begins any more.
    fn counters_max(&self) -> usize {
        let max = u32::try_from(self.limits_max).unwrap_or(u32::MAX);
        self.limits_max - kept_rows(max) as usize
    }

    /// Begins the counters that the policy wants and the account does not have.
    pub(super) fn begin_counters(&mut self, account: AccountId, seq: Seq, now: Timestamp) {
        let policy = self.policy.policy;
        for key in policy.wanted() {
            assert!(key.by == LimitBy::Counter, "a policy counts and does not limit");
            // A bet that is held again after its settlement was taken back is not asked first.
            if self.find(account, key).is_none() && self.live < self.counters_max() {
                self.insert(account, Limit::new(key, Money::ZERO, seq, now));
            }
        }
    }
}
