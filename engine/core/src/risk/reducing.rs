//! In the mode `accept-only-reducing`: what the market costs in its worst case must fall with the bet.
//!
//! The worst case is the largest sum of payouts of any selection, less every stake in the market. A
//! bet on another selection brings its stake and so lowers it; one that makes its own selection the
//! worst raises it by what it wins beyond that. A bet of several legs must pass on each of them.

use super::{Measure, Rule, Wager};
use crate::reject::Reject;
use crate::units::Money;

pub const RULE: Rule = Rule { name: "reducing", code: Reject::BetNotReducing, measure };

#[inline(never)]
fn measure(wager: &Wager<'_>) -> Measure {
    let selections = wager.markets.selections(wager.market).iter();
    let worst = selections.map(|selection| selection.payouts).max().unwrap_or(Money::ZERO);
    let with_bet = worst.max(wager.selection.payouts + wager.payout);
    let before = worst - wager.market.stakes;
    let after = with_bet - wager.market.stakes - wager.stake.money();
    Measure {
        limit: before.minor(),
        used: before.minor(),
        would_be: after.minor(),
        passes: after < before,
    }
}
