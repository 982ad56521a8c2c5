//! Time as the journal knows it.

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

    /// Nanoseconds from `earlier` to this time; zero if `earlier` is later.
    pub const fn since(self, earlier: Self) -> u64 {
        self.0.saturating_sub(earlier.0)
    }
}
