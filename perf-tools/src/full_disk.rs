//! The `full-disk` command: how soon bets hear that the disk is full, and how soon they are taken again.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use anyhow::{Context, ensure};
use clap::Args;
use clutch_bench::{Board, BookSize, Crowd, book};
use clutch_core::event::BetStatus;
use clutch_core::units::Timestamp;
use clutch_core::{Event, Record, Reject};
use clutch_engine::{Engine, EngineConfig, JournalOptions, Rest, Space, Wait};
use clutch_journal::FillableDisk;
use serde::Serialize;

use crate::report;

const SEED: u64 = 13;
/// Longer than any wait that is worth a report.
const PATIENCE: Duration = Duration::from_secs(60);
/// Small, so that a disk is soon full.
const SEGMENT_BYTES: u64 = 1 << 20;

/// How soon bets are refused with `JournalFull` on a full disk, and taken again when there is room.
///
/// Bets come at a fixed rate, whatever is answered. At some moment the disk answers every wish for more
/// room with ENOSPC. The first clock runs from when all segments made before are used up, so that the
/// next record would need the reserve, to the first refusal that a bettor sees; the second from when
/// there is room again to the first bet that stands, the reserve having been made whole before.
#[derive(Args)]
pub struct FullDisk {
    /// Bets a second.
    #[arg(long, default_value_t = 50_000, value_parser = clap::value_parser!(u32).range(1_000..=500_000))]
    rate: u32,
    /// How often the disk is filled and emptied.
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..=1_000))]
    times: u32,
    /// Where the journal is made and removed again, by default among the system's temporary files.
    #[arg(long, value_name = "DIR")]
    journal: Option<PathBuf>,
    /// Write everything to this file as JSON too.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
}

/// One full disk.
#[derive(Clone, Copy, Debug, Serialize)]
struct Time {
    /// From the last room to the first `JournalFull`.
    refused_ms: f64,
    /// Bets that were refused while it was full.
    refused: u64,
    /// From room again to the first bet that stands.
    accepted_ms: f64,
}

#[derive(Debug, Serialize)]
struct Report {
    rate: u32,
    times: Vec<Time>,
}

/// What came back of the bets so far.
#[derive(Default)]
struct Answers {
    accepted: u64,
    full: u64,
    first_full: Option<Instant>,
    other: Option<Reject>,
}

impl Answers {
    fn hear(&mut self, record: &Record) {
        let Event::Bet(view) = record.event else { return };
        match view.status {
            BetStatus::Accepted { .. } => self.accepted += 1,
            BetStatus::Refused(refusal) if refusal.code == Reject::JournalFull => {
                self.full += 1;
                self.first_full.get_or_insert_with(Instant::now);
            }
            BetStatus::Refused(refusal) => self.other = Some(refusal.code),
            _ => {}
        }
    }
}

impl FullDisk {
    /// Fills the disk so many times and prints the table.
    pub fn run(self) -> anyhow::Result<()> {
        let place = match &self.journal {
            Some(dir) => {
                std::fs::create_dir_all(dir)?;
                tempfile::tempdir_in(dir)?
            }
            None => tempfile::tempdir()?,
        };
        let disk = FillableDisk::new();
        let size = BookSize { accounts: 1_000, matches: 4, bets_max: 20_000_000 };
        let config = EngineConfig {
            journal: JournalOptions {
                segment_bytes: SEGMENT_BYTES,
                storage: disk.clone(),
                ..JournalOptions::default()
            },
            capacity: size.capacity(),
            core_config: book::config(),
            wait: Wait::Yield,
            ..EngineConfig::new(place.path().join("data"))
        };
        let mut desk = Desk::open(config, size, self.rate)?;
        let mut report = Report { rate: self.rate, times: Vec::new() };
        for _ in 0..self.times {
            report.times.push(desk.fill_once(&disk)?);
        }
        desk.close()?;
        println!("{report}");
        report::write_json(self.json.as_deref(), &report)
    }
}

/// An engine, and one thread that sends it bets at their planned times and hears the answers.
struct Desk {
    engine: Engine,
    publisher: clutch_engine::Publisher,
    sender: clutch_engine::CommandSender,
    crowd: Crowd,
    now: Timestamp,
    interval: Duration,
    next_at: Instant,
    trace: u64,
    answers: Answers,
}

