//! The forecast of one map: one forward pass over the grid of scores, read as many markets.
//!
//! Owns the distribution of the final score. Rounds are independent given the side. Overtime has no
//! limit; what lies behind it is summed in closed form. Does not know margins or lines on offer.
//!
//! Invariants: all probabilities are conditional on the live score given; totals and handicaps are
//! read from running sums of non-negative numbers, so they are monotone in the line to the last
//! bit.

use super::period::Period;
use super::round_rules::{
    ForecastError, MapModel, OVERTIME_HALF_MAX, ROUNDS_PER_HALF_MAX, RoundRules,
};
use crate::command::Side;

const REGULATION: usize = ROUNDS_PER_HALF_MAX as usize + 1;
const OVERTIME: usize = OVERTIME_HALF_MAX as usize + 1;
const OVERTIME_ROUNDS: usize = 2 * OVERTIME_HALF_MAX as usize;
/// The largest final margin is that of a map won to nil.
const MARGIN_MAX: usize = ROUNDS_PER_HALF_MAX as usize + 1;

/// Everything that can be asked about the rest of one map. Plain numbers of a fixed size: computing
/// it allocates nothing.
#[derive(Clone, Debug)]
pub struct MapForecast {
    rules: RoundRules,
    model: MapModel,
    a: u16,
    b: u16,
    a_wins: [f64; REGULATION],
    b_wins: [f64; REGULATION],
    race_a: [f64; REGULATION],
    /// P(at least win target + index rounds are played), for regulation.
    loser_at_least: [f64; REGULATION],
    /// P(rounds of A − rounds of B ≥ index − `MARGIN_MAX`).
    margin_at_least: [f64; 2 * MARGIN_MAX + 1],
    overtime: OvertimeForecast,
}

/// What happens from level on.
#[derive(Clone, Debug)]
struct OvertimeForecast {
    /// The overtime being played, or 0, the first, while regulation lasts.
    number: u16,
    /// P(overtime `number` is played).
    reached: f64,
    a_wins: f64,
    b_wins: f64,
    /// P(overtime `number` ends level), seen from the score in it, and the same for every later
    /// one.
    level_here: f64,
    level_later: f64,
    /// P(not decided after so many rounds) of overtime `number`, and of a fresh one by its parity.
    open_here: [f64; OVERTIME_ROUNDS],
    open_fresh: [[f64; OVERTIME_ROUNDS]; 2],
}

impl MapForecast {
    /// Forecasts a live map at a score that includes overtime rounds.
    pub fn new(rules: RoundRules, model: &MapModel, a: u16, b: u16) -> Result<Self, ForecastError> {
        let at = rules.position(a, b)?;
        let overtime_half = usize::from(rules.overtime_half());
        let fresh =
            [0, 1].map(|number| Period::play(overtime_half, 0, 0, model.overtime(rules, number)));
        let mut forecast = Self {
            rules,
            model: *model,
            a,
            b,
            a_wins: [0.0; REGULATION],
            b_wins: [0.0; REGULATION],
            race_a: [0.0; REGULATION],
            loser_at_least: [0.0; REGULATION],
            margin_at_least: [0.0; 2 * MARGIN_MAX + 1],
            overtime: OvertimeForecast::NONE,
        };
        // The next round may have a chance of its own.
        let (next, first) = (model.round_a(rules, a + b + 1), at.a + at.b);
        match at.overtime {
            None => {
                let half = usize::from(rules.rounds_per_half());
                let round_a = model.regulation(rules);
                let round_a = |played| if played == first { next } else { round_a(played) };
                let regulation = Period::<REGULATION>::play(half, at.a, at.b, round_a);
                forecast.a_wins = regulation.a_wins;
                forecast.b_wins = regulation.b_wins;
                forecast.race_a = regulation.race_a;
                forecast.sum_regulation();
                forecast.sum_overtime(0, regulation.level, &fresh[0], &fresh);
            }
            Some(number) => {
                let round_a = model.overtime(rules, number);
                let round_a = |played| if played == first { next } else { round_a(played) };
                let here = Period::play(overtime_half, at.a, at.b, round_a);
                forecast.sum_overtime(number, 1.0, &here, &fresh);
            }
        }
        forecast.finish_sums();
        Ok(forecast)
    }

    /// Enters the results of regulation into the distribution of margins.
    fn sum_regulation(&mut self) {
        let target = usize::from(self.rules.win_target());
        for loser in 0..target - 1 {
            self.margin_at_least[MARGIN_MAX + target - loser] += self.a_wins[loser];
            self.margin_at_least[MARGIN_MAX + loser - target] += self.b_wins[loser];
        }
    }

    /// Enters the results of every overtime: of overtime `number`, and, if it ends level, of all
    /// the later ones.
    fn sum_overtime(
        &mut self,
        number: u16,
        reached: f64,
        here: &Period<OVERTIME>,
        fresh: &[Period<OVERTIME>; 2],
    ) {
        let half = usize::from(self.rules.overtime_half());
        let next = &fresh[usize::from((number + 1) % 2)];
        let after = &fresh[usize::from(number % 2)];
        let level = next.level;
        // Later overtimes come in pairs with the sides swapped: (next + level·after)·(1 + level² +
        // level⁴ + …). 1 − level² is taken as decided·(1 + level): the difference would lose its
        // digits when level is near 1.
        let pairs = here.level / ((next.a_total() + next.b_total()) * (1.0 + level));
        let mut totals = (0.0, 0.0);
        for loser in 0..half {
            let a = reached
                * (here.a_wins[loser] + pairs * (next.a_wins[loser] + level * after.a_wins[loser]));
            let b = reached
                * (here.b_wins[loser] + pairs * (next.b_wins[loser] + level * after.b_wins[loser]));
            let margin = half + 1 - loser;
            self.margin_at_least[MARGIN_MAX + margin] += a;
            self.margin_at_least[MARGIN_MAX - margin] += b;
            totals = (totals.0 + a, totals.1 + b);
        }
        self.overtime = OvertimeForecast {
            number,
            reached,
            a_wins: totals.0,
            b_wins: totals.1,
            level_here: here.level,
            level_later: level,
            open_here: open_after(here, half),
            open_fresh: [open_after(&fresh[0], half), open_after(&fresh[1], half)],
        };
    }

