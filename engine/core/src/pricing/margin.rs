//! The margin: from fair probabilities to booked ones that sum to a target.
//!
//! Owns the two methods of the core. Odds ratio, the default, multiplies every outcome's odds p : (1 − p) by the same
//! factor, so outsiders carry more of the margin than favourites and no booked probability ever reaches 1.

use core::fmt;

/// How far from 1 the fair probabilities may sum.
pub const FAIR_SUM_TOLERANCE: f64 = 1e-6;
const NEWTON_ITERATIONS: u32 = 4;

/// Why a margin cannot be put on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MarginError {
    /// A book has at least two outcomes, and as many places for results.
    OutcomeCount,
    /// A fair probability is not a number strictly between 0 and 1.
    FairProbability,
    /// The fair probabilities do not sum to 1.
    FairSum,
    /// The target is not a number from 1 to below 2.
    TargetSum,
    /// The method would book an outcome at 1 or more.
    BookedAboveOne,
}

/// Multiplies each outcome's odds by one factor: q = c·p / (1 − p + c·p), with c so that the book sums to `target_sum`.
pub fn apply_odds_ratio(fair: &[f64], target_sum: f64, out: &mut [f64]) -> Result<(), MarginError> {
    check(fair, target_sum, out)?;
    let mut factor = starting_factor(fair, target_sum);
    // The starting value solves a book of two exactly.
    if 2 < fair.len() {
        for _ in 0..NEWTON_ITERATIONS {
            factor = newton_step(fair, target_sum, factor);
        }
    }
    for (booked, &p) in out.iter_mut().zip(fair) {
        *booked = factor * p / (1.0 - p + factor * p);
    }
    Ok(())
}

/// Multiplies each probability by the target.
pub fn apply_multiplicative(
    fair: &[f64],
    target_sum: f64,
    out: &mut [f64],
) -> Result<(), MarginError> {
    check(fair, target_sum, out)?;
    if fair.iter().any(|p| 1.0 <= p * target_sum) {
        return Err(MarginError::BookedAboveOne);
    }
    for (booked, &p) in out.iter_mut().zip(fair) {
        *booked = p * target_sum;
    }
    Ok(())
}

fn check(fair: &[f64], target_sum: f64, out: &[f64]) -> Result<(), MarginError> {
    if fair.len() < 2 || out.len() != fair.len() {
        return Err(MarginError::OutcomeCount);
    }
    // Each comparison is written so that NaN fails.
    if !fair.iter().all(|&p| 0.0 < p && p < 1.0) {
        return Err(MarginError::FairProbability);
    }
    let distance = fair.iter().sum::<f64>() - 1.0;
    if !(-FAIR_SUM_TOLERANCE..=FAIR_SUM_TOLERANCE).contains(&distance) {
        return Err(MarginError::FairSum);
    }
    if !(1.0..2.0).contains(&target_sum) {
        return Err(MarginError::TargetSum);
    }
    Ok(())
}

/// The factor for a book of the same favourite against m equal others, where m equal others are as spread out as the
/// real ones (m = (Σp)² / Σp²). It is a quadratic, exact for two outcomes and for n equal ones, and for all others so
/// close that the iterations left to Newton can be a fixed number.
fn starting_factor(fair: &[f64], target_sum: f64) -> f64 {
    let favourite = fair.iter().copied().fold(0.0, f64::max);
    let (sum, squares) =
        fair.iter().fold((0.0, 0.0), |(sum, squares), &p| (sum + p, squares + p * p));
    let others = sum - favourite;
    let count = others * others / (squares - favourite * favourite);
    let each = others / count;
    let (favourite, each) = (favourite / (1.0 - favourite), each / (1.0 - each));
    let square = favourite * each * (1.0 + count - target_sum);
    let linear = favourite + count * each - target_sum * (favourite + each);
    let root = libm::sqrt(linear * linear + 4.0 * square * target_sum);
    // The two forms of the same root; each avoids a difference of near equals.
    if linear < 0.0 { (root - linear) / (2.0 * square) } else { 2.0 * target_sum / (root + linear) }
}

fn newton_step(fair: &[f64], target_sum: f64, factor: f64) -> f64 {
    let mut sum = 0.0;
    let mut slope = 0.0;
    for &p in fair {
        let q = factor * p / (1.0 - p + factor * p);
        sum += q;
        slope += q * (1.0 - q);
    }
    factor + factor * (target_sum - sum) / slope
}

impl fmt::Display for MarginError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::OutcomeCount => "a book needs two or more outcomes and one result place for each",
            Self::FairProbability => "a fair probability must lie strictly between 0 and 1",
            Self::FairSum => "the fair probabilities of a book must sum to 1",
            Self::TargetSum => "the target book sum must be at least 1 and below 2",
            Self::BookedAboveOne => "this method would book an outcome at 1 or more",
        })
    }
}

impl core::error::Error for MarginError {}
