//! A game server's log, pushed over HTTP: captured as received, normalised, handed to the engine.
//!
//! The capture is what makes a restart safe. The normaliser's memory dies with the process; read
//! again from the capture it says the same events with the same versions, and the engine drops what
//! it has already applied. So lines are captured before anything is made of them.

use std::collections::VecDeque;
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use clutch_core::Envelope;
use clutch_core::units::Timestamp;
use clutch_engine::CommandSender;

use super::cs_log::{CsLog, LineReader, Normalised, open_log};
use super::{MatchFeed, heartbeat};
use crate::server::FeedReply;

/// Follows one game server for one match.
#[derive(Debug)]
pub struct PushFeed {
    normaliser: CsLog,
    bridge: MatchFeed,
    capture: Capture,
    lines: u64,
    events: Vec<Normalised>,
    /// Said but not yet taken by the engine.
    pending: VecDeque<Envelope>,
}

/// Where the bytes of a source are kept, one file a day.
#[derive(Debug)]
struct Capture {
    dir: PathBuf,
    source: String,
    today: Option<(u64, File)>,
}

impl PushFeed {
    /// A feed that goes on where its capture in `dir` ends. `applied` is the version up to which the
    /// engine has followed it. `source` names the files: `feed-<source>-<day>.raw`.
    ///
    /// # Errors
    /// If the capture cannot be read.
    pub fn resume(
        normaliser: CsLog,
        bridge: MatchFeed,
        dir: &Path,
        source: &str,
        applied: u64,
        now: Timestamp,
    ) -> io::Result<Self> {
        let capture = Capture::new(dir, source);
        let files = capture.files()?;
        let mut feed = Self {
            normaliser,
            bridge,
            capture,
            lines: 0,
            events: Vec::new(),
            pending: VecDeque::new(),
        };
        for file in files {
            feed.read(LineReader::new(open_log(&file)?), now)?;
        }
        feed.pending.retain(|envelope| match &envelope.command {
            clutch_core::Command::Feed(message) => applied < message.version,
            _ => false,
        });
        tracing::info!(lines = feed.lines, missing = feed.pending.len(), "feed capture read again");
        Ok(feed)
    }

    /// Takes the lines of one push.
    pub fn push(&mut self, body: &[u8], sender: &mut CommandSender, now: Timestamp) -> FeedReply {
        if !self.flush(sender) {
            return FeedReply::Busy;
        }
        if let Err(error) = self.capture.append(body, now) {
            // Without its capture the feed could not be followed after a restart.
            tracing::error!(%error, "the feed's capture cannot be written; lines are refused");
            return FeedReply::Busy;
        }
        let before = *self.normaliser.counters();
        let events = self.pending.len();
        if let Err(error) = self.read(LineReader::new(body), now) {
            tracing::error!(%error, "a push could not be read");
        }
        let events = self.pending.len() - events;
        if events == 0 {
            let sign = heartbeat(self.bridge.match_id(), self.bridge.source(), now);
            self.pending.push_back(sign);
        }
        self.flush(sender);
        let after = self.normaliser.counters();
        FeedReply::Taken {
            lines: (after.lines - before.lines) as u32,
            events: events as u32,
            unknown: (after.unknown + after.garbage - before.unknown - before.garbage) as u32,
        }
    }

    fn read<R: io::BufRead>(&mut self, mut lines: LineReader<R>, now: Timestamp) -> io::Result<()> {
        while let Some((_, line)) = lines.next_line()? {
            self.lines += 1;
            self.normaliser.line(self.lines, line, &mut self.events);
            for event in self.events.drain(..) {
                tracing::debug!(?event, "feed");
                self.pending.extend(self.bridge.translate(&event, now));
            }
        }
        Ok(())
    }

    /// Hands over what is pending; whether nothing is left.
    pub fn flush(&mut self, sender: &mut CommandSender) -> bool {
        while let Some(envelope) = self.pending.front() {
            if sender.try_send(*envelope).is_err() {
                return false;
            }
            self.pending.pop_front();
        }
        true
    }
}

const NANOS_PER_DAY: u64 = 24 * 3600 * 1_000_000_000;

impl Capture {
    fn new(dir: &Path, source: &str) -> Self {
        let safe = |c: char| if c.is_ascii_alphanumeric() { c } else { '_' };
        Self { dir: dir.to_owned(), source: source.chars().map(safe).collect(), today: None }
    }

    /// Its files, oldest first.
    fn files(&self) -> io::Result<Vec<PathBuf>> {
        let prefix = format!("feed-{}-", self.source);
        let mut files = Vec::new();
        for entry in std::fs::read_dir(&self.dir)? {
            let path = entry?.path();
            let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            if name.starts_with(&prefix) && name.ends_with(".raw") {
                files.push(path);
            }
        }
        // The day in the name has a fixed width, so the order of names is that of days.
        files.sort();
        Ok(files)
    }

    fn append(&mut self, body: &[u8], now: Timestamp) -> io::Result<()> {
        if body.is_empty() {
            return Ok(());
        }
        let day = now.nanos() / NANOS_PER_DAY;
        if self.today.as_ref().is_none_or(|(today, _)| *today != day) {
            let path = self.dir.join(format!("feed-{}-{day:08}.raw", self.source));
            let file = OpenOptions::new().append(true).create(true).open(path)?;
            self.today = Some((day, file));
        }
        let Some((_, file)) = &mut self.today else { return Ok(()) };
        file.write_all(body)?;
        if body.ends_with(b"\n") { Ok(()) } else { file.write_all(b"\n") }
    }
}
