//! The `restart` command: how soon an engine serves again after a kill -9.

use std::fmt;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use anyhow::{Context, bail, ensure};
use clap::Args;
use clutch_bench::{Board, Crowd, book};
use clutch_core::command::{Capacity, Query};
use clutch_core::event::BetStatus;
use clutch_core::units::{MatchId, Timestamp};
use clutch_core::{Event, Record};
use clutch_engine::{Engine, EngineConfig, Publisher, Recovery};
use serde::Serialize;

use crate::make_journal::Maker;
use crate::report;

/// What the process that is killed says when it may be.
const READY: &str = "ready";
/// Another crowd than the one whose bets are in the journal.
const SEED: u64 = 11;
/// Longer than any start that is worth a report.
const PATIENCE: Duration = Duration::from_secs(120);

/// How soon an engine serves again after kill -9: snapshot, tail, first bet on the disk.
///
/// A process of its own makes the journal: a book, a snapshot, bets, a second snapshot, and the tail;
/// with the tail's last bets in the ring at most it is killed. Then a fresh engine starts on the
/// directory, restores the newer snapshot, replays the tail and takes a bet. The clock stops when that
/// bet's answer is released, which is after it was synced to the disk.
#[derive(Args)]
pub struct Restart {
    /// Accounts, each bet's drawn uniformly: the working set.
    #[arg(long, default_value_t = 1_000_000, value_parser = clap::value_parser!(u32).range(1..=50_000_000))]
    accounts: u32,
    /// Bets that stand in the newer snapshot.
    #[arg(long, default_value_t = 1_000_000, value_parser = clap::value_parser!(u32).range(1..=50_000_000))]
    bets: u32,
    /// Bets behind it.
    #[arg(long, default_value_t = 1_000_000, value_parser = clap::value_parser!(u32).range(1..=50_000_000))]
    tail: u32,
    /// How often the start is timed, each time behind a kill of its own.
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..=100))]
    times: u32,
    /// Where the journal is made and removed again, by default among the system's temporary files.
    #[arg(long, value_name = "DIR")]
    journal: Option<PathBuf>,
    /// Write everything to this file as JSON too.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Be the process that is killed.
    #[arg(long, hide = true)]
    be_killed: bool,
}

/// What one start took, in seconds.
#[derive(Clone, Copy, Debug, Serialize)]
struct Start {
    /// Journal opened: every record since the older snapshot checked, what was torn or in the ring mended, synced.
    journal_s: f64,
    /// The snapshot read, its chunks and its state hash checked.
    snapshot_s: f64,
    /// The tail applied.
    tail_s: f64,
    /// Threads started, and a bet from the sender to its released answer.
    first_bet_s: f64,
    /// All of it.
    total_s: f64,
    /// Records replayed behind the snapshot.
    replayed: u64,
    /// Of those, records that only the killed process's ring had.
    from_ring: u64,
}

#[derive(Debug, Serialize)]
struct Report {
    accounts: u32,
    bets_in_snapshot: u32,
    bets_behind_it: u32,
    snapshot_bytes: u64,
    starts: Vec<Start>,
}

impl Restart {
    /// Makes the journal, kills its maker, times the starts, prints the table.
    pub fn run(self) -> anyhow::Result<()> {
        let place = match &self.journal {
            Some(dir) => {
                std::fs::create_dir_all(dir)?;
                tempfile::tempdir_in(dir)?
            }
            None => tempfile::tempdir()?,
        };
        if self.be_killed {
            let dir = self.journal.as_deref().context("--be-killed needs --journal")?;
            drop(place);
            return self.make_and_wait(&dir.join("data"));
        }
        let mut report = Report {
            accounts: self.accounts,
            bets_in_snapshot: self.bets,
            bets_behind_it: self.tail,
            snapshot_bytes: 0,
            starts: Vec::new(),
        };
        for time in 1..=self.times {
            eprintln!("{time} of {}: a journal is made", self.times);
            let dir = place.path().join(format!("{time}"));
            std::fs::create_dir(&dir)?;
            self.make_and_kill(&dir)?;
            let data = dir.join("data");
            report.snapshot_bytes = snapshot_bytes(&data)?;
            report.starts.push(start(&data)?);
            std::fs::remove_dir_all(&dir)?;
        }
        println!("{report}");
        report::write_json(self.json.as_deref(), &report)
    }

    /// The process that is killed.
    fn make_and_wait(&self, dir: &Path) -> anyhow::Result<()> {
        let bets_max = self.bets.saturating_add(self.tail).saturating_add(1);
        let mut maker = Maker::start(dir, self.accounts, bets_max)?;
        maker.take_snapshot()?;
        maker.bet(self.bets)?;
        maker.take_snapshot()?;
        maker.bet(self.tail)?;
        // All are in the ring, which outlives the process; the last ones are not in the files yet.
        maker.reach_the_core()?;
        println!("{READY}");
        std::io::stdout().flush()?;
        loop {
            maker.settle_down()?;
            std::thread::park_timeout(Duration::from_secs(1));
        }
    }

