//! `clutch feed`: what a feed makes of a provider's data, without an engine.

use std::io::Write;
use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::{Failure, FormatArg};
use crate::feed::cs_log::{Options, open_log, print_file};
use crate::output::answer;

/// Print what a feed reads from a provider's data, one JSON object per event
#[derive(Debug, Args)]
pub struct FeedArgs {
    #[command(subcommand)]
    provider: Provider,
}

#[derive(Debug, Subcommand)]
enum Provider {
    /// The log of a Counter-Strike server, plain or gzip: the rounds that count, rewinds, maps
    CsLog {
        /// The log file
        file: PathBuf,
        /// Rounds per map; else what the log's mp_maxrounds says, else mr12
        #[arg(long)]
        format: Option<FormatArg>,
        /// Say on standard error how many lines were known, unknown or garbage
        #[arg(long)]
        counts: bool,
    },
}

pub fn run(args: &FeedArgs) -> Result<(), Failure> {
    let Provider::CsLog { file, format, counts } = &args.provider;
    let input = open_log(file)
        .map_err(|error| Failure(format!("cannot open the log {}: {error}", file.display())))?;
    let mut output = answer();
    let counted = print_file(input, Options { format: format.map(Into::into) }, &mut output)
        .and_then(|counted| output.flush().map(|()| counted))
        .map_err(|error| Failure(format!("{}: {error}", file.display())))?;
    if *counts {
        eprintln!("{counted:?}");
    }
    if counted.known + counted.unknown == 0 && counted.garbage != 0 {
        let (file, lines) = (file.display(), counted.lines);
        return Err(Failure(format!("{file}: none of its {lines} lines is one of a server's log")));
    }
    Ok(())
}
