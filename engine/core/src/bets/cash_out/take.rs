//! Taking a quote: the checks, then all writes at once, or the wait for the in-play delay first.

use super::worth::Worth;
use super::{Refused, Row, Target};
use crate::bets::BetState;
use crate::bets::multiple::MultipleState;
use crate::command::CashOut;
use crate::event::{CashOutStatus, Event, LedgerAccount, PostingReason};
use crate::market::Sign;
use crate::reject::{Refusal, Reject};
use crate::state::Step;
use crate::units::{AccountId, BetId, ClientBetId, Money, Stake, millis};

/// Most waiting cash-outs decided with one command; each looks at up to twenty legs.
const DUE_PER_COMMAND: usize = 32;

impl Step<'_> {
    /// Answers the wish to cash out: paid, waiting or refused. A refusal at once is not remembered.
    pub(crate) fn cash_out(&mut self, ask: &CashOut) {
        let CashOut { account, client_id, quote, .. } = *ask;
        let found = self.tables.bet_to_cash_out(account, client_id);
        let (id, decided) = match found {
            Ok((target, id)) => match self.tables.cash_outs.rows.get(id) {
                Some(row) if row.quote == quote => {
                    return self.outbox.push(Event::CashOut(row.view(account, client_id)));
                }
                row => (id, self.decide_cash_out(ask, target, row)),
            },
            Err(refused) => (BetId(0), Err(refused)),
        };
        match decided {
            Ok(worth) => self.commit_cash_out(ask, id, &worth),
            Err(refused) => {
                self.outbox.push(Event::CashOut(refused.view(account, client_id, quote)));
            }
        }
    }

    /// The checks. Their order is the precedence of the codes.
    fn decide_cash_out(
        &self,
        ask: &CashOut,
        target: Target,
        row: Option<&Row>,
    ) -> Result<Worth, Refused> {
        if row.is_some_and(Row::is_waiting) {
            return Err(Reject::CashOutWaiting.into());
        }
        let channel = self.channel();
        let worth = self.tables.worth_of(self.config, self.now, channel, target, ask.part)?;
        let (life, age) = (self.config.quote_life_ns, self.now.since(ask.quote.made()));
        if life < age {
            let (life, age) = (millis(life), millis(age));
            return Err(Refusal::with(Reject::QuoteExpired, life, age).into());
        }
        if ask.quote.mark() != worth.mark || self.now < ask.quote.made() {
            return Err(Reject::QuoteOutdated.into());
        }
        if worth.amount == Money::ZERO {
            return Err(Reject::CashOutWorthless.into());
        }
        if worth.amount < ask.amount {
            let (asked, now) = (ask.amount.minor(), worth.amount.minor());
            return Err(Refusal::with(Reject::CashOutChanged, asked, now).into());
        }
        let cash_outs = &self.tables.cash_outs;
        let has_room = row.is_some() || !cash_outs.rows.is_full();
        if !has_room || worth.due.is_some() && cash_outs.waiting.is_full() {
            let max = cash_outs.rows.rows_max() as i64;
            return Err(Refusal::with(Reject::CapacityReached, max, max).into());
        }
        Ok(worth)
    }

    fn commit_cash_out(&mut self, ask: &CashOut, id: BetId, worth: &Worth) {
        let Worth { target, unit, stake, amount, due, .. } = *worth;
        let cash_outs = &mut self.tables.cash_outs;
        let paid_before = cash_outs.rows.get(id).map_or(Money::ZERO, Row::paid);
        let status = due.map_or(CashOutStatus::Paid, |due| CashOutStatus::Pending { due });
        let quote = ask.quote;
        let row =
            Row { target, quote, unit, stake, amount, leg_at_fault: None, status, paid_before };
        cash_outs.rows.set(id, row);
        match due {
            Some(due) => {
                cash_outs.waiting.push(due, id, 0);
                self.outbox.push(Event::CashOut(row.view(ask.account, ask.client_id)));
            }
            None => self.pay_cash_out(id, &row),
        }
    }

    /// Decides the cash-outs whose delay is over: each is paid as it was received if nothing moved on
    /// any leg, else the bet goes on.
    pub(crate) fn decide_due_cash_outs(&mut self) {
        for _ in 0..DUE_PER_COMMAND {
            let Some((id, _)) = self.tables.cash_outs.waiting.pop_due(self.now) else { return };
            // Its bet may have left meanwhile: a delay and a window that were changed.
            let row = self.tables.cash_outs.rows.get(id).copied();
            let Some(row) = row.filter(Row::is_waiting) else { continue };
            let worth =
                self.tables.worth_of(self.config, self.now, None, row.target, Some(row.unit));
            let moved = |worth: &Worth| worth.mark != row.quote.mark();
            match worth {
                Ok(worth) if !moved(&worth) => {
                    let row = Row { status: CashOutStatus::Paid, ..row };
                    self.tables.cash_outs.rows.set(id, row);
                    self.pay_cash_out(id, &row);
                }
                Ok(_) => self.refuse_waiting(id, &row, Reject::QuoteOutdated.into()),
                Err(refused) => self.refuse_waiting(id, &row, refused),
            }
        }
    }

    fn refuse_waiting(&mut self, id: BetId, row: &Row, refused: Refused) {
        let Refused { refusal, leg } = refused;
        let status = CashOutStatus::Refused(refusal);
        let row = Row { status, leg_at_fault: leg, ..*row };
        self.tables.cash_outs.rows.set(id, row);
        let (account, client_id) = self.owner(row.target);
        self.outbox.push(Event::CashOut(row.view(account, client_id)));
    }

    fn owner(&self, target: Target) -> (AccountId, ClientBetId) {
        match target {
            Target::Single(slot) => {
                let bet = self.tables.bets.bet(slot);
                (bet.account, bet.client_id)
            }
            Target::Multiple(slot) => {
                let bet = self.tables.multiples.multiple(slot);
                (bet.account, bet.client_id)
            }
        }
    }

    /// Takes a part out of a bet, and out of every sum that limits look at, and pays for it.
    fn pay_cash_out(&mut self, id: BetId, row: &Row) {
        let (account, client_id) = self.owner(row.target);
        match row.target {
            Target::Single(slot) => self.shrink_single(slot, row),
            Target::Multiple(slot) => self.shrink_multiple(slot, row),
        }
        let (house, available) = (LedgerAccount::House, LedgerAccount::PlayerAvailable(account));
        let held = LedgerAccount::PlayerHeld(account);
        for (from, to, amount, reason) in [
            (held, house, row.stake.money(), PostingReason::StakeTaken),
            (house, available, row.amount, PostingReason::CashOut),
        ] {
            self.tables.wallet.post(from, to, amount, Some(id), reason, self.outbox);
        }
        match row.target {
            Target::Single(slot) => {
                self.outbox.push(Event::Bet(self.tables.bets.bet(slot).view()));
            }
            Target::Multiple(slot) => self.tables.announce_multiple(slot, self.outbox),
        }
        self.outbox.push(Event::CashOut(row.view(account, client_id)));
        self.tables.wallet.announce(account, self.outbox);
    }

    fn shrink_single(&mut self, slot: u32, row: &Row) {
        self.tables.count(slot, Sign::Out);
        let bet = self.tables.bets.bet_mut(slot);
        assert!(bet.state == BetState::Open, "only a bet that stands is cashed out");
        assert!(row.amount <= bet.payout, "a bet is worth more than it can pay");
        match Stake::new(bet.stake.money() - row.stake.money()) {
            Some(left) => {
                bet.stake = left;
                bet.payout = bet.odds.payout_floor(left);
                self.tables.count(slot, Sign::In);
            }
            None => bet.state = BetState::CashedOut { paid: row.paid() },
        }
    }

    fn shrink_multiple(&mut self, slot: u32, row: &Row) {
        self.tables.count_multiple(slot, Sign::Out);
        self.tables.count_multiple_of_day(slot, Sign::Out);
        let bet = self.tables.multiples.multiple(slot);
        assert!(bet.state == MultipleState::Open, "only a bet that stands is cashed out");
        assert!(row.amount <= bet.payout, "a bet is worth more than it can pay");
        let left = Stake::new(bet.unit.money() - row.unit.money());
        let payout = left.map(|unit| self.tables.payout_of(bet, unit));
        let bet = self.tables.multiples.multiple_mut(slot);
        if let (Some(unit), Some(payout)) = (left, payout) {
            let stake = Stake::new(bet.stake.money() - row.stake.money());
            bet.stake = stake.expect("a unit is left on every line");
            (bet.unit, bet.payout) = (unit, payout);
            self.tables.count_multiple(slot, Sign::In);
            self.tables.count_multiple_of_day(slot, Sign::In);
        } else {
            bet.state = MultipleState::CashedOut { paid: row.paid() };
        }
    }
}
