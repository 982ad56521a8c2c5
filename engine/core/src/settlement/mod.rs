//! From results to money, in slices.
//!
//! A market whose result changed joins a queue; every command settles a few bets of the first one, in
//! the order of [`lanes`].
//! Settling a bet means making it agree with its market: whatever it was before is reversed, what it
//! should be is posted. The same step therefore settles, settles again after a correction, and takes
//! a settlement back, and doing it twice changes nothing.

pub mod contradicted;
mod grading;
pub mod lanes;
pub mod late;
pub mod multiplier;
pub mod payout;
pub mod system;
pub mod times;
mod voiding;
pub mod wide;
pub mod worth;

use alloc::collections::VecDeque;

use crate::bets::multiple::LegOutcome;
use crate::bets::{Bet, BetState};
use crate::codec::DecodeError;
use crate::command::{Capacity, Config};
use crate::event::{Event, LedgerAccount, PostingReason};
use crate::market::{Market, MarketResult, MarketTable, Sign};
use crate::reject::Reject;
use crate::snapshot::{Loader, Saver, Table};
use crate::state::{Step, Tables};
use crate::units::{BetId, MarketId, MatchId, Money, Timestamp};
use crate::wallet::{Ending, NO_BET};
use lanes::NOTHING_PAUSED;
use multiplier::{DeadHeatRule, LegResult, Multiplier};
use times::Times;

/// The work in progress.
#[derive(Debug)]
pub(crate) struct Settlement {
    /// Markets whose bets may disagree with their results, in order of arrival.
    queue: VecDeque<MarketId>,
    /// Those of them that are set aside.
    aside: VecDeque<MarketId>,
    /// Matches of this tier and of all less known ones are paused.
    paused_from: u8,
    /// Decided markets that will be retired, in order of arrival.
    decided: VecDeque<MarketId>,
    /// How long settled bets had waited.
    times: Times,
    /// How many markets' results the score denies.
    contradicted: u32,
}

impl Settlement {
    /// Whether the score denies any market's result.
    pub(crate) fn any_contradicted(&self) -> bool {
        self.contradicted != 0
    }

    /// Counts a market of which the score said otherwise before, or does now.
    fn count_contradicted(&mut self, before: bool, now: bool) {
        self.contradicted = self.contradicted + u32::from(now) - u32::from(before);
    }

    pub fn with_capacity(markets_max: u32) -> Self {
        let markets_max = markets_max as usize;
        Self {
            queue: VecDeque::with_capacity(markets_max),
            aside: VecDeque::with_capacity(markets_max),
            paused_from: NOTHING_PAUSED,
            decided: VecDeque::with_capacity(markets_max),
            times: Times::default(),
            contradicted: 0,
        }
    }

    /// Every market whose bets may disagree with its result.
    fn unsettled(&self) -> impl Iterator<Item = MarketId> {
        self.queue.iter().chain(&self.aside).copied()
    }

    /// Every market in a queue.
    pub fn markets(&self) -> impl Iterator<Item = MarketId> {
        self.queue.iter().chain(&self.aside).chain(&self.decided).copied()
    }

    /// When there is work: in the past if some is left over.
    pub fn next_due(&self, markets: &MarketTable, config: &Config) -> Timestamp {
        if !self.queue.is_empty() {
            return Timestamp::default();
        }
        let oldest = self.decided.front().map(|market| markets.market(*market));
        oldest.map_or(Timestamp::MAX, |market| match market.result {
            // What is set aside does not leave; it only has to leave the queue.
            _ if market.aside.is_some() || market.leaves_bets_open => Timestamp::default(),
            // Its result was taken back: it only has to leave the queue.
            MarketResult::Undecided => Timestamp::default(),
            MarketResult::Won(_)
            | MarketResult::NotPlayed
            | MarketResult::Graded(_)
            | MarketResult::DeclaredVoid
            | MarketResult::VoidByRules => market.retires_at(config),
        })
    }
}

impl Table for Settlement {
    fn save(&self, out: &mut Saver<'_>) {
        let Self { queue, aside, paused_from, decided, times, contradicted } = self;
        out.list(queue.iter());
        out.list(aside.iter());
        out.put(paused_from);
        out.list(decided.iter());
        out.put(times);
        out.put(contradicted);
    }

    fn load(input: &mut Loader<'_>, capacity: &Capacity) -> Result<Self, DecodeError> {
        let markets_max = capacity.markets_max as usize;
        let queue = VecDeque::from(input.list(markets_max)?);
        let aside = VecDeque::from(input.list(markets_max)?);
        let paused_from = input.take()?;
        let decided = VecDeque::from(input.list(markets_max)?);
        let (times, contradicted) = (input.take()?, input.take()?);
        Ok(Self { queue, aside, paused_from, decided, times, contradicted })
    }
}

