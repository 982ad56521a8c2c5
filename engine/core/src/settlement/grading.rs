//! Grading: a trader's word on how a market ended, in place of the score's.
//!
//! A market that has no result is graded by one person as long as little can be paid by it and by all that
//! he graded alone on the same day: nothing but his word stands behind such results, so from
//! `grade_alone_max` on a second person has to agree. A
//! grade that changes a result moves money that was paid, so it waits for one as well; so does a
//! roll-back, which gives the market back to the score. Each names the settlement version that it is about: a grade of a market
//! that was settled otherwise meanwhile is refused, so the same correction never happens twice.

use crate::bets::multiple::LegOutcome;
use crate::command::{Grade, Results};
use crate::event::{Event, PriceCause};
use crate::market::{Market, MarketResult, SELECTIONS_MAX};
use crate::proposals::Wish;
use crate::reject::{Refusal, Reject};
use crate::settlement::multiplier::LegResult;
use crate::state::Step;
use crate::units::{MarketId, Money, SelectionIndex};

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

    /// The grade that gives a market of so many selections this result; `None` for a result that no person gives.
    pub(crate) fn of(result: MarketResult, selections: u8) -> Option<Self> {
        match result {
            MarketResult::Won(winner) => {
                let mut results = [LegResult::Lost; SELECTIONS_MAX];
                *results.get_mut(usize::from(winner.0))? = LegResult::Won;
                Results::new(results.get(..usize::from(selections))?).map(Self::Results)
            }
            MarketResult::Graded(results) => Some(Self::Results(results)),
            MarketResult::DeclaredVoid => Some(Self::Void),
            MarketResult::Undecided | MarketResult::NotPlayed | MarketResult::VoidByRules => None,
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
            let (has, given) = (row.selections().into(), results.selections().into());
            return Err(Refusal::with(Reject::GradeContradictory, has, given));
        }
        let (graded, present) = (grade.result(), row.result);
        if graded == row.graded {
            return Err(Reject::GradeUnchanged.into());
        }
        // Before it has a result the score cannot confirm the grade.
        let pays = self.pays_at_most(row, graded);
        let changes = present != MarketResult::Undecided && !self.is_approved();
        if changes || !self.may_pay_by_word(pays) {
            return self.propose(Wish::Grade { market, version, grade });
        }
        let (by, approved_by) = match self.approved_by {
            Some((by, approver)) => (by, Some(approver)),
            None => (by, None),
        };
        self.outbox.push(Event::Graded { market, version, grade, by, approved_by });
        self.tables.markets.market_mut(market).graded_by = (by, approved_by);
        self.set_grade(market, graded);
        Ok(())
    }

    /// What the bets on a market could be paid if it ended like this: the payouts of every selection that
    /// does not lose, as limits count them, and the stakes of bets of several legs, which limits leave out.
    /// More than is paid where stakes go back or only a part of a selection wins, and never less: a multiple
    /// wins by its void leg as well.
    pub(crate) fn pays_at_most(&self, row: &Market, result: Option<MarketResult>) -> Money {
        let lost = LegOutcome::Decided(LegResult::Lost);
        let is_paid = |selection: u8| {
            result.is_some_and(|result| result.outcome_of(SelectionIndex(selection)) != lost)
        };
        let selections = (0..row.selections()).zip(self.tables.markets.selections(row));
        selections
            .filter(|(index, _)| is_paid(*index))
            .fold(Money::ZERO, |sum, (_, it)| sum + it.payouts + it.stakes_of_legs)
    }

    /// Gives a market its result, or back to the score; its bets are brought into agreement slice by
    /// slice, as after any change of a result.
    fn set_grade(&mut self, market: MarketId, graded: Option<MarketResult>) {
        self.tables.markets.market_mut(market).graded = graded;
        // Whoever said so knows the score of now.
        self.forget_word(market);
        self.resolve(market);
        // The same result from a person's mouth is a confirmed one.
        self.pay_if_confirmed(market);
        // Nor does it hang on the score any more.
        self.settle_if_undisputed(market);
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
