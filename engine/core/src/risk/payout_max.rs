//! One bet never pays more than the cap, stake included.

use super::{Rule, at_most};
use crate::reject::Reject;

pub const RULE: Rule = Rule {
    name: "payout maximum",
    check: |wager| at_most(wager.config.payout_max, wager.payout, Reject::PayoutAboveLimit),
};
