//! The rules of a map that is played in rounds, and the parameters of one map.
//!
//! Owns the length of halves and overtimes, which scores can occur, who plays which side in which
//! round, and the probability that team A wins a given round. Does not know how a map is forecast.
//!
//! Regulation and every overtime are the same small game, called a *period*: twice a half, first to
//! half + 1, and level at half–half if nobody gets there. The forecasts are built on that.

use crate::command::Side;
use core::fmt;

/// The longest half of regulation that the fixed tables of the forecasts hold.
pub const ROUNDS_PER_HALF_MAX: u8 = 15;
/// The longest half of an overtime that the fixed tables of the forecasts hold.
pub const OVERTIME_HALF_MAX: u8 = 5;
/// A round that is closer to certain than this is a wrong parameter, not an opinion: with one side
/// sure to win and the other sure to lose, overtime would never end.
pub const ROUND_PROBABILITY_MIN: f64 = 1e-6;

/// How long a map is: first to one round more than a half, overtime from level, repeated until one
/// team wins it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RoundRules {
    rounds_per_half: u8,
    overtime_half: u8,
    overtime_sides: OvertimeSides,
}

/// On which side an overtime begins. All of them swap in their middle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OvertimeSides {
    /// As the period before ended.
    Carried,
    /// As the map began.
    Restarted,
}

/// P(team A wins a round) while A plays that side.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BySide {
    /// A attacks.
    pub t: f64,
    /// A defends.
    pub ct: f64,
}

/// The trader's opinion on one map: team A's chance in a round by side. Holding one is the proof
/// that it is usable.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MapModel {
    first_side: Side,
    round: BySide,
    pistol: BySide,
    next: Option<NextRound>,
}

/// A chance for one round alone, which stands above what the sides say: an opinion on the money, or
/// on who is still alive in it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct NextRound {
    /// The round, from 1.
    pub round_no: u16,
    /// P(team A wins it).
    pub a: f64,
}

/// Why a map cannot be forecast.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ForecastError {
    /// A round probability is not a number or too close to 0 or 1.
    RoundProbability,
    /// No sequence of rounds leads to this score.
    ImpossibleScore,
    /// The map is over at this score.
    MapDecided,
}

/// Where a live score stands: the period and the rounds won inside it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Position {
    /// `None` in regulation, else the overtime, counted from 0.
    pub overtime: Option<u16>,
    pub a: usize,
    pub b: usize,
}

impl RoundRules {
    /// CS2 today: halves of 12, first to 13, overtime halves of 3.
    pub const MR12: Self =
        Self { rounds_per_half: 12, overtime_half: 3, overtime_sides: OvertimeSides::Carried };
    /// CS:GO: halves of 15, first to 16, overtime halves of 3.
    pub const MR15: Self = Self { rounds_per_half: 15, ..Self::MR12 };
    /// Valorant: halves of 12, first to 13. Its overtime, won by two rounds with the sides swapping
    /// after each, is the same as overtimes with halves of one round.
    pub const VALORANT: Self =
        Self { overtime_half: 1, overtime_sides: OvertimeSides::Restarted, ..Self::MR12 };

    /// Other lengths, where the fixed tables hold them.
    pub const fn new(
        rounds_per_half: u8,
        overtime_half: u8,
        overtime_sides: OvertimeSides,
    ) -> Option<Self> {
        let usable = 0 < rounds_per_half
            && rounds_per_half <= ROUNDS_PER_HALF_MAX
            && 0 < overtime_half
            && overtime_half <= OVERTIME_HALF_MAX;
        if usable { Some(Self { rounds_per_half, overtime_half, overtime_sides }) } else { None }
    }

    /// Rounds in a half of regulation.
    pub const fn rounds_per_half(self) -> u16 {
        self.rounds_per_half as u16
    }

    /// Rounds in a half of an overtime.
    pub const fn overtime_half(self) -> u16 {
        self.overtime_half as u16
    }

    /// On which side an overtime begins.
    pub const fn overtime_sides(self) -> OvertimeSides {
        self.overtime_sides
    }

    /// Rounds that win a map in regulation.
    pub const fn win_target(self) -> u16 {
        self.rounds_per_half as u16 + 1
    }

    /// Rounds played when a map goes to overtime.
    pub const fn regulation_rounds(self) -> u16 {
        2 * self.rounds_per_half as u16
    }

    /// Whether a map ends at this score, in regulation or in any overtime.
    pub const fn is_final(self, a: u16, b: u16) -> bool {
        let (winner, loser) = if a < b { (b, a) } else { (a, b) };
        if winner <= self.win_target() {
            return winner == self.win_target() && loser < self.rounds_per_half();
        }
        // One round above a level score from which an overtime was won.
        (winner - self.win_target()).is_multiple_of(self.overtime_half()) && {
            let level = winner - 1 - self.overtime_half();
            level <= loser && loser < level + self.overtime_half()
        }
    }

