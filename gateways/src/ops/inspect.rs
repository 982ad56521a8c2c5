//! The records of a journal, one line each, in words or as JSON.

use std::io::{self, Write};
use std::sync::LazyLock;

use clutch_core::command::Actor;
use clutch_core::units::{AccountId, MarketId};
use clutch_core::{Command, Envelope, Event, State};
use clutch_engine::Step;
use serde::Serialize;

use super::words::{self, Words};

/// Which records are shown. All of them, unless something is said.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Only these kinds, by name; see [`kind`].
    pub kinds: Vec<String>,
    /// Only records by or about this account.
    pub account: Option<AccountId>,
    /// Only records about this market.
    pub market: Option<MarketId>,
}

impl Filter {
    /// Whether a record is shown.
    pub fn shows(&self, envelope: &Envelope, events: &[clutch_core::Record]) -> bool {
        (self.kinds.is_empty() || self.kinds.iter().any(|wanted| wanted == kind(&envelope.command)))
            && self.account.is_none_or(|account| is_about_account(account, envelope, events))
            && self.market.is_none_or(|market| is_about_market(market, envelope, events))
    }
}

/// A command's kind as a word: `place_bet`, `feed`, `tick`.
pub fn kind(command: &Command) -> &'static str {
    &kinds()[usize::from(command.kind()) - 1]
}

/// The words for all kinds, in the order of their numbers.
pub fn kinds() -> &'static [String] {
    static KINDS: LazyLock<Vec<String>> =
        LazyLock::new(|| Command::VARIANTS.iter().map(|name| in_small_letters(name)).collect());
    &KINDS
}

/// `PlaceBet` as `place_bet`.
fn in_small_letters(name: &str) -> String {
    let mut word = String::new();
    for char in name.chars() {
        if char.is_uppercase() && !word.is_empty() {
            word.push('_');
        }
        word.extend(char.to_lowercase());
    }
    word
}

fn is_about_account(id: AccountId, envelope: &Envelope, events: &[clutch_core::Record]) -> bool {
    words::account_of(envelope) == Some(id)
        || matches!(envelope.actor, Actor::Account { account, .. } if account == id)
        || events.iter().any(|record| words::is_of(id, &record.event))
}

fn is_about_market(id: MarketId, envelope: &Envelope, events: &[clutch_core::Record]) -> bool {
    let asked = match &envelope.command {
        Command::PlaceBet(place) => place.market == id,
        Command::PlaceMultiple(place) => place.picks().iter().any(|pick| pick.market == id),
        _ => false,
    };
    let said = |event: &Event| match event {
        Event::Bet(view) => view.market == id,
        Event::Market { market, .. } | Event::MarketOpened { market, .. } => *market == id,
        Event::Price(price) => price.market == id,
        _ => false,
    };
    asked || events.iter().any(|record| said(&record.event))
}

/// Writes a record in words: its place, time, kind, what was asked, and beneath it what came of it.
///
/// # Errors
/// If it cannot be written.
pub fn write_words(
    output: &mut impl Write,
    words: &Words,
    state: &State,
    step: &Step<'_>,
) -> io::Result<()> {
    let (time, kind) = (words::time(step.time), kind(&step.envelope.command));
    let asked = words.command(state, step.envelope);
    let actor = words.actor(state, step.envelope.actor);
    writeln!(output, "{:>9}  {time}  {kind:<12} {asked}  [{actor}]", step.seq.0)?;
    let mut prices = 0;
    for record in step.events {
        prices += u32::from(matches!(record.event, Event::Price(_)));
        if let Some(outcome) = words.outcome(state, &record.event) {
            writeln!(output, "{:>34}  -> {outcome}", "")?;
        }
    }
    if prices != 0 {
        writeln!(output, "{:>34}  -> {prices} prices", "")?;
    }
    Ok(())
}

/// Writes a record as one JSON object.
///
/// # Errors
/// If it cannot be written.
pub fn write_json(
    output: &mut impl Write,
    words: &Words,
    state: &State,
    step: &Step<'_>,
) -> io::Result<()> {
    #[derive(Serialize)]
    struct Line<'a> {
        seq: u64,
        time_ns: u64,
        time: String,
        kind: &'static str,
        words: String,
        actor: &'a Actor,
        trace: u64,
        command: &'a Command,
        events: Vec<&'a Event>,
    }
    let line = Line {
        seq: step.seq.0,
        time_ns: step.time.nanos(),
        time: words::time(step.time),
        kind: kind(&step.envelope.command),
        words: words.command(state, step.envelope),
        actor: &step.envelope.actor,
        trace: step.envelope.trace,
        command: &step.envelope.command,
        events: step.events.iter().map(|record| &record.event).collect(),
    };
    serde_json::to_writer(&mut *output, &line)?;
    output.write_all(b"\n")
}
