//! What a fact breaks when it cannot follow from what is known.

use clutch_core::title::Rule;

/// What a fact breaks, and what it says beside what would just fit, where that is a number to compare.
pub fn impossible(broken: Rule, expected: i64, actual: i64) -> String {
    let says = rule(broken);
    match broken {
        Rule::OtherGame | Rule::MapHasBegun | Rule::MapIsOver | Rule::Disputed => says.to_owned(),
        // Maps are counted from one: none is due.
        Rule::MapOutOfTurn if expected == 0 => says.to_owned(),
        _ => format!("{says}: it says {actual} where {expected} would just fit"),
    }
}

/// The rule as a sentence says it, and its name.
fn rule(rule: Rule) -> &'static str {
    match rule {
        Rule::OtherGame => "it belongs to a game of another kind (OtherGame)",
        Rule::MapOutOfTurn => "it is not this map's turn (MapOutOfTurn)",
        Rule::MapHasBegun => "the map has begun already (MapHasBegun)",
        Rule::RoundOutOfTurn => "it is not this round's turn (RoundOutOfTurn)",
        Rule::MapIsOver => "the map is over (MapIsOver)",
        Rule::RewindForward => "more is taken back than was played (RewindForward)",
        Rule::ScoreDiffers => "the map ends at another score than its rounds say (ScoreDiffers)",
        Rule::MapGoesOn => "at this score the map goes on (MapGoesOn)",
        Rule::TimeRunsBack => "the game clock ran back (TimeRunsBack)",
        Rule::TimeTooLong => "no map lasts so long (TimeTooLong)",
        Rule::LeadTooLarge => "nobody can lead by so much (LeadTooLarge)",
        Rule::KillsFell => "kills became fewer (KillsFell)",
        Rule::TowersFell => "towers became fewer (TowersFell)",
        Rule::ObjectivesFell => "objectives became fewer (ObjectivesFell)",
        Rule::TooManyTowers => "there are not so many towers (TooManyTowers)",
        Rule::TooManyObjectives => {
            "there cannot have been so many objectives by then (TooManyObjectives)"
        }
        Rule::TimeJumps => "the game clock ran on further than one update can miss (TimeJumps)",
        Rule::LeadJumps => "the lead moved further than it can since the last update (LeadJumps)",
        Rule::KillsJump => "there are more kills than can be since the last update (KillsJump)",
        Rule::TowersJump => "there are more towers than can be since the last update (TowersJump)",
        Rule::ObjectivesJump => {
            "there are more objectives than can be since the last update (ObjectivesJump)"
        }
        Rule::ClocksApart => "the game clocks of two sources stand too far apart (ClocksApart)",
        Rule::LeadsApart => "two sources say leads that cannot both be (LeadsApart)",
        Rule::KillsApart => "two sources say kills that cannot both be (KillsApart)",
        Rule::TowersApart => "two sources say towers that cannot both be (TowersApart)",
        Rule::ObjectivesApart => "two sources say objectives that cannot both be (ObjectivesApart)",
        Rule::TooManyRewinds => "there are more rewinds than a match can have (TooManyRewinds)",
        Rule::Disputed => "the source says itself that it contradicts itself (Disputed)",
        Rule::WonTooSoon => "nobody has won a map so soon (WonTooSoon)",
    }
}
