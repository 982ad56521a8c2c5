//! `clutch admin match` and `market`: matches and markets come into being on a running server.

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use serde_json::{Map, Value, json};

use super::client::{Client, Said};
use super::names::match_number;
use super::settlement::Team;
use crate::cli::Failure;

#[derive(Debug, Subcommand)]
pub enum MatchCommand {
    /// Create a match with its maps and markets; the same again adds only what is missing
    ///
    /// Give a file with [[match]] entries as in the server's configuration, or a key and two teams. Maps that are not known
    /// yet come with `clutch admin strengths MATCH MAP --name NAME --side SIDE …`; until then the markets are there without
    /// a price. A feed names the match in its address: /feeds/ndjson?match=KEY.
    Create(CreateArgs),
}

#[derive(Debug, Args)]
pub struct CreateArgs {
    /// Your own key for it
    #[arg(required_unless_present = "file", conflicts_with = "file")]
    key: Option<String>,
    /// A file with one [[match]] or several
    #[arg(long, value_name = "FILE")]
    file: Option<PathBuf>,
    /// Team A, as its feed names it
    #[arg(long, value_name = "NAME", required_unless_present = "file", conflicts_with = "file")]
    team_a: Option<String>,
    /// Team B
    #[arg(long, value_name = "NAME", required_unless_present = "file", conflicts_with = "file")]
    team_b: Option<String>,
    /// cs2, csgo, valorant, lol or dota2
    #[arg(long, default_value = "cs2", conflicts_with = "file")]
    game: String,
    /// Maps at most: 1, 2, 3 or 5
    #[arg(long, default_value_t = 3, conflicts_with = "file")]
    best_of: u8,
    /// mr12 or mr15, if it is not as the game is played
    #[arg(long, default_value = "", conflicts_with = "file")]
    format: String,
    /// The planned start, such as 2026-12-01T18:00:00Z
    #[arg(long, value_name = "TIME", default_value = "", conflicts_with = "file")]
    starts_at: String,
    /// Types of markets to open; all that there are if none is named
    #[arg(long, value_name = "TYPE", num_args = 1.., conflicts_with = "file")]
    markets: Vec<String>,
}

#[derive(Debug, Subcommand)]
pub enum MarketCommand {
    /// Open one more market on a match; one that is open already is left alone
    Open {
        /// The match, by its key or number
        #[arg(value_name = "MATCH")]
        game: String,
        /// Its type, such as total_rounds
        kind: String,
        /// Which map, from 1
        #[arg(long)]
        map: Option<u8>,
        /// The line, such as 21.5 or -3.5
        #[arg(long, allow_hyphen_values = true)]
        line: Option<String>,
        /// Which round, from 1
        #[arg(long)]
        round: Option<u8>,
        /// How many rounds are raced for
        #[arg(long)]
        rounds: Option<u8>,
        /// Which half, 1 or 2
        #[arg(long)]
        half: Option<u8>,
        /// Which team
        #[arg(long)]
        team: Option<Team>,
    },
}

pub fn run_match(client: &Client, command: &MatchCommand) -> Result<Said, Failure> {
    let MatchCommand::Create(args) = command;
    let orders = match &args.file {
        Some(path) => sections(path)?,
        None => vec![args.order()],
    };
    let mut all: Option<Said> = None;
    for mut order in orders {
        order["command"] = json!("create_match");
        let said = client.command(&order)?;
        if !said.is_done() {
            return Ok(said);
        }
        let provided = said.body["provided"].clone();
        let whole = all.get_or_insert(said);
        match whole.body["provided"].as_array_mut() {
            Some(list) => list.push(provided),
            None => whole.body["provided"] = json!([provided]),
        }
    }
    all.ok_or_else(|| Failure("the file has no [[match]]".to_owned()))
}

pub fn run_market(client: &Client, command: &MarketCommand) -> Result<Said, Failure> {
    let MarketCommand::Open { game, kind, map, line, round, rounds, half, team } = command;
    let mut order = json!({"command": "open_market", "match": match_number(client, game)?, "kind": kind,
        "map": map, "line": line, "round": round, "rounds": rounds, "half": half,
        "team": team.map(Team::key)});
    drop_nulls(&mut order);
    let mut said = client.command(&order)?;
    if said.is_done() {
        said.body["provided"] = json!([said.body["provided"]]);
    }
    Ok(said)
}

impl CreateArgs {
    fn order(&self) -> Value {
        let Self { key, file: _, team_a, team_b, game, best_of, format, starts_at, markets } = self;
        json!({"key": key, "team_a": team_a, "team_b": team_b, "game": game, "best_of": best_of,
            "format": format, "starts_at": starts_at, "markets": markets})
    }
}

/// The `[[match]]` entries of a file, each as an order. Other sections of it are none of this.
fn sections(path: &Path) -> Result<Vec<Value>, Failure> {
    let wrong = |what: String| Failure(format!("{}: {what}", path.display()));
    let text = std::fs::read_to_string(path).map_err(|error| wrong(error.to_string()))?;
    let whole: Map<String, Value> =
        toml::from_str(&text).map_err(|error| wrong(error.to_string()))?;
    match whole.get("match") {
        Some(Value::Array(matches)) if matches.iter().all(Value::is_object) => Ok(matches.clone()),
        Some(_) => Err(wrong("write [[match]] with two brackets".to_owned())),
        None => Err(wrong("it has no [[match]]".to_owned())),
    }
}

fn drop_nulls(order: &mut Value) {
    if let Some(fields) = order.as_object_mut() {
        fields.retain(|_, value| !value.is_null());
    }
}
