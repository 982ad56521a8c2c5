//! `clutch inspect`: what traders and quants ask of a journal.

use std::io::Write;
use std::path::PathBuf;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use clap::{Args, Subcommand};
use clutch_core::command::Title;

use super::Failure;
use super::source::Source;
use crate::ops::change::Change;
use crate::ops::price_log::{Board, Moment, PriceLog, Wanted};
use crate::ops::progress::{self, BetweenLines};
use crate::ops::shadow::Shadow;
use crate::ops::words::Words;
use crate::output::answer;

/// How often the end of a live journal is looked at again.
const POLL: Duration = Duration::from_millis(50);

/// Read the prices in a journal; works while a server is writing it
#[derive(Debug, Subcommand)]
pub enum InspectCommand {
    Prices(PricesArgs),
    Shadow(ShadowArgs),
}

/// The price log of a match: who made which price, when, why, and from which source
///
/// One line a price, and one whenever a market opens or closes or the match is frozen, with the rule that a
/// source broke. With --at: what was shown at that
/// moment, each price with the record that made it.
#[derive(Debug, Args)]
pub struct PricesArgs {
    #[command(flatten)]
    source: Source,
    /// The match, by the operator's key or its number
    #[arg(long = "match", value_name = "KEY")]
    game: String,
    /// Only these markets, by number or name: 3, "Map 1 winner"
    #[arg(long, value_name = "MARKET", value_delimiter = ',')]
    market: Vec<String>,
    /// What was shown at this moment: a time in UTC, "2026-01-19 19:02:30.5", or behind a record
    #[arg(long, value_name = "TIME|SEQ")]
    at: Option<String>,
    /// One JSON object a line of the log; with --at, one object a market
    #[arg(long)]
    json: bool,
}

/// Price everything with other parameters beside the live ones, and count the differences
///
/// The shadow follows the journal like every other reader: the engine neither knows of it nor waits for
/// it, and nobody is shown its prices. Every quote is compared, and scored once its market is decided.
#[derive(Debug, Args)]
pub struct ShadowArgs {
    #[command(flatten)]
    source: Source,
    /// What is other than live, as TOML or JSON: settings by name (margin = "8%", shading = "10%"), and
    /// opinions on maps: [[map]] with match = "KEY", map = 1, and price = 0.6, or t and ct
    #[arg(long, value_name = "FILE", required_unless_present_any = ["lol", "dota2"])]
    params: Option<PathBuf>,
    /// Other coefficients for League of Legends, as `clutch-perf fit` writes them
    #[arg(long, value_name = "FILE")]
    lol: Option<PathBuf>,
    /// Other coefficients for Dota 2
    #[arg(long, value_name = "FILE")]
    dota2: Option<PathBuf>,
    /// Stay beside a running server until SIGINT or SIGTERM, and report every so many seconds
    #[arg(long, value_name = "SECONDS", num_args = 0..=1, default_missing_value = "10",
          value_parser = clap::value_parser!(u64).range(1..))]
    follow: Option<u64>,
    /// Each report as one JSON object
    #[arg(long)]
    json: bool,
}

pub fn run(command: &InspectCommand) -> Result<(), Failure> {
    match command {
        InspectCommand::Prices(args) => prices(args),
        InspectCommand::Shadow(args) => shadow(args),
    }
}

