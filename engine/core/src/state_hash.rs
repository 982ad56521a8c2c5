//! One number for the whole state, over everything that can influence a later answer.
//!
//! Tables are walked in an order that commands define (ids, lists, queues), never in that of memory,
//! so two states that would answer alike hash alike.

use crate::bets::{Answer, Bet, BetState, RefusedBet};
use crate::codec::{Encoder, Wire};
use crate::command::ENCODED_MAX;
use crate::event::VoidReason;
use crate::hash::StateHasher;
use crate::market::{Market, MarketResult};
use crate::reject::Refusal;
use crate::state::{State, Tables};
use crate::units::{Money, Odds};

impl State {
    /// The hash of the state: equal on every machine for equal journals.
    pub fn state_hash(&self) -> u64 {
        let mut hasher = StateHasher::default();
        hasher.word(self.seq.0);
        hasher.word(self.now.nanos());
        hash_wire(&self.config, &mut hasher);
        if let Some(tables) = &self.tables {
            tables.hash(&mut hasher);
        }
        hasher.finish()
    }
}

fn hash_wire(value: &impl Wire, hasher: &mut StateHasher) {
    let mut buffer = [0; ENCODED_MAX];
    let mut encoder = Encoder::new(&mut buffer);
    value.put(&mut encoder);
    let written = encoder.written();
    hasher.bytes(&buffer[..written]);
}

impl Tables {
    fn hash(&self, hasher: &mut StateHasher) {
        let flags = u64::from(self.killed)
            | u64::from(self.killed_titles) << 8
            | u64::from(self.stops.bits()) << 32;
        hasher.word(flags);
        hash_wire(&self.capacity, hasher);
        hasher.word(self.feed_check_at.nanos());
        self.hash_money(hasher);
        hasher.word(self.fixtures.len() as u64);
        self.fixtures.iter().for_each(|fixture| fixture.add_to(hasher));
        for (id, market) in self.markets.iter() {
            hasher.word(u64::from(id.0));
            self.hash_market(market, hasher);
        }
        for queue in [self.settlement.queued(), self.settlement.decided()] {
            hasher.word(queue.len() as u64);
            queue.iter().for_each(|market| hasher.word(u64::from(market.0)));
        }
        hasher.word(self.requotes.next.map_or(0, |next| 1 | u64::from(next.0) << 1));
        hasher.word(self.requotes.shaded.len() as u64);
        self.requotes.shaded.iter().for_each(|market| hasher.word(u64::from(market.0)));
        self.waiting.add_to(hasher);
        for (key, answer) in self.client_ids.iter() {
            hasher.word(u64::from(key.account.0));
            hasher.wide(key.id);
            match answer {
                Answer::Bet { id, .. } => hasher.word(id.0),
                Answer::Refused(refused) => hash_refused(refused, hasher),
            }
        }
        hasher.word(self.ids_forgotten_to.nanos());
        for (key, payment) in self.payments.iter() {
            hasher.wide(key.id);
            hasher.word(u64::from(payment.account.0));
            hash_money(payment.amount, hasher);
        }
    }

    fn hash_money(&self, hasher: &mut StateHasher) {
        hash_money(self.wallet.house(), hasher);
        hash_money(self.wallet.payments(), hasher);
        for (id, account) in self.wallet.iter() {
            hasher.word(u64::from(id.0) | (account.state as u64) << 32);
            hash_money(account.available, hasher);
            hash_money(account.held, hasher);
            hash_money(account.liability, hasher);
            hasher.word(u64::from(account.bets_open));
            if let Some(key) = self.wallet.key(id) {
                hasher.bytes(key.as_str().as_bytes());
            }
        }
    }

    fn hash_market(&self, market: &Market, hasher: &mut StateHasher) {
        hash_wire(&market.kind, hasher);
        hasher.word(u64::from(market.match_id.0) | u64::from(market.retired) << 32);
        hasher.word(u64::from(market.epoch) | u64::from(market.stops.bits()) << 32);
        hasher.word(match market.result {
            MarketResult::Undecided => 0,
            MarketResult::Won(selection) => 1 | u64::from(selection.0) << 8,
            MarketResult::NotPlayed => 2,
        });
        hasher.word(market.decided_at.nanos());
        hasher.word(market.closed_at.0);
        for (seq, time) in market.prices.changes() {
            hasher.word(*seq);
            hasher.word(time.nanos());
        }
        for selection in self.markets.selections(market) {
            hasher.word(u64::from(selection.odds.map_or(0, Odds::milli)));
            hasher.word(u64::from(selection.fair.ppb()));
            let safe_odds = selection.safe_odds.map_or(0, Odds::milli);
            hasher.word(u64::from(safe_odds) | u64::from(selection.safe_fair.ppb()) << 32);
            hash_money(selection.payouts, hasher);
            hash_money(selection.stakes, hasher);
        }
        for bet in self.bets.of_market(market.newest_bet) {
            hash_bet(bet, hasher);
        }
        // How far a settlement has come decides which command settles which bet.
        if market.settling != crate::wallet::NO_BET {
            hasher.word(self.bets.bet(market.settling).id.0);
        }
    }
}

fn hash_money(money: Money, hasher: &mut StateHasher) {
    hasher.signed(money.minor());
}

fn hash_bet(bet: &Bet, hasher: &mut StateHasher) {
    hasher.word(bet.id.0);
    hasher.wide(bet.client_id.0);
    hasher.word(u64::from(bet.account.0) | u64::from(bet.selection.0) << 32);
    hasher.word(u64::from(bet.odds.milli()));
    hash_money(bet.stake.money(), hasher);
    match bet.state {
        BetState::Waiting { due, epoch } => {
            hasher.word(1 | u64::from(epoch) << 8);
            hasher.word(due.nanos());
        }
        BetState::Refused(refusal) => {
            hasher.word(2);
            hash_refusal(refusal, hasher);
        }
        BetState::Open => hasher.word(3),
        BetState::Won => hasher.word(4),
        BetState::Lost => hasher.word(5),
        BetState::Void(VoidReason::NotPlayed) => hasher.word(6),
        BetState::Void(VoidReason::Rewound) => hasher.word(7),
    }
}

fn hash_refused(refused: &RefusedBet, hasher: &mut StateHasher) {
    let RefusedBet { market, selection, odds, stake, refusal } = *refused;
    hasher.word(u64::from(market.0) | u64::from(selection.0) << 32);
    hasher.word(u64::from(odds.milli()));
    hash_money(stake.money(), hasher);
    hash_refusal(refusal, hasher);
}

fn hash_refusal(refusal: Refusal, hasher: &mut StateHasher) {
    hasher.word(u64::from(refusal.code.code()));
    hasher.signed(refusal.limit);
    hasher.signed(refusal.actual);
}
