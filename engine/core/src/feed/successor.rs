//! A match whose source is silent goes to another one by itself.
//!
//! Only to a source that counts: alive, nothing of it missing, not late, in no doubt. And only to one whose score
//! is the truth, or goes on from it: what was said is taken back by a person and by nobody else, and a match that
//! is frozen or held because its score is in question waits for one. Betting stays stopped until the successor
//! speaks again. A sign of life is enough where the score says everything, for it carries the newest version; where
//! there is more to a standing than the score, the next standing is awaited.

use super::sources::silence_max;
use super::view::{Relation, Truth, View};
use crate::command::{Config, SuspendReason};
use crate::event::{FeedAlert, MatchPhase};
use crate::state::Step;
use crate::title::Fixture;
use crate::units::{MatchId, SourceId, Timestamp};

/// While one of these stands nobody follows by himself: the score itself is in question.
const IN_QUESTION: [SuspendReason; 3] =
    [SuspendReason::ImpossibleState, SuspendReason::FeedsDisagree, SuspendReason::FeedHeld];

impl Step<'_> {
    /// Hands a match whose source has been silent for too long to the first that can follow.
    pub(crate) fn replace_silent(&mut self, match_id: MatchId) {
        let fixture = &self.tables.fixtures[match_id];
        if self.now < fixture.silent_until(self.config) {
            return;
        }
        let Some(source) = fixture.successor(self.config, self.now) else { return };
        let silent_ns = self.now.since(fixture.feed.last_heard);
        let silent_ms = u32::try_from(silent_ns / 1_000_000).unwrap_or(u32::MAX);
        let is_more_than_score = fixture.series.moba_map(fixture.series.current().max(1)).is_some();
        self.follow_instead(match_id, source);
        self.alert(match_id, source, FeedAlert::TookOver { silent_ms });
        if is_more_than_score {
            self.stop_match(match_id, SuspendReason::FeedGap);
        }
        self.adopt_from(match_id, source);
    }
}

impl Fixture {
    /// When it must be looked at a silent match again; never if that has been done.
    pub(super) fn hand_over_at(&self, config: &Config, now: Timestamp) -> Timestamp {
        let due = self.silent_until(config);
        if now < due { due } else { Timestamp::MAX }
    }

    /// Up to when the silence of its source leaves the match with it.
    fn silent_until(&self, config: &Config) -> Timestamp {
        let limit = silence_max(self.series.phase(), config);
        let (Some(limit), wait) = (limit, config.feed_hand_over_ns) else { return Timestamp::MAX };
        if wait == 0 || !self.stops.has(SuspendReason::FeedStale) || !self.feed.has_others() {
            return Timestamp::MAX;
        }
        self.feed.last_heard.plus(limit.max(wait)).plus(1)
    }

    /// The first source that counts and whose score can be followed from where the truth stands.
    fn successor(&self, config: &Config, now: Timestamp) -> Option<SourceId> {
        let limit = silence_max(self.series.phase(), config)?;
        if IN_QUESTION.iter().any(|reason| self.stops.has(*reason)) {
            return None;
        }
        let truth = Truth::of(&self.series);
        let is_between = matches!(self.series.phase(), MatchPhase::Scheduled | MatchPhase::Break);
        let rows = self.feed.sources.iter().zip(0..).map(|(row, index)| (row, SourceId(index)));
        let mut others =
            rows.filter(|(row, source)| !self.feed.is_primary(*source) && row.counts(now, limit));
        let goes_on = |view: &View| match view.against(&truth) {
            Relation::Agrees => true,
            Relation::Ahead => {
                let played = truth.view.map;
                view.map == played || is_between && view.map == played + 1
            }
            Relation::Behind | Relation::Disagrees { .. } | Relation::Apart { .. } => false,
        };
        others.find(|(row, _)| goes_on(&row.view)).map(|(_, source)| source)
    }
}
