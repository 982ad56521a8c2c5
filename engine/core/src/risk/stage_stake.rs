//! A stake is not above the part of the largest one that is open on this tier at this time.

use super::stage::stage_percent;
use super::{Measure, Rule, Wager};
use crate::reject::Reject;

pub const RULE: Rule = Rule { name: "stage_stake", code: Reject::StakeAboveStage, measure };

#[inline(always)]
fn measure(wager: &Wager<'_>) -> Measure {
    let percent = stage_percent(wager.config, wager.fixture, wager.now);
    Measure::at_most_percent(wager.config.stake_max, percent, wager.stake.money())
}
