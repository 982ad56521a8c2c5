//! What can be bet on: a market is its type and its specifiers.

use super::Team;
use crate::codec::{DecodeError, Decoder, Encoder, Wire, wire_enum};

/// A line at a half: 21.5 or −3.5. Never whole, so a bet on it is never returned.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Line(i16);

impl Line {
    /// A line from half points: 43 is 21.5. `None` for even numbers, which are whole points.
    pub const fn from_halves(halves: i16) -> Option<Self> {
        if halves % 2 != 0 { Some(Self(halves)) } else { None }
    }

    /// The line in half points.
    pub const fn halves(self) -> i16 {
        self.0
    }
}

impl core::fmt::Display for Line {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        write!(f, "{sign}{}.5", self.0.unsigned_abs() / 2)
    }
}

impl Wire for Line {
    fn put(&self, out: &mut Encoder<'_>) {
        self.0.put(out);
    }

    fn take(input: &mut Decoder<'_>) -> Result<Self, DecodeError> {
        Self::from_halves(i16::take(input)?).ok_or(DecodeError::OutOfRange)
    }
}

/// What a market is on: its type and specifiers. Selections are listed with each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub enum MarketKind {
    /// Who wins the match: A, B.
    MatchWinner,
    /// The result in maps: for a best of three 2–0, 2–1, 1–2, 0–2.
    CorrectMapScore,
    /// Who wins a map: A, B.
    MapWinner {
        /// Which map, from 1.
        map: u8,
    },
    /// How many rounds a map takes, overtime included: over, under.
    TotalRounds {
        /// Which map, from 1.
        map: u8,
        /// The line.
        line: Line,
    },
    /// Who wins a map once the line is added to A's rounds, overtime included: A, B.
    RoundHandicap {
        /// Which map, from 1.
        map: u8,
        /// The line, added to A.
        line: Line,
    },
    /// Who wins one round, named by its number: A, B.
    RoundWinner {
        /// Which map, from 1.
        map: u8,
        /// Which round, from 1.
        round: u8,
    },
    /// Who wins the match once the line is added to A's maps: A, B.
    MapHandicap {
        /// The line, added to A.
        line: Line,
    },
    /// How many maps the match takes: over, under.
    TotalMaps {
        /// The line.
        line: Line,
    },
    /// The result of a map in rounds: A's wins in regulation from the clearest, B's likewise, then A
    /// and B in overtime.
    CorrectRoundScore {
        /// Which map, from 1.
        map: u8,
    },
    /// Who is the first to win so many rounds of a map: A, B.
    RaceToRounds {
        /// Which map, from 1.
        map: u8,
        /// How many rounds.
        rounds: u8,
    },
    /// Who wins the first round of a half of regulation: A, B.
    PistolRound {
        /// Which map, from 1.
        map: u8,
        /// Which half: 1 or 2.
        half: u8,
    },
    /// Whether a map goes to overtime: yes, no.
    Overtime {
        /// Which map, from 1.
        map: u8,
    },
    /// Whether a map takes an odd number of rounds, overtime included: odd, even.
    OddRounds {
        /// Which map, from 1.
        map: u8,
    },
    /// Who leads a map at the end of regulation: A, draw, B.
    RegulationWinner {
        /// Which map, from 1.
        map: u8,
    },
    /// How many rounds a map takes, overtime not counted: over, under.
    RegulationTotal {
        /// Which map, from 1.
        map: u8,
        /// The line.
        line: Line,
    },
    /// Who leads a map at the end of regulation once the line is added to A's rounds: A, B.
    RegulationHandicap {
        /// Which map, from 1.
        map: u8,
        /// The line, added to A.
        line: Line,
    },
    /// How many rounds one team wins on a map, overtime included: over, under.
    TeamRounds {
        /// Which map, from 1.
        map: u8,
        /// Which team.
        team: Team,
        /// The line.
        line: Line,
    },
    /// How many rounds all maps of the match take, overtime included: over, under.
    SeriesRounds {
        /// The line.
        line: Line,
    },
}
wire_enum!(MarketKind {
    0 = MatchWinner,
    1 = CorrectMapScore,
    2 = MapWinner { map },
    3 = TotalRounds { map, line },
    4 = RoundHandicap { map, line },
    5 = RoundWinner { map, round },
    6 = MapHandicap { line },
    7 = TotalMaps { line },
    8 = CorrectRoundScore { map },
    9 = RaceToRounds { map, rounds },
    10 = PistolRound { map, half },
    11 = Overtime { map },
    12 = OddRounds { map },
    13 = RegulationWinner { map },
    14 = RegulationTotal { map, line },
    15 = RegulationHandicap { map, line },
    16 = TeamRounds { map, team, line },
    17 = SeriesRounds { line },
});

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_line_shows_its_half() {
        for (halves, shown) in [(43, "21.5"), (-7, "-3.5"), (-1, "-0.5"), (1, "0.5")] {
            assert_eq!(std::format!("{}", Line::from_halves(halves).unwrap()), shown);
        }
        assert_eq!(Line::from_halves(42), None);
    }
}
