//! The `core` command: for every rate a null component and a real engine under the same load.

use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context, ensure};
use clap::Args;
use clutch_bench::{BookSize, Crowd, Desk, tmpfs};
use clutch_core::units::Timestamp;
use clutch_engine::Durability;

use crate::component::Component;
use crate::engine_run::EngineRun;
use crate::floor::{self, Cores};
use crate::null::Null;
use crate::open_loop::{self, Load, Outcome};
use crate::report::{self, Report, Row};

/// Bets per second that anybody could ask for on one machine.
const RATE_MAX: u64 = 20_000_000;
const MATCHES: u32 = 64;
const SEED: u64 = 0x00c1_07c4;

/// Open-loop load on the engine's core: input ring, core thread, journal, gate, publisher.
///
/// Bets leave at a fixed rate whatever the engine does, and a latency counts from the moment a bet was
/// planned to leave, so that a stall is felt by every bet that should have left during it. The same
/// load goes through a null component first: the same rings and threads, and no work. Before, during
/// and after each run a thread watches for gaps that the machine makes; with more than 1 % of the time
/// lost a run is called invalid, because its 99th percentile would be the machine's.
///
/// Two cores suffice: the load thread (which sends and polls in turn) is pinned to the first, the
/// engine's core thread spins on the last, and the journal's committer goes where the system puts it.
/// After each run the state is checked: every bet answered, as many standing as accepted, the books
/// adding up to zero, and the journal replaying to the same hash.
#[derive(Args)]
pub struct CoreLoad {
    /// Bets a second, one run each.
    #[arg(long, value_delimiter = ',', default_value = "100000,500000,1000000",
          value_parser = clap::value_parser!(u64).range(1..=RATE_MAX))]
    rates: Vec<u64>,
    /// How long each run is measured.
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u64).range(1..=600))]
    seconds: u64,
    /// How long each run is warmed up before, not measured.
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u64).range(0..=600))]
    warm_up: u64,
    /// Accounts, each bet's drawn uniformly: the working set.
    #[arg(long, default_value_t = 1_000_000, value_parser = clap::value_parser!(u32).range(1..=50_000_000))]
    accounts: u32,
    /// Keep the journal in this directory, on a disk: answers are released after fdatasync. Without
    /// it the journal is in memory and answers are released after the append, and it is deleted
    /// afterwards. A subdirectory per rate is made, and must not exist.
    #[arg(long, value_name = "DIR")]
    journal: Option<PathBuf>,
    /// Write everything to this file as JSON too.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
}

impl CoreLoad {
    /// Runs every rate and prints the report.
    pub fn run(self) -> anyhow::Result<()> {
        let cores = Cores::find();
        let mut report = Report { setup: self.setup(cores), rows: Vec::new() };
        for rate in &self.rates {
            let bets = rate * self.seconds;
            let load = Load { rate: *rate, warm_up: rate * self.warm_up, bets };
            eprintln!("{rate} bets/s: null component");
            report.rows.push(self.null(cores, load)?);
            eprintln!("{rate} bets/s: engine");
            report.rows.push(self.engine(cores, load)?);
        }
        println!("{report}");
        report::write_json(self.json.as_deref(), &report)
    }

    fn setup(&self, cores: Cores) -> Vec<String> {
        let place = |core: Option<core_affinity::CoreId>| {
            core.map_or("anywhere".to_owned(), |core| format!("core {}", core.id))
        };
        let journal = match &self.journal {
            Some(directory) => {
                format!("journal in {}: answers are released after fdatasync", directory.display())
            }
            None => "journal in memory: answers are released after the append".to_owned(),
        };
        let threads = format!(
            "load thread on {}, engine's core thread on {}, committer anywhere",
            place(cores.load),
            place(cores.component)
        );
        let mut setup = vec![
            threads,
            journal,
            format!(
                "{} accounts and {MATCHES} matches with all their markets, drawn uniformly",
                self.accounts
            ),
        ];
        if !cores.are_two() {
            setup.push(
                "one core only: the threads take turns, and every figure shows it".to_owned(),
            );
        }
        setup
    }

