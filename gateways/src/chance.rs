//! Which chances people may give for a map or a round, in one place and one wording.

use clutch_core::pricing::round_rules::ROUND_PROBABILITY_MIN;
use clutch_core::units::Probability;

/// Where a usable chance lies.
pub(crate) const RANGE: &str = "from 0.000001 to 0.999999";

/// Whether `p` is a chance that denies neither team: closer to certain is a wrong parameter.
pub(crate) fn is_usable(p: f64) -> bool {
    // Written so that NaN fails.
    (ROUND_PROBABILITY_MIN..=1.0 - ROUND_PROBABILITY_MIN).contains(&p)
}

/// `p`, if it is usable.
pub(crate) fn probability(p: f64) -> Option<Probability> {
    Probability::from_f64(p).filter(|_| is_usable(p))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_range_that_is_told_is_the_range_that_is_meant() {
        let bounds = [ROUND_PROBABILITY_MIN, 1.0 - ROUND_PROBABILITY_MIN];
        assert_eq!(RANGE, format!("from {:.6} to {:.6}", bounds[0], bounds[1]));
        for (p, usable) in [(bounds[0], true), (bounds[1], true), (1e-9, false), (1.0, false)] {
            assert_eq!(is_usable(p), usable, "{p}");
            assert_eq!(probability(p).is_some(), usable, "{p}");
        }
        assert!(!is_usable(f64::NAN) && !is_usable(0.0));
    }
}
