//! From decimal odds to fair probabilities.

use super::{BookError, Method, bound_above, root_of_falling};

/// A book without its margin.
#[derive(Clone, Debug, PartialEq)]
pub struct Fair {
    /// What the odds' probabilities 1/odds sum to.
    pub book_sum: f64,
    /// One probability an outcome; they sum to 1.
    pub fair: Vec<f64>,
    /// The method's own number: k of the power, c of the odds ratio, z of Shin, s of goto.
    pub param: Option<f64>,
    /// Whether every probability is above 0. Additive and goto can break on outsiders.
    pub all_positive: bool,
}

/// Takes the margin off decimal odds.
///
/// # Errors
/// [`BookError`] for fewer than two outcomes, odds that are no number above 1, and a book that sums
/// to 1 or less.
pub fn remove(method: Method, odds: &[f64]) -> Result<Fair, BookError> {
    if odds.len() < 2 {
        return Err(BookError::OutcomeCount(odds.len()));
    }
    // Written so that NaN fails.
    let is_odds = |odds: f64| 1.0 < odds && odds.is_finite();
    if let Some(index) = odds.iter().position(|&odds| !is_odds(odds)) {
        return Err(BookError::Odds(index, odds[index]));
    }
    let booked: Vec<f64> = odds.iter().map(|odds| 1.0 / odds).collect();
    let book_sum: f64 = booked.iter().sum();
    if book_sum <= 1.0 {
        return Err(BookError::BookSum(book_sum));
    }
    let (fair, param) = match method {
        Method::Multiplicative => (each(&booked, |q| q / book_sum), None),
        Method::Additive => {
            let amount = (book_sum - 1.0) / odds.len() as f64;
            (each(&booked, |q| q - amount), None)
        }
        Method::Power => {
            let at = |k: f64| each(&booked, |q| q.powf(k));
            let excess = |k| sum(&at(k)) - 1.0;
            let k = root_of_falling(1.0, bound_above(2.0, excess), excess);
            (at(k), Some(k))
        }
        Method::OddsRatio => {
            let at = |c: f64| each(&booked, |q| q / (c * (1.0 - q) + q));
            let excess = |c| sum(&at(c)) - 1.0;
            let c = root_of_falling(1.0, bound_above(2.0, excess), excess);
            (at(c), Some(c))
        }
        Method::Shin => {
            let at = |z: f64| each(&booked, |q| shin(q, book_sum, z));
            let z = root_of_falling(0.0, 1.0, |z| sum(&at(z)) - 1.0);
            (at(z), Some(z))
        }
        Method::Goto => {
            let deviation = |q: f64| (1.0 - q).sqrt();
            let step = (book_sum - 1.0) / sum(&each(&booked, deviation));
            (each(&booked, |q| q - step * deviation(q)), Some(step))
        }
    };
    let all_positive = fair.iter().all(|&p| 0.0 < p);
    Ok(Fair { book_sum, fair, param, all_positive })
}

/// (√(z² + 4(1−z)a) − z) / 2(1−z) with a = q²/B, multiplied out so that z near 1 loses no digits.
fn shin(q: f64, book_sum: f64, z: f64) -> f64 {
    let a = q * q / book_sum;
    2.0 * a / ((z * z + 4.0 * (1.0 - z) * a).sqrt() + z)
}

fn each(values: &[f64], change: impl Fn(f64) -> f64) -> Vec<f64> {
    values.iter().map(|&value| change(value)).collect()
}

fn sum(values: &[f64]) -> f64 {
    values.iter().sum()
}
