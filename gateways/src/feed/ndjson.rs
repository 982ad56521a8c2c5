//! Facts from any provider, as newline-delimited JSON: how an integrator brings a source of his own.
//!
//! See `FEEDS.md`. Owns the order of a stream: what comes first, and that time does not run backwards.

use std::io::{BufRead, Write};

use super::cs_log::LineReader;
use super::facts::{Fact, What};
use super::{Input, PrintOptions, Provider};

/// The provider of `clutch feed ndjson`.
pub const PROVIDER: Provider = Provider {
    name: "ndjson",
    about: "Facts in our own words, one JSON object a line (FEEDS.md): checked and printed again",
    print,
    facts: Some(read),
};

/// Reads a stream of facts one by one.
#[derive(Debug, Default)]
pub struct Stream {
    /// The time of the newest fact; `None` before the first.
    newest_ms: Option<u64>,
}

impl Stream {
    /// The next fact; `None` for an empty line.
    ///
    /// # Errors
    /// A sentence for a line that is no fact or comes out of turn. It changes nothing.
    pub fn read(&mut self, line: &[u8]) -> Result<Option<Fact>, String> {
        if line.trim_ascii().is_empty() {
            return Ok(None);
        }
        let fact = Fact::parse(line)?;
        match (self.newest_ms, matches!(fact.what, What::Match { .. })) {
            (None, false) => return Err("the first fact must be a `match`".to_owned()),
            (Some(_), true) => return Err("a stream is about one `match`".to_owned()),
            (Some(newest_ms), false) if fact.at_ms < newest_ms => {
                let at_ms = fact.at_ms;
                return Err(format!("at_ms {at_ms} is before the fact before it, {newest_ms}"));
            }
            (None, true) | (Some(_), false) => {}
        }
        self.newest_ms = Some(fact.at_ms);
        Ok(Some(fact))
    }
}

/// Reads a whole stream.
///
/// # Errors
/// A sentence with the line.
pub fn read(input: impl BufRead) -> Result<Vec<Fact>, String> {
    let (mut stream, mut facts) = (Stream::default(), Vec::new());
    let mut lines = LineReader::new(input);
    while let Some((number, line)) = lines.next_line().map_err(|error| error.to_string())? {
        facts.extend(stream.read(line).map_err(|what| format!("line {number}: {what}"))?);
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
        ] {
            let error = read(lines.as_bytes()).unwrap_err();
            assert!(error.starts_with(what), "{lines}: {error}");
        }
    }
}
