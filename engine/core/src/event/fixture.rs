//! Where a match and its markets stand.

use crate::codec::wire_enum;
use crate::command::{SuspendReason, Team};
use crate::units::{MatchId, SelectionIndex};

/// What of a match a name belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub enum NamedPart {
    /// The match itself: the operator's key.
    Match,
    /// A team.
    Team(Team),
    /// A map, from 1.
    Map(u8),
}

/// A match's score.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Score {
    /// The match.
    pub match_id: MatchId,
    /// The map being played or played last, from 1.
    pub map: u8,
    /// Rounds of that map: A, B.
    pub rounds: [u8; 2],
    /// Maps won: A, B.
    pub maps: [u8; 2],
    /// Where the match stands.
    pub phase: MatchPhase,
    /// Whether team A plays the next round as T.
    pub a_is_t: bool,
}

/// Where a match stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub enum MatchPhase {
    /// Not begun.
    Scheduled,
    /// A map is being played.
    Live,
    /// Between two maps.
    Break,
    /// Decided.
    Over,
}

/// Whether a market can be bet on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub enum MarketStatus {
    /// Yes.
    Open,
    /// Not for the moment.
    Suspended(SuspendReason),
    /// No: this selection won.
    Decided {
        /// The winning selection.
        winner: SelectionIndex,
    },
    /// No: a person said how each selection ended.
    Graded,
    /// No: the market will never have a result and every stake goes back.
    Void,
}
wire_enum!(MarketStatus { 0 = Open, 1 = Suspended(reason), 2 = Decided { winner }, 3 = Void, 4 = Graded });
