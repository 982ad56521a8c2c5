//! Lines about bets that were received after what decided their market had happened.

use clutch_core::command::{Scope, VoidBets};
use clutch_core::event::LateBets;
use clutch_core::units::MarketId;
use clutch_core::{Command, Event, Query, Refusal};

use super::expect::equal;
use super::lines::Words;
use super::r#override::by;
use super::values::{duration, show_money};
use super::{Answer, Outcome, Scenario};

impl Scenario {
    /// `sweep MARKET [margin TIME] [at TIME] [by N]`
    pub(super) fn sweep(&mut self, words: &mut Words<'_>) -> Outcome<Answer> {
        let market = self.market_named(words.next()?)?;
        let late = match self.ask_late(market, words)? {
            Ok(late) => late,
            Err(refusal) => return Ok(Answer::Refused(refusal)),
        };
        let LateBets { match_id, bets, from, to, .. } = late;
        if bets == 0 {
            return Err("no bet came too late".to_owned());
        }
        let actor = by(words)?;
        let stretch = VoidBets { match_id, market: Some(market), from, to };
        Ok(self.send_by(actor, Command::VoidBets(stretch)))
    }

    /// `expect late MARKET [margin TIME] [at TIME] KEY VALUE …`
    pub(super) fn expect_late(&mut self, words: &mut Words<'_>) -> Outcome<()> {
        let market = self.market_named(words.next()?)?;
        let late = self.ask_late(market, words)?.map_err(|refusal| format!("{refusal:?}"))?;
        shows(&late, words)
    }

    /// `expect told_late MARKET KEY VALUE …`, `expect told_late nothing`
    pub(super) fn expect_told_late(&mut self, words: &mut Words<'_>) -> Outcome<()> {
        match (words.take("nothing"), self.late) {
            (true, None) => Ok(()),
            (true, Some(late)) => Err(format!("{late:?} was told")),
            (false, None) => Err("nothing was told".to_owned()),
            (false, Some(late)) => {
                let market = self.market_named(words.next()?)?;
                equal(&format!("{market:?}"), &format!("{:?}", late.market))?;
                shows(&late, words)
            }
        }
    }

    fn ask_late(
        &mut self,
        market: MarketId,
        words: &mut Words<'_>,
    ) -> Outcome<Result<LateBets, Refusal>> {
        let margin_ns = if words.take("margin") { Some(duration(words.next()?)?) } else { None };
        let now = self.world().now();
        let at = if words.take("at") { Some(now.less(duration(words.next()?)?)) } else { None };
        let query = Query::LateBets { scope: Scope::Market(market), margin_ns, at };
        let answer = self.world().ask(query).into_iter().find_map(|event| match event {
            Event::LateBets(late) => Some(Ok(late)),
            Event::Refused(refusal) => Some(Err(refusal)),
            _ => None,
        });
        answer.ok_or("no answer".to_owned())
    }
}

fn shows(late: &LateBets, words: &mut Words<'_>) -> Outcome<()> {
    while let Some(key) = words.optional() {
        let actual = match key {
            "bets" => late.bets.to_string(),
            "several" => late.of_several.to_string(),
            "stakes" => show_money(late.stakes),
            "winners" => late.winners.to_string(),
            "lose" => show_money(late.winners_lose),
            "losers" => late.losers.to_string(),
            "get" => show_money(late.losers_get),
            "open" => late.open.to_string(),
            "cashed_out" => late.cashed_out.to_string(),
            "whole" => late.is_whole.to_string(),
            _ => return Err(format!("late bets have no {key:?}")),
        };
        equal(words.next()?, &actual).map_err(|failure| format!("{key}: {failure}"))?;
    }
    Ok(())
}
