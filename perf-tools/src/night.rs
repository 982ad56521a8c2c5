//! The `night` command: bets are taken while a market with very many open bets is settled.

use std::path::{Path, PathBuf};

use anyhow::{Context, ensure};
use clap::Args;
use clutch_bench::book::MARKETS_PER_MATCH;
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
/// Bets of one stretch of load. The end of the settlement is looked for between two of them.
const STRETCH: u64 = 2_500;
/// Room for bets that arrive meanwhile.
const ARRIVALS_MAX: u32 = 4_000_000;

/// A night that happened to others: one market is decided with a million bets open on it, while new
/// bets arrive on another match.
///
/// The same open-loop load as of `core` is put on twice: with all the bets open and nothing to do, and
/// while they are settled. A latency is that of taking a bet, from its planned time to its answer. There
/// are several nights, one after the other, each with a match of its own.
///
/// The load comes in stretches of 2,500 bets. Beside the percentiles of all of them together the median
/// over the stretches of their 99th percentiles is told: a gap that the machine makes spoils the stretches
/// it falls into, and not the rest.
///
/// Afterwards the state is checked: every open bet settled once, every new bet answered, the books adding
/// up to zero, and the journal replaying to the same hash.
#[derive(Args)]
pub struct Night {
    /// Nights, one after the other.
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..=100))]
    nights: u32,
    /// Bets open on the market that is decided, each night.
    #[arg(long, default_value_t = 1_000_000, value_parser = clap::value_parser!(u32).range(1..=50_000_000))]
    bets: u32,
    /// Bets a second that arrive.
    #[arg(long, default_value_t = 50_000, value_parser = clap::value_parser!(u64).range(1..=2_000_000))]
    rate: u64,
    /// How many bets are taken before the market is decided, each night, to compare with.
    #[arg(long, default_value_t = 25_000, value_parser = clap::value_parser!(u64).range(1..=1_000_000))]
    quiet: u64,
    /// Accounts, each bet's drawn uniformly.
    #[arg(long, default_value_t = 1_000_000, value_parser = clap::value_parser!(u32).range(1..=50_000_000))]
    accounts: u32,
    /// Keep the journal in this new directory. Without it, it is a temporary one in the directory where the
    /// command is given. Answers are released after fdatasync, as an engine is shipped.
    #[arg(long, value_name = "DIR")]
    journal: Option<PathBuf>,
    /// Keep the journal in memory; answers are released after the append.
    #[arg(long, conflicts_with = "journal")]
    in_memory: bool,
    /// Write everything to this file as JSON too.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
}

