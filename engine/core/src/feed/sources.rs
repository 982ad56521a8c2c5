//! What is known of each source of a match: when it spoke, how late, and whether anything is missing.

use super::view::View;
use crate::codec::wire_struct;
use crate::command::{Config, FeedMessage};
use crate::event::MatchPhase;
use crate::title::SOURCES_MAX;
use crate::units::{SourceId, Timestamp};

/// What one source has said of one match.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SourceState {
    /// When it was heard last.
    pub heard_at: Timestamp,
    /// The shortest time from its clock to ours so far. Clocks differ, so only what a message takes
    /// longer than this is lag.
    pub lag_best_ns: Option<i64>,
    /// Whether it lags beyond the limit.
    pub lags: bool,
    /// Whether messages of it are missing.
    pub has_gap: bool,
    /// Whether it contradicted itself, or a person decided against it: not asked until it agrees again.
    pub in_doubt: bool,
    /// The score by its own account.
    pub view: View,
}

wire_struct!(SourceState { heard_at, lag_best_ns, lags, has_gap, in_doubt, view });

impl SourceState {
    /// Measures how late a message is, in nanoseconds beyond what this source takes at its best; `None` if
    /// it does not say its time.
    ///
    /// A heartbeat is measured as a fact is. With a time it says that all there was up to then has been
    /// told, so one whose time stands still or runs back tells nothing of what came after, and is late by
    /// as much. Without a time it says that the source is alive, and neither shows a lag nor ends one.
    pub(super) fn measure_lag(&mut self, message: &FeedMessage) -> Option<u64> {
        if message.source_time == Timestamp::default() {
            return None;
        }
        let took =
            i128::from(message.received_at.nanos()) - i128::from(message.source_time.nanos());
        let took = i64::try_from(took).unwrap_or(if took < 0 { i64::MIN } else { i64::MAX });
        let best = self.lag_best_ns.map_or(took, |best| best.min(took));
        self.lag_best_ns = Some(best);
        Some(took.abs_diff(best))
    }

    /// Whether its view counts now: it has one, it is alive, and nothing of it is missing.
    pub(super) fn counts(&self, now: Timestamp, limit_ns: u64) -> bool {
        let spoken = self.view.map != 0 && now.since(self.heard_at) <= limit_ns;
        spoken && !self.lags && !self.has_gap && !self.in_doubt
    }
}

/// What a match's feeds said last.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FeedState {
    /// The newest version of each source.
    pub versions: [u64; SOURCES_MAX],
    /// When the primary was heard last. Until it is, the planned start stands here: from then on
    /// silence means that the match may be played unseen.
    pub last_heard: Timestamp,
    /// The source that the truth follows: the first that spoke, until it is handed over.
    pub primary: Option<SourceId>,
    /// Each source.
    pub sources: [SourceState; SOURCES_MAX],
    /// Since when a source has been short of the truth; zero if none is.
    pub apart_since: Timestamp,
    /// Updates in a row that fitted since the match froze.
    pub fitted: u32,
    /// Whether only a person may lift the freeze.
    pub needs_person: bool,
}

wire_struct!(FeedState {
    versions,
    last_heard,
    primary,
    sources,
    apart_since,
    fitted,
    needs_person,
});

impl FeedState {
    /// Whether the truth follows this source.
    pub fn is_primary(&self, source: SourceId) -> bool {
        self.primary == Some(source)
    }

    /// Whether any source but the primary has a score of its own.
    pub(super) fn has_others(&self) -> bool {
        let mut rows = self.sources.iter().zip(0..);
        rows.any(|(row, index)| row.view.map != 0 && !self.is_primary(SourceId(index)))
    }

    /// A source of the list.
    pub fn source(&mut self, source: SourceId) -> &mut SourceState {
        &mut self.sources[usize::from(source.0)]
    }
}

/// How long a source may be silent.
pub(super) const fn silence_max(phase: MatchPhase, config: &Config) -> Option<u64> {
    match phase {
        MatchPhase::Live => Some(config.feed_age_live_ns),
        MatchPhase::Scheduled | MatchPhase::Break => Some(config.feed_age_prematch_ns),
        MatchPhase::Over => None,
    }
}

/// How late messages of a source were, over all its matches.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LagHistogram {
    /// Messages by how late they were; the last takes all that were later.
    pub counts: [u64; Self::AT_MOST_MS.len() + 1],
}

wire_struct!(LagHistogram { counts });

impl LagHistogram {
    /// The upper ends of the buckets but the last.
    pub const AT_MOST_MS: [u32; 10] =
        [50, 100, 250, 500, 1_000, 2_000, 4_000, 8_000, 16_000, 32_000];

    pub(super) fn count(&mut self, lag_ns: u64) {
        let is_in = |most: &&u32| lag_ns <= u64::from(**most) * 1_000_000;
        let index = Self::AT_MOST_MS.iter().position(|most| is_in(&most));
        self.counts[index.unwrap_or(Self::AT_MOST_MS.len())] += 1;
    }
}
