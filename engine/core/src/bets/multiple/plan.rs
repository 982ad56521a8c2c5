//! A slice of bets of several legs: worked out before anything is posted.
//!
//! Owns what becomes of each bet and what that makes of the house's books; where slices begin and end, and
//! what happens when the books move otherwise, is the lanes' business. A bet that would be paid more than
//! it was struck for, or whose row contradicts itself, makes the whole slice an error.

use super::{Leg, LegOutcome, Multiple, MultipleState, NO_LEG};
use crate::settlement::lanes::Aside;
use crate::settlement::multiplier::LegResult;
use crate::state::{Step, Tables};
use crate::units::{MarketId, Money};
use crate::wallet::NO_BET;

/// Bets of one slice at most. A slice is counted in legs, and most bets have several.
const BETS_MAX: usize = 16;

/// What becomes of a bet.
#[derive(Clone, Copy, Debug)]
enum Next {
    /// It is settled, or settled otherwise than before.
    Becomes(MultipleState),
    /// Its payout waits until its legs' results are confirmed.
    Waits,
}

/// One bet of a slice.
#[derive(Clone, Copy, Debug)]
struct Planned {
    slot: u32,
    next: Next,
}

/// A slice that is worked out.
pub(crate) struct LegPlan {
    bets: [Planned; BETS_MAX],
    count: usize,
    /// What the house gains, worked out apart from the postings.
    pub house: i128,
    /// Where the market's list of legs goes on after it.
    pub next: u32,
    /// What it counts: the legs of each of its bets, and one for each leg that was only looked at.
    pub took: usize,
}

impl LegPlan {
    fn new(next: u32) -> Self {
        let blank = Planned { slot: NO_BET, next: Next::Waits };
        Self { bets: [blank; BETS_MAX], count: 0, house: 0, next, took: 0 }
    }

    /// Whether nothing is to be done.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// Whether the bet in this slot is in it already: two legs of one bet on one market follow each other.
    fn ends_with(&self, slot: u32) -> bool {
        self.count != 0 && self.bets[self.count - 1].slot == slot
    }
}

