//! A stake is not above the part of the largest one that is open on this tier at this time.

use super::stage::stake_limit;
use super::{Measure, Rule};
use crate::reject::Reject;
use crate::units::Money;

pub const RULE: Rule = Rule {
    name: "stage_stake",
    code: Reject::StakeAboveStage,
    measure: |wager| Measure::at_most(stake_limit(wager), Money::ZERO, wager.stake.money()),
};