impl Night {
    /// Has the night, prints the report.
    pub fn run(self) -> anyhow::Result<()> {
        let temporary;
        let data_dir = match &self.journal {
            Some(directory) => {
                ensure!(!directory.exists(), "{} exists; give a new one", directory.display());
                directory.clone()
            }
            None => {
                let within = if self.in_memory { tmpfs::directory() } else { PathBuf::from(".") };
                temporary = tempfile::tempdir_in(&within)
                    .with_context(|| format!("no directory can be made in {}", within.display()))?;
                temporary.path().join("journal")
            }
        };
        let durability = if self.in_memory { Durability::Process } else { Durability::Disk };
        let bets = self.bets.checked_mul(self.nights).context("so many bets fit in no table")?;
        let bets_max = bets.saturating_add(ARRIVALS_MAX);
        let size = BookSize { accounts: self.accounts, matches: self.nights + 1, bets_max };
        let cores = Cores::find();
        let before = floor::measure(cores);
        let (engine, board) = EngineRun::start(&data_dir, durability, size)?;
        let mut arrivals = Arrivals { engine, settled: 0, opened: 0 };
        let other_match = board.on(|market| market_of(self.nights) <= market);
        let mut crowd = Crowd::new(other_match, self.accounts, SEED);
        let (mut quiet, mut settling) = (Phase::default(), Phase::default());
        let mut unmeasured = Phase::default();
        for night in 0..self.nights {
            eprintln!("night {} of {}: {} bets are placed", night + 1, self.nights, self.bets);
            let on_winner = board.on(|market| market == market_of(night));
            let mut openers = Crowd::new(on_winner, self.accounts, SEED + 1 + u64::from(night));
            let open = u64::from(self.bets) * u64::from(night + 1);
            unmeasured.add(arrivals.open(&mut openers, cores, open)?);

            let mut messages: Vec<Envelope> = won_maps(MatchId(night), 2).collect();
            let last_round = messages.pop().context("a match has rounds")?;
            arrivals.send_all(messages);
            unmeasured.add(self.stretch(&mut arrivals, &mut crowd, cores)?);
            for _ in 0..self.quiet.div_ceil(STRETCH) {
                quiet.add(self.stretch(&mut arrivals, &mut crowd, cores)?);
            }
            arrivals.send_all([last_round]);
            while arrivals.settled < open {
                ensure!(
                    settling.sent() < u64::from(ARRIVALS_MAX) / 2,
                    "{} of {open} bets are settled after {} new ones",
                    arrivals.settled,
                    settling.sent()
                );
                settling.add(self.stretch(&mut arrivals, &mut crowd, cores)?);
            }
            ensure!(arrivals.settled == open, "{} settlements were said", arrivals.settled);
        }

        let (quiet, quiet_p99) = quiet.sum_up()?;
        let (settling, settling_p99) = settling.sum_up()?;
        let (unmeasured, _) = unmeasured.sum_up()?;
        let proof = arrivals.engine.prove(&[&unmeasured, &quiet, &settling])?;
        let after = floor::measure(cores);
        let rows = [("quiet", &quiet), ("settling", &settling)];
        let rows = rows.map(|(name, outcome)| Row::new(name, self.rate, outcome, before, after));
        let mut report = Report { setup: self.setup(&settling, &data_dir), rows: rows.into() };
        if let Some(row) = report.rows.last_mut() {
            row.proof = Some(proof);
        }
        println!("{report}");
        println!(
            "p99 of taking a bet, the median of stretches of {STRETCH}: {:.1} µs quiet, {:.1} µs settling, \
             {:.2} times as long",
            quiet_p99 as f64 / 1e3,
            settling_p99 as f64 / 1e3,
            settling_p99 as f64 / quiet_p99 as f64
        );
        report::write_json(self.json.as_deref(), &report)
    }

    fn stretch(
        &self,
        arrivals: &mut Arrivals,
        crowd: &mut Crowd,
        cores: Cores,
    ) -> anyhow::Result<Outcome> {
        let load = Load { rate: self.rate, warm_up: 0, bets: STRETCH };
        core_load::run(arrivals, crowd, cores, load)
    }

    fn setup(&self, settling: &Outcome, data_dir: &Path) -> Vec<String> {
        let journal = if self.in_memory {
            "in memory".to_owned()
        } else {
            format!("on a disk, in {}", data_dir.display())
        };
        vec![
            format!("{} accounts, drawn uniformly; the journal is {journal}", self.accounts),
            format!(
                "{} nights: {} bets open on one market were settled while, in all, {} arrived on another match",
                self.nights, self.bets, settling.sent
            ),
        ]
    }
}

/// The winner of the match of a night: the first of its markets.
fn market_of(night: u32) -> MarketId {
    MarketId(night * MARKETS_PER_MATCH as u32)
}

/// Stretches of load under the same conditions.
#[derive(Default)]
struct Phase {
    all: Option<Outcome>,
    /// The 99th percentile of each, in nanoseconds.
    p99s: Vec<u64>,
}

impl Phase {
    fn add(&mut self, stretch: Outcome) {
        self.p99s.push(stretch.latencies.value_at_quantile(0.99));
        match &mut self.all {
            Some(all) => all.add(&stretch),
            None => self.all = Some(stretch),
        }
    }

    fn sent(&self) -> u64 {
        self.all.as_ref().map_or(0, |all| all.sent)
    }

    /// All of them together, and the median of their 99th percentiles.
    fn sum_up(mut self) -> anyhow::Result<(Outcome, u64)> {
        self.p99s.sort_unstable();
        let median = self.p99s.get(self.p99s.len() / 2).copied();
        self.all.zip(median).context("nothing was measured")
    }
}

/// An engine under load that says now and then that an older bet is settled.
struct Arrivals {
    engine: EngineRun,
    opened: u64,
    settled: u64,
}

impl Arrivals {
    /// Sends messages of the feed.
    fn send_all(&mut self, messages: impl IntoIterator<Item = Envelope>) {
        for message in messages {
            while !self.engine.try_send(message) {}
        }
    }

    /// Has bets placed until there were so many, as fast as the engine takes them.
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
