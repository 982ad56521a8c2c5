//! The `journal` command: a large journal to try the tools on, made by a real engine.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::ensure;
use clap::Args;
use clutch_bench::{Board, BookSize, Crowd};
use clutch_core::RULE_SET;
use clutch_core::units::Timestamp;
use clutch_engine::{Durability, take_snapshot};
use clutch_journal::{Disk, Storage};
use indicatif::ProgressBar;

use crate::component::Component;
use crate::engine_run::EngineRun;

const SEED: u64 = 7;
/// Bets between two looks at what the engine answers.
const POLL_EVERY: u32 = 64;

/// Make a large journal: `clutch replay DIR --hash` and `clutch journal verify DIR` say how fast they are.
///
/// Its commands are, in this order: the book (64 matches with all their markets), two for each account
/// (opened, paid in), and single bets, each of another account, selection and stake, all drawn uniformly,
/// that are all accepted and stand open to the end.
#[derive(Args)]
pub struct MakeJournal {
    /// Where; the directory must not exist.
    dir: PathBuf,
    /// Accounts, each bet's drawn uniformly: the working set.
    #[arg(long, default_value_t = 1_000_000, value_parser = clap::value_parser!(u32).range(1..=50_000_000))]
    accounts: u32,
    /// Bets.
    #[arg(long, default_value_t = 5_000_000, value_parser = clap::value_parser!(u32).range(1..=200_000_000))]
    bets: u32,
}

impl MakeJournal {
    /// Makes it and says what is in it.
    pub fn run(self) -> anyhow::Result<()> {
        let Self { dir, accounts, bets } = self;
        ensure!(!dir.exists(), "{} exists; name a new directory", dir.display());
        let mut maker = Maker::start(&dir, accounts, bets)?;
        maker.bet(bets)?;
        let commands = maker.finish()?;
        println!("{commands} commands, {bets} of them bets, are in {}", dir.display());
        Ok(())
    }
}

/// An engine at work on a new journal.
pub struct Maker {
    dir: PathBuf,
    run: EngineRun,
    crowd: Crowd,
    now: Timestamp,
    bets: u64,
    /// Commands sent, and the engine's own first one.
    commands: u64,
}

impl Maker {
    /// Starts one with its book in.
    pub fn start(dir: &Path, accounts: u32, bets_max: u32) -> anyhow::Result<Self> {
        let size = BookSize { accounts, matches: 64, bets_max };
        let (run, board): (EngineRun, Board) = EngineRun::start(dir, Durability::Disk, size)?;
        let crowd = Crowd::new(board, accounts, SEED);
        let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH)?;
        let now = Timestamp::from_nanos(since_epoch.as_nanos() as u64);
        let commands = run.last_seq();
        Ok(Self { dir: dir.to_path_buf(), run, crowd, now, bets: 0, commands })
    }

    /// Has so many bets placed. They are in the journal soon; who needs to know waits with [`Maker::settle_down`].
    pub fn bet(&mut self, bets: u32) -> anyhow::Result<()> {
        let bar = if std::io::IsTerminal::is_terminal(&std::io::stderr()) {
            ProgressBar::new(u64::from(bets)).with_message("placing bets")
        } else {
            ProgressBar::hidden()
        };
        for count in 1..=bets {
            self.bets += 1;
            let envelope = self.crowd.envelope(self.now, self.bets);
            while !self.run.try_send(envelope) {
                self.run.poll(|_| {});
                self.run.check_alive()?;
            }
            if count % POLL_EVERY == 0 {
                self.run.poll(|_| {});
            }
            if count % 65_536 == 0 {
                bar.set_position(u64::from(count));
            }
        }
        bar.finish_and_clear();
        self.commands += u64::from(bets);
        Ok(())
    }

    /// Waits until the core has appended and applied everything asked for so far; the disk may be behind.
    pub fn reach_the_core(&mut self) -> anyhow::Result<()> {
        while self.run.last_seq() < self.commands {
            self.run.poll(|_| {});
            self.run.check_alive()?;
        }
        Ok(())
    }

    /// Waits until everything asked for so far was answered, which is after it was durable.
    pub fn settle_down(&mut self) -> anyhow::Result<()> {
        self.run.wait_for(self.commands, |_| {})
    }

    /// Takes a snapshot of all that is durable, as `clutch journal snapshot` does beside a running server.
    pub fn take_snapshot(&mut self) -> anyhow::Result<()> {
        self.settle_down()?;
        let storage: Arc<dyn Storage> = Arc::new(Disk);
        take_snapshot(&self.dir, &storage, RULE_SET, self.run.last_seq(), |_| {})?;
        Ok(())
    }

    /// Stops the engine and returns the last sequence.
    pub fn finish(mut self) -> anyhow::Result<u64> {
        self.settle_down()?;
        let commands = self.run.last_seq();
        self.run.stop()?;
        Ok(commands)
    }
}
