//! `clutch admin strengths` and `next-round`: a trader's opinion on a match that goes on.
//!
//! What the server knows already (the map's name, which round is next) need not be said again.

use clap::{Args, Subcommand, ValueEnum};
use serde_json::{Value, json};

use super::client::{Client, Said};
use super::names::match_number;
use crate::cli::Failure;

#[derive(Debug, Subcommand)]
pub enum StrengthsCommand {
    /// Set how strong the teams are on a map: --price, or --first and --second
    ///
    /// Every market on the map and on the match is priced anew. A price that moves further than the
    /// setting `band` is suspended until a trader resumes it.
    Strengths(StrengthsArgs),
    /// Set the chance of team A in the next round alone, from the money or from who is still alive
    ///
    /// It holds for that round and no other; without a chance the sides speak for it again.
    NextRound {
        /// The match, by its key or number
        #[arg(value_name = "MATCH")]
        game: String,
        /// P(team A wins it), such as 62%; `none` takes it back
        chance: String,
        /// On which map, from 1; the one being played if left out
        #[arg(long)]
        map: Option<u8>,
        /// Which round, from 1; the next one if left out
        #[arg(long)]
        round: Option<u8>,
    },
}

#[derive(Debug, Args)]
#[command(group(clap::ArgGroup::new("opinion").required(true).args(["price", "first"])))]
pub struct StrengthsArgs {
    /// The match, by its key or number
    #[arg(value_name = "MATCH")]
    game: String,
    /// Which map of the series, from 1
    map: u8,
    /// P(team A wins the map), such as 55%: in a game of rounds from the score as it stands, in League of
    /// Legends and Dota 2 before the map
    #[arg(long)]
    price: Option<String>,
    /// P(team A wins a round) while it plays T, or attack in Valorant
    #[arg(long, requires = "second")]
    first: Option<String>,
    /// The same while it plays CT, or defence
    #[arg(long, requires = "first")]
    second: Option<String>,
    /// P(team A wins the first round of a half) while it plays T, or attack
    #[arg(long, requires_all = ["first", "pistol_second"])]
    pistol_first: Option<String>,
    /// The same while it plays CT, or defence
    #[arg(long, requires_all = ["first", "pistol_first"])]
    pistol_second: Option<String>,
    /// The side on which team A begins; needed for a map that has not begun, no other
    #[arg(long)]
    side: Option<Side>,
    /// The map's name, if it has none yet or gets another
    #[arg(long)]
    name: Option<String>,
}

/// A side, by any name it has in some game.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Side {
    /// T, attack, blue, Radiant
    #[value(alias = "t", alias = "attack", alias = "blue", alias = "radiant")]
    First,
    /// CT, defence, red, Dire
    #[value(alias = "ct", alias = "defence", alias = "red", alias = "dire")]
    Second,
}

pub fn run(client: &Client, command: &StrengthsCommand) -> Result<Said, Failure> {
    match command {
        StrengthsCommand::Strengths(args) => client.command(&args.order(client)?),
        StrengthsCommand::NextRound { game, chance, map, round } => {
            let number = match_number(client, game)?;
            let seen = look(client, number)?;
            let map = map.unwrap_or_else(|| seen["map"].as_u64().unwrap_or_default() as u8);
            let played: u64 = (0..2).filter_map(|team| seen["rounds"][team].as_u64()).sum();
            let round = round.unwrap_or(played as u8 + 1);
            let a = (chance != "none").then_some(chance);
            client.command(&json!({"command": "set_next_round", "match": number, "map": map,
                "round": round, "a": a}))
        }
    }
}

impl StrengthsArgs {
    fn order(&self, client: &Client) -> Result<Value, Failure> {
        let number = match_number(client, &self.game)?;
        let seen = look(client, number)?;
        let map = self.map;
        let known = usize::from(map).checked_sub(1).and_then(|at| seen["map_names"][at].as_str());
        let name =
            self.name.as_deref().or(known).ok_or_else(|| {
                Failure(format!("map {map} has no name yet: give one with --name"))
            })?;
        let has_begun = match seen["phase"].as_str() {
            Some("scheduled") | None => false,
            Some(_) => u64::from(map) <= seen["map"].as_u64().unwrap_or_default(),
        };
        let first_side = match (self.side, has_begun) {
            (Some(Side::Second), _) => "second",
            (Some(Side::First), _) | (None, true) => "first",
            (None, false) => {
                let team = seen["teams"][0].as_str().unwrap_or("team A");
                let text = format!("map {map} has not begun: say with --side where {team} begins");
                return Err(Failure(text));
            }
        };
        let strengths = match &self.price {
            Some(price) => json!({"price": price}),
            None => {
                let mut by_side = json!({"first": self.first, "second": self.second});
                if let (Some(first), Some(second)) = (&self.pistol_first, &self.pistol_second) {
                    by_side["pistol_first"] = json!(first);
                    by_side["pistol_second"] = json!(second);
                }
                json!({"by_side": by_side})
            }
        };
        Ok(json!({"command": "set_strengths", "match": number, "map": map, "name": name,
            "first_side": first_side, "strengths": strengths}))
    }
}

/// How a match stands.
fn look(client: &Client, number: u32) -> Result<Value, Failure> {
    let said = client.query(&json!({"query": "markets", "match": number}))?.or_refusal()?;
    Ok(said["matches"][0].clone())
}
