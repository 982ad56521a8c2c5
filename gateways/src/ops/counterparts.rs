//! Which match and which market of a second world is which of the first.
//!
//! Both took the same commands, but one may have let a match go earlier and given its place to a later one. So a match is
//! known by the command that created it in both, and a market by its match and what it asks.

use std::collections::HashMap;

use clutch_core::command::MarketKind;
use clutch_core::units::{MarketId, MatchId};
use clutch_core::{Command, Event, Record};

/// The matches and markets of both worlds.
#[derive(Default)]
pub struct Counterparts {
    first: World,
    second: World,
}

/// The markets of a world, and which match of the other each of its matches is.
#[derive(Default)]
struct World {
    games: HashMap<MatchId, MatchId>,
    asks: HashMap<MarketId, (MatchId, MarketKind)>,
    markets: HashMap<(MatchId, MarketKind), MarketId>,
}

impl World {
    fn hear(&mut self, records: &[Record]) {
        for record in records {
            match record.event {
                Event::MarketOpened { market, match_id, kind, .. } => {
                    self.asks.insert(market, (match_id, kind));
                    self.markets.insert((match_id, kind), market);
                }
                Event::MatchRetired { match_id } => {
                    self.games.remove(&match_id);
                    self.asks.retain(|_, (of, _)| *of != match_id);
                    self.markets.retain(|(of, _), _| *of != match_id);
                }
                _ => {}
            }
        }
    }

    fn market_in(&self, other: &Self, market: MarketId) -> Option<MarketId> {
        let (game, kind) = self.asks.get(&market)?;
        other.markets.get(&(*self.games.get(game)?, *kind)).copied()
    }
}

impl Counterparts {
    /// Takes what one command led to in each world.
    pub fn hear(&mut self, first: &[Record], second: &[Record]) {
        self.first.hear(first);
        self.second.hear(second);
        if let (Some(here), Some(there)) = (created(first), created(second)) {
            self.first.games.insert(here, there);
            self.second.games.insert(there, here);
        }
    }

    /// A command of the first world, as the second is to hear it. What is not there has the id of nothing.
    pub fn renamed(&self, command: &Command) -> Command {
        let game = |here| self.first.games.get(&here).copied().unwrap_or(MatchId::NONE);
        command.renamed(game, |here| self.there(here).unwrap_or(MarketId::NONE))
    }

    /// The second world's market that is this one of the first.
    pub fn there(&self, here: MarketId) -> Option<MarketId> {
        self.first.market_in(&self.second, here)
    }

    /// The first world's market that is this one of the second.
    pub fn here(&self, there: MarketId) -> Option<MarketId> {
        self.second.market_in(&self.first, there)
    }
}

fn created(records: &[Record]) -> Option<MatchId> {
    records.iter().find_map(|record| match record.event {
        Event::MatchCreated { match_id, .. } => Some(match_id),
        _ => None,
    })
}
