//! Lines of a trader who knows better than the model: override, approve, lift.

use clutch_core::command::{Actor, OverrideKind};
use clutch_core::event::{Event, OverrideStatus};
use clutch_core::units::{MarketId, Odds, OverrideId, Probability, ProposalId, SourceId};
use clutch_core::{Command, Query};

use super::lines::Words;
use super::trading::selection;
use super::values::{duration, odds_milli};
use super::{Answer, Outcome, Scenario};

impl Scenario {
    pub(super) fn set_override(&mut self, words: &mut Words<'_>) -> Outcome<Answer> {
        let key = words.next()?.to_owned();
        let word = words.next()?.to_owned();
        let market = self.market_named(&word)?;
        let kind = kind(market, words)?;
        if words.next()? != "for" {
            return Err("an override ends: for 10m".to_owned());
        }
        let expires_at = self.world().now().plus(duration(words.next()?)?);
        let by = by(words)?;
        let id = OverrideId(self.world().state().last_seq().0 + 1);
        let answer = self.send_by(by, Command::Override { kind, expires_at });
        if let Some((_, match_id)) = self.markets.get(&word) {
            self.overrides.insert(key, (id, *match_id));
        }
        Ok(answer)
    }

    pub(super) fn approve(&mut self, words: &mut Words<'_>) -> Outcome<Answer> {
        let id = self.override_named(words.next()?)?;
        let by = by(words)?;
        Ok(self.send_by(by, Command::Approve { id: ProposalId(id.0) }))
    }

    pub(super) fn lift(&mut self, words: &mut Words<'_>) -> Outcome<Answer> {
        let id = self.override_named(words.next()?)?;
        let by = by(words)?;
        Ok(self.send_by(by, Command::LiftOverride { id }))
    }

    pub(super) fn hand_over(&mut self, words: &mut Words<'_>) -> Outcome<Answer> {
        let match_id = self.match_named(words.next()?)?;
        let source = SourceId(words.number()?);
        let by = by(words)?;
        Ok(self.send_by(by, Command::HandOver { match_id, source }))
    }

    fn override_named(&self, word: &str) -> Outcome<OverrideId> {
        if word == "unheard" {
            return Ok(OverrideId(999_999));
        }
        let found = self.overrides.get(word).map(|(id, _)| *id);
        found.ok_or_else(|| format!("no override is called {word}"))
    }

    pub(super) fn expect_override(&mut self, words: &mut Words<'_>) -> Outcome<String> {
        let word = words.next()?;
        let (wanted, match_id) = self.overrides.get(word).copied().ok_or("no such override")?;
        let events = self.world().ask(Query::Match { match_id });
        let status = events.into_iter().find_map(|event| match event {
            Event::Override { id, status, .. } if id == wanted => Some(status),
            _ => None,
        });
        Ok(match status {
            None => "gone".to_owned(),
            Some(OverrideStatus::Proposed) => "waiting".to_owned(),
            Some(OverrideStatus::InForce { .. }) => "in_force".to_owned(),
            Some(ended) => format!("{ended:?}"),
        })
    }
}

fn kind(market: MarketId, words: &mut Words<'_>) -> Outcome<OverrideKind> {
    let ppb = |percent: f64| (percent * 1e7).round() as u32;
    Ok(match words.next()? {
        "odds" => {
            let selection = selection(words.next()?)?;
            let odds = Odds::from_milli(odds_milli(words.next()?)?).ok_or("these are no odds")?;
            OverrideKind::Odds { market, selection, odds }
        }
        "fair" => {
            let selection = selection(words.next()?)?;
            let fair = Probability::from_ppb(ppb(words.number()?)).ok_or("no chance")?;
            OverrideKind::Fair { market, selection, fair }
        }
        "margin" => OverrideKind::Margin { market, margin_ppb: ppb(words.number()?) },
        "off" => OverrideKind::SuspendSelection { market, selection: selection(words.next()?)? },
        "suspend" => OverrideKind::SuspendMarket { market },
        other => return Err(format!("no override says {other:?}")),
    })
}

pub(super) fn by(words: &mut Words<'_>) -> Outcome<Actor> {
    if !words.take("by") {
        return Ok(Actor::Operator(1));
    }
    if words.take("nobody") {
        return Ok(Actor::Engine);
    }
    Ok(Actor::Operator(words.number()?))
}
