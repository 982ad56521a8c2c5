//! `clutch price`: one book per line of NDJSON, for quants.

use std::io::Write;
use std::path::PathBuf;

use clap::Args;

use super::{Failure, input_lines};
use crate::output::answer;

/// Price match states: NDJSON in, one book per line out
///
/// Each line is an object with `id`, `rules` ("cs2" or "valorant") and `state`; the answer has the same `id` and
/// every market's fair probabilities under `expect`. A line that cannot be priced gets an `error`
/// in its answer, and the run goes on.
#[derive(Debug, Args)]
pub struct PriceArgs {
    /// Read from this file instead of standard input
    file: Option<PathBuf>,
}

pub fn run(args: &PriceArgs) -> Result<(), Failure> {
    let input = input_lines(args.file.as_deref())?;
    let mut output = answer();
    let summary = crate::price::run(input, &mut output)?;
    output.flush()?;
    if summary.errors == 0 {
        Ok(())
    } else {
        let (errors, priced) = (summary.errors, summary.answered);
        Err(Failure(format!("{errors} lines could not be priced, {priced} were")))
    }
}
