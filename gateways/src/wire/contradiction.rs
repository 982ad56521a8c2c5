//! Results that the score denies, as the staff is told of them.

use clutch_core::event::{Contradiction, Word};
use clutch_core::market::MarketResult;
use serde::Serialize;

use crate::book::Book;

/// A market that a person or the house rules decided, and of which the score says otherwise since.
#[derive(Debug, Serialize)]
pub struct ContradictionView {
    market: u32,
    #[serde(rename = "match")]
    match_id: u32,
    name: Option<String>,
    /// What a new grade has to name.
    version: u32,
    /// The operator whose grade stands, and who approved it.
    #[serde(skip_serializing_if = "Option::is_none")]
    by: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    approved_by: Option<u32>,
    /// The incident of the match after which the house rules decided it.
    #[serde(skip_serializing_if = "Option::is_none")]
    incident: Option<u8>,
    stands: String,
    score: Option<String>,
}

impl ContradictionView {
    /// In the words of the catalogue.
    pub fn of(book: &Book, told: &Contradiction) -> Self {
        let named = book.market(told.market).and_then(|row| Some((row, book.game(row.match_id)?)));
        let result = |result: MarketResult| match result {
            MarketResult::Won(selection) => book.selection_name(told.market, selection),
            MarketResult::NotPlayed | MarketResult::DeclaredVoid | MarketResult::VoidByRules => {
                "void".to_owned()
            }
            MarketResult::Graded(_) => "graded selection by selection".to_owned(),
            MarketResult::Undecided => "nothing".to_owned(),
        };
        let (by, approved_by, incident) = match told.word {
            Word::Person { by, approved_by } => (Some(by), approved_by, None),
            Word::Rules { incident } => (None, None, Some(incident)),
        };
        Self {
            market: told.market.0,
            match_id: told.match_id.0,
            name: named.map(|(row, game)| row.name(game)),
            version: told.version,
            by,
            approved_by,
            incident,
            stands: result(told.stands),
            score: told.score.map(result),
        }
    }

    /// A sentence for the log and for people.
    pub fn sentence(&self) -> String {
        let Self { market, version, stands, .. } = self;
        let named = self.name.as_ref().map_or(String::new(), |name| format!(" ({name})"));
        let who = match (self.by, self.approved_by, self.incident) {
            (Some(by), None, _) => format!("by operator {by}'s grade"),
            (Some(by), Some(second), _) => {
                format!("by operator {by}'s grade, approved by {second}")
            }
            (None, _, Some(incident)) => format!("by the house rules after incident {incident}"),
            (None, _, None) => "by nobody".to_owned(),
        };
        match &self.score {
            Some(score) => format!(
                "market {market}{named} is settled as {stands} {who} (version {version}), and the score says {score}"
            ),
            None => format!(
                "market {market}{named} is settled as {stands} {who}, and the score no longer says otherwise"
            ),
        }
    }
}
