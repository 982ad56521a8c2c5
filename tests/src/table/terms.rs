//! Lines about offers and about bets that a trader looks at.

use clutch_core::command::{Actor, AnswerOffer, ReferralWord};
use clutch_core::event::Event;
use clutch_core::units::{BetId, Odds, Stake};
use clutch_core::{Command, Query};

use super::expect::equal;
use super::lines::Words;
use super::values::{money, odds_milli, show_money};
use super::{Answer, Outcome, Scenario};

impl Scenario {
    fn bet_id(&self, word: &str) -> Outcome<BetId> {
        let id = self.bet_ids.get(&self.bet_named(word)?.id()).copied();
        id.ok_or_else(|| format!("the bet {word} was never written down"))
    }

    /// `take BET [offer OTHER]`, `decline BET`
    pub(super) fn answer_offer(&mut self, words: &mut Words<'_>, accept: bool) -> Outcome<Answer> {
        let word = words.next()?;
        let (account, client_id) = self.bet_named(word)?.id();
        let offer = match words.take("offer") {
            true => self.bet_id(words.next()?)?,
            false => self.bet_id(word).unwrap_or_default(),
        };
        let answer = AnswerOffer { account, client_id, offer, accept };
        Ok(self.send(Command::AnswerOffer(answer)))
    }

    /// `trader BET accept|part STAKE|offer STAKE [at ODDS]|refuse [by N]`
    pub(super) fn trader(&mut self, words: &mut Words<'_>) -> Outcome<Answer> {
        let bet = self.bet_id(words.next()?).unwrap_or_default();
        let word = match words.next()? {
            "accept" => ReferralWord::Accept,
            "part" => ReferralWord::AcceptPart { stake: stake(words)? },
            "offer" => {
                let stake = stake(words)?;
                let odds = if words.take("at") { Some(odds_milli(words.next()?)?) } else { None };
                let odds = odds.map(|milli| Odds::from_milli(milli).ok_or("these are no odds"));
                ReferralWord::Offer { stake, odds: odds.transpose()? }
            }
            "refuse" => ReferralWord::Refuse,
            other => return Err(format!("a trader does not say {other:?}")),
        };
        let actor = if !words.take("by") {
            Actor::Operator(1)
        } else if words.take("nobody") {
            Actor::Engine
        } else {
            Actor::Operator(words.number()?)
        };
        Ok(self.send_by(actor, Command::DecideReferral { bet, word }))
    }

    pub(super) fn expect_maximum(&mut self, words: &mut Words<'_>) -> Outcome<()> {
        let shown = self.maximum.map_or("none".to_owned(), show_money);
        equal(words.next()?, &shown)
    }

    pub(super) fn expect_referred(&mut self, words: &mut Words<'_>) -> Outcome<()> {
        let mut expected = Vec::new();
        while let Some(word) = words.optional() {
            expected.push(self.bet_id(word)?);
        }
        let events = self.world().ask(Query::Referrals);
        let mut actual: Vec<BetId> = events
            .into_iter()
            .filter_map(|event| match event {
                Event::Bet(view) => view.bet,
                Event::Multiple(view) => view.bet,
                _ => None,
            })
            .collect();
        actual.sort_unstable();
        if expected == actual { Ok(()) } else { Err(format!("they are {actual:?}")) }
    }
}

fn stake(words: &mut Words<'_>) -> Outcome<Stake> {
    Stake::new(money(words.next()?)?).ok_or_else(|| "a stake is above zero".to_owned())
}
