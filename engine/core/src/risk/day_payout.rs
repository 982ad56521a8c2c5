//! What all bets that one account placed on one day (UTC) may pay together, stakes included. Bets that
//! were refused after waiting, or are void, do not count.

use super::{Measure, Rule};
use crate::reject::Reject;

pub const RULE: Rule = Rule {
    name: "day_payout",
    code: Reject::DayPayoutAboveLimit,
    measure: |wager| {
        let used = wager.account.payouts_on(wager.tables.day());
        Measure::at_most(wager.config.payout_day_max, used, wager.payout)
    },
};
