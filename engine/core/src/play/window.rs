//! The stretch of time over which a limit counts, and its buckets.
//!
//! A rolling window is a ring of twelve whole buckets and the one being filled; the oldest counts
//! whole although only a part of it lies in the window. So what counts is never less than what moved,
//! and at most one twelfth of the window more. A fixed window is one bucket that begins anew.

use crate::codec::wire_enum;
use crate::units::Timestamp;

const HOUR_NS: u64 = 3_600 * 1_000_000_000;
const DAY_NS: u64 = 24 * HOUR_NS;

/// Buckets that cover a rolling window whole.
const TWELFTHS: u64 = 12;
/// And the one that is being filled.
pub(crate) const PLACES: usize = TWELFTHS as usize + 1;

/// Over which time a limit counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub enum Window {
    /// The last 24 hours, whenever that is.
    Hours24,
    /// The last 7 days.
    Days7,
    /// The day, in UTC.
    Day,
    /// The week, from Monday, in UTC.
    Week,
    /// The calendar month, in UTC.
    Month,
    /// The last 30 days, whenever that is.
    Days30,
}
wire_enum!(Window { 0 = Hours24, 1 = Days7, 2 = Day, 3 = Week, 4 = Month, 5 = Days30 });

impl Window {
    /// Every window.
    pub const ALL: &'static [Self] =
        &[Self::Hours24, Self::Days7, Self::Day, Self::Week, Self::Month, Self::Days30];

    /// Its name in messages and reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Hours24 => "24h",
            Self::Days7 => "7d",
            Self::Day => "day",
            Self::Week => "week",
            Self::Month => "month",
            Self::Days30 => "30d",
        }
    }

    /// The one with this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|window| window.name() == name)
    }

    /// The number of the bucket that a time falls into.
    pub fn bucket(self, now: Timestamp) -> u64 {
        let days = now.nanos() / DAY_NS;
        match self {
            Self::Hours24 => now.nanos() / (DAY_NS / TWELFTHS),
            Self::Days7 => now.nanos() / (7 * DAY_NS / TWELFTHS),
            Self::Days30 => now.nanos() / (30 * DAY_NS / TWELFTHS),
            Self::Day => days,
            // The Unix epoch was a Thursday.
            Self::Week => (days + 3) / 7,
            Self::Month => months(days),
        }
    }

    /// How many buckets count at any time.
    pub const fn places(self) -> u64 {
        match self {
            Self::Hours24 | Self::Days7 | Self::Days30 => TWELFTHS + 1,
            Self::Day | Self::Week | Self::Month => 1,
        }
    }
}

/// Calendar months from the Unix epoch to a day counted from it.
///
/// Years are counted from March, so that a leap day is the last of its year; 153 days are the five
/// months from March to July and again from August to December. After R. D. Richards, "Calendars", in
/// Explanatory Supplement to the Astronomical Almanac, 3rd ed., 2013, §15.11.
fn months(days: u64) -> u64 {
    // From the first of March of the year 0 to the Unix epoch.
    let days = days + 719_468;
    let (era, day) = (days / 146_097, days % 146_097);
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let day_of_year = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day_of_year + 2) / 153;
    (era * 400 + year) * 12 + month + 2 - 1970 * 12
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(days: u64) -> Timestamp {
        Timestamp::from_nanos(days * DAY_NS)
    }

    /// Month by month through 400 years, by the rule for leap years itself.
    #[test]
    fn months_begin_on_their_first_day() {
        let mut day = 0;
        for month in 0..400 * 12 {
            let year = 1970 + month / 12;
            let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
            let length = match month % 12 {
                1 if is_leap => 29,
                1 => 28,
                3 | 5 | 8 | 10 => 30,
                _ => 31,
            };
            assert_eq!(Window::Month.bucket(at(day)), month);
            assert_eq!(Window::Month.bucket(at(day + length - 1)), month);
            day += length;
        }
    }

    #[test]
    fn weeks_begin_on_monday() {
        // 2026-01-05 was a Monday, 20,458 days after the epoch.
        let week = |day| Window::Week.bucket(at(day));
        assert_eq!(week(20_458), week(20_457) + 1);
        assert_eq!(week(20_458), week(20_464));
        assert_eq!(week(20_465), week(20_464) + 1);
    }
}
