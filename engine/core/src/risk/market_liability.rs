//! What the market would cost if this selection won: its payouts less every stake in the market.
//!
//! A bet raises the cost of its own selection only, and lowers that of all others by its stake, so
//! looking at this selection keeps the worst case of the whole market below the limit.

use super::{Measure, Rule, Wager};
use crate::reject::Reject;

pub const RULE: Rule = Rule { name: "market_liability", code: Reject::MarketLiability, measure };

#[inline(always)]
fn measure(wager: &Wager<'_>) -> Measure {
    let taken = wager.selection.payouts - wager.market.stakes;
    let added = wager.payout - wager.stake.money();
    Measure::at_most(wager.config.liability_market_max, taken, added)
}
