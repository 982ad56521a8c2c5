//! What happens on a map from level on: overtimes that follow each other until a team wins one.
//!
//! Owns the overtime being played and every later one, as far as markets ask for it. Overtimes that
//! have not begun are two, by the parity of their number, and all of them end level with the same
//! probability; so a sum over all of them is closed.

use super::period::Period;
use super::round_rules::{OVERTIME_HALF_MAX, RoundRules};
use crate::command::Team;

pub(super) const OVERTIME: usize = OVERTIME_HALF_MAX as usize + 1;
const OVERTIME_ROUNDS: usize = 2 * OVERTIME_HALF_MAX as usize;

/// What happens from level on.
#[derive(Clone, Debug)]
pub(super) struct OvertimeForecast {
    /// The overtime being played, or 0, the first, while regulation lasts.
    pub number: u16,
    /// P(overtime `number` is played).
    pub reached: f64,
    pub a_wins: f64,
    pub b_wins: f64,
    /// P(an overtime ends level), for every one after overtime `number`.
    pub level_later: f64,
    /// Overtime `number`, seen from the score in it, and a fresh one by its parity.
    pub here: Ending,
    pub fresh: [Ending; 2],
    /// P(an overtime is reached and its loser wins index rounds in it), over all of them.
    pub by_loser: [f64; OVERTIME],
}

/// How one overtime can end, and how long it can last.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ending {
    /// P(the team wins it and the other has index rounds in it).
    pub a_wins: [f64; OVERTIME],
    pub b_wins: [f64; OVERTIME],
    /// P(not decided after index rounds).
    pub open: [f64; OVERTIME_ROUNDS],
    /// P(A is the first to win index + 1 rounds in it).
    pub race_a: [f64; OVERTIME],
    /// P(nobody wins it).
    pub level: f64,
}

impl OvertimeForecast {
    pub const NONE: Self = Self {
        number: 0,
        reached: 0.0,
        a_wins: 0.0,
        b_wins: 0.0,
        level_later: 0.0,
        here: Ending::NONE,
        fresh: [Ending::NONE; 2],
        by_loser: [0.0; OVERTIME],
    };

    /// P(an overtime is reached and the team wins at least `least` rounds after regulation).
    pub fn team_at_least(&self, team: Team, least: usize, rules: RoundRules) -> f64 {
        let half = usize::from(rules.overtime_half());
        let mut sum = 0.0;
        let mut reached = self.reached;
        for number in usize::from(self.number).. {
            // What the team has when this overtime begins; all of it is behind the live score.
            let before = number * half;
            if least <= before {
                return sum + reached;
            }
            let is_here = number == usize::from(self.number);
            let ending = if is_here { &self.here } else { &self.fresh[number % 2] };
            let (wins, losses) = ending.for_team(team);
            if least <= before + half + 1 {
                sum += reached * wins.iter().sum::<f64>();
            }
            let enough = &losses[least.saturating_sub(before).min(half)..half];
            sum += reached * enough.iter().sum::<f64>();
            reached *= if is_here { self.here.level } else { self.level_later };
        }
        sum
    }

    /// P(the map ends in a round with this number after regulation and the team wins it), one after
    /// the other from the first.
    pub fn endings(&self, rules: RoundRules) -> impl Iterator<Item = (usize, [f64; 2])> + '_ {
        let half = usize::from(rules.overtime_half());
        let mut reached = self.reached;
        (usize::from(self.number)..).flat_map(move |number| {
            let is_here = number == usize::from(self.number);
            let ending = if is_here { &self.here } else { &self.fresh[number % 2] };
            let here = reached;
            reached *= if is_here { self.here.level } else { self.level_later };
            (0..half).map(move |loser| {
                let rounds = 2 * half * number + half + 1 + loser;
                (rounds, [here * ending.a_wins[loser], here * ending.b_wins[loser]])
            })
        })
    }

    /// P(more than `beyond` rounds are played after regulation).
    pub fn lasts_over(&self, beyond: u32, half: u32) -> f64 {
        let number = beyond / (2 * half);
        let inside = (beyond % (2 * half)) as usize;
        match number.checked_sub(u32::from(self.number)) {
            None => self.reached,
            Some(0) => self.reached * self.here.open[inside],
            Some(later) => {
                let open = self.fresh[(number % 2) as usize].open[inside];
                self.reached * self.here.level * power(self.level_later, later - 1) * open
            }
        }
    }
}

impl Ending {
    pub const NONE: Self = Self {
        a_wins: [0.0; OVERTIME],
        b_wins: [0.0; OVERTIME],
        open: [0.0; OVERTIME_ROUNDS],
        race_a: [0.0; OVERTIME],
        level: 0.0,
    };

    pub fn of(period: &Period<OVERTIME>, half: usize) -> Self {
        let Period { a_wins, b_wins, race_a, level } = *period;
        Self { a_wins, b_wins, open: open_after(period, half), race_a, level }
    }

    /// P(the team that this is the ending for wins it with index rounds against it), and the other.
    pub fn for_team(&self, team: Team) -> (&[f64; OVERTIME], &[f64; OVERTIME]) {
        match team {
            Team::A => (&self.a_wins, &self.b_wins),
            Team::B => (&self.b_wins, &self.a_wins),
        }
    }
}

/// P(a period is not decided after 0, 1, 2, … of its rounds).
fn open_after(period: &Period<OVERTIME>, half: usize) -> [f64; OVERTIME_ROUNDS] {
    let mut open = [0.0; OVERTIME_ROUNDS];
    let mut still = period.level;
    for rounds in (0..2 * half).rev() {
        // The round after these decides it for a team whose opponent has `rounds − half`.
        if let Some(loser) = rounds.checked_sub(half) {
            still += period.a_wins[loser] + period.b_wins[loser];
        }
        open[rounds] = still;
    }
    open
}

/// `base` to a whole power by squaring: the same multiplications on every machine.
fn power(mut base: f64, mut exponent: u32) -> f64 {
    let mut product = 1.0;
    while 0 < exponent {
        if exponent % 2 == 1 {
            product *= base;
        }
        base *= base;
        exponent /= 2;
    }
    product
}
