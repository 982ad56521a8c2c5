//! From facts in our own words to commands about one match of ours.
//!
//! Owns the numbering of messages, which depends on the facts alone: read again after a restart they
//! get the same versions, and the engine drops what it has already applied.

use clutch_core::command::{
    Actor, FeedMessage, GameEvent, MobaState, RoundFormat as CoreFormat, Side as CoreSide,
    Team as CoreTeam, Title as CoreTitle,
};
use clutch_core::units::{MatchId, SourceId, Timestamp};
use clutch_core::{Command, Envelope};

use super::facts::{Fact, Side, State, Team, Title, What};
use super::heartbeat;

/// Follows one stream of facts for one match.
#[derive(Clone, Debug)]
pub struct FactsFeed {
    match_id: MatchId,
    source: SourceId,
    version: u64,
}

impl FactsFeed {
    /// A feed that has said nothing yet.
    pub fn new(match_id: MatchId, source: SourceId) -> Self {
        Self { match_id, source, version: 0 }
    }

    /// The command for a fact; `None` for the one that only says who plays.
    pub fn translate(&mut self, fact: &Fact, received_at: Timestamp) -> Option<Envelope> {
        let event = match &fact.what {
            What::Match { .. } => return None,
            What::Heartbeat => return Some(heartbeat(self.match_id, self.source, received_at)),
            What::MapStart { map, side_a, .. } => {
                GameEvent::MapStarted { map: *map, first_side_a: core_side(*side_a) }
            }
            What::RoundStart { map, round } => GameEvent::RoundStarted { map: *map, round: *round },
            What::RoundWon { map, round, winner } => {
                GameEvent::RoundWon { map: *map, round: *round, winner: core_team(*winner) }
            }
            What::Rewind { map, to_round } => GameEvent::Rewound { map: *map, to_round: *to_round },
            What::MapOver { map, rounds: [rounds_a, rounds_b] } => {
                GameEvent::MapOver { map: *map, rounds_a: *rounds_a, rounds_b: *rounds_b }
            }
            What::State(state) => GameEvent::MobaState { map: state.map, state: core_state(state) },
            What::Restore(state) => {
                GameEvent::MobaRewound { map: state.map, state: core_state(state) }
            }
            What::MapWon { map, winner } => {
                GameEvent::MapWon { map: *map, winner: core_team(*winner) }
            }
            What::Held => GameEvent::Held,
            What::Released => GameEvent::Released,
            What::Disputed => GameEvent::Disputed,
        };
        self.version += 1;
        let message = FeedMessage {
            match_id: self.match_id,
            source: self.source,
            version: self.version,
            follows: self.version - 1,
            source_time: Timestamp::from_millis(fact.at_ms),
            received_at,
            event,
        };
        let actor = Actor::Feed(self.source);
        Some(Envelope { actor, trace: 0, command: Command::Feed(message) })
    }
}

/// The engine's words for a game and the length of its maps.
pub fn core_title(title: Title) -> (CoreTitle, CoreFormat) {
    match title {
        Title::Cs2 => (CoreTitle::CounterStrike, CoreFormat::Mr12),
        Title::Csgo => (CoreTitle::CounterStrike, CoreFormat::Mr15),
        Title::Valorant => (CoreTitle::Valorant, CoreFormat::Mr12),
        Title::Lol => (CoreTitle::Lol, CoreFormat::NoRounds),
        Title::Dota2 => (CoreTitle::Dota2, CoreFormat::NoRounds),
    }
}

/// The engine's word for a side.
pub fn core_side(side: Side) -> CoreSide {
    match side {
        Side::First => CoreSide::T,
        Side::Second => CoreSide::Ct,
    }
}

fn core_team(team: Team) -> CoreTeam {
    match team {
        Team::A => CoreTeam::A,
        Team::B => CoreTeam::B,
    }
}

fn core_state(state: &State) -> MobaState {
    let State { map: _, clock_s, lead_milli, kills, towers, objectives } = *state;
    MobaState { time_s: clock_s, lead_milli, kills, towers, objectives }
}
