//! A stake above this is for a trader to look at. Off unless the operator has traders who look.

use super::{Measure, Rule, Wager};
use crate::reject::Reject;
use crate::units::Money;

pub const RULE: Rule = Rule { name: "trader_stake", code: Reject::StakeForTrader, measure };

#[inline(never)]
fn measure(wager: &Wager<'_>) -> Measure {
    Measure::at_most(wager.config.trader_stake, Money::ZERO, wager.stake.money())
}
