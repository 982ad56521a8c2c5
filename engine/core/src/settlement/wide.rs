//! Whole numbers of up to 640 bits, for sums that may not lose a fraction of a cent.
//!
//! Owns the few operations that settlement needs and no more. Nothing is allocated, and nothing
//! wraps: a number that would not fit stops the engine. Why 640 bits are enough is said where the
//! numbers are made, in [`super::payout`].

use core::fmt;

const LIMBS: usize = 10;

/// A whole number, zero or above. Limbs are little-endian; those from `used` on are zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wide {
    limbs: [u64; LIMBS],
    used: usize,
}

impl Wide {
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

    /// Adds `other` × `by`.
    #[inline]
    pub fn add_product(&mut self, other: &Self, by: u64) {
        if by == 0 {
            return;
        }
        let mut carry = 0;
        let top = self.used.max(other.used);
        for (limb, factor) in self.limbs[..top].iter_mut().zip(&other.limbs[..top]) {
            // (2⁶⁴ − 1)² + 2 (2⁶⁴ − 1) is the largest number of 128 bits.
            let sum = u128::from(*factor) * u128::from(by) + u128::from(*limb) + carry;
            *limb = sum as u64;
            carry = sum >> 64;
        }
        self.used = top;
        self.grow(carry as u64);
    }

    /// Multiplies by a number of one limb.
    #[inline]
    pub fn multiply(&mut self, by: u64) {
        let mut carry = 0;
        for limb in &mut self.limbs[..self.used] {
            let product = u128::from(*limb) * u128::from(by) + carry;
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
        while self.used != 0 && self.limbs[self.used - 1] == 0 {
            self.used -= 1;
        }
        rest
    }

    #[inline]
    fn grow(&mut self, carry: u64) {
        if carry != 0 {
            assert!(self.used < LIMBS, "a sum of lines outgrew its 640 bits");
            self.limbs[self.used] = carry;
            self.used += 1;
        }
    }
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
            number.add_product(&Wide::from_u64(c), b);
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
        number.add_product(&power(7, 100), 0);
        assert_eq!(number, Wide::ZERO);
    }

    #[test]
    #[should_panic(expected = "outgrew its 640 bits")]
    fn a_number_that_does_not_fit_stops_the_engine() {
        power(u64::MAX, 11);
    }
}
