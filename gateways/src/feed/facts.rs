//! Facts about a match in our own words: what every provider's data is turned into.
//!
//! One JSON object a line is the form in which facts are printed, stored and brought in from
//! elsewhere (`FEEDS.md`). Owns the names of things and what a single fact can say. Whether it can
//! follow from the facts before it is the engine's question, not asked here.

use std::io::{self, Write};

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// One fact with its time.
#[derive(Clone, Debug, PartialEq)]
pub struct Fact {
    /// When it happened by the source's clock, in Unix milliseconds.
    pub at_ms: u64,
    /// What happened.
    pub what: What,
}

/// What happened. Maps and rounds count from 1, pairs are of teams A and B.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case", deny_unknown_fields)]
pub enum What {
    /// Who plays what: the first fact.
    Match {
        /// The game.
        title: Title,
        /// The names of teams A and B.
        teams: [String; 2],
        /// Maps at most.
        best_of: u8,
    },
    /// A map begins.
    MapStart {
        /// Which.
        map: u8,
        /// Its name.
        name: String,
        /// The side on which team A begins.
        side_a: Side,
    },
    /// A round is being played.
    RoundStart {
        /// On which map.
        map: u8,
        /// Which.
        round: u8,
    },
    /// A round counts.
    RoundWon {
        /// On which map.
        map: u8,
        /// Which.
        round: u8,
        /// Who won it.
        winner: Team,
    },
    /// Only this many rounds of a map still stand.
    Rewind {
        /// On which map.
        map: u8,
        /// So many stand.
        to_round: u8,
    },
    /// A map in rounds is over.
    MapOver {
        /// Which.
        map: u8,
        /// The rounds of A and B.
        rounds: [u8; 2],
    },
    /// How a map against the clock stands.
    State(State),
    /// The server went back to this state of a map against the clock.
    Restore(State),
    /// A map against the clock is over.
    MapWon {
        /// Which.
        map: u8,
        /// Who won it.
        winner: Team,
    },
    /// The source is not sure: nothing should be sold.
    Held,
    /// The source is sure again.
    Released,
    /// The source contradicts itself: a person should look.
    Disputed,
    /// Nothing new; the source is alive.
    Heartbeat,
}

/// A map against the clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct State {
    /// Which map.
    pub map: u8,
    /// Seconds on the game clock.
    pub clock_s: u16,
    /// What A has more than B: in League of Legends gold, in thousandths of a percent of all gold; in
    /// Dota 2 experience.
    pub lead_milli: i32,
    /// Kills.
    pub kills: [u16; 2],
    /// Towers taken.
    pub towers: [u8; 2],
    /// Dragons in League of Legends, Roshans in Dota 2.
    pub objectives: [u8; 2],
}

/// A game.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Title {
    /// Counter-Strike 2: first to 13.
    Cs2,
    /// Counter-Strike: Global Offensive: first to 16.
    Csgo,
    /// Valorant.
    Valorant,
    /// League of Legends.
    Lol,
    /// Dota 2.
    Dota2,
}

/// A side, by any name it has in some game.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// T in Counter-Strike; attack in Valorant, blue in League of Legends, Radiant in Dota 2.
    #[serde(alias = "t", alias = "attack", alias = "blue", alias = "radiant")]
    First,
    /// CT; defence, red, Dire.
    #[serde(alias = "ct", alias = "defence", alias = "defense", alias = "red", alias = "dire")]
    Second,
}

/// A team of the match.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Team {
    /// The first.
    A,
    /// The second.
    B,
}

impl Fact {
    /// Reads a line.
    ///
    /// # Errors
    /// A sentence that names the field.
    pub fn parse(line: &[u8]) -> Result<Self, String> {
        let mut value: Value = serde_json::from_slice(line).map_err(|error| {
            let text = error.to_string();
            let what = text.split(" at line ").next().unwrap_or_default();
            format!("not JSON: {what} at column {}", error.column())
        })?;
        let object = value.as_object_mut().ok_or("a fact is a JSON object")?;
        let at_ms = object.remove("at_ms").ok_or("the field `at_ms` is missing")?;
        let at_ms = at_ms.as_u64().ok_or_else(|| {
            format!("at_ms is {at_ms}; it must be a whole number of Unix milliseconds")
        })?;
        let what = What::deserialize(value).map_err(|error| error.to_string())?;
        Ok(Self { at_ms, what })
    }

    /// Prints a line.
    pub fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        #[derive(Serialize)]
        struct Line<'a> {
            at_ms: u64,
            #[serde(flatten)]
            what: &'a What,
        }
        serde_json::to_writer(&mut *out, &Line { at_ms: self.at_ms, what: &self.what })?;
        out.write_all(b"\n")
    }
}
