//! Lines about bets that end early.

use clutch_core::command::CashOut;
use clutch_core::command::Channel;
use clutch_core::event::{CashOutStatus, CashOutView, Event};
use clutch_core::units::Stake;
use clutch_core::{Command, Query};

use super::lines::Words;
use super::values::{money, show_money, show_refusal};
use super::{Answer, Outcome, Scenario, said};

impl Scenario {
    /// `quote NAME BET [part UNIT]`
    pub(super) fn quote(&mut self, words: &mut Words<'_>) -> Outcome<Answer> {
        let name = words.next()?.to_owned();
        let (account, client_id) = self.bet_named(words.next()?)?.id();
        let part = if words.take("part") { Some(unit(words.next()?)?) } else { None };
        let query = Query::CashOut { account, client_id, part, channel: Channel::Web };
        let view = view_of(self.world().ask(query)).ok_or("no answer about the bet")?;
        let ask = CashOut { account, client_id, part, quote: view.quote, amount: view.amount };
        self.quotes.insert(name, ask);
        Ok(Answer::CashOut(view))
    }

    /// `cash_out NAME [for AMOUNT] [part UNIT]`
    pub(super) fn cash_out(&mut self, words: &mut Words<'_>) -> Outcome<Answer> {
        let mut ask = *self.quotes.get(words.next()?).ok_or("there is no such quote")?;
        if words.take("for") {
            ask.amount = money(words.next()?)?;
        }
        if words.take("part") {
            ask.part = Some(unit(words.next()?)?);
        }
        let records = self.world().apply(Command::CashOut(ask));
        let view = view_of(said(&records)).ok_or("the cash-out got no answer")?;
        self.world().drain();
        Ok(Answer::CashOut(view))
    }
}

fn unit(word: &str) -> Outcome<Stake> {
    Stake::new(money(word)?).ok_or_else(|| "a stake is above zero".to_owned())
}

fn view_of(events: impl IntoIterator<Item = Event>) -> Option<CashOutView> {
    events.into_iter().find_map(|event| match event {
        Event::CashOut(view) => Some(view),
        _ => None,
    })
}

/// `Quoted 11.40`, `Pending 11.40`, `Paid 11.40`, or a refusal with the leg that it is about, from 1.
pub(super) fn show(view: &CashOutView) -> String {
    let amount = show_money(view.amount);
    match (view.status, view.leg_at_fault) {
        (CashOutStatus::Quoted { .. }, _) => format!("Quoted {amount}"),
        (CashOutStatus::Pending { .. }, _) => format!("Pending {amount}"),
        (CashOutStatus::Paid, _) => format!("Paid {amount}"),
        (CashOutStatus::Refused(refusal), None) => show_refusal(refusal),
        (CashOutStatus::Refused(refusal), Some(leg)) => {
            format!("{} leg {}", show_refusal(refusal), leg + 1)
        }
    }
}
