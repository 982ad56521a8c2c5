//! Lines about groups of bets of which all are taken or none.

use clutch_core::Command;
use clutch_core::command::{Actor, BatchBet, PlaceBatch, PricePolicy};
use clutch_core::event::{BetStatus, Event};
use clutch_core::units::{ClientBetId, Odds, Stake};

use super::lines::Words;
use super::trading::selection;
use super::values::{money, odds_milli};
use super::{Answer, Outcome, Scenario, View, Wish, said};

impl Scenario {
    /// `batch A BET:MARKET:SELECTION:STAKE[@ODDS] …`: the answer is the first refusal that is not over
    /// another bet of the group, or how the first bet stands. `again` sends the whole group once more.
    pub(super) fn batch(&mut self, words: &mut Words<'_>) -> Outcome<Answer> {
        let account = self.account_named(words.next()?)?;
        let (policy, mut bets) = (PricePolicy::Exact, Vec::new());
        let now = self.world().now().millis();
        while let Some(word) = words.optional() {
            let (word, asked) = match word.split_once('@') {
                Some((word, odds)) => (word, Some(odds_milli(odds)?)),
                None => (word, None),
            };
            let parts: Vec<&str> = word.split(':').collect();
            let [name, market_word, side, amount] = parts[..] else {
                return Err(format!("{word:?} is no bet: BET:MARKET:SELECTION:STAKE"));
            };
            let View { odds, price_seq, epoch } = self.view(market_word)?;
            let (market, selection) = (self.market_named(market_word)?, selection(side)?);
            let on_board = odds.get(usize::from(selection.0)).copied().flatten();
            let odds = Odds::from_milli(asked.or(on_board).unwrap_or(2_000));
            let odds = odds.ok_or("these are no odds")?;
            let stake = Stake::new(money(amount)?).ok_or("a stake is above zero")?;
            let client_id = match self.bets.get(name) {
                Some(wish) => wish.id().1,
                None => {
                    self.ids += 1;
                    ClientBetId::from_parts(now, self.ids)
                }
            };
            let bet = BatchBet { client_id, market, selection, odds, price_seq, epoch, stake };
            self.bets.insert(name.to_owned(), Wish::Single(bet.of(account, policy)));
            bets.push(bet);
        }
        let ask = PlaceBatch::new(account, policy, &bets).ok_or("these bets make no group")?;
        let (actor, command) = (Actor::account(account), Command::PlaceBatch(ask));
        let records = self.world().apply_by(actor, command);
        let views: Vec<_> = said(&records)
            .filter_map(|event| match event {
                Event::Bet(view) => Some(view),
                _ => None,
            })
            .collect();
        let answered: Vec<_> = views.iter().map(|view| view.client_id).collect();
        let asked: Vec<_> = bets.iter().map(|bet| bet.client_id).collect();
        if answered != asked {
            return Err(format!("{} bets were answered, not each once in order", views.len()));
        }
        let ids = views.iter().filter_map(|view| Some(((account, view.client_id), view.bet?)));
        self.bet_ids.extend(ids);
        let is_reason = |status: &BetStatus| match status {
            BetStatus::Refused(refusal) => refusal.code != clutch_core::Reject::BatchRefused,
            _ => false,
        };
        let mut statuses = views.iter().map(|view| view.status);
        let status = statuses.clone().find(is_reason).or_else(|| statuses.next());
        self.world().drain();
        Ok(Answer::Bet(status.expect("a group has a bet")))
    }
}
