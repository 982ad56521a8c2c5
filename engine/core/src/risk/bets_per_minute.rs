//! Bets of one account within a minute.

use super::pace::Window;
use super::{Measure, Rule};
use crate::reject::Reject;

pub const RULE: Rule = Rule {
    name: "bets_per_minute",
    code: Reject::BetsPerMinute,
    measure: |wager| {
        let limit = wager.config.bets_per_minute_max;
        let pace = wager.tables.pace(wager.account_id);
        Measure::one_more(limit, pace.bets(Window::Minute, wager.now, limit))
    },
};
