//! A stake is not above the largest one.

use super::{Rule, at_most};
use crate::reject::Reject;

pub const RULE: Rule = Rule {
    name: "stake maximum",
    check: |wager| at_most(wager.config.stake_max, wager.stake.money(), Reject::StakeAboveLimit),
};