fn prices(args: &PricesArgs) -> Result<(), Failure> {
    let at = match &args.at {
        None => None,
        Some(text) => Some(Moment::parse(text).ok_or_else(|| {
            Failure(format!(
                "--at: `{text}` is neither a record's number nor a time like 2026-01-19 19:02:30.5"
            ))
        })?),
    };
    let wanted = Wanted { game: args.game.clone(), markets: args.market.clone() };
    let mut follower = args.source.follow()?;
    let (mut words, mut board, mut found) = (Words::default(), Board::default(), false);
    let mut log = PriceLog::new(wanted);
    // What was shown at a moment is written at the end, all else as it is read.
    let mut bar = BetweenLines::over(&args.source.dir, "reading");
    let mut output = answer();
    let mut is_over = true;
    while let Some(step) = follower.step()? {
        if at.is_some_and(|at| at.is_before(step.seq, step.time)) {
            is_over = false;
            break;
        }
        words.hear(step.events);
        for entry in log.entries(&words, &step) {
            found = true;
            match (at, args.json) {
                (Some(_), _) => board.take(entry),
                (None, true) => {
                    bar.line();
                    serde_json::to_writer(&mut output, &entry)?;
                    output.write_all(b"\n")?;
                }
                (None, false) => {
                    bar.line();
                    entry.write(&mut output)?;
                }
            }
        }
        bar.tell(&mut output, step.seq.0)?;
    }
    bar.finish();
    if !found {
        // What is not there may have been in what is lost.
        if is_over {
            args.source.ensure_whole(&follower)?;
        }
        return Err(Failure(nothing_found(args, &words)));
    }
    if at.is_some() && !args.json {
        board.write(&mut output)?;
    } else {
        for shown in board.markets() {
            serde_json::to_writer(&mut output, shown)?;
            output.write_all(b"\n")?;
        }
    }
    output.flush()?;
    if is_over { args.source.ensure_whole(&follower) } else { Ok(()) }
}

fn shadow(args: &ShadowArgs) -> Result<(), Failure> {
    let stop = super::stop_flag()?;
    let change = args.params.as_deref().map(Change::read).transpose();
    let mut change = change.map_err(Failure)?.unwrap_or_default();
    for (title, file) in [(Title::Lol, &args.lol), (Title::Dota2, &args.dota2)] {
        if let Some(file) = file {
            change.price_by(title, file).map_err(Failure)?;
        }
    }
    let mut shadow = Shadow::new(change);
    let mut follower = args.source.follow()?;
    let bar = progress::over(&args.source.dir, "pricing");
    let mut reported = Instant::now();
    while !stop.load(Ordering::Relaxed) {
        if let Some(step) = follower.step()? {
            shadow.take(&step).map_err(Failure)?;
            progress::tell(&bar, step.seq.0);
            continue;
        }
        let Some(every) = args.follow else { break };
        if Duration::from_secs(every) <= reported.elapsed() {
            bar.suspend(|| report(&shadow, args.json))?;
            reported = Instant::now();
        }
        std::thread::sleep(POLL);
    }
    bar.finish_and_clear();
    let unmet = shadow.unmet();
    if !unmet.is_empty() && args.follow.is_none() {
        // What they are about may have been in what is lost.
        args.source.ensure_whole(&follower)?;
        return Err(Failure(unmet.join("\n")));
    }
    report(&shadow, args.json)?;
    args.source.ensure_whole(&follower)
}

fn report(shadow: &Shadow, json: bool) -> Result<(), Failure> {
    // Beside a running server a match may still come.
    for unmet in shadow.unmet() {
        crate::output::remark(format_args!("clutch: {unmet}"));
    }
    let mut output = answer();
    if json {
        serde_json::to_writer(&mut output, &shadow.report())?;
        output.write_all(b"\n")?;
    } else {
        shadow.report().write(&mut output)?;
    }
    Ok(output.flush()?)
}

/// Whether there is no such match, no such market, or nothing yet at that moment.
fn nothing_found(args: &PricesArgs, words: &Words) -> String {
    let then = if args.at.is_some() { " at that moment" } else { "" };
    let keys: Vec<&str> = words.keys().collect();
    let is_known = words.games().any(|id| words.is_called(id, &args.game));
    match (is_known, keys.is_empty()) {
        (false, true) => format!("there is no match{then}"),
        (false, false) => {
            let shown = keys.iter().take(20).copied().collect::<Vec<_>>().join(", ");
            format!("there is no match `{}`{then}; there are {shown}", args.game)
        }
        (true, _) => format!("match `{}` has no such market{then}", args.game),
    }
}
