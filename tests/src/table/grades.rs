//! Lines of a trader who says how a market ended.

use clutch_core::Command;
use clutch_core::command::{Actor, Grade, Results};
use clutch_core::settlement::multiplier::{DeadHeat, LegResult};

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
        Ok(self.send_by(actor, Command::DecideGrade { market, approve }))
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
