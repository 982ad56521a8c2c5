//! What all bets that one account placed on one day (UTC) may pay together, stakes included. Bets that
//! were refused after waiting, or are void, do not count.

use super::{Measure, Rule, Wager};
use crate::reject::Reject;

pub const RULE: Rule = Rule { name: "day_payout", code: Reject::DayPayoutAboveLimit, measure };

#[inline(always)]
fn measure(wager: &Wager<'_>) -> Measure {
    let used = wager.account.payouts_on(wager.tables.day());
    Measure::at_most(wager.config.payout_day_max, used, wager.payout)
}
