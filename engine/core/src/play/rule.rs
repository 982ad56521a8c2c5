//! Rules: what one is, what it looks at, and all of them in order of precedence.

use super::{
    Limit, LimitBy, LimitKey, Play, Player, Quantity, Rest, Window, deposit_limit, house_limit,
    loss_limit, net_deposit_limit, reality_check, review, room, self_exclusion, session_time,
    stake_limit, time_out, unverified, verification,
};
use crate::currency::Purse;
use crate::reject::{Refusal, Reject};
use crate::units::{AccountId, Money, Timestamp};

/// What a rule looks at.
pub(crate) struct Subject<'a> {
    pub(super) play: &'a Play,
    pub(super) account: AccountId,
    pub(super) purse: Purse<'a>,
    pub(super) now: Timestamp,
    pub(super) asked: Asked,
}

/// What somebody wants to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Asked {
    /// Stake this much; zero asks only whether the account rests.
    Bet(Money),
    /// Pay in this much.
    Deposit(Money),
    /// Take money out, however much.
    Withdraw,
}

/// One rule.
pub struct PlayRule {
    /// Its name.
    pub name: &'static str,
    /// The rule of a regulator that it implements.
    pub cites: &'static str,
    /// Says no, or nothing.
    pub(super) check: fn(&Subject<'_>) -> Result<(), Refusal>,
}

/// Every rule, in order of precedence, which is that of their codes.
pub const RULES: &[PlayRule] = &[
    self_exclusion::RULE,
    time_out::RULE,
    verification::RULE,
    stake_limit::RULE,
    loss_limit::RULE,
    deposit_limit::RULE,
    net_deposit_limit::RULE,
    unverified::RULE,
    review::RULE,
    house_limit::RULE,
    reality_check::RULE,
    session_time::RULE,
    room::RULE,
];

impl Subject<'_> {
    pub(super) fn player(&self) -> &Player {
        &self.play.players[self.account.0 as usize]
    }

    /// The rest that the account takes at this time.
    pub(super) fn rest(&self) -> Option<Rest> {
        self.play.rest_at(self.account, self.now)
    }

    /// What a counter says; nothing before it began.
    pub(super) fn counted(&self, quantity: Quantity, window: Window) -> Money {
        let key = LimitKey { quantity, window, by: LimitBy::Counter };
        let counter = self.play.of(self.account).find(|limit| limit.key == key);
        counter.map_or(Money::ZERO, |counter| counter.used(self.now))
    }

    /// Whether every limit on a quantity that the player or the house set leaves room for so much more of it.
    /// They all hold, so the one with the least room decides.
    pub(super) fn within(
        &self,
        quantity: Quantity,
        by: LimitBy,
        added: Money,
        code: Reject,
    ) -> Result<(), Refusal> {
        if added == Money::ZERO {
            return Ok(());
        }
        let is_asked = |limit: &&Limit| limit.limits(quantity) && limit.key.by == by;
        let limits = self.play.of(self.account).filter(is_asked);
        let least = limits.min_by_key(|limit| limit.room(self.now));
        match least {
            Some(limit) if limit.room(self.now) < added => {
                let would_be = limit.used(self.now) + added;
                Err(Refusal::with(code, limit.amount.minor(), would_be.minor()))
            }
            Some(_) | None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_names_the_rule_it_implements() {
        for rule in RULES {
            assert!(!rule.name.is_empty() && !rule.cites.is_empty(), "{}", rule.name);
        }
    }
}
