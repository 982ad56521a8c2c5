//! What happens when: the logs of a series or the facts of a match, read once and laid out on one axis of
//! time.
//!
//! The lines go through the same normaliser as a live log, one by one; the timeline only remembers
//! at which line, and so at which time, each fact became known.

use std::path::PathBuf;

use clutch_core::command::{GameEvent, RoundFormat as CoreFormat, Side, Title};
use clutch_core::pricing::MobaModels;
use clutch_core::title::{Impossible, Series};
use clutch_core::units::{MatchId, Name, Seq, SourceId, Timestamp};
use clutch_core::{Command, Envelope};

use crate::feed::bridge::{MatchFeed, core_format};
use crate::feed::cs_log::{
    CsLog, FeedEvent, LineReader, LogTime, Normalised, Options, RoundFormat, open_log,
};
use crate::feed::facts::{Fact, What};
use crate::feed::facts_bridge::{FactsFeed, core_side, core_title};
use crate::feed::opendota;
use crate::ops::words;

/// The feed's place in the operator's list of sources.
pub const SOURCE: SourceId = SourceId(0);
/// The demo's match is the first of its journal.
pub const MATCH: MatchId = MatchId(0);
/// A longer pause between two logs is cut to this.
const BREAK_MAX_MS: u64 = 60_000;
/// More than this between two lines of one log is no pause: a damaged stamp or a clock that was set.
const JUMP_MIN_MS: u64 = 6 * 3_600_000;

/// The log that comes with the program.
const BUILT_IN: &[u8] = include_bytes!("../../data/cs2_2026-01-19_map1_de_inferno.log.gz");

/// The Dota 2 match that comes with the program, as OpenDota describes it.
const BUILT_IN_DOTA2: &[u8] =
    include_bytes!("../../data/dota2_2018-08-26_ti8_final_lgd_v_og.opendota.json.gz");

/// Where the lines come from.
#[derive(Clone, Debug)]
pub enum Log {
    /// The log that comes with the program.
    BuiltIn,
    /// A file, plain or gzip.
    File(PathBuf),
}

/// One fact at its time.
#[derive(Clone, Debug)]
pub struct Beat {
    /// When it became known, in Unix milliseconds of the log's clock.
    pub at_ms: u64,
    /// The command for the engine.
    pub envelope: Envelope,
    /// How the game ended a round or a map, in the server's words.
    pub note: String,
    /// The line that says so, from 1; 0 where there are no lines.
    pub line: u64,
}

impl Beat {
    /// What this says, if it is about the game.
    pub fn event(&self) -> Option<GameEvent> {
        match &self.envelope.command {
            Command::Feed(message) => Some(message.event),
            _ => None,
        }
    }

    /// The source's number of this fact.
    pub fn version(&self) -> u64 {
        match &self.envelope.command {
            Command::Feed(message) => message.version,
            _ => 0,
        }
    }

    fn place(&self, number: u64) -> String {
        match self.line {
            0 => {
                let at = words::time(Timestamp::from_millis(self.at_ms));
                format!("fact {number}, at {at}")
            }
            line => format!("line {line}"),
        }
    }

    /// The map and the round that come next, if this moves them.
    pub fn next_round(&self) -> Option<(u8, u8)> {
        match self.event()? {
            GameEvent::MapStarted { map, .. } => Some((map, 1)),
            GameEvent::RoundStarted { map, round } => Some((map, round)),
            GameEvent::RoundWon { map, round, .. } => Some((map, round.saturating_add(1))),
            GameEvent::Rewound { map, to_round } => Some((map, to_round.saturating_add(1))),
            _ => None,
        }
    }
}

/// One map as its log begins it.
#[derive(Clone, Debug)]
pub struct MapPlan {
    /// The server's name for it.
    pub name: String,
    /// The side on which team A begins.
    pub first_side_a: Side,
}

/// A whole series.
#[derive(Clone, Debug)]
pub struct Timeline {
    /// The game.
    pub title: Title,
    /// Maps at most.
    pub best_of: u8,
    /// Teams A and B.
    pub teams: [Name; 2],
    /// Rounds per map.
    pub format: CoreFormat,
    /// Its maps, in order.
    pub maps: Vec<MapPlan>,
    /// Everything that happens, in order.
    pub beats: Vec<Beat>,
}

/// One event of a log with the time at which it became known.
struct Known {
    at_ms: u64,
    normalised: Normalised,
}

