//! `clutch feed`: what a feed makes of a provider's data, without an engine.

use std::io::{BufReader, Write, stdin};
use std::path::{Path, PathBuf};

use clap::Args;
use clap::builder::{PossibleValue, PossibleValuesParser};

use super::{Failure, FormatArg};
use crate::feed::cs_log::open_log;
use crate::feed::{Input, PROVIDERS, PrintOptions, Provider};
use crate::output::answer;

/// Print what a feed reads from a provider's data, one JSON object per event
#[derive(Debug, Args)]
pub struct FeedArgs {
    /// Who wrote the data
    #[arg(value_parser = providers())]
    provider: String,
    /// The file, plain or gzip; - is standard input
    file: PathBuf,
    /// cs-log: rounds per map; else what the log's mp_maxrounds says, else mr12
    #[arg(long)]
    format: Option<FormatArg>,
    /// cs-log: say on standard error how many lines were known, unknown or garbage
    #[arg(long)]
    counts: bool,
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
    let FeedArgs { provider: name, file, format, counts } = args;
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
