//! How many rounds a whole series takes.
//!
//! The number depends on who wins which map, since that decides whether another is played. Maps are
//! independent, so the rest of a series is a sum over the lengths of its maps, one map after the
//! other from the last. While a map is played only its own lengths change: what comes after it is
//! kept, once for each team that may win it.

use super::MapForecast;

/// The most rounds that a line may name: five maps of the longest regulation.
pub const SERIES_ROUNDS_MAX: usize = 150;

/// P(at most index rounds follow).
pub type AtMost = [f64; SERIES_ROUNDS_MAX + 1];

/// The rounds that follow the map being played, by who wins that map.
#[derive(Clone, Debug)]
pub struct RoundsAfter {
    /// If A and if B wins it.
    by_winner: [AtMost; 2],
}

impl RoundsAfter {
    /// What follows the map with `won` maps behind it. `later` are the forecasts of the maps after
    /// it, in order, as many as the series can have.
    pub fn new(best_of: u8, won: [u8; 2], later: &[&MapForecast]) -> Self {
        let [a, b] = won;
        let by_winner = [[a + 1, b], [a, b + 1]].map(|won| at_most(best_of, won, later));
        Self { by_winner }
    }

    /// P(this map and all that follow it take at most `rounds` rounds).
    pub fn at_most(&self, map: &MapForecast, rounds: usize) -> f64 {
        map.lengths(rounds)
            .map(|(length, [a, b])| {
                a * self.by_winner[0][rounds - length] + b * self.by_winner[1][rounds - length]
            })
            .sum()
    }
}

/// The rounds of all maps still to come.
fn at_most(best_of: u8, [a, b]: [u8; 2], maps: &[&MapForecast]) -> AtMost {
    let is_over = best_of / 2 < a.max(b) || a + b == best_of;
    let Some((map, later)) = maps.split_first().filter(|_| !is_over) else {
        return [1.0; SERIES_ROUNDS_MAX + 1];
    };
    let after_a = at_most(best_of, [a + 1, b], later);
    let after_b = at_most(best_of, [a, b + 1], later);
    let mut sums = [0.0; SERIES_ROUNDS_MAX + 1];
    for (length, [a, b]) in map.lengths(SERIES_ROUNDS_MAX) {
        for (sum, rest) in sums[length..].iter_mut().zip(0..) {
            *sum += a * after_a[rest] + b * after_b[rest];
        }
    }
    sums
}
