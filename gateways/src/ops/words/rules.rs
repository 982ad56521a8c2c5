//! What a fact breaks when it cannot follow from what is known.

use clutch_core::title::Rule;

/// The rule as a sentence says it, before "it says X where Y would just fit".
pub fn rule(rule: Rule) -> &'static str {
    match rule {
        Rule::OtherGame => "it belongs to a game of another kind",
        Rule::MapOutOfTurn => "it is not this map's turn",
        Rule::MapHasBegun => "the map has begun already",
        Rule::RoundOutOfTurn => "it is not this round's turn",
        Rule::MapIsOver => "the map is over",
        Rule::RewindForward => "more is taken back than was played",
        Rule::ScoreDiffers => "the map ends at another score than its rounds say",
        Rule::MapGoesOn => "at this score the map goes on",
        Rule::TimeRunsBack => "the game clock ran back",
        Rule::TimeTooLong => "no map lasts so long",
        Rule::LeadTooLarge => "nobody can lead by so much",
        Rule::KillsFell => "kills became fewer",
        Rule::TowersFell => "towers became fewer",
        Rule::ObjectivesFell => "objectives became fewer",
        Rule::TooManyTowers => "there are not so many towers",
        Rule::TooManyObjectives => "there cannot have been so many objectives by then",
        Rule::TimeJumps => "the game clock ran on further than one update can miss",
        Rule::LeadJumps => "the lead moved further than it can since the last update",
        Rule::KillsJump => "there are more kills than can be since the last update",
        Rule::TowersJump => "there are more towers than can be since the last update",
        Rule::ObjectivesJump => "there are more objectives than can be since the last update",
        Rule::ClocksApart => "the game clocks of two sources stand too far apart",
        Rule::LeadsApart => "two sources say leads that cannot both be",
        Rule::KillsApart => "two sources say kills that cannot both be",
        Rule::TowersApart => "two sources say towers that cannot both be",
        Rule::ObjectivesApart => "two sources say objectives that cannot both be",
        Rule::TooManyRewinds => "there are more rewinds than a match can have",
        Rule::Disputed => "the source says itself that it contradicts itself",
    }
}
