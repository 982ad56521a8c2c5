//! A stake is not below the smallest one.

use super::{Measure, Rule, Wager};
use crate::reject::Reject;

pub const RULE: Rule = Rule { name: "stake_min", code: Reject::StakeBelowMinimum, measure };

#[inline(always)]
fn measure(wager: &Wager<'_>) -> Measure {
    let (limit, would_be) = (wager.config.stake_min.minor(), wager.stake.money().minor());
    Measure { limit, used: 0, would_be, passes: limit <= would_be }
}
