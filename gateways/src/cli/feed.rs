//! `clutch feed`: what a feed makes of a provider's data, without an engine.

use std::io::{BufReader, Write, stdin};
use std::path::{Path, PathBuf};

use clap::builder::{PossibleValue, PossibleValuesParser};
use clap::{Args, Subcommand};

use super::{Failure, FormatArg, feed_replay};
use crate::feed::cs_log::open_log;
use crate::feed::{Input, PROVIDERS, PrintOptions, Provider};
use crate::output::answer;

/// Print what a feed reads from a provider's data, one JSON object per event
///
/// `clutch feed replay` says again what a server captured.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub struct FeedArgs {
    #[command(subcommand)]
    again: Option<FeedCommand>,
    /// Who wrote the data
    #[arg(value_parser = providers(), required = true)]
    provider: Option<String>,
    /// The file, plain or gzip; - is standard input
    #[arg(required = true)]
    file: Option<PathBuf>,
    /// cs-log: rounds per map; else what the log's mp_maxrounds says, else mr12
    #[arg(long)]
    format: Option<FormatArg>,
    /// cs-log: say on standard error how many lines were known, unknown or garbage
    #[arg(long)]
    counts: bool,
}

#[derive(Debug, Subcommand)]
enum FeedCommand {
    Replay(feed_replay::ReplayArgs),
}

/// The names of all providers, with what they read.
pub fn providers() -> PossibleValuesParser {
    PROVIDERS
        .iter()
        .map(|provider| PossibleValue::new(provider.name).help(provider.about))
        .collect::<Vec<_>>()
        .into()
}

pub fn run(args: &FeedArgs) -> Result<(), Failure> {
    let FeedArgs { again, provider, file, format, counts } = args;
    if let Some(FeedCommand::Replay(args)) = again {
        return feed_replay::run(args);
    }
    let (Some(name), Some(file)) = (provider, file) else {
        return Err(Failure("give a provider and a file".to_owned()));
    };
    let provider =
        Provider::of_name(name).ok_or_else(|| Failure(format!("there is no provider `{name}`")))?;
    if (format.is_some() || *counts) && name != "cs-log" {
        return Err(Failure(format!("--format and --counts are for cs-log; {name} has neither")));
    }
    let options = PrintOptions { format: format.map(Into::into), counts: *counts };
    let mut output = answer();
    let failed = |what: String| Failure(format!("{}: {what}", file.display()));
    (provider.print)(open(file)?, &options, &mut output).map_err(failed)?;
    Ok(output.flush()?)
}

/// Opens a file, plain or gzip, or standard input for `-`.
pub fn open(file: &Path) -> Result<Input, Failure> {
    if file.as_os_str() == "-" {
        return Ok(Box::new(BufReader::new(stdin())));
    }
    open_log(file).map_err(|error| Failure(format!("cannot open {}: {error}", file.display())))
}
