//! Cash-outs: every line of what is left of a bet, times what each leg is worth.

use clutch_core::command::{AccountState, CashOut, Channel};
use clutch_core::event::{BetStatus, CashOutStatus, MarketStatus};
use clutch_core::units::{AccountId, ClientBetId, Money, QuoteId, Stake, Timestamp};
use clutch_core::{Refusal, Reject};

use super::bets::{Answered, Fate, no};
use super::big::Big;
use super::grades::Outcome;
use super::multiples::{self, pays};
use super::{Answer, Twin};

/// The last cash-out of a bet.
#[derive(Clone, Debug)]
pub(super) struct Taken {
    quote: u128,
    unit: i128,
    stake: i128,
    amount: i128,
    status: CashOutStatus,
    paid_before: i128,
    seen: Seen,
}

/// What a quote hangs on: what is left of the bet, and each leg as it looks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Seen {
    bet: u64,
    left: i128,
    unit: i128,
    legs: Vec<Look>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Look {
    Open { epoch: u32 },
    Returns(i128, i128),
}

/// What a part of a bet is worth.
struct Worth {
    unit: i128,
    stake: i128,
    amount: i128,
    seen: Seen,
    /// For how long.
    waits: u64,
}

/// A bet with its legs, whichever kind it is.
struct Standing {
    account: u32,
    left: i128,
    lines: Vec<u32>,
    legs: Vec<(usize, u8, u32, Outcome)>,
    status: BetStatus,
    was_taken: bool,
    has_bonus: bool,
}

impl Twin {
    /// What the engine has to answer when it is asked what a bet is worth; remembers what the quote saw.
    pub fn quote(
        &mut self,
        (account, client_id): (AccountId, ClientBetId),
        part: Option<Stake>,
        given: QuoteId,
    ) -> (CashOutStatus, Money) {
        match self.try_quote(account.0, client_id.0, part) {
            Ok(worth) => {
                self.quotes.insert(given.0, worth.seen);
                let life = self.config.quote_life_ns;
                let expires_at = Timestamp::from_nanos(self.now + life);
                (CashOutStatus::Quoted { expires_at }, Money::from_minor(worth.amount as i64))
            }
            Err(refusal) => (CashOutStatus::Refused(refusal), Money::ZERO),
        }
    }

    fn try_quote(&self, account: u32, id: u128, part: Option<Stake>) -> Result<Worth, Refusal> {
        let bet = self.bet_of(account, id)?;
        if self.is_being_cashed_out(bet) {
            return Err(Reject::CashOutWaiting.into());
        }
        let worth =
            self.worth(bet, part.map(|part| part.money().minor().into()), Some(Channel::Web))?;
        if worth.amount == 0 { Err(Reject::CashOutWorthless.into()) } else { Ok(worth) }
    }

    fn is_being_cashed_out(&self, bet: u64) -> bool {
        let last = self.cash_outs.get(&bet);
        last.is_some_and(|last| matches!(last.status, CashOutStatus::Pending { .. }))
    }

    /// A multiple that pays less than its odds come to is kept to its end.
    fn is_cut(&self, id: u64) -> Option<Refusal> {
        let bet = self.multiples.get(&id)?;
        let odds: Vec<_> = bet.legs.iter().map(|leg| (leg.odds.into(), 1000)).collect();
        let comes_to = pays(bet.unit, &bet.lines, &odds).min(i64::MAX.into());
        let [pays, comes_to] = [bet.payout, comes_to].map(|it| it as i64);
        (pays < comes_to).then(|| Refusal::with(Reject::PayoutIsCut, pays, comes_to))
    }

    fn bet_of(&self, account: u32, client_id: u128) -> Result<u64, Refusal> {
        match self.answers.get(&(account, client_id)) {
            Some(Answered::Bet(id)) if self.bets.contains_key(id) => Ok(*id),
            Some(Answered::Multiple(id)) if self.multiples.contains_key(id) => Ok(*id),
            Some(Answered::Bet(_) | Answered::Multiple(_)) => Err(Reject::BetRetired.into()),
            Some(Answered::Refused(_)) | None => Err(Reject::UnknownBet.into()),
        }
    }

    fn standing(&self, id: u64) -> Standing {
        if let Some(bet) = self.bets.get(&id) {
            let outcome = match self.is_undone(id, bet.market) {
                Some(reason) => Outcome::Void(reason),
                None => self.ended(bet.market, bet.selection, bet.odds),
            };
            return Standing {
                account: bet.account,
                left: bet.stake,
                lines: vec![1],
                legs: vec![(bet.market, bet.selection, bet.odds, outcome)],
                status: self.where_it_stands(id, bet),
                was_taken: matches!(bet.fate, Fate::Stands),
                has_bonus: bet.funding.is_some(),
            };
        }
        let bet = &self.multiples[&id];
        let leg =
            |leg: &multiples::Leg| (leg.market, leg.selection, leg.odds, self.outcome(id, leg));
        Standing {
            account: bet.account,
            left: bet.unit,
            lines: bet.lines.clone(),
            legs: bet.legs.iter().map(leg).collect(),
            status: self.where_multiple_stands(id, bet),
            was_taken: matches!(bet.fate, multiples::Fate::Stands),
            has_bonus: bet.funding.is_some(),
        }
    }

