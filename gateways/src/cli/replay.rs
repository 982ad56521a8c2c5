//! `clutch replay`: rebuild the state from a journal and prove it.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use clap::Args;
use clutch_core::units::Seq;
use clutch_engine::{Follower, Step};
use clutch_journal::JournalError;
use indicatif::ProgressBar;

use super::Failure;
use super::source::{self, Source};
use crate::ops::change::Change;
use crate::ops::progress;
use crate::ops::what_if::WhatIf;
use crate::output::answer;

/// Rebuild the state from a journal; works on a live journal too
#[derive(Debug, Args)]
pub struct ReplayArgs {
    #[command(flatten)]
    source: Source,
    /// Print the hash of the state: `state_hash=… last_seq=… commands=… rate=…`
    #[arg(long)]
    hash: bool,
    /// Print every event as one JSON object per line
    #[arg(long)]
    events: bool,
    /// Stop after this command
    #[arg(long, value_name = "SEQ")]
    to: Option<u64>,
    /// Begin with the newest snapshot instead of the first record
    #[arg(long, conflicts_with_all = ["what_if", "to", "archive"])]
    from_snapshot: bool,
    /// Apply the same records under other settings too and print what would have been different; the
    /// file names them as `clutch admin config set` does, in TOML or JSON: stake_max = "50.00"
    #[arg(long, value_name = "FILE", conflicts_with_all = ["hash", "events"])]
    what_if: Option<PathBuf>,
    /// With --hash or --what-if: the result as one JSON object
    #[arg(long)]
    json: bool,
}

pub fn run(args: &ReplayArgs) -> Result<(), Failure> {
    let mut follower = if args.from_snapshot {
        let newest = Follower::open_newest(&args.source.dir, |rejected| {
            crate::output::remark(format_args!(
                "clutch: a snapshot was passed over: {}",
                rejected.flaw
            ));
        });
        newest?.with_ring(Path::new(source::RING))
    } else {
        args.source.follow()?
    };
    let mut what_if =
        args.what_if.as_deref().map(Change::read).transpose().map_err(Failure)?.map(WhatIf::new);
    let bar = match args.events {
        true => ProgressBar::hidden(),
        false => progress::up_to(&args.source.dir, "replaying", args.to),
    };
    let mut output = answer();
    let mut visit = |step: Step<'_>| {
        if args.events {
            for record in step.events {
                serde_json::to_writer(&mut output, record)?;
                output.write_all(b"\n")?;
            }
        }
        if let Some(what_if) = &mut what_if {
            what_if.take(&step).map_err(Failure)?;
        }
        progress::tell(&bar, step.seq.0);
        Ok::<_, Failure>(())
    };
    let last = Seq(args.to.unwrap_or(u64::MAX));
    // The first record makes the tables, and how long the system takes to hand out and clear their memory says nothing
    // of the commands behind it.
    let (made, to_make) = timed(|| follower.run_to(last.min(Seq(1)), &mut visit));
    let (applied, to_apply) = timed(|| follower.run_to(last, &mut visit));
    let commands = made? + applied?;
    bar.finish_and_clear();
    if let Some(what_if) = what_if {
        let unmet = what_if.unmet();
        if !unmet.is_empty() && args.to.is_none() {
            return Err(Failure(unmet.join("\n")));
        }
        let report = what_if.finish(follower.state());
        if args.json {
            serde_json::to_writer(&mut output, &report)?;
            output.write_all(b"\n")?;
        } else {
            report.write(&mut output)?;
        }
        output.flush()?;
        return end(args, &follower);
    }
    let last_seq = follower.last_seq().0;
    let rate = |spent: Duration| (commands as f64 / spent.as_secs_f64().max(1e-9)).round();
    if args.hash {
        let (hash, to_hash) = timed(|| follower.state_hash());
        let hash = format!("{hash:016x}");
        let rate = rate(to_apply + to_hash);
        let [tables_s, apply_s, hash_s] = [to_make, to_apply, to_hash].map(|it| it.as_secs_f64());
        if args.json {
            let said = serde_json::json!({
                "state_hash": hash, "last_seq": last_seq, "commands": commands, "rate": rate,
                "tables_s": tables_s, "apply_s": apply_s, "hash_s": hash_s,
            });
            writeln!(output, "{said}")?;
        } else {
            writeln!(
                output,
                "state_hash={hash} last_seq={last_seq} commands={commands} rate={rate}/s"
            )?;
            crate::output::remark(format_args!(
                "clutch: tables made in {tables_s:.3} s; commands in {apply_s:.3} s and the hash in {hash_s:.3} s, which are the rate"
            ));
        }
    } else if !args.events {
        writeln!(
            output,
            "replayed {commands} commands up to {last_seq} in {:.3} s ({}/s)",
            to_apply.as_secs_f64(),
            rate(to_apply)
        )?;
    }
    output.flush()?;
    end(args, &follower)
}

/// Fails if there was less to replay than was asked for: fewer records, or damage.
fn end(args: &ReplayArgs, follower: &Follower) -> Result<(), Failure> {
    let last = follower.last_seq().0;
    if args.to.is_some_and(|to| to <= last) {
        return Ok(());
    }
    args.source.ensure_whole(follower)?;
    match args.to {
        Some(seq) => Err(JournalError::NotYet { dir: args.source.dir.clone(), seq, last }.into()),
        None => Ok(()),
    }
}

/// What it gives, and how long that takes.
fn timed<T>(work: impl FnOnce() -> T) -> (T, Duration) {
    let started = Instant::now();
    (work(), started.elapsed())
}
