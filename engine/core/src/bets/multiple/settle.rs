//! Bringing a multiple into agreement with its legs' markets.
//!
//! As with singles, where a bet stands is a function of the results and not a history: whenever one of
//! its markets changes, what it was before is reversed and what it should be is posted. Doing it twice
//! changes nothing.

use super::{Leg, LegOutcome, Multiple, MultipleState, NO_LEG};
use crate::event::{LedgerAccount, PostingReason, VoidReason};
use crate::house_rules::HouseRules;
use crate::house_rules::rules::Rounding as RoundingRule;
use crate::market::Sign;
use crate::reject::Reject;
use crate::settlement::lanes::Aside;
use crate::settlement::multiplier::{DeadHeatRule, LegResult, Multiplier};
use crate::settlement::payout::{Rounding, gross, sum_of_floored_lines};
use crate::settlement::system::{LEGS_MAX, System};
use crate::state::{Step, Tables};
use crate::units::{MarketId, Money};
use crate::wallet::Ending;

impl Step<'_> {
    /// Looks at the bet of the next leg of a market that is being settled, if its stake is `at_least` so
    /// large. Returns how many legs that took; `None` if no leg is left.
    pub(crate) fn settle_next_leg(
        &mut self,
        market: MarketId,
        at_least: Money,
    ) -> Result<Option<usize>, Aside> {
        let leg = self.tables.markets.market(market).settling_leg;
        if leg == NO_LEG {
            return Ok(None);
        }
        let row = *self.tables.multiples.leg(leg);
        let multiple = self.tables.multiples.multiple(row.multiple);
        let legs = usize::from(multiple.legs);
        let weighed = self.tables.in_book(multiple.account, multiple.stake.money());
        let took = if at_least <= weighed {
            let is_settled = self.settle_multiple(row.multiple)?;
            if is_settled {
                self.tables.count_settled_bets(market, self.now, 1);
            }
            if is_settled { legs } else { 0 }
        } else {
            0
        };
        self.tables.markets.market_mut(market).settling_leg = row.next_of_market;
        Ok(Some(took))
    }

    /// Returns whether anything about the bet changed.
    fn settle_multiple(&mut self, slot: u32) -> Result<bool, Aside> {
        let multiple = self.tables.multiples.multiple(slot);
        let now_is = multiple.state;
        if !now_is.follows_results() {
            return Ok(false);
        }
        let should_be = self.tables.where_it_stands(multiple);
        if now_is == should_be {
            return Ok(false);
        }
        let is_disputed = |leg: &Leg| self.tables.is_decided_in_dispute(leg.market);
        if self.tables.multiples.legs_of(multiple).any(is_disputed) {
            // The end of the dispute has it looked at again.
            return Ok(false);
        }
        if let MultipleState::Won { paid } = should_be {
            if multiple.payout < paid {
                return Err(Aside::BadBet(multiple.id));
            }
            let account = multiple.account;
            let waits = |leg: &Leg| self.waits_for_confirmation(account, paid, leg.market);
            if now_is == MultipleState::Open && self.tables.multiples.legs_of(multiple).any(waits) {
                self.wait_for_legs(slot);
                return Ok(false);
            }
        }
        self.turn_multiple(slot, should_be);
        Ok(true)
    }

    /// Makes a bet that was taken what it should be.
    pub(crate) fn turn_multiple(&mut self, slot: u32, should_be: MultipleState) {
        let multiple = self.tables.multiples.multiple(slot);
        let (now_is, account, id) = (multiple.state, multiple.account, multiple.id);
        // As with singles.
        let corrects = now_is != MultipleState::Open || self.tables.wallet.has_written_off();
        let before = corrects.then(|| self.tables.wallet.available(account));
        self.take_back(slot, now_is);
        self.tables.multiples.multiple_mut(slot).state = should_be;
        self.pay(slot, should_be);
        if let Some(before) = before {
            let (wallet, debt_max) = (&mut self.tables.wallet, self.config.debt_max);
            wallet.keep_debt(account, before, debt_max, Some(id), self.outbox);
        }
        self.tables.announce_multiple(slot, self.outbox);
        self.tables.wallet.announce(account, self.outbox);
    }

    /// The markets that a large payout waits for keep their bets until their results are confirmed.
    #[cold]
    fn wait_for_legs(&mut self, slot: u32) {
        let Tables { multiples, markets, .. } = &*self.tables;
        let mut unsure = [None; LEGS_MAX];
        let legs = multiples.legs_of(multiples.multiple(slot));
        for (place, leg) in unsure.iter_mut().zip(legs) {
            *place = Some(leg.market).filter(|market| {
                !markets.market(*market).retired && !self.tables.is_confirmed(*market)
            });
        }
        for market in unsure.into_iter().flatten() {
            self.tables.markets.market_mut(market).leaves_bets_open = true;
        }
    }

    /// Moves a bet's held stake to where a state wants it.
    fn pay(&mut self, slot: u32, state: MultipleState) {
        if state == MultipleState::Open {
            return;
        }
        let post = match self.tables.multiples.multiple(slot).is_funded {
            true => self.move_funded_multiple(slot, state, false),
            false => self.movements(slot, state),
        };
        for (from, to, amount, reason) in post.into_iter().flatten() {
            let bet = Some(self.tables.multiples.multiple(slot).id);
            self.tables.wallet.post(from, to, amount, bet, reason, self.outbox);
        }
        self.tables.count_multiple(slot, Sign::Out);
        if matches!(state, MultipleState::Void(_)) {
            self.tables.count_multiple_of_day(slot, Sign::Out);
        }
    }

    /// Moves the money of a settlement back, so that the stake is held again.
    fn take_back(&mut self, slot: u32, state: MultipleState) {
        if state == MultipleState::Open {
            return;
        }
        self.tables.count_multiple(slot, Sign::In);
        if matches!(state, MultipleState::Void(_)) {
            self.tables.count_multiple_of_day(slot, Sign::In);
        }
        let post = match self.tables.multiples.multiple(slot).is_funded {
            true => self.move_funded_multiple(slot, state, true),
            false => self.movements(slot, state),
        };
        for (from, to, amount, _) in post.into_iter().flatten() {
            let bet = Some(self.tables.multiples.multiple(slot).id);
            let reason = PostingReason::Reversal;
            self.tables.wallet.post(to, from, amount, bet, reason, self.outbox);
        }
    }

    /// Moves the money of a bet that a bonus has a part in, so that no posting is left to be made.
    #[cold]
    fn move_funded_multiple(
        &mut self,
        slot: u32,
        state: MultipleState,
        is_back: bool,
    ) -> [Option<Movement>; 2] {
        let Multiple { id, account, stake, .. } = *self.tables.multiples.multiple(slot);
        self.move_funded((account, stake.money()), id, state.ending(), is_back);
        [None, None]
    }

    /// The postings from held money to a settlement.
    fn movements(&self, slot: u32, state: MultipleState) -> [Option<Movement>; 2] {
        let Multiple { account, stake, .. } = *self.tables.multiples.multiple(slot);
        let (held, available) =
            (LedgerAccount::PlayerHeld(account), LedgerAccount::PlayerAvailable(account));
        let stake = stake.money();
        let Ending::Settled { paid } = state.ending() else {
            return [Some((held, available, stake, PostingReason::Release)), None];
        };
        let taken = (held, LedgerAccount::House, stake, PostingReason::StakeTaken);
        let payout = (LedgerAccount::House, available, paid, PostingReason::Payout);
        [Some(taken), (paid != Money::ZERO).then_some(payout)]
    }

    /// Takes the next leg out of the list of a market that is being retired, and its bet with it if
    /// that was its last one. Returns whether there was one.
    pub(crate) fn retire_next_leg(&mut self, market: MarketId) -> bool {
        let leg = self.tables.markets.market(market).newest_leg;
        if leg == NO_LEG {
            return false;
        }
        let row = *self.tables.multiples.leg(leg);
        self.tables.markets.market_mut(market).newest_leg = row.next_of_market;
        let multiple = self.tables.multiples.multiple(row.multiple);
        let outcome = self.tables.outcome(multiple, &row);
        // Its money is still held: a delay and a window that were changed since it was received.
        if multiple.state.due().is_some() {
            self.release_multiple(row.multiple, Reject::MarketDecided.into(), None);
        }
        // Whatever happens to its match from now on comes too late for it.
        let left = &mut self.tables.multiples.legs[leg as usize];
        (left.outcome, left.next_of_market) = (outcome, NO_LEG);
        self.tables.markets.market_mut(market).legs_kept += 1;
        let multiple = self.tables.multiples.multiple_mut(row.multiple);
        multiple.legs_left -= 1;
        if multiple.legs_left == 0 {
            assert!(!multiple.is_open(), "a bet leaves with its money still held");
            let Multiple { id, account, is_funded, .. } = *multiple;
            if is_funded {
                self.tables.forget_funding(account, id);
            }
            self.tables.cash_outs.forget(id);
            self.tables.wallet.forget_written_off(id);
            self.let_markets_go(row.multiple);
            self.tables.multiples.remove(row.multiple);
        }
        true
    }
}

