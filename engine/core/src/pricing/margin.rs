//! The margin: from fair probabilities to booked ones that sum to a target.
//!
//! Owns the two methods of the core. Odds ratio, the default, multiplies every outcome's odds p :
//! (1 − p) by the same factor, so outsiders carry more of the margin than favourites and no booked
//! probability ever reaches 1.

use core::fmt;

/// How far from 1 the fair probabilities may sum.
pub const FAIR_SUM_TOLERANCE: f64 = 1e-6;
/// How close a book comes to its target sum. Up to a target of 1.5 rounding is all that is left.
pub const BOOK_SUM_TOLERANCE: f64 = 1e-9;
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
    /// The counted iterations did not come close enough: a book of three or more with a target near
    /// 2.
    TargetNotReached,
}

/// Multiplies each outcome's odds by one factor: q = c·p / (1 − p + c·p), with c so that the book
/// sums to `target_sum`. What `out` holds after an error has no meaning.
pub fn apply_odds_ratio(fair: &[f64], target_sum: f64, out: &mut [f64]) -> Result<(), MarginError> {
    check(fair, target_sum, out)?;
    let factor = match *fair {
        [p, q] => factor_of_groups(p, q, 1.0, target_sum),
        _ => (0..NEWTON_ITERATIONS).fold(starting_factor(fair, target_sum), |factor, _| {
            newton_step(fair, target_sum, factor)
        }),
    };
    let mut distance = -target_sum;
    for (booked, &p) in out.iter_mut().zip(fair) {
        *booked = factor * p / (1.0 - p + factor * p);
        distance += *booked;
    }
    // A step that overshoots to a negative factor can look right in the sum. NaN fails, too.
    let reached = 0.0 < factor && (-BOOK_SUM_TOLERANCE..=BOOK_SUM_TOLERANCE).contains(&distance);
    if reached { Ok(()) } else { Err(MarginError::TargetNotReached) }
}

/// The unrounded decimal odds in thousandths of a two-way book under [`apply_odds_ratio`]; `None`
/// where that would refuse.
pub fn two_way_odds_milli(p: f64, q: f64, target_sum: f64) -> Option<[f64; 2]> {
    // Each comparison is written so that NaN fails.
    let is_chance = |p: f64| 0.0 < p && p < 1.0;
    let sums_to_one = (-FAIR_SUM_TOLERANCE..=FAIR_SUM_TOLERANCE).contains(&(p + q - 1.0));
    let is_book = is_chance(p) && is_chance(q) && sums_to_one && (1.0..2.0).contains(&target_sum);
    is_book.then(|| odds_milli_of_pair(p, q, target_sum))
}

/// The same where the caller has checked that it is a book, and the target.
///
/// With s = p² + q² the book's factor c has 1/c = (√(m²s² + 4p²q²·t(2−t)) + m·s) / (2pq·t), t the target
/// and m = t − 1, and the odds of p are 1 + q/(c·p). Multiplied out nothing is left but one root and a
/// division for each side.
#[inline(always)]
pub(crate) fn odds_milli_of_pair(p: f64, q: f64, target_sum: f64) -> [f64; 2] {
    let (pp, qq, pq) = (p * p, q * q, p * q);
    let (margin, rest) = (target_sum - 1.0, 2.0 - target_sum);
    let squares = margin * (pp + qq);
    let divisor = libm::sqrt(squares * squares + 4.0 * pq * pq * target_sum * rest) + squares;
    [qq, pp].map(|other_squared| 1_000.0 + 2_000.0 * rest * other_squared / divisor)
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

/// The factor for a book of the same favourite against m equal others, where m equal others are as
/// spread out as the real ones (m = (Σp)² / Σp²). So close to the real one that the iterations left
/// to Newton can be a fixed number.
fn starting_factor(fair: &[f64], target_sum: f64) -> f64 {
    let (mut favourite, mut others, mut squares) = (fair[0], 0.0_f64, 0.0_f64);
    for &p in &fair[1..] {
        // The favourite is left out of the sums, not subtracted later: beside it, the squares of
        // outsiders would be lost.
        let other = favourite.min(p);
        favourite = favourite.max(p);
        others += other;
        squares += other * other;
    }
    factor_of_groups(favourite, squares / others, others * others / squares, target_sum)
}

/// The factor for a book of one favourite against `count` others of probability `each`, exactly.
fn factor_of_groups(favourite: f64, each: f64, count: f64, target_sum: f64) -> f64 {
    // c·f / (1 − f + c·f) + m·c·e / (1 − e + c·e) = target, multiplied out, reads
    // square·c² + linear·c − constant = 0.
    let (not_favourite, not_each) = (1.0 - favourite, 1.0 - each);
    let square = favourite * each * (1.0 + count - target_sum);
    let linear =
        (1.0 - target_sum) * favourite * not_each + (count - target_sum) * each * not_favourite;
    let constant = target_sum * not_favourite * not_each;
    let root = libm::sqrt(linear * linear + 4.0 * square * constant);
    // The two forms of the same root; each avoids a difference of near equals.
    if linear < 0.0 { (root - linear) / (2.0 * square) } else { 2.0 * constant / (root + linear) }
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
            Self::TargetNotReached => "the target book sum is too far from the fair book",
        })
    }
}

