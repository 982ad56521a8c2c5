//! `clutch replay`: rebuild the state from a journal and prove it.

use std::io::{IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::time::Instant;

use clap::Args;
use clutch_engine::Follower;
use indicatif::{ProgressBar, ProgressStyle};

use super::Failure;
use crate::output::answer;

/// Rebuild the state from a journal; works on a live journal too
#[derive(Debug, Args)]
pub struct ReplayArgs {
    /// The data directory
    dir: PathBuf,
    /// Print the hash of the state: `state_hash=… last_seq=… commands=… rate=…`
    #[arg(long)]
    hash: bool,
    /// Print every event as one JSON object per line
    #[arg(long)]
    events: bool,
    /// Stop after this command
    #[arg(long, value_name = "SEQ")]
    to: Option<u64>,
}

pub fn run(args: &ReplayArgs) -> Result<(), Failure> {
    // What a killed server had appended and not yet written lies in its ring.
    let mut follower = Follower::open(&args.dir)?.with_ring(Path::new("/dev/shm"));
    let bar = progress_bar(args.events);
    let started = Instant::now();
    let mut commands = 0_u64;
    let mut output = answer();
    while args.to.is_none_or(|to| follower.last_seq().0 < to) {
        let Some(step) = follower.step()? else { break };
        commands += 1;
        if args.events {
            for record in step.events {
                serde_json::to_writer(&mut output, record)?;
                output.write_all(b"\n")?;
            }
        }
        if commands.is_multiple_of(65_536) {
            bar.set_position(commands);
        }
    }
    let seconds = started.elapsed().as_secs_f64();
    bar.finish_and_clear();
    let last_seq = follower.last_seq().0;
    let rate = commands as f64 / seconds.max(1e-9);
    if args.hash {
        let hash = follower.state_hash();
        writeln!(
            output,
            "state_hash={hash:016x} last_seq={last_seq} commands={commands} rate={rate:.0}/s"
        )?;
    } else if !args.events {
        writeln!(
            output,
            "replayed {commands} commands up to {last_seq} in {seconds:.3} s ({rate:.0}/s)"
        )?;
    }
    Ok(output.flush()?)
}

fn progress_bar(quiet: bool) -> ProgressBar {
    if quiet || !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template("replaying {spinner} {human_pos} commands, {per_sec}");
    ProgressBar::new_spinner()
        .with_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner()))
}
