//! Grading: a trader's word on how a market ended, in place of the score's.
//!
//! A market that has no result is graded by one person. A grade that changes a result moves money that
//! was paid, so it waits until a second person approves it; so does a roll-back, which gives the
//! market back to the score. Each names the settlement version that it is about: a grade of a market
//! that was settled otherwise meanwhile is refused, so the same correction never happens twice.

use crate::command::Grade;
use crate::event::{Event, PriceCause};
use crate::market::{Market, MarketResult};
use crate::proposals::Wish;
use crate::reject::{Refusal, Reject};
use crate::state::Step;
use crate::units::{MarketId, SelectionIndex};

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
        if present != MarketResult::Undecided && !self.is_approved() {
            return self.propose(Wish::Grade { market, version, grade });
        }
        let (by, approved_by) = match self.approved_by {
            Some((by, approver)) => (by, Some(approver)),
            None => (by, None),
        };
        self.outbox.push(Event::Graded { market, version, grade, by, approved_by });
        self.set_grade(market, graded);
        Ok(())
    }

    /// Gives a market its result, or back to the score; its bets are brought into agreement slice by
    /// slice, as after any change of a result.
    fn set_grade(&mut self, market: MarketId, graded: Option<MarketResult>) {
        self.tables.markets.market_mut(market).graded = graded;
        self.resolve(market);
        // The same result from a person's mouth is a confirmed one.
        self.pay_if_confirmed(market);
        self.requote_market(market, PriceCause::RolledBack, true);
        self.announce_status(market, false);
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
