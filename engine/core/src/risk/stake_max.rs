//! A stake is not above the largest one.

use super::{Measure, Rule, Wager};
use crate::reject::Reject;
use crate::units::Money;

pub const RULE: Rule = Rule { name: "stake_max", code: Reject::StakeAboveLimit, measure };

#[inline(always)]
fn measure(wager: &Wager<'_>) -> Measure {
    Measure::at_most(wager.config.stake_max, Money::ZERO, wager.stake.money())
}
