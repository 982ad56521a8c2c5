//! Lines of what a licence asks about players.
//!
//! | line | does |
//! |---|---|
//! | `policy NAME [TERM=NUMBER …] [by N]` | adopts the default but for these terms; amounts as 50.00, sets as deposit+bet, or nothing |
//! | `verify ACCOUNT LEVEL`, `hold ACCOUNT HOLD`, `review ACCOUNT COUNTER` | what the staff tells of a player |
//! | `expect customer ACCOUNT LEVEL HOLD CASES` | what is known of him; cases with + between, or none |
//! | `expect counter ACCOUNT QUANTITY WINDOW AMOUNT` | what was counted |

use clutch_core::command::{Actor, CustomerStep};
use clutch_core::event::Event;
use clutch_core::play::{
    CaseSet, CounterId, Hold, Level, LimitBy, LimitKey, May, OpenBets, PlayPolicy, Quantity, Term,
    TermUnit, Then, Window,
};
use clutch_core::units::Name;
use clutch_core::{Command, Query};

use super::expect::equal;
use super::lines::Words;
use super::values::{money, show_money};
use super::{Answer, Outcome, Scenario};

/// The number that a word stands for.
fn number(term: Term, word: &str) -> Outcome<i64> {
    let whole = || word.parse().map_err(|_| format!("{word:?} is no number of {}", term.name()));
    match term.unit() {
        TermUnit::Money => money(word).map(|amount| amount.minor()),
        TermUnit::May => {
            let names = word.split('+').filter(|name| *name != "nothing");
            let may = names.map(|name| May::NAMES.iter().find(|(known, _)| *known == name));
            may.into_iter().try_fold(0, |set, found| {
                let (_, one) = found.ok_or_else(|| format!("{word:?} is no set"))?;
                Ok(set | one.number())
            })
        }
        TermUnit::Then => match Then::ALL.iter().find(|then| then.name() == word) {
            Some(then) => Ok(*then as i64),
            None => whole(),
        },
        TermUnit::OpenBets => match OpenBets::ALL.iter().find(|bets| bets.name() == word) {
            Some(bets) => Ok(*bets as i64),
            None => whole(),
        },
        TermUnit::Hours | TermUnit::Wait | TermUnit::Minutes | TermUnit::Flag => whole(),
    }
}

impl Scenario {
    /// `policy uk unverified_may=nothing net_deposits_30d=150.00`
    pub(super) fn policy(&mut self, words: &mut Words<'_>) -> Outcome<Answer> {
        let name = Name::new(words.next()?).map_err(|error| error.to_string())?;
        let mut policy = PlayPolicy::default();
        let mut actor = Actor::Operator(1);
        while let Some(word) = words.optional() {
            if word == "by" {
                actor = Actor::Operator(words.number()?);
                continue;
            }
            let (term, value) =
                word.split_once('=').ok_or_else(|| format!("{word:?} sets nothing"))?;
            let term = Term::ALL.iter().copied().find(|known| known.name() == term);
            let term = term.ok_or_else(|| format!("{word:?} is no term"))?;
            policy = policy.with(term, number(term, value)?);
        }
        Ok(self.send_by(actor, Command::AdoptPlayPolicy { name, policy }))
    }

    pub(super) fn verify(&mut self, words: &mut Words<'_>) -> Outcome<Answer> {
        let account = self.account_named(words.next()?)?;
        let word = words.next()?;
        let level = Level::named(word).ok_or_else(|| format!("{word:?} is no level"))?;
        Ok(self.send(Command::Customer { account, step: CustomerStep::Verified(level) }))
    }

    pub(super) fn hold(&mut self, words: &mut Words<'_>) -> Outcome<Answer> {
        let account = self.account_named(words.next()?)?;
        let word = words.next()?;
        let hold = Hold::named(word).ok_or_else(|| format!("{word:?} is no hold"))?;
        Ok(self.send(Command::Customer { account, step: CustomerStep::Hold(hold) }))
    }

    pub(super) fn review(&mut self, words: &mut Words<'_>) -> Outcome<Answer> {
        let account = self.account_named(words.next()?)?;
        let word = words.next()?;
        let counter = CounterId::named(word).ok_or_else(|| format!("{word:?} counts nothing"))?;
        let command = Command::Customer { account, step: CustomerStep::Reviewed(counter) };
        let actor =
            if words.take("as_player") { Actor::account(account) } else { Actor::Operator(1) };
        Ok(self.send_by(actor, command))
    }

    pub(super) fn expect_customer(&mut self, words: &mut Words<'_>) -> Outcome<()> {
        let account = self.account_named(words.next()?)?;
        let events = self.world().ask(Query::Customer { account });
        let found = events.iter().find_map(|event| match event {
            Event::Customer { customer, .. } => Some(*customer),
            _ => None,
        });
        let customer = found.ok_or("nobody knows him")?;
        equal(words.next()?, customer.level.name())?;
        equal(words.next()?, customer.hold.name())?;
        equal(words.next()?, &show_cases(customer.cases))
    }

    pub(super) fn expect_counter(&mut self, words: &mut Words<'_>) -> Outcome<()> {
        let account = self.account_named(words.next()?)?;
        let (quantity, window) = (words.next()?, words.next()?);
        let all = Quantity::ALL.iter().copied().chain([Quantity::LinkedDeposit]);
        let quantity = all.into_iter().find(|known| known.name() == quantity);
        let quantity = quantity.ok_or("nothing is counted under this name")?;
        let window = Window::named(window).ok_or_else(|| format!("{window:?} is no window"))?;
        let wanted = LimitKey { quantity, window, by: LimitBy::Counter };
        let events = self.world().ask(Query::Customer { account });
        let found = events.iter().find_map(|event| match event {
            Event::Counter { key, used, .. } if *key == wanted => Some(show_money(*used)),
            _ => None,
        });
        equal(words.next()?, &found.unwrap_or_else(|| "none".to_owned()))
    }
}

fn show_cases(cases: CaseSet) -> String {
    let names: Vec<&str> = cases.iter().map(|counter| counter.counter().name).collect();
    if names.is_empty() { "none".to_owned() } else { names.join("+") }
}
