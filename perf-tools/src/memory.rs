//! The `memory` command: what each table takes, and what the system says of it.

use anyhow::Context;
use clap::Args;
use clutch_core::command::{Actor, Capacity, Command, Config};
use clutch_core::units::{Seq, Timestamp};
use clutch_core::{Envelope, Outbox, RowOf, State, TableSize};

/// How much memory the state takes for so many accounts and open bets, table by table.
///
/// The tables are then made, and what the system counts as theirs is printed below.
#[derive(Args)]
pub struct Memory {
    /// Accounts that fit.
    #[arg(long, default_value_t = 1_000_000)]
    accounts: u32,
    /// Open singles that fit; as many client ids are remembered.
    #[arg(long, default_value_t = 5_000_000)]
    bets: u32,
    /// Matches that fit, each with 128 markets.
    #[arg(long, default_value_t = 256, value_parser = clap::value_parser!(u32).range(1..=512))]
    matches: u32,
}

impl Memory {
    /// Prints a line for each table, the sums, and what the process takes.
    pub fn run(self) -> anyhow::Result<()> {
        let capacity = self.capacity();
        if let Err(field) = capacity.validate() {
            anyhow::bail!("{field} is zero or too large");
        }
        let tables = capacity.memory();
        println!("{:<24} {:>10} {:>12} {:>10}", "table", "row bytes", "rows", "MB");
        for table in &tables {
            let TableSize { table: name, row_bytes, rows, .. } = table;
            println!("{name:<24} {row_bytes:>10} {rows:>12} {:>10.1}", megabytes(table.bytes()));
        }
        let sum = |of| -> usize {
            tables.iter().filter(|table| table.of == of).map(TableSize::bytes).sum()
        };
        let each = |of, rows: u32| sum(of) as f64 / f64::from(rows);
        println!("an account               {:>10.1} bytes", each(RowOf::Account, self.accounts));
        println!("an open single           {:>10.1} bytes", each(RowOf::Single, self.bets));
        println!("its client id            {:>10.1} bytes", each(RowOf::ClientId, self.bets));
        let total = tables.iter().map(TableSize::bytes).sum();
        println!("all tables               {:>10.1} MB", megabytes(total));
        let before = resident()?;
        let state = made(capacity);
        let after = resident()?;
        anyhow::ensure!(state.capacity().is_some(), "the tables were not made");
        println!("resident, once made      {:>10.1} MB", megabytes(after - before));
        Ok(())
    }

    fn capacity(&self) -> Capacity {
        Capacity {
            accounts_max: self.accounts,
            matches_max: self.matches,
            markets_max: self.matches * 128,
            bets_max: self.bets,
            client_ids_max: self.bets,
            multiples_max: self.bets.div_ceil(20),
            legs_max: self.bets.div_ceil(4),
            payments_max: self.accounts.saturating_mul(2),
            bonuses_max: self.accounts.div_ceil(4),
            play_limits_max: self.accounts.div_ceil(4),
        }
    }
}

fn made(capacity: Capacity) -> State {
    let mut state = State::new();
    let mut outbox = Outbox::with_capacity(16);
    let command = Command::Genesis { capacity, config: Config::default() };
    let envelope = Envelope { actor: Actor::Engine, trace: 0, command };
    state.apply(Seq(1), Timestamp::from_millis(1), &envelope, &mut outbox);
    state
}

/// Bytes of this process that are in memory now.
fn resident() -> anyhow::Result<usize> {
    let status = std::fs::read_to_string("/proc/self/status").context("no /proc here")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kilobytes = line.and_then(|line| line.trim().strip_suffix(" kB"));
    let kilobytes: usize = kilobytes.context("no VmRSS in /proc/self/status")?.parse()?;
    Ok(kilobytes << 10)
}

fn megabytes(bytes: usize) -> f64 {
    bytes as f64 / 1e6
}
