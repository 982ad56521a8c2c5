//! How long bets wait in play.

use clutch_core::command::{Scope, Title};
use clutch_core::reject::Reject;

use super::Twin;

impl Twin {
    /// How long a bet on a market waits now; zero while nothing is played.
    pub(super) fn wait_on(&self, market: usize) -> u64 {
        let row = &self.markets[market];
        if !self.is_in_play(row.match_index) {
            return 0;
        }
        let fixture = &self.matches[row.match_index];
        let usual = match fixture.title {
            Title::CounterStrike | Title::Valorant => self.config.in_play_delay_ns,
            Title::Lol | Title::Dota2 => self.config.in_play_delay_moba_ns,
        };
        row.delay.or(fixture.delay).unwrap_or(usual).min(self.config.resettle_window_ns)
    }

    /// How long a bet on several waits.
    pub(super) fn longest_wait(&self, markets: impl Iterator<Item = usize>) -> u64 {
        markets.map(|market| self.wait_on(market)).max().unwrap_or(0)
    }

    pub(super) fn set_delay(&mut self, scope: Scope, delay: Option<u64>) -> Result<(), Reject> {
        if delay.is_some_and(|delay| self.config.resettle_window_ns < delay) {
            return Err(Reject::InvalidParameter);
        }
        match scope {
            Scope::All => return Err(Reject::InvalidParameter),
            Scope::Match(id) => {
                let fixture = self.matches.get_mut(id.0 as usize).ok_or(Reject::UnknownMatch)?;
                fixture.delay = delay;
            }
            Scope::Market(id) => {
                let row = self.markets.get_mut(id.0 as usize).ok_or(Reject::UnknownMarket)?;
                row.delay = delay;
            }
        }
        Ok(())
    }
}
