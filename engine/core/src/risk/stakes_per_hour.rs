//! Stakes of one account within an hour.

use super::{Measure, Rule, Wager};
use crate::reject::Reject;

pub const RULE: Rule = Rule { name: "stakes_per_hour", code: Reject::StakesPerHour, measure };

#[inline(never)]
fn measure(wager: &Wager<'_>) -> Measure {
    let used = wager.tables.pace(wager.account_id).stakes(wager.now);
    Measure::at_most(wager.config.stakes_per_hour_max, used, wager.stake.money())
}
