//! A result that the score denies.

use crate::market::MarketResult;
use crate::units::{MarketId, MatchId};

/// The score says otherwise than the word that stands in its place. Money stays where it is: whoever gave the word,
/// or another, grades the market anew or lets it be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Contradiction {
    /// The market.
    pub market: MarketId,
    /// Its match.
    pub match_id: MatchId,
    /// The settlement version that stands, which a new grade has to name.
    pub version: u32,
    /// Whose word stands.
    pub word: Word,
    /// The result that stands.
    pub stands: MarketResult,
    /// What the score says; `None` once it does not say otherwise any more.
    pub score: Option<MarketResult>,
}

/// Who decided a market in place of the score.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub enum Word {
    /// A person graded it.
    Person {
        /// The operator.
        by: u32,
        /// Who approved it, if it took a second person.
        approved_by: Option<u32>,
    },
    /// The house rules, after something that happened beside the score.
    Rules {
        /// Which of the match's incidents.
        incident: u8,
    },
}
