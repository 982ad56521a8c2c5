//! Facts from any provider, as newline-delimited JSON: how an integrator brings a source of his own.
//!
//! See `FEEDS.md`. Owns the order of a stream: what comes first, and that time does not run backwards from
//! one fact to the next. What the time of a heartbeat means is for the engine to say.

use std::io::{BufRead, Write};

use super::cs_log::LineReader;
use super::facts::{Fact, Number, What};
use super::{Input, PrintOptions, Provider};

/// The provider of `clutch feed ndjson`.
pub const PROVIDER: Provider = Provider {
    name: "ndjson",
    about: "Facts in our own words, one JSON object a line (FEEDS.md): checked and printed again",
    print,
    facts: Some(read),
};

/// Reads a stream of facts one by one.
#[derive(Clone, Debug, Default)]
pub struct Stream {
    /// Who plays by a stream that need not say so, since it is known.
    known: Option<What>,
    /// Whether the last `match` named others than those.
    is_foreign: bool,
    /// The time of the newest fact; `None` before the first.
    newest_ms: Option<u64>,
    count: Count,
}

/// How the facts of a stream are numbered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Count {
    /// None has come that would tell.
    #[default]
    Unknown,
    /// They are not.
    Arrival,
    /// By the source; this is the newest.
    Version(u64),
}

/// What a line was.
#[derive(Clone, Debug, PartialEq)]
pub enum Heard {
    /// Empty.
    Nothing,
    /// The next fact.
    Fact(Fact),
    /// A fact that was said before, by its version.
    Old(u64),
    /// A fact before which others are missing: those after this version. It is not believed.
    Gap {
        /// The fact.
        fact: Fact,
        /// The newest version without a gap.
        after: u64,
    },
}

impl Stream {
    /// A stream about a match that is known already; a `match` of its own must agree.
    pub fn about(known: What) -> Self {
        Self { known: Some(known), ..Self::default() }
    }

    /// How it is numbered, as far as it has told.
    pub fn count(&self) -> Count {
        self.count
    }

    /// Facts up to this version are known to have been heard.
    pub fn skip_to(&mut self, version: u64) {
        match &mut self.count {
            Count::Version(newest) => *newest = version.max(*newest),
            unknown @ Count::Unknown => *unknown = Count::Version(version),
            Count::Arrival => {}
        }
    }

    /// The next line.
    ///
    /// # Errors
    /// A sentence for a line that is no fact or comes out of turn. It changes nothing.
    pub fn read(&mut self, line: &[u8]) -> Result<Heard, String> {
        if line.trim_ascii().is_empty() {
            return Ok(Heard::Nothing);
        }
        let fact = Fact::parse(line)?;
        if matches!(fact.what, What::Match { .. }) {
            return self.meet(fact);
        }
        if self.is_foreign {
            return Err("the `match` before it is not the one that this feed is about".to_owned());
        }
        if self.known.is_none() && self.newest_ms.is_none() {
            return Err("the first fact must be a `match`".to_owned());
        }
        let is_heartbeat = fact.what == What::Heartbeat;
        let counted = match (self.count, fact.number) {
            // A sign of life need not be counted.
            (_, None) if is_heartbeat => None,
            (Count::Unknown | Count::Arrival, None) => None,
            (Count::Unknown, Some(number)) => Some((number, 0)),
            (Count::Version(newest), Some(number)) => Some((number, newest)),
            (Count::Version(_), None) => {
                return Err("version is missing; the facts before it have one".to_owned());
            }
            (Count::Arrival, Some(_)) => {
                return Err("it has a version; the facts before it have none".to_owned());
            }
        };
        if matches!(fact.what, What::Revert { .. }) && counted.is_none() {
            return Err("a `revert` needs versions: its own, and that of the fact".to_owned());
        }
        if let Some((Number { version, follows }, newest)) = counted {
            let follows_another =
                newest != 0 && ![newest, 0].contains(&follows.unwrap_or(version - 1));
            // A heartbeat repeats the newest, and may know of more.
            let is_gap = if is_heartbeat { newest < version } else { follows_another };
            if !is_heartbeat && version <= newest {
                return Ok(Heard::Old(version));
            }
            if is_gap {
                return Ok(Heard::Gap { fact, after: newest });
            }
        }
        if is_heartbeat {
            // It is said at once, and of a fact that comes next it may take longer to know.
            return Ok(Heard::Fact(fact));
        }
        if let Some(newest_ms) = self.newest_ms.filter(|newest_ms| fact.at_ms < *newest_ms) {
            let at_ms = fact.at_ms;
            return Err(format!("at_ms {at_ms} is before the fact before it, {newest_ms}"));
        }
        if let What::Revert { of } = fact.what
            && fact.number.is_some_and(|number| number.version <= of)
        {
            return Err(format!("a `revert` of {of} must come after it"));
        }
        self.newest_ms = Some(fact.at_ms);
        self.count = counted.map_or(Count::Arrival, |(number, _)| Count::Version(number.version));
        Ok(Heard::Fact(fact))
    }

    /// Takes the line that says who plays.
    fn meet(&mut self, fact: Fact) -> Result<Heard, String> {
        match &self.known {
            None if self.newest_ms.is_some() => {
                return Err("a stream is about one `match`".to_owned());
            }
            Some(known) => {
                self.is_foreign = *known != fact.what;
                if let (true, What::Match { title, teams: [a, b], best_of }) =
                    (self.is_foreign, known)
                {
                    return Err(format!(
                        "this feed is about {a} against {b}, {title:?}, best of {best_of}; the facts \
                         after another `match` are not taken"
                    ));
                }
            }
            None => {}
        }
        self.newest_ms = self.newest_ms.max(Some(fact.at_ms).filter(|_| self.known.is_none()));
        Ok(Heard::Fact(fact))
    }
}

