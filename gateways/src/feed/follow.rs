//! What a feed that is pushed to makes of its lines, one provider each.
//!
//! The lines of a provider become commands about one match of ours. Whoever implements [`Follow`] is a
//! function of the lines alone: read again after a restart they give the same commands.

use std::borrow::Cow;
use std::collections::VecDeque;
use std::io::{self, BufRead};

use clutch_core::command::GameEvent;
use clutch_core::units::{MatchId, Name, SourceId, Timestamp};
use clutch_core::{Command, Envelope};
use serde_json::Value;

use super::bridge::{MatchFeed, core_format, heartbeat, source_time};
use super::capture::Context;
use super::cs_log::{CsLog, LineReader, LogTime, Normalised, Options, RoundFormat};
use super::facts::{Title, What, mark_ahead};
use super::facts_bridge::FactsFeed;
use super::ndjson::{Count, Heard, Stream};
use crate::json::Once;
use crate::server::feed::Taken;

/// Follows the lines of one provider for one match.
pub trait Follow: Send {
    /// The match and the source that it speaks for.
    fn about(&self) -> (MatchId, SourceId);

    /// Takes a line. What it says goes behind `out`.
    fn line(&mut self, line: &[u8], received_at: Timestamp, out: &mut VecDeque<Envelope>) -> Line;

    /// The version of the last message.
    fn version(&self) -> u64;

    /// Up to when, by the source's own clock, the last line says that everything has been told; zero if it
    /// says nothing of that, as a line that was said before.
    fn told_until(&self) -> Timestamp;

    /// The lines of a push as they are kept and read: with a mark on what only the time of receipt shows to be wrong.
    fn mark<'a>(&self, lines: &'a [u8], _: Timestamp) -> Cow<'a, [u8]> {
        Cow::Borrowed(lines)
    }

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
    /// One that is wrong, and news by its count: it is missing until it is said again.
    WrongAndMissing {
        /// How it is wrong.
        what: String,
        /// The newest version without a gap.
        after: u64,
    },
}

impl<T: Follow + ?Sized> Follow for Box<T> {
    fn about(&self) -> (MatchId, SourceId) {
        (**self).about()
    }

    fn line(&mut self, line: &[u8], received_at: Timestamp, out: &mut VecDeque<Envelope>) -> Line {
        (**self).line(line, received_at, out)
    }

    fn version(&self) -> u64 {
        (**self).version()
    }

    fn told_until(&self) -> Timestamp {
        (**self).told_until()
    }

    fn mark<'a>(&self, lines: &'a [u8], received_at: Timestamp) -> Cow<'a, [u8]> {
        (**self).mark(lines, received_at)
    }

    fn catch_up(&mut self, applied: u64, now: Timestamp) -> Option<Envelope> {
        (**self).catch_up(applied, now)
    }
}

/// Who follows the lines of a provider about a match, from the first on.
///
/// # Errors
/// A sentence for a provider that there is not, or that has no such matches.
pub fn of(context: &Context) -> Result<Box<dyn Follow>, String> {
    let Context { provider, match_id, source, plays, .. } = context;
    let (match_id, source) = (MatchId(*match_id), SourceId(*source));
    let What::Match { title, teams, .. } = plays else {
        return Err("it does not say who plays".to_owned());
    };
    match (provider.as_str(), title) {
        ("ndjson", _) => Ok(Box::new(FactLines::new(match_id, source, plays.clone()))),
        ("cs-log", Title::Cs2 | Title::Csgo) => {
            let format = if *title == Title::Cs2 { RoundFormat::Mr12 } else { RoundFormat::Mr15 };
            let [a, b] = teams.each_ref().map(|team| Name::lossy(team, "?"));
            let bridge = MatchFeed::new(match_id, source, [a, b], core_format(format));
            let normaliser = CsLog::new(Options { format: Some(format) });
            Ok(Box::new(CsLogLines::new(normaliser, bridge)))
        }
        ("cs-log", other) => Err(format!("a game server's log is not about {other:?}")),
        (other, _) => Err(format!("there is no provider `{other}` that pushes")),
    }
}

/// Takes the lines of one push, as [`Follow::mark`] leaves them. What they say goes behind `out`; lines that say
/// nothing are a sign of life with the time of the last one, unless one of them is wrong.
pub fn push<F: Follow + ?Sized>(
    follow: &mut F,
    body: &[u8],
    now: Timestamp,
    out: &mut VecDeque<Envelope>,
) -> Taken {
    let (mut taken, before) = (Taken::default(), out.len());
    if let Err(error) = read(follow, LineReader::new(body), now, out, &mut taken) {
        tracing::error!(%error, "a push could not be read");
    }
    taken.events = (out.len() - before) as u32;
    taken.newest = follow.version();
    if taken.events == 0 && taken.wrong == 0 {
        let (match_id, source) = follow.about();
        let is_empty = taken.lines == 0;
        let told_until = if is_empty { Timestamp::default() } else { follow.told_until() };
        out.push_back(heartbeat(match_id, source, told_until, now));
    }
    taken
}

/// Takes lines until there are no more.
///
/// # Errors
/// As those of reading.
pub fn read<F: Follow + ?Sized, R: BufRead>(
    follow: &mut F,
    mut lines: LineReader<R>,
    now: Timestamp,
    out: &mut VecDeque<Envelope>,
    taken: &mut Taken,
) -> io::Result<()> {
    while let Some((number, line)) = lines.next_line()? {
        taken.lines += 1;
        match follow.line(line, now, out) {
            Line::Known => {}
            Line::Unknown => taken.unknown += 1,
            Line::Old => taken.old += 1,
            Line::Gap { after } => taken.resync_after = Some(after),
            Line::Wrong(text) => taken.note_wrong(number, text),
            Line::WrongAndMissing { what, after } => {
                taken.note_wrong(number, what);
                taken.resync_after = Some(after);
            }
        }
    }
    // Lines that came later in the same push may have closed the gap.
    taken.resync_after = taken.resync_after.filter(|after| *after == follow.version());
    Ok(())
}

