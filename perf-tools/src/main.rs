//! `clutch-perf`: how long an answer takes at a given load, measured so that nothing is flattered.
//!
//! | module | subject |
//! |---|---|
//! | `core_load` | the `core` command: one run per rate, engine and null component |
//! | `open_loop` | sending at planned times and timing the answers |
//! | `component` | what can be put under load |
//! | `engine_run`, `null` | the two components |
//! | `floor` | what the machine itself takes away |
//! | `memory` | the `memory` command: what each table takes |
//! | `make_journal` | the `journal` command: a large journal for the tools |
//! | `full_disk` | the `full-disk` command: how soon bets hear of a full disk |
//! | `restart` | the `restart` command: from kill -9 to the first bet |
//! | `report` | the table and the JSON |
//! | `quant` | the `fit` and `calibrate` commands: prices against real games |

mod component;
mod core_load;
mod engine_run;
mod floor;
mod full_disk;
mod make_journal;
mod memory;
mod night;
mod null;
mod open_loop;
mod quant;
mod report;
mod restart;

use clap::{Parser, Subcommand};

/// The engine's tables as production has them.
#[global_allocator]
static ALLOCATOR: clutch_engine::HugePages = clutch_engine::HugePages;

/// Puts Clutch under load and reports latencies; fits and scores its prices on real games.
#[derive(Parser)]
#[command(version, about)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Core(core_load::CoreLoad),
    Restart(restart::Restart),
    Journal(make_journal::MakeJournal),
    FullDisk(full_disk::FullDisk),
    Memory(memory::Memory),
    Night(night::Night),
    Fit(quant::fit::FitArgs),
    Calibrate(quant::calibrate::CalibrateArgs),
}

fn main() -> anyhow::Result<()> {
    match Arguments::parse().command {
        Command::Core(load) => load.run(),
        Command::Restart(restart) => restart.run(),
        Command::Journal(journal) => journal.run(),
        Command::FullDisk(full_disk) => full_disk.run(),
        Command::Memory(memory) => memory.run(),
        Command::Night(night) => night.run(),
        Command::Fit(fit) => fit.run(),
        Command::Calibrate(calibrate) => calibrate.run(),
    }
}
