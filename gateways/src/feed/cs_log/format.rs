//! How many rounds make a half, who plays which side when, and when a map is decided.

use super::event::Side;

/// Rounds in an overtime half. Every overtime here is MR3: three rounds, swap, three rounds.
const OVERTIME_HALF: u32 = 3;

/// The two formats of the game: rounds to a half, first to one more wins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RoundFormat {
    /// Halves of 12, first to 13: CS2.
    Mr12,
    /// Halves of 15, first to 16: CS:GO.
    Mr15,
}

impl RoundFormat {
    /// What the server variable `mp_maxrounds` says; other values (0 before a configuration is read) say nothing.
    pub const fn from_max_rounds(max_rounds: u32) -> Option<Self> {
        match max_rounds {
            24 => Some(Self::Mr12),
            30 => Some(Self::Mr15),
            _ => None,
        }
    }

    /// Rounds in a half of regulation time.
    pub const fn rounds_per_half(self) -> u32 {
        match self {
            Self::Mr12 => 12,
            Self::Mr15 => 15,
        }
    }

    /// The side that `roster` plays in `round`, counted from 1.
    ///
    /// Overtime begins on the sides on which the time before it ended, and swaps in its own middle. Counted in halves of
    /// three the pattern is therefore: swapped, back, back, swapped, swapped, back, back, …
    pub(super) const fn side(self, roster: Roster, round: u32) -> Side {
        let half = self.rounds_per_half();
        let swapped = if round <= half {
            false
        } else if round <= 2 * half {
            true
        } else {
            let overtime_half = (round - 2 * half - 1) / OVERTIME_HALF;
            overtime_half.div_ceil(2).is_multiple_of(2)
        };
        match (roster, swapped) {
            (Roster::BeganAsCt, false) | (Roster::BeganAsT, true) => Side::Ct,
            (Roster::BeganAsT, false) | (Roster::BeganAsCt, true) => Side::Terrorist,
        }
    }

    /// Whether a map with these wins can have no further round.
    pub(super) const fn is_decided(self, wins: u32, other_wins: u32) -> bool {
        let (most, least) = if wins < other_wins { (other_wins, wins) } else { (wins, other_wins) };
        let target = self.rounds_per_half() + 1;
        most >= target && most - least >= 2 && (most - target).is_multiple_of(OVERTIME_HALF)
    }
}

/// A team, known by the side on which it began the map, which works even when the log names nobody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Roster {
    BeganAsCt,
    BeganAsT,
}

impl Roster {
    /// The index of this roster in pairs of things, the one that began as CT first.
    pub(super) const fn index(self) -> usize {
        match self {
            Self::BeganAsCt => 0,
            Self::BeganAsT => 1,
        }
    }

    pub(super) const fn other(self) -> Self {
        match self {
            Self::BeganAsCt => Self::BeganAsT,
            Self::BeganAsT => Self::BeganAsCt,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Roster, RoundFormat, Side};

    #[test]
    fn sides_swap_at_half_time_and_inside_an_overtime_but_not_between_overtimes() {
        let sides: String = (1..=42)
            .map(|round| match RoundFormat::Mr12.side(Roster::BeganAsCt, round) {
                Side::Ct => 'C',
                Side::Terrorist => 'T',
            })
            .collect();
        assert_eq!(sides, "CCCCCCCCCCCCTTTTTTTTTTTTTTTCCCCCCTTTTTTCCC");
        assert_eq!(RoundFormat::Mr15.side(Roster::BeganAsT, 15), Side::Terrorist);
        assert_eq!(RoundFormat::Mr15.side(Roster::BeganAsT, 16), Side::Ct);
    }

    #[test]
    fn a_map_is_decided_by_one_more_than_half_and_by_four_in_an_overtime() {
        let decided = [(13, 0), (13, 11), (11, 13), (16, 12), (16, 14), (19, 17), (17, 19)];
        let open = [
            (12, 0),
            (12, 12),
            (13, 12),
            (14, 12),
            (15, 13),
            (15, 15),
            (16, 15),
            (17, 15),
            (18, 16),
        ];
        for (wins, other) in decided {
            assert!(RoundFormat::Mr12.is_decided(wins, other), "{wins}:{other}");
        }
        for (wins, other) in open {
            assert!(!RoundFormat::Mr12.is_decided(wins, other), "{wins}:{other}");
        }
        assert!(RoundFormat::Mr15.is_decided(16, 1) && !RoundFormat::Mr15.is_decided(13, 1));
    }
}
