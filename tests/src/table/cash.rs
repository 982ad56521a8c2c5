//! Lines of payments and bonuses.
//!
//! | line | does |
//! |---|---|
//! | `authorise\|fail\|paid\|returned ACCOUNT AMOUNT ref N` | what a provider says of a payment |
//! | `withdraw ACCOUNT AMOUNT [tax AMOUNT] [ref N]` | the player wants money |
//! | `bonus NAME ACCOUNT money\|free_bet\|boost_PERCENT AMOUNT [wager AMOUNT] [odds ODDS] [most AMOUNT] for TIME [ref N]`, `forfeit ACCOUNT NAME` | |
//! | `adjust ACCOUNT AMOUNT REASON [ref N] [by N]` | correction, goodwill, fee, chargeback, write_off |
//! | `currency N CODE [places N] [factor_ppb N]` | adds a currency; amounts in tables are minor units over 100, whatever the currency |
//! | `expect books [currency N] KEY AMOUNT …` | players, house, provider, in_transit, tax_withheld, adjustments, bad_debt of a currency, the first if none is named |
//! | `expect payment N STATUS`, `expect bonus ACCOUNT NAME AMOUNT\|gone [held AMOUNT] [to_wager AMOUNT] [is STATE]` | |

use clutch_core::command::{Adjust, AdjustReason, BonusStep, PaymentStep, SetCurrency, Wagering};
use clutch_core::event::Event;
use clutch_core::units::{BonusId, Currency, CurrencyCode, Money, Odds};
use clutch_core::wallet::{BonusKind, BonusView};
use clutch_core::{Command, Query};

use super::expect::equal;
use super::lines::Words;
use super::r#override::by;
use super::values::{duration, money, odds_milli, show_money};
use super::{Answer, Outcome, Scenario};

impl Scenario {
    /// `currency 1 JPY places 0 factor_ppb 620000000`
    pub(super) fn currency(&mut self, words: &mut Words<'_>) -> Outcome<Answer> {
        let currency = Currency(words.number()?);
        let code = words.next()?;
        let code = CurrencyCode::new(code).ok_or_else(|| format!("{code:?} is no currency"))?;
        let decimals = if words.take("places") { words.number()? } else { 2 };
        let book_ppb = if words.take("factor_ppb") { words.number()? } else { 1_000_000_000 };
        let actor = by(words)?;
        let set = SetCurrency { currency, code, decimals, book_ppb };
        Ok(self.send_by(actor, Command::SetCurrency(set)))
    }

    /// `authorise A1 50.00 ref 7`
    pub(super) fn payment(&mut self, word: &str, words: &mut Words<'_>) -> Outcome<Answer> {
        let account = self.account_named(words.next()?)?;
        let amount = money(words.next()?)?;
        let step = match word {
            "authorise" => PaymentStep::Authorise,
            "fail" => PaymentStep::Fail,
            "paid" => PaymentStep::Paid,
            "returned" => PaymentStep::Returned,
            _ if words.take("tax") => PaymentStep::Withdraw { tax: money(words.next()?)? },
            _ => PaymentStep::Withdraw { tax: Money::ZERO },
        };
        let reference = self.reference(words)?;
        Ok(self.send(Command::Payment { account, amount, reference, step }))
    }

    /// `bonus free A1 free_bet 10.00 for 7d`
    pub(super) fn bonus(&mut self, words: &mut Words<'_>) -> Outcome<Answer> {
        let name = words.next()?.to_owned();
        let account = self.account_named(words.next()?)?;
        let kind = words.next()?;
        let kind = BonusKind::named(kind).ok_or_else(|| format!("no bonus is {kind:?}"))?;
        let amount = money(words.next()?)?;
        let turnover = if words.take("wager") { money(words.next()?)? } else { Money::ZERO };
        let min_odds =
            if words.take("odds") { Odds::from_milli(odds_milli(words.next()?)?) } else { None };
        let most = if words.take("most") { Some(money(words.next()?)?) } else { None };
        let wagering = Wagering { turnover, min_odds, most };
        if !words.take("for") {
            return Err("a bonus is granted for a time".to_owned());
        }
        let nanos = duration(words.next()?)?;
        let expires_at = self.world().now().plus(nanos);
        let reference = self.reference(words)?;
        let step = BonusStep::Grant { kind, amount, wagering, expires_at, reference };
        let bonus = BonusId(self.world().state().last_seq().0 + 1);
        let answer = self.send(Command::Bonus { account, step });
        self.bonuses.entry(name).or_insert(bonus);
        Ok(answer)
    }