    fn worth(
        &self,
        id: u64,
        part: Option<i128>,
        channel: Option<Channel>,
    ) -> Result<Worth, Refusal> {
        self.cash_out_is_open(channel)?;
        let Standing { account, left, lines, legs, status, was_taken, has_bonus } =
            self.standing(id);
        if !was_taken {
            return Err(Reject::BetNotOpen.into());
        }
        if has_bonus {
            return Err(Reject::BetWithBonus.into());
        }
        if let Some(refusal) = self.is_cut(id) {
            return Err(refusal);
        }
        if !matches!(status, BetStatus::Accepted { .. }) {
            return Err(Reject::MarketDecided.into());
        }
        self.may_cash_out(account)?;
        match self.accounts[account as usize].state {
            AccountState::Open | AccountState::SelfExcluded => {}
            AccountState::Suspended => return Err(Reject::AccountSuspended.into()),
            AccountState::Closed => return Err(Reject::AccountClosed.into()),
        }
        let unit = part.unwrap_or(left);
        if unit > left {
            return Err(no(Reject::CashOutPart, left, unit));
        }
        let mut looks = Vec::new();
        let mut worths = Vec::new();
        let mut waits = 0;
        for (market, selection, odds, outcome) in legs {
            let (parts, whole) = match outcome {
                Outcome::Open => {
                    let row = &self.markets[market];
                    self.switches_let_pass(None, market)?;
                    match self.status(market) {
                        MarketStatus::Open => {}
                        MarketStatus::Suspended(_) => return Err(Reject::MarketSuspended.into()),
                        MarketStatus::Decided { .. }
                        | MarketStatus::Graded
                        | MarketStatus::Void => return Err(Reject::MarketDecided.into()),
                    }
                    if row.odds[usize::from(selection)].is_none() {
                        return Err(Reject::SelectionInactive.into());
                    }
                    waits = waits.max(self.wait_on(market));
                    looks.push(Look::Open { epoch: row.epoch + row.moved_early });
                    let chance = u64::from(row.fair[usize::from(selection)]);
                    worths.push((u64::from(odds) * chance, 1_000_000_000_000));
                    continue;
                }
                _ if self.is_decided_in_dispute(market) => {
                    return Err(Reject::MarketSuspended.into());
                }
                Outcome::Void(_) => (1000, 1000),
                Outcome::Returns(parts, whole) => (parts, whole),
            };
            looks.push(Look::Returns(parts, whole));
            worths.push((parts as u64, whole as u64));
        }
        let of_line = |line: &u32| {
            let leg = |(leg, (parts, whole)): (usize, &(u64, u64))| {
                if line >> leg & 1 == 1 { *parts } else { *whole }
            };
            Big::product(worths.iter().enumerate().map(leg))
        };
        let all = lines.iter().map(of_line).fold(Big::default(), |sum, line| sum.plus(&line));
        let kept = 1_000_000_000 - u64::from(self.config.cash_out_margin_ppb);
        let all = all.times(unit as u64).times(kept).divided_by(1_000_000_000);
        let amount = worths.iter().fold(all, |all, (_, whole)| all.divided_by(*whole)).minor();
        let seen = Seen { bet: id, left, unit, legs: looks };
        Ok(Worth { unit, stake: unit * lines.len() as i128, amount, seen, waits })
    }

    pub(super) fn cash_out(&mut self, ask: &CashOut) -> Answer {
        let bet = match self.bet_of(ask.account.0, ask.client_id.0) {
            Ok(bet) => bet,
            Err(refusal) => return refused(refusal),
        };
        if let Some(last) = self.cash_outs.get(&bet)
            && last.quote == ask.quote.0
        {
            return Answer::CashOut(last.status, Money::from_minor(last.amount as i64));
        }
        match self.decide_cash_out(bet, ask) {
            Ok(worth) => {
                let paid_before = self.cash_outs.get(&bet).map_or(0, paid);
                let Worth { unit, stake, amount, seen, waits } = worth;
                let due = Timestamp::from_nanos(self.now + waits);
                let status = CashOutStatus::Pending { due };
                let quote = ask.quote.0;
                let taken = Taken { quote, unit, stake, amount, status, paid_before, seen };
                self.cash_outs.insert(bet, taken);
                if waits == 0 {
                    self.pay(bet);
                }
                let status = self.cash_outs[&bet].status;
                Answer::CashOut(status, Money::from_minor(amount as i64))
            }
            Err(refusal) => refused(refusal),
        }
    }

