//! A game server's log, pushed over HTTP: captured as received, normalised, handed to the engine.
//!
//! The capture is what makes a restart safe. The normaliser's memory dies with the process; read
//! again from the capture it says the same events with the same versions, and the engine drops what
//! it has already applied. So lines are captured before anything is made of them.

use std::collections::VecDeque;
use std::fs::{File, OpenOptions};
use std::io::{self, BufReader, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use clutch_core::Envelope;
use clutch_core::units::{MatchId, Timestamp};
use clutch_engine::CommandSender;

use super::cs_log::{CsLog, LineReader, Normalised};
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

/// Where the bytes about a match are kept, one file a day: `feed-match-<id>-<day>.raw`.
#[derive(Debug)]
struct Capture {
    dir: PathBuf,
    prefix: String,
    today: Option<(u64, File)>,
}

impl PushFeed {
    /// A feed that goes on where its capture in `dir` ends. `applied` is the version up to which the
    /// engine has followed it.
    ///
    /// # Errors
    /// If the capture cannot be read.
    pub fn resume(
        normaliser: CsLog,
        bridge: MatchFeed,
        dir: &Path,
        applied: u64,
        now: Timestamp,
    ) -> io::Result<Self> {
        let capture = Capture::new(dir, bridge.match_id());
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
            feed.read(LineReader::new(BufReader::new(File::open(file)?)), now)?;
        }
        feed.pending.retain(|envelope| match &envelope.command {
            clutch_core::Command::Feed(message) => applied < message.version,
            _ => false,
        });
        if let Some(held) = feed.bridge.catch_up(applied, now) {
            tracing::warn!(applied, "the feed's capture ends before the journal; betting is held");
            feed.pending.push_back(held);
        }
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
            return FeedReply::NotKept;
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
    fn new(dir: &Path, MatchId(id): MatchId) -> Self {
        Self { dir: dir.to_owned(), prefix: format!("feed-match-{id}-"), today: None }
    }

    /// Its files, oldest first.
    fn files(&self) -> io::Result<Vec<PathBuf>> {
        let mut files = Vec::new();
        for entry in std::fs::read_dir(&self.dir)? {
            let path = entry?.path();
            let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            if name.starts_with(&self.prefix) && name.ends_with(".raw") {
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
            let path = self.dir.join(format!("{}{day:08}.raw", self.prefix));
            let mut file = OpenOptions::new().read(true).append(true).create(true).open(path)?;
            end_last_line(&mut file)?;
            self.today = Some((day, file));
        }
        let Some((today, mut file)) = self.today.take() else { return Ok(()) };
        let whole = file.metadata()?.len();
        let end: &[u8] = if body.ends_with(b"\n") { b"" } else { b"\n" };
        let written = file.write_all(body).and_then(|()| file.write_all(end));
        // The provider sends the same again, and half of it must not stand before it. If even that
        // cannot be undone, the half is ended when the file is opened again.
        if written.is_ok() || file.set_len(whole).is_ok() {
            self.today = Some((today, file));
        }
        written
    }
}

/// Ends a line that a crash has cut short, so that the next one stays whole.
fn end_last_line(file: &mut File) -> io::Result<()> {
    if file.metadata()?.len() == 0 {
        return Ok(());
    }
    let mut last = [0];
    file.seek(SeekFrom::End(-1))?;
    file.read_exact(&mut last)?;
    if last == *b"\n" { Ok(()) } else { file.write_all(b"\n") }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use clutch_core::Command;
    use clutch_core::command::{GameEvent, RoundFormat};
    use clutch_core::units::{Name, SourceId};

    use super::super::cs_log::Options;
    use super::*;

    const NOW: Timestamp = Timestamp::from_millis(1_768_849_397_000);

    fn fresh_dir(name: &str) -> PathBuf {
        let dir = std::env::temp_dir().join(format!("clutch-{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&dir);
        std::fs::create_dir_all(&dir).unwrap();
        dir
    }

    fn resumed(dir: &Path, applied: u64) -> PushFeed {
        let teams = ["Spirit", "Vitality"].map(|team| Name::new(team).unwrap());
        let bridge = MatchFeed::new(MatchId(3), SourceId(0), teams, RoundFormat::Mr12);
        let normaliser = CsLog::new(Options::default());
        PushFeed::resume(normaliser, bridge, dir, applied, NOW).unwrap()
    }

    #[test]
    fn a_line_that_a_crash_cut_short_does_not_spoil_the_next() {
        let dir = fresh_dir("torn-capture");
        Capture::new(&dir, MatchId(3)).append(b"one\ntw", NOW).unwrap();
        let path = Capture::new(&dir, MatchId(3)).files().unwrap().remove(0);
        std::fs::write(&path, b"one\ntw").unwrap();
        Capture::new(&dir, MatchId(3)).append(b"two", NOW).unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"one\ntw\ntwo\n");
        std::fs::remove_dir_all(dir).unwrap();
    }

    #[test]
    fn a_capture_is_read_as_the_lines_that_came_whatever_they_look_like() {
        let dir = fresh_dir("gzip-capture");
        // Somebody pushed a compressed log as it is: garbage, but no reason not to start again.
        Capture::new(&dir, MatchId(3)).append(b"\x1f\x8b\x08garbage\nmore\n", NOW).unwrap();
        assert_eq!(resumed(&dir, 0).lines, 2);
        // Another match's capture is none of ours.
        Capture::new(&dir, MatchId(30)).append(b"one\n", NOW).unwrap();
        assert_eq!(resumed(&dir, 0).lines, 2);
        std::fs::remove_dir_all(dir).unwrap();
    }

    #[test]
    fn a_capture_that_ends_before_the_journal_holds_betting_under_a_new_number() {
        let dir = fresh_dir("lost-capture");
        let mut feed = resumed(&dir, 8);
        let first = feed.pending.pop_front().unwrap().command;
        let Command::Feed(message) = first else { panic!("{first:?}") };
        assert_eq!((message.event, message.version), (GameEvent::Held, 9));
        assert!(feed.pending.is_empty());
        std::fs::remove_dir_all(dir).unwrap();
    }
}
