//! From results to money, in slices.
//!
//! A market whose result changed joins a queue; every command settles a few bets of the first one.
//! Settling a bet means making it agree with its market: whatever it was before is reversed, what it
//! should be is posted. The same step therefore settles, settles again after a correction, and takes
//! a settlement back, and doing it twice changes nothing.

pub mod grading;
pub mod multiplier;
pub mod payout;
pub mod system;
pub mod wide;

use alloc::collections::VecDeque;
use core::hint::black_box;

use crate::bets::multiple::{LegOutcome, NO_LEG};
use crate::bets::{Bet, BetState};
use crate::codec::DecodeError;
use crate::command::{Capacity, Config};
use crate::event::{Event, LedgerAccount, PostingReason};
use crate::market::{Market, MarketResult, MarketTable, Sign};
use crate::reject::Reject;
use crate::snapshot::{Loader, Saver, Table};
use crate::state::Step;
use crate::units::{MarketId, MatchId, Money, Timestamp};
use crate::wallet::NO_BET;
use multiplier::{DeadHeatRule, LegResult, Multiplier};

/// Bets settled with one command; a multiple counts as many as it has legs. Counted in bets and not
/// in time, so that a replay slices alike.
const BETS_PER_SLICE: usize = 64;

/// The work in progress.
#[derive(Debug)]
pub(crate) struct Settlement {
    /// Markets whose bets may disagree with their results, in order of arrival.
    queue: VecDeque<MarketId>,
    /// Decided markets that will be retired, in order of arrival.
    decided: VecDeque<MarketId>,
}

impl Settlement {
    pub fn with_capacity(markets_max: u32) -> Self {
        let markets_max = markets_max as usize;
        Self {
            queue: VecDeque::with_capacity(markets_max),
            decided: VecDeque::with_capacity(markets_max),
        }
    }

    /// Every market in a queue.
    pub fn markets(&self) -> impl Iterator<Item = MarketId> {
        self.queue.iter().chain(&self.decided).copied()
    }

    /// Has every bet of a market looked at (again).
    pub fn start(&mut self, id: MarketId, market: &mut Market) {
        market.settling = market.newest_bet;
        market.settling_leg = market.newest_leg;
        let has_bets = market.settling != NO_BET || market.settling_leg != NO_LEG;
        if has_bets && !market.queued {
            market.queued = true;
            self.queue.push_back(id);
        }
        if market.result != MarketResult::Undecided && !market.awaits_retirement {
            market.awaits_retirement = true;
            self.decided.push_back(id);
        }
    }