impl Step<'_> {
    /// Works out what becomes of the bets of a market's list of legs from `leg` on whose stake is `at_least`
    /// so large, without changing anything; of about so many legs at the `most`.
    pub(crate) fn work_out_legs(
        &self,
        leg: u32,
        most: usize,
        at_least: Money,
    ) -> Result<LegPlan, Aside> {
        let mut plan = LegPlan::new(leg);
        while plan.took < most && plan.count < BETS_MAX && plan.next != NO_LEG {
            let row = self.tables.multiples.leg(plan.next);
            let slot = row.multiple;
            let multiple = self.tables.multiples.multiple(slot);
            let is_large_enough = at_least == Money::ZERO
                || at_least <= self.tables.in_book(multiple.account, multiple.stake.money());
            if !is_large_enough || plan.ends_with(slot) {
                (plan.next, plan.took) = (row.next_of_market, plan.took + 1);
                continue;
            }
            // Alone in its slice: nothing else moves its grant meanwhile.
            if multiple.is_funded && plan.count != 0 {
                break;
            }
            let next = self.should_become_of_several(multiple)?;
            if let Some(next) = next {
                if let Next::Becomes(should_be) = next {
                    plan.house += self.house_gains_of_multiple(multiple, should_be);
                }
                plan.bets[plan.count] = Planned { slot, next };
                plan.count += 1;
            }
            plan.next = row.next_of_market;
            plan.took += if next.is_some() { usize::from(multiple.legs) } else { 1 };
            if multiple.is_funded && next.is_some() {
                break;
            }
        }
        Ok(plan)
    }

    /// What a bet must become to agree with its legs' markets; `None` if it does.
    fn should_become_of_several(&self, multiple: &Multiple) -> Result<Option<Next>, Aside> {
        let now_is = multiple.state;
        if !now_is.follows_results() {
            return Ok(None);
        }
        let should_be = self.tables.where_it_stands(multiple);
        if now_is == should_be {
            return Ok(None);
        }
        let is_disputed = |leg: &Leg| self.tables.is_decided_in_dispute(leg.market);
        if self.tables.multiples.legs_of(multiple).any(is_disputed) {
            // The end of the dispute has it looked at again.
            return Ok(None);
        }
        if self.tables.contradicts_itself(multiple, should_be) {
            return Err(Aside::BadBet(multiple.id));
        }
        if let MultipleState::Won { paid } = should_be {
            let account = multiple.account;
            let waits = |leg: &Leg| self.waits_for_confirmation(account, paid, leg.market);
            if now_is == MultipleState::Open && self.tables.multiples.legs_of(multiple).any(waits) {
                return Ok(Some(Next::Waits));
            }
        }
        Ok(Some(Next::Becomes(should_be)))
    }

    /// What the house gains where a bet becomes something else.
    fn house_gains_of_multiple(&self, multiple: &Multiple, should_be: MultipleState) -> i128 {
        let gains = house_keeps(multiple, should_be) - house_keeps(multiple, multiple.state);
        if !multiple.is_funded {
            return gains;
        }
        let ends = [multiple.state, should_be].map(MultipleState::ending);
        let of = (multiple.account, multiple.stake.money());
        gains + self.tables.house_gains_of_part(of, multiple.id, ends[0], ends[1])
    }

    /// Posts what was worked out, for a market that is being settled. Returns whether the house's books moved
    /// as worked out.
    pub(crate) fn post_legs(&mut self, market: MarketId, plan: &LegPlan) -> bool {
        let before = self.tables.wallet.houses();
        let mut settled = 0;
        for Planned { slot, next } in &plan.bets[..plan.count] {
            match next {
                Next::Becomes(should_be) => {
                    self.turn_multiple(*slot, *should_be);
                    settled += 1;
                }
                Next::Waits => self.wait_for_legs(*slot),
            }
        }
        self.tables.count_settled_bets(market, self.now, settled);
        self.tables.markets.market_mut(market).settling_leg = plan.next;
        self.tables.wallet.houses() - before == plan.house
    }
}

impl Tables {
    /// Whether a bet's row cannot be right: its stake is not its unit on each of its lines, it would be paid
    /// more than it was struck for, or it won on every leg and says more than its odds do.
    fn contradicts_itself(&self, multiple: &Multiple, should_be: MultipleState) -> bool {
        let lines = i128::from(multiple.system().lines());
        let of_lines = i128::from(multiple.unit.money().minor()) * lines;
        if of_lines != i128::from(multiple.stake.money().minor()) {
            return true;
        }
        let MultipleState::Won { paid } = should_be else { return false };
        multiple.payout < paid || paid < multiple.payout && self.is_above_its_odds(multiple)
    }

    /// Whether a bet that pays less than it was struck for won on every leg, and was struck for more than its
    /// odds come to.
    #[cold]
    fn is_above_its_odds(&self, multiple: &Multiple) -> bool {
        let has_won =
            |leg: &Leg| self.outcome(multiple, leg) == LegOutcome::Decided(LegResult::Won);
        self.multiples.legs_of(multiple).all(has_won) && self.comes_to(multiple) < multiple.payout
    }
}

/// What the house keeps of a bet in a state.
fn house_keeps(multiple: &Multiple, state: MultipleState) -> i128 {
    let stake = i128::from(multiple.stake.money().minor());
    match state {
        MultipleState::Won { paid } => stake - i128::from(paid.minor()),
        MultipleState::Lost => stake,
        // What was cashed out is no matter of settlement.
        MultipleState::Open
        | MultipleState::Void(_)
        | MultipleState::Waiting { .. }
        | MultipleState::Referred { .. }
        | MultipleState::Offered { .. }
        | MultipleState::Refused(_)
        | MultipleState::CashedOut { .. } => 0,
    }
}
