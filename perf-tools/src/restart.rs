//! The `restart` command: how soon an engine is back, measured on a journal made for it.

use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use clap::Args;
use clutch_bench::{BookSize, Crowd, tmpfs};
use clutch_core::State;
use clutch_core::units::Timestamp;
use clutch_engine::{Durability, Follower};

use crate::component::Component;
use crate::engine_run::EngineRun;

/// How soon an engine is back after a stop: replay, hash, snapshot, restore.
///
/// A journal is made in memory, with a book, accounts and bets that all stand; then everything is read
/// back with every check. Each figure is of one run: the machine moves them.
#[derive(Args)]
pub struct Restart {
    /// Accounts, each bet's drawn uniformly: the working set.
    #[arg(long, default_value_t = 1_000_000, value_parser = clap::value_parser!(u32).range(1..=50_000_000))]
    accounts: u32,
    /// Bets in the journal.
    #[arg(long, default_value_t = 1_000_000, value_parser = clap::value_parser!(u32).range(1..=50_000_000))]
    bets: u32,
}

impl Restart {
    /// Makes the journal, reads it back, prints a line for each step.
    pub fn run(self) -> anyhow::Result<()> {
        let dir = tempfile::tempdir_in(tmpfs::directory()).context("no place for a journal")?;
        let path = dir.path().join("journal");
        let size = BookSize { accounts: self.accounts, matches: 64, bets_max: self.bets };
        let book = self.make_journal(&path, size)?;

        let mut follower = Follower::open(&path)?;
        let started = Clock::start();
        while follower.last_seq().0 < book {
            ensure!(follower.step()?.is_some(), "the journal ends within its book");
        }
        say("replay the book", book, started);
        let started = Clock::start();
        let bets = follower.run_to_end(|_| {})?;
        say("replay the bets", bets, started);
        let started = Clock::start();
        let hash = follower.state_hash();
        say("hash the state", 1, started);

        let mut snapshot = Vec::new();
        let started = Clock::start();
        follower.state().save(&mut |piece| snapshot.extend_from_slice(piece));
        say("save it to memory", snapshot.len() as u64, started);
        drop(follower);
        let started = Clock::start();
        let mut left = &snapshot[..];
        let state = State::restore(&mut |place| {
            let count = place.len().min(left.len());
            place[..count].copy_from_slice(&left[..count]);
            left = &left[count..];
            count
        })?;
        say("restore it", snapshot.len() as u64, started);
        ensure!(state.state_hash() == hash, "the restored state is another one");
        Ok(())
    }

    /// Returns the last sequence of the book.
    fn make_journal(&self, path: &std::path::Path, size: BookSize) -> anyhow::Result<u64> {
        let (mut run, board) = EngineRun::start(path, Durability::Process, size)?;
        let book = run.last_seq();
        let mut crowd = Crowd::new(board, self.accounts, 7);
        let now = Timestamp::from_nanos(
            std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH)?.as_nanos() as u64,
        );
        for trace in 1..=u64::from(self.bets) {
            let envelope = crowd.envelope(now, trace);
            while !run.try_send(envelope) {
                run.poll(|_| {});
            }
            if trace % 64 == 0 {
                run.poll(|_| {});
            }
        }
        run.stop()?;
        Ok(book)
    }
}

/// Time on the wall and on the processor: on a machine with other work only the second says much.
struct Clock {
    wall: Instant,
    on_cpu: Duration,
}

impl Clock {
    fn start() -> Self {
        Self { wall: Instant::now(), on_cpu: on_cpu() }
    }
}

/// How long this thread has run; zero where the system does not say.
fn on_cpu() -> Duration {
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let nanos = told.split(' ').next().and_then(|nanos| nanos.parse().ok());
    Duration::from_nanos(nanos.unwrap_or(0))
}

fn say(what: &str, count: u64, started: Clock) {
    let (wall, on_cpu) = (started.wall.elapsed(), on_cpu() - started.on_cpu);
    let rate = count as f64 / on_cpu.as_secs_f64();
    println!(
        "{what:<20} {:>8.3} s, on the processor {:>8.3} s: {rate:>12.0}/s",
        wall.as_secs_f64(),
        on_cpu.as_secs_f64()
    );
}
