//! Who decided a market and how, in words: the score, a person's grade, or the house rules after an incident.

use clutch_core::State;
use clutch_core::command::Grade;
use clutch_core::event::{MarketStatus, Word};
use clutch_core::market::MarketResult;
use clutch_core::units::MarketId;

use super::{Words, orders, why_suspended};

impl Words {
    /// Where a market stands, and by whose word, as `state` has it.
    pub fn market_status(&self, state: &State, market: MarketId, status: MarketStatus) -> String {
        let word = state.word_on(market);
        match status {
            MarketStatus::Open => return "open".to_owned(),
            MarketStatus::Suspended(reason) => {
                return format!("suspended: {}", why_suspended(reason));
            }
            MarketStatus::Decided { .. } | MarketStatus::Graded | MarketStatus::Void => {}
        }
        match (word, status) {
            (Some((result, Word::Person { by, approved_by })), _) => {
                self.graded(market, &result, (by, approved_by))
            }
            (Some((result, Word::Rules { incident })), _) => {
                self.ruled(state, market, &result, incident)
            }
            (None, MarketStatus::Decided { winner }) => {
                format!("decided: {} won", self.selection(market, winner))
            }
            // Its word is not known any more.
            (None, MarketStatus::Graded) => "graded by hand".to_owned(),
            (None, _) => "void: it was not played".to_owned(),
        }
    }

    /// "graded won for Spirit by operator 1, agreed to by operator 2".
    fn graded(
        &self,
        market: MarketId,
        result: &MarketResult,
        (by, approved_by): (u32, Option<u32>),
    ) -> String {
        let who = by_whom(by, approved_by);
        match result {
            MarketResult::Won(winner) => {
                format!("graded won for {} {who}", self.selection(market, *winner))
            }
            MarketResult::Graded(results) => {
                let ended =
                    orders::ended(&Grade::Results(*results), |it| self.selection(market, it));
                format!("graded {who}: {ended}")
            }
            MarketResult::Undecided
            | MarketResult::NotPlayed
            | MarketResult::DeclaredVoid
            | MarketResult::VoidByRules => format!("declared void {who}"),
        }
    }

    fn ruled(&self, state: &State, market: MarketId, result: &MarketResult, index: u8) -> String {
        let incident = self.match_of(market).and_then(|game| {
            let incident = state.incident(game, index)?;
            Some(format!(" after this: {}", self.incident(game, incident)))
        });
        let after = incident.unwrap_or_default();
        match result {
            MarketResult::Won(winner) => {
                let winner = self.selection(market, *winner);
                format!("decided by the house rules for {winner}{after}")
            }
            _ => format!("void by the house rules{after}"),
        }
    }
}

/// "by operator 1, agreed to by operator 2".
pub fn by_whom(by: u32, approved_by: Option<u32>) -> String {
    let agreed =
        approved_by.map_or_else(String::new, |second| format!(", agreed to by operator {second}"));
    format!("by operator {by}{agreed}")
}
