//! Bets of one account within a second.

use super::pace::Window;
use super::{Measure, Rule, Wager};
use crate::reject::Reject;

pub const RULE: Rule = Rule { name: "bets_per_second", code: Reject::BetsPerSecond, measure };

#[inline(never)]
fn measure(wager: &Wager<'_>) -> Measure {
    let limit = wager.config.bets_per_second_max;
    let pace = wager.tables.pace(wager.account_id);
    Measure::one_more(limit, pace.bets(Window::Second, wager.now, limit))
}
