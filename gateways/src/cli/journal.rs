//! `clutch journal`: looking after a journal.

mod verify;

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use clap::builder::PossibleValuesParser;
use clap::{Args, Subcommand};
use clutch_core::units::{AccountId, MarketId, Name, Seq};
use clutch_core::{Event, Record, State};
use clutch_engine::{Follower, rebuild_snapshot, take_snapshot};
use clutch_journal::{Disk, JournalError, Reader, Storage};

use super::Failure;
use super::source::{self, Source};
use crate::ops::inspect::{self, Filter};
use crate::ops::progress::{self, BetweenLines, bar};
use crate::ops::words::Words;
use crate::output::answer;

/// Look after a journal; every command works while a server is writing it
#[derive(Debug, Subcommand)]
pub enum JournalCommand {
    Verify(VerifyArgs),
    Inspect(InspectArgs),
    Snapshot(SnapshotArgs),
    Archive(ArchiveArgs),
}

/// Read everything and say what is wrong: every record, chain, header and snapshot
///
/// The verdict is the one that a start would come to. Exit code 0: clean; 1: it ends with a torn write,
/// which the next start cuts, and nothing that was promised is lost; 2: damaged, incomplete, or no journal. With
/// --accept-loss 0 also says that it was cut; otherwise the code is that of the journal as it still is.
#[derive(Debug, Args)]
pub struct VerifyArgs {
    /// The data directory, or an archive, which is then verified by itself
    dir: PathBuf,
    /// Where `clutch journal archive` moved old segments to: verify them with the rest
    #[arg(long, value_name = "DIR", conflicts_with = "accept_loss")]
    archive: Option<PathBuf>,
    /// Every finding in one JSON object
    #[arg(long)]
    json: bool,
    /// Give up what is lost, so that the journal opens again: says exactly what would be lost, asks, and
    /// copies every file it touches first. Only for a stopped engine, when there is no backup
    #[arg(long)]
    accept_loss: bool,
    /// With --accept-loss: do not ask
    #[arg(long, requires = "accept_loss")]
    yes: bool,
    /// With --accept-loss: where the copies go; else beside the data directory, with `.before-cut`
    #[arg(long, value_name = "DIR", requires = "accept_loss")]
    keep: Option<PathBuf>,
}

/// Print records in words, with what came of them
#[derive(Debug, Args)]
pub struct InspectArgs {
    #[command(flatten)]
    source: Source,
    /// Begin with this record
    #[arg(long, value_name = "SEQ", default_value_t = 1)]
    from: u64,
    /// End with this record
    #[arg(long, value_name = "SEQ")]
    to: Option<u64>,
    /// Only these kinds, one or several with commas between them
    #[arg(long, value_name = "KIND", value_delimiter = ',', value_parser = kinds())]
    kind: Vec<String>,
    /// Only records by or about this account: the operator's key, or its number
    #[arg(long, value_name = "ACCOUNT")]
    account: Option<String>,
    /// Only records about this market, by its number
    #[arg(long, value_name = "MARKET")]
    market: Option<u32>,
    /// One JSON object a record
    #[arg(long)]
    json: bool,
}

/// Write a snapshot of the state at the journal's end, so that the next start is short
///
/// Starts from the newest good snapshot. The last two are kept. With --archive it starts from the first record: the way
/// back to a journal whose old segments were archived and whose snapshots are lost.
#[derive(Debug, Args)]
pub struct SnapshotArgs {
    /// The data directory
    dir: PathBuf,
    /// Where `clutch journal archive` moved old segments to
    #[arg(long, value_name = "DIR")]
    archive: Option<PathBuf>,
    /// The result as a JSON object
    #[arg(long)]
    json: bool,
}

/// Move old segments to another directory, as far as two good snapshots make them unnecessary
#[derive(Debug, Args)]
pub struct ArchiveArgs {
    /// The data directory
    dir: PathBuf,
    /// Where the segments go; made if it does not exist
    into: PathBuf,
    /// Only segments that end before this record; without it, all that are not needed for a start
    #[arg(long, value_name = "SEQ")]
    before: Option<u64>,
    /// The result as a JSON object
    #[arg(long)]
    json: bool,
}

/// Every kind there is, so that a misspelt one is a wrong flag and not an answer.
fn kinds() -> PossibleValuesParser {
    inspect::kinds().iter().map(String::as_str).collect::<Vec<_>>().into()
}

pub fn run(command: &JournalCommand) -> Result<ExitCode, Failure> {
    match command {
        JournalCommand::Verify(args) => verify::run(args),
        JournalCommand::Inspect(args) => inspect(args).map(|()| ExitCode::SUCCESS),
        JournalCommand::Snapshot(args) => snapshot(args).map(|()| ExitCode::SUCCESS),
        JournalCommand::Archive(args) => archive(args).map(|()| ExitCode::SUCCESS),
    }
}

