//! What hangs on a score that is in dispute, and so is settled by nobody until it ends.

use super::Lane;
use crate::bets::multiple::NO_LEG;
use crate::market::MarketResult;
use crate::state::Tables;
use crate::units::{MarketId, MatchId};
use crate::wallet::NO_BET;

impl Tables {
    /// Whether a market follows a score that is in dispute. What a person or the house rules say of it
    /// does not hang on the score.
    pub(crate) fn is_disputed(&self, market: MarketId) -> bool {
        let row = self.markets.market(market);
        let by_score = row.graded.is_none() && row.by_rules.is_none() && !row.retired;
        by_score && self.fixtures[row.match_id].is_disputed()
    }

    /// How many markets on a map, and on the series, are decided by the score and have bets that are settled
    /// or being settled.
    pub(crate) fn markets_being_paid(&self, match_id: MatchId, map: u8) -> u32 {
        let is_being_paid = |market: &&MarketId| {
            let row = self.markets.market(**market);
            let is_on_it = row.kind.map().is_none_or(|on| on == map);
            let by_score = row.graded.is_none() && row.by_rules.is_none() && !row.retired;
            let singles = [row.newest_large_bet, row.newest_bet];
            let has_bets = singles.iter().any(|slot| *slot != NO_BET) || row.newest_leg != NO_LEG;
            let is_untouched = row.queued
                && row.lane == Lane::Large
                && row.settling == row.newest_large_bet
                && row.settling_leg == row.newest_leg;
            let is_decided = row.result != MarketResult::Undecided;
            is_on_it && by_score && is_decided && has_bets && !is_untouched
        };
        self.fixtures[match_id].markets.iter().filter(is_being_paid).count() as u32
    }

    /// Whether it also has a result by that score.
    pub(crate) fn is_decided_in_dispute(&self, market: MarketId) -> bool {
        let is_decided = self.markets.market(market).result != MarketResult::Undecided;
        is_decided && self.is_disputed(market)
    }
}
