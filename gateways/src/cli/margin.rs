//! `clutch margin`: margins taken off and put on, one book per line of NDJSON, for quants.

use std::io::Write;
use std::path::PathBuf;

use clap::Args;

use super::{Failure, input_lines};
use crate::output::answer;

/// Take margins off odds, or put them on probabilities: NDJSON in, one answer per line out
///
/// Each line is an object with `id` or `book_id`, `op` and `method`.
///
/// "remove" needs `odds` (decimal, numbers or strings) and answers with `fair`, `param` and
/// `all_positive`; "apply" needs `fair` and `target_book_sum` and answers with `booked_prob`,
/// `decimal_odds_unrounded` and `below_one` (true: some outcome is booked at 1 or more).
///
/// Methods: multiplicative, additive, power, odds_ratio, shin, and to remove also goto. Odds ratio and
/// multiplicative are applied by the engine's own code. A line that cannot be answered gets an `error`
/// under its id, and the run goes on.
#[derive(Debug, Args)]
#[command(after_help = "Example:
  echo '{\"id\":1,\"op\":\"remove\",\"method\":\"shin\",\"odds\":[\"1.55\",\"2.45\"]}' | clutch margin
  echo '{\"id\":2,\"op\":\"apply\",\"method\":\"odds_ratio\",\"fair\":[0.6,0.4],\"target_book_sum\":1.05}' | \
clutch margin")]
pub struct MarginArgs {
    /// Read from this file instead of standard input
    file: Option<PathBuf>,
}

pub fn run(args: &MarginArgs) -> Result<(), Failure> {
    let input = input_lines(args.file.as_deref())?;
    let mut output = answer();
    let summary = crate::margin::run(input, &mut output)?;
    output.flush()?;
    if summary.errors == 0 {
        Ok(())
    } else {
        let (errors, answered) = (summary.errors, summary.answered);
        Err(Failure(format!("{errors} lines could not be answered, {answered} were")))
    }
}
