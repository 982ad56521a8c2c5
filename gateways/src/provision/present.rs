//! What a journal has of a match, and what the file says otherwise.

use clutch_core::command::{CreateMatch, MarketKind, Title};
use clutch_core::title::SOURCES_MAX;
use clutch_core::units::Name;

/// What the journal has of a match.
#[derive(Debug, Default)]
pub(super) struct Present {
    pub title: Option<Title>,
    pub best_of: u8,
    pub teams: [Option<Name>; 2],
    pub maps: Vec<u8>,
    pub kinds: Vec<MarketKind>,
    pub heard: [u64; SOURCES_MAX],
}

impl Present {
    /// What the file says otherwise, in words.
    pub fn differs_from(&self, create: &CreateMatch) -> Vec<String> {
        let mut differs = Vec::new();
        if let Some(title) = self.title.filter(|title| *title != create.title) {
            let (here, there) = (title.rules().key, create.title.rules().key);
            differs.push(format!("the game is {here} in the journal and {there} in the file"));
        }
        if self.title.is_some() && self.best_of != create.best_of {
            let (here, there) = (self.best_of, create.best_of);
            differs.push(format!("best_of is {here} in the journal and {there} in the file"));
        }
        let named = [("team_a", create.team_a), ("team_b", create.team_b)];
        for ((field, there), here) in named.into_iter().zip(self.teams) {
            if let Some(here) = here.filter(|here| *here != there) {
                let (here, there) = (here.as_str(), there.as_str());
                differs
                    .push(format!("{field} is `{here}` in the journal and `{there}` in the file"));
            }
        }
        differs
    }
}
