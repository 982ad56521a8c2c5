//! A stake is not above the largest one.

use super::{Measure, Rule};
use crate::reject::Reject;

pub const RULE: Rule = Rule {
    name: "stake maximum",
    code: Reject::StakeAboveLimit,
    measure: |wager| Measure::at_most(wager.config.stake_max, wager.stake.money()),
};
