//! Matches and their maps, and what a trader thinks of them.

use crate::codec::{wire_enum, wire_struct};
use crate::units::{MatchId, Name, Probability, Timestamp};

/// A game.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub enum Title {
    /// Counter-Strike: CS2, and CS:GO by its longer format.
    CounterStrike,
    /// Valorant.
    Valorant,
    /// League of Legends.
    Lol,
    /// Dota 2.
    Dota2,
}
wire_enum!(Title { 0 = CounterStrike, 1 = Valorant, 2 = Lol, 3 = Dota2 });

/// How many rounds a map has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub enum RoundFormat {
    /// Twelve rounds a half, first to 13: CS2, Valorant.
    Mr12,
    /// Fifteen rounds a half, first to 16: CS:GO.
    Mr15,
    /// The game has no rounds: a MOBA.
    NoRounds,
}
wire_enum!(RoundFormat { 0 = Mr12, 1 = Mr15, 2 = NoRounds });

/// One of the two teams of a match.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub enum Team {
    /// The first.
    A,
    /// The second.
    B,
}
wire_enum!(Team { 0 = A, 1 = B });

impl Team {
    /// The opponent.
    pub const fn other(self) -> Self {
        match self {
            Self::A => Self::B,
            Self::B => Self::A,
        }
    }
}

/// A side of a map, in the words of Counter-Strike.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub enum Side {
    /// Terrorists, who attack; in Valorant the attackers, in LoL blue, in Dota 2 Radiant.
    T,
    /// Counter-terrorists, who defend; in Valorant the defenders, in LoL red, in Dota 2 Dire.
    Ct,
}
wire_enum!(Side { 0 = T, 1 = Ct });

impl Side {
    /// The opposite side.
    pub const fn other(self) -> Self {
        match self {
            Self::T => Self::Ct,
            Self::Ct => Self::T,
        }
    }
}

/// See [`crate::Command::CreateMatch`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct CreateMatch {
    /// The operator's own key for the match; unique.
    pub key: Name,
    /// The game.
    pub title: Title,
    /// Rounds per map.
    pub rounds: RoundFormat,
    /// Maps at most: 1, 2, 3 or 5. A best of two may end level.
    pub best_of: u8,
    /// The first team.
    pub team_a: Name,
    /// The second team.
    pub team_b: Name,
    /// Planned start; zero if none is planned. If no feed speaks by then, the match is suspended.
    pub starts_at: Timestamp,
    /// Whether a market on the winner of each coming round is opened as the match goes on.
    pub round_markets: bool,
}
wire_struct!(CreateMatch { key, title, rounds, best_of, team_a, team_b, starts_at, round_markets });

/// See [`crate::Command::SetMap`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct SetMap {
    /// The match.
    pub match_id: MatchId,
    /// Which map of the series, from 1.
    pub map_no: u8,
    /// The map's name.
    pub name: Name,
    /// The side on which team A plays the first round.
    pub first_side_a: Side,
    /// How strong the teams are on it.
    pub strengths: Strengths,
}
wire_struct!(SetMap { match_id, map_no, name, first_side_a, strengths });

/// A trader's opinion on one map.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub enum Strengths {
    /// By side, for a game of rounds.
    BySide {
        /// P(team A wins a round it plays as T).
        t: Probability,
        /// P(team A wins a round it plays as CT).
        ct: Probability,
    },
    /// The same with chances of their own for the first round of each half.
    WithPistols {
        /// P(team A wins a round it plays as T).
        t: Probability,
        /// P(team A wins a round it plays as CT).
        ct: Probability,
        /// P(team A wins a pistol round it plays as T).
        pistol_t: Probability,
        /// P(team A wins a pistol round it plays as CT).
        pistol_ct: Probability,
    },
    /// The price in mind. A game of rounds solves for strengths that lead to it from the score as it
    /// stands, and keeps the gap between the sides; in a MOBA it is the price before the map.
    MapPrice {
        /// P(team A wins the map).
        a: Probability,
    },
}
wire_enum!(Strengths {
    0 = BySide { t, ct },
    1 = WithPistols { t, ct, pistol_t, pistol_ct },
    2 = MapPrice { a },
});

/// See [`crate::Command::SetNextRound`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct SetNextRound {
    /// The match.
    pub match_id: MatchId,
    /// Which map of the series, from 1.
    pub map_no: u8,
    /// Which round, from 1: the next one of that map.
    pub round: u8,
    /// P(team A wins it); `None` lets the sides speak again.
    pub a: Option<Probability>,
}
wire_struct!(SetNextRound { match_id, map_no, round, a });
