//! What a whole match could cost where the bet's selection wins, over all its markets.

use super::{Measure, Rule, Wager};
use crate::reject::Reject;

pub const RULE: Rule = Rule { name: "match_liability", code: Reject::MatchLiability, measure };

#[inline(never)]
fn measure(wager: &Wager<'_>) -> Measure {
    let limit = wager.config.liability_match_max;
    let added = wager.payout - wager.stake.money();
    let cost = wager.tables.exposures.cost(
        wager.fixture,
        wager.market,
        wager.markets.selections(wager.market),
        wager.selection_index,
        added,
    );
    Measure {
        limit: limit.minor(),
        used: cost.before.minor(),
        would_be: cost.with_bet.minor(),
        passes: cost.with_bet <= limit,
    }
}
