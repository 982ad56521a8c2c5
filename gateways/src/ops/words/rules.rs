//! What a fact breaks when it cannot follow from what is known.

use clutch_core::title::FeedRule;

/// What a fact breaks, and what it says beside what would just fit, where that is a number to compare.
pub fn impossible(broken: FeedRule, expected: i64, actual: i64) -> String {
    let says = rule(broken);
    match broken {
        FeedRule::OtherGame | FeedRule::MapHasBegun | FeedRule::MapIsOver | FeedRule::Disputed => {
            says.to_owned()
        }
        // Maps are counted from one: none is due.
        FeedRule::MapOutOfTurn if expected == 0 => says.to_owned(),
        _ => format!("{says}: it says {actual} where {expected} would just fit"),
    }
}

/// The rule as a sentence says it, and its name.
fn rule(rule: FeedRule) -> &'static str {
    match rule {
        FeedRule::OtherGame => "it belongs to a game of another kind (OtherGame)",
        FeedRule::MapOutOfTurn => "it is not this map's turn (MapOutOfTurn)",
        FeedRule::MapHasBegun => "the map has begun already (MapHasBegun)",
        FeedRule::RoundOutOfTurn => "it is not this round's turn (RoundOutOfTurn)",
        FeedRule::MapIsOver => "the map is over (MapIsOver)",
        FeedRule::RewindForward => "more is taken back than was played (RewindForward)",
        FeedRule::ScoreDiffers => {
            "the map ends at another score than its rounds say (ScoreDiffers)"
        }
        FeedRule::MapGoesOn => "at this score the map goes on (MapGoesOn)",
        FeedRule::TimeRunsBack => "the game clock ran back (TimeRunsBack)",
        FeedRule::TimeTooLong => "no map lasts so long (TimeTooLong)",
        FeedRule::LeadTooLarge => "nobody can lead by so much (LeadTooLarge)",
        FeedRule::KillsFell => "kills became fewer (KillsFell)",
        FeedRule::TowersFell => "towers became fewer (TowersFell)",
        FeedRule::ObjectivesFell => "objectives became fewer (ObjectivesFell)",
        FeedRule::TooManyTowers => "there are not so many towers (TooManyTowers)",
        FeedRule::TooManyObjectives => {
            "there cannot have been so many objectives by then (TooManyObjectives)"
        }
        FeedRule::TimeJumps => "the game clock ran on further than one update can miss (TimeJumps)",
        FeedRule::LeadJumps => {
            "the lead moved further than it can since the last update (LeadJumps)"
        }
        FeedRule::KillsJump => "there are more kills than can be since the last update (KillsJump)",
        FeedRule::TowersJump => {
            "there are more towers than can be since the last update (TowersJump)"
        }
        FeedRule::ObjectivesJump => {
            "there are more objectives than can be since the last update (ObjectivesJump)"
        }
        FeedRule::ClocksApart => "the game clocks of two sources stand too far apart (ClocksApart)",
        FeedRule::LeadsApart => "two sources say leads that cannot both be (LeadsApart)",
        FeedRule::KillsApart => "two sources say kills that cannot both be (KillsApart)",
        FeedRule::TowersApart => "two sources say towers that cannot both be (TowersApart)",
        FeedRule::ObjectivesApart => {
            "two sources say objectives that cannot both be (ObjectivesApart)"
        }
        FeedRule::TooManyRewinds => "there are more rewinds than a match can have (TooManyRewinds)",
        FeedRule::Disputed => "the source says itself that it contradicts itself (Disputed)",
        FeedRule::WonTooSoon => "nobody has won a map so soon (WonTooSoon)",
    }
}
