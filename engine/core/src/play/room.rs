//! What cannot be counted is not taken: an account of which a policy wants sums needs room for them.

use super::{Asked, Limit, LimitBy, Play, PlayRule, Subject};
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
    let max = subject.play.limits_max as i64;
    Err(Refusal::with(Reject::CapacityReached, max, max))
}

impl Play {
    /// Whether every counter that the policy wants of an account exists or fits.
    pub(super) fn has_room_for_counters(&self, account: AccountId) -> bool {
        let is_missing = |key: &_| self.find(account, *key).is_none();
        let missing = self.policy.policy.wanted().filter(is_missing).count();
        self.live + missing <= self.limits_max
    }

    /// Begins the counters that the policy wants and the account does not have.
    pub(super) fn begin_counters(&mut self, account: AccountId, seq: Seq, now: Timestamp) {
        let policy = self.policy.policy;
        for key in policy.wanted() {
            assert!(key.by == LimitBy::Counter, "a policy counts and does not limit");
            // A bet that is held again after its settlement was taken back is not asked first.
            if self.find(account, key).is_none() && !self.is_full() {
                self.insert(account, Limit::new(key, Money::ZERO, seq, now));
            }
        }
    }
}