/// Reads a whole stream. Facts said twice count once.
///
/// # Errors
/// A sentence with the line.
pub fn read(input: impl BufRead) -> Result<Vec<Fact>, String> {
    let (mut stream, mut facts) = (Stream::default(), Vec::new());
    let mut lines = LineReader::new(input);
    while let Some((number, line)) = lines.next_line().map_err(|error| error.to_string())? {
        match stream.read(line).map_err(|what| format!("line {number}: {what}"))? {
            Heard::Fact(fact) => facts.push(Fact { line: number, ..fact }),
            Heard::Nothing | Heard::Old(_) => {}
            Heard::Gap { after, .. } => {
                return Err(format!("line {number}: the fact after version {after} is missing"));
            }
        }
    }
    if facts.is_empty() { Err("there is no fact in it".to_owned()) } else { Ok(facts) }
}

fn print(input: Input, _: &PrintOptions, out: &mut dyn Write) -> Result<(), String> {
    print_facts(&read(input)?, out)
}

/// Prints facts.
///
/// # Errors
/// If they cannot be written.
pub fn print_facts(facts: &[Fact], out: &mut dyn Write) -> Result<(), String> {
    facts.iter().try_for_each(|fact| fact.write(out)).map_err(|error| error.to_string())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::facts::{Side, Team};
    use super::*;

    const MATCH: &str =
        r#"{"at_ms":5,"event":"match","title":"lol","teams":["T1","Gen.G"],"best_of":5}"#;

    fn state(extra: &str) -> String {
        format!(
            r#"{{"at_ms":9,"event":"state","map":1,"clock_s":60,"lead_milli":-5,"kills":[0,1],"towers":[0,0]{extra}}}"#
        )
    }

    #[test]
    fn facts_are_printed_as_they_are_read() {
        let lines = [
            MATCH.to_owned(),
            r#"{"at_ms":6,"event":"map_start","map":1,"name":"game 1","side_a":"first"}"#.into(),
            state(r#","objectives":[1,0]"#),
            r#"{"at_ms":9,"event":"held"}"#.into(),
            r#"{"at_ms":9,"event":"map_won","map":1,"winner":"b"}"#.into(),
        ]
        .join("\n")
            + "\n";
        let facts = read(lines.as_bytes()).unwrap();
        let mut printed = Vec::new();
        print_facts(&facts, &mut printed).unwrap();
        assert_eq!(String::from_utf8(printed).unwrap(), lines);
        assert_eq!(facts[4].what, What::MapWon { map: 1, winner: Team::B });
    }

    #[test]
    fn a_side_may_have_the_name_of_its_game() {
        for (name, side) in [
            ("t", Side::First),
            ("attack", Side::First),
            ("blue", Side::First),
            ("radiant", Side::First),
            ("ct", Side::Second),
            ("defence", Side::Second),
            ("red", Side::Second),
            ("dire", Side::Second),
            ("T", Side::First),
            ("Radiant", Side::First),
            ("CT", Side::Second),
            ("DEFENSE", Side::Second),
        ] {
            let line = format!(
                r#"{{"at_ms":1,"event":"map_start","map":1,"name":"x","side_a":"{name}"}}"#
            );
            let What::MapStart { side_a, .. } = Fact::parse(line.as_bytes()).unwrap().what else {
                panic!("{line}")
            };
            assert_eq!(side_a, side, "{name}");
        }
    }

    #[test]
    fn a_line_that_is_no_fact_is_named() {
        for (lines, what) in [
            (String::new(), "there is no fact in it"),
            ("{".to_owned(), "line 1: not JSON: EOF while parsing an object at column 1"),
            ("[]".to_owned(), "line 1: a fact is a JSON object"),
            (r#"{"event":"held"}"#.to_owned(), "line 1: the field `at_ms` is missing"),
            (r#"{"at_ms":-1,"event":"held"}"#.to_owned(), "line 1: at_ms is -1; it must be"),
            (r#"{"at_ms":1}"#.to_owned(), "line 1: missing field `event`"),
            (r#"{"at_ms":1,"event":"goal"}"#.to_owned(), "line 1: unknown variant `goal`"),
            (
                r#"{"at_ms":1,"event":"held"}"#.to_owned(),
                "line 1: the first fact must be a `match`",
            ),
            (format!("{MATCH}\n{MATCH}"), "line 2: a stream is about one `match`"),
            (format!("{MATCH}\n\n{}", state("")), "line 3: missing field `objectives`"),
            (
                format!("{MATCH}\n{}", state(r#","objectives":[0,0],"dragons":1"#)),
                "line 2: unknown field `dragons`",
            ),
            (format!("{MATCH}\n{}", state(r#","objectives":[0,-1]"#)), "line 2: invalid value"),
            (
                format!("{MATCH}\n{}", r#"{"at_ms":4,"event":"held"}"#),
                "line 2: at_ms 4 is before the fact before it, 5",
            ),
            (format!("{MATCH}\n{}", r#"{"at_ms":NaN,"event":"held"}"#), "line 2: not JSON"),
            (
                format!("{MATCH}\n{}", r#"{"at_ms":6,"event":"held","event":"released"}"#),
                "line 2: the key `event` stands twice at column 33",
            ),
            (
                format!("{MATCH}\n{}", state(r#","objectives":[0,0],"kills":[5,5]"#)),
                "line 2: the key `kills` stands twice",
            ),
        ] {
            let error = read(lines.as_bytes()).unwrap_err();
            assert!(error.starts_with(what), "{lines}: {error}");
        }
    }
}
