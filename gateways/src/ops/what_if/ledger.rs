//! What one world said of its bets, and what these came to.

use std::collections::HashMap;

use clutch_core::event::{BetStatus, CashOutStatus, CashOutView, MultipleView};
use clutch_core::settlement::system::System;
use clutch_core::units::{AccountId, ClientBetId, Money, QuoteId};
use clutch_core::{Event, Record, State};

use super::board::Board;
use super::report::{Outcome, Sums};
use crate::ops::fate;
use crate::ops::words;

/// See the module's documentation.
#[derive(Default)]
pub(super) struct Ledger {
    pub board: Board,
    bets: HashMap<(AccountId, ClientBetId), Bet>,
}

/// A bet, whatever its legs.
struct Bet {
    /// On all its lines, of what was not cashed out.
    stake: Money,
    status: BetStatus,
    cashed: Cashed,
}

/// What was cashed out of a bet.
#[derive(Clone, Copy, Default)]
struct Cashed {
    /// How much of its stake.
    stake: Money,
    /// What was paid for that.
    paid: Money,
    /// The newest quote that was taken: only of that one it can be said again that it was paid.
    newest: Option<QuoteId>,
}

impl Ledger {
    pub fn hear(&mut self, records: &[Record]) {
        for record in records {
            self.board.hear(record);
            match record.event {
                Event::Bet(view) => {
                    let name = (view.account, view.client_id);
                    self.hear_of_bet(name, view.stake.money(), view.status);
                }
                Event::Multiple(view) => {
                    let name = (view.account, view.client_id);
                    self.hear_of_bet(name, stake_of(&view), view.status);
                }
                Event::CashOut(view) => self.hear_of_cash_out(&view),
                _ => {}
            }
        }
    }

    fn hear_of_bet(&mut self, name: (AccountId, ClientBetId), stake: Money, status: BetStatus) {
        let known = self.bets.get(&name);
        if known.is_some() && fate::is_of_the_id_alone(status) {
            return;
        }
        let cashed = known.map(|bet| bet.cashed).unwrap_or_default();
        self.bets.insert(name, Bet { stake, status, cashed });
    }

    fn hear_of_cash_out(&mut self, view: &CashOutView) {
        let Some(bet) = self.bets.get_mut(&(view.account, view.client_id)) else { return };
        if view.status == CashOutStatus::Paid && bet.cashed.newest != Some(view.quote) {
            let Cashed { stake, paid, newest: _ } = bet.cashed;
            let (stake, paid) = (stake + view.stake, paid + view.amount);
            bet.cashed = Cashed { stake, paid, newest: Some(view.quote) };
        }
    }

    pub fn is_waiting(&self) -> bool {
        self.bets.values().any(|bet| {
            matches!(
                bet.status,
                BetStatus::Pending { .. } | BetStatus::Referred { .. } | BetStatus::Offered { .. }
            )
        })
    }

    pub fn outcome(&self, state: &State) -> Outcome {
        let mut outcome = Outcome::default();
        if let Some(wallet) = state.wallet() {
            for (currency, row) in wallet.currencies().iter() {
                let house_minor = wallet.books(currency).house.minor();
                let places = row.decimals;
                let sums = Sums { places, house_minor, ..Sums::default() };
                outcome.money.insert(row.code.as_str().to_owned(), sums);
            }
        }
        for ((account, _), bet) in &self.bets {
            let currency = words::currency_code(state, *account);
            bet.count(&mut outcome, &currency);
        }
        outcome
    }
}

/// The stake on all lines.
fn stake_of(view: &MultipleView) -> Money {
    let system = System::new(usize::from(view.legs), view.folds, view.bankers);
    let lines = system.map_or(0, |system| system.lines());
    Money::from_minor(view.unit.money().minor().saturating_mul(i64::from(lines)))
}

impl Bet {
    fn count(&self, outcome: &mut Outcome, currency: &str) {
        let (left, Cashed { stake: closed, paid: cashed, newest: _ }) = (self.stake, self.cashed);
        let (staked, open, returned, won) = match self.status {
            BetStatus::Pending { .. } | BetStatus::Referred { .. } | BetStatus::Offered { .. } => {
                outcome.waiting += 1;
                return;
            }
            BetStatus::Refused(refusal) => {
                *outcome.refused.entry(refusal.code.name()).or_default() += 1;
                return;
            }
            BetStatus::Accepted { .. } => {
                outcome.open += 1;
                (left + closed, left, Money::ZERO, Money::ZERO)
            }
            BetStatus::Won { payout } => {
                outcome.won += 1;
                (left + closed, Money::ZERO, Money::ZERO, payout)
            }
            BetStatus::Lost => {
                outcome.lost += 1;
                (left + closed, Money::ZERO, Money::ZERO, Money::ZERO)
            }
            BetStatus::Void(_) => {
                outcome.void += 1;
                (left + closed, Money::ZERO, left, Money::ZERO)
            }
            // Nothing is left of it, and its last stake was closed with the rest.
            BetStatus::CashedOut { .. } => {
                outcome.cashed_out += 1;
                (closed, Money::ZERO, Money::ZERO, Money::ZERO)
            }
        };
        outcome.taken += 1;
        let sums = outcome.money.entry(currency.to_owned()).or_default();
        sums.staked_minor += staked.minor();
        sums.open_minor += open.minor();
        sums.returned_minor += returned.minor();
        sums.won_minor += won.minor();
        sums.cashed_out_minor += cashed.minor();
    }
}
