//! The engine that one would write first: standard maps behind a mutex. The peer of [`crate::Desk`].
//!
//! It makes the same checks in the same order and keeps the same books, so that the ratio between
//! the two is about layout alone. It says less: one answer instead of three events.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, PoisonError};

use clutch_core::Reject;
use clutch_core::command::{Config, PlaceBet};
use clutch_core::units::{AccountId, ClientBetId, MarketId, Money, SelectionIndex, Timestamp};

use crate::crowd::Offer;

/// Everything behind one lock.
#[derive(Debug)]
pub struct Reference {
    books: Mutex<Books>,
}

#[derive(Debug)]
struct Books {
    config: Config,
    accounts: HashMap<AccountId, Account>,
    markets: HashMap<MarketId, Market>,
    selections: HashMap<(MarketId, SelectionIndex), Selection>,
    answers: HashMap<(AccountId, ClientBetId), Result<u64, Reject>>,
    bets: BTreeMap<u64, Bet>,
    last_bet: u64,
}

#[derive(Debug)]
struct Account {
    is_open: bool,
    available: Money,
    held: Money,
    liability: Money,
}

#[derive(Debug, Default)]
struct Market {
    is_open: bool,
    epoch: u32,
    price_seq: u64,
    stakes: Money,
}

#[derive(Debug)]
struct Selection {
    odds_milli: u32,
    payouts: Money,
    stakes: Money,
}

/// A bet as it is kept; nobody reads it here, but whoever settles will.
#[derive(Debug)]
struct Bet {
    #[expect(dead_code, reason = "kept for settlement, which is not compared")]
    placed: PlaceBet,
    payout: Money,
}

impl Reference {
    /// Books with `accounts` accounts of `balance` each and everything on offer.
    pub fn new(
        config: Config,
        accounts: u32,
        balance: Money,
        offers: &[Offer],
        epoch: u32,
    ) -> Self {
        let account = || Account {
            is_open: true,
            available: balance,
            held: Money::ZERO,
            liability: Money::ZERO,
        };
        let mut books = Books {
            config,
            accounts: (0..accounts).map(|index| (AccountId(index), account())).collect(),
            markets: HashMap::new(),
            selections: HashMap::new(),
            answers: HashMap::new(),
            bets: BTreeMap::new(),
            last_bet: 0,
        };
        for offer in offers {
            let market = books.markets.entry(offer.market).or_default();
            *market =
                Market { is_open: true, epoch, price_seq: offer.price_seq, stakes: Money::ZERO };
            let selection = Selection {
                odds_milli: offer.odds.milli(),
                payouts: Money::ZERO,
                stakes: Money::ZERO,
            };
            books.selections.insert((offer.market, offer.selection), selection);
        }
        Self { books: Mutex::new(books) }
    }

    /// Places a bet; the same id again gets the same answer.
    ///
    /// # Errors
    /// The code of the first check that says no.
    pub fn place_bet(&self, place: &PlaceBet, now: Timestamp) -> Result<u64, Reject> {
        let mut books = self.books.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (place.account, place.client_id);
        if let Some(answer) = books.answers.get(&key) {
            return *answer;
        }
        let answer = books.decide_and_commit(place, now);
        books.answers.insert(key, answer);
        answer
    }

    /// Bets that stand, and whether what they hold is what their stakes say.
    pub fn bets(&self) -> usize {
        self.books.lock().unwrap_or_else(PoisonError::into_inner).bets.len()
    }

    /// What all standing bets would pay together.
    pub fn payouts(&self) -> Money {
        let books = self.books.lock().unwrap_or_else(PoisonError::into_inner);
        books.bets.values().fold(Money::ZERO, |sum, bet| sum + bet.payout)
    }
}

impl Books {
    fn decide_and_commit(&mut self, place: &PlaceBet, now: Timestamp) -> Result<u64, Reject> {
        let made = place.client_id.time().ok_or(Reject::ClientIdInvalid)?;
        if self.config.client_id_past_ns < now.since(made)
            || self.config.client_id_future_ns < made.since(now)
        {
            return Err(Reject::ClientIdOutsideWindow);
        }
        let account = self.accounts.get_mut(&place.account).ok_or(Reject::UnknownAccount)?;
        if !account.is_open {
            return Err(Reject::AccountSuspended);
        }
        let market = self.markets.get_mut(&place.market).ok_or(Reject::UnknownMarket)?;
        let selection = self
            .selections
            .get_mut(&(place.market, place.selection))
            .ok_or(Reject::UnknownSelection)?;
        if !market.is_open {
            return Err(Reject::MarketSuspended);
        }
        if market.epoch != place.epoch {
            return Err(Reject::MaterialChange);
        }
        if place.price_seq < market.price_seq {
            return Err(Reject::StaleView);
        }
        if place.odds.milli() != selection.odds_milli {
            return Err(Reject::OddsChanged);
        }
        let stake = place.stake.money();
        let payout = place.odds.payout_floor(place.stake);
        let liability = payout - stake;
        if stake < self.config.stake_min {
            return Err(Reject::StakeBelowMinimum);
        }
        if self.config.stake_max < stake {
            return Err(Reject::StakeAboveLimit);
        }
        if self.config.payout_max < payout {
            return Err(Reject::PayoutAboveLimit);
        }
        if self.config.liability_selection_max < selection.payouts - selection.stakes + liability {
            return Err(Reject::SelectionLiability);
        }
        if self.config.liability_market_max < selection.payouts - market.stakes + liability {
            return Err(Reject::MarketLiability);
        }
        if self.config.liability_account_max < account.liability + liability {
            return Err(Reject::AccountLiability);
        }
        if account.available < stake {
            return Err(Reject::InsufficientFunds);
        }
        account.available -= stake;
        account.held += stake;
        account.liability += liability;
        selection.payouts += payout;
        selection.stakes += stake;
        market.stakes += stake;
        self.last_bet += 1;
        self.bets.insert(self.last_bet, Bet { placed: *place, payout });
        Ok(self.last_bet)
    }
}
