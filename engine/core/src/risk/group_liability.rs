//! What a group of linked accounts could win together with everything they have waiting or open.

use super::{Measure, Rule, Wager};
use crate::reject::Reject;
use crate::wallet::NO_GROUP;

pub const RULE: Rule = Rule { name: "group_liability", code: Reject::GroupLiability, measure };

#[inline(always)]
fn measure(wager: &Wager<'_>) -> Measure {
    let added = wager.payout - wager.stake.money();
    let limit = wager.config.liability_group_max;
    match wager.account.group {
        // An account on its own has its own limit.
        NO_GROUP => Measure { limit: limit.minor(), used: 0, would_be: 0, passes: true },
        group => Measure::at_most(limit, wager.tables.group(group).liability, added),
    }
}
