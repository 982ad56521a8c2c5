//! The doors for feeds that push over HTTP: who may hand lines on, to whom, and when one last spoke.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use clutch_core::Event;
use clutch_core::units::{MatchId, SourceId};
use hdrhistogram::Histogram;
use serde_json::{Value, json};

use super::bugs::contained;
use crate::book::{Book, Match};
use crate::codes::{Fault, GatewayCode};
use crate::feed::capture::Tap;
use crate::http::Head;

/// Takes the lines of one push; an empty push is a sign of life.
pub type FeedSink = Box<dyn FnMut(&[u8]) -> FeedReply + Send>;

/// Opens the doors of a match that came into being while the server runs; none for one whose doors are open.
pub type OpenDoors = Box<dyn FnMut(&Match) -> Vec<FeedDoor> + Send>;

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
    /// How late each message is that says its time.
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
    /// The match itself; `None` if its end is no concern of this door.
    match_id: Option<MatchId>,
    /// Whether it opens only to who names the match.
    by_name_only: bool,
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
            match_id: None,
            by_name_only: false,
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

    /// The same, closed once this match is gone.
    pub fn about(self, match_id: MatchId) -> Self {
        Self { match_id: Some(match_id), ..self }
    }

    /// The same, for pushes alone that name the match: who names none speaks of another.
    pub fn only_by_name(self) -> Self {
        Self { by_name_only: true, ..self }
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
        let Some(reply) = contained(|| (self.sink)(body)) else {
            // What it made of these lines is half done. It is silent until the lines are read again at a start.
            let (provider, match_key, source) = (self.provider, &self.match_key, self.source.0);
            tracing::error!(provider, match_key, source, "this feed takes nothing until a restart");
            self.sink = Box::new(|_| FeedReply::NotKept);
            return FeedReply::NotKept;
        };
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
                "p50": at(0.5), "p99": at(0.99), "max": self.lags_ms.max(), "messages": self.lags_ms.len(),
            });
        }
        health
    }
}

/// Every door.
#[derive(Default)]
pub struct FeedDoors {
    doors: Vec<FeedDoor>,
    opener: Option<OpenDoors>,
    /// Matches that have just come into being, whose names may still be missing.
    new: Vec<MatchId>,
}

impl FeedDoors {
    /// These doors.
    pub fn new(doors: Vec<FeedDoor>) -> Self {
        Self { doors, ..Self::default() }
    }

    /// Who opens the doors of matches to come.
    pub fn opened_by(&mut self, opener: OpenDoors) {
        self.opener = Some(opener);
    }

    /// Hears which matches come and go. The doors of one that is gone close.
    pub fn hear(&mut self, event: &Event) {
        match *event {
            Event::MatchCreated { match_id, .. } if self.opener.is_some() => {
                self.new.push(match_id);
            }
            Event::MatchRetired { match_id } => {
                self.new.retain(|new| *new != match_id);
                self.doors.retain(|door| door.match_id != Some(match_id));
            }
            _ => {}
        }
    }

    /// Opens the doors of the new matches whose names have been heard.
    pub fn open_new(&mut self, book: &Book) {
        let Self { doors, opener: Some(opener), new } = self else { return };
        new.retain(|id| match book.game(*id) {
            Some(game) if game.is_named() => {
                doors.extend(opener(game));
                false
            }
            Some(_) => true,
            None => false,
        });
    }

