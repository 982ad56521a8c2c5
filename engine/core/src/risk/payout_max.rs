//! One bet never pays more than the cap, stake included.

use super::{Measure, Rule};
use crate::reject::Reject;

pub const RULE: Rule = Rule {
    name: "payout maximum",
    code: Reject::PayoutAboveLimit,
    measure: |wager| Measure::at_most(wager.config.payout_max, wager.payout),
};
