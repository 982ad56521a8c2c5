//! A person's word on how a market ended.

use clutch_core::Reject;
use clutch_core::command::{Command, Grade};
use clutch_core::event::VoidReason;
use clutch_core::house_rules::rules::DeadHeat;
use clutch_core::market::MarketResult;
use clutch_core::settlement::multiplier::LegResult;
use clutch_core::units::{MarketId, SelectionIndex};

use super::Twin;
use super::proposals::{Credit, NOBODY};

/// How a bet on one selection ended.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Outcome {
    Open,
    /// What a unit at these odds returns: a fraction.
    Returns(i128, i128),
    Void(VoidReason),
}

impl Twin {
    pub(super) fn grade(&mut self, id: u32, version: u32, grade: Grade) -> Result<(), Reject> {
        let market = self.markets.get(id as usize).ok_or(Reject::UnknownMarket)?;
        self.check_version(id, version)?;
        if let Grade::Results(results) = grade
            && usize::from(results.selections()) != market.odds.len()
        {
            return Err(Reject::GradeContradictory);
        }
        let graded = result_of(grade);
        if graded == market.graded {
            return Err(Reject::GradeUnchanged);
        }
        let is_first = market.result == MarketResult::Undecided;
        // One that is given back to the score has a result, or nothing to give back.
        let pays = graded.map_or(0, |graded| self.at_stake(id, graded));
        if self.approved || is_first && self.may_credit(NOBODY, Credit::Word, pays) {
            self.set_grade(id, graded);
            Ok(())
        } else {
            self.propose(Command::Grade { market: MarketId(id), version, grade })
        }
    }

    /// The payouts of all that counts on the selections that do not lose, and the stakes of multiples.
    pub(super) fn at_stake(&self, id: u32, graded: MarketResult) -> i128 {
        let market = id as usize;
        let loses = |selection: u8| match graded {
            MarketResult::Won(winner) => winner.0 != selection,
            MarketResult::Graded(results) => results.of(selection.into()) == LegResult::Lost,
            _ => false,
        };
        let selections = 0..self.markets[market].odds.len() as u8;
        let paid = selections.filter(|selection| !loses(*selection));
        let pays = |selection| {
            self.payouts_on(market, selection) + self.stakes_of_multiples(market, selection)
        };
        paid.map(pays).sum()
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

/// Settling at once, the twin never stops and sets nothing aside; at rest both agree.
impl Twin {
    pub(super) fn resume_settlement(&self, id: u32) -> Result<(), Reject> {
        let known = self.markets.get(id as usize).is_some();
        Err(if known { Reject::SettlementNotStopped } else { Reject::UnknownMarket })
    }

    pub(super) fn pause_settlement(&self, from_tier: Option<u8>) -> Result<(), Reject> {
        match from_tier {
            None | Some(1..=4) => Ok(()),
            Some(_) => Err(Reject::InvalidParameter),
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
}
