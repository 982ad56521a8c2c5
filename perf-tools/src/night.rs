//! The `night` command: bets are taken while a market with very many open bets is settled.

use std::path::PathBuf;

use anyhow::{Context, ensure};
use clap::Args;
use clutch_bench::{BookSize, Crowd, tmpfs, won_maps};
use clutch_core::event::BetStatus;
use clutch_core::units::{MarketId, MatchId};
use clutch_core::{Envelope, Event, Record};
use clutch_engine::Durability;

use crate::component::Component;
use crate::core_load;
use crate::engine_run::EngineRun;
use crate::floor::{self, Cores};
use crate::open_loop::{Load, Outcome};
use crate::report::{self, Report, Row};

const SEED: u64 = 0x00c1_07c4;
/// The match on whose winner everybody has bet: the first market of the book.
const MATCH: MatchId = MatchId(0);
const MARKET: MarketId = MarketId(0);
/// Bets of one stretch of load. The end of the settlement is looked for between two of them.
const STRETCH: u64 = 2_500;
/// Room for bets that arrive meanwhile.
const ARRIVALS_MAX: u32 = 4_000_000;

/// A night that happened to others: one market is decided with a million bets open on it, while new
/// bets arrive on another match.
///
/// The same open-loop load as of `core` is put on twice: with all the bets open and nothing to do, and
/// while they are settled. A latency is that of taking a bet, from its planned time to its answer.
/// Afterwards the state is checked: every open bet settled once, every new bet answered, the books
/// adding up to zero, and the journal replaying to the same hash.
#[derive(Args)]
pub struct Night {
    /// Bets open on the market that is decided.
    #[arg(long, default_value_t = 1_000_000, value_parser = clap::value_parser!(u32).range(1..=50_000_000))]
    bets: u32,
    /// Bets a second that arrive.
    #[arg(long, default_value_t = 50_000, value_parser = clap::value_parser!(u64).range(1..=2_000_000))]
    rate: u64,
    /// How many bets are taken before the market is decided, to compare with.
    #[arg(long, default_value_t = 50_000, value_parser = clap::value_parser!(u64).range(1..=1_000_000))]
    quiet: u64,
    /// Accounts, each bet's drawn uniformly.
    #[arg(long, default_value_t = 1_000_000, value_parser = clap::value_parser!(u32).range(1..=50_000_000))]
    accounts: u32,
    /// Keep the journal in this new directory, on a disk: answers are released after fdatasync. Without
    /// it the journal is in memory and answers are released after the append.
    #[arg(long, value_name = "DIR")]
    journal: Option<PathBuf>,
    /// Write everything to this file as JSON too.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
}