impl Desk {
    fn open(config: EngineConfig, size: BookSize, rate: u32) -> anyhow::Result<Self> {
        let mut engine = Engine::start(config).context("the engine does not start")?;
        let mut publisher = engine.publisher().context("the publisher was taken already")?;
        let (mut sender, mut board) = (engine.sender(), Board::default());
        for command in size.content() {
            while sender.try_send(book::by_operator(command)).is_err() {
                publisher.poll(64, |record| board.learn(record));
            }
        }
        let begin = Instant::now();
        while publisher.poll(64, |record| board.learn(record)).rest != Rest::Nothing
            || board.offers().len() < size.matches as usize * 100
        {
            ensure!(begin.elapsed() < PATIENCE, "the engine does not finish its book");
        }
        let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH)?;
        Ok(Self {
            engine,
            publisher,
            sender,
            crowd: Crowd::new(board, size.accounts, SEED),
            now: Timestamp::from_nanos(since_epoch.as_nanos() as u64),
            interval: Duration::from_secs(1) / rate,
            next_at: Instant::now(),
            trace: 0,
            answers: Answers::default(),
        })
    }

    /// One look at the clock and at the answers.
    fn turn(&mut self) {
        let now = Instant::now();
        while self.next_at <= now {
            self.next_at += self.interval;
            self.trace += 1;
            let envelope = self.crowd.envelope(self.now, self.trace);
            // A bet for which there is no room is not asked again: the next one comes soon enough.
            let _ = self.sender.try_send(envelope);
        }
        let Self { publisher, answers, .. } = self;
        publisher.poll(256, |record| answers.hear(record));
    }

    fn turn_until(
        &mut self,
        what: &str,
        mut is_so: impl FnMut(&mut Self) -> bool,
    ) -> anyhow::Result<Instant> {
        let begin = Instant::now();
        while !is_so(self) {
            ensure!(begin.elapsed() < PATIENCE, "never: {what}");
            self.turn();
        }
        Ok(Instant::now())
    }

    fn fill_once(&mut self, disk: &Arc<FillableDisk>) -> anyhow::Result<Time> {
        let monitor = self.engine.monitor();
        self.answers = Answers::default();
        self.next_at = Instant::now();
        self.turn_until("a bet that stands", |desk| 1_000 < desk.answers.accepted)?;
        disk.set_full(true);
        let low = |_: &mut Self| monitor.status().space != Space::Ample;
        let full_at = self.turn_until("a full disk", low)?;
        self.turn_until("a refusal", |desk| desk.answers.first_full.is_some())?;
        let first = self.answers.first_full.context("a refusal was seen")?;
        // Some more of them, so that it is clear that they are refused for good.
        self.turn_until("more refusals", |desk| 1_000 < desk.answers.full)?;
        let refused = self.answers.full;
        disk.set_full(false);
        let room_at = Instant::now();
        self.answers = Answers::default();
        let again = self.turn_until("a bet that stands again", |desk| 0 < desk.answers.accepted)?;
        ensure!(self.answers.other.is_none(), "a bet was refused: {:?}", self.answers.other);
        let millis = |took: Duration| took.as_secs_f64() * 1e3;
        Ok(Time {
            refused_ms: millis(first.saturating_duration_since(full_at)),
            refused,
            accepted_ms: millis(again - room_at),
        })
    }

    fn close(self) -> anyhow::Result<()> {
        drop(self.publisher);
        self.engine.shutdown()?;
        Ok(())
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{} bets a second; milliseconds\n", self.rate)?;
        writeln!(
            f,
            "{:>22}{:>10}{:>26}",
            "full to JournalFull", "refused", "room to an accepted bet"
        )?;
        for Time { refused_ms, refused, accepted_ms } in &self.times {
            writeln!(f, "{refused_ms:>22.3}{refused:>10}{accepted_ms:>26.3}")?;
        }
        let slowest = self.times.iter().map(|time| time.refused_ms).fold(0.0, f64::max);
        writeln!(f, "\nslowest refusal {slowest:.3} ms")
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_full_disk_is_told_and_forgotten_again() {
        let run = FullDisk { rate: 20_000, times: 1, journal: None, json: None };
        run.run().unwrap();
    }
}
