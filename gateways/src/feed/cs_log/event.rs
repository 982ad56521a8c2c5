//! What the normaliser says: plain facts, free of any engine type.

use std::fmt;

use super::format::RoundFormat;
use super::time::LogTime;

/// A side of the map. Teams change sides; see `by_first_ct` for the team.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Side {
    /// Counter-terrorists.
    Ct,
    /// Terrorists.
    Terrorist,
}

impl Side {
    /// The name of the side as the server writes it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ct => "CT",
            Self::Terrorist => "TERRORIST",
        }
    }
}

/// One event with the line it comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Normalised {
    /// The line that says so, which may stand before the line that made it certain.
    pub line: u64,
    /// The time of that line.
    pub time: Option<LogTime>,
    /// What it says.
    pub event: FeedEvent,
}

/// A fact about the match, or about how far the feed can be trusted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FeedEvent {
    /// Play begins on a map with these sides. Said again while no round stands if names, sides or format change.
    MapStart {
        /// The map as the server names it.
        map: String,
        /// The team that begins as CT, if the log names it.
        ct_team: Option<String>,
        /// The team that begins as T, if the log names it.
        t_team: Option<String>,
        /// The format in force: the option, else the log's `mp_maxrounds`, else MR12.
        format: RoundFormat,
    },
    /// A round is being played. A knife round looks like round 1 until it is over.
    RoundStart {
        /// Counted from 1.
        round: u32,
    },
    /// A round counts.
    RoundWon {
        /// Counted from 1.
        round: u32,
        /// The side that won it.
        side: Side,
        /// The team on that side in this round, if the log names it.
        team: Option<String>,
        /// The server's word for how it was won.
        reason: String,
        /// Rounds of the team that is CT in this round, this round included.
        ct: u32,
        /// Rounds of the team that is T in this round, this round included.
        t: u32,
        /// Whether the winner is the team that began the map as CT: an identity that needs no names.
        by_first_ct: bool,
    },
    /// Rounds were taken back.
    Rewind {
        /// So many rounds still stand.
        to_round: u32,
    },
    /// The map is over and will not be opened again.
    MapOver {
        /// The map as the server names it.
        map: String,
        /// The team that began as CT, then the other.
        score: [TeamScore; 2],
    },
    /// Something is uncertain: nothing should be sold until `Released`.
    Held {
        /// Why. Several reasons may hold at once; each is announced.
        reason: HoldReason,
    },
    /// No reason to hold is left.
    Released,
    /// The match is paused, until `Resumed` or `MapOver`.
    Paused,
    /// The match goes on.
    Resumed,
    /// The log contradicts what stands; a person should look.
    Disagreement {
        /// What contradicts what.
        what: Disagreement,
    },
}

/// The final score of one team.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TeamScore {
    /// The team, if the log names it.
    pub team: Option<String>,
    /// The side on which it ended the map.
    pub side: Side,
    /// Rounds won.
    pub rounds: u32,
}

/// Why the feed holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum HoldReason {
    /// The first round of a map was won, and it may have been a knife round.
    FirstRoundUnconfirmed,
    /// The server said that it restarts in a few seconds.
    RestartAnnounced,
    /// The server started again or warms up while rounds stand; a backup may yet be restored.
    RestartUnconfirmed,
    /// A backup is being restored.
    RestoreRequested,
    /// The score shown does not follow from the rounds that stand.
    ScoreContradiction,
    /// The names shown stand on the other sides than computed.
    SidesContradiction,
}

/// What the log contradicts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Disagreement {
    /// Lines were lost: more rounds were played than were seen.
    Gap {
        /// Rounds that stand.
        standing: u32,
        /// Rounds the log speaks of.
        seen: u32,
    },
    /// As many rounds as expected, or rounds that were already seen, but won by others.
    Score {
        /// The round of which the score speaks.
        round: u32,
        /// Rounds of the CT side.
        ct: u32,
        /// Rounds of the T side.
        t: u32,
    },
    /// After a round win another team is named on a side than computed.
    Team {
        /// The side.
        side: Side,
        /// The team computed to be there.
        expected: String,
        /// The team named there.
        seen: String,
    },
    /// The score of the game-over line is not the score that stands.
    FinalScore {
        /// Rounds of the CT side by that line.
        ct: u32,
        /// Rounds of the T side by that line.
        t: u32,
    },
    /// Another map began while this one was not decided.
    MapAbandoned {
        /// The map left.
        map: String,
        /// Rounds that stood on it.
        standing: u32,
    },
    /// A backup was restored on a map that is over; the result is kept.
    RestoreAfterMapOver,
}

impl fmt::Display for Disagreement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Gap { standing, seen } => {
                write!(f, "lines were lost: {standing} rounds stand, the log is at {seen}")
            }
            Self::Score { round, ct, t } => {
                write!(f, "score {ct}:{t} after round {round} contradicts the rounds seen")
            }
            Self::Team { side, expected, seen } => {
                write!(
                    f,
                    "{} should be played by {expected:?}, the log names {seen:?}",
                    side.name()
                )
            }
            Self::FinalScore { ct, t } => {
                write!(f, "game over at {ct}:{t}, which is not the score that stands")
            }
            Self::MapAbandoned { map, standing } => {
                write!(f, "{map} was left undecided after {standing} rounds")
            }
            Self::RestoreAfterMapOver => write!(f, "a backup was restored after the map was over"),
        }
    }
}

/// What became of the lines.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counters {
    /// Lines read.
    pub lines: u64,
    /// Lines that say something about rounds, sides or the format.
    pub known: u64,
    /// Well-formed lines about something else.
    pub unknown: u64,
    /// Lines without a time stamp, or too long.
    pub garbage: u64,
    /// Empty lines.
    pub empty: u64,
    /// Lines older than one taken before: the server sent them again.
    pub sent_again: u64,
    /// Round wins that did not count: warm-up, before a start, after the end, or the same line twice.
    pub not_live: u64,
    /// First rounds that turned out to be knife rounds or false starts.
    pub dropped_first_rounds: u64,
    /// `RoundWon` events.
    pub rounds_won: u64,
    /// `Rewind` events.
    pub rewinds: u64,
    /// `Disagreement` events.
    pub disagreements: u64,
}
