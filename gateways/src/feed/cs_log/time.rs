//! The time stamp of a log line: the server's wall clock, to the second.

use std::fmt;

/// When the server wrote a line, in the server's own time zone, which the log never names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LogTime {
    // Ordered from the year down, so the derived order is the order of time.
    year: u16,
    month: u8,
    day: u8,
    hour: u8,
    minute: u8,
    second: u8,
    millisecond: Option<u16>,
}

impl LogTime {
    /// The time stamp of a line, whatever the line says; a replay is paced by it.
    pub fn of_line(line: &[u8]) -> Option<Self> {
        let line = line.strip_prefix(b"L ").unwrap_or(line);
        // All of a time stamp is ASCII, so a name cut in two at the end of these bytes does not matter.
        let text = String::from_utf8_lossy(&line[..line.len().min(32)]);
        Self::parse_prefix(&text).map(|(time, _)| time)
    }

    /// Reads `MM/DD/YYYY - HH:MM:SS`, with `.mmm` where the server writes it, and returns the rest of the text.
    pub(super) fn parse_prefix(text: &str) -> Option<(Self, &str)> {
        let (date, rest) = (text.get(..10)?, text.get(10..)?.strip_prefix(" - ")?);
        let (clock, mut rest) = (rest.get(..8)?, rest.get(8..)?);
        let (month, day, year) = three_numbers(date, b'/')?;
        let (hour, minute, second) = three_numbers(clock, b':')?;
        let mut millisecond = None;
        if let Some(fraction) = rest.strip_prefix('.') {
            millisecond = Some(digits(fraction.get(..3)?)?);
            rest = fraction.get(3..)?;
        }
        // 60 is a leap second, which some servers do write.
        let real = (1..=12).contains(&month)
            && (1..=31).contains(&day)
            && hour < 24
            && minute < 60
            && second <= 60;
        let byte = |number: u16| u8::try_from(number).ok();
        let time = Self {
            year,
            month: byte(month)?,
            day: byte(day)?,
            hour: byte(hour)?,
            minute: byte(minute)?,
            second: byte(second)?,
            millisecond,
        };
        real.then_some((time, rest))
    }

    /// Milliseconds since the Unix epoch if the server's clock was UTC; meant for differences between two lines.
    pub fn unix_millis(self) -> i64 {
        // Days from 1970-01-01 in the proleptic Gregorian calendar, with the year starting in March.
        let (year, month, day) = (i64::from(self.year), i64::from(self.month), i64::from(self.day));
        let year = if month <= 2 { year - 1 } else { year };
        let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
        let days = 365 * year + year.div_euclid(4) - year.div_euclid(100)
            + year.div_euclid(400)
            + day_of_year
            - 719_468;
        let seconds = days * 86_400
            + i64::from(self.hour) * 3_600
            + i64::from(self.minute) * 60
            + i64::from(self.second);
        seconds * 1_000 + i64::from(self.millisecond.unwrap_or(0))
    }
}

impl fmt::Display for LogTime {
    /// As the server wrote it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { year, month, day, hour, minute, second, .. } = self;
        write!(f, "{month:02}/{day:02}/{year:04} - {hour:02}:{minute:02}:{second:02}")?;
        match self.millisecond {
            Some(millisecond) => write!(f, ".{millisecond:03}"),
            None => Ok(()),
        }
    }
}

/// Splits a text of fixed width, such as `01/19/2026` or `19:04:06`.
fn three_numbers(text: &str, separator: u8) -> Option<(u16, u16, u16)> {
    let separated =
        text.as_bytes().get(2) == Some(&separator) && text.as_bytes().get(5) == Some(&separator);
    if !separated {
        return None;
    }
    Some((digits(text.get(..2)?)?, digits(text.get(3..5)?)?, digits(text.get(6..)?)?))
}

/// Only digits: `str::parse` alone would take a leading plus sign.
fn digits(text: &str) -> Option<u16> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::LogTime;

    #[test]
    fn a_time_stamp_is_printed_as_it_was_written() {
        for text in ["01/19/2026 - 19:04:06", "12/31/1999 - 00:00:00.007", "02/29/2024 - 23:59:60"]
        {
            let (time, rest) = LogTime::parse_prefix(text).unwrap();
            assert_eq!((time.to_string().as_str(), rest), (text, ""));
        }
    }

    #[test]
    fn every_line_of_the_server_has_its_time() {
        for line in [&b"L 01/19/2026 - 19:04:06: \xff"[..], b"01/19/2026 - 19:04:06: "] {
            assert_eq!(LogTime::of_line(line).unwrap().to_string(), "01/19/2026 - 19:04:06");
        }
        assert_eq!(LogTime::of_line(b"{\"platform\":1}"), None);
    }

    #[test]
    fn anything_else_is_not_a_time_stamp() {
        let wrong = [
            "",
            "01/19/2026",
            "1/19/2026 - 19:04:06",
            "13/19/2026 - 19:04:06",
            "00/19/2026 - 19:04:06",
            "01/32/2026 - 19:04:06",
            "01/19/2026 - 24:04:06",
            "01/19/2026 - 19:60:06",
            "01/19/2026   19:04:06",
            "01/19/2026 - 19:04:+6",
            "01/19/2026 - 19:04:06.1",
            "é1/19/2026 - 19:04:06",
            "01/19/20é6 - 19:04:06",
        ];
        for text in wrong {
            assert_eq!(LogTime::parse_prefix(text), None, "{text}");
        }
    }

    #[test]
    fn differences_are_real_time_even_over_a_leap_day() {
        let at = |text| LogTime::parse_prefix(text).unwrap().0.unix_millis();
        assert_eq!(at("01/01/1970 - 00:00:00"), 0);
        assert_eq!(at("01/19/2026 - 19:04:06.250"), 1_768_849_446_250);
        assert_eq!(at("03/01/2024 - 00:00:00") - at("02/28/2024 - 23:59:59"), 86_401_000);
    }
}
