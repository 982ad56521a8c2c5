//! `clutch admin strengths` and `next-round`: a trader's opinion on a match that goes on.
//!
//! What the server knows already (the map's name, which round is next) need not be said again.

use clap::builder::RangedI64ValueParser;
use clap::{Args, Subcommand};
use clutch_core::title::MAPS_MAX;
use clutch_core::title::rounds::ROUNDS_MAX;
use serde_json::{Value, json};

use super::checks;
use super::client::{Client, Said};
use super::names::match_number;
use crate::cli::Failure;
use crate::feed::facts::Side;

#[derive(Debug, Subcommand)]
pub enum StrengthsCommand {
    /// Set how strong the teams are on a map: --price, or --first and --second
    ///
    /// Every market on the map and on the match is priced anew. A price that moves further than the
    /// setting `band` is suspended until a trader resumes it. Once the match has a market, one further than the
    /// setting `override_distance` from what was agreed waits for a second person.
    Strengths(StrengthsArgs),
    /// Set the chance of team A in the next round alone, from the money or from who is still alive
    ///
    /// It holds for that round and no other; without a chance the sides speak for it again. Far from what was
    /// agreed it waits for a second person.
    NextRound {
        /// The match, by its key or number
        #[arg(value_name = "MATCH")]
        game: String,
        /// P(team A wins it), such as 62%; `none` takes it back
        #[arg(value_parser = checks::chance_or_none)]
        chance: String,
        /// On which map, from 1; the one being played if left out
        #[arg(long, value_parser = map_number())]
        map: Option<u8>,
        /// Which round, from 1; the next one if left out
        #[arg(long, value_parser = clap::value_parser!(u8).range(1..=ROUNDS_MAX as i64))]
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
    #[arg(value_parser = map_number())]
    map: u8,
    /// P(team A wins the map), such as 55%: in a game of rounds from the score as it stands, in League of
    /// Legends and Dota 2 before the map
    #[arg(long, value_parser = checks::chance)]
    price: Option<String>,
    /// P(team A wins a round) while it plays T, or attack in Valorant
    #[arg(long, requires = "second", value_parser = checks::chance)]
    first: Option<String>,
    /// The same while it plays CT, or defence
    #[arg(long, requires = "first", value_parser = checks::chance)]
    second: Option<String>,
    /// P(team A wins the first round of a half) while it plays T, or attack
    #[arg(long, requires_all = ["first", "pistol_second"], value_parser = checks::chance)]
    pistol_first: Option<String>,
    /// The same while it plays CT, or defence
    #[arg(long, requires_all = ["first", "pistol_first"], value_parser = checks::chance)]
    pistol_second: Option<String>,
    /// The side on which team A begins: first (or t, attack, blue, radiant) or second (or ct, defence, red,
    /// dire); needed for a map that has not begun, no other
    #[arg(long)]
    side: Option<Side>,
    /// The map's name, if it has none yet or gets another
    #[arg(long)]
    name: Option<String>,
}

pub fn run(client: &Client, command: &StrengthsCommand) -> Result<Said, Failure> {
    match command {
        StrengthsCommand::Strengths(args) => client.command(&args.order(client)?),
        StrengthsCommand::NextRound { game, chance, map, round } => {
            let number = match_number(client, game)?;
            let seen = look(client, number)?;
            let map = map.unwrap_or_else(|| seen["map"].as_u64().unwrap_or_default() as u8);
            let played: u64 = (0..2).filter_map(|team| seen["rounds"][team].as_u64()).sum();
            if has_no_rounds(&seen) {
                return Err(Failure(format!("{game} has no rounds, so none is the next")));
            }
            has_map(&seen, map)?;
            let next = played as u8 + 1;
            let round = round.unwrap_or(next);
            let is_current = seen["map"].as_u64() == Some(u64::from(map));
            if is_current && has_next(&seen) && round != next {
                return Err(Failure(format!(
                    "--round {round}: the next round of map {map} is {next}, and only that one can have a \
                     chance of its own"
                )));
            }
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
        has_map(&seen, map)?;
        if self.first.is_some() && has_no_rounds(&seen) {
            let game = &self.game;
            return Err(Failure(format!(
                "{game} has no rounds to win by side: give the chance to win the map with --price"
            )));
        }
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

fn map_number() -> RangedI64ValueParser<u8> {
    clap::value_parser!(u8).range(1..=MAPS_MAX as i64)
}

/// Whether it is a game against the clock.
fn has_no_rounds(seen: &Value) -> bool {
    matches!(seen["title"].as_str(), Some("lol" | "dota2"))
}

fn has_map(seen: &Value, map: u8) -> Result<(), Failure> {
    match seen["best_of"].as_u64() {
        Some(best_of) if best_of < u64::from(map) || map == 0 => {
            Err(Failure(format!("map {map}: the match has maps 1 to {best_of}")))
        }
        _ => Ok(()),
    }
}

/// Whether the map that is shown waits for a round: it has not begun, or goes on.
fn has_next(seen: &Value) -> bool {
    matches!(seen["phase"].as_str(), Some("scheduled" | "live"))
}