impl Step<'_> {
    /// A bet leaves: none of its legs keeps its market any longer.
    fn let_markets_go(&mut self, slot: u32) {
        let mut markets = [None; LEGS_MAX];
        let legs = self.tables.multiples.legs_of(self.tables.multiples.multiple(slot));
        markets.iter_mut().zip(legs).for_each(|(place, leg)| *place = Some(leg.market));
        for market in markets.into_iter().flatten() {
            let row = self.tables.markets.market_mut(market);
            assert!(row.legs_kept != 0, "a leg that left its market's list was counted");
            row.legs_kept -= 1;
            self.notice_done(market);
        }
    }
}

impl MultipleState {
    /// How a bet that stood has ended.
    fn ending(self) -> Ending {
        match self {
            Self::Won { paid } => Ending::Settled { paid },
            Self::Lost => Ending::Settled { paid: Money::ZERO },
            Self::Void(_) => Ending::Void,
            Self::Open
            | Self::Waiting { .. }
            | Self::Referred { .. }
            | Self::Offered { .. }
            | Self::Refused(_)
            | Self::CashedOut { .. } => unreachable!("a bet that does not stand is not settled"),
        }
    }
}

/// From, to, how much, why.
type Movement = (LedgerAccount, LedgerAccount, Money, PostingReason);

