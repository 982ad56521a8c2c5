//! What feeds say, and how long they may be silent.
//!
//! A feed is not trusted: duplicates and old versions drop, what cannot follow from the score
//! freezes the match, and a match whose feeds are silent too long is suspended until one speaks.

use crate::command::{Config, FeedMessage, GameEvent, RewindRule, SuspendReason};
use crate::event::MatchPhase;
use crate::market::Requote;
use crate::reject::{Refusal, Reject};
use crate::state::Step;
use crate::title::{Change, Fixture, REWINDS_MAX, Undone};
use crate::units::{MatchId, Timestamp};

impl Step<'_> {
    /// Takes one message of one feed.
    pub(crate) fn hear(&mut self, message: &FeedMessage) -> Result<(), Refusal> {
        let FeedMessage { match_id, version, event, .. } = *message;
        let now = self.now;
        let fixture = self.tables.fixture_mut(match_id)?;
        let Some(newest) = fixture.version(message.source) else {
            let most = crate::title::SOURCES_MAX as i64;
            return Err(Refusal::with(Reject::InvalidParameter, most, i64::from(message.source.0)));
        };
        if event != GameEvent::Heartbeat {
            if version <= *newest {
                let (newest, version) = (*newest as i64, version as i64);
                return Err(Refusal::with(Reject::FeedOutdated, newest, version));
            }
            *newest = version;
        }
        fixture.feed.last_heard = now;
        let outcome = self.follow(match_id, event);
        // In this order no market is open for a moment at the price of before the silence.
        self.lift_match(match_id, SuspendReason::FeedStale);
        // Only now is it known how long the match may be silent: a map may have begun.
        let due = self.tables.fixtures[match_id.0 as usize].stale_at(self.config);
        self.tables.feed_check_at = self.tables.feed_check_at.min(due);
        outcome
    }

    /// Applies what a feed said to the score.
    fn follow(&mut self, match_id: MatchId, event: GameEvent) -> Result<(), Refusal> {
        match event {
            GameEvent::Heartbeat => return Ok(()),
            GameEvent::Held => {
                self.stop_match(match_id, SuspendReason::FeedHeld);
                return Ok(());
            }
            GameEvent::Released => {
                self.lift_match(match_id, SuspendReason::FeedHeld);
                return Ok(());
            }
            GameEvent::Disputed => {
                self.stop_match(match_id, SuspendReason::ImpossibleState);
                return Ok(());
            }
            GameEvent::MapStarted { .. }
            | GameEvent::RoundWon { .. }
            | GameEvent::Rewound { .. }
            | GameEvent::MapOver { .. }
            | GameEvent::RoundStarted { .. }
            | GameEvent::NextRound { .. }
            | GameEvent::MobaState { .. }
            | GameEvent::MapWon { .. }
            | GameEvent::MobaRewound { .. } => {}
        }
        let seq = self.seq;
        let fixture = self.tables.fixture_mut(match_id)?;
        let rewinds = fixture.undone.len();
        let rewinds_now =
            matches!(event, GameEvent::Rewound { .. } | GameEvent::MobaRewound { .. });
        if rewinds_now && rewinds == REWINDS_MAX {
            self.stop_match(match_id, SuspendReason::ImpossibleState);
            let max = REWINDS_MAX as i64;
            return Err(Refusal::with(Reject::FeedImpossible, max, max + 1));
        }
        match fixture.series.apply(event, seq) {
            Err(impossible) => {
                self.stop_match(match_id, SuspendReason::ImpossibleState);
                let (expected, actual) = (impossible.expected, impossible.actual);
                Err(Refusal::with(Reject::FeedImpossible, expected, actual))
            }
            Ok(change) => {
                self.spread(match_id, event, change);
                Ok(())
            }
        }
    }

    /// Lets a changed score reach prices, results, and the bets that it undoes.
    fn spread(&mut self, match_id: MatchId, event: GameEvent, change: Change) {
        let map = match change {
            Change::None => return,
            Change::Moved { map } => map,
            Change::Opinion { map } => return self.requote(match_id, Requote::Parameters { map }),
            Change::Started { map, round } => return self.close_round(match_id, map, round),
            Change::Undone { map, first } => {
                if self.config.rewind_rule == RewindRule::Void {
                    let undone = Undone { from: first, to: self.seq };
                    self.tables.fixtures[match_id.0 as usize].undone.push(undone);
                    self.settle_all_of(match_id);
                }
                map
            }
        };
        let fixture = &self.tables.fixtures[match_id.0 as usize];
        fixture.announce_score(match_id, self.outbox);
        let winner = match event {
            GameEvent::RoundWon { winner, .. } => Some(winner),
            _ => None,
        };
        self.requote(match_id, Requote::Score { map, winner });
        self.open_round_market(match_id);
    }

    /// Suspends the matches whose feeds have been silent too long.
    #[inline]
    pub(crate) fn check_feed_age(&mut self) {
        if self.tables.feed_check_at <= self.now {
            self.suspend_silent_matches();
        }
    }

    #[cold]
    fn suspend_silent_matches(&mut self) {
        let mut next = Timestamp::MAX;
        for match_id in (0..self.tables.fixtures.len() as u32).map(MatchId) {
            let due = self.tables.fixtures[match_id.0 as usize].stale_at(self.config);
            if due <= self.now {
                self.stop_match(match_id, SuspendReason::FeedStale);
            } else {
                next = next.min(due);
            }
        }
        self.tables.feed_check_at = next;
    }
}

impl Fixture {
    /// When the match becomes stale if no feed speaks; never for a match that is over, or of which no
    /// feed has spoken and no start is planned.
    pub(crate) fn stale_at(&self, config: &Config) -> Timestamp {
        let limit = match self.series.phase() {
            MatchPhase::Live => config.feed_age_live_ns,
            MatchPhase::Scheduled | MatchPhase::Break => config.feed_age_prematch_ns,
            MatchPhase::Over => return Timestamp::MAX,
        };
        if self.feed.last_heard == Timestamp::default() || self.stops.has(SuspendReason::FeedStale)
        {
            return Timestamp::MAX;
        }
        // Silent for longer than the limit, so one nanosecond after it.
        self.feed.last_heard.plus(limit).plus(1)
    }
}
