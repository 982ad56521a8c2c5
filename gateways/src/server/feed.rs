//! The doors for feeds that push over HTTP: who may hand lines on, to whom, and when one last spoke.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use clutch_core::units::SourceId;
use hdrhistogram::Histogram;
use serde_json::{Value, json};

use crate::codes::{Fault, GatewayCode};
use crate::feed::capture::Tap;
use crate::http::Head;

/// Takes the lines of one push; an empty push is a sign of life.
pub type FeedSink = Box<dyn FnMut(&[u8]) -> FeedReply + Send>;

/// What became of a push.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FeedReply {
    /// It was read.
    Taken(Taken),
    /// It could not be written to disk and was not read; the provider should send the same again.
    NotKept,
    /// The engine could not take it all; the provider should send the same again.
    Busy,
}

/// What the lines of a push were.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Taken {
    /// Lines read.
    pub lines: u32,
    /// Events that they gave.
    pub events: u32,
    /// Lines that no rule knows.
    pub unknown: u32,
    /// Lines that had been said before.
    pub old: u32,
    /// Lines that are wrong.
    pub wrong: u32,
    /// The first of those.
    pub errors: Vec<WrongLine>,
    /// Facts after this version are missing and should be said again.
    pub resync_after: Option<u64>,
    /// The newest version that was taken.
    pub newest: u64,
    /// How late each fact is that says when it happened.
    pub lags_ms: Vec<u64>,
}

/// A line that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrongLine {
    /// Its number in the push, from 1.
    pub line: u64,
    /// What is wrong.
    pub text: String,
}

/// Wrong lines named in an answer; more are only counted.
pub const LINE_ERRORS_MAX: usize = 20;

impl Taken {
    /// Counts a line that is wrong, and keeps the first ones to name them.
    pub fn note_wrong(&mut self, line: u64, text: String) {
        self.wrong += 1;
        if self.errors.len() < LINE_ERRORS_MAX {
            self.errors.push(WrongLine { line, text });
        }
    }

    /// The answer to the provider. What there was none of is left out.
    pub fn answer(&self) -> Value {
        let Self { lines, events, unknown, old, wrong, .. } = self;
        let mut answer = json!({"lines": lines, "events": events, "unknown": unknown});
        if *old != 0 {
            answer["old"] = json!(old);
        }
        if *wrong != 0 {
            let error = |wrong: &WrongLine| json!({"line": wrong.line, "text": wrong.text});
            answer["wrong"] = json!(wrong);
            answer["errors"] = self.errors.iter().map(error).collect();
        }
        if let Some(after) = self.resync_after {
            answer["resync_after"] = json!(after);
        }
        answer
    }
}

/// Longest lag that is told apart, in milliseconds.
const LAG_MAX_MS: u64 = 3_600_000;

/// One source about one match, and how it is proven.
pub struct FeedDoor {
    /// The last part of its address: `/feeds/<provider>`.
    pub provider: &'static str,
    /// What the provider sends to prove itself.
    pub key: String,
    /// The match by the operator's key.
    pub match_key: String,
    /// Its number among the sources of the match.
    pub source: SourceId,
    /// The newest version that was taken.
    pub newest: u64,
    /// Who takes its lines.
    pub sink: FeedSink,
    clock: FeedClock,
    lags_ms: Histogram<u64>,
    gaps: u64,
    wrong: u64,
    capture: Option<Tap>,
}

impl FeedDoor {
    /// A door through which nothing has come yet.
    pub fn new(provider: &'static str, key: String, match_key: String, sink: FeedSink) -> Self {
        let lags_ms = Histogram::new_with_max(LAG_MAX_MS, 2).expect("constant bounds");
        let (source, clock) = (SourceId(0), FeedClock::new());
        let (newest, gaps, wrong) = (0, 0, 0);
        Self {
            provider,
            key,
            match_key,
            source,
            newest,
            sink,
            clock,
            lags_ms,
            gaps,
            wrong,
            capture: None,
        }
    }

    /// The same for another source than the first, of which `newest` was taken before.
    pub fn of_source(self, source: SourceId, newest: u64) -> Self {
        Self { source, newest, ..self }
    }

    /// The same, with who captures its bytes.
    pub fn captured_by(self, capture: Option<Tap>) -> Self {
        Self { capture, ..self }
    }

    /// How many pushes the capture had no room for.
    pub fn capture_dropped(&self) -> u64 {
        self.capture.as_ref().map_or(0, Tap::dropped)
    }

    /// Takes the lines of one push.
    pub fn push(&mut self, body: &[u8]) -> FeedReply {
        let reply = (self.sink)(body);
        if let FeedReply::Taken(taken) = &reply {
            self.clock.touch();
            self.newest = taken.newest;
            self.gaps += u64::from(taken.resync_after.is_some());
            self.wrong += u64::from(taken.wrong);
            for lag in &taken.lags_ms {
                self.lags_ms.saturating_record(*lag);
            }
        }
        reply
    }

