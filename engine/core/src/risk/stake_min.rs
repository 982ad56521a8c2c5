//! A stake is not below the smallest one.

use super::{Measure, Rule};
use crate::reject::Reject;

pub const RULE: Rule = Rule {
    name: "stake minimum",
    code: Reject::StakeBelowMinimum,
    measure: |wager| Measure::at_least(wager.config.stake_min, wager.stake.money()),
};
