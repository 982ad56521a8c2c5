//! What one selection would cost, counted on its own: its payouts less its own stakes.

use super::{Measure, Rule, Wager};
use crate::reject::Reject;

pub const RULE: Rule =
    Rule { name: "selection_liability", code: Reject::SelectionLiability, measure };

#[inline(always)]
fn measure(wager: &Wager<'_>) -> Measure {
    let taken = wager.selection.payouts - wager.selection.stakes;
    let added = wager.payout - wager.stake.money();
    Measure::at_most(wager.config.liability_selection_max, taken, added)
}
