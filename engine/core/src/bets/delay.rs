//! How long a bet waits while its match is played, one rule for bets, offers and cash-outs.
//!
//! The wait outlasts what a feed may hide: the silence that is not yet noticed, and a word's way to us. What is said of one
//! market goes before what is said of its match (as much as the video lags behind the feed, for instance); neither makes it
//! shorter than the settings, which know games of rounds and games without.

use crate::command::{Config, Scope, Title};
use crate::event::Event;
use crate::market::Market;
use crate::reject::{Refusal, Reject};
use crate::state::{Step, Tables};
use crate::title::{Fixture, Play};
use crate::units::{MarketId, Timestamp, millis};

impl Config {
    /// The wait in play of a bet on a market, in nanoseconds; zero if there is none. No bet waits longer than its market
    /// is kept.
    pub(crate) fn in_play_delay(&self, fixture: &Fixture, market: &Market) -> u64 {
        let usual = self.usual_delay(fixture.title);
        let said = market.delay_ns.or(fixture.delay_ns);
        said.map_or(usual, |said| said.max(usual)).min(self.resettle_window_ns)
    }

    /// What the settings say.
    const fn usual_delay(&self, title: Title) -> u64 {
        match title.rules().play {
            Play::Rounds { .. } => self.in_play_delay_ns,
            Play::Moba(_) => self.in_play_delay_moba_ns,
        }
    }
}

impl Tables {
    /// When the wait of a bet on a market ends that was received at this time; `None` if nothing is played, or nobody waits.
    pub(super) fn delay_on(
        &self,
        config: &Config,
        market: MarketId,
        received: Timestamp,
    ) -> Option<Timestamp> {
        let market = self.markets.market(market);
        let fixture = &self.fixtures[market.match_id];
        delay_ends(config, fixture, market, received)
    }
}

/// The same for rows that are at hand.
#[inline(always)]
pub(super) fn delay_ends(
    config: &Config,
    fixture: &Fixture,
    market: &Market,
    received: Timestamp,
) -> Option<Timestamp> {
    if !fixture.series.is_in_play() {
        return None;
    }
    let delay = config.in_play_delay(fixture, market);
    (delay != 0).then(|| received.plus(delay))
}

impl Step<'_> {
    /// See [`crate::Command::SetDelay`]. A wait can be made longer than usual by one person; what makes it shorter is a
    /// setting, and takes two.
    pub(crate) fn set_delay(&mut self, scope: Scope, delay_ns: Option<u64>) -> Result<(), Refusal> {
        let match_id = match scope {
            // For all of them there are settings.
            Scope::All => return Err(Reject::InvalidParameter.into()),
            Scope::Match(match_id) => match_id,
            Scope::Market(market) => {
                self.tables.markets.get(market).ok_or(Reject::UnknownMarket)?.match_id
            }
        };
        let title = self.tables.fixture(match_id).ok_or(Reject::UnknownMatch)?.title;
        let (least, most) = (self.config.usual_delay(title), self.config.resettle_window_ns);
        match delay_ns {
            Some(delay) if delay < least => {
                let (least, asked) = (millis(least), millis(delay));
                return Err(Refusal::with(Reject::DelayTooShort, least, asked));
            }
            Some(delay) if most < delay => {
                let (most, asked) = (millis(most), millis(delay));
                return Err(Refusal::with(Reject::InvalidParameter, most, asked));
            }
            Some(_) | None => {}
        }
        match scope {
            Scope::Market(market) => self.tables.markets.market_mut(market).delay_ns = delay_ns,
            Scope::All | Scope::Match(_) => self.tables.fixture_mut(match_id)?.delay_ns = delay_ns,
        }
        self.outbox.push(Event::Delay { scope, delay_ns });
        Ok(())
    }
}
