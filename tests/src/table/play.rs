//! Lines of players who limit themselves.

use clutch_core::command::{Actor, SessionStep};
use clutch_core::event::Event;
use clutch_core::play::{LimitBy, LimitKey, LimitView, Quantity, Rest, RestKind, Window};
use clutch_core::units::Money;
use clutch_core::{Command, Query};

use super::lines::Words;
use super::values::{duration, money, show_money};
use super::{Answer, Outcome, Scenario};

impl Scenario {
    /// `limit A1 stake 24h [of_house] 50.00 [as_player]`
    pub(super) fn play_limit(&mut self, words: &mut Words<'_>) -> Outcome<Answer> {
        let account = self.account_named(words.next()?)?;
        let key = key(words)?;
        let amount = match words.next()? {
            "none" => None,
            amount => Some(amount_of(key, amount)?),
        };
        let command = Command::SetPlayLimit { account, key, amount };
        let actor =
            if words.take("as_player") { Actor::account(account) } else { Actor::Operator(1) };
        Ok(self.send_by(actor, command))
    }

    pub(super) fn confirm_limit(&mut self, words: &mut Words<'_>) -> Outcome<Answer> {
        let account = self.account_named(words.next()?)?;
        let key = key(words)?;
        Ok(self.send(Command::ConfirmPlayLimit { account, key }))
    }

    /// `rest A1 time_out 7d`
    pub(super) fn rest(&mut self, words: &mut Words<'_>) -> Outcome<Answer> {
        let account = self.account_named(words.next()?)?;
        let kind = match words.next()? {
            "time_out" => RestKind::TimeOut,
            "exclusion" => RestKind::SelfExclusion,
            other => return Err(format!("{other:?} is neither time_out nor exclusion")),
        };
        let until = self.world().now().plus(duration(words.next()?)?);
        Ok(self.send(Command::Rest { account, rest: Rest { kind, until } }))
    }

    pub(super) fn end_rest(&mut self, words: &mut Words<'_>) -> Outcome<Answer> {
        let account = self.account_named(words.next()?)?;
        Ok(self.send(Command::EndRest { account }))
    }

    pub(super) fn session(&mut self, words: &mut Words<'_>) -> Outcome<Answer> {
        let account = self.account_named(words.next()?)?;
        let step = match words.next()? {
            "open" => SessionStep::Open,
            "alive" => SessionStep::Alive,
            "confirm" => SessionStep::Confirm,
            "close" => SessionStep::Close,
            "every" => SessionStep::Every { minutes: words.number()? },
            other => return Err(format!("nobody says {other:?} of a session")),
        };
        Ok(self.send_by(Actor::account(account), Command::Session { account, step }))
    }

    pub(super) fn expect_session(&mut self, words: &mut Words<'_>) -> Outcome<()> {
        let account = self.account_named(words.next()?)?;
        let events = self.world().ask(Query::Account { account, bets_max: 0 });
        let found = events.iter().find_map(|event| match event {
            Event::Session { session, .. } => *session,
            _ => None,
        });
        let Some(session) = found else { return super::expect::equal(words.next()?, "none") };
        super::expect::equal(words.next()?, &show_money(session.staked))?;
        super::expect::equal(words.next()?, &show_money(session.spent))?;
        if words.take("reminded") != session.must_confirm {
            return Err(format!("reminded: {}", session.must_confirm));
        }
        Ok(())
    }

    pub(super) fn expect_limit(&mut self, words: &mut Words<'_>) -> Outcome<()> {
        let account = self.account_named(words.next()?)?;
        let wanted = key(words)?;
        let expected = words.next()?;
        let events = self.world().ask(Query::Account { account, bets_max: 0 });
        let found = events.iter().find_map(|event| match event {
            Event::PlayLimit { limit, .. } if limit.key == wanted => Some(*limit),
            _ => None,
        });
        let amount = found.and_then(|LimitView { amount, .. }| amount);
        super::expect::equal(
            expected,
            &amount.map_or_else(|| "none".to_owned(), |amount| show_amount(wanted, amount)),
        )?;
        if words.take("used") {
            let used = found.ok_or("there is no such limit")?.used;
            super::expect::equal(words.next()?, &show_amount(wanted, used))?;
        }
        Ok(())
    }
}

/// An amount, or a stretch of time in whole seconds.
fn amount_of(key: LimitKey, word: &str) -> Outcome<Money> {
    match key.quantity {
        Quantity::Time => Ok(Money::from_minor((duration(word)? / 1_000_000_000) as i64)),
        _ => money(word),
    }
}

fn show_amount(key: LimitKey, amount: Money) -> String {
    match key.quantity {
        Quantity::Time => format!("{}s", amount.minor()),
        _ => show_money(amount),
    }
}

fn key(words: &mut Words<'_>) -> Outcome<LimitKey> {
    let (quantity, window) = (words.next()?, words.next()?);
    Ok(LimitKey {
        quantity: Quantity::named(quantity).ok_or_else(|| format!("{quantity:?} has no limit"))?,
        window: Window::named(window).ok_or_else(|| format!("{window:?} is no window"))?,
        by: if words.take("of_house") { LimitBy::House } else { LimitBy::Player },
    })
}
