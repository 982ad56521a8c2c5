//! A person's word on how a market ended.

use clutch_core::Reject;
use clutch_core::command::Grade;
use clutch_core::event::VoidReason;
use clutch_core::house_rules::rules::DeadHeat;
use clutch_core::market::MarketResult;
use clutch_core::settlement::multiplier::LegResult;
use clutch_core::units::SelectionIndex;

use super::Twin;

/// How a bet on one selection ended.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Outcome {
    Open,
    /// What a unit at these odds returns: a fraction.
    Returns(i128, i128),
    Void(VoidReason),
}

/// Operator 1 grades; see `World::apply`.
const WHO_GRADES: u64 = 1;

impl Twin {
    pub(super) fn grade(&mut self, id: u32, version: u32, grade: Grade) -> Result<(), Reject> {
        let market = self.markets.get(id as usize).ok_or(Reject::UnknownMarket)?;
        self.check_version(id, version)?;
        if let Grade::Results(results) = grade
            && !results.fits(market.odds.len() as u8)
        {
            return Err(Reject::GradeContradictory);
        }
        let graded = result_of(grade);
        if graded == market.graded {
            return Err(Reject::GradeUnchanged);
        }
        if market.result == MarketResult::Undecided {
            self.set_grade(id, graded);
        } else {
            self.proposals.insert(id, (version, grade));
        }
        Ok(())
    }

    pub(super) fn decide_grade(&mut self, id: u32, approve: bool) -> Result<(), Reject> {
        let (version, grade) = *self.proposals.get(&id).ok_or(Reject::NothingToApprove)?;
        if approve {
            if 1 + (self.seq - 1) % 2 == WHO_GRADES {
                return Err(Reject::SamePerson);
            }
            self.check_version(id, version)?;
            self.set_grade(id, result_of(grade));
        }
        self.proposals.remove(&id);
        Ok(())
    }

    fn check_version(&self, id: u32, version: u32) -> Result<(), Reject> {
        let market = &self.markets[id as usize];
        if market.retired {
            return Err(Reject::GradeTooLate);
        }
        if market.version == version { Ok(()) } else { Err(Reject::GradeOutdated) }
    }

    fn set_grade(&mut self, id: u32, graded: Option<MarketResult>) {
        self.markets[id as usize].graded = graded;
        // A market that can be bet on again has new prices that nobody has seen.
        if self.result(id as usize) == MarketResult::Undecided {
            self.markets[id as usize].epoch_must_move = true;
        }
    }

    /// How a selection ended at these odds, by the result of this moment.
    pub(super) fn ended(&self, market: usize, selection: u8, odds: u32) -> Outcome {
        let odds = i128::from(odds);
        match self.result(market) {
            MarketResult::Undecided => Outcome::Open,
            MarketResult::NotPlayed => Outcome::Void(VoidReason::NotPlayed),
            MarketResult::DeclaredVoid => Outcome::Void(VoidReason::Declared),
            MarketResult::VoidByRules => Outcome::Void(VoidReason::HouseRules),
            MarketResult::Won(winner) if winner.0 == selection => Outcome::Returns(odds, 1000),
            MarketResult::Won(_) => Outcome::Returns(0, 1000),
            MarketResult::Graded(results) => match results.of(usize::from(selection)) {
                LegResult::Won => Outcome::Returns(odds, 1000),
                LegResult::Lost => Outcome::Returns(0, 1000),
                LegResult::Void => Outcome::Void(VoidReason::Declared),
                LegResult::HalfWon => Outcome::Returns(odds + 1000, 2000),
                LegResult::HalfLost => Outcome::Returns(1, 2),
                LegResult::DeadHeat(heat) => {
                    let (places, tied) = (i128::from(heat.places()), i128::from(heat.tied()));
                    match self.matches[self.markets[market].match_index].rules.dead_heat {
                        DeadHeat::StakeShare => Outcome::Returns(odds * places, 1000 * tied),
                        DeadHeat::ReducedOdds => Outcome::Returns(odds * places / tied, 1000),
                        DeadHeat::ProfitShare => {
                            Outcome::Returns(1000 * tied + (odds - 1000) * places, 1000 * tied)
                        }
                    }
                }
            },
        }
    }
}

fn result_of(grade: Grade) -> Option<MarketResult> {
    match grade {
        Grade::Automatic => None,
        Grade::Void => Some(MarketResult::DeclaredVoid),
        Grade::Results(results) => Some(match results.only_winner() {
            Some(winner) => MarketResult::Won(SelectionIndex(winner)),
            None => MarketResult::Graded(results),
        }),
    }
}

/// What anybody can see, for whoever makes up the next command.
impl Twin {
    /// A market's settlement version.
    pub fn version(&self, market: u32) -> u32 {
        self.markets[market as usize].version
    }

    /// A market whose grade waits for approval.
    pub fn proposed(&self) -> Option<u32> {
        self.proposals.keys().next().copied()
    }
}
