//! What a feed that is pushed to makes of its lines, one provider each.
//!
//! The lines of a provider become commands about one match of ours. Whoever implements [`Follow`] is a
//! function of the lines alone: read again after a restart they give the same commands.

use std::collections::VecDeque;

use clutch_core::Envelope;
use clutch_core::units::{MatchId, SourceId, Timestamp};

use super::MatchFeed;
use super::cs_log::{CsLog, Normalised};
use super::facts::What;
use super::facts_bridge::FactsFeed;
use super::ndjson::{Count, Heard, Stream};

/// Follows the lines of one provider for one match.
pub trait Follow: Send {
    /// The match and the source that it speaks for.
    fn about(&self) -> (MatchId, SourceId);

    /// Takes a line. What it says goes behind `out`.
    fn line(&mut self, line: &[u8], received_at: Timestamp, out: &mut VecDeque<Envelope>) -> Line;

    /// The version of the last message.
    fn version(&self) -> u64;

    /// Goes on behind `applied`, which the engine has heard although these lines do not hold it. What
    /// must be said at once because of that.
    fn catch_up(&mut self, applied: u64, now: Timestamp) -> Option<Envelope>;
}

/// What a line was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Line {
    /// One that the provider's rules know, whether or not it says anything.
    Known,
    /// One that no rule knows.
    Unknown,
    /// One that was said before.
    Old,
    /// One before which others are missing: those after this version.
    Gap {
        /// The newest version without a gap.
        after: u64,
    },
    /// One that is wrong; a sentence says how.
    Wrong(String),
}

/// Follows the log of a game server.
#[derive(Debug)]
pub struct CsLogLines {
    normaliser: CsLog,
    bridge: MatchFeed,
    lines: u64,
    events: Vec<Normalised>,
}

impl CsLogLines {
    /// Follows a log from its first line.
    pub fn new(normaliser: CsLog, bridge: MatchFeed) -> Self {
        Self { normaliser, bridge, lines: 0, events: Vec::new() }
    }

    /// Lines followed so far.
    pub fn lines(&self) -> u64 {
        self.lines
    }
}

impl Follow for CsLogLines {
    fn about(&self) -> (MatchId, SourceId) {
        (self.bridge.match_id(), self.bridge.source())
    }

    fn line(&mut self, line: &[u8], received_at: Timestamp, out: &mut VecDeque<Envelope>) -> Line {
        self.lines += 1;
        let before = *self.normaliser.counters();
        self.normaliser.line(self.lines, line, &mut self.events);
        for event in self.events.drain(..) {
            tracing::debug!(?event, "feed");
            out.extend(self.bridge.translate(&event, received_at));
        }
        let after = self.normaliser.counters();
        let is_unknown = before.unknown + before.garbage < after.unknown + after.garbage;
        if is_unknown { Line::Unknown } else { Line::Known }
    }

    fn version(&self) -> u64 {
        self.bridge.version()
    }

    fn catch_up(&mut self, applied: u64, now: Timestamp) -> Option<Envelope> {
        self.bridge.catch_up(applied, now)
    }
}

/// Follows facts in our own words.
#[derive(Debug)]
pub struct FactLines {
    stream: Stream,
    bridge: FactsFeed,
    /// What the engine has heard and these lines do not hold, as long as none tells how they count.
    unseen: Option<u64>,
}

impl FactLines {
    /// Follows facts about the match that `known` names.
    pub fn new(match_id: MatchId, source: SourceId, known: What) -> Self {
        let (stream, bridge) = (Stream::about(known), FactsFeed::new(match_id, source));
        Self { stream, bridge, unseen: None }
    }

    /// The first fact has told how the stream counts; what that means for facts that were lost.
    fn settle_unseen(&mut self, received_at: Timestamp, out: &mut VecDeque<Envelope>) {
        if self.stream.count() == Count::Arrival
            && let Some(applied) = self.unseen.take()
        {
            self.bridge.skip_to(applied);
            out.push_back(self.bridge.hold(received_at));
        }
    }
}

impl Follow for FactLines {
    fn about(&self) -> (MatchId, SourceId) {
        self.bridge.about()
    }

    fn line(&mut self, line: &[u8], received_at: Timestamp, out: &mut VecDeque<Envelope>) -> Line {
        if let (Count::Unknown, Some(applied)) = (self.stream.count(), self.unseen)
            && super::facts::Fact::parse(line).is_ok_and(|fact| fact.number.is_some())
        {
            // The source counts, so what is missing shows by itself.
            self.unseen = None;
            self.stream.skip_to(applied);
            self.bridge.skip_to(applied);
        }
        match self.stream.read(line) {
            Ok(Heard::Nothing) => Line::Known,
            Ok(Heard::Old(_)) => Line::Old,
            Ok(Heard::Gap { fact, after }) => {
                let version = fact.number.map_or(0, |number| number.version);
                out.push_back(self.bridge.sign_of_life(version, received_at));
                Line::Gap { after }
            }
            Ok(Heard::Fact(fact)) => {
                self.settle_unseen(received_at, out);
                out.extend(self.bridge.translate(&fact, received_at));
                Line::Known
            }
            Err(what) => {
                // Nobody will miss it by its number, and it may have taken something back.
                if self.stream.count() == Count::Arrival {
                    out.push_back(self.bridge.hold(received_at));
                }
                Line::Wrong(what)
            }
        }
    }

    fn version(&self) -> u64 {
        self.bridge.version().max(self.unseen.unwrap_or_default())
    }

    fn catch_up(&mut self, applied: u64, now: Timestamp) -> Option<Envelope> {
        if applied <= self.bridge.version() {
            return None;
        }
        match self.stream.count() {
            Count::Unknown => {
                self.unseen = Some(applied);
                None
            }
            Count::Version(_) => {
                self.stream.skip_to(applied);
                self.bridge.skip_to(applied);
                None
            }
            Count::Arrival => {
                self.bridge.skip_to(applied);
                Some(self.bridge.hold(now))
            }
        }
    }
}
