//! Time as the journal knows it.

use crate::codec::{DecodeError, Decoder, Encoder, Wire};

/// Nanoseconds since the Unix epoch. Comes from a command's envelope, never from a clock in here.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Timestamp(u64);

/// A length of time in whole milliseconds, as the numbers of a refusal say it.
pub(crate) const fn millis(nanos: u64) -> i64 {
    (nanos / 1_000_000) as i64
}

impl Timestamp {
    /// The latest time that can be written down.
    pub const MAX: Self = Self(u64::MAX);

    /// From nanoseconds since the Unix epoch.
    pub const fn from_nanos(nanos: u64) -> Self {
        Self(nanos)
    }

    /// From milliseconds since the Unix epoch; saturates at [`Timestamp::MAX`].
    pub const fn from_millis(millis: u64) -> Self {
        Self(millis.saturating_mul(1_000_000))
    }

    /// Nanoseconds since the Unix epoch.
    pub const fn nanos(self) -> u64 {
        self.0
    }

    /// Whole milliseconds since the Unix epoch.
    pub const fn millis(self) -> u64 {
        self.0 / 1_000_000
    }

    /// This time and `nanos` more; saturates at [`Timestamp::MAX`].
    pub const fn plus(self, nanos: u64) -> Self {
        Self(self.0.saturating_add(nanos))
    }

    /// This time and `nanos` less; not before the epoch.
    pub const fn less(self, nanos: u64) -> Self {
        Self(self.0.saturating_sub(nanos))
    }

    /// Nanoseconds from `earlier` to this time; zero if `earlier` is later.
    pub const fn since(self, earlier: Self) -> u64 {
        self.0.saturating_sub(earlier.0)
    }
}

/// A time in six bytes, for rows that have no more room: in units of 2¹⁶ nanoseconds, rounded down.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct ShortTime([u16; 3]);

impl ShortTime {
    /// How many low bits of the nanoseconds are dropped: 66 microseconds. What is left lasts for all time
    /// that a [`Timestamp`] can say.
    const DROPPED: u32 = 16;

    /// A time, cut to what is kept of it.
    #[inline(always)]
    pub const fn of(time: Timestamp) -> Self {
        let kept = time.nanos() >> Self::DROPPED;
        Self([kept as u16, (kept >> 16) as u16, (kept >> 32) as u16])
    }

    /// The earliest time that it may stand for.
    pub const fn earliest(self) -> Timestamp {
        let [low, middle, high] = self.0;
        let kept = low as u64 | (middle as u64) << 16 | (high as u64) << 32;
        Timestamp::from_nanos(kept << Self::DROPPED)
    }
}

impl Wire for ShortTime {
    fn put(&self, out: &mut Encoder<'_>) {
        let Self([low, middle, high]) = self;
        low.put(out);
        middle.put(out);
        high.put(out);
    }

    fn take(input: &mut Decoder<'_>) -> Result<Self, DecodeError> {
        Ok(Self([Wire::take(input)?, Wire::take(input)?, Wire::take(input)?]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_time_is_cut_and_never_late() {
        for nanos in [0, 1, 65_535, 65_536, 1_767_268_800_123_456_789, u64::MAX] {
            let cut = ShortTime::of(Timestamp::from_nanos(nanos)).earliest().nanos();
            assert_eq!(cut, nanos / 65_536 * 65_536, "{nanos}");
        }
    }
}