    fn make_and_kill(&self, dir: &Path) -> anyhow::Result<()> {
        let number = |count: u32| count.to_string();
        let mut child = Command::new(std::env::current_exe()?)
            .args(["restart", "--be-killed", "--journal"])
            .arg(dir)
            .args(["--accounts", &number(self.accounts), "--bets", &number(self.bets)])
            .args(["--tail", &number(self.tail)])
            .stdout(Stdio::piped())
            .spawn()?;
        let out = child.stdout.take().context("no pipe to the other process")?;
        let is_ready = BufReader::new(out).lines().map_while(Result::ok).any(|line| line == READY);
        child.kill()?;
        child.wait()?;
        ensure!(is_ready, "the process that makes the journal failed");
        Ok(())
    }
}

fn snapshot_bytes(data: &Path) -> anyhow::Result<u64> {
    let newest = clutch_journal::snapshots(data)?.pop().context("no snapshot was taken")?;
    Ok(std::fs::metadata(data.join(format!("snap-{newest:020}.cls")))?.len())
}

/// Starts an engine and has it take a bet.
fn start(data: &Path) -> anyhow::Result<Start> {
    let config = EngineConfig {
        core_config: book::config(),
        // The journal's own sizes stay in force.
        capacity: Capacity::SMALLEST,
        ..EngineConfig::new(data)
    };
    let begin = Instant::now();
    let mut engine = Engine::start(config).context("the engine does not start")?;
    let mut publisher = engine.publisher().context("the publisher was taken already")?;
    let board = board(&engine, &mut publisher)?;
    let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH)?;
    let now = Timestamp::from_nanos(since_epoch.as_nanos() as u64);
    place_one(&engine, &mut publisher, &mut Crowd::new(board, 1, SEED), now)?;
    let total = begin.elapsed();
    let Recovery { took, replayed, from_ring, .. } = *engine.recovery();
    drop(publisher);
    engine.shutdown()?;
    let seconds = |took: Duration| took.as_secs_f64();
    let recovered = took.journal + took.snapshot + took.tail;
    Ok(Start {
        journal_s: seconds(took.journal),
        snapshot_s: seconds(took.snapshot),
        tail_s: seconds(took.tail),
        first_bet_s: seconds(total.saturating_sub(recovered)),
        total_s: seconds(total),
        replayed,
        from_ring,
    })
}

/// What a bettor sees of the first match, as the engine tells whoever comes.
fn board(engine: &Engine, publisher: &mut Publisher) -> anyhow::Result<Board> {
    let (mut board, mut is_told) = (Board::default(), false);
    let query = Query::Match { match_id: MatchId(0) };
    engine.sender().try_query(1, query)?;
    wait_until(publisher, |record| {
        board.learn(record);
        is_told |= record.event == Event::QueryDone;
        is_told
    })?;
    Ok(board)
}

/// Places a bet and waits for the answer that it stands.
fn place_one(
    engine: &Engine,
    publisher: &mut Publisher,
    crowd: &mut Crowd,
    now: Timestamp,
) -> anyhow::Result<()> {
    let envelope = crowd.envelope(now, 2);
    engine.sender().try_send(envelope)?;
    let mut status = None;
    wait_until(publisher, |record| {
        if let (2, Event::Bet(view)) = (record.trace, &record.event) {
            status = Some(view.status);
        }
        status.is_some()
    })?;
    match status {
        Some(BetStatus::Accepted { .. }) => Ok(()),
        other => bail!("the first bet was not accepted: {other:?}"),
    }
}

fn wait_until(
    publisher: &mut Publisher,
    mut is_done: impl FnMut(&Record) -> bool,
) -> anyhow::Result<()> {
    let (begin, mut done) = (Instant::now(), false);
    while !done {
        publisher.poll(64, |record| done |= is_done(record));
        ensure!(begin.elapsed() < PATIENCE, "the engine does not answer");
        if !done {
            publisher.wait(Duration::from_millis(1));
        }
    }
    Ok(())
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { accounts, bets_in_snapshot, bets_behind_it, snapshot_bytes, starts } = self;
        writeln!(
            f,
            "{accounts} accounts and {bets_in_snapshot} bets in a snapshot of {:.1} MB, \
             {bets_behind_it} bets behind it; killed with kill -9\nseconds until the first bet's \
             answer was released, which is after it was synced\n",
            *snapshot_bytes as f64 / 1e6
        )?;
        let headings = ["journal", "snapshot", "tail", "first bet", "total"];
        headings.iter().try_for_each(|heading| write!(f, "{heading:>11}"))?;
        writeln!(f, "{:>11}{:>11}", "replayed", "from ring")?;
        for start in starts {
            let Start { journal_s, snapshot_s, tail_s, first_bet_s, total_s, .. } = start;
            for seconds in [journal_s, snapshot_s, tail_s, first_bet_s, total_s] {
                write!(f, "{seconds:>11.3}")?;
            }
            writeln!(f, "{:>11}{:>11}", start.replayed, start.from_ring)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn an_engine_that_starts_behind_a_snapshot_and_a_tail_takes_a_bet() {
        let place = tempfile::tempdir().unwrap();
        let data = place.path().join("data");
        let mut maker = Maker::start(&data, 100, 301).unwrap();
        maker.take_snapshot().unwrap();
        maker.bet(200).unwrap();
        maker.take_snapshot().unwrap();
        maker.bet(100).unwrap();
        maker.finish().unwrap();
        assert!(0 < snapshot_bytes(&data).unwrap());
        // Ticks may come on top of the bets.
        let start = start(&data).unwrap();
        assert!((100..200).contains(&start.replayed), "{start:?}");
    }
}
