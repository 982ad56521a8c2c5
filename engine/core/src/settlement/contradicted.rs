//! When the score comes to say otherwise than a person or the house rules did.
//!
//! A word in place of the score stands whatever the score says, and whoever gave it knew what the score said then. What
//! it says later he did not know: such a market is told to the staff, and no money moves by that. What was made void is
//! denied by no score: it says that bets do not count, whoever won.

use crate::bets::multiple::LegOutcome;
use crate::event::{Contradiction, Event, Word};
use crate::market::{Market, MarketResult};
use crate::outbox::Outbox;
use crate::state::{Step, Tables};
use crate::units::{MarketId, SelectionIndex};

/// Most contradictions that one answer tells of.
const PER_ANSWER: usize = 64;

impl MarketResult {
    /// Whether the score ends a selection, of so many, otherwise than this does without making it void.
    fn is_denied_by(&self, score: &Self, selections: u8) -> bool {
        (0..selections).map(SelectionIndex).any(|selection| match self.outcome_of(selection) {
            LegOutcome::Void(_) => false,
            stands => stands != score.outcome_of(selection),
        })
    }
}

impl Market {
    /// The result that stands in place of the score's, and whose word that is.
    pub(crate) fn word(&self) -> Option<(MarketResult, Word)> {
        let (by, approved_by) = self.graded_by;
        let graded = self.graded.map(|result| (result, Word::Person { by, approved_by }));
        graded.or(self.by_rules.map(|ruled| {
            let incident = ruled.incident;
            (ruled.result, Word::Rules { incident })
        }))
    }

    fn contradiction(&self, market: MarketId) -> Option<Contradiction> {
        let (stands, word) = self.word()?;
        let (match_id, version) = (self.match_id, self.settlement_version);
        Some(Contradiction { market, match_id, version, word, stands, score: self.contradicted })
    }
}

impl Step<'_> {
    /// Compares what stands in place of the score with what the score says now.
    #[cold]
    pub(crate) fn weigh_word(&mut self, market: MarketId) {
        let row = self.tables.markets.market(market);
        let Some((stands, _)) = row.word() else { return self.forget_word(market) };
        let series = &self.tables.fixtures[row.match_id].series;
        // A format that was changed since has not all maps of the one that the market was made for.
        let asked = row.kind.market_type();
        let is_of_format = (asked.selections)(row.kind, series) == Some(row.selections());
        let score =
            if is_of_format { (asked.result)(row.kind, series) } else { MarketResult::Undecided };
        let knew = row.word_knew.unwrap_or(score);
        let is_news = score != MarketResult::Undecided && score != knew;
        let says = (is_news && stands.is_denied_by(&score, row.selections())).then_some(score);
        let before = row.contradicted;
        let row = self.tables.markets.market_mut(market);
        (row.word_knew, row.contradicted) = (Some(knew), says);
        if says == before {
            return;
        }
        let told = row.contradiction(market);
        self.tables.settlement.count_contradicted(before.is_some(), says.is_some());
        if let Some(told) = told {
            self.outbox.push(Event::Contradicted(told));
        }
    }

    /// The word is another one, or the market has left: what the score said against it is of no interest.
    pub(crate) fn forget_word(&mut self, market: MarketId) {
        let row = self.tables.markets.market_mut(market);
        row.word_knew = None;
        let was = row.contradicted.take().is_some();
        self.tables.settlement.count_contradicted(was, false);
    }
}

impl Tables {
    /// The markets whose result the score denies, in the answer to [`crate::Query::SettlementTimes`].
    pub(super) fn say_contradicted(&self, outbox: &mut Outbox) {
        if self.settlement.contradicted == 0 {
            return;
        }
        let denied = self.markets.iter().filter(|(_, row)| row.contradicted.is_some());
        for (market, row) in denied.take(PER_ANSWER) {
            if let Some(told) = row.contradiction(market) {
                outbox.push(Event::Contradicted(told));
            }
        }
    }
}
