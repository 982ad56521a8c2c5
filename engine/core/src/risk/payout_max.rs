//! One bet never pays more than the cap, stake included.

use super::{Measure, Rule, Wager};
use crate::reject::Reject;
use crate::units::Money;

pub const RULE: Rule = Rule { name: "payout_max", code: Reject::PayoutAboveLimit, measure };

#[inline(always)]
fn measure(wager: &Wager<'_>) -> Measure {
    Measure::at_most(wager.config.payout_max, Money::ZERO, wager.payout)
}
