//! Lines of a trader who says how a market ended.

use clutch_core::command::{Actor, Grade, Results, VoidBets};
use clutch_core::proposals::About;
use clutch_core::settlement::multiplier::{DeadHeat, LegResult};
use clutch_core::units::ProposalId;
use clutch_core::{Command, Event, Query};

use super::lines::Words;
use super::r#override::by;
use super::{Answer, Outcome, Scenario};

impl Scenario {
    /// `grade MARKET results won lost …|void|automatic [version N] [by N]`
    pub(super) fn grade(&mut self, words: &mut Words<'_>) -> Outcome<Answer> {
        let market = self.market_named(words.next()?)?;
        let state = self.world().state();
        let mut version = state.settlement_version(market).unwrap_or_default();
        let mut results = Vec::new();
        let mut grade = None;
        let mut actor = Actor::Operator(1);
        while let Some(word) = words.optional() {
            match word {
                "void" if grade.is_none() && results.is_empty() => grade = Some(Grade::Void),
                "automatic" => grade = Some(Grade::Automatic),
                "results" => {}
                "version" => version = words.number()?,
                "by" => {
                    actor = match words.next()? {
                        "nobody" => Actor::Engine,
                        number => Actor::Operator(number.parse().map_err(|_| "by whom?")?),
                    }
                }
                result => results.push(leg_result(result)?),
            }
        }
        let grade = match grade {
            Some(grade) => grade,
            None => Grade::Results(Results::new(&results).ok_or("these results contradict")?),
        };
        Ok(self.send_by(actor, Command::Grade { market, version, grade }))
    }

    /// `graded MARKET approve|drop [by N]`
    pub(super) fn decide_grade(&mut self, words: &mut Words<'_>) -> Outcome<Answer> {
        let market = self.market_named(words.next()?)?;
        let approve = match words.next()? {
            "approve" => true,
            "drop" => false,
            other => return Err(format!("a grade is approved or dropped, not {other:?}")),
        };
        let actor = by(words)?;
        let waiting = self.world().ask(Query::Proposals).into_iter();
        let about = |event: Event| match event {
            Event::Proposal { id, about: About::Grade { market: on, .. }, .. } if on == market => {
                Some(id)
            }
            _ => None,
        };
        let id = waiting.filter_map(about).next_back().unwrap_or(ProposalId(0));
        Ok(self.decide(actor, id, approve))
    }

    fn decide(&mut self, actor: Actor, id: ProposalId, approve: bool) -> Answer {
        let command = match approve {
            true => Command::Approve { id },
            false => Command::RejectProposal { id },
        };
        self.send_by(actor, command)
    }

    /// `waiting approve|drop|approve_any [by N]`: the newest wish, whatever it is about.
    pub(super) fn decide_newest(&mut self, words: &mut Words<'_>) -> Outcome<Answer> {
        let word = words.next()?;
        let approve = match word {
            "approve" | "approve_any" => true,
            "drop" => false,
            other => return Err(format!("a wish is approved or dropped, not {other:?}")),
        };
        let actor = by(words)?;
        let waiting = self.world().ask(Query::Proposals).into_iter();
        let number = |event| match event {
            Event::Proposal { id, .. } => Some(id),
            _ => None,
        };
        match waiting.filter_map(number).next_back() {
            None if word == "approve_any" => Ok(Answer::Done),
            id => Ok(self.decide(actor, id.unwrap_or(ProposalId(0)), approve)),
        }
    }

    /// `void BET [by N]`, `void from BET [to BET] match MATCH|market MARKET [by N]`: one, or all up to that one
    /// or to now.
    pub(super) fn void(&mut self, words: &mut Words<'_>) -> Outcome<Answer> {
        if !words.take("from") {
            let (account, client_id) = self.bet_named(words.next()?)?.id();
            let actor = by(words)?;
            return Ok(self.send_by(actor, Command::VoidBet { account, client_id }));
        }
        let word = words.next()?;
        let from = self.seq_of(word)?;
        let to = if words.take("to") {
            let word = words.next()?;
            self.seq_of(word)?
        } else {
            self.world().state().last_seq()
        };
        let (match_id, market) = match words.next()? {
            "market" => {
                let word = words.next()?;
                let (market, match_id) = *self.markets.get(word).ok_or("no such market")?;
                (match_id, Some(market))
            }
            "match" => (self.match_named(words.next()?)?, None),
            other => return Err(format!("on a match or a market, not {other:?}")),
        };
        let actor = by(words)?;
        Ok(self.send_by(actor, Command::VoidBets(VoidBets { match_id, market, from, to })))
    }

    /// `settlement goes_on MARKET|pause TIER|pause none [by N]`
    pub(super) fn settlement(&mut self, words: &mut Words<'_>) -> Outcome<Answer> {
        let command = match words.next()? {
            "goes_on" => Command::ResumeSettlement { market: self.market_named(words.next()?)? },
            "pause" if words.take("none") => Command::PauseSettlement { from_tier: None },
            "pause" => Command::PauseSettlement { from_tier: Some(words.number()?) },
            other => return Err(format!("settlement goes_on or pause, not {other:?}")),
        };
        let actor = by(words)?;
        Ok(self.send_by(actor, command))
    }
}

/// `won`, `lost`, `void`, `half_won`, `half_lost`, or a dead heat as `1/2`.
fn leg_result(word: &str) -> Outcome<LegResult> {
    Ok(match word {
        "won" => LegResult::Won,
        "lost" => LegResult::Lost,
        "void" => LegResult::Void,
        "half_won" => LegResult::HalfWon,
        "half_lost" => LegResult::HalfLost,
        other => {
            let heat = other
                .split_once('/')
                .and_then(|(places, tied)| DeadHeat::new(places.parse().ok()?, tied.parse().ok()?));
            LegResult::DeadHeat(heat.ok_or_else(|| format!("{other:?} is no result"))?)
        }
    })
}