impl Tables {
    /// How a leg has ended by the results of this moment, or had when its market was retired.
    pub(in crate::bets) fn outcome(&self, multiple: &Multiple, leg: &Leg) -> LegOutcome {
        if leg.outcome != LegOutcome::Open {
            return leg.outcome;
        }
        let market = self.markets.market(leg.market);
        let fixture = &self.fixtures[market.match_id];
        if let Some(reason) = fixture.is_undone(multiple.id, leg.market, market) {
            return LegOutcome::Void(reason);
        }
        market.result.outcome_of(leg.selection)
    }

    /// Where a bet that was taken stands by the results of this moment.
    pub(crate) fn where_it_stands(&self, multiple: &Multiple) -> MultipleState {
        self.where_it_would_stand(multiple, |leg| self.outcome(multiple, leg))
    }

    /// The same if its leg on a market were void.
    #[cold]
    pub(crate) fn where_it_stands_without(
        &self,
        multiple: &Multiple,
        market: MarketId,
        why: VoidReason,
    ) -> MultipleState {
        self.where_it_would_stand(multiple, |leg| {
            if leg.market == market { LegOutcome::Void(why) } else { self.outcome(multiple, leg) }
        })
    }

    #[inline(always)]
    fn where_it_would_stand(
        &self,
        multiple: &Multiple,
        outcome: impl Fn(&Leg) -> LegOutcome,
    ) -> MultipleState {
        let mut multipliers = [Multiplier::ONE; LEGS_MAX];
        let (mut is_decided, mut all_void, mut void) = (true, true, None);
        for (leg, multiplier) in self.multiples.legs_of(multiple).zip(&mut multipliers) {
            let result = match outcome(leg) {
                // As good as won until it is known: only what is surely lost counts before.
                LegOutcome::Open => {
                    is_decided = false;
                    LegResult::Won
                }
                LegOutcome::Decided(result) => result,
                LegOutcome::Void(reason) => {
                    void = void.or(Some(reason));
                    LegResult::Void
                }
            };
            all_void &= result == LegResult::Void;
            *multiplier = Multiplier::of(result, leg.odds, self.dead_heat_of(result, leg));
        }
        let system = multiple.system();
        if system.winning_lines(|leg| multipliers[leg].is_zero()) == 0 {
            return MultipleState::Lost;
        }
        if !is_decided {
            return MultipleState::Open;
        }
        if let (true, Some(reason)) = (all_void, void) {
            return MultipleState::Void(reason);
        }
        let multipliers = &multipliers[..system.legs()];
        let floor = match self.rounding_of(multiple, &system) {
            Rounding::PerBet => gross(multiple.unit, &system, multipliers).floor(),
            Rounding::PerLine => sum_of_floored_lines(multiple.unit, &system, multipliers),
        };
        let paid = floor.to_u64().and_then(|minor| i64::try_from(minor).ok());
        let gross = Money::from_minor(paid.unwrap_or(i64::MAX));
        let paid = if multiple.is_funded {
            self.funded_pays(multiple.id, multiple.stake.money(), gross)
        } else {
            gross
        };
        let paid = if multiple.payout < paid { self.less_the_cut(multiple, paid) } else { paid };
        if paid == Money::ZERO { MultipleState::Lost } else { MultipleState::Won { paid } }
    }

