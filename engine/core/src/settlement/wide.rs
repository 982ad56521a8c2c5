//! Whole numbers of many bits, for sums that may not lose a fraction of a cent: up to 640 bits for what
//! settlement pays, more for what an open bet is worth.
//!
//! Owns the few operations that settlement needs and no more. Nothing is allocated, and nothing
//! wraps: a number that would not fit stops the engine. Why 640 bits are enough is said where the
//! numbers are made, in [`super::payout`].

use core::fmt;
use core::iter::repeat;
use core::ops::RangeInclusive;

use super::system::LEGS_MAX;

const LIMBS: usize = 10;

/// A whole number of so many limbs, zero or above. Limbs are little-endian; those from `used` on are
/// zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WideOf<const LIMBS: usize> {
    limbs: [u64; LIMBS],
    used: usize,
}

/// A whole number of up to 640 bits.
pub type Wide = WideOf<LIMBS>;

impl<const LIMBS: usize> WideOf<LIMBS> {
    /// Nothing.
    pub const ZERO: Self = Self { limbs: [0; LIMBS], used: 0 };

    /// A number of one limb.
    pub const fn from_u64(number: u64) -> Self {
        let mut limbs = [0; LIMBS];
        limbs[0] = number;
        Self { limbs, used: (number != 0) as usize }
    }

    /// Whether it is nothing.
    pub const fn is_zero(&self) -> bool {
        self.used == 0
    }

    /// The number, if it fits into 64 bits.
    pub const fn to_u64(&self) -> Option<u64> {
        if self.used <= 1 { Some(self.limbs[0]) } else { None }
    }

    /// The limbs in use, the lowest first.
    pub fn limbs(&self) -> &[u64] {
        &self.limbs[..self.used]
    }

    /// Adds a number given by its limbs.
    #[inline]
    pub fn add(&mut self, other: &[u64]) {
        let top = self.used.max(other.len());
        let mut carry = 0;
        for (limb, other) in self.limbs[..top].iter_mut().zip(other.iter().chain(repeat(&0))) {
            let sum = u128::from(*limb).wrapping_add(u128::from(*other)).wrapping_add(carry);
            *limb = sum as u64;
            carry = sum >> 64;
        }
        self.used = top;
        self.grow(carry as u64);
        self.trim();
    }

    /// Multiplies by a number of one limb.
    #[inline]
    pub fn multiply(&mut self, by: u64) {
        let mut carry = 0;
        for limb in &mut self.limbs[..self.used] {
            let product = product(*limb, by).wrapping_add(carry);
            *limb = product as u64;
            carry = product >> 64;
        }
        self.grow(carry as u64);
        if by == 0 {
            *self = Self::ZERO;
        }
    }

    /// Divides by a number above zero, rounding down; returns the remainder.
    #[inline]
    pub fn divide(&mut self, by: u64) -> u64 {
        assert!(by != 0, "nothing can be divided by zero");
        let mut rest = 0;
        for limb in self.limbs[..self.used].iter_mut().rev() {
            let dividend = u128::from(rest) << 64 | u128::from(*limb);
            *limb = (dividend / u128::from(by)) as u64;
            rest = (dividend % u128::from(by)) as u64;
        }
        self.trim();
        rest
    }

    /// Gives back limbs that are zero.
    #[inline]
    fn trim(&mut self) {
        while self.used != 0 && self.limbs[self.used - 1] == 0 {
            self.used -= 1;
        }
    }

    #[inline]
    fn grow(&mut self, carry: u64) {
        if carry != 0 {
            assert!(self.used < LIMBS, "a sum of lines outgrew its {} bits", 64 * LIMBS);
            self.limbs[self.used] = carry;
            self.used += 1;
        }
    }
}

/// The coefficients of a polynomial in the making, ∏ (t + a y): all with the same number of limbs, so
/// that a factor goes through them in one plain walk.
#[derive(Debug)]
pub struct Coefficients {
    rows: [[u64; LIMBS]; LEGS_MAX + 1],
    /// No coefficient has more bits: the product of all t + a is their sum.
    bits: u32,
}

impl Default for Coefficients {
    /// The polynomial 1.
    fn default() -> Self {
        let mut rows = [[0; LIMBS]; LEGS_MAX + 1];
        rows[0][0] = 1;
        Self { rows, bits: 1 }
    }
}