/// The version of a line that is no fact, if so much of it can be read; else it may be the `next` one, unless it
/// would have been a sign of life.
fn version_of(line: &[u8], next: u64) -> u64 {
    let line = serde_json::from_slice(line).map_or_else(|_| Value::Null, |Once(line)| line);
    let none = if line["event"] == "heartbeat" { 0 } else { next };
    line["version"].as_u64().unwrap_or(none)
}

/// Follows the log of a game server.
#[derive(Debug)]
pub struct CsLogLines {
    normaliser: CsLog,
    bridge: MatchFeed,
    lines: u64,
    events: Vec<Normalised>,
    /// The time of the newest line, and whether that was the last one.
    newest: Timestamp,
    is_newest: bool,
}

impl CsLogLines {
    /// Follows a log from its first line.
    pub fn new(normaliser: CsLog, bridge: MatchFeed) -> Self {
        let (events, newest) = (Vec::new(), Timestamp::default());
        Self { normaliser, bridge, lines: 0, events, newest, is_newest: false }
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
        let said_at = LogTime::of_line(line).map_or(Timestamp::default(), source_time);
        // Older lines are sent again by a server that got no answer in time.
        self.is_newest = self.newest <= said_at;
        self.newest = self.newest.max(said_at);
        let after = self.normaliser.counters();
        let is_unknown = before.unknown + before.garbage < after.unknown + after.garbage;
        if is_unknown { Line::Unknown } else { Line::Known }
    }

    fn version(&self) -> u64 {
        self.bridge.version()
    }

    fn told_until(&self) -> Timestamp {
        if self.is_newest { self.newest } else { Timestamp::default() }
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
    run: Run,
}

/// What was said of the wrong lines that came one behind the other. The engine hears of a run once a push: each line in
/// its journal would be a record more that says the same.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Run {
    /// The last line was right.
    #[default]
    None,
    /// Betting is held.
    Held,
    /// Facts up to this version are missing.
    Missing(u64),
}

/// Begins the first line of a push that goes on with a run, so that the lines as they are kept say the same when they
/// are read again: there the pushes stand one behind the other. JSON texts in a sequence begin with it (RFC 7464).
const PUSH_BEGINS: u8 = 0x1e;

impl FactLines {
    /// Follows facts about the match that `known` names.
    pub fn new(match_id: MatchId, source: SourceId, known: What) -> Self {
        let (stream, bridge) = (Stream::about(known), FactsFeed::new(match_id, source));
        Self { stream, bridge, unseen: None, run: Run::None }
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

    /// What the engine hears of a line that is wrong.
    fn complain(
        &mut self,
        line: &[u8],
        what: String,
        received_at: Timestamp,
        out: &mut VecDeque<Envelope>,
    ) -> Line {
        let last = out.back().and_then(|last| match last.command {
            Command::Feed(message) => Some((message.event, message.version)),
            _ => None,
        });
        match self.stream.count() {
            // Nobody will miss it by its number, and it may have taken something back.
            Count::Arrival => {
                let is_said =
                    self.run == Run::Held && last == Some((GameEvent::Held, self.bridge.version()));
                if !is_said {
                    out.push_back(self.bridge.hold(received_at));
                }
                self.run = Run::Held;
            }
            // It is known of and missing: betting stops until it is said again, and read.
            Count::Version(newest) => {
                let version = version_of(line, newest + 1);
                if newest < version {
                    let missing = match self.run {
                        Run::Missing(before) if last == Some((GameEvent::Heartbeat, before)) => {
                            out.pop_back();
                            version.max(before)
                        }
                        _ => version,
                    };
                    self.run = Run::Missing(missing);
                    out.push_back(self.bridge.sign_of_life(missing, 0, received_at));
                    return Line::WrongAndMissing { what, after: newest };
                }
            }
            Count::Unknown => {}
        }
        Line::Wrong(what)
    }
}

impl Follow for FactLines {
    fn about(&self) -> (MatchId, SourceId) {
        self.bridge.about()
    }

    fn line(&mut self, line: &[u8], received_at: Timestamp, out: &mut VecDeque<Envelope>) -> Line {
        let line = match line.split_first() {
            Some((&PUSH_BEGINS, rest)) => {
                self.run = Run::None;
                rest
            }
            _ => line,
        };
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
                self.run = Run::None;
                let version = fact.number.map_or(0, |number| number.version);
                out.push_back(self.bridge.sign_of_life(version, fact.at_ms, received_at));
                Line::Gap { after }
            }
            Ok(Heard::Fact(fact)) => {
                self.run = Run::None;
                self.settle_unseen(received_at, out);
                out.extend(self.bridge.translate(&fact, received_at));
                Line::Known
            }
            Err(what) => self.complain(line, what, received_at, out),
        }
    }

    fn version(&self) -> u64 {
        self.bridge.version().max(self.unseen.unwrap_or_default())
    }

    /// Facts say it themselves, by heartbeats; those that say nothing new were said before.
    fn told_until(&self) -> Timestamp {
        Timestamp::default()
    }

    fn mark<'a>(&self, lines: &'a [u8], received_at: Timestamp) -> Cow<'a, [u8]> {
        let marked = mark_ahead(lines, received_at);
        if self.run == Run::None || lines.trim_ascii().is_empty() {
            return marked;
        }
        let mut begun = vec![PUSH_BEGINS];
        begun.extend_from_slice(&marked);
        Cow::Owned(begun)
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