impl Market {
    /// When its bets may leave the engine.
    fn retires_at(&self, config: &Config) -> Timestamp {
        self.decided_at.plus(config.resettle_window_ns)
    }
}

impl Step<'_> {
    /// Looks at every bet of a match again: a rewind may have undone the moment they were struck.
    pub(crate) fn settle_all_of(&mut self, match_id: MatchId) {
        for index in 0..self.tables.fixtures[match_id].markets.len() {
            let market = self.tables.fixtures[match_id].markets[index];
            let row = self.tables.markets.market_mut(market);
            if !row.retired {
                self.tables.settlement.start(market, row);
            }
        }
    }

    /// Makes one bet what it should be.
    pub(crate) fn settle_bet(&mut self, slot: u32, should_be: BetState) {
        let bet = self.tables.bets.bet(slot);
        let (now_is, account) = (bet.state, bet.account);
        // Only a settlement that is taken back can take more than there is, and only later can the bet give
        // back what was given up.
        let corrects = now_is != BetState::Open || self.tables.wallet.has_written_off();
        let before = corrects.then(|| self.tables.wallet.available(account));
        let id = bet.id;
        if now_is != BetState::Open {
            self.take_money_back(slot, now_is);
        }
        self.move_money(slot, should_be, Direction::Forth);
        if let Some(before) = before {
            let (wallet, debt_max) = (&mut self.tables.wallet, self.config.debt_max);
            wallet.keep_debt(account, before, debt_max, Some(id), self.outbox);
        }
        self.tables.bets.bet_mut(slot).state = should_be;
        self.outbox.push(Event::Bet(self.tables.bets.bet(slot).view()));
        self.tables.wallet.announce(account, self.outbox);
    }

    #[cold]
    #[inline(never)]
    fn take_money_back(&mut self, slot: u32, from: BetState) {
        self.move_money(slot, from, Direction::Back);
    }

    /// Moves a bet's money from held to where a state wants it, or back again.
    // Inlined, as the postings are: both ways are known where it is called.
    #[inline(always)]
    fn move_money(&mut self, slot: u32, state: BetState, direction: Direction) {
        let bet = self.tables.bets.bet(slot);
        let stake = bet.stake.money();
        let held = LedgerAccount::PlayerHeld(bet.account);
        let available = LedgerAccount::PlayerAvailable(bet.account);
        let id = bet.id;
        if bet.is_funded {
            return self.move_funded_single(slot, state, direction);
        }
        match state {
            BetState::Open => return,
            BetState::Won { paid } => {
                let house = LedgerAccount::House;
                self.post_of(id, held, house, stake, PostingReason::StakeTaken, direction);
                self.post_of(id, house, available, paid, PostingReason::Payout, direction);
            }
            BetState::Lost => {
                let house = LedgerAccount::House;
                self.post_of(id, held, house, stake, PostingReason::StakeTaken, direction);
            }
            BetState::Void(_) => {
                self.post_of(id, held, available, stake, PostingReason::Release, direction);
            }
            BetState::Waiting { .. }
            | BetState::Referred { .. }
            | BetState::Offered { .. }
            | BetState::Refused(_)
            | BetState::CashedOut { .. } => {
                unreachable!("a bet that does not stand is not settled")
            }
        }
        self.count_settled(slot, state, direction);
    }

    /// The same for a bet that a bonus has a part in.
    #[cold]
    #[inline(never)]
    fn move_funded_single(&mut self, slot: u32, state: BetState, direction: Direction) {
        if state == BetState::Open {
            return;
        }
        let Bet { id, account, stake, .. } = *self.tables.bets.bet(slot);
        let is_back = matches!(direction, Direction::Back);
        let of = (account, stake.money());
        self.move_funded(of, id, state.ending(), is_back);
        self.count_settled(slot, state, direction);
    }

    /// Takes a bet that was settled out of the sums that limits look at, or puts it back.
    #[inline(always)]
    fn count_settled(&mut self, slot: u32, state: BetState, direction: Direction) {
        let sign = match direction {
            Direction::Forth => Sign::Out,
            Direction::Back => Sign::In,
        };
        if matches!(state, BetState::Void(_)) {
            self.tables.count(slot, sign);
        } else {
            self.tables.count_for_account(slot, sign);
        }
    }

    /// One posting of a bet, or what takes it back.
    #[inline(always)]
    fn post_of(
        &mut self,
        bet: BetId,
        from: LedgerAccount,
        to: LedgerAccount,
        amount: Money,
        reason: PostingReason,
        direction: Direction,
    ) {
        let (from, to, reason) = match direction {
            Direction::Forth => (from, to, reason),
            Direction::Back => (to, from, PostingReason::Reversal),
        };
        self.tables.wallet.post(from, to, amount, Some(bet), reason, self.outbox);
    }

    /// Lets the bets of markets decided long ago leave the engine.
    fn retire_slice(&mut self, mut left: usize) {
        while 0 < left
            && let Some(&market) = self.tables.settlement.decided.front()
        {
            let row = self.tables.markets.market_mut(market);
            if row.result == MarketResult::Undecided || row.aside.is_some() || row.leaves_bets_open
            {
                row.awaits_retirement = false;
                self.tables.settlement.decided.pop_front();
                continue;
            }
            if self.now < row.retires_at(self.config) {
                return;
            }
            if row.queued {
                return;
            }
            if self.tables.is_disputed(market) {
                // The dispute can still correct it.
                let window_ns = self.config.resettle_window_ns;
                let row = self.tables.markets.market_mut(market);
                row.decided_at = row.decided_at.plus(window_ns);
                let decided = &mut self.tables.settlement.decided;
                decided.rotate_left(1);
                left -= 1;
                continue;
            }
            let row = self.tables.markets.market_mut(market);
            let list = if row.newest_large_bet == NO_BET {
                &mut row.newest_bet
            } else {
                &mut row.newest_large_bet
            };
            let slot = *list;
            if slot == NO_BET {
                if self.retire_next_leg(market) {
                    left -= 1;
                    continue;
                }
                self.tables.markets.market_mut(market).retired = true;
                self.forget_word(market);
                self.tables.settlement.decided.pop_front();
                self.notice_done(market);
                continue;
            }
            *list = self.tables.bets.bet(slot).next_of_market;
            // Its money is still held: a delay and a window that were changed since it was received.
            if self.tables.bets.bet(slot).state.is_undecided() {
                self.release(slot, Reject::MarketDecided.into());
            }
            let Bet { id, account, is_funded, .. } = *self.tables.bets.bet(slot);
            self.tables.stop_following(id);
            if is_funded {
                self.tables.forget_funding(account, id);
            }
            self.tables.cash_outs.forget(id);
            self.tables.wallet.forget_written_off(id);
            self.tables.bets.remove(slot, &mut self.tables.wallet);
            left -= 1;
        }
    }
}

