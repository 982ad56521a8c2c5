//! Bets of one account within a minute.

use super::pace::Window;
use super::{Measure, Rule, Wager};
use crate::reject::Reject;

pub const RULE: Rule = Rule { name: "bets_per_minute", code: Reject::BetsPerMinute, measure };

#[inline(never)]
fn measure(wager: &Wager<'_>) -> Measure {
    let limit = wager.config.bets_per_minute_max;
    let pace = wager.tables.pace(wager.account_id);
    Measure::one_more(limit, pace.bets(Window::Minute, wager.now, limit))
}
