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
        let usual = self.usual_wait(row.match_index);
        let said = row.delay.or(self.matches[row.match_index].delay).unwrap_or(usual);
        said.max(usual).min(self.config.resettle_window_ns)
    }

    /// How long a bet on several waits.
    pub(super) fn longest_wait(&self, markets: impl Iterator<Item = usize>) -> u64 {
        markets.map(|market| self.wait_on(market)).max().unwrap_or(0)
    }

    fn usual_wait(&self, match_index: usize) -> u64 {
        match self.matches[match_index].title {
            Title::CounterStrike | Title::Valorant => self.config.in_play_delay_ns,
            Title::Lol | Title::Dota2 => self.config.in_play_delay_moba_ns,
        }
    }

    pub(super) fn set_delay(&mut self, scope: Scope, delay: Option<u64>) -> Result<(), Reject> {
        let index = match scope {
            Scope::All => return Err(Reject::InvalidParameter),
            Scope::Match(id) => id.0 as usize,
            Scope::Market(id) => {
                self.markets.get(id.0 as usize).ok_or(Reject::UnknownMarket)?.match_index
            }
        };
        if self.matches.len() <= index {
            return Err(Reject::UnknownMatch);
        }
        if delay.is_some_and(|delay| delay < self.usual_wait(index)) {
            return Err(Reject::DelayTooShort);
        }
        if delay.is_some_and(|delay| self.config.resettle_window_ns < delay) {
            return Err(Reject::InvalidParameter);
        }
        match scope {
            Scope::Market(id) => self.markets[id.0 as usize].delay = delay,
            Scope::All | Scope::Match(_) => self.matches[index].delay = delay,
        }
        Ok(())
    }
}