    /// `adjust A1 -5.00 fee ref 7 by 2`
    pub(super) fn adjust(&mut self, words: &mut Words<'_>) -> Outcome<Answer> {
        let account = self.account_named(words.next()?)?;
        let amount = money(words.next()?)?;
        let reason = words.next()?;
        let reason =
            AdjustReason::named(reason).ok_or_else(|| format!("no reason is {reason:?}"))?;
        let reference = self.reference(words)?;
        let actor = by(words)?;
        Ok(self.send_by(actor, Command::Adjust(Adjust { account, amount, reason, reference })))
    }

    pub(super) fn forfeit(&mut self, words: &mut Words<'_>) -> Outcome<Answer> {
        let account = self.account_named(words.next()?)?;
        let bonus = self.bonus_named(words.next()?);
        Ok(self.send(Command::Bonus { account, step: BonusStep::Forfeit { bonus } }))
    }

    pub(super) fn bonus_named(&self, name: &str) -> BonusId {
        self.bonuses.get(name).copied().unwrap_or(BonusId(u64::MAX))
    }

    fn reference(&mut self, words: &mut Words<'_>) -> Outcome<u128> {
        self.references += 1;
        if words.take("ref") { words.number() } else { Ok(self.references) }
    }

    pub(super) fn expect_books(&mut self, words: &mut Words<'_>) -> Outcome<()> {
        let currency = Currency(if words.take("currency") { words.number()? } else { 0 });
        let wallet = self.world().state().wallet().ok_or("no books")?;
        let books = *wallet.books(currency);
        while let Some(key) = words.optional() {
            let amount = match key {
                "players" => books.players,
                "house" => books.house,
                "provider" => books.provider,
                "in_transit" => books.in_transit,
                "tax_withheld" => books.tax_withheld,
                "adjustments" => books.adjustments,
                "bad_debt" => books.bad_debt,
                _ => return Err(format!("the books have no {key:?}")),
            };
            equal(words.next()?, &show_money(amount))
                .map_err(|failure| format!("{key}: {failure}"))?;
        }
        Ok(())
    }

    pub(super) fn expect_payment(&mut self, words: &mut Words<'_>) -> Outcome<()> {
        let reference = words.number()?;
        let events = self.world().ask(Query::Payment { reference });
        let status = events.iter().find_map(|event| match event {
            Event::Payment(view) => Some(view.status.name()),
            _ => None,
        });
        equal(words.next()?, status.unwrap_or("unknown"))
    }

    pub(super) fn expect_bonus(&mut self, words: &mut Words<'_>) -> Outcome<()> {
        let account = self.account_named(words.next()?)?;
        let wanted = self.bonus_named(words.next()?);
        let events = self.world().ask(Query::Account { account, bets_max: 0 });
        let found = events.iter().find_map(|event| match event {
            Event::Bonus { bonus, .. } if bonus.bonus == wanted => Some(*bonus),
            _ => None,
        });
        let amount = found.map(|BonusView { available, .. }| show_money(available));
        equal(words.next()?, &amount.unwrap_or_else(|| "gone".to_owned()))?;
        if words.take("held") {
            let held = found.map_or(Money::ZERO, |BonusView { held, .. }| held);
            equal(words.next()?, &show_money(held))?;
        }
        if words.take("to_wager") {
            let left = found.map_or(Money::ZERO, |view| view.wagering_left);
            equal(words.next()?, &show_money(left))?;
        }
        if words.take("is") {
            equal(words.next()?, found.map_or("gone", |view| view.state.name()))?;
        }
        Ok(())
    }
}