    /// Turns single probabilities into sums from each value upward, none of them rounded above 1.
    fn finish_sums(&mut self) {
        let mut at_least = 0.0;
        for entry in self.margin_at_least.iter_mut().rev() {
            at_least += *entry;
            *entry = at_least.min(1.0);
        }
        let mut at_least = self.overtime.reached;
        for loser in (0..usize::from(self.rules.rounds_per_half())).rev() {
            at_least += self.a_wins[loser] + self.b_wins[loser];
            self.loser_at_least[loser] = at_least.min(1.0);
        }
    }

    /// P(A wins the map).
    pub fn winner_a(&self) -> f64 {
        self.margin_at_least[MARGIN_MAX + 1]
    }

    /// P(rounds played > line), overtime included. The line is in half rounds: 43 means 21.5.
    pub fn total_over(&self, line_half_units: i32) -> f64 {
        let Ok(rounds) = u32::try_from(line_half_units.div_euclid(2)) else { return 1.0 };
        match rounds.checked_sub(u32::from(self.rules.regulation_rounds())) {
            Some(beyond) => self.overtime.lasts_over(beyond, u32::from(self.rules.overtime_half())),
            None => match (rounds + 1).checked_sub(u32::from(self.rules.win_target())) {
                Some(loser) if 0 < loser => self.loser_at_least[loser as usize],
                _ => 1.0,
            },
        }
    }

    /// P(rounds of A − rounds of B + line > 0), overtime included. The line is in half rounds: −7
    /// means −3.5.
    pub fn handicap_a(&self, line_half_units: i32) -> f64 {
        let margin = (-i64::from(line_half_units)).div_euclid(2) + 1;
        match usize::try_from(margin + MARGIN_MAX as i64) {
            Ok(index) => self.margin_at_least.get(index).copied().unwrap_or(0.0),
            Err(_) => 1.0,
        }
    }

    /// P(the map goes to overtime); 1 once it has.
    pub fn overtime_yes(&self) -> f64 {
        self.overtime.reached
    }

    /// P(the map goes to overtime and A wins it).
    pub fn a_in_overtime(&self) -> f64 {
        self.overtime.a_wins
    }

    /// P(the map goes to overtime and B wins it).
    pub fn b_in_overtime(&self) -> f64 {
        self.overtime.b_wins
    }

    /// P(the map ends at exactly this score); `None` unless a map can end so in regulation.
    pub fn correct_score(&self, a: u16, b: u16) -> Option<f64> {
        let target = self.rules.win_target();
        if !self.rules.is_final(a, b) || target < a.max(b) {
            return None;
        }
        Some(if a == target { self.a_wins[usize::from(b)] } else { self.b_wins[usize::from(a)] })
    }

    /// P(A is the first to win `rounds` rounds of the map); `None` when a team has them already, or
    /// when they are more than a half holds.
    pub fn race_to(&self, rounds: u16) -> Option<f64> {
        let open = self.a.max(self.b) < rounds && rounds <= self.rules.rounds_per_half();
        open.then(|| self.race_a[usize::from(rounds) - 1])
    }

    /// The number of the next round, from 1.
    pub fn next_round_no(&self) -> u16 {
        self.a + self.b + 1
    }

    /// P(A wins the next round).
    pub fn next_round_a(&self) -> f64 {
        self.round_a(self.next_round_no())
    }

    /// P(A wins this round, if it is played), rounds counted from 1.
    pub fn round_a(&self, round_no: u16) -> f64 {
        self.model.round_a(self.rules, round_no)
    }

    /// P(A wins this pistol round); `None` when it has been played or the round is no pistol round.
    pub fn pistol(&self, round_no: u16) -> Option<f64> {
        let is_pistol = round_no == 1 || round_no == self.rules.win_target();
        (is_pistol && self.next_round_no() <= round_no).then(|| self.round_a(round_no))
    }

    /// The side A plays in this round, rounds counted from 1.
    pub fn side_of_a(&self, round_no: u16) -> Side {
        self.rules.side_in_round(self.model.first_side(), round_no)
    }
}

impl OvertimeForecast {
    const NONE: Self = Self {
        number: 0,
        reached: 0.0,
        a_wins: 0.0,
        b_wins: 0.0,
        level_here: 0.0,
        level_later: 0.0,
        open_here: [0.0; OVERTIME_ROUNDS],
        open_fresh: [[0.0; OVERTIME_ROUNDS]; 2],
    };

    /// P(more than `beyond` rounds are played after regulation).
    fn lasts_over(&self, beyond: u32, half: u32) -> f64 {
        let number = beyond / (2 * half);
        let inside = (beyond % (2 * half)) as usize;
        match number.checked_sub(u32::from(self.number)) {
            None => self.reached,
            Some(0) => self.reached * self.open_here[inside],
            Some(later) => {
                let open = self.open_fresh[(number % 2) as usize][inside];
                self.reached * self.level_here * power(self.level_later, later - 1) * open
            }
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
