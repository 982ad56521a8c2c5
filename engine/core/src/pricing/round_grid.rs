//! The forecast of one map: one forward pass over the grid of scores, read as many markets.
//!
//! Owns the distribution of the final score. Rounds are independent given the side. Overtime has no
//! limit; what lies behind it is summed in closed form. Does not know margins or lines on offer.
//!
//! Invariants: all probabilities are conditional on the live score given; totals and handicaps are
//! read from running sums of non-negative numbers, so they are monotone in the line to the last
//! bit.

use super::overtime::{Ending, OVERTIME, OvertimeForecast};
use super::period::Period;
use super::round_rules::{ForecastError, MapModel, ROUNDS_PER_HALF_MAX, RoundRules};
use crate::command::{Side, Team};

const REGULATION: usize = ROUNDS_PER_HALF_MAX as usize + 1;
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

impl MapForecast {
    /// Forecasts a live map at a score that includes overtime rounds.
    pub fn new(rules: RoundRules, model: &MapModel, a: u16, b: u16) -> Result<Self, ForecastError> {
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
        forecast.play_fresh_overtimes();
        forecast.play(a, b)?;
        Ok(forecast)
    }

    /// The same in place of another forecast. What does not depend on the score stays if the strengths
    /// did: after a round that is every overtime still to come. What it holds after an error has no
    /// meaning.
    pub fn renew(
        &mut self,
        rules: RoundRules,
        model: &MapModel,
        a: u16,
        b: u16,
    ) -> Result<(), ForecastError> {
        let stays = self.rules == rules
            && self.model.first_side() == model.first_side()
            && self.model.round() == model.round();
        (self.rules, self.model) = (rules, *model);
        if !stays {
            self.play_fresh_overtimes();
        }
        self.play(a, b)
    }

    fn play_fresh_overtimes(&mut self) {
        let half = usize::from(self.rules.overtime_half());
        self.overtime.fresh = [0, 1].map(|number| {
            Ending::of(&Period::play(half, 0, 0, self.model.overtime(self.rules, number)), half)
        });
    }

