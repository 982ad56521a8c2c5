//! Whole numbers without an end, digit by digit as on paper.

/// A number, its lowest digit first, in base 2³².
#[derive(Clone, Debug, Default)]
pub(super) struct Big(Vec<u32>);

impl Big {
    /// The product of some numbers.
    pub fn product(factors: impl IntoIterator<Item = u64>) -> Self {
        factors.into_iter().fold(Self(vec![1]), |product, factor| product.times(factor))
    }

    pub fn times(&self, factor: u64) -> Self {
        let mut digits = Vec::new();
        let mut carry = 0_u128;
        for digit in &self.0 {
            let sum = u128::from(*digit) * u128::from(factor) + carry;
            digits.push(sum as u32);
            carry = sum >> 32;
        }
        while carry != 0 {
            digits.push(carry as u32);
            carry >>= 32;
        }
        Self(digits)
    }

    pub fn plus(&self, other: &Self) -> Self {
        let mut digits = Vec::new();
        let mut carry = 0_u64;
        for place in 0..self.0.len().max(other.0.len()) {
            let digit = |number: &Self| u64::from(number.0.get(place).copied().unwrap_or(0));
            let sum = digit(self) + digit(other) + carry;
            digits.push(sum as u32);
            carry = sum >> 32;
        }
        digits.extend((carry != 0).then_some(carry as u32));
        Self(digits)
    }

    /// Rounded down.
    pub fn divided_by(&self, divisor: u64) -> Self {
        let mut digits = self.0.clone();
        let mut rest = 0_u128;
        for digit in digits.iter_mut().rev() {
            let dividend = rest << 32 | u128::from(*digit);
            *digit = (dividend / u128::from(divisor)) as u32;
            rest = dividend % u128::from(divisor);
        }
        Self(digits)
    }

    /// The number itself.
    ///
    /// # Panics
    /// If it is larger than any amount of money.
    pub fn minor(&self) -> i128 {
        self.0.iter().rev().fold(0, |number: i128, digit| {
            let number = number << 32 | i128::from(*digit);
            assert!(number <= i128::from(i64::MAX), "more than any amount");
            number
        })
    }
}