impl Timeline {
    /// Reads the logs of a series, one map each, in order.
    ///
    /// # Errors
    /// A sentence naming the file that cannot be read or holds no live round.
    pub fn load(logs: &[Log], format: Option<RoundFormat>) -> Result<Self, String> {
        let mut known = Vec::new();
        for log in logs {
            let events = read(log, format)?;
            append(&mut known, events);
        }
        let (teams, core_format) = opening(&known)?;
        let mut feed = MatchFeed::new(MATCH, SOURCE, teams, core_format);
        let mut maps: Vec<MapPlan> = Vec::new();
        let mut beats = Vec::new();
        for Known { at_ms, normalised } in &known {
            let received_at = Timestamp::from_millis(*at_ms);
            let Some(envelope) = feed.translate(normalised, received_at) else { continue };
            if let (FeedEvent::MapStart { map, .. }, Some((number, first_side_a))) =
                (&normalised.event, map_start(&envelope))
            {
                // Said again while no round stands if the sides change: the last word counts.
                let plan = MapPlan { name: map.clone(), first_side_a };
                maps.truncate(usize::from(number) - 1);
                maps.push(plan);
            }
            let note = match &normalised.event {
                FeedEvent::RoundWon { reason, .. } => reason.clone(),
                _ => String::new(),
            };
            beats.push(Beat { at_ms: *at_ms, envelope, note, line: normalised.line });
        }
        let best_of = match maps.len() {
            0 | 1 => 1,
            2 | 3 => 3,
            4 | 5 => 5,
            maps => return Err(format!("a series has at most 5 maps, these logs hold {maps}")),
        };
        let title = Title::CounterStrike;
        Ok(Self { title, best_of, teams, format: core_format, maps, beats })
    }

    /// Lays out the facts of a match.
    ///
    /// # Errors
    /// A sentence for facts that do not say who plays, or hold no map.
    pub fn of_facts(facts: &[Fact]) -> Result<Self, String> {
        let Some(What::Match { title, teams: [a, b], best_of }) =
            facts.first().map(|fact| &fact.what)
        else {
            return Err("the first fact must be a `match`".to_owned());
        };
        let (title, format) = core_title(*title);
        let teams = [Name::lossy(a, "Team A"), Name::lossy(b, "Team B")];
        let mut feed = FactsFeed::new(MATCH, SOURCE);
        let (mut maps, mut beats) = (Vec::new(), Vec::new());
        for fact in facts {
            if let What::MapStart { map, name, side_a } = &fact.what {
                let plan = MapPlan { name: name.clone(), first_side_a: core_side(*side_a) };
                maps.truncate(usize::from(*map).saturating_sub(1));
                maps.push(plan);
            }
            let received_at = Timestamp::from_millis(fact.at_ms);
            let Some(envelope) = feed.translate(fact, received_at) else { continue };
            let (note, line) = (String::new(), fact.line);
            beats.push(Beat { at_ms: fact.at_ms, envelope, note, line });
        }
        // The player shows signs of life of its own.
        beats.retain(|beat| beat.version() != 0);
        if maps.is_empty() {
            return Err("no map ever starts in it".to_owned());
        }
        Ok(Self { title, best_of: *best_of, teams, format, maps, beats })
    }

    /// Whether every fact can follow from those before it, by the engine's own rules.
    ///
    /// # Errors
    /// A sentence with the first that cannot: its line, or its number and moment where there are no lines,
    /// and the rule that it breaks.
    pub fn check(&self) -> Result<(), String> {
        let Self { title, format, best_of, .. } = *self;
        let mut series = Series::new(title, format, best_of, MobaModels::default());
        for (number, beat) in (1..).zip(&self.beats) {
            let Some(event) = beat.event() else { continue };
            let disputed = event == GameEvent::Disputed;
            let Err(Impossible { rule, expected, actual }) = series.apply(event, Seq(number))
            else {
                if disputed {
                    return Err(format!("{}: the source contradicts itself", beat.place(number)));
                }
                continue;
            };
            let what = serde_json::to_string(&event).unwrap_or_default();
            let place = beat.place(number);
            return Err(format!(
                "{place}: {}, in {what}",
                words::impossible(rule, expected, actual)
            ));
        }
        Ok(())
    }

    /// The Dota 2 match that comes with the program.
    ///
    /// # Errors
    /// None that a test has not seen.
    pub fn built_in_dota2() -> Result<Self, String> {
        let document = flate2::bufread::GzDecoder::new(BUILT_IN_DOTA2);
        Self::of_facts(&opendota::read(std::io::BufReader::new(document))?)
    }

    /// When the first thing happens.
    pub fn starts_ms(&self) -> u64 {
        self.beats.first().map_or(0, |beat| beat.at_ms)
    }
}

fn map_start(envelope: &Envelope) -> Option<(u8, Side)> {
    let Command::Feed(message) = &envelope.command else { return None };
    match message.event {
        GameEvent::MapStarted { map, first_side_a } => Some((map, first_side_a)),
        _ => None,
    }
}

