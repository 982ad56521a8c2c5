//! Feeds: what happens in a match, as somebody else reports it.
//!
//! A provider turns the bytes of its source into plain facts about a match. It never knows a market, a price or a bet,
//! and it never guesses: what it cannot place it reports as a disagreement and holds. A new one is a file here and a
//! line in [`PROVIDERS`]; a program of any language can be one as well, by writing our own facts (`ndjson`).

pub mod bridge;
pub mod cs_log;
pub mod facts;
pub mod facts_bridge;
pub mod follow;
pub mod lag;
pub mod ndjson;
pub mod opendota;
pub mod push;

pub use bridge::{MatchFeed, heartbeat};
pub use push::PushFeed;

use std::io::{BufRead, Write};

use cs_log::RoundFormat;
use facts::Fact;

/// A source of facts.
#[derive(Debug)]
pub struct Provider {
    /// Its name on the command line.
    pub name: &'static str,
    /// What it reads, in a line.
    pub about: &'static str,
    /// Reads one file and prints what it says, one JSON object a line; fails with a sentence.
    pub print: fn(Input, &PrintOptions, &mut dyn Write) -> Result<(), String>,
    /// Reads one file as facts in our own words; `None` for logs, which have a reader of their own.
    pub facts: Option<ReadFacts>,
}

/// Where a provider reads from.
pub type Input = Box<dyn BufRead + Send>;

/// Every provider.
pub const PROVIDERS: &[Provider] = &[cs_log::PROVIDER, opendota::PROVIDER, ndjson::PROVIDER];

impl Provider {
    /// The provider of this name.
    pub fn of_name(name: &str) -> Option<&'static Self> {
        PROVIDERS.iter().find(|provider| provider.name == name)
    }
}

/// Reads one file; fails with a sentence.
pub type ReadFacts = fn(Input) -> Result<Vec<Fact>, String>;

/// How to print.
#[derive(Clone, Copy, Debug, Default)]
pub struct PrintOptions {
    /// Rounds per map, where the source does not say.
    pub format: Option<RoundFormat>,
    /// Whether to say on standard error what became of the lines.
    pub counts: bool,
}