impl core::error::Error for MarginError {}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn refusal(fair: &[f64], target_sum: f64) -> (Option<MarginError>, Option<MarginError>) {
        let mut out = std::vec![0.0; fair.len()];
        let odds_ratio = apply_odds_ratio(fair, target_sum, &mut out).err();
        (odds_ratio, apply_multiplicative(fair, target_sum, &mut out).err())
    }

    #[test]
    fn what_is_no_book_is_refused_by_both_methods() {
        let table: [(&[f64], f64, MarginError); 12] = [
            (&[], 1.05, MarginError::OutcomeCount),
            (&[0.5], 1.05, MarginError::OutcomeCount),
            (&[0.0, 1.0], 1.05, MarginError::FairProbability),
            (&[1.2, -0.2], 1.05, MarginError::FairProbability),
            (&[f64::NAN, 0.5], 1.05, MarginError::FairProbability),
            (&[f64::INFINITY, 0.5], 1.05, MarginError::FairProbability),
            (&[0.5, 0.4], 1.05, MarginError::FairSum),
            (&[0.5, 0.3, 0.3], 1.05, MarginError::FairSum),
            (&[0.5, 0.5], 0.999, MarginError::TargetSum),
            (&[0.5, 0.5], 2.0, MarginError::TargetSum),
            (&[0.5, 0.5], f64::NAN, MarginError::TargetSum),
            (&[0.5, 0.5], f64::INFINITY, MarginError::TargetSum),
        ];
        for (fair, target_sum, error) in table {
            assert_eq!(
                refusal(fair, target_sum),
                (Some(error), Some(error)),
                "{fair:?} {target_sum}"
            );
        }
        let mut short = [0.0];
        assert_eq!(apply_odds_ratio(&[0.5, 0.5], 1.05, &mut short), Err(MarginError::OutcomeCount));
    }

    #[test]
    fn a_method_that_cannot_book_the_target_says_so() {
        assert_eq!(refusal(&[0.97, 0.03], 1.05), (None, Some(MarginError::BookedAboveOne)));
        let two_favourites = [0.499, 0.499, 0.002];
        assert_eq!(refusal(&two_favourites, 1.9), (None, None));
        for target_sum in [1.95, 1.99, 1.999, 1.9999] {
            let error = refusal(&two_favourites, target_sum).0;
            assert_eq!(error, Some(MarginError::TargetNotReached), "{target_sum}");
        }
    }

    #[test]
    fn an_outsider_beside_a_near_certain_favourite_is_booked_on_target() {
        let fair = [1.0 - 3e-12, 1e-12, 1e-12, 1e-12];
        let mut booked = [0.0; 4];
        apply_odds_ratio(&fair, 1.05, &mut booked).unwrap();
        assert!((booked.iter().sum::<f64>() - 1.05).abs() < 1e-12, "{booked:?}");
    }
}
