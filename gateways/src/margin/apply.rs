//! From fair probabilities to a book that sums to a target.

use clutch_core::pricing::margin::FAIR_SUM_TOLERANCE;
use clutch_core::pricing::{apply_multiplicative, apply_odds_ratio};

use super::{BookError, Method, bound_above, root_of_falling};

/// A book with its margin on.
#[derive(Clone, Debug, PartialEq)]
pub struct Booked {
    /// One probability an outcome; they sum to the target.
    pub booked: Vec<f64>,
    /// Whether some outcome is booked at 1 or more, which no odds can pay: the method is unusable
    /// there.
    pub below_one: bool,
}

/// Puts a margin on fair probabilities.
///
/// # Errors
/// [`BookError`] for fewer than two outcomes, a probability outside of (0, 1), a sum other than 1, a
/// target outside of [1, 2), and a method that only takes margins off.
pub fn apply(method: Method, fair: &[f64], target_sum: f64) -> Result<Booked, BookError> {
    if fair.len() < 2 {
        return Err(BookError::OutcomeCount(fair.len()));
    }
    // Each comparison is written so that NaN fails.
    if let Some(index) = fair.iter().position(|&p| !(0.0 < p && p < 1.0)) {
        return Err(BookError::FairProbability(index, fair[index]));
    }
    let sum: f64 = fair.iter().sum();
    if FAIR_SUM_TOLERANCE < (sum - 1.0).abs() {
        return Err(BookError::FairSum(sum));
    }
    if !(1.0..2.0).contains(&target_sum) {
        return Err(BookError::TargetSum(target_sum));
    }
    let booked = match method {
        Method::Multiplicative => multiplicative(fair, target_sum)?,
        Method::OddsRatio => {
            let mut booked = vec![0.0; fair.len()];
            apply_odds_ratio(fair, target_sum, &mut booked).map_err(BookError::Core)?;
            booked
        }
        Method::Additive => {
            let amount = (target_sum - 1.0) / fair.len() as f64;
            fair.iter().map(|p| p + amount).collect()
        }
        Method::Power => {
            let at = |k: f64| fair.iter().map(move |p| p.powf(k));
            let k = root_of_falling(0.0, 1.0 + 1e-3, |k| at(k).sum::<f64>() - target_sum);
            at(k).collect()
        }
        Method::Shin => shin(fair, target_sum),
        Method::Goto => return Err(BookError::RemoveOnly(method)),
    };
    let below_one = booked.iter().any(|&q| 1.0 <= q);
    Ok(Booked { booked, below_one })
}

/// The engine's own, and beyond what it accepts the same formula, so that it is seen where it breaks.
fn multiplicative(fair: &[f64], target_sum: f64) -> Result<Vec<f64>, BookError> {
    use clutch_core::pricing::MarginError;
    let mut booked = vec![0.0; fair.len()];
    match apply_multiplicative(fair, target_sum, &mut booked) {
        Ok(()) => Ok(booked),
        Err(MarginError::BookedAboveOne) => Ok(fair.iter().map(|p| p * target_sum).collect()),
        Err(error) => Err(BookError::Core(error)),
    }
}

/// q = y·Σy. Where even a market of insiders alone (z = 1) would not pay for the target, z goes on
/// above 1, and the favourite's booked probability with it.
fn shin(fair: &[f64], target_sum: f64) -> Vec<f64> {
    let roots = |z: f64| fair.iter().map(move |p| (z * p + (1.0 - z) * p * p).sqrt());
    let missing = |z: f64| {
        let sum: f64 = roots(z).sum();
        target_sum - sum * sum
    };
    let z = root_of_falling(0.0, bound_above(1.0, missing), missing);
    let sum: f64 = roots(z).sum();
    roots(z).map(|root| root * sum).collect()
}
