//! What one account could win with everything it has waiting or open.

use super::{Rule, at_most};
use crate::reject::Reject;

pub const RULE: Rule = Rule {
    name: "account liability",
    check: |wager| {
        let would_be = wager.account.liability + wager.payout - wager.stake.money();
        at_most(wager.config.liability_account_max, would_be, Reject::AccountLiability)
    },
};
