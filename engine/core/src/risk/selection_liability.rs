//! What one selection would cost, counted on its own: its payouts less its own stakes.

use super::{Rule, at_most};
use crate::reject::Reject;

pub const RULE: Rule = Rule {
    name: "selection liability",
    check: |wager| {
        let taken = wager.selection.payouts - wager.selection.stakes;
        let would_be = taken + wager.payout - wager.stake.money();
        at_most(wager.config.liability_selection_max, would_be, Reject::SelectionLiability)
    },
};
