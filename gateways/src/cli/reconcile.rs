//! `clutch reconcile`: a payment provider's file against the ledger.

use std::fs::File;
use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use clutch_core::units::Seq;

use super::Failure;
use super::source::Source;
use crate::ops::progress;
use crate::ops::reconcile::{Payments, reconcile};
use crate::output::answer;

/// Hold a payment provider's file against the ledger
///
/// Compares every payment by its reference, and adds up every ledger account by currency. The file is CSV with
/// the columns reference, amount and status, and, if it has them, account (key or number), currency (its letters) and
/// direction (deposit or withdrawal, in or out). Exit code 0: all agree; 1: something must be looked at; 2: the
/// journal or the file cannot be read.
#[derive(Debug, Args)]
pub struct ReconcileArgs {
    #[command(flatten)]
    source: Source,
    /// The provider's file
    #[arg(long, value_name = "FILE.csv")]
    provider: PathBuf,
    /// The report as one JSON object
    #[arg(long)]
    json: bool,
}

pub fn run(args: &ReconcileArgs) -> ExitCode {
    match compare(args) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(Failure(why)) => {
            crate::output::remark(format_args!("clutch: {why}"));
            ExitCode::from(2)
        }
    }
}

fn compare(args: &ReconcileArgs) -> Result<bool, Failure> {
    let shown = args.provider.display();
    let file = File::open(&args.provider)
        .map_err(|error| Failure(format!("cannot open {shown}: {error}")))?;
    let bar = progress::over(&args.source.dir, "reading");
    let mut follower = args.source.follow()?;
    let mut payments = Payments::default();
    follower.run_to(Seq(u64::MAX), |step| {
        payments.hear(step.events);
        progress::tell(&bar, step.seq.0);
        Ok::<_, Failure>(())
    })?;
    bar.finish_and_clear();
    let report = reconcile(follower.state(), &payments, file)
        .map_err(|why| Failure(format!("{shown}, {why}")))?;
    let mut output = answer();
    if args.json {
        serde_json::to_writer(&mut output, &report)?;
        output.write_all(b"\n")?;
    } else {
        report.write_text(&mut output)?;
    }
    output.flush()?;
    args.source.ensure_whole(&follower)?;
    Ok(report.is_clean())
}
