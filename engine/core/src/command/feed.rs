//! What a feed can say, in the words of no provider.

use super::{Side, Team};
use crate::codec::{wire_enum, wire_struct};
use crate::units::{MatchId, Probability, SourceId, Timestamp};

/// One normalised message of one source about one match.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct FeedMessage {
    /// The match.
    pub match_id: MatchId,
    /// The source.
    pub source: SourceId,
    /// The source's own running number; one already seen is dropped. A heartbeat repeats the last,
    /// or is zero.
    pub version: u64,
    /// The version of the message before this one, so that a missing one is noticed; zero if the
    /// source cannot say.
    pub follows: u64,
    /// When it happened, by the source's clock; of a heartbeat the moment up to which everything has been
    /// told. Zero if the source does not say.
    pub source_time: Timestamp,
    /// When it reached us, by the gateway's clock.
    pub received_at: Timestamp,
    /// What happened.
    pub event: GameEvent,
}
wire_struct!(FeedMessage { match_id, source, version, follows, source_time, received_at, event });

/// What a feed can say about a match.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub enum GameEvent {
    /// The source is alive and nothing changed.
    Heartbeat,
    /// A map is live from its first round.
    MapStarted {
        /// Which map, from 1.
        map: u8,
        /// The side on which team A plays the first round.
        first_side_a: Side,
    },
    /// A round was won.
    RoundWon {
        /// Which map, from 1.
        map: u8,
        /// Which round, from 1.
        round: u8,
        /// Who won it.
        winner: Team,
    },
    /// The server restored an earlier round: `to_round` rounds still stand.
    Rewound {
        /// Which map, from 1.
        map: u8,
        /// How many rounds still stand.
        to_round: u8,
    },
    /// A map is over with this score; must agree with the rounds.
    MapOver {
        /// Which map, from 1.
        map: u8,
        /// Team A's rounds.
        rounds_a: u8,
        /// Team B's rounds.
        rounds_b: u8,
    },
    /// The source is not sure of what it last said, or expects to take it back. Nothing is sold
    /// until it says [`GameEvent::Released`], whatever else it says meanwhile.
    Held,
    /// The source is sure again of all that it said.
    Released,
    /// The source contradicts itself; a person must look.
    Disputed,
    /// A round is being played: what it decides can no longer be bet on.
    RoundStarted {
        /// Which map, from 1.
        map: u8,
        /// Which round, from 1.
        round: u8,
    },
    /// What the source thinks of the next round alone, from the money or from who is still alive.
    NextRound {
        /// Which map, from 1.
        map: u8,
        /// Which round, from 1.
        round: u8,
        /// P(team A wins it); `None` takes it back.
        a: Option<Probability>,
    },
    /// Where a map of a MOBA stands.
    MobaState {
        /// Which map, from 1.
        map: u8,
        /// How it stands.
        state: MobaState,
    },
    /// A map of a MOBA is over.
    MapWon {
        /// Which map, from 1.
        map: u8,
        /// Who won it.
        winner: Team,
    },
    /// The server restored a map of a MOBA to an earlier moment; what came later no longer stands.
    MobaRewound {
        /// Which map, from 1.
        map: u8,
        /// How it stands now.
        state: MobaState,
    },
}
wire_enum!(GameEvent {
    0 = Heartbeat,
    1 = MapStarted { map, first_side_a },
    2 = RoundWon { map, round, winner },
    3 = Rewound { map, to_round },
    4 = MapOver { map, rounds_a, rounds_b },
    5 = Held,
    6 = Released,
    7 = Disputed,
    8 = RoundStarted { map, round },
    9 = NextRound { map, round, a },
    10 = MobaState { map, state },
    11 = MapWon { map, winner },
    12 = MobaRewound { map, state },
});

/// How a map of a MOBA stands. Pairs are of teams: A, B.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct MobaState {
    /// Seconds on the game clock.
    pub time_s: u16,
    /// What A has more than B: in LoL gold, in thousandths of a percent of all gold; in Dota 2
    /// experience.
    pub lead_milli: i32,
    /// Kills.
    pub kills: [u16; 2],
    /// Towers that the team has taken.
    pub towers: [u8; 2],
    /// What else it has taken that counts: in LoL dragons, in Dota 2 Roshans.
    pub objectives: [u8; 2],
}
wire_struct!(MobaState { time_s, lead_milli, kills, towers, objectives });