    /// When there is work: in the past if some is left over.
    pub fn next_due(&self, markets: &MarketTable, config: &Config) -> Timestamp {
        if !self.queue.is_empty() {
            return Timestamp::default();
        }
        let oldest = self.decided.front().map(|market| markets.market(*market));
        oldest.map_or(Timestamp::MAX, |market| match market.result {
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
        let Self { queue, decided } = self;
        out.list(queue.iter());
        out.list(decided.iter());
    }

    fn load(input: &mut Loader<'_>, capacity: &Capacity) -> Result<Self, DecodeError> {
        let markets_max = capacity.markets_max as usize;
        let queue = VecDeque::from(input.list(markets_max)?);
        let decided = VecDeque::from(input.list(markets_max)?);
        Ok(Self { queue, decided })
    }
}

impl Market {
    /// When its bets may leave the engine.
    fn retires_at(&self, config: &Config) -> Timestamp {
        self.decided_at.plus(config.resettle_window_ns)
    }
}

impl Step<'_> {
    /// Settles and retires a slice of what is queued.
    pub(crate) fn settle_slice(&mut self) {
        let mut left = BETS_PER_SLICE;
        while let Some(&market) = self.tables.settlement.queue.front()
            && 0 < left
        {
            let slot = self.tables.markets.market(market).settling;
            if slot == NO_BET {
                if let Some(legs) = self.settle_next_leg(market) {
                    left = left.saturating_sub(legs);
                    continue;
                }
                self.tables.settlement.queue.pop_front();
                self.tables.markets.market_mut(market).queued = false;
                continue;
            }
            let next = self.tables.bets.bet(slot).next_of_market;
            self.tables.markets.market_mut(market).settling = next;
            // The next bet's account is on its way from memory while this bet is settled.
            if next != NO_BET {
                let account = self.tables.bets.bet(next).account;
                black_box(self.tables.wallet.get(account).map(|account| account.held));
            }
            self.settle_bet(slot);
            left -= 1;
        }
        self.retire_slice(left);
    }

    /// Looks at every bet of a match again: a rewind may have undone the moment they were struck.
    pub(crate) fn settle_all_of(&mut self, match_id: MatchId) {
        for index in 0..self.tables.fixtures[match_id.0 as usize].markets.len() {
            let market = self.tables.fixtures[match_id.0 as usize].markets[index];
            let row = self.tables.markets.market_mut(market);
            if !row.retired {
                self.tables.settlement.start(market, row);
            }
        }
    }

    /// Makes one bet agree with its market.
    fn settle_bet(&mut self, slot: u32) {
        let bet = self.tables.bets.bet(slot);
        let now_is = bet.state;
        let should_be = match now_is {
            // Decided by its delay, or refused: nothing to settle.
            BetState::Waiting { .. } | BetState::Refused(_) => return,
            BetState::Open | BetState::Won { .. } | BetState::Lost | BetState::Void(_) => {
                let market = self.tables.markets.market(bet.market);
                let fixture = &self.tables.fixtures[market.match_id.0 as usize];
                match fixture.is_undone(bet.id, bet.market, market) {
                    Some(reason) => BetState::Void(reason),
                    None => {
                        let outcome = market.result.outcome_of(bet.selection);
                        let rules = || self.tables.rule_book.rules(fixture.house_rules);
                        state_of(bet, outcome, || rules().dead_heat.into())
                    }
                }
            }
        };
        if now_is == should_be {
            return;
        }
        let account = bet.account;
        self.move_money(slot, now_is, Direction::Back);
        self.move_money(slot, should_be, Direction::Forth);
        self.tables.bets.bet_mut(slot).state = should_be;
        self.outbox.push(Event::Bet(self.tables.bets.bet(slot).view()));
        self.tables.wallet.announce(account, self.outbox);
    }

    /// Moves a bet's money from held to where a state wants it, or back again.
    fn move_money(&mut self, slot: u32, state: BetState, direction: Direction) {
        let bet = self.tables.bets.bet(slot);
        let (id, account) = (bet.id, bet.account);
        let stake = bet.stake.money();
        let held = LedgerAccount::PlayerHeld(account);
        let available = LedgerAccount::PlayerAvailable(account);
        let mut post = |from, to, amount, reason| {
            let wallet = &mut self.tables.wallet;
            match direction {
                Direction::Forth => wallet.post(from, to, amount, Some(id), reason, self.outbox),
                Direction::Back => {
                    let reason = PostingReason::Reversal;
                    wallet.post(to, from, amount, Some(id), reason, self.outbox);
                }
            }
        };
        match state {
            BetState::Open => return,
            BetState::Won { paid } => {
                post(held, LedgerAccount::House, stake, PostingReason::StakeTaken);
                post(LedgerAccount::House, available, paid, PostingReason::Payout);
            }
            BetState::Lost => post(held, LedgerAccount::House, stake, PostingReason::StakeTaken),
            BetState::Void(_) => post(held, available, stake, PostingReason::Release),
            BetState::Waiting { .. } | BetState::Refused(_) => {
                unreachable!("a bet that never stood is not settled")
            }
        }
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

    /// Lets the bets of markets decided long ago leave the engine.
    fn retire_slice(&mut self, mut left: usize) {
        while 0 < left
            && let Some(&market) = self.tables.settlement.decided.front()
        {
            let row = self.tables.markets.market_mut(market);
            if row.result == MarketResult::Undecided {
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
            let slot = row.newest_bet;
            if slot == NO_BET {
                if self.retire_next_leg(market) {
                    left -= 1;
                    continue;
                }
                self.tables.markets.market_mut(market).retired = true;
                self.tables.proposals.forget(market);
                self.tables.settlement.decided.pop_front();
                continue;
            }
            row.newest_bet = self.tables.bets.bet(slot).next_of_market;
            // Its money is still held: a delay and a window that were changed since it was received.
            if matches!(self.tables.bets.bet(slot).state, BetState::Waiting { .. }) {
                self.release(slot, Reject::MarketDecided.into());
            }
            self.tables.bets.remove(slot, &mut self.tables.wallet);
            left -= 1;
        }
    }
}

/// Where a single stands whose selection ended like this.
fn state_of(bet: &Bet, outcome: LegOutcome, dead_heat: impl FnOnce() -> DeadHeatRule) -> BetState {
    let result = match outcome {
        LegOutcome::Open => return BetState::Open,
        LegOutcome::Void(reason) => return BetState::Void(reason),
        LegOutcome::Decided(LegResult::Won) => return BetState::Won { paid: bet.payout },
        LegOutcome::Decided(LegResult::Lost) => return BetState::Lost,
        LegOutcome::Decided(result) => result,
    };
    let paid = Multiplier::of(result, bet.odds, dead_heat()).payout_floor(bet.stake);
    assert!(paid <= bet.payout, "a bet would pay more than it was counted with");
    if paid == Money::ZERO { BetState::Lost } else { BetState::Won { paid } }
}

/// Whether money moves to a settlement or is taken back from it.
#[derive(Clone, Copy, Debug)]
enum Direction {
    Forth,
    Back,
}
