//! One bet never pays more than the cap, stake included.

use super::{Measure, Rule};
use crate::reject::Reject;
use crate::units::Money;

pub const RULE: Rule = Rule {
    name: "payout_max",
    code: Reject::PayoutAboveLimit,
    measure: |wager| Measure::at_most(wager.config.payout_max, Money::ZERO, wager.payout),
};