fn inspect(args: &InspectArgs) -> Result<(), Failure> {
    let before = args.from.saturating_sub(1);
    let mut follower = match &args.source.archive {
        Some(_) => args.source.follow()?,
        None => Follower::open_behind_snapshot(&args.source.dir, before, |_| {})?
            .with_ring(Path::new(source::RING)),
    };
    let mut words = Words::default();
    words.prime(follower.state());
    let named = |state: &State| args.account.as_ref().and_then(|name| numbered(state, name));
    let mut filter = Filter {
        kinds: args.kind.clone(),
        account: named(follower.state()),
        market: args.market.map(MarketId),
    };
    let mut bar = BetweenLines::over(&args.source.dir, "reading");
    let (mut output, mut shown) = (answer(), 0_u64);
    while args.to.is_none_or(|to| follower.last_seq().0 < to) {
        let Some(step) = follower.step()? else { break };
        words.hear(step.events);
        // Accounts are looked through only when there is a new one.
        let is_new = |record: &Record| matches!(record.event, Event::Account { .. });
        if filter.account.is_none() && step.events.iter().any(is_new) {
            filter.account = named(step.state);
        }
        bar.tell(&mut output, step.seq.0)?;
        let is_known = args.account.is_none() || filter.account.is_some();
        if step.seq.0 < args.from || !is_known || !filter.shows(step.envelope, step.events) {
            continue;
        }
        shown += 1;
        bar.line();
        if args.json {
            inspect::write_json(&mut output, &words, step.state, &step)?;
        } else {
            inspect::write_words(&mut output, &words, step.state, &step)?;
        }
    }
    bar.finish();
    output.flush()?;
    // What is not shown may have been in what is lost.
    if args.to.is_none_or(|to| follower.last_seq().0 < to) {
        args.source.ensure_whole(&follower)?;
    }
    let last = follower.last_seq().0;
    if last < args.from {
        let (dir, seq) = (args.source.dir.clone(), args.from);
        return Err(JournalError::NotYet { dir, seq, last }.into());
    }
    if let (Some(account), None) = (&args.account, filter.account) {
        return Err(Failure(format!("there is no account `{account}`")));
    }
    if let Some(market) = filter.market.filter(|id| words.match_of(*id).is_none()) {
        return Err(Failure(format!("there is no market {}", market.0)));
    }
    if shown == 0 {
        crate::output::remark(format_args!("clutch: none of the records up to {last} is meant"));
    }
    Ok(())
}

/// "1 segment", "7 segments".
pub(super) fn segments(count: usize) -> String {
    format!("{count} segment{}", if count == 1 { "" } else { "s" })
}

/// The account with this key, or with this number.
pub(super) fn numbered(state: &State, account: &str) -> Option<AccountId> {
    let wallet = state.wallet()?;
    let keyed = Name::new(account).ok().and_then(|name| wallet.find(&name));
    let number = account.parse().ok().map(AccountId);
    keyed.or_else(|| number.filter(|id| wallet.get(*id).is_some()))
}

fn snapshot(args: &SnapshotArgs) -> Result<(), Failure> {
    let storage: Arc<dyn Storage> = Arc::new(Disk);
    let bar = progress::over(&args.dir, "applying");
    let (dir, rule_set) = (&args.dir, clutch_core::RULE_SET);
    let tell = |seq: Seq| progress::tell(&bar, seq.0);
    let taken = match &args.archive {
        Some(archive) => Some(rebuild_snapshot(dir, archive, &storage, rule_set, tell)?),
        None => take_snapshot(dir, &storage, rule_set, u64::MAX, tell)?,
    };
    bar.finish_and_clear();
    let mut output = answer();
    let Some(info) = taken else {
        let newest = clutch_journal::snapshots(&args.dir)?.pop().unwrap_or(0);
        if args.json {
            writeln!(output, "{}", serde_json::json!({ "taken": false, "seq": newest }))?;
        } else {
            writeln!(output, "nothing was written since the snapshot at record {newest}")?;
        }
        return Ok(output.flush()?);
    };
    let (seq, hash, bytes) = (info.position.seq, info.state_hash, info.content_bytes);
    if args.json {
        let hash = format!("{hash:016x}");
        let said =
            serde_json::json!({ "taken": true, "seq": seq, "state_hash": hash, "bytes": bytes });
        writeln!(output, "{said}")?;
    } else {
        writeln!(output, "snapshot at record {seq}: {bytes} bytes, state_hash={hash:016x}")?;
    }
    Ok(output.flush()?)
}

fn archive(args: &ArchiveArgs) -> Result<(), Failure> {
    // Whether it is a journal at all comes before what it lacks.
    Reader::open(&args.dir)?;
    let snapshots = clutch_journal::snapshots(&args.dir)?;
    let before = match (args.before, snapshots.as_slice()) {
        (Some(before), _) => before,
        (None, [.., older, _]) => older + 1,
        (None, _) => {
            let text = "nothing can be archived yet: a start needs two good snapshots without the old \
                        segments; `clutch journal snapshot` takes one";
            return Err(Failure(text.to_owned()));
        }
    };
    let bar = bar("copying", Some(0), "bytes");
    let archived =
        clutch_journal::archive(&args.dir, &args.into, before, &Disk, &mut |moved, total| {
            bar.set_length(total);
            bar.set_position(moved);
        })?;
    bar.finish_and_clear();
    let mut output = answer();
    if args.json {
        let segments: Vec<String> =
            archived.segments.iter().map(|path| path.display().to_string()).collect();
        let said = serde_json::json!({ "segments": segments, "oldest_seq": archived.oldest_seq });
        writeln!(output, "{said}")?;
    } else {
        for segment in &archived.segments {
            writeln!(output, "moved to {}", segment.display())?;
        }
        let (moved, oldest) = (segments(archived.segments.len()), archived.oldest_seq);
        writeln!(output, "{moved} moved; the journal begins at record {oldest} now")?;
    }
    Ok(output.flush()?)
}