impl Coefficients {
    fn width(&self) -> usize {
        self.bits.div_ceil(u64::BITS) as usize
    }

    /// Multiplies by t + a y, as far as the coefficients of these powers; the others are left wrong.
    /// Both factors are below 2³².
    #[inline]
    pub fn multiply(&mut self, t: u64, a: u64, powers: RangeInclusive<usize>) {
        self.bits += u64::BITS - (t + a).leading_zeros();
        let width = self.width();
        assert!(width <= LIMBS, "a sum of lines outgrew its 640 bits");
        for power in powers.rev() {
            let (below, from) = self.rows.split_at_mut(power);
            let less = below.last().unwrap_or(&[0; LIMBS]);
            let mut carry = 0;
            for (limb, less) in from[0][..width].iter_mut().zip(&less[..width]) {
                // Below 2⁹⁶ + 2⁹⁶ + 2⁶⁴: nothing wraps, and saying so spares the checks.
                let sum = product(*limb, t).wrapping_add(product(*less, a)).wrapping_add(carry);
                *limb = sum as u64;
                carry = sum >> 64;
            }
            assert!(carry == 0, "a coefficient has more bits than all of them together");
        }
    }

    /// The limbs of the coefficient of a power.
    pub fn of(&self, power: usize) -> &[u64] {
        &self.rows[power][..self.width()]
    }
}

/// The whole product of two limbs: two factors below 2⁶⁴ stay below 2¹²⁸.
#[inline]
const fn product(a: u64, b: u64) -> u128 {
    (a as u128).wrapping_mul(b as u128)
}

impl fmt::Display for Wide {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const GROUP: u64 = 1_000_000_000_000_000_000;
        // Eighteen digits a group; 640 bits have fewer than 194 digits.
        let mut groups = [0; 11];
        let (mut rest, mut count) = (*self, 0);
        while !rest.is_zero() {
            groups[count] = rest.divide(GROUP);
            count += 1;
        }
        let Some((first, others)) = groups[..count].split_last() else { return f.write_str("0") };
        write!(f, "{first}")?;
        others.iter().rev().try_for_each(|group| write!(f, "{group:018}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::format;
    use std::string::ToString;

    fn power(base: u64, exponent: usize) -> Wide {
        let mut number = Wide::from_u64(1);
        (0..exponent).for_each(|_| number.multiply(base));
        number
    }

    #[test]
    fn it_agrees_with_128_bits_where_those_are_enough() {
        let mut random = 1_u64;
        for _ in 0..20_000 {
            random = crate::hash::mix(random, 0x9e37_79b9_7f4a_7c15);
            let (a, b) = (random >> (random % 60), random.rotate_left(17) >> 40);
            let c = random.rotate_left(40) >> (random % 50) | 1;
            let mut number = Wide::from_u64(a);
            number.multiply(b);
            let mut other = Wide::from_u64(c);
            other.multiply(b);
            number.add(other.limbs());
            let plain = u128::from(a) * u128::from(b) + u128::from(c) * u128::from(b);
            assert_eq!(number.to_string(), plain.to_string());
            assert_eq!(u128::from(number.divide(c)), plain % u128::from(c));
            assert_eq!(number.to_string(), (plain / u128::from(c)).to_string());
            assert_eq!(number.to_u64(), u64::try_from(plain / u128::from(c)).ok());
        }
    }

    #[test]
    fn carries_run_through_all_limbs_and_back() {
        let mut number = power(1_000_000, 32);
        assert_eq!(number.to_string(), format!("1{}", "0".repeat(192)));
        for _ in 0..32 {
            assert_eq!(number.divide(1_000_000), 0);
        }
        assert_eq!(number, Wide::from_u64(1));
        assert_eq!(number.divide(2), 1);
        assert_eq!(number, Wide::ZERO);
        assert_eq!(number.to_string(), "0");
    }

    #[test]
    fn times_zero_is_zero() {
        let mut number = power(7, 100);
        number.multiply(0);
        assert_eq!(number, Wide::ZERO);
        number.add(power(7, 100).limbs());
        assert_eq!(number, power(7, 100));
    }

    #[test]
    #[should_panic(expected = "outgrew its 640 bits")]
    fn a_number_that_does_not_fit_stops_the_engine() {
        power(u64::MAX, 11);
    }
}
