//! `clutch grade`: what each bet of an NDJSON file pays, for auditors.

use std::io::Write;
use std::path::PathBuf;

use clap::Args;

use super::{Failure, input_lines};
use crate::output::answer;

/// Grade bets: NDJSON in, what each pays per line out
///
/// Each line is an object with `id`, `unit_stake_minor`, `fold_sizes` (or a system's name as `type`:
/// single, double, treble, foldN, trixie, patent, yankee, canadian, super_yankee, heinz, super_heinz,
/// goliath, lucky15, lucky31, lucky63), an optional `max_payout_minor` and `legs`: `odds_milli`,
/// `result` (won, lost, void, half_won, half_lost, dead_heat with `dh_num` and `dh_den`), and
/// `banker` for a leg that stands in every line and counts in the line's size. `dead_heat_rule` is
/// stake_share, reduced_odds or profit_share.
///
/// The answer has the same `id` and, under `expect`, the exact return, the payout rounded down once
/// and capped, and the payout with every line rounded down and no cap. A line that cannot be graded
/// gets an `error` in its answer, and the run goes on.
#[derive(Debug, Args)]
pub struct GradeArgs {
    /// Read from this file instead of standard input
    file: Option<PathBuf>,
}

pub fn run(args: &GradeArgs) -> Result<(), Failure> {
    let mut output = answer();
    let summary = crate::grade::run(input_lines(args.file.as_deref())?, &mut output)?;
    output.flush()?;
    if summary.errors == 0 {
        Ok(())
    } else {
        let (errors, graded) = (summary.errors, summary.answered);
        Err(Failure(format!("{errors} lines could not be graded, {graded} were")))
    }
}
