//! From facts in our own words to commands about one match of ours.
//!
//! Owns the numbering of messages: the source's own count where it has one, else the facts in order of
//! arrival, so that facts read again after a restart get the same versions and the engine drops what
//! it has already applied. Remembers how the match stood before each counted fact, so that a source can
//! take one back by its number.

use std::collections::VecDeque;

use clutch_core::command::{
    Actor, FeedMessage, GameEvent, MobaState, RoundFormat as CoreFormat, Side as CoreSide,
    Team as CoreTeam, Title as CoreTitle,
};
use clutch_core::units::{MatchId, Probability, SourceId, Timestamp};
use clutch_core::{Command, Envelope};

use super::facts::{Fact, Side, State, Team, Title, What};

/// How many counted facts can be taken back by their number.
const HISTORY_MAX: usize = 1 << 14;

/// Follows one stream of facts for one match.
#[derive(Clone, Debug)]
pub struct FactsFeed {
    match_id: MatchId,
    source: SourceId,
    version: u64,
    standing: Standing,
    /// The newest counted facts, and how the match stood before each.
    history: VecDeque<(u64, Standing)>,
}

/// How a match stands by this source's account, as far as a fact can be taken back to it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Standing {
    map: u8,
    rounds: u8,
    state: Option<State>,
    held: bool,
}

impl FactsFeed {
    /// A feed that has said nothing yet.
    pub fn new(match_id: MatchId, source: SourceId) -> Self {
        let (standing, history) = (Standing::default(), VecDeque::new());
        Self { match_id, source, version: 0, standing, history }
    }

    /// The match and the source it speaks for.
    pub fn about(&self) -> (MatchId, SourceId) {
        (self.match_id, self.source)
    }

    /// The number of the last message.
    pub fn version(&self) -> u64 {
        self.version
    }

    /// Goes on behind a number that the engine has heard already.
    pub fn skip_to(&mut self, version: u64) {
        self.version = self.version.max(version);
    }

    /// The command for a fact; `None` for the one that only says who plays.
    pub fn translate(&mut self, fact: &Fact, received_at: Timestamp) -> Option<Envelope> {
        let event = match &fact.what {
            What::Match { .. } => return None,
            What::Heartbeat => {
                let version = fact.number.map_or(0, |number| number.version);
                return Some(self.sign_of_life(version, fact.at_ms, received_at));
            }
            What::MapStart { map, side_a, .. } => {
                GameEvent::MapStarted { map: *map, first_side_a: core_side(*side_a) }
            }
            What::RoundStart { map, round } => GameEvent::RoundStarted { map: *map, round: *round },
            What::RoundWon { map, round, winner } => {
                GameEvent::RoundWon { map: *map, round: *round, winner: core_team(*winner) }
            }
            What::NextRound { map, round, p_a } => {
                let a = p_a.and_then(|p| Probability::from_f64(p.into()));
                GameEvent::NextRound { map: *map, round: *round, a }
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
            What::Revert { of } => self.revert(*of),
            What::Held => GameEvent::Held,
            What::Released => GameEvent::Released,
            What::Disputed => GameEvent::Disputed,
        };
        let before = self.version;
        let (version, follows) = match fact.number {
            // Where the count begins is the source's affair.
            Some(number) if before == 0 => (number.version, number.follows.unwrap_or_default()),
            Some(number) => (number.version, number.follows.unwrap_or(number.version - 1)),
            None => (before + 1, before),
        };
        self.version = version;
        if fact.number.is_some() && !matches!(fact.what, What::Revert { .. }) {
            if self.history.len() == HISTORY_MAX {
                self.history.pop_front();
            }
            self.history.push_back((version, self.standing));
        }
        self.standing.take(&fact.what);
        let source_time = Timestamp::from_millis(fact.at_ms);
        Some(self.envelope(version, follows, source_time, received_at, event))
    }

    /// Betting is held under the next number: what this feed says next may not follow what was said.
    pub fn hold(&mut self, received_at: Timestamp) -> Envelope {
        let follows = self.version;
        self.version += 1;
        self.standing.held = true;
        let at = Timestamp::default();
        self.envelope(self.version, follows, at, received_at, GameEvent::Held)
    }

    /// A sign of life. With a version the source says which fact was its last, so that a missing one
    /// is noticed; zero says nothing. By `at_ms` it says up to when everything has been told, so that a
    /// source which falls behind is noticed.
    pub fn sign_of_life(&self, version: u64, at_ms: u64, received_at: Timestamp) -> Envelope {
        let source_time = Timestamp::from_millis(at_ms);
        self.envelope(version, 0, source_time, received_at, GameEvent::Heartbeat)
    }

    /// How the match stood before a fact, as a command that takes it back to that.
    fn revert(&mut self, of: u64) -> GameEvent {
        let found = self.history.binary_search_by_key(&of, |(version, _)| *version);
        let Ok(index) = found else {
            // Something no longer stands and nobody can say what: a person must look.
            return GameEvent::Disputed;
        };
        let (_, before) = self.history[index];
        self.history.truncate(index);
        let now = std::mem::replace(&mut self.standing, before);
        let map = before.map;
        let same_score = (now.map, now.rounds, now.state) == (map, before.rounds, before.state);
        match (now.held, before.held) {
            (false, true) if same_score => return GameEvent::Held,
            (true, false) if same_score => return GameEvent::Released,
            _ => {}
        }
        // Until the source says that it is sure, nothing is sold on what it took back.
        self.standing.held = now.held;
        if map == 0 {
            // Not even a map stands: the first one is taken back to its beginning.
            return take_back(now.map, 0, now.state.map(|_| State::at_the_start(now.map)));
        }
        take_back(map, before.rounds, before.state.or(now.state.map(|_| State::at_the_start(map))))
    }

    fn envelope(
        &self,
        version: u64,
        follows: u64,
        source_time: Timestamp,
        received_at: Timestamp,
        event: GameEvent,
    ) -> Envelope {
        let Self { match_id, source, .. } = *self;
        let message =
            FeedMessage { match_id, source, version, follows, source_time, received_at, event };
        Envelope { actor: Actor::Feed(source), trace: 0, command: Command::Feed(message) }
    }
}

impl Standing {
    fn take(&mut self, what: &What) {
        match what {
            What::MapStart { map, .. } => {
                *self = Self { map: *map, rounds: 0, state: None, held: self.held };
            }
            What::RoundWon { round, .. } => self.rounds = *round,
            What::Rewind { to_round, .. } => self.rounds = *to_round,
            What::State(state) | What::Restore(state) => {
                (self.map, self.state) = (state.map, Some(*state));
            }
            What::Held => self.held = true,
            What::Released => self.held = false,
            What::Match { .. }
            | What::RoundStart { .. }
            | What::NextRound { .. }
            | What::MapOver { .. }
            | What::MapWon { .. }
            | What::Revert { .. }
            | What::Disputed
            | What::Heartbeat => {}
        }
    }
}

/// A map taken back: to its state if it is one against the clock, else to its rounds.
fn take_back(map: u8, to_round: u8, state: Option<State>) -> GameEvent {
    match state {
        Some(state) => GameEvent::MobaRewound { map, state: core_state(&state) },
        None => GameEvent::Rewound { map, to_round },
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
