//! A provider's lines, pushed over HTTP: kept as received, followed, handed to the engine.
//!
//! What is kept makes a restart safe. The memory of who follows the lines dies with the process; read
//! again from there they say the same with the same versions, and the engine drops what it has already
//! applied. So lines are kept before anything is made of them.

use std::collections::VecDeque;
use std::fs::{File, OpenOptions};
use std::io::{self, BufReader, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use clutch_core::command::GameEvent;
use clutch_core::units::{MatchId, SourceId, Timestamp};
use clutch_core::{Command, Envelope};
use clutch_engine::CommandSender;

use super::cs_log::LineReader;
use super::follow::{self, Follow};
use super::lag::Lag;
use crate::server::feed::{FeedReply, Taken};

/// Follows one source for one match.
#[derive(Debug)]
pub struct PushFeed<F> {
    follow: F,
    kept: Kept,
    /// Said but not yet taken by the engine.
    pending: VecDeque<Envelope>,
    lag: Lag,
}

/// Where the bytes of a source about a match are kept, one file a day: `feed-match-<id>-<day>.raw` for
/// the first source, `feed-match-<id>-source-<source>-<day>.raw` for others.
#[derive(Debug)]
struct Kept {
    dir: PathBuf,
    prefix: String,
    today: Option<(u64, File)>,
}

impl<F: Follow> PushFeed<F> {
    /// A feed that goes on where what it kept in `dir` ends. `applied` is the version up to which the
    /// engine has followed it.
    ///
    /// # Errors
    /// If what was kept cannot be read.
    pub fn resume(follow: F, dir: &Path, applied: u64, now: Timestamp) -> io::Result<Self> {
        let kept = Kept::new(dir, follow.about());
        let files = kept.files()?;
        let (pending, lag) = (VecDeque::new(), Lag::default());
        let mut feed = Self { follow, kept, pending, lag };
        let mut taken = Taken::default();
        for file in files {
            let lines = LineReader::new(BufReader::new(File::open(file)?));
            follow::read(&mut feed.follow, lines, now, &mut feed.pending, &mut taken)?;
        }
        feed.pending.retain(|envelope| match &envelope.command {
            // A sign of life of before is none now.
            Command::Feed(message) => {
                applied < message.version && message.event != GameEvent::Heartbeat
            }
            _ => false,
        });
        if let Some(held) = feed.follow.catch_up(applied, now) {
            tracing::warn!(applied, "the feed's lines end before the journal; betting is held");
            feed.pending.push_back(held);
        }
        let (lines, missing) = (taken.lines, feed.pending.len());
        tracing::info!(lines, missing, "a feed's lines were read again");
        Ok(feed)
    }

    /// The version of the newest fact without a gap before it.
    pub fn newest(&self) -> u64 {
        self.follow.version()
    }

    /// Takes the lines of one push.
    pub fn push(&mut self, body: &[u8], sender: &mut CommandSender, now: Timestamp) -> FeedReply {
        if !self.flush(sender) {
            return FeedReply::Busy;
        }
        let body = &*self.follow.mark(body, now);
        if let Err(error) = self.kept.append(body, now) {
            // Without its lines the feed could not be followed after a restart.
            tracing::error!(%error, "a feed's lines cannot be kept and are refused");
            return FeedReply::NotKept;
        }
        let mut taken = follow::push(&mut self.follow, body, now, &mut self.pending);
        self.measure(&mut taken);
        self.flush(sender);
        FeedReply::Taken(taken)
    }

    /// How late each message of this push is that says its time, beyond what this source takes at its best.
    fn measure(&mut self, taken: &mut Taken) {
        for envelope in &self.pending {
            if let Command::Feed(message) = &envelope.command {
                taken.lags_ms.extend(self.lag.measure(message.source_time, message.received_at));
            }
        }
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

impl Kept {
    fn new(dir: &Path, (MatchId(id), SourceId(source)): (MatchId, SourceId)) -> Self {
        let of_source = if source == 0 { String::new() } else { format!("source-{source}-") };
        Self { dir: dir.to_owned(), prefix: format!("feed-match-{id}-{of_source}"), today: None }
    }

    /// Its files, oldest first.
    fn files(&self) -> io::Result<Vec<PathBuf>> {
        let mut files = Vec::new();
        for entry in std::fs::read_dir(&self.dir)? {
            let path = entry?.path();
            let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            let day = name.strip_prefix(&self.prefix).and_then(|rest| rest.strip_suffix(".raw"));
            if day.is_some_and(|day| day.bytes().all(|byte| byte.is_ascii_digit())) {
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
    use clutch_core::command::RoundFormat;
    use clutch_core::units::Name;

    use super::super::MatchFeed;
    use super::super::cs_log::{CsLog, Options};
    use super::super::follow::CsLogLines;
    use super::*;

    const NOW: Timestamp = Timestamp::from_millis(1_768_849_397_000);

    fn fresh_dir(name: &str) -> PathBuf {
        let dir = std::env::temp_dir().join(format!("clutch-{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&dir);
        std::fs::create_dir_all(&dir).unwrap();
        dir
    }

    fn resumed(dir: &Path, applied: u64) -> PushFeed<CsLogLines> {
        let teams = ["Spirit", "Vitality"].map(|team| Name::new(team).unwrap());
        let bridge = MatchFeed::new(MatchId(3), SourceId(0), teams, RoundFormat::Mr12);
        let lines = CsLogLines::new(CsLog::new(Options::default()), bridge);
        PushFeed::resume(lines, dir, applied, NOW).unwrap()
    }

    #[test]
    fn a_line_that_a_crash_cut_short_does_not_spoil_the_next() {
        let dir = fresh_dir("torn-capture");
        Kept::new(&dir, (MatchId(3), SourceId(0))).append(b"one\ntw", NOW).unwrap();
        let path = Kept::new(&dir, (MatchId(3), SourceId(0))).files().unwrap().remove(0);
        std::fs::write(&path, b"one\ntw").unwrap();
        Kept::new(&dir, (MatchId(3), SourceId(0))).append(b"two", NOW).unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"one\ntw\ntwo\n");
        std::fs::remove_dir_all(dir).unwrap();
    }

    #[test]
    fn a_capture_is_read_as_the_lines_that_came_whatever_they_look_like() {
        let dir = fresh_dir("gzip-capture");
        // Somebody pushed a compressed log as it is: garbage, but no reason not to start again.
        Kept::new(&dir, (MatchId(3), SourceId(0)))
            .append(b"\x1f\x8b\x08garbage\nmore\n", NOW)
            .unwrap();
        assert_eq!(resumed(&dir, 0).follow.lines(), 2);
        // Another source's lines are none of ours.
        Kept::new(&dir, (MatchId(3), SourceId(1))).append(b"one\n", NOW).unwrap();
        assert_eq!(resumed(&dir, 0).follow.lines(), 2);
        std::fs::remove_dir_all(dir).unwrap();
    }

    /// A log says nothing new most of the time, and its lines have times all the same.
    #[test]
    fn a_push_of_a_log_that_says_nothing_is_a_heartbeat_of_its_last_line() {
        let dir = fresh_dir("log-heartbeat");
        let mut follow = resumed(&dir, 0).follow;
        let mut heard = |body: &str| {
            let mut out = VecDeque::new();
            follow::push(&mut follow, body.as_bytes(), NOW, &mut out);
            let Some(Command::Feed(message)) = out.pop_front().map(|it| it.command) else {
                panic!("{body}")
            };
            assert_eq!((message.event, message.version), (GameEvent::Heartbeat, 0));
            message.source_time.millis() % 60_000
        };
        assert_eq!(heard("L 01/19/2026 - 19:03:17: server_message: \"a\"\n"), 17_000);
        assert_eq!(
            heard("01/19/2026 - 19:03:18.250 - one\n01/19/2026 - 19:03:19.500 - two\n"),
            19_500
        );
        assert_eq!(heard(""), 0);
        assert_eq!(heard("no line of a log\n"), 0);
        // Sent again.
        assert_eq!(heard("01/19/2026 - 19:03:18.250 - one\n"), 0);
        assert_eq!(heard("01/19/2026 - 19:03:19.500 - two\n"), 19_500);
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