impl Night {
    /// Has the night, prints the report.
    pub fn run(self) -> anyhow::Result<()> {
        let temporary;
        let (data_dir, durability) = match &self.journal {
            Some(directory) => {
                ensure!(!directory.exists(), "{} exists; give a new one", directory.display());
                (directory.clone(), Durability::Disk)
            }
            None => {
                temporary = tempfile::tempdir_in(tmpfs::directory())?;
                (temporary.path().join("journal"), Durability::Process)
            }
        };
        let bets_max = self.bets.saturating_add(ARRIVALS_MAX);
        let size = BookSize { accounts: self.accounts, matches: 2, bets_max };
        let cores = Cores::find();
        let before = floor::measure(cores);
        let (engine, board) = EngineRun::start(&data_dir, durability, size)?;
        let mut night = Arrivals { engine, settled: 0, opened: 0 };

        eprintln!("{} bets are placed on one market", self.bets);
        let mut openers = Crowd::new(board.on(|market| market == MARKET), self.accounts, SEED);
        let opening = night.open(&mut openers, cores, u64::from(self.bets))?;
        let other_match =
            board.on(|market| clutch_bench::book::MARKETS_PER_MATCH <= market.0 as usize);
        let mut crowd = Crowd::new(other_match, self.accounts, SEED + 1);

        eprintln!("{} bets a second arrive, nothing is decided", self.rate);
        let mut quiet = self.stretch(&mut night, &mut crowd, cores)?;
        while quiet.sent + quiet.busy < self.quiet {
            quiet.add(&self.stretch(&mut night, &mut crowd, cores)?);
        }

        eprintln!("the market is decided, {} bets a second arrive", self.rate);
        for message in won_maps(MATCH, 2) {
            while !night.engine.try_send(message) {}
        }
        let mut settling = self.stretch(&mut night, &mut crowd, cores)?;
        while night.settled < u64::from(self.bets) {
            ensure!(
                settling.sent < u64::from(ARRIVALS_MAX) / 2,
                "{} of {} bets are settled after {} new ones",
                night.settled,
                self.bets,
                settling.sent
            );
            settling.add(&self.stretch(&mut night, &mut crowd, cores)?);
        }
        ensure!(night.settled == u64::from(self.bets), "{} settlements were said", night.settled);

        let proof = night.engine.prove(&[&opening, &quiet, &settling])?;
        let after = floor::measure(cores);
        let rows = [("quiet", &quiet), ("settling", &settling)];
        let rows = rows.map(|(name, outcome)| Row::new(name, self.rate, outcome, before, after));
        let mut report = Report { setup: self.setup(&settling), rows: rows.into() };
        if let Some(row) = report.rows.last_mut() {
            row.proof = Some(proof);
        }
        println!("{report}");
        let [quiet, settling] = [&quiet, &settling].map(|it| it.latencies.value_at_quantile(0.99));
        if report.rows.iter().all(|row| row.is_valid) {
            println!(
                "p99 of taking a bet is {:.2} times that of the quiet hour",
                settling as f64 / quiet as f64
            );
        } else {
            println!("no ratio of the p99 is told: it would be the machine's");
        }
        report::write_json(self.json.as_deref(), &report)
    }

    fn stretch(
        &self,
        night: &mut Arrivals,
        crowd: &mut Crowd,
        cores: Cores,
    ) -> anyhow::Result<Outcome> {
        let load = Load { rate: self.rate, warm_up: 0, bets: STRETCH };
        core_load::run(night, crowd, cores, load)
    }

    fn setup(&self, settling: &Outcome) -> Vec<String> {
        let journal = match &self.journal {
            Some(directory) => format!("on a disk, in {}", directory.display()),
            None => "in memory".to_owned(),
        };
        vec![
            format!("{} accounts, drawn uniformly; the journal is {journal}", self.accounts),
            format!(
                "{} bets open on one market were settled while {} arrived on another match",
                self.bets, settling.sent
            ),
        ]
    }
}

/// An engine under load that says now and then that an older bet is settled.
struct Arrivals {
    engine: EngineRun,
    opened: u64,
    settled: u64,
}

impl Arrivals {
    /// Has so many bets placed, as fast as the engine takes them.
    fn open(&mut self, crowd: &mut Crowd, cores: Cores, bets: u64) -> anyhow::Result<Outcome> {
        let rate = 250_000;
        let mut outcome = None::<Outcome>;
        while self.opened < bets {
            let load = Load { rate, warm_up: 0, bets: (bets - self.opened).min(rate) };
            let stretch = core_load::run(self, crowd, cores, load)?;
            ensure!(stretch.refused == 0, "the engine refuses bets");
            self.opened += stretch.accepted;
            match &mut outcome {
                Some(outcome) => outcome.add(&stretch),
                None => outcome = Some(stretch),
            }
        }
        outcome.context("no bet was to be placed")
    }
}

impl Component for Arrivals {
    fn try_send(&mut self, envelope: Envelope) -> bool {
        self.engine.try_send(envelope)
    }

    fn poll(&mut self, mut on_record: impl FnMut(&Record)) {
        let settled = &mut self.settled;
        self.engine.poll(|record| {
            if let Event::Bet(view) = record.event
                && matches!(view.status, BetStatus::Won { .. } | BetStatus::Lost)
            {
                *settled += 1;
            }
            on_record(record);
        });
    }
}
