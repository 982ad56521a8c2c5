//! Facts about a match in our own words: what every provider's data is turned into.
//!
//! One JSON object a line is the form in which facts are printed, stored and brought in from
//! elsewhere (`FEEDS.md`). Owns the names of things and what a single fact can say. Whether it can
//! follow from the facts before it is the engine's question, not asked here.

use std::borrow::Cow;
use std::io::{self, Write};

use clutch_core::units::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::chance;
use crate::json::Once;

/// One fact with its time.
#[derive(Clone, Debug, PartialEq)]
pub struct Fact {
    /// When it happened by the source's clock, in Unix milliseconds.
    pub at_ms: u64,
    /// Its place in the source's own count, if the source counts.
    pub number: Option<Number>,
    /// What happened.
    pub what: What,
    /// The line of a file that says so, from 1; 0 where it came in no such line.
    pub line: u64,
}

/// A fact's place in its source's own count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Number {
    /// The source's number of it, above zero and above that of the fact before.
    pub version: u64,
    /// The number of the fact before it, where that is not one less.
    pub follows: Option<u64>,
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
    /// What the source thinks of the next round alone.
    NextRound {
        /// On which map.
        map: u8,
        /// Which.
        round: u8,
        /// P(team A wins it); nothing takes it back.
        p_a: Option<Chance>,
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
    /// An earlier fact no longer stands, nor does any after it.
    Revert {
        /// Its version.
        of: u64,
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

/// A chance that denies neither team.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "f64", into = "f64")]
pub struct Chance(f64);

impl TryFrom<f64> for Chance {
    type Error = String;

    fn try_from(p: f64) -> Result<Self, String> {
        if chance::is_usable(p) {
            Ok(Self(p))
        } else {
            Err(format!("{p} is no chance to win a round; it must lie {}", chance::RANGE))
        }
    }
}

impl From<Chance> for f64 {
    fn from(chance: Chance) -> Self {
        chance.0
    }
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

impl State {
    /// A map against the clock on which nothing has happened yet.
    pub fn at_the_start(map: u8) -> Self {
        Self { map, clock_s: 0, lead_milli: 0, kills: [0; 2], towers: [0; 2], objectives: [0; 2] }
    }
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
#[serde(rename_all = "snake_case", try_from = "String")]
pub enum Side {
    /// T in Counter-Strike; attack in Valorant, blue in League of Legends, Radiant in Dota 2.
    First,
    /// CT; defence, red, Dire.
    Second,
}

impl Side {
    /// What else people call them, in whatever capitals.
    pub const FIRST_NAMES: [&str; 6] = ["first", "t", "attack", "atk", "blue", "radiant"];
    /// The same of the second.
    pub const SECOND_NAMES: [&str; 7] =
        ["second", "ct", "defence", "defense", "def", "red", "dire"];
}

impl std::str::FromStr for Side {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let is = |name: &&str| name.eq_ignore_ascii_case(text);
        if Self::FIRST_NAMES.iter().any(is) {
            Ok(Self::First)
        } else if Self::SECOND_NAMES.iter().any(is) {
            Ok(Self::Second)
        } else {
            Err(format!(
                "`{text}` is no side: write first (T, attack, blue, Radiant) or second (CT, defence, red, Dire)"
            ))
        }
    }
}

impl TryFrom<String> for Side {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
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

/// How far ahead of its receipt a fact may say that it happened: clocks differ by less. It is less than the lag
/// that stops betting, so that a clock that is put right does not look like one that lags.
pub const AHEAD_MS_MAX: u64 = 1_000;

/// The field that a line from the future is marked by.
const AHEAD: &str = "ahead_ms";

/// Marks every line that says that it happened too far ahead of its receipt, so that it is wrong whenever it is read:
/// also after a restart, when that time has come.
pub fn mark_ahead(lines: &[u8], received_at: Timestamp) -> Cow<'_, [u8]> {
    let now_ms = received_at.nanos() / 1_000_000;
    let ahead = |line: &[u8]| {
        let line: Value = serde_json::from_slice(line).ok()?;
        let ahead = line.get("at_ms")?.as_u64()?.saturating_sub(now_ms);
        Some(ahead).filter(|ahead| AHEAD_MS_MAX < *ahead)
    };
    let mut marked: Option<Vec<u8>> = None;
    let mut done = 0;
    for line in lines.split_inclusive(|byte| *byte == b'\n') {
        let begins = done;
        done += line.len();
        if let (Some(by), Some(open)) = (ahead(line), line.iter().position(|byte| *byte == b'{')) {
            let marked = marked.get_or_insert_with(|| lines[..begins].to_vec());
            marked.extend_from_slice(&line[..=open]);
            marked.extend_from_slice(format!("\"{AHEAD}\":{by},").as_bytes());
            marked.extend_from_slice(&line[open + 1..]);
        } else if let Some(marked) = &mut marked {
            marked.extend_from_slice(line);
        }
    }
    marked.map_or(Cow::Borrowed(lines), Cow::Owned)
}

impl Fact {
    /// Reads a line.
    ///
    /// # Errors
    /// A sentence that names the field.
    pub fn parse(line: &[u8]) -> Result<Self, String> {
        let Once(mut value) = serde_json::from_slice(line).map_err(|error| {
            let text = error.to_string();
            let what = text.split(" at line ").next().unwrap_or_default();
            let not_json = if error.is_data() { "" } else { "not JSON: " };
            format!("{not_json}{what} at column {}", error.column())
        })?;
        let object = value.as_object_mut().ok_or("a fact is a JSON object")?;
        let at_ms = object.remove("at_ms").ok_or("the field `at_ms` is missing")?;
        let at_ms = at_ms.as_u64().ok_or_else(|| {
            format!("at_ms is {at_ms}; it must be a whole number of Unix milliseconds")
        })?;
        if let Some(ahead) = object.remove(AHEAD) {
            return Err(format!(
                "at_ms {at_ms} is {ahead} ms ahead of when it was received; {AHEAD_MS_MAX} at most"
            ));
        }
        let number = Number::take(object)?;
        let what = What::deserialize(value).map_err(|error| error.to_string())?;
        Ok(Self { at_ms, number, what, line: 0 })
    }

    /// Prints a line.
    pub fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        #[derive(Serialize)]
        struct Line<'a> {
            at_ms: u64,
            #[serde(skip_serializing_if = "Option::is_none")]
            version: Option<u64>,
            #[serde(skip_serializing_if = "Option::is_none")]
            follows: Option<u64>,
            #[serde(flatten)]
            what: &'a What,
        }
        let Self { at_ms, number, what, line: _ } = self;
        let (version, follows) = (number.map(|it| it.version), number.and_then(|it| it.follows));
        serde_json::to_writer(&mut *out, &Line { at_ms: *at_ms, version, follows, what })?;
        out.write_all(b"\n")
    }
}

impl Number {
    /// Takes the fields out of a line.
    fn take(object: &mut Map<String, Value>) -> Result<Option<Self>, String> {
        let mut whole = |name: &str| match object.remove(name) {
            None => Ok(None),
            Some(value) => match value.as_u64() {
                Some(number) if number < u64::MAX => Ok(Some(number)),
                _ => Err(format!("{name} is {value}; it must be a whole number")),
            },
        };
        let (version, follows) = (whole("version")?, whole("follows")?);
        match (version, follows) {
            (None, None) => Ok(None),
            (None, Some(_)) => Err("`follows` stands without `version`".to_owned()),
            (Some(0), _) => Err("version is 0; it counts from 1".to_owned()),
            (Some(version), Some(before)) if version <= before => {
                Err(format!("version {version} cannot follow {before}"))
            }
            (Some(version), follows) => Ok(Some(Self { version, follows })),
        }
    }
}
