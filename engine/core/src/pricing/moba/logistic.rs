//! The logistic function and its inverse from a table: 1,025 entries on [−8, 8], linear in between.
//!
//! The straight lines are within 3·10⁻⁶ of the curve, far below what any odds can show. Beyond the
//! table the function stays at its ends, 0.000335 and 0.999665: no lead makes a map certain before it
//! is over.

use super::logistic_table::BITS;

/// Where the table ends on either side.
pub const LOGIT_MAX: f64 = 8.0;
const STEPS_PER_UNIT: f64 = 64.0;
const LAST: usize = BITS.len() - 1;

/// 1 / (1 + e^−x), within the table. NaN gives NaN.
pub fn logistic(x: f64) -> f64 {
    let at = (x.clamp(-LOGIT_MAX, LOGIT_MAX) + LOGIT_MAX) * STEPS_PER_UNIT;
    // From 0 to 1024 here (NaN casts to 0), so the cast only cuts the fraction off; the last entry
    // is the end of the last line.
    let index = (at as usize).min(LAST - 1);
    let (low, high) = (entry(index), entry(index + 1));
    low + (high - low) * (at - index as f64)
}

/// The x whose [`logistic`] is `p`: exactly its inverse, as it runs along the same lines. Beyond the
/// table ±8; `None` for what is no probability strictly between 0 and 1.
pub fn logit(p: f64) -> Option<f64> {
    // Written so that NaN fails.
    if !(0.0 < p && p < 1.0) {
        return None;
    }
    // The entries are positive, so their bit patterns are in the same order as they are.
    let above = BITS.partition_point(|&bits| bits <= p.to_bits());
    let Some(below) = above.checked_sub(1) else { return Some(-LOGIT_MAX) };
    if above > LAST {
        return Some(LOGIT_MAX);
    }
    let (low, high) = (entry(below), entry(above));
    let at = below as f64 + (p - low) / (high - low);
    Some(at / STEPS_PER_UNIT - LOGIT_MAX)
}

fn entry(index: usize) -> f64 {
    f64::from_bits(BITS[index])
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    /// Fractions of one in units of 2⁻¹⁰⁰.
    const ONE: u128 = 1 << 100;

    fn times(a: u128, b: u128) -> u128 {
        let half = |value: u128| (value >> 50, value & ((1 << 50) - 1));
        let ((a1, a0), (b1, b0)) = (half(a), half(b));
        a1 * b1 + ((a1 * b0 + a0 * b1 + ((a0 * b0) >> 50)) >> 50)
    }

    /// a / b for a < b, bit by bit.
    fn divided(mut a: u128, b: u128) -> u128 {
        (0..100).fold(0, |quotient, _| {
            a <<= 1;
            let fits = b <= a;
            a -= if fits { b } else { 0 };
            quotient << 1 | u128::from(fits)
        })
    }

    /// Half to even, as `f64` rounds; no entry is near half a unit, so a few lost bits do not matter.
    fn nearest(fraction: u128) -> f64 {
        let drop = 128 - fraction.leading_zeros() - 53;
        let rounded = (fraction + (1 << (drop - 1))) >> drop;
        rounded as u64 as f64 / f64::powi(2.0, 100 - drop as i32)
    }

    #[test]
    fn the_table_is_the_logistic_function_to_the_last_bit() {
        // e^(−1/64) by its series, then powers of it; whole numbers only.
        let (mut step, mut term) = (ONE, ONE);
        for k in 1..20 {
            term = (term >> 6) / k;
            step = if k % 2 == 1 { step - term } else { step + term };
        }
        let mut power = ONE;
        for k in 0..=512 {
            let above = divided(ONE - 1, ONE + power);
            let below = divided(power.min(ONE - 1), ONE + power);
            assert_eq!(entry(512 + k).to_bits(), nearest(above).to_bits(), "{k}/64");
            assert_eq!(entry(512 - k).to_bits(), nearest(below).to_bits(), "-{k}/64");
            power = times(power, step);
        }
    }

    #[test]
    fn between_its_entries_it_stays_close_to_the_curve_and_rises() {
        let mut last = 0.0;
        for step in -80_000..=80_000 {
            let x = f64::from(step) / 10_000.0;
            let p = logistic(x);
            assert!((p - 1.0 / (1.0 + (-x).exp())).abs() < 3e-6, "{x}: {p}");
            assert!(last < p, "{x}");
            last = p;
        }
    }

    #[test]
    fn it_never_says_certain_and_is_even_at_zero() {
        assert_eq!(logistic(0.0), 0.5);
        assert_eq!(logistic(f64::INFINITY), logistic(8.0));
        assert_eq!(logistic(f64::NEG_INFINITY), logistic(-8.0));
        assert!(0.0 < logistic(-1e300) && logistic(1e300) < 1.0);
        assert!(logistic(f64::NAN).is_nan());
    }

    #[test]
    fn the_inverse_leads_back() {
        for step in -7_999..=7_999 {
            let x = f64::from(step) / 1_000.0;
            let back = logit(logistic(x)).unwrap();
            assert!((x - back).abs() < 1e-9, "{x}: {back}");
        }
        assert_eq!(logit(0.5), Some(0.0));
        assert_eq!((logit(1e-9), logit(1.0 - 1e-9)), (Some(-8.0), Some(8.0)));
        for p in [0.0, 1.0, -0.5, f64::NAN, f64::INFINITY] {
            assert_eq!(logit(p), None, "{p}");
        }
    }
}
