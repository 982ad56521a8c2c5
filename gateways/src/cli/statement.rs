//! `clutch statement`: an account's movements from the journal.

use std::io::Write;

use clap::{Args, ValueEnum};
use clutch_core::units::Timestamp;

use super::Failure;
use super::journal::numbered;
use super::source::Source;
use crate::ops::progress;
use crate::ops::statement::Statement;
use crate::ops::words;
use crate::output::answer;
use crate::wire::decimal::with_places;

/// Write an account's statement: every movement of its money, and what they come to
///
/// From the journal alone, so it works for any account and any time, also while a server runs. Net
/// deposits are deposits less withdrawals.
#[derive(Debug, Args)]
pub struct StatementArgs {
    #[command(flatten)]
    source: Source,
    /// The account, by the operator's key or its number
    account: String,
    /// How far back from the journal's end, in months of 31 days
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u64).range(1..=120))]
    months: u64,
    /// How it is written
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// One JSON object, as every tool writes it: --format json
    #[arg(long, conflicts_with = "format")]
    json: bool,
}

/// How a statement is written.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Format {
    /// For a person
    Text,
    /// One JSON object
    Json,
    /// One line a movement
    Csv,
}

const MONTH_NS: u64 = 31 * 24 * 3_600 * 1_000_000_000;

pub fn run(args: &StatementArgs) -> Result<(), Failure> {
    // Read twice: the end says where the statement begins, and who the account is.
    let bar = progress::passes_over(&args.source.dir, "reading", 2);
    let mut follower = args.source.follow()?;
    follower.run_to_end(|seq| progress::tell(&bar, seq.0))?;
    let (last, whole) = (follower.last_seq(), args.source.ensure_whole(&follower));
    let end = follower.state().now().nanos();
    let Some(account) = numbered(follower.state(), &args.account) else {
        // It may have been opened in what is lost.
        whole?;
        return Err(Failure(format!("there is no account `{}`", args.account)));
    };
    let from = Timestamp::from_nanos(end.saturating_sub(args.months * MONTH_NS));
    // All money in it is of one currency.
    let places = words::places(follower.state(), Some(account));
    let mut statement = Statement::new(account, from);
    let mut follower = args.source.follow()?;
    while follower.last_seq() < last {
        let Some(step) = follower.step()? else { break };
        with_places(places, || statement.hear(&step));
        progress::tell(&bar, last.0 + step.seq.0);
    }
    bar.finish_and_clear();
    let mut output = answer();
    let format = if args.json { Format::Json } else { args.format };
    with_places(places, || match format {
        Format::Text => statement.write_text(follower.state(), &mut output),
        Format::Json => statement.write_json(follower.state(), &mut output),
        Format::Csv => statement.write_csv(&mut output),
    })?;
    output.flush()?;
    whole
}