    fn decide_cash_out(&self, bet: u64, ask: &CashOut) -> Result<Worth, Refusal> {
        if self.is_being_cashed_out(bet) {
            return Err(Reject::CashOutWaiting.into());
        }
        let worth =
            self.worth(bet, ask.part.map(|part| part.money().minor().into()), Some(Channel::Web))?;
        let made = (ask.quote.0 >> 64) as u64;
        let (life, age) = (self.config.quote_life_ns, self.now - made);
        if age > life {
            let millis = |nanos: u64| i128::from(nanos / 1_000_000);
            return Err(no(Reject::QuoteExpired, millis(life), millis(age)));
        }
        if self.quotes.get(&ask.quote.0) != Some(&worth.seen) {
            return Err(Reject::QuoteOutdated.into());
        }
        if worth.amount == 0 {
            return Err(Reject::CashOutWorthless.into());
        }
        let asked = i128::from(ask.amount.minor());
        if worth.amount < asked {
            return Err(no(Reject::CashOutChanged, asked, worth.amount));
        }
        Ok(worth)
    }

    /// Cash-outs whose delay is over are paid if every leg is as it was.
    pub(super) fn decide_waiting_cash_outs(&mut self) {
        let is_due = |taken: &Taken| matches!(taken.status, CashOutStatus::Pending { due } if due.nanos() <= self.now);
        let due: Vec<u64> =
            self.cash_outs.iter().filter(|(_, taken)| is_due(taken)).map(|(bet, _)| *bet).collect();
        for bet in due {
            let (unit, seen) = (self.cash_outs[&bet].unit, self.cash_outs[&bet].seen.clone());
            let refusal = match self.worth(bet, Some(unit), None) {
                Ok(worth) if worth.seen == seen => {
                    self.pay(bet);
                    continue;
                }
                Ok(_) => Reject::QuoteOutdated.into(),
                Err(refusal) => refusal,
            };
            let status = CashOutStatus::Refused(refusal);
            self.cash_outs.entry(bet).and_modify(|taken| taken.status = status);
        }
    }

    /// The part that was cashed out leaves the bet for good.
    fn pay(&mut self, id: u64) {
        let taken = self.cash_outs.get_mut(&id).expect("it was taken");
        taken.status = CashOutStatus::Paid;
        let total = paid(taken);
        let Taken { unit, stake, amount, .. } = *taken;
        let account = if let Some(bet) = self.bets.get_mut(&id) {
            if bet.stake == unit {
                bet.fate = Fate::CashedOut(total);
            } else {
                bet.stake -= unit;
                bet.payout = bet.stake * i128::from(bet.odds) / 1000;
            }
            bet.account
        } else {
            let bet = self.multiples.get_mut(&id).expect("it is one or the other");
            if bet.unit == unit {
                bet.fate = multiples::Fate::CashedOut(total);
            } else {
                (bet.unit, bet.stake) = (bet.unit - unit, bet.stake - stake);
                let odds: Vec<_> = bet.legs.iter().map(|leg| (leg.odds.into(), 1000)).collect();
                bet.payout = pays(bet.unit, &bet.lines, &odds);
            }
            bet.account
        };
        self.accounts[account as usize].base += amount - stake;
        *self.followed.cashed_out.entry(id).or_default() += amount - stake;
        self.house_gave(account, amount - stake);
    }

    /// A bet of some account that may be cashed out, or any other.
    pub fn bet_to_cash_out(&self, nth: usize) -> Option<(AccountId, ClientBetId, i64)> {
        let singles =
            self.bets.iter().map(|(id, bet)| (*id, bet.account, bet.client_id, bet.stake));
        let multiples =
            self.multiples.iter().map(|(id, bet)| (*id, bet.account, bet.client_id, bet.unit));
        let mut all: Vec<_> = singles.chain(multiples).collect();
        all.sort_unstable_by_key(|(id, ..)| std::cmp::Reverse(*id));
        let (_, account, client_id, left) = all.get(nth % all.len().max(1))?;
        Some((AccountId(*account), ClientBetId(*client_id), *left as i64))
    }
}

fn paid(taken: &Taken) -> i128 {
    let last = if taken.status == CashOutStatus::Paid { taken.amount } else { 0 };
    taken.paid_before + last
}

fn refused(refusal: Refusal) -> Answer {
    Answer::CashOut(CashOutStatus::Refused(refusal), Money::ZERO)
}
