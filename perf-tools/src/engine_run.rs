//! A real engine under load, and the proof afterwards that it did what it said.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, bail, ensure};
use clutch_bench::{Board, BookSize, book};
use clutch_core::units::Money;
use clutch_core::{Envelope, Event, Record};
use clutch_engine::{
    CommandSender, Durability, Engine, EngineConfig, Follower, JournalOptions, Publisher, Rest,
    Wait,
};
use serde::Serialize;

use crate::component::Component;
use crate::open_loop::Outcome;

/// Records taken at one poll.
const POLL_MAX: usize = 64;
/// The longest that an engine may take for the rest of what it was given.
const SETUP_PATIENCE: Duration = Duration::from_secs(30);

/// An engine with a book on it.
pub struct EngineRun {
    engine: Engine,
    sender: CommandSender,
    publisher: Publisher,
    data_dir: PathBuf,
    size: BookSize,
}

/// What the engine's state showed after a run; all of it was checked.
#[derive(Debug, Serialize)]
pub struct Proof {
    /// Bets that stand in the state: as many as were answered with "accepted".
    pub bets: usize,
    /// The sum over all ledger accounts, recomputed from every single one: zero.
    pub ledger_sum_minor: i64,
    /// The hash of the state.
    pub state_hash: String,
    /// Commands replayed from the journal to the same hash.
    pub replayed: u64,
    /// Commands replayed a second.
    pub replay_rate: f64,
    /// What the engine could not do as asked, in words.
    pub warnings: Vec<String>,
}

impl EngineRun {
    /// Starts an engine and puts the book on it; returns what its bettors see.
    pub fn start(
        data_dir: &Path,
        durability: Durability,
        size: BookSize,
    ) -> anyhow::Result<(Self, Board)> {
        let config = EngineConfig {
            journal: JournalOptions { durability, ..JournalOptions::default() },
            capacity: size.capacity(),
            core_config: book::config(),
            wait: Wait::Spin,
            ..EngineConfig::new(data_dir)
        };
        let mut engine = Engine::start(config).context("the engine does not start")?;
        let publisher = engine.publisher().context("the publisher was taken already")?;
        let sender = engine.sender();
        let data_dir = data_dir.to_path_buf();
        let mut run = Self { engine, sender, publisher, data_dir, size };
        let board = run.open_book()?;
        Ok((run, board))
    }

    fn open_book(&mut self) -> anyhow::Result<Board> {
        let mut board = Board::default();
        let mut refused = 0;
        let mut learn = |record: &Record| {
            refused += u64::from(matches!(record.event, Event::Refused(_)));
            board.learn(record);
        };
        let mut commands = 1;
        for command in self.size.content() {
            while !self.try_send(book::by_operator(command)) {
                self.poll(&mut learn);
                self.check_alive()?;
            }
            commands += 1;
            self.poll(&mut learn);
        }
        self.wait_for(commands, &mut learn)?;
        ensure!(refused == 0, "the engine refused {refused} commands of its book");
        Ok(board)
    }

    /// Polls until so many commands are in and all that came of them is out.
    pub fn wait_for(
        &mut self,
        commands: u64,
        mut on_record: impl FnMut(&Record),
    ) -> anyhow::Result<()> {
        let patience = Instant::now() + SETUP_PATIENCE;
        loop {
            // Asked first: what is out by then is all there is, if nothing is left.
            let is_in = commands <= self.engine.metrics().last_seq;
            let rest = self.publisher.poll(POLL_MAX, &mut on_record).rest;
            if is_in && rest == Rest::Nothing {
                return Ok(());
            }
            self.check_alive()?;
            ensure!(
                Instant::now() < patience,
                "the engine does not finish {commands} commands: {:?}",
                self.engine.metrics()
            );
        }
    }

    /// Says why if the engine has failed.
    pub fn check_alive(&self) -> anyhow::Result<()> {
        match self.engine.status().failure {
            Some(failure) => bail!("the engine has failed: {failure}"),
            None => Ok(()),
        }
    }

    /// The last command applied.
    pub fn last_seq(&self) -> u64 {
        self.engine.metrics().last_seq
    }

    /// Stops the engine; the journal is what is left.
    pub fn stop(self) -> anyhow::Result<()> {
        drop(self.publisher);
        self.engine.shutdown()?;
        Ok(())
    }

    /// Stops the engine and checks its state against the answers to all its loads, and against its own
    /// journal.
    pub fn prove(self, loads: &[&Outcome]) -> anyhow::Result<Proof> {
        let warnings = self.engine.status().warnings.iter().map(ToString::to_string).collect();
        drop(self.publisher);
        let report = self.engine.shutdown()?;
        let (mut lost, mut accepted) = (0, 0);
        for load in loads {
            (lost, accepted) = (lost + load.lost(), accepted + load.accepted);
        }
        ensure!(lost == 0, "{lost} bets were never answered");
        let bets = report.state.bets_live();
        ensure!(
            bets as u64 == accepted,
            "{accepted} bets were answered with accepted, and {bets} stand"
        );
        let Some(wallet) = report.state.wallet() else { bail!("the engine has no books") };
        let sum = wallet.recomputed_sum();
        ensure!(sum == Money::ZERO, "the books add up to {}", sum.minor());
        let state_hash = report.state_hash;
        drop(report);

        let begin = Instant::now();
        let mut follower = Follower::open(&self.data_dir)?;
        let replayed = follower.run_to_end(|_| {})?;
        let seconds = begin.elapsed().as_secs_f64();
        ensure!(
            follower.state_hash() == state_hash,
            "the journal replays to another state than the engine had"
        );
        Ok(Proof {
            bets,
            ledger_sum_minor: sum.minor(),
            state_hash: format!("{state_hash:016x}"),
            replayed,
            replay_rate: replayed as f64 / seconds,
            warnings,
        })
    }
}

impl Component for EngineRun {
    fn try_send(&mut self, envelope: Envelope) -> bool {
        self.sender.try_send(envelope).is_ok()
    }

    fn poll(&mut self, on_record: impl FnMut(&Record)) {
        self.publisher.poll(POLL_MAX, on_record);
    }
}
