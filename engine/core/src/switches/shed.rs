//! Shedding load: what is least valued is given up first, so that the rest is served in time.
//!
//! How much is shed follows from how full the engine's input ring is. No rule may see a ring, as a
//! replay has none; so the engine's edge journals the level as a command of its own, and turns bets
//! away by it before they become records. They leave no trace, and a replay agrees.

use crate::command::{Actor, Command, MarketClass};
use crate::event::Event;
use crate::market::Market;
use crate::reject::{Refusal, Reject};
use crate::state::{State, Step, Tables};
use crate::units::MarketId;

/// The most that is shed: everything but priority 0.
pub const SHED_MAX: u8 = 3;

impl MarketClass {
    /// From 0, what is never shed, to 3, what is shed first.
    const fn priority(self) -> u8 {
        match self {
            Self::Winner => 0,
            Self::Handicap | Self::Total => 1,
            Self::Round => 2,
            Self::Score => 3,
        }
    }
}

impl Tables {
    /// How much a market is valued, from 0, the most, to 3: by its class and the tier of its match,
    /// whichever is worse.
    fn priority(&self, market: &Market) -> u8 {
        let tier = self.fixture(market.match_id).map_or(0, |fixture| fixture.tier);
        market.kind.class().priority().max(tier)
    }

    fn is_shed(&self, market: MarketId) -> bool {
        // What does not exist is refused by the rules.
        let market = self.markets.get(market);
        market.is_some_and(|market| SHED_MAX < self.priority(market) + self.shed)
    }
}

impl State {
    /// How much is shed, from 0 to [`SHED_MAX`].
    #[inline]
    pub fn shed(&self) -> u8 {
        self.tables.as_ref().map_or(0, |tables| tables.shed)
    }

    /// Whether a command is a bet that is given up at the level in force. Nothing else ever is.
    pub fn sheds(&self, command: &Command) -> bool {
        let Some(tables) = &self.tables else { return false };
        match command {
            Command::PlaceBet(place) => tables.is_shed(place.market),
            Command::PlaceMultiple(place) => {
                place.picks().iter().any(|pick| tables.is_shed(pick.market))
            }
            _ => false,
        }
    }
}

impl Step<'_> {
    /// Sheds more or less from now on.
    pub(crate) fn set_shed(&mut self, level: u8) -> Result<(), Refusal> {
        if matches!(self.actor, Actor::Account { .. } | Actor::Feed(_)) {
            return Err(Reject::OperatorOnly.into());
        }
        if SHED_MAX < level {
            let (max, level) = (i64::from(SHED_MAX), i64::from(level));
            return Err(Refusal::with(Reject::InvalidParameter, max, level));
        }
        self.tables.shed = level;
        self.outbox.push(Event::Shed { level });
        Ok(())
    }
}
