//! `clutch why`: one bet's whole life, for a dispute.

use std::io::Write;
use std::path::Path;

use clap::Args;

use super::Failure;
use super::source::{self, Source};
use crate::ops::dispute::{BetName, Dispute, Place};
use crate::ops::{page, words};
use crate::output::answer;

/// Tell why a bet went as it did: the dispute pack, from the journal alone
///
/// What was bet, what happened to it and why, the price history with its sources and reasons, the feed
/// around it and what moved on the ledger; with --all also every question the bet was asked, with its
/// numbers. Works on the journal of a running server too. Where the beginning was archived it tells what is known from the
/// oldest snapshot on, or everything with --archive.
#[derive(Debug, Args)]
pub struct WhyArgs {
    #[command(flatten)]
    source: Source,
    /// The bettor's id of the bet (a UUID), or the engine's: the record that placed it
    bet: String,
    /// Also the questions that were answered with yes, with their numbers, and every setting in force
    #[arg(long)]
    all: bool,
    /// Everything as one JSON object
    #[arg(long)]
    json: bool,
}

pub fn run(args: &WhyArgs) -> Result<(), Failure> {
    let named = words::parse_uuid(&args.bet).map(BetName::Client);
    let named = named.or_else(|| args.bet.parse().ok().map(BetName::Id)).ok_or_else(|| {
        Failure(format!("`{}` is neither a UUID nor the number of a record", args.bet))
    })?;
    let Source { dir, archive } = &args.source;
    let place = Place { dir, ring: Path::new(source::RING), archive: archive.as_deref() };
    let (dispute, damage) = Dispute::gather(place, named)?;
    let mut output = answer();
    if args.json {
        serde_json::to_writer_pretty(&mut output, &dispute)?;
        output.write_all(b"\n")?;
    } else {
        page::write(&mut output, &dispute, args.all)?;
    }
    output.flush()?;
    damage.map_or(Ok(()), |(last, why)| Err(source::not_the_whole(&why, last, dir)))
}
