//! A stake is not above the largest one.

use super::{Measure, Rule};
use crate::reject::Reject;
use crate::units::Money;

pub const RULE: Rule = Rule {
    name: "stake_max",
    code: Reject::StakeAboveLimit,
    measure: |wager| Measure::at_most(wager.config.stake_max, Money::ZERO, wager.stake.money()),
};
