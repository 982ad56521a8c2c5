//! The lanes of bets of several legs: the large ones behind the large singles, then a canary, then bulk.
//!
//! [`LegPlan`] says what a slice of them is; here is where it begins, and what stops it.

use super::{Aside, LOOKS_PER_BET, Lane};
use crate::bets::multiple::{LegPlan, NO_LEG};
use crate::state::Step;
use crate::units::{MarketId, Money};

impl Step<'_> {
    /// Seeks the next large stake among the bets with a leg on a market and settles it alone; the canary is
    /// next once there is none. Returns what is left of the slice.
    pub(super) fn settle_a_large_one_of_several(&mut self, market: MarketId, left: usize) -> usize {
        let large = self.config.large_stake;
        for _ in 0..left * LOOKS_PER_BET {
            let leg = self.tables.markets.market(market).settling_leg;
            if leg == NO_LEG {
                let row = self.tables.markets.market_mut(market);
                row.lane = Lane::Canary;
                row.settling = row.newest_bet;
                row.settling_leg = row.newest_leg;
                return left;
            }
            match self.work_out_legs(leg, 1, large) {
                Ok(plan) if plan.is_empty() => {
                    self.tables.markets.market_mut(market).settling_leg = plan.next;
                }
                Ok(plan) => {
                    self.post_several(market, &plan);
                    return 0;
                }
                Err(why) => {
                    self.set_aside(market, why);
                    return 0;
                }
            }
        }
        0
    }

    /// Posts a slice of bets of several legs. Returns whether the books agree.
    pub(super) fn post_several(&mut self, market: MarketId, plan: &LegPlan) -> bool {
        let agrees = self.post_legs(market, plan);
        if !agrees {
            self.set_aside(market, Aside::BooksDiffer);
        }
        agrees
    }

    /// Settles the next few bets with a leg on a market together. Returns what is left of the slice.
    pub(super) fn settle_several(&mut self, market: MarketId, left: usize, most: usize) -> usize {
        let leg = self.tables.markets.market(market).settling_leg;
        if leg == NO_LEG {
            self.finish(market);
            return left;
        }
        match self.work_out_legs(leg, left.min(most), Money::ZERO) {
            Ok(plan) => {
                if !self.post_several(market, &plan) {
                    return 0;
                }
                self.tables.markets.market_mut(market).lane = Lane::BulkOfSeveral;
                left.saturating_sub(plan.took)
            }
            Err(why) => {
                self.set_aside(market, why);
                0
            }
        }
    }
}