    /// The provider of an address, if there is such an address.
    pub fn provider(path: &str) -> Option<&'static str> {
        let name = path.strip_prefix("/feeds/")?;
        ["cs-log", "ndjson"].into_iter().find(|provider| *provider == name)
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.doors.is_empty()
    }

    /// How each is.
    pub fn health(&self) -> Value {
        self.doors.iter().map(FeedDoor::health).collect()
    }

    /// The door that a request has the key of.
    ///
    /// # Errors
    /// [`Fault`] if there is none for it, or more than one.
    pub fn open(&mut self, provider: &str, head: &Head) -> Result<&mut FeedDoor, Fault> {
        let of_provider = |door: &&mut FeedDoor| door.provider == provider;
        if !self.doors.iter().any(|door| door.provider == provider) {
            let text = "This feed is closed: no key is configured for it, or there is no match that it could be about.";
            return Err(Fault::with(GatewayCode::Forbidden, text.to_owned()));
        }
        // Game servers can be given an address but no header, so theirs carries the key.
        let in_headers = head.feed_key.as_deref().or(head.bearer.as_deref());
        let Some(given) = in_headers.or_else(|| head.query_value("key")) else {
            let text = "This feed needs its key.";
            return Err(Fault::with(GatewayCode::NotAuthenticated, text.to_owned()));
        };
        let mut fitting: Vec<&mut FeedDoor> = self.doors.iter_mut().filter(of_provider).collect();
        fitting.retain(|door| is_same_key(given, &door.key));
        if fitting.is_empty() {
            let text = "This is not the key of this feed.";
            return Err(Fault::with(GatewayCode::Forbidden, text.to_owned()));
        }
        if head.query_value("match").is_some() {
            let key = head.query_text("match").unwrap_or_default();
            fitting.retain(|door| door.match_key == key);
        } else if fitting.iter().all(|door| door.by_name_only) {
            let text = "This key is for matches that must be named; name one with ?match=KEY.";
            return Err(Fault::with(GatewayCode::BadRequest, text.to_owned()));
        } else {
            fitting.retain(|door| !door.by_name_only);
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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::http::parse_head;
    use clutch_core::Record;
    use clutch_core::command::{RoundFormat, Team, Title};
    use clutch_core::event::NamedPart;
    use clutch_core::units::{Name, Seq, Timestamp};

    fn door(match_key: &str) -> FeedDoor {
        let sink: FeedSink = Box::new(|_| FeedReply::Busy);
        FeedDoor::new("ndjson", "the-key".to_owned(), match_key.to_owned(), sink)
    }

    fn opened(doors: &mut FeedDoors, query: &str) -> Result<String, String> {
        let head =
            format!("POST /feeds/ndjson{query} HTTP/1.1\r\nHost: h\r\nX-Feed-Key: the-key\r\n\r\n");
        let head = parse_head(head.as_bytes()).unwrap().unwrap();
        let door = doors.open("ndjson", &head).map_err(|fault| fault.text)?;
        Ok(door.match_key.clone())
    }

    #[test]
    fn a_new_match_has_doors_once_it_is_named_and_none_when_it_is_gone() {
        let mut doors = FeedDoors::new(vec![door("final")]);
        doors.opened_by(Box::new(|game| {
            let key = game.key.unwrap();
            vec![door(key.as_str()).about(game.id).only_by_name()]
        }));
        let (mut book, match_id) = (Book::default(), MatchId(1));
        let mut hear = |doors: &mut FeedDoors, event| {
            book.apply(&Record { seq: Seq(1), time: Timestamp::default(), trace: 0, event });
            doors.hear(&event);
            doors.open_new(&book);
        };
        let (title, rounds, best_of) = (Title::CounterStrike, RoundFormat::Mr12, 1);
        let starts_at = Timestamp::default();
        hear(&mut doors, Event::MatchCreated { match_id, title, rounds, best_of, starts_at });
        let by_name = "?match=cup";
        assert!(opened(&mut doors, by_name).unwrap_err().contains("not for a match of that name"));
        let parts = [
            (NamedPart::Match, "cup"),
            (NamedPart::Team(Team::A), "NAVI"),
            (NamedPart::Team(Team::B), "Faze"),
        ];
        for (part, name) in parts {
            let name = Name::new(name).unwrap();
            hear(&mut doors, Event::Named { match_id, part, name });
        }
        assert_eq!(opened(&mut doors, by_name).unwrap(), "cup");
        // Who names none speaks of the match that he always spoke of.
        assert_eq!(opened(&mut doors, "").unwrap(), "final");
        hear(&mut doors, Event::MatchRetired { match_id });
        assert!(opened(&mut doors, by_name).unwrap_err().contains("not for a match of that name"));
        assert_eq!(opened(&mut doors, "").unwrap(), "final");
    }
}
