//! Grading: a trader's word on how a market ended, in place of the score's.
//!
//! A market that has no result is graded by one person. A grade that changes a result moves money that
//! was paid, so it waits until a second person approves it; so does a roll-back, which gives the
//! market back to the score. Each names the settlement version that it is about: a grade of a market
//! that was settled otherwise meanwhile is refused, so the same correction never happens twice.

use alloc::vec::Vec;

use crate::codec::{DecodeError, wire_struct};
use crate::command::{Capacity, Grade};
use crate::event::{Event, GradeStatus, PriceCause};
use crate::market::{Market, MarketResult};
use crate::reject::{Refusal, Reject};
use crate::snapshot::{Loader, Saver, Table};
use crate::state::Step;
use crate::units::{MarketId, SelectionIndex};

/// Most grades that wait for a second person.
pub const PROPOSALS_MAX: usize = 1_024;

/// A grade that waits for a second person.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Proposal {
    market: MarketId,
    /// The settlement version that it is about.
    version: u32,
    grade: Grade,
    by: u32,
}

wire_struct!(Proposal { market, version, grade, by });

/// Every grade that waits, at most one a market, in order of arrival.
#[derive(Debug)]
pub(crate) struct Proposals(Vec<Proposal>);

impl Proposals {
    pub fn new() -> Self {
        Self(Vec::with_capacity(PROPOSALS_MAX))
    }

    fn position(&self, market: MarketId) -> Option<usize> {
        self.0.iter().position(|proposal| proposal.market == market)
    }

    /// Drops what waits for a market whose bets have left.
    pub fn forget(&mut self, market: MarketId) {
        self.0.retain(|proposal| proposal.market != market);
    }

    /// The markets that they are about.
    pub fn markets(&self) -> impl Iterator<Item = MarketId> {
        self.0.iter().map(|proposal| proposal.market)
    }
}

impl Table for Proposals {
    fn save(&self, out: &mut Saver<'_>) {
        out.list(self.0.iter());
    }

    fn load(input: &mut Loader<'_>, _: &Capacity) -> Result<Self, DecodeError> {
        input.list(PROPOSALS_MAX).map(Self)
    }
}

impl Grade {
    /// The result that it gives a market; `None` if the score decides.
    fn result(self) -> Option<MarketResult> {
        match self {
            Self::Results(results) => Some(match results.only_winner() {
                Some(winner) => MarketResult::Won(SelectionIndex(winner)),
                None => MarketResult::Graded(results),
            }),
            Self::Void => Some(MarketResult::DeclaredVoid),
            Self::Automatic => None,
        }
    }
}

impl Step<'_> {
    /// Grades a market, or proposes to if that would change a result.
    pub(crate) fn grade(
        &mut self,
        market: MarketId,
        version: u32,
        grade: Grade,
    ) -> Result<(), Refusal> {
        let by = self.operator()?;
        let row = self.tables.markets.get(market).ok_or(Reject::UnknownMarket)?;
        check_version(row, version)?;
        if let Grade::Results(results) = grade
            && !results.fits(row.selections())
        {
            return Err(Reject::GradeContradictory.into());
        }
        let (graded, present) = (grade.result(), row.result);
        if graded == row.graded {
            return Err(Reject::GradeUnchanged.into());
        }
        let proposal = Proposal { market, version, grade, by };
        if present == MarketResult::Undecided {
            self.say_grade(&proposal, GradeStatus::InForce { approved_by: None });
            self.set_grade(market, graded);
            return Ok(());
        }
        let waiting = &mut self.tables.proposals.0;
        // A newer proposal takes the place of the one that waits.
        waiting.retain(|other| other.market != market);
        if waiting.len() == PROPOSALS_MAX {
            let max = PROPOSALS_MAX as i64;
            return Err(Refusal::with(Reject::CapacityReached, max, max));
        }
        waiting.push(proposal);
        self.say_grade(&proposal, GradeStatus::Proposed);
        Ok(())
    }

    /// The second person's word on the grade that waits for a market. Anybody may turn it down.
    pub(crate) fn decide_grade(&mut self, market: MarketId, approve: bool) -> Result<(), Refusal> {
        let approver = self.operator()?;
        let index = self.tables.proposals.position(market).ok_or(Reject::NothingToApprove)?;
        let proposal = self.tables.proposals.0[index];
        if !approve {
            self.tables.proposals.0.remove(index);
            self.say_grade(&proposal, GradeStatus::TurnedDown { by: approver });
            return Ok(());
        }
        if proposal.by == approver {
            let (by, approver) = (i64::from(proposal.by), i64::from(approver));
            return Err(Refusal::with(Reject::SamePerson, by, approver));
        }
        check_version(self.tables.markets.market(market), proposal.version)?;
        self.tables.proposals.0.remove(index);
        self.say_grade(&proposal, GradeStatus::InForce { approved_by: Some(approver) });
        self.set_grade(market, proposal.grade.result());
        Ok(())
    }

    /// Gives a market its result, or back to the score; its bets are brought into agreement slice by
    /// slice, as after any change of a result.
    fn set_grade(&mut self, market: MarketId, graded: Option<MarketResult>) {
        self.tables.markets.market_mut(market).graded = graded;
        self.resolve(market);
        self.requote_market(market, PriceCause::RolledBack, true);
        self.announce_status(market, false);
    }

    fn say_grade(&mut self, proposal: &Proposal, status: GradeStatus) {
        let Proposal { market, version, grade, by } = *proposal;
        self.outbox.push(Event::Graded { market, version, grade, by, status });
    }
}

/// A grade is about the market as it was settled last, and comes before it has left.
fn check_version(row: &Market, version: u32) -> Result<(), Refusal> {
    if row.retired {
        return Err(Reject::GradeTooLate.into());
    }
    if row.settlement_version != version {
        let (now, seen) = (i64::from(row.settlement_version), i64::from(version));
        return Err(Refusal::with(Reject::GradeOutdated, now, seen));
    }
    Ok(())
}