/// Teams and format, as the first map's start names them.
fn opening(known: &[Known]) -> Result<([Name; 2], CoreFormat), String> {
    for Known { normalised, .. } in known {
        if let FeedEvent::MapStart { ct_team, t_team, format, .. } = &normalised.event {
            let a = Name::lossy(ct_team.as_deref().unwrap_or_default(), "Team A");
            let b = Name::lossy(t_team.as_deref().unwrap_or_default(), "Team B");
            return Ok(([a, b], core_format(*format)));
        }
    }
    Err("no map ever starts in this log: is it the log of a Counter-Strike server?".to_owned())
}

fn read(log: &Log, format: Option<RoundFormat>) -> Result<Vec<Known>, String> {
    match log {
        Log::BuiltIn => {
            let input = flate2::bufread::GzDecoder::new(BUILT_IN);
            read_lines(std::io::BufReader::new(input), format).map_err(|error| error.to_string())
        }
        Log::File(path) => {
            let input = open_log(path)
                .map_err(|error| format!("cannot open the log {}: {error}", path.display()))?;
            let known = read_lines(input, format)
                .map_err(|error| format!("cannot read the log {}: {error}", path.display()))?;
            let is_round =
                |known: &&Known| matches!(known.normalised.event, FeedEvent::RoundWon { .. });
            if known.iter().find(is_round).is_none() {
                return Err(format!("the log {} holds no live round", path.display()));
            }
            Ok(known)
        }
    }
}

fn read_lines(
    input: impl std::io::BufRead,
    format: Option<RoundFormat>,
) -> std::io::Result<Vec<Known>> {
    let mut normaliser = CsLog::new(Options { format });
    let mut lines = LineReader::new(input);
    let mut events = Vec::new();
    let mut known = Vec::new();
    let mut clock = LogClock::default();
    while let Some((number, line)) = lines.next_line()? {
        let time = LogTime::of_line(line).and_then(|time| u64::try_from(time.unix_millis()).ok());
        let now_ms = time.map_or(clock.now_ms, |time| clock.read(time));
        normaliser.line(number, line, &mut events);
        known.extend(events.drain(..).map(|normalised| Known { at_ms: now_ms, normalised }));
    }
    normaliser.finish(&mut events);
    known.extend(events.drain(..).map(|normalised| Known { at_ms: clock.now_ms, normalised }));
    Ok(known)
}

/// The time of a log: never backwards, and over no gap that no pause explains.
#[derive(Debug, Default)]
struct LogClock {
    now_ms: u64,
    /// The newest stamp as it stands in the log.
    stamp_ms: u64,
}

impl LogClock {
    /// Takes the stamp of the next line.
    fn read(&mut self, stamp_ms: u64) -> u64 {
        if self.now_ms == 0 {
            self.now_ms = stamp_ms;
        } else if self.stamp_ms + JUMP_MIN_MS < stamp_ms {
            self.now_ms += BREAK_MAX_MS;
        } else if self.stamp_ms < JUMP_MIN_MS + stamp_ms {
            // Neighbouring lines may stand in the wrong order.
            let newest = self.stamp_ms.max(stamp_ms);
            self.now_ms += newest - self.stamp_ms;
            self.stamp_ms = newest;
            return self.now_ms;
        }
        self.stamp_ms = stamp_ms;
        self.now_ms
    }
}

/// Puts the events of the next log behind those before, with a short break between.
fn append(known: &mut Vec<Known>, mut next: Vec<Known>) {
    let (Some(end), Some(start)) = (known.last(), next.first()) else {
        return known.append(&mut next);
    };
    let gap = start.at_ms.saturating_sub(end.at_ms);
    let begins = if start.at_ms < end.at_ms { BREAK_MAX_MS } else { gap.min(BREAK_MAX_MS) };
    let (from, to) = (start.at_ms, end.at_ms + begins);
    known.extend(next.into_iter().map(|event| Known { at_ms: to + (event.at_ms - from), ..event }));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_damaged_stamp_neither_stretches_a_log_nor_turns_it_back() {
        const DAY_MS: u64 = 24 * 3_600_000;
        let mut clock = LogClock::default();
        let start = 300 * DAY_MS;
        for (stamp_ms, now_ms) in [
            (start, start),
            (start + 2_000, start + 2_000),
            // Two lines in the wrong order, then an hour's pause.
            (start + 1_000, start + 2_000),
            (start + 3_602_000, start + 3_602_000),
            // The ninth month instead of the first, and back.
            (start + 240 * DAY_MS, start + 3_662_000),
            (start + 3_603_000, start + 3_662_000),
            (start + 3_604_000, start + 3_663_000),
            (0, start + 3_663_000),
        ] {
            assert_eq!(clock.read(stamp_ms), now_ms, "{stamp_ms}");
        }
    }
}
