//! The events of a log as newline-delimited JSON, as `clutch feed cs-log` prints them.
//!
//! Only what counts is printed: `map_start` once per map, just before its first round, then `round_won`, `rewind` and
//! `map_over`. Holds, pauses and disagreements are for a book that is open, not for a record of the match.

use std::io::{self, BufRead, Write};

use serde::Serialize;
use serde_json::{Map as Object, Value};

use super::event::{Counters, FeedEvent, Normalised, TeamScore};
use super::normaliser::{CsLog, Options};
use super::source::LineReader;
use crate::feed::{Input, PrintOptions, Provider};

#[derive(Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum Record<'a> {
    MapStart {
        map: &'a str,
    },
    RoundWon {
        round: u32,
        side: &'a str,
        team: Option<&'a str>,
        reason: &'a str,
        ct: u32,
        t: u32,
        line: u64,
        time: Option<String>,
    },
    Rewind {
        to_round: u32,
        line: u64,
    },
    MapOver {
        map: &'a str,
        score: Object<String, Value>,
    },
}

/// The provider of `clutch feed cs-log`.
pub const PROVIDER: Provider = Provider {
    name: "cs-log",
    about: "The log of a Counter-Strike server: the rounds that count, rewinds, maps",
    print,
    facts: None,
};

fn print(input: Input, options: &PrintOptions, out: &mut dyn Write) -> Result<(), String> {
    let counted = print_file(input, Options { format: options.format }, out)
        .map_err(|error| error.to_string())?;
    if options.counts {
        crate::output::remark(format_args!("{counted:?}"));
    }
    if counted.known + counted.unknown == 0 && counted.garbage != 0 {
        return Err(format!("none of its {} lines is one of a server's log", counted.lines));
    }
    Ok(())
}

/// Reads a whole log and prints its events, one JSON object a line.
pub fn print_file(
    input: impl BufRead,
    options: Options,
    mut out: impl Write,
) -> io::Result<Counters> {
    let mut log = CsLog::new(options);
    let mut printer = Printer::default();
    let mut lines = LineReader::new(input);
    let mut events = Vec::new();
    while let Some((number, bytes)) = lines.next_line()? {
        log.line(number, bytes, &mut events);
        for event in events.drain(..) {
            printer.print(&event, &mut out)?;
        }
    }
    log.finish(&mut events);
    for event in &events {
        printer.print(event, &mut out)?;
    }
    out.flush()?;
    Ok(*log.counters())
}

#[derive(Default)]
struct Printer {
    map: String,
    map_printed: bool,
}

impl Printer {
    fn print(&mut self, normalised: &Normalised, out: &mut impl Write) -> io::Result<()> {
        let line = normalised.line;
        match &normalised.event {
            FeedEvent::MapStart { map, .. } => {
                if self.map != *map {
                    self.map.clone_from(map);
                    self.map_printed = false;
                }
                Ok(())
            }
            FeedEvent::RoundWon { round, side, team, reason, ct, t, .. } => {
                if !self.map_printed {
                    self.map_printed = true;
                    write_line(out, &Record::MapStart { map: &self.map })?;
                }
                let time = normalised.time.map(|time| time.to_string());
                let (side, team) = (side.name(), team.as_deref());
                write_line(
                    out,
                    &Record::RoundWon {
                        round: *round,
                        side,
                        team,
                        reason,
                        ct: *ct,
                        t: *t,
                        line,
                        time,
                    },
                )
            }
            FeedEvent::Rewind { to_round } => {
                write_line(out, &Record::Rewind { to_round: *to_round, line })
            }
            FeedEvent::MapOver { map, score } => {
                write_line(out, &Record::MapOver { map, score: score_by_team(score) })
            }
            FeedEvent::RoundStart { .. }
            | FeedEvent::Held { .. }
            | FeedEvent::Released
            | FeedEvent::Paused
            | FeedEvent::Resumed
            | FeedEvent::Disagreement { .. } => Ok(()),
        }
    }
}

/// Rounds by team, or by the side at the end where there are not two names to tell the teams apart.
fn score_by_team(score: &[TeamScore; 2]) -> Object<String, Value> {
    let [first, second] = score;
    let distinct = first.team.is_some() && second.team.is_some() && first.team != second.team;
    let key = |team: &TeamScore| match &team.team {
        Some(name) if distinct => name.clone(),
        _ => team.side.name().to_owned(),
    };
    score.iter().map(|team| (key(team), Value::from(team.rounds))).collect()
}

fn write_line(out: &mut impl Write, record: &Record<'_>) -> io::Result<()> {
    serde_json::to_writer(&mut *out, record)?;
    out.write_all(b"\n")
}
