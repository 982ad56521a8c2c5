//! A finished Dota 2 match as OpenDota describes it, turned into a stream of facts in time.
//!
//! The document holds the whole match at once; what comes out is only what could be known at each
//! moment: the experience of the minute that is over, kills, towers and Roshans as they fall. A tower
//! counts for the opponents of its owner, whoever hit it last.

use std::io::{BufRead, Write};

use serde::Deserialize;

use super::facts::{Fact, Side, State, Team, Title, What};
use super::ndjson::print_facts;
use super::{Input, PrintOptions, Provider};

/// The provider of `clutch feed opendota`.
pub const PROVIDER: Provider = Provider {
    name: "opendota",
    about: "A parsed OpenDota match (its JSON document): experience lead, kills, towers, Roshans",
    print,
    facts: Some(read),
};

/// Dota 2 counts Radiant as 2 and Dire as 3.
const RADIANT: i32 = 2;
const DIRE: i32 = 3;
/// Players on slots below this play for Radiant.
const DIRE_SLOT: u32 = 128;
const MINUTE_S: i64 = 60;

#[derive(Deserialize)]
struct Document {
    match_id: Option<u64>,
    start_time: Option<u64>,
    duration: Option<u16>,
    radiant_win: Option<bool>,
    radiant_team: Option<TeamName>,
    dire_team: Option<TeamName>,
    radiant_xp_adv: Option<Vec<i32>>,
    objectives: Option<Vec<Objective>>,
    players: Vec<Player>,
}

#[derive(Deserialize)]
struct TeamName {
    name: Option<String>,
}

#[derive(Deserialize)]
struct Objective {
    time: i64,
    #[serde(rename = "type")]
    kind: String,
    /// A building's name, or a number for other kinds.
    #[serde(default)]
    key: serde_json::Value,
    team: Option<i32>,
}

#[derive(Deserialize)]
struct Player {
    player_slot: u32,
    #[serde(default)]
    kills_log: Vec<Kill>,
}

#[derive(Deserialize)]
struct Kill {
    time: i64,
}

/// Something that changes the state at a second of the game clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Change {
    Minute(usize),
    Kill(usize),
    Tower(usize),
    Roshan(usize),
}

fn print(input: Input, _: &PrintOptions, out: &mut dyn Write) -> Result<(), String> {
    print_facts(&read(input)?, out)
}

/// Reads a document.
///
/// # Errors
/// A sentence that names what it lacks.
pub fn read(input: impl BufRead) -> Result<Vec<Fact>, String> {
    let document: Document = serde_json::from_reader(input)
        .map_err(|error| format!("this is no OpenDota match document: {error}"))?;
    document.facts()
}

fn lacks(field: &str, hint: &str) -> String {
    format!("the document lacks `{field}`: {hint}")
}

impl Document {
    fn facts(&self) -> Result<Vec<Fact>, String> {
        let parsed = "only a match that OpenDota has parsed from its replay has it";
        let leads = self.radiant_xp_adv.as_ref().ok_or_else(|| lacks("radiant_xp_adv", parsed))?;
        let summary = "it is in the match document, not in the replay parse alone";
        let radiant_won = self.radiant_win.ok_or_else(|| lacks("radiant_win", summary))?;
        let start_s = self.start_time.ok_or_else(|| lacks("start_time", summary))?;
        let duration = self.duration.ok_or_else(|| lacks("duration", summary))?;
        let at = |clock_s: i64| start_s.saturating_add_signed(clock_s).saturating_mul(1_000);
        let name = |team: &Option<TeamName>, otherwise: &str| {
            let given = team.as_ref().and_then(|team| team.name.clone());
            given.unwrap_or_else(|| otherwise.to_owned())
        };
        let fact = |clock_s, what| Fact { at_ms: at(clock_s), number: None, what, line: 0 };
        let teams = [name(&self.radiant_team, "Radiant"), name(&self.dire_team, "Dire")];
        let map = match self.match_id {
            Some(id) => format!("match {id}"),
            None => "game 1".to_owned(),
        };
        let mut facts = vec![
            fact(0, What::Match { title: Title::Dota2, teams, best_of: 1 }),
            fact(0, What::MapStart { map: 1, name: map, side_a: Side::First }),
        ];
        facts.extend(
            self.states(leads, duration)
                .into_iter()
                .map(|state| fact(i64::from(state.clock_s), What::State(state))),
        );
        let winner = if radiant_won { Team::A } else { Team::B };
        facts.push(fact(i64::from(duration), What::MapWon { map: 1, winner }));
        Ok(facts)
    }

    /// One state for each second at which something changed, up to the end.
    fn states(&self, leads: &[i32], duration: u16) -> Vec<State> {
        let mut state = State {
            map: 1,
            clock_s: 0,
            lead_milli: 0,
            kills: [0; 2],
            towers: [0; 2],
            objectives: [0; 2],
        };
        let mut states = Vec::new();
        let changes = self.changes(leads.len());
        for now in changes.chunk_by(|a, b| a.0 == b.0) {
            let Some(clock_s) = u16::try_from(now[0].0).ok().filter(|second| *second <= duration)
            else {
                // Before the horn nothing counts but what is on the board at second 0.
                now.iter().for_each(|(second, change)| {
                    if *second < 0 {
                        apply(&mut state, *change, leads);
                    }
                });
                continue;
            };
            state.clock_s = clock_s;
            now.iter().for_each(|(_, change)| apply(&mut state, *change, leads));
            states.push(state);
        }
        states
    }

    fn changes(&self, minutes: usize) -> Vec<(i64, Change)> {
        let mut changes: Vec<_> =
            (0..minutes).map(|minute| (minute as i64 * MINUTE_S, Change::Minute(minute))).collect();
        for player in &self.players {
            let team = usize::from(DIRE_SLOT <= player.player_slot);
            changes.extend(player.kills_log.iter().map(|kill| (kill.time, Change::Kill(team))));
        }
        for objective in self.objectives.iter().flatten() {
            let change = match objective.kind.as_str() {
                "building_kill" => tower_taken_by(objective.key.as_str()).map(Change::Tower),
                "CHAT_MESSAGE_ROSHAN_KILL" => match objective.team {
                    Some(RADIANT) => Some(Change::Roshan(0)),
                    Some(DIRE) => Some(Change::Roshan(1)),
                    _ => None,
                },
                _ => None,
            };
            changes.extend(change.map(|change| (objective.time, change)));
        }
        changes.sort_unstable();
        changes
    }
}

fn apply(state: &mut State, change: Change, leads: &[i32]) {
    match change {
        Change::Minute(minute) => {
            state.lead_milli = leads[minute];
        }
        Change::Kill(team) => state.kills[team] = state.kills[team].saturating_add(1),
        Change::Tower(team) => state.towers[team] = state.towers[team].saturating_add(1),
        Change::Roshan(team) => {
            state.objectives[team] = state.objectives[team].saturating_add(1);
        }
    }
}

/// The team that a fallen tower counts for; `None` for other buildings.
fn tower_taken_by(building: Option<&str>) -> Option<usize> {
    let building = building?.strip_prefix("npc_dota_")?;
    let (owner, what) = building.split_once('_')?;
    match owner {
        _ if !what.starts_with("tower") => None,
        "badguys" => Some(0),
        "goodguys" => Some(1),
        _ => None,
    }
}
