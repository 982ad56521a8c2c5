//! The price log: who made which price, when, why and from which source; and what the board showed at
//! some moment.
//!
//! Nothing is written for it while the engine runs. Every price is in the records that the journal's
//! commands lead to, with its cause and its author, so following the journal is to read the log.

use std::collections::BTreeMap;
use std::io::{self, Write};

use chrono::{DateTime, NaiveDateTime};
use clutch_core::Command;
use clutch_core::command::Actor;
use clutch_core::event::{Event, MarketStatus, Price};
use clutch_core::units::{MarketId, MatchId, SelectionIndex, Seq, Timestamp};
use clutch_engine::Step;
use serde::Serialize;

use super::words::{self, Words};

/// Whose prices are asked for.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// The operator's key of the match, or its number.
    pub game: String,
    /// Only these markets, by number or name; every one if there is none.
    pub markets: Vec<String>,
}

impl Wanted {
    /// Whether a market is one of those.
    pub fn has(&self, words: &Words, id: MarketId) -> bool {
        let Some(game) = words.match_of(id) else { return false };
        words.is_called(game, &self.game)
            && (self.markets.is_empty()
                || self.markets.iter().any(|wanted| {
                    wanted.parse() == Ok(id.0) || words.market(id).eq_ignore_ascii_case(wanted)
                }))
    }
}

/// A moment: behind a record, or behind everything up to a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// Behind the record with this number.
    Seq(Seq),
    /// Behind all records up to this time.
    Time(Timestamp),
}

impl Moment {
    /// Reads `4711`, `2026-01-19 19:02:30.5` (UTC) or RFC 3339 with an offset.
    pub fn parse(text: &str) -> Option<Self> {
        if let Ok(seq) = text.parse() {
            return Some(Self::Seq(Seq(seq)));
        }
        let spaced = text.trim_end_matches('Z').replacen('T', " ", 1);
        let nanos = match NaiveDateTime::parse_from_str(&spaced, "%Y-%m-%d %H:%M:%S%.f") {
            Ok(utc) => utc.and_utc().timestamp_nanos_opt()?,
            Err(_) => DateTime::parse_from_rfc3339(text).ok()?.timestamp_nanos_opt()?,
        };
        Some(Self::Time(Timestamp::from_nanos(u64::try_from(nanos).ok()?)))
    }

    /// Whether a record comes after it.
    pub fn is_before(self, seq: Seq, time: Timestamp) -> bool {
        match self {
            Self::Seq(last) => last < seq,
            Self::Time(last) => last < time,
        }
    }
}

/// An entry of the log: a price, or a market that opens or closes.
#[derive(Clone, Debug, Serialize)]
pub struct Entry {
    /// The record that led to it.
    pub seq: u64,
    /// Its time.
    pub time: String,
    /// The same in nanoseconds since 1970.
    pub time_ns: u64,
    /// The match, by its number.
    #[serde(rename = "match")]
    pub game: u32,
    /// The market, by its number.
    pub market: u32,
    /// And by its name.
    pub market_name: String,
    /// What is so from now on.
    #[serde(flatten)]
    pub what: What,
    /// Who caused it: "feed 0", "operator 7", "the engine".
    pub by: String,
    /// The feed that it came from, if it came from one.
    pub source: Option<u8>,
    /// What that feed, or person, had said.
    pub said: String,
}

/// What an entry says.
#[derive(Clone, Debug, Serialize)]
#[serde(untagged)]
pub enum What {
    /// A selection has another price.
    Price {
        /// The selection, from 0.
        selection: u8,
        /// Its name.
        selection_name: String,
        /// The odds; nothing while it cannot be bet on.
        odds: Option<String>,
        /// The fair probability that the odds are made of.
        fair: f64,
        /// What the model alone says.
        model: f64,
        /// Why it was made.
        cause: String,
    },
    /// The market is open to bets, or no longer.
    Status {
        /// In words.
        status: String,
        /// Whether it can be bet on.
        open: bool,
    },
}

/// What a board shows of one market.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Shown {
    /// Its status, with the record that led to it.
    pub status: Option<Entry>,
    /// The price of each selection, with the record that made it.
    pub prices: BTreeMap<u8, Entry>,
}

