//! What one account could win with everything it has waiting or open.

use super::{Measure, Rule, Wager};
use crate::reject::Reject;

pub const RULE: Rule = Rule { name: "account_liability", code: Reject::AccountLiability, measure };

#[inline(always)]
fn measure(wager: &Wager<'_>) -> Measure {
    let added = wager.payout - wager.stake.money();
    Measure::at_most(wager.config.liability_account_max, wager.account.liability, added)
}
