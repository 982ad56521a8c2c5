//! What is on offer of a match, with the score that it was made of.

use std::collections::HashMap;

use clutch_core::command::{MarketKind, SuspendReason};
use clutch_core::event::{MarketStatus, MatchPhase};
use clutch_core::units::{MarketId, MatchId, Odds, SelectionIndex};
use clutch_core::{Event, Query};

use super::Standing;
use crate::world::World;

/// A match as a bettor sees it.
#[derive(Clone, Debug)]
pub struct Board {
    /// When, in nanoseconds.
    pub at: u64,
    /// The score by the engine.
    pub made_of: Standing,
    /// What can be bet on.
    pub open: Vec<Offer>,
    /// Why all of it is stopped.
    pub frozen: Option<SuspendReason>,
}

/// A selection that can be bet on.
#[derive(Clone, Copy, Debug)]
pub struct Offer {
    /// Its market.
    pub market: MarketId,
    /// What that is on.
    pub kind: MarketKind,
    /// Which of its selections.
    pub selection: SelectionIndex,
    /// At these odds.
    pub odds: Odds,
    /// The command that made them.
    pub price_seq: u64,
    /// The market's epoch.
    pub epoch: u32,
}

impl Board {
    /// What is shown of a match now.
    pub fn of(world: &mut World, match_id: MatchId) -> Self {
        let (mut kinds, mut epochs) = (HashMap::new(), HashMap::new());
        let at = world.now().nanos();
        let mut board = Self { at, made_of: Standing::default(), open: Vec::new(), frozen: None };
        for event in world.ask(Query::Match { match_id }) {
            match event {
                Event::Score(score) => {
                    let live = u8::from(score.phase == MatchPhase::Live);
                    let (map, rounds, maps) = (score.map, score.rounds, score.maps);
                    let numbers = None;
                    board.made_of = Standing { map, rounds, maps, live, numbers };
                }
                Event::Moba { map, state, .. } if map == board.made_of.map => {
                    board.made_of.numbers = Some(state);
                }
                Event::MatchFrozen { reason, .. } => board.frozen = reason,
                Event::MarketOpened { market, kind, .. } => drop(kinds.insert(market, kind)),
                Event::Price(price) => board.open.extend(price.odds.map(|odds| Offer {
                    market: price.market,
                    kind: kinds[&price.market],
                    selection: price.selection,
                    odds,
                    price_seq: price.price_seq,
                    epoch: 0,
                })),
                Event::Market { market, status: MarketStatus::Open, epoch } => {
                    epochs.insert(market, epoch);
                }
                _ => {}
            }
        }
        board.open.retain_mut(|offer| {
            epochs.get(&offer.market).is_some_and(|epoch| {
                offer.epoch = *epoch;
                true
            })
        });
        board
    }
}