    /// Finds the period of a live score.
    pub(super) fn position(self, a: u16, b: u16) -> Result<Position, ForecastError> {
        if self.is_final(a, b) {
            return Err(ForecastError::MapDecided);
        }
        // The next round needs a number, too.
        let played = a.checked_add(b).filter(|&played| played < u16::MAX);
        let played = played.ok_or(ForecastError::ImpossibleScore)?;
        let (overtime, level, half) = match played.checked_sub(self.regulation_rounds()) {
            None => (None, 0, self.rounds_per_half()),
            Some(beyond) => {
                let number = beyond / (2 * self.overtime_half());
                (
                    Some(number),
                    self.rounds_per_half() + number * self.overtime_half(),
                    self.overtime_half(),
                )
            }
        };
        let won_inside =
            |rounds: u16| rounds.checked_sub(level).filter(|&won| won <= half).map(usize::from);
        match (won_inside(a), won_inside(b)) {
            (Some(a), Some(b)) => Ok(Position { overtime, a, b }),
            _ => Err(ForecastError::ImpossibleScore),
        }
    }

    /// The side team A plays in a round (counted from 1), when it started on `first_side`.
    ///
    /// Sides swap in the middle of each period; whether they swap between periods is the rule of
    /// [`OvertimeSides`].
    pub const fn side_in_round(self, first_side: Side, round_no: u16) -> Side {
        let played = round_no.saturating_sub(1);
        if played < self.regulation_rounds() {
            return if played < self.rounds_per_half() { first_side } else { first_side.other() };
        }
        let halves = (played - self.regulation_rounds()) / self.overtime_half();
        let starts = self.overtime_starts(first_side, halves / 2);
        if halves.is_multiple_of(2) { starts } else { starts.other() }
    }

    /// The side team A plays first in an overtime, counted from 0.
    const fn overtime_starts(self, first_side: Side, number: u16) -> Side {
        match self.overtime_sides {
            // Regulation ended on the other side; an overtime ends on the side it did not begin on.
            OvertimeSides::Carried if number.is_multiple_of(2) => first_side.other(),
            OvertimeSides::Carried | OvertimeSides::Restarted => first_side,
        }
    }
}

impl BySide {
    /// The value for a side.
    pub const fn on(self, side: Side) -> f64 {
        match side {
            Side::T => self.t,
            Side::Ct => self.ct,
        }
    }

    fn is_usable(self) -> bool {
        is_usable(self.t) && is_usable(self.ct)
    }
}

fn is_usable(p: f64) -> bool {
    // Written so that NaN fails.
    (ROUND_PROBABILITY_MIN..=1.0 - ROUND_PROBABILITY_MIN).contains(&p)
}

impl MapModel {
    /// Checks the probabilities. `pistol` replaces `round` in the first round of each half of
    /// regulation.
    pub fn new(
        first_side: Side,
        round: BySide,
        pistol: Option<BySide>,
    ) -> Result<Self, ForecastError> {
        let pistol = pistol.unwrap_or(round);
        if round.is_usable() && pistol.is_usable() {
            Ok(Self { first_side, round, pistol, next: None })
        } else {
            Err(ForecastError::RoundProbability)
        }
    }

    /// The same opinion with a chance of its own for one round. It may lie anywhere from 0 to 1:
    /// after that round the sides speak again.
    pub fn with_next_round(mut self, next: NextRound) -> Result<Self, ForecastError> {
        // Written so that NaN fails.
        if !(0.0..=1.0).contains(&next.a) {
            return Err(ForecastError::RoundProbability);
        }
        self.next = Some(next);
        Ok(self)
    }

    /// The side of team A in round 1.
    pub const fn first_side(&self) -> Side {
        self.first_side
    }

    /// P(A wins a round) by side.
    pub const fn round(&self) -> BySide {
        self.round
    }

    /// P(A wins a pistol round) by side.
    pub const fn pistol(&self) -> BySide {
        self.pistol
    }

    /// What is said of one round alone.
    pub const fn next_round(&self) -> Option<NextRound> {
        self.next
    }

    /// P(team A wins this round), rounds counted from 1.
    pub fn round_a(&self, rules: RoundRules, round_no: u16) -> f64 {
        if let Some(next) = self.next
            && next.round_no == round_no
        {
            return next.a;
        }
        let side = rules.side_in_round(self.first_side, round_no);
        let is_pistol = round_no == 1 || round_no == rules.win_target();
        if is_pistol { self.pistol.on(side) } else { self.round.on(side) }
    }

    /// P(team A wins a regulation round), by the number of rounds played before it, whatever is
    /// said of the next round alone.
    pub(super) fn regulation(&self, rules: RoundRules) -> impl Fn(usize) -> f64 + use<> {
        let half = usize::from(rules.rounds_per_half);
        let (first, second) = (self.first_side, self.first_side.other());
        let (round, pistol) = (self.round, self.pistol);
        move |played| {
            let side = if played < half { first } else { second };
            if played == 0 || played == half { pistol.on(side) } else { round.on(side) }
        }
    }

    /// The same inside an overtime (overtimes counted from 0).
    pub(super) fn overtime(&self, rules: RoundRules, number: u16) -> impl Fn(usize) -> f64 + use<> {
        let half = usize::from(rules.overtime_half);
        let starts = rules.overtime_starts(self.first_side, number);
        let (before, after) = (self.round.on(starts), self.round.on(starts.other()));
        move |played| if played < half { before } else { after }
    }
}

impl fmt::Display for ForecastError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::RoundProbability => "a round probability must lie from 0.000001 to 0.999999",
            Self::ImpossibleScore => "no sequence of rounds leads to this score",
            Self::MapDecided => "the map is already decided at this score",
        })
    }
}

impl core::error::Error for ForecastError {}
