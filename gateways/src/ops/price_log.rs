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
use clutch_core::event::{Event, MarketStatus, Price, PriceCause};
use clutch_core::units::{MarketId, MatchId, SelectionIndex, Seq, Timestamp};
use clutch_engine::Step;
use serde::Serialize;

use super::words::{self, Words};
use crate::wire::setting;

/// Whose prices are asked for.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// The operator's key of the match, or its number.
    pub game: String,
    /// Only these markets, by number or name; every one if there is none.
    pub markets: Vec<String>,
}

impl Wanted {
    /// Whether everything of a match is asked for.
    fn has_all_of(&self, words: &Words, game: MatchId) -> bool {
        self.markets.is_empty() && words.is_called(game, &self.game)
    }

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
    /// The market, by its number; none for what is told of the whole match.
    pub market: Option<u32>,
    /// And by its name.
    pub market_name: String,
    /// What is so from now on.
    #[serde(flatten)]
    pub what: What,
    /// Who caused it: "feed 0", "operator 7", "the engine".
    pub by: String,
    /// The feed that it came from, if it came from one.
    pub source: Option<u8>,
    /// What that feed, or person, had said; of an override, who said what, until when.
    pub said: String,
    /// What was wrong with a source, with the name of the rule that it broke.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub alert: Option<String>,
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
    /// The whole match is frozen for this reason, or for none any more.
    Frozen {
        /// In words.
        frozen: Option<&'static str>,
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

/// The log as it is read.
#[derive(Debug)]
pub struct PriceLog {
    wanted: Wanted,
    /// Who changed settings last and how: a new margin reaches the markets one by one, later.
    settings: Option<String>,
}

impl PriceLog {
    /// Nothing is read yet.
    pub fn new(wanted: Wanted) -> Self {
        Self { wanted, settings: None }
    }

    /// The entries that a record leads to.
    pub fn entries(&mut self, words: &Words, step: &Step<'_>) -> Vec<Entry> {
        self.note_settings(words, step);
        let mut entries = Vec::new();
        for record in step.events {
            let (on, what, by) = match record.event {
                Event::Price(price) => (On::Market(price.market), priced(words, &price), price.by),
                Event::Market { market, status, .. } => {
                    let open = status == MarketStatus::Open;
                    let status = words.market_status(step.state, market, status);
                    (On::Market(market), What::Status { status, open }, step.envelope.actor)
                }
                Event::MatchFrozen { match_id, reason } => {
                    let frozen = reason.map(words::why_suspended);
                    (On::Match(match_id), What::Frozen { frozen }, step.envelope.actor)
                }
                _ => continue,
            };
            let cause = match record.event {
                Event::Price(price) => Some(price.cause),
                _ => None,
            };
            let game = match on {
                On::Market(market) if self.wanted.has(words, market) => words.match_of(market),
                On::Match(game) if self.wanted.has_all_of(words, game) => Some(game),
                On::Market(_) | On::Match(_) => continue,
            };
            let (market, market_name) = match on {
                On::Market(market) => (Some(market.0), words.market(market)),
                On::Match(game) => (None, words.game(game)),
            };
            let game = game.unwrap_or(MatchId(0));
            let source = match (&step.envelope.command, by) {
                (Command::Feed(_), Actor::Feed(source)) => Some(source.0),
                _ => None,
            };
            entries.push(Entry {
                seq: step.seq.0,
                time: words::time(step.time),
                time_ns: step.time.nanos(),
                game: game.0,
                market,
                market_name,
                said: self.said(words, step, on, cause, by),
                what,
                by: words.actor(step.state, by),
                source,
                alert: alerts(step, game),
            });
        }
        entries
    }

    /// What the feed or the person behind an entry had said.
    fn said(
        &self,
        words: &Words,
        step: &Step<'_>,
        on: On,
        cause: Option<PriceCause>,
        by: Actor,
    ) -> String {
        let is_on = |event: &Event| match (event, on) {
            (Event::Override { kind, .. }, On::Market(market)) => kind.market() == market,
            _ => false,
        };
        let overrides: Vec<String> = step
            .events
            .iter()
            .filter(|record| is_on(&record.event))
            .filter_map(|record| words.overridden(&record.event))
            .collect();
        if !overrides.is_empty() {
            return overrides.join("; ");
        }
        let is_of_settings = cause == Some(PriceCause::Margin);
        match (&step.envelope.command, by, &self.settings) {
            (Command::Feed(message), Actor::Feed(_), _) => words.feed_said(message),
            (_, _, Some(settings)) if is_of_settings => settings.clone(),
            (_, Actor::Engine, _) => words.actor(step.state, by),
            (command, ..) => {
                let envelope = clutch_core::Envelope { command: *command, ..*step.envelope };
                words.command(step.state, &envelope)
            }
        }
    }

    fn note_settings(&mut self, words: &Words, step: &Step<'_>) {
        let changed = step.events.iter().filter_map(|record| match record.event {
            Event::Setting { setting, value } => {
                Some(format!("{} {}", setting.name(), setting::show(setting, value)))
            }
            _ => None,
        });
        let changed: Vec<String> = changed.collect();
        if !changed.is_empty() {
            let (by, seq) = (words.actor(step.state, step.envelope.actor), step.seq.0);
            self.settings = Some(format!("{by} set {} in record {seq}", changed.join(", ")));
        }
    }
}

/// What an entry is on.
#[derive(Clone, Copy, Debug)]
enum On {
    Market(MarketId),
    Match(MatchId),
}

/// What a record told of the sources of a match.
fn alerts(step: &Step<'_>, game: MatchId) -> Option<String> {
    let told = step.events.iter().filter_map(|record| match record.event {
        Event::FeedAlert { match_id, source, alert } if match_id == game => {
            Some(format!("feed {}: {}", source.0, words::alert(alert)))
        }
        _ => None,
    });
    let told: Vec<String> = told.collect();
    (!told.is_empty()).then(|| told.join("; "))
}

fn priced(words: &Words, price: &Price) -> What {
    let SelectionIndex(selection) = price.selection;
    What::Price {
        selection,
        selection_name: words.selection(price.market, price.selection),
        odds: price.odds.map(words::odds),
        fair: price.fair.as_f64(),
        model: price.model.as_f64(),
        cause: words::why_priced(price.cause).to_owned(),
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
        let Some(market) = entry.market else { return };
        let shown = self.markets.entry(market).or_default();
        match entry.what {
            What::Frozen { .. } => {}
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
                let market = entry.market.unwrap_or_default();
                write!(output, "market {market}: {}, ", entry.market_name)?;
                match &entry.what {
                    What::Status { status, .. } => {
                        let (time, seq) = (&entry.time, entry.seq);
                        writeln!(output, "{status}  since {time} {seq:>9}  {}", entry.why())?;
                    }
                    What::Price { .. } | What::Frozen { .. } => {
                        writeln!(output, "not said to be open yet")?;
                    }
                }
            }
            let is_open = status.as_ref().is_none_or(|entry| match entry.what {
                What::Status { open, .. } => open,
                What::Price { .. } | What::Frozen { .. } => true,
            });
            for entry in prices.values() {
                write!(output, "  ")?;
                entry.write_price(output)?;
                let offered = if is_open { "" } else { " (not on offer)" };
                let (time, seq) = (&entry.time, entry.seq);
                writeln!(output, "{offered}  since {time} {seq:>9}  {}", entry.why())?;
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
        let market = market.map_or_else(String::new, |market| market.to_string());
        write!(output, "{seq:>9}  {time}  {market:>4} {market_name:<18}  ")?;
        match &self.what {
            What::Frozen { frozen: Some(why) } => write!(output, "the match is stopped: {why}")?,
            What::Frozen { frozen: None } => write!(output, "the match goes on")?,
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

    /// Who brought it about and how. A feed is in what it says, and an override says whose it is.
    fn why(&self) -> String {
        let Self { by, said, alert, .. } = self;
        let names_himself = said.starts_with(by.as_str()) || said.starts_with("override ");
        let who = if names_himself { said.clone() } else { format!("{by}: {said}") };
        let alert = alert.as_ref().map_or_else(String::new, |alert| format!("; {alert}"));
        match &self.what {
            What::Price { cause, .. } => format!("{cause}: {who}{alert}"),
            What::Status { .. } | What::Frozen { .. } => format!("[{who}{alert}]"),
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
