//! Bets of one account within an hour.

use super::pace::Window;
use super::{Measure, Rule, Wager};
use crate::reject::Reject;

pub const RULE: Rule = Rule { name: "bets_per_hour", code: Reject::BetsPerHour, measure };

#[inline(never)]
fn measure(wager: &Wager<'_>) -> Measure {
    let limit = wager.config.bets_per_hour_max;
    let pace = wager.tables.pace(wager.account_id);
    Measure::one_more(limit, pace.bets(Window::Hour, wager.now, limit))
}