    /// How it is, for people and monitors.
    pub fn health(&self) -> Value {
        let age_ms = self.clock.age().map(|age| age.as_millis() as u64);
        let mut health = json!({
            "name": self.provider, "match": self.match_key, "source": self.source.0, "age_ms": age_ms,
            "newest": self.newest, "gaps": self.gaps, "wrong_lines": self.wrong,
        });
        if self.capture.is_some() {
            health["capture_dropped"] = json!(self.capture_dropped());
        }
        if !self.lags_ms.is_empty() {
            let at = |quantile| self.lags_ms.value_at_quantile(quantile);
            health["lag_ms"] = json!({
                "p50": at(0.5), "p99": at(0.99), "max": self.lags_ms.max(), "facts": self.lags_ms.len(),
            });
        }
        health
    }
}

/// Every door.
#[derive(Default)]
pub struct FeedDoors(Vec<FeedDoor>);

impl FeedDoors {
    /// These doors.
    pub fn new(doors: Vec<FeedDoor>) -> Self {
        Self(doors)
    }

    /// The provider of an address, if there is such an address.
    pub fn provider(path: &str) -> Option<&'static str> {
        let name = path.strip_prefix("/feeds/")?;
        ["cs-log", "ndjson"].into_iter().find(|provider| *provider == name)
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How each is.
    pub fn health(&self) -> Value {
        self.0.iter().map(FeedDoor::health).collect()
    }

    /// The door that a request has the key of.
    ///
    /// # Errors
    /// [`Fault`] if there is none for it, or more than one.
    pub fn open(&mut self, provider: &str, head: &Head) -> Result<&mut FeedDoor, Fault> {
        let of_provider = |door: &&mut FeedDoor| door.provider == provider;
        if !self.0.iter().any(|door| door.provider == provider) {
            let text = "This feed is closed: no key is configured for it.";
            return Err(Fault::with(GatewayCode::Forbidden, text.to_owned()));
        }
        // Game servers can be given an address but no header, so theirs carries the key.
        let in_headers = head.feed_key.as_deref().or(head.bearer.as_deref());
        let Some(given) = in_headers.or_else(|| head.query_value("key")) else {
            let text = "This feed needs its key.";
            return Err(Fault::with(GatewayCode::NotAuthenticated, text.to_owned()));
        };
        let mut fitting: Vec<&mut FeedDoor> = self.0.iter_mut().filter(of_provider).collect();
        fitting.retain(|door| is_same_key(given, &door.key));
        if fitting.is_empty() {
            let text = "This is not the key of this feed.";
            return Err(Fault::with(GatewayCode::Forbidden, text.to_owned()));
        }
        if head.query_value("match").is_some() {
            let key = head.query_text("match").unwrap_or_default();
            fitting.retain(|door| door.match_key == key);
        }
        match (fitting.pop(), fitting.is_empty()) {
            (Some(door), true) => Ok(door),
            (Some(_), false) => {
                let text = "This key is for several matches; name one with ?match=KEY.";
                Err(Fault::with(GatewayCode::BadRequest, text.to_owned()))
            }
            (None, _) => {
                let text = "This key is not for a match of that name.";
                Err(Fault::with(GatewayCode::BadRequest, text.to_owned()))
            }
        }
    }
}

/// Compares keys in a time that tells nothing about where they differ.
fn is_same_key(given: &str, key: &str) -> bool {
    given.len() == key.len()
        && given.bytes().zip(key.bytes()).fold(0, |differences, (a, b)| differences | (a ^ b)) == 0
}

/// When a feed last spoke. Shared with feeds that do not come over HTTP, such as file replay.
#[derive(Clone, Debug)]
pub struct FeedClock {
    start: Instant,
    /// Milliseconds after `start`, plus one; zero as long as it never spoke.
    last: Arc<AtomicU64>,
}

impl FeedClock {
    /// A feed that has not spoken yet.
    pub fn new() -> Self {
        Self { start: Instant::now(), last: Arc::default() }
    }

    /// The feed speaks now.
    pub fn touch(&self) {
        let millis = self.start.elapsed().as_millis() as u64;
        self.last.store(millis + 1, Ordering::Relaxed);
    }

    /// How long ago it spoke.
    pub fn age(&self) -> Option<Duration> {
        let last = self.last.load(Ordering::Relaxed).checked_sub(1)?;
        Some(self.start.elapsed().saturating_sub(Duration::from_millis(last)))
    }
}

impl Default for FeedClock {
    fn default() -> Self {
        Self::new()
    }
}
