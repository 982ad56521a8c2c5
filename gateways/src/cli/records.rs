//! `clutch records`: an account's whole record from the journal.

use std::io::Write;

use clap::Args;
use clutch_core::units::Timestamp;

use super::Failure;
use super::journal::numbered;
use super::source::Source;
use crate::ops::price_log::Moment;
use crate::ops::progress::{self, BetweenLines};
use crate::ops::record::{AccountRecord, CITES, YEARS, write_head};
use crate::ops::words::{self, Words};
use crate::output::answer;
use crate::wire::decimal::with_places;

/// Write an account's record: bets, money, limits, rests, sessions and checks, and what each year comes to
///
/// From the journal alone, five years back unless --from says otherwise, also while a server runs. For a player
/// who asks for his data, a regulator, or a court.
#[derive(Debug, Args)]
pub struct RecordsArgs {
    #[command(flatten)]
    source: Source,
    /// The account, by the operator's key or its number
    #[arg(long)]
    account: String,
    /// From this time on, in UTC: "2026-01-19" or "2026-01-19 19:02:30"
    #[arg(long, value_name = "TIME", value_parser = time)]
    from: Option<Timestamp>,
    /// Up to this time
    #[arg(long, value_name = "TIME", value_parser = time)]
    to: Option<Timestamp>,
    /// One JSON object an entry; the last has the sums of each year
    #[arg(long)]
    json: bool,
}

const DAY_NS: u64 = 24 * 3_600 * 1_000_000_000;
/// Five years with the one or two days that leap years add.
const KEPT_NS: u64 = (YEARS * 365 + 2) * DAY_NS;

fn time(text: &str) -> Result<Timestamp, String> {
    let whole = if text.len() == 10 { format!("{text} 00:00:00") } else { text.to_owned() };
    match Moment::parse(&whole) {
        Some(Moment::Time(time)) => Ok(time),
        Some(Moment::Seq(_)) | None => {
            Err("a time in UTC such as 2026-01-19 or \"2026-01-19 19:02:30\"".to_owned())
        }
    }
}

pub fn run(args: &RecordsArgs) -> Result<(), Failure> {
    // Read twice: the end says where the record begins, and who the account is.
    let bar = progress::over(&args.source.dir, "looking for the account");
    let mut follower = args.source.follow()?;
    follower.run_to_end(|seq| progress::tell(&bar, seq.0))?;
    bar.finish_and_clear();
    let state = follower.state();
    let account = numbered(state, &args.account)
        .ok_or_else(|| Failure(format!("there is no account `{}`", args.account)))?;
    let (end, last) = (state.now(), follower.last_seq());
    let whole = args.source.ensure_whole(&follower);
    let to = args.to.unwrap_or(end);
    let kept = Timestamp::from_nanos(to.nanos().saturating_sub(KEPT_NS));
    let from = args.from.unwrap_or(kept);
    if to < from {
        return Err(Failure(format!(
            "--from {} is after --to {}",
            words::time(from),
            words::time(to)
        )));
    }
    // All money in it is of one currency.
    let places = words::places(state, Some(account));
    let mut output = answer();
    if !args.json {
        write_head(&mut output, state, account, (from, to))?;
    }
    let mut bar = BetweenLines::over(&args.source.dir, "reading");
    let (mut record, mut words) = (AccountRecord::new(account, from), Words::default());
    let mut follower = args.source.follow()?;
    while follower.last_seq() < last {
        let Some(step) = follower.step()? else { break };
        if to < step.time {
            break;
        }
        words.hear(step.events);
        for entry in with_places(places, || record.hear(&words, &step)) {
            bar.line();
            if args.json {
                serde_json::to_writer(&mut output, &entry)?;
                output.write_all(b"\n")?;
            } else {
                entry.write(&mut output)?;
            }
        }
        bar.tell(&mut output, step.seq.0)?;
    }
    bar.finish();
    let years = with_places(places, || record.by_year());
    if args.json {
        let years: serde_json::Map<_, _> = years
            .into_iter()
            .map(|(year, sums)| {
                let sums = sums.into_iter().map(|(name, sum)| (name.to_owned(), sum.into()));
                (year, serde_json::Value::Object(sums.collect()))
            })
            .collect();
        let said = serde_json::json!({
            "account": args.account, "entries": record.entries(), "from": words::time(from),
            "to": words::time(to), "kept_by": CITES, "years": years,
        });
        writeln!(output, "{said}")?;
    } else {
        for (year, sums) in years {
            writeln!(output, "\n{year}")?;
            for (name, sum) in sums {
                writeln!(output, "{:<18} {sum:>12}", name.replace('_', " "))?;
            }
        }
        if record.entries() == 0 {
            writeln!(output, "nothing in this time")?;
        }
    }
    output.flush()?;
    whole
}
