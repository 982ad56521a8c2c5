//! The forecast of a series of maps.
//!
//! Owns the distribution of the final map score: first to win most of `best_of`, maps independent,
//! each with its own chance for team A; a best of two may end level. Does not know what a map is
//! played in.

use core::fmt;

/// The longest series that the fixed tables hold.
pub const MAPS_MAX: usize = 5;
const WINS_MAX: usize = MAPS_MAX / 2 + 1;

/// Everything that can be asked about the rest of a series.
#[derive(Clone, Debug)]
pub struct SeriesForecast {
    best_of: u8,
    wins_needed: u8,
    /// P(A wins the series and B wins index maps), and the reverse.
    a_wins: [f64; WINS_MAX],
    b_wins: [f64; WINS_MAX],
    /// P(every map is played and both teams won as many); zero in an odd series.
    draw: f64,
    /// P(at least index + 1 maps are played).
    reach: [f64; MAPS_MAX],
}

/// Why a series cannot be forecast.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SeriesError {
    /// The length is not one of 1, 2, 3, 5.
    BestOf,
    /// A team has won the series, or the score is more than the length allows.
    SeriesDecided,
    /// The chances of some map are missing.
    MapsMissing,
    /// The chance of a map still to be played is not within 0..=1.
    MapProbability,
}

impl SeriesForecast {
    /// Forecasts a series from the maps won so far. `map_a[k]` is P(A wins map k + 1); finished
    /// maps are not read.
    pub fn new(best_of: u8, won_a: u8, won_b: u8, map_a: &[f64]) -> Result<Self, SeriesError> {
        if !matches!(best_of, 1 | 2 | 3 | 5) {
            return Err(SeriesError::BestOf);
        }
        let wins_needed = best_of / 2 + 1;
        let played = usize::from(won_a) + usize::from(won_b);
        if wins_needed <= won_a || wins_needed <= won_b || usize::from(best_of) <= played {
            return Err(SeriesError::SeriesDecided);
        }
        let map_a = map_a.get(..usize::from(best_of)).ok_or(SeriesError::MapsMissing)?;
        // A map as good as won may round to exactly 0 or 1; NaN fails.
        if !map_a[played..].iter().all(|p| (0.0..=1.0).contains(p)) {
            return Err(SeriesError::MapProbability);
        }
        Ok(Self::walk(usize::from(wins_needed), usize::from(won_a), usize::from(won_b), map_a))
    }

    fn walk(needed: usize, won_a: usize, won_b: usize, map_a: &[f64]) -> Self {
        let mut forecast = Self {
            best_of: map_a.len() as u8,
            wins_needed: needed as u8,
            a_wins: [0.0; WINS_MAX],
            b_wins: [0.0; WINS_MAX],
            draw: 0.0,
            reach: [0.0; MAPS_MAX],
        };
        let mut live = [[0.0; WINS_MAX + 1]; WINS_MAX + 1];
        live[won_a][won_b] = 1.0;
        for (played, &win) in map_a.iter().enumerate() {
            if played < won_a + won_b {
                forecast.reach[played] = 1.0;
                continue;
            }
            for a in won_a..needed {
                let Some(b) = played.checked_sub(a).filter(|&b| b < needed) else { continue };
                let here = live[a][b];
                forecast.reach[played] += here;
                live[a + 1][b] += here * win;
                live[a][b + 1] += here * (1.0 - win);
            }
        }
        forecast.a_wins[..needed].copy_from_slice(&live[needed][..needed]);
        for (b_wins, row) in forecast.b_wins.iter_mut().zip(&live[..needed]) {
            *b_wins = row[needed];
        }
        if map_a.len().is_multiple_of(2) {
            forecast.draw = live[needed - 1][needed - 1];
        }
        forecast
    }

    /// P(A wins the series).
    pub fn winner_a(&self) -> f64 {
        self.a_wins.iter().sum()
    }

    /// P(B wins the series).
    pub fn winner_b(&self) -> f64 {
        self.b_wins.iter().sum()
    }

    /// P(the series ends level); zero where the number of maps is odd.
    pub fn draw(&self) -> f64 {
        self.draw
    }

    fn can_be_drawn(&self) -> bool {
        self.best_of.is_multiple_of(2)
    }

    /// P(the series ends at exactly this map score); `None` if it cannot end so.
    pub fn correct_map_score(&self, a: u8, b: u8) -> Option<f64> {
        if self.can_be_drawn() && a == b && 2 * a == self.best_of {
            return Some(self.draw);
        }
        // Level was the only way for the maps of an even series to run out.
        if self.best_of < a.saturating_add(b) {
            return None;
        }
        if a == self.wins_needed && b < self.wins_needed {
            Some(self.a_wins[usize::from(b)])
        } else if b == self.wins_needed && a < self.wins_needed {
            Some(self.b_wins[usize::from(a)])
        } else {
            None
        }
    }

    /// P(maps played > line). The line is in half maps: 5 means 2.5.
    pub fn total_maps_over(&self, line_half_units: i32) -> f64 {
        match usize::try_from(line_half_units.div_euclid(2)) {
            Ok(index) => self.reach.get(index).copied().unwrap_or(0.0),
            Err(_) => 1.0,
        }
    }

    /// P(maps of A − maps of B + line > 0). The line is in half maps: −3 means −1.5.
    pub fn map_handicap_a(&self, line_half_units: i32) -> f64 {
        let needed = usize::from(self.wins_needed);
        let covered =
            |margin: usize, sign: i64| 0 < 2 * sign * margin as i64 + i64::from(line_half_units);
        let mut sum = 0.0;
        // From A's clearest win downward, so that a friendlier line adds to the same sum.
        for loser in (0..needed).filter(|loser| covered(needed - loser, 1)) {
            sum += self.a_wins[loser];
        }
        if 0 < line_half_units {
            sum += self.draw;
        }
        for loser in (0..needed).rev().filter(|loser| covered(needed - loser, -1)) {
            sum += self.b_wins[loser];
        }
        sum
    }

    /// P(map `map_no` is played), maps counted from 1.
    pub fn reach_map(&self, map_no: u8) -> f64 {
        match usize::from(map_no).checked_sub(1) {
            Some(index) => self.reach.get(index).copied().unwrap_or(0.0),
            None => 1.0,
        }
    }
}

impl fmt::Display for SeriesError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::BestOf => "a series is best of 1, 2, 3 or 5",
            Self::SeriesDecided => "the series is already decided",
            Self::MapsMissing => "the parameters of some map are missing",
            Self::MapProbability => "a map probability must lie between 0 and 1",
        })
    }
}

impl core::error::Error for SeriesError {}