/// Where a single stands whose selection ended like this.
///
/// `pays` says what its player gets where the whole stake returns so much.
fn state_of(
    bet: &Bet,
    outcome: LegOutcome,
    dead_heat: impl FnOnce() -> DeadHeatRule,
    pays: impl FnOnce(Money) -> Money,
) -> BetState {
    let result = match outcome {
        LegOutcome::Open => return BetState::Open,
        LegOutcome::Void(reason) => return BetState::Void(reason),
        LegOutcome::Decided(LegResult::Won) => return BetState::Won { paid: bet.payout },
        LegOutcome::Decided(LegResult::Lost) => return BetState::Lost,
        LegOutcome::Decided(result) => result,
    };
    let paid = pays(Multiplier::of(result, bet.odds, dead_heat()).payout_floor(bet.stake));
    if paid == Money::ZERO { BetState::Lost } else { BetState::Won { paid } }
}

impl Tables {
    /// What a bet is by its market's result of this moment. One that never stood stays what it is.
    pub(crate) fn state_by_result(&self, bet: &Bet) -> BetState {
        if !bet.state.follows_results() {
            return bet.state;
        }
        let market = self.markets.market(bet.market);
        let fixture = &self.fixtures[market.match_id];
        match fixture.is_undone(bet.id, bet.market, market) {
            Some(reason) => BetState::Void(reason),
            None => {
                let outcome = market.result.outcome_of(bet.selection);
                let rules = || self.rule_book.rules(fixture.house_rules);
                let pays = |gross: Money| {
                    if bet.is_funded {
                        self.funded_pays(bet.id, bet.stake.money(), gross)
                    } else {
                        gross
                    }
                };
                state_of(bet, outcome, || rules().dead_heat.into(), pays)
            }
        }
    }
}

impl BetState {
    /// How far a bet that was taken has come.
    pub(crate) fn ending(self) -> Ending {
        match self {
            Self::Open => Ending::Open,
            Self::Won { paid } => Ending::Settled { paid },
            Self::Lost => Ending::Settled { paid: Money::ZERO },
            Self::Void(_) => Ending::Void,
            Self::Waiting { .. }
            | Self::Referred { .. }
            | Self::Offered { .. }
            | Self::Refused(_)
            | Self::CashedOut { .. } => unreachable!("a bet that does not stand is not settled"),
        }
    }
}

/// Whether money moves to a settlement or is taken back from it.
#[derive(Clone, Copy, Debug)]
enum Direction {
    Forth,
    Back,
}