    /// Plays the map on from this score.
    fn play(&mut self, a: u16, b: u16) -> Result<(), ForecastError> {
        let (rules, model) = (self.rules, self.model);
        let at = rules.position(a, b)?;
        (self.a, self.b) = (a, b);
        self.margin_at_least = [0.0; 2 * MARGIN_MAX + 1];
        // The next round may have a chance of its own.
        let (next, first) = (model.round_a(rules, a + b + 1), at.a + at.b);
        match at.overtime {
            None => {
                let half = usize::from(rules.rounds_per_half());
                let round_a = model.regulation(rules);
                let round_a = |played| if played == first { next } else { round_a(played) };
                let regulation = Period::<REGULATION>::play(half, at.a, at.b, round_a);
                self.a_wins = regulation.a_wins;
                self.b_wins = regulation.b_wins;
                self.race_a = regulation.race_a;
                self.sum_regulation();
                let fresh = self.overtime.fresh[0];
                self.sum_overtime(0, regulation.level, fresh);
            }
            Some(number) => {
                let overtime_half = usize::from(rules.overtime_half());
                let round_a = model.overtime(rules, number);
                let round_a = |played| if played == first { next } else { round_a(played) };
                let here = Period::play(overtime_half, at.a, at.b, round_a);
                (self.a_wins, self.b_wins) = ([0.0; REGULATION], [0.0; REGULATION]);
                self.race_a = [0.0; REGULATION];
                self.sum_overtime(number, 1.0, Ending::of(&here, overtime_half));
            }
        }
        self.finish_sums();
        Ok(())
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
    fn sum_overtime(&mut self, number: u16, reached: f64, here: Ending) {
        let half = usize::from(self.rules.overtime_half());
        let next = &self.overtime.fresh[usize::from((number + 1) % 2)];
        let after = &self.overtime.fresh[usize::from(number % 2)];
        let level = next.level;
        // Later overtimes come in pairs with the sides swapped: (next + level·after)·(1 + level² +
        // level⁴ + …). 1 − level² is taken as decided·(1 + level): the difference would lose its
        // digits when level is near 1.
        let decided = next.a_wins.iter().sum::<f64>() + next.b_wins.iter().sum::<f64>();
        let pairs = here.level / (decided * (1.0 + level));
        let mut totals = (0.0, 0.0);
        let mut by_loser = [0.0; OVERTIME];
        for (loser, of_both) in by_loser.iter_mut().enumerate().take(half) {
            let a = reached
                * (here.a_wins[loser] + pairs * (next.a_wins[loser] + level * after.a_wins[loser]));
            let b = reached
                * (here.b_wins[loser] + pairs * (next.b_wins[loser] + level * after.b_wins[loser]));
            let margin = half + 1 - loser;
            self.margin_at_least[MARGIN_MAX + margin] += a;
            self.margin_at_least[MARGIN_MAX - margin] += b;
            totals = (totals.0 + a, totals.1 + b);
            *of_both = a + b;
        }
        self.overtime = OvertimeForecast {
            number,
            reached,
            a_wins: totals.0,
            b_wins: totals.1,
            level_later: level,
            here,
            fresh: self.overtime.fresh,
            by_loser,
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

    /// P(the team wins the map in regulation and the other has index rounds), for every index.
    pub fn regulation_wins(&self, team: Team) -> &[f64] {
        let wins = match team {
            Team::A => &self.a_wins,
            Team::B => &self.b_wins,
        };
        &wins[..usize::from(self.rules.rounds_per_half())]
    }

    /// P(A wins the map in regulation).
    pub fn a_in_regulation(&self) -> f64 {
        self.a_wins.iter().sum()
    }

    /// P(B wins the map in regulation).
    pub fn b_in_regulation(&self) -> f64 {
        self.b_wins.iter().sum()
    }

    /// P(rounds played in regulation > line). The line is in half rounds.
    pub fn regulation_over(&self, line_half_units: i32) -> f64 {
        if 2 * i32::from(self.rules.regulation_rounds()) <= line_half_units {
            return 0.0;
        }
        self.total_over(line_half_units)
    }

    /// P(rounds of A − rounds of B + line > 0) at the end of regulation. The line is in half rounds.
    pub fn regulation_handicap_a(&self, line_half_units: i32) -> f64 {
        let target = i32::from(self.rules.win_target());
        let covered = |margin: i32| 0 < 2 * margin + line_half_units;
        let mut sum = 0.0;
        // From A's clearest win downward, so that a friendlier line adds to the same sum.
        for loser in (0..target - 1).take_while(|loser| covered(target - loser)) {
            sum += self.a_wins[loser as usize];
        }
        if covered(0) {
            sum += self.overtime.reached;
        }
        for loser in (0..target - 1).rev().take_while(|loser| covered(loser - target)) {
            sum += self.b_wins[loser as usize];
        }
        sum.min(1.0)
    }

    /// P(the number of rounds played is odd), overtime included.
    pub fn odd(&self) -> f64 {
        let target = usize::from(self.rules.win_target());
        let regulation = (0..target - 1)
            .filter(|loser| !(target + loser).is_multiple_of(2))
            .map(|loser| self.a_wins[loser] + self.b_wins[loser]);
        let half = usize::from(self.rules.overtime_half());
        // Regulation and overtimes that end level take an even number of rounds.
        let overtime = (0..half)
            .filter(|loser| !(half + 1 + loser).is_multiple_of(2))
            .map(|loser| self.overtime.by_loser[loser]);
        regulation.chain(overtime).sum::<f64>().min(1.0)
    }

    /// P(rounds of this team > line), overtime included. The line is in half rounds.
    pub fn team_over(&self, team: Team, line_half_units: i32) -> f64 {
        let Ok(rounds) = u32::try_from(line_half_units.div_euclid(2)) else { return 1.0 };
        let least = rounds as usize + 1;
        let (wins, losses) = match team {
            Team::A => (&self.a_wins, &self.b_wins),
            Team::B => (&self.b_wins, &self.a_wins),
        };
        let (half, target) =
            (usize::from(self.rules.rounds_per_half()), usize::from(self.rules.win_target()));
        let mut sum = match least.checked_sub(half) {
            None | Some(0) => self.overtime.reached,
            Some(beyond) => self.overtime.team_at_least(team, beyond, self.rules),
        };
        sum += losses[least.min(half)..half].iter().rev().sum::<f64>();
        if least <= target {
            sum += wins.iter().sum::<f64>();
        }
        sum.min(1.0)
    }

    /// P(A is the first to win `rounds` rounds of the map, if a team wins so many); `None` when one
    /// has them already, or for more than the first overtime holds before it ends.
    pub fn race_to(&self, rounds: u16) -> Option<f64> {
        if rounds <= self.a.max(self.b) {
            return None;
        }
        let Some(beyond) = rounds.checked_sub(self.rules.win_target()) else {
            return Some(self.race_a[usize::from(rounds) - 1]);
        };
        if self.rules.overtime_half() <= beyond || self.overtime.number != 0 {
            return None;
        }
        let in_overtime = self.overtime.here.race_a[usize::from(beyond)];
        // The winner of regulation has one round more than a half; whatever is more comes after it.
        let a_in_regulation = if beyond == 0 { self.a_in_regulation() } else { 0.0 };
        let reached = if beyond == 0 { self.overtime.reached } else { 1.0 };
        Some(a_in_regulation + reached * in_overtime)
    }

    /// P(the map takes this many rounds and the team wins it), for every length up to `rounds_max`,
    /// shortest first: length, A, B.
    pub fn lengths(&self, rounds_max: usize) -> impl Iterator<Item = (usize, [f64; 2])> + '_ {
        let target = usize::from(self.rules.win_target());
        let regulation = (0..target - 1)
            .map(move |loser| (target + loser, [self.a_wins[loser], self.b_wins[loser]]));
        let played = usize::from(self.rules.regulation_rounds());
        let overtime = self.overtime.endings(self.rules);
        regulation
            .chain(overtime.map(move |(rounds, wins)| (played + rounds, wins)))
            .take_while(move |(rounds, _)| *rounds <= rounds_max)
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
