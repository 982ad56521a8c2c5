//! What happens to a match beside its score.

use super::Team;
use crate::codec::wire_enum;
use crate::units::{Seq, Timestamp};

/// See [`super::Command::MatchIncident`]. What it means for bets is the match's house rules' to say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub enum Incident {
    /// The next map is awarded before it starts: the other team did not come, or has an advantage.
    Walkover {
        /// The map, from 1.
        map: u8,
        /// Who is given it.
        to: Team,
        /// Whether the markets stated so when they were offered.
        stated: bool,
    },
    /// A team gives up the map being played.
    Forfeit {
        /// The map, from 1.
        map: u8,
        /// The team that gives up.
        by: Team,
    },
    /// A map starts with fewer than ten players.
    ShortHanded {
        /// The map, from 1.
        map: u8,
    },
    /// The match is now played over at most so many maps.
    FormatChanged {
        /// 1, 2, 3 or 5.
        best_of: u8,
    },
    /// The match is put off.
    Postponed {
        /// To this time; `None` if nobody knows yet.
        to: Option<Timestamp>,
    },
    /// After a technical fault the map being played is played again from its first round.
    Replayed {
        /// The map, from 1.
        map: u8,
    },
    /// The match had begun before betting on it was closed.
    StartedEarly {
        /// The last command before the true start: later bets were taken too late.
        from: Seq,
    },
    /// A team plays with so many of its official players.
    StandIns {
        /// The team.
        team: Team,
        /// How many official players it has.
        officials: u8,
    },
}
wire_enum!(Incident {
    0 = Walkover { map, to, stated },
    1 = Forfeit { map, by },
    2 = ShortHanded { map },
    3 = FormatChanged { best_of },
    4 = Postponed { to },
    5 = Replayed { map },
    6 = StartedEarly { from },
    7 = StandIns { team, officials },
});
