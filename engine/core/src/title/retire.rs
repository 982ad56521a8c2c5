//! Matches that are done with leave the engine, and leave their slots to later ones.
//!
//! A match is done with when it has ended, nothing of it is left anywhere, and the re-settlement window has passed over
//! its end and over the last result of its markets. One whose end nobody ever said, because its source fell silent for
//! good, is done with when a person has graded or voided its markets, these are gone, and nobody has spoken of it for as
//! long. What its bets were is told by the journal.
//!
//! A match stands in a queue once that may be so, and is looked at when it has stood there for the window; or at once
//! when the last of its markets is let go after that time. One a slice: most of the work is a line of memory for each
//! market.

use crate::command::{Config, SetMap, SetNextRound};
use crate::event::Event;
use crate::proposals::Wish;
use crate::state::{Step, Tables};
use crate::units::{MarketId, MatchId, Timestamp};

impl Step<'_> {
    /// Notices that a match has ended.
    pub(crate) fn notice_end(&mut self, match_id: MatchId) {
        if self.tables.fixtures[match_id].has_ended() {
            self.tables.fixtures.await_end(match_id, self.now);
        }
    }

    /// Notices that a market is done with: it may have been the last one of its match.
    pub(crate) fn notice_done(&mut self, market: MarketId) {
        let match_id = self.tables.markets.market(market).match_id;
        if !self.tables.has_only_done_markets(match_id) {
            return;
        }
        if self.tables.fixtures[match_id].has_ended() {
            // Its markets were decided at its end or before, so the window has passed over that as well.
            self.tables.fixtures.await_end_no_longer(match_id);
        } else {
            self.tables.fixtures.await_end(match_id, self.now);
        }
    }

    /// Looks at the next match that may be done with.
    pub(crate) fn retire_a_match(&mut self) {
        let Some(match_id) = self.tables.fixtures.pop_due(self.config, self.now) else { return };
        if !self.tables.has_only_done_markets(match_id) {
            // The last one that is let go brings it back.
            return;
        }
        let tables = &mut *self.tables;
        if !tables.is_done_with(match_id, self.config, self.now) || tables.is_waited_for(match_id) {
            tables.fixtures.await_end(match_id, self.now);
            return;
        }
        tables.forget_match(match_id);
        self.outbox.push(Event::MatchRetired { match_id });
    }
}

impl Tables {
    fn has_only_done_markets(&self, match_id: MatchId) -> bool {
        let mut markets = self.fixtures[match_id].markets.iter();
        markets.all(|market| self.markets.market(*market).is_done())
    }

    /// Whether nothing more is to come of a match whose markets are all done with.
    fn is_done_with(&self, match_id: MatchId, config: &Config, now: Timestamp) -> bool {
        let fixture = &self.fixtures[match_id];
        let silent_since = fixture.feed.last_heard.max(fixture.starts_at);
        let is_forsaken = silent_since.plus(config.resettle_window_ns) < now;
        fixture.has_ended() || (is_forsaken && !fixture.markets.is_empty())
    }

    /// Whether a person's word on a match or on one of its markets waits for another's, or holds.
    fn is_waited_for(&self, match_id: MatchId) -> bool {
        let is_of_it = |market| {
            let market = self.markets.get(market);
            market.is_some_and(|market| market.match_id == match_id)
        };
        let wishes = |wish: &Wish| match *wish {
            Wish::Grade { market, .. } => is_of_it(market),
            Wish::Incident { match_id: of, .. }
            | Wish::TakeBackIncident { match_id: of }
            | Wish::HandOver { match_id: of, .. }
            | Wish::Strengths(SetMap { match_id: of, .. })
            | Wish::NextRound(SetNextRound { match_id: of, .. })
            | Wish::Tier { match_id: of, .. } => of == match_id,
            Wish::VoidBets(stretch) => stretch.match_id == match_id,
            // A bet that is still there keeps its market.
            Wish::VoidBet { .. }
            | Wish::Configure { .. }
            | Wish::AdoptPlayPolicy { .. }
            | Wish::Adjust(_)
            | Wish::Deposit { .. }
            | Wish::Bonus { .. }
            | Wish::AccountFactor { .. }
            | Wish::Link { .. } => false,
        };
        self.proposals.iter().any(|proposal| wishes(&proposal.wish))
            || self.overrides.iter().any(|row| is_of_it(row.kind.market()))
    }

    /// Takes a match and its markets out of the tables, with all that leads to them.
    fn forget_match(&mut self, match_id: MatchId) {
        for place in 0..self.fixtures[match_id].markets.len() {
            let market = self.fixtures[match_id].markets[place];
            if self.markets.market(market).awaits_shading {
                self.requotes.forget(market);
            }
            self.markets.remove(market);
        }
        let was_killed = self.fixtures[match_id].killed;
        self.risk.exposures.forget(match_id);
        self.fixtures.remove(match_id);
        if was_killed {
            self.notice_killed_matches();
        }
    }
}