/// The entries that a record leads to.
pub fn entries(wanted: &Wanted, words: &Words, step: &Step<'_>) -> Vec<Entry> {
    let mut entries = Vec::new();
    for record in step.events {
        let (market, what, by) = match record.event {
            Event::Price(price) => (price.market, priced(words, &price), price.by),
            Event::Market { market, status, .. } => {
                let open = status == MarketStatus::Open;
                let status = words.market_status(market, status);
                (market, What::Status { status, open }, step.envelope.actor)
            }
            _ => continue,
        };
        if !wanted.has(words, market) {
            continue;
        }
        let (source, said) = match (&step.envelope.command, by) {
            (Command::Feed(message), Actor::Feed(source)) => {
                (Some(source.0), words.feed_said(message))
            }
            (_, Actor::Engine) => (None, words.actor(step.state, by)),
            (command, _) => {
                let envelope = clutch_core::Envelope { command: *command, ..*step.envelope };
                (None, words.command(step.state, &envelope))
            }
        };
        entries.push(Entry {
            seq: step.seq.0,
            time: words::time(step.time),
            time_ns: step.time.nanos(),
            game: words.match_of(market).unwrap_or(MatchId(0)).0,
            market: market.0,
            market_name: words.market(market),
            what,
            by: words.actor(step.state, by),
            source,
            said,
        });
    }
    entries
}

fn priced(words: &Words, price: &Price) -> What {
    let SelectionIndex(selection) = price.selection;
    What::Price {
        selection,
        selection_name: words.selection(price.market, price.selection),
        odds: price.odds.map(words::odds),
        fair: price.fair.as_f64(),
        model: price.model.as_f64(),
        cause: words::why_priced(price.cause),
    }
}

/// The board as entries make it.
#[derive(Debug, Default)]
pub struct Board {
    markets: BTreeMap<u32, Shown>,
}

impl Board {
    /// Takes in what is so from now on.
    pub fn take(&mut self, entry: Entry) {
        let shown = self.markets.entry(entry.market).or_default();
        match entry.what {
            What::Status { .. } => shown.status = Some(entry),
            What::Price { selection, .. } => {
                shown.prices.insert(selection, entry);
            }
        }
    }

    /// Each market with its prices.
    pub fn markets(&self) -> impl Iterator<Item = &Shown> {
        self.markets.values()
    }

    /// Writes it as a person reads it: every market with its status, every selection with its odds,
    /// since when they stood, and why.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn write(&self, output: &mut impl Write) -> io::Result<()> {
        for Shown { status, prices } in self.markets() {
            if let Some(entry) = status.as_ref().or_else(|| prices.values().next()) {
                let status = match &entry.what {
                    What::Status { status, .. } => status,
                    What::Price { .. } => "not said to be open yet",
                };
                writeln!(output, "market {}: {}, {status}", entry.market, entry.market_name)?;
            }
            for entry in prices.values() {
                write!(output, "  ")?;
                entry.write_price(output)?;
                writeln!(output, "  since {} {:>9}  {}", entry.time, entry.seq, entry.why())?;
            }
        }
        Ok(())
    }
}

impl Entry {
    /// Writes it as one line.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn write(&self, output: &mut impl Write) -> io::Result<()> {
        let Self { seq, time, market, market_name, .. } = self;
        write!(output, "{seq:>9}  {time}  {market:>4} {market_name:<18}  ")?;
        match &self.what {
            What::Price { .. } => self.write_price(output)?,
            What::Status { status, .. } => write!(output, "{status}")?,
        }
        writeln!(output, "  {}", self.why())
    }

    fn write_price(&self, output: &mut impl Write) -> io::Result<()> {
        let What::Price { selection_name, odds, fair, model, .. } = &self.what else {
            return Ok(());
        };
        let odds = odds.as_deref().unwrap_or("none");
        write!(output, "{selection_name:<20} {odds:>7}  fair {:>6.2} %", fair * 100.0)?;
        if fair != model {
            write!(output, " (model {:.2} %)", model * 100.0)?;
        }
        Ok(())
    }

    fn why(&self) -> String {
        match &self.what {
            What::Price { cause, .. } => format!("{cause}: {}", self.said),
            What::Status { .. } => format!("[{}]", self.said),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_moment_is_a_record_or_a_time_in_any_usual_form() {
        assert_eq!(Moment::parse("4711"), Some(Moment::Seq(Seq(4711))));
        let at = Some(Moment::Time(Timestamp::from_millis(1_767_268_800_500)));
        for text in [
            "2026-01-01 12:00:00.5",
            "2026-01-01T12:00:00.500",
            "2026-01-01T12:00:00.500Z",
            "2026-01-01T13:00:00.5+01:00",
        ] {
            assert_eq!(Moment::parse(text), at, "{text}");
        }
        for no_moment in
            ["", "-1", "noon", "2026-01-01", "2026-13-01 12:00:00", "1900-01-01 12:00:00"]
        {
            assert_eq!(Moment::parse(no_moment), None, "{no_moment}");
        }
    }
}
