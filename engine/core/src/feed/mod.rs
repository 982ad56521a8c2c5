//! What feeds say, how late, and how long they may be silent.
//!
//! A feed is not trusted: duplicates and old versions drop, a gap stops the match until it is closed,
//! what cannot follow from the score freezes it by name, and a match whose source is silent or late
//! beyond the limits is suspended. [`sources`] keeps what is known of each source, [`view`] the score by
//! its own account, `merge` makes one truth of several.

mod merge;
pub mod sources;
mod successor;
pub mod view;

use sources::silence_max;

use crate::command::{Config, FeedMessage, GameEvent, SuspendReason};
use crate::event::{FeedAlert, VoidReason};
use crate::house_rules::rules::Rewound;
use crate::market::Requote;
use crate::reject::{Refusal, Reject};
use crate::state::Step;
use crate::title::{Change, FeedRule, Fixture, Impossible, REWINDS_MAX, Undone, UndoneScope};
use crate::units::{MatchId, SourceId, Timestamp};

impl Step<'_> {
    /// Takes one message of one feed.
    pub(crate) fn hear(&mut self, message: &FeedMessage) -> Result<(), Refusal> {
        let FeedMessage { match_id, source, version, follows, event, .. } = *message;
        let now = self.now;
        if event != GameEvent::Heartbeat {
            // What a sign of life may lead to, a hand-over, happened before it and nobody knows when.
            self.heard_of = message.source_time;
        }
        let fixture = self.tables.fixture_mut(match_id)?;
        let Some(newest) = fixture.version(source).copied() else {
            let most = crate::title::SOURCES_MAX as i64 - 1;
            return Err(Refusal::with(Reject::InvalidParameter, most, i64::from(source.0)));
        };
        let is_heartbeat = event == GameEvent::Heartbeat;
        if !is_heartbeat && version <= newest {
            return Err(Refusal::with(Reject::FeedOutdated, newest as i64, version as i64));
        }
        if !is_heartbeat && fixture.feed.primary.is_none() {
            fixture.feed.primary = Some(source);
        }
        let is_primary = fixture.feed.primary.is_none_or(|primary| primary == source);
        fixture.feed.source(source).heard_at = now;
        if is_primary {
            fixture.feed.last_heard = now;
        }
        let caught_up = self.check_lag(message, is_primary);
        let missing =
            if is_heartbeat { newest < version } else { follows != 0 && follows != newest };
        let outcome = if missing {
            self.miss(message, is_primary, newest)
        } else {
            self.take(message, is_primary)
        };
        if is_primary {
            // In this order no market is open for a moment at the price of before the silence.
            self.lift_match(match_id, SuspendReason::FeedStale);
            if caught_up {
                self.lift_match(match_id, SuspendReason::FeedLag);
            }
            // Only now is it known how long the match may be silent: a map may have begun.
            let due = self.tables.fixtures[match_id].stale_at(self.config);
            self.tables.feed_check_at = self.tables.feed_check_at.min(due);
        }
        if !is_primary {
            // Somebody else has spoken: if the one that is followed has not for too long, he may follow.
            self.replace_silent(match_id);
            // He may be the first who can, and it is not yet time.
            let due = self.tables.fixtures[match_id].hand_over_at(self.config, self.now);
            self.tables.feed_check_at = self.tables.feed_check_at.min(due);
        }
        outcome
    }

    /// Takes the next message of a source that has said everything before it.
    fn take(&mut self, message: &FeedMessage, is_primary: bool) -> Result<(), Refusal> {
        let FeedMessage { match_id, source, version, event, .. } = *message;
        if event == GameEvent::Heartbeat {
            // A source that was silent counts again, and one that is known to be alive does not excuse.
            self.reconcile(match_id);
            return Ok(());
        }
        let feed = &mut self.tables.fixtures[match_id].feed;
        feed.versions[usize::from(source.0)] = version;
        feed.source(source).has_gap = false;
        if !is_primary {
            return self.confirm(message);
        }
        let outcome = self.follow(match_id, source, event);
        self.reconcile(match_id);
        if outcome.is_ok() && is_of_the_score(event) {
            self.count_fitting(match_id);
        }
        self.lift_match(match_id, SuspendReason::FeedGap);
        outcome
    }

    /// Messages are missing: nothing that came after them is believed, and the source is asked again.
    fn miss(
        &mut self,
        message: &FeedMessage,
        is_primary: bool,
        newest: u64,
    ) -> Result<(), Refusal> {
        let FeedMessage { match_id, source, version, follows, event, .. } = *message;
        let row = self.tables.fixtures[match_id].feed.source(source);
        row.has_gap = true;
        self.alert(match_id, source, FeedAlert::Gap { after: newest });
        if is_primary {
            self.stop_match(match_id, SuspendReason::FeedGap);
        } else {
            self.reconcile(match_id);
        }
        if event == GameEvent::Heartbeat {
            return Ok(());
        }
        let before = if follows == 0 { version } else { follows };
        Err(Refusal::with(Reject::FeedGap, newest as i64, before as i64))
    }

    /// Notices a source that is late beyond the limit. Returns whether one no longer is.
    fn check_lag(&mut self, message: &FeedMessage, is_primary: bool) -> bool {
        let FeedMessage { match_id, source, .. } = *message;
        let row = self.tables.fixtures[match_id].feed.source(source);
        let Some(lag_ns) = row.measure_lag(message) else { return false };
        let lagged = core::mem::replace(&mut row.lags, self.config.feed_lag_max_ns < lag_ns);
        let lags = row.lags;
        self.tables.lags[usize::from(source.0)].count(lag_ns);
        if lags && !lagged {
            let lag_ms = (lag_ns / 1_000_000) as u32;
            self.alert(match_id, source, FeedAlert::Late { lag_ms });
        }
        if is_primary && lags {
            self.stop_match(match_id, SuspendReason::FeedLag);
        }
        lagged && !lags
    }

    /// Applies what the primary said to the score.
    fn follow(
        &mut self,
        match_id: MatchId,
        source: SourceId,
        event: GameEvent,
    ) -> Result<(), Refusal> {
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
                let odd = Impossible { rule: FeedRule::Disputed, expected: 0, actual: 0 };
                self.freeze(match_id, source, odd, true);
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
        let rewinds = fixture.rewinds();
        let rewinds_now =
            matches!(event, GameEvent::Rewound { .. } | GameEvent::MobaRewound { .. });
        if rewinds_now && rewinds == REWINDS_MAX {
            let max = REWINDS_MAX as i64;
            let odd = Impossible { rule: FeedRule::TooManyRewinds, expected: max, actual: max + 1 };
            self.freeze(match_id, source, odd, true);
            return Err(Refusal::with(Reject::FeedImpossible, max, max + 1));
        }
        match fixture.series.apply(event, seq) {
            Err(impossible) => {
                self.freeze(match_id, source, impossible, false);
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
    pub(super) fn spread(&mut self, match_id: MatchId, event: GameEvent, change: Change) {
        let map = match change {
            Change::None => return,
            Change::Moved { map } => map,
            Change::Shifted { map, is_material } => {
                let fixture = &self.tables.fixtures[match_id];
                fixture.announce_score(match_id, self.outbox);
                return self.requote(match_id, Requote::Standing { map, is_material });
            }
            Change::Confirmed { map } => return self.confirm_payouts(match_id, map),
            Change::Opinion { map } => return self.requote(match_id, Requote::Parameters { map }),
            Change::Started { map, round } => return self.close_round(match_id, map, round),
            Change::Undone { map, first } => {
                let fixture = &mut self.tables.fixtures[match_id];
                let rules = self.tables.rule_book.rules(fixture.house_rules);
                // A map that is played again goes by the rule on that.
                let is_replay = fixture.replays.take_if(|replays| *replays == map).is_some();
                if rules.rewound == Rewound::Void && !is_replay {
                    let (reason, scope) = (VoidReason::Rewound, UndoneScope::Match);
                    let undone = Undone { from: first, to: self.seq, reason, scope };
                    self.tables.fixtures[match_id].undone.push(undone);
                    self.settle_all_of(match_id);
                }
                map
            }
        };
        let fixture = &self.tables.fixtures[match_id];
        fixture.announce_score(match_id, self.outbox);
        let winner = match event {
            GameEvent::RoundWon { winner, .. } => Some(winner),
            _ => None,
        };
        self.requote(match_id, Requote::Score { map, winner });
        self.open_round_market(match_id);
        self.notice_end(match_id);
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
        for slot in 0..self.tables.fixtures.slots() {
            let Some(match_id) = self.tables.fixtures.in_slot(slot) else { continue };
            let due = self.tables.fixtures[match_id].stale_at(self.config);
            if due <= self.now {
                self.stop_match(match_id, SuspendReason::FeedStale);
            } else {
                next = next.min(due);
            }
            self.replace_silent(match_id);
            let fixture = &self.tables.fixtures[match_id];
            next = next.min(fixture.hand_over_at(self.config, self.now));
            self.reconcile(match_id);
            next = next.min(self.tables.fixtures[match_id].apart_at(self.config, self.now));
        }
        self.tables.feed_check_at = next;
    }
}

/// Whether such a word tells how the match stands, so that it can fit.
const fn is_of_the_score(event: GameEvent) -> bool {
    match event {
        GameEvent::MapStarted { .. }
        | GameEvent::RoundStarted { .. }
        | GameEvent::RoundWon { .. }
        | GameEvent::Rewound { .. }
        | GameEvent::MapOver { .. }
        | GameEvent::MobaState { .. }
        | GameEvent::MapWon { .. }
        | GameEvent::MobaRewound { .. } => true,
        GameEvent::Heartbeat
        | GameEvent::Held
        | GameEvent::Released
        | GameEvent::Disputed
        | GameEvent::NextRound { .. } => false,
    }
}

impl Fixture {
    /// When the match becomes stale if no feed speaks; never for a match that is over, or of which no
    /// feed has spoken and no start is planned.
    pub(crate) fn stale_at(&self, config: &Config) -> Timestamp {
        let Some(limit) = silence_max(self.series.phase(), config) else { return Timestamp::MAX };
        if self.feed.last_heard == Timestamp::default() || self.stops.has(SuspendReason::FeedStale)
        {
            return Timestamp::MAX;
        }
        // Silent for longer than the limit, so one nanosecond after it.
        self.feed.last_heard.plus(limit).plus(1)
    }
}
