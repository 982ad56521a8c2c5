//! From what a game server's log says to commands about one match of ours.
//!
//! Owns the mapping of teams and the numbering of maps and messages. The numbering depends on the
//! log alone, so that a log read again after a restart gives the same versions and the engine drops
//! what it has already applied.

use clutch_core::command::{
    Actor, FeedMessage, GameEvent, RoundFormat as CoreFormat, Side as CoreSide, Team,
};
use clutch_core::units::{MatchId, Name, SourceId, Timestamp};
use clutch_core::{Command, Envelope};

use super::cs_log::{FeedEvent, LogTime, Normalised, RoundFormat};

/// Follows one log for one match.
#[derive(Clone, Debug)]
pub struct MatchFeed {
    match_id: MatchId,
    source: SourceId,
    teams: [Name; 2],
    format: CoreFormat,
    /// The map being played: its name and number, and whether team A began it as CT.
    map: Option<PlayedMap>,
    version: u64,
}

#[derive(Clone, Debug)]
struct PlayedMap {
    name: String,
    number: u8,
    over: bool,
    a_began_as_ct: bool,
    /// Rounds that stand.
    standing: u32,
}

impl MatchFeed {
    /// A feed that has said nothing yet. `teams` are A and B as the server names them.
    pub fn new(match_id: MatchId, source: SourceId, teams: [Name; 2], format: CoreFormat) -> Self {
        Self { match_id, source, teams, format, map: None, version: 0 }
    }

    /// The number of the last message.
    pub fn version(&self) -> u64 {
        self.version
    }

    /// Skips the numbers up to `applied`, which the engine has heard already, and holds betting: what
    /// they stood for is not known here any more. The next event that fits the score releases it, one
    /// that does not freezes the match. `None` if nothing is missing.
    pub fn catch_up(&mut self, applied: u64, now: Timestamp) -> Option<Envelope> {
        if applied <= self.version {
            return None;
        }
        self.version = applied + 1;
        Some(self.envelope(GameEvent::Held, Timestamp::default(), now))
    }

    /// The source it speaks for.
    pub fn source(&self) -> SourceId {
        self.source
    }

    /// The match it is about.
    pub fn match_id(&self) -> MatchId {
        self.match_id
    }

    /// The command for one event of the log; `None` for events that change nothing in a match.
    pub fn translate(
        &mut self,
        normalised: &Normalised,
        received_at: Timestamp,
    ) -> Option<Envelope> {
        let event = self.game_event(&normalised.event)?;
        self.version += 1;
        let source_time = normalised.time.map_or(Timestamp::default(), source_time);
        Some(self.envelope(event, source_time, received_at))
    }

    fn envelope(
        &self,
        event: GameEvent,
        source_time: Timestamp,
        received_at: Timestamp,
    ) -> Envelope {
        let Self { match_id, source, version, .. } = *self;
        // The numbering is dense, and what a restart skips was heard before it.
        let follows = version - 1;
        let message =
            FeedMessage { match_id, source, version, follows, source_time, received_at, event };
        Envelope { actor: Actor::Feed(source), trace: 0, command: Command::Feed(message) }
    }

    fn game_event(&mut self, event: &FeedEvent) -> Option<GameEvent> {
        Some(match event {
            FeedEvent::MapStart { map, ct_team, t_team, format } => {
                let sides = self.a_begins_as_ct(ct_team.as_deref(), t_team.as_deref());
                let (Some(a_began_as_ct), true) = (sides, core_format(*format) == self.format)
                else {
                    return Some(GameEvent::Disputed);
                };
                let number = self.enter(map, a_began_as_ct);
                let first_side_a = if a_began_as_ct { CoreSide::Ct } else { CoreSide::T };
                GameEvent::MapStarted { map: number, first_side_a }
            }
            FeedEvent::RoundWon { round, by_first_ct, .. } => {
                let map = self.map.as_mut()?;
                map.standing = *round;
                let winner = if *by_first_ct == map.a_began_as_ct { Team::A } else { Team::B };
                GameEvent::RoundWon { map: map.number, round: small(*round), winner }
            }
            FeedEvent::Rewind { to_round } => {
                let map = self.map.as_mut()?;
                map.standing = *to_round;
                GameEvent::Rewound { map: map.number, to_round: small(*to_round) }
            }
            // While an earlier round is not yet certain, the one after it says nothing new.
            FeedEvent::RoundStart { round } => {
                let map =
                    self.map.as_ref().filter(|map| !map.over && map.standing + 1 == *round)?;
                GameEvent::RoundStarted { map: map.number, round: small(*round) }
            }
            FeedEvent::MapOver { score: [first_ct, other], .. } => {
                let map = self.map.as_mut()?;
                map.over = true;
                let (a, b) = if map.a_began_as_ct { (first_ct, other) } else { (other, first_ct) };
                GameEvent::MapOver {
                    map: map.number,
                    rounds_a: small(a.rounds),
                    rounds_b: small(b.rounds),
                }
            }
            FeedEvent::Held { .. } => GameEvent::Held,
            FeedEvent::Released => GameEvent::Released,
            FeedEvent::Disagreement { .. } => GameEvent::Disputed,
            FeedEvent::Paused | FeedEvent::Resumed => return None,
        })
    }

    /// The number of the map that starts: the same one again, or the next.
    fn enter(&mut self, name: &str, a_began_as_ct: bool) -> u8 {
        let number = match &self.map {
            Some(map) if map.name == name && !map.over => map.number,
            Some(map) => map.number.saturating_add(1),
            None => 1,
        };
        let name = name.to_owned();
        self.map = Some(PlayedMap { name, number, over: false, a_began_as_ct, standing: 0 });
        number
    }

    /// Whether team A is the one that begins as CT; `None` if the log names other teams than ours.
    /// A log without names cannot say, so A is taken to begin every map as CT.
    fn a_begins_as_ct(&self, ct_team: Option<&str>, t_team: Option<&str>) -> Option<bool> {
        let is = |team: Option<&str>, ours: &Name| {
            team.is_some_and(|team| Name::lossy(team, "?") == *ours)
        };
        let [a, b] = &self.teams;
        if is(ct_team, a) || is(t_team, b) {
            Some(true)
        } else if is(t_team, a) || is(ct_team, b) {
            Some(false)
        } else {
            (ct_team.is_none() && t_team.is_none()).then_some(true)
        }
    }
}

/// A sign of life of a source: it has no version, and says at most that everything up to `source_time` by
/// its own clock has been told; zero says nothing of that.
pub fn heartbeat(
    match_id: MatchId,
    source: SourceId,
    source_time: Timestamp,
    received_at: Timestamp,
) -> Envelope {
    let message = FeedMessage {
        match_id,
        source,
        version: 0,
        follows: 0,
        source_time,
        received_at,
        event: GameEvent::Heartbeat,
    };
    Envelope { actor: Actor::Feed(source), trace: 0, command: Command::Feed(message) }
}

/// A time stamp of a log as the engine counts, as if the server's clock were UTC.
pub fn source_time(time: LogTime) -> Timestamp {
    u64::try_from(time.unix_millis()).map_or(Timestamp::default(), Timestamp::from_millis)
}

/// The engine's word for a format.
pub fn core_format(format: RoundFormat) -> CoreFormat {
    match format {
        RoundFormat::Mr12 => CoreFormat::Mr12,
        RoundFormat::Mr15 => CoreFormat::Mr15,
    }
}

/// Rounds fit a byte; a number that does not is refused by the engine as impossible.
fn small(number: u32) -> u8 {
    u8::try_from(number).unwrap_or(u8::MAX)
}