    fn size(&self, load: Load) -> anyhow::Result<BookSize> {
        let bets_max = u32::try_from(load.warm_up + load.bets)
            .ok()
            .filter(|bets| *bets <= 500_000_000)
            .context("a run of more than 500 million bets fits in no table")?;
        Ok(BookSize { accounts: self.accounts, matches: MATCHES, bets_max })
    }

    fn null(&self, cores: Cores, load: Load) -> anyhow::Result<Row> {
        // Nothing is looked up, but the crowd shall draw the same bets.
        let (_, board) = Desk::with_book(BookSize { accounts: 1, matches: MATCHES, bets_max: 1 });
        let mut crowd = Crowd::new(board, self.accounts, SEED);
        let before = floor::measure(cores);
        let mut null = Null::start(cores);
        let outcome = run(&mut null, &mut crowd, cores, load)?;
        drop(null);
        ensure!(outcome.lost() == 0, "the null component lost {} bets", outcome.lost());
        Ok(Row::new("null", load.rate, &outcome, before, floor::measure(cores)))
    }

    fn engine(&self, cores: Cores, load: Load) -> anyhow::Result<Row> {
        let size = self.size(load)?;
        let temporary;
        let (data_dir, durability): (PathBuf, _) = match &self.journal {
            Some(directory) => (new_subdirectory(directory, load.rate)?, Durability::Disk),
            None => {
                temporary = tempfile::tempdir_in(tmpfs::directory())?;
                (temporary.path().join("journal"), Durability::Process)
            }
        };
        let before = floor::measure(cores);
        let (mut engine, board) = EngineRun::start(&data_dir, durability, size)?;
        let mut crowd = Crowd::new(board, self.accounts, SEED);
        let outcome = run(&mut engine, &mut crowd, cores, load)?;
        let proof = engine.prove(&[&outcome])?;
        let mut row = Row::new("engine", load.rate, &outcome, before, floor::measure(cores));
        row.proof = Some(proof);
        Ok(row)
    }
}

/// Puts the load on from a thread of its own, so that nothing the engine starts inherits its core.
pub fn run(
    component: &mut (impl Component + Send),
    crowd: &mut Crowd,
    cores: Cores,
    load: Load,
) -> anyhow::Result<Outcome> {
    let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH)?;
    let now = Timestamp::from_nanos(since_epoch.as_nanos() as u64);
    std::thread::scope(|scope| {
        let loaded = scope.spawn(|| {
            floor::pin(cores.load);
            open_loop::run(component, crowd, now, load)
        });
        loaded.join().map_err(|_| anyhow::anyhow!("the load thread died"))
    })
}

/// A directory of its own for one rate's journal.
fn new_subdirectory(directory: &Path, rate: u64) -> anyhow::Result<PathBuf> {
    let path = directory.join(format!("rate-{rate}"));
    ensure!(!path.exists(), "{} exists; give a new directory", path.display());
    Ok(path)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn every_bet_of_a_small_run_is_answered_and_proven() {
        let directory = tempfile::tempdir().unwrap();
        let load = CoreLoad {
            rates: vec![2_000],
            seconds: 1,
            warm_up: 0,
            accounts: 100,
            journal: Some(directory.path().join("journals")),
            json: None,
        };
        let row =
            load.engine(Cores::find(), Load { rate: 2_000, warm_up: 100, bets: 400 }).unwrap();
        assert_eq!((row.sent + row.busy, row.accepted), (500, row.sent));
        let proof = row.proof.unwrap();
        assert_eq!((proof.bets as u64, proof.ledger_sum_minor), (row.accepted, 0));
        // Every bet, the book, and the journal's first record; ticks come on top.
        assert!(500 + 2 * 100 < proof.replayed);
    }
}