    /// What a bet pays that was struck for less than its odds come to. One that pays more than that, or than it was struck
    /// for without a cut, is bad, and so is said as it is.
    #[cold]
    fn less_the_cut(&self, multiple: &Multiple, paid: Money) -> Money {
        let comes_to = self.payout_of(multiple, multiple.unit);
        let comes_to = match multiple.is_funded {
            true => self.funded_pays(multiple.id, multiple.stake.money(), comes_to),
            false => comes_to,
        };
        if multiple.payout < comes_to && paid <= comes_to { multiple.payout } else { paid }
    }

    /// What a dead heat pays by the house rules of a leg's match.
    pub(in crate::bets) fn dead_heat_of(&self, result: LegResult, leg: &Leg) -> DeadHeatRule {
        match result {
            LegResult::DeadHeat(_) => self.rules_of(leg).dead_heat.into(),
            LegResult::Won
            | LegResult::Lost
            | LegResult::Void
            | LegResult::HalfWon
            | LegResult::HalfLost => DeadHeatRule::StakeShare,
        }
    }

    /// When fractions are dropped: from each line if the rules of any leg's match say so, and there are
    /// not so many lines that a slice would take long.
    fn rounding_of(&self, multiple: &Multiple, system: &System) -> Rounding {
        let mut legs = self.multiples.legs_of(multiple);
        let is_per_line = |leg: &Leg| self.rules_of(leg).rounding == RoundingRule::PerLine;
        if self.rule_book.is_empty() || LINES_FLOORED_MAX < system.lines() || !legs.any(is_per_line)
        {
            Rounding::PerBet
        } else {
            Rounding::PerLine
        }
    }

    fn rules_of(&self, leg: &Leg) -> HouseRules {
        let match_id = self.markets.market(leg.market).match_id;
        self.rule_book.rules(self.fixtures[match_id].house_rules)
    }
}

/// Most lines of a bet of which each is rounded by itself.
const LINES_FLOORED_MAX: u32 = 1_000;
