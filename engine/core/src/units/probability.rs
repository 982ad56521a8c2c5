//! Probabilities in parts per billion.

/// A probability in parts per billion; a whole market sums to exactly one billion.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Probability(u32);

impl Probability {
    /// Certainty.
    pub const ONE: Self = Self(1_000_000_000);

    /// A probability from parts per billion, if not above one.
    pub const fn from_ppb(ppb: u32) -> Option<Self> {
        if ppb <= Self::ONE.0 { Some(Self(ppb)) } else { None }
    }

    /// The nearest probability to `p`; `None` if `p` is not a number between 0 and 1.
    #[inline]
    pub fn from_f64(p: f64) -> Option<Self> {
        // A NaN is in no range.
        (0.0..=1.0).contains(&p).then_some(Self((p * 1e9 + 0.5) as u32))
    }

    /// The probability that it is not so.
    pub const fn complement(self) -> Self {
        Self(Self::ONE.0 - self.0)
    }

    /// Parts per billion.
    pub const fn ppb(self) -> u32 {
        self.0
    }

    /// The probability as a float, for pricing only.
    pub fn as_f64(self) -> f64 {
        f64::from(self.0) / 1e9
    }
}
