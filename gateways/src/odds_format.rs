//! How odds are shown: decimal as they are booked, or in the formats of other places.
//!
//! For people only. The engine books, checks and pays decimal odds in thousandths; nothing shown here
//! is read back. Where a format cannot say the booked odds exactly, it shows the nearest worse ones,
//! so that nobody is ever shown more than he is paid.
//!
//! With h the winnings per unit of stake (odds − 1):
//!
//! | format | from even money on (h ≥ 1) | below | places |
//! |---|---|---|---|
//! | fractional | h as a fraction | the same | denominator up to 20 |
//! | American | +100·h | −100/h | none |
//! | Hong Kong | h | h | exact |
//! | Indonesian | h | −1/h | 3 |
//! | Malay | −1/h (h > 1) | h | 4 where negative |

use std::fmt;

use clutch_core::units::Odds;

use crate::wire::decimal::{ShowOdds, parse_odds};

/// The largest denominator of a fraction: 10/11 and 13/20 are said, 91/100 is not.
const DENOMINATOR_MAX: u32 = 20;
const MILLI: u32 = 1_000;

/// A way of showing odds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum OddsFormat {
    /// 2.50: what a unit of stake pays, the stake included
    #[default]
    Decimal,
    /// 3/2: what is won per stake
    Fractional,
    /// +150 or -200: what 100 win, or what must be staked to win 100
    American,
    /// 1.50: what a unit of stake wins
    HongKong,
    /// 1.50 or -2.00: what a unit wins, or what must be staked to win a unit
    Indonesian,
    /// 0.50 or -0.6667: as Indonesian, but never above 1
    Malay,
}

impl OddsFormat {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::Decimal,
        Self::Fractional,
        Self::American,
        Self::HongKong,
        Self::Indonesian,
        Self::Malay,
    ];

    /// Its name in a table.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Decimal => "decimal",
            Self::Fractional => "fractional",
            Self::American => "american",
            Self::HongKong => "hong kong",
            Self::Indonesian => "indonesian",
            Self::Malay => "malay",
        }
    }

    /// These odds in this format, never better than they are.
    pub fn show(self, odds: Odds) -> Shown {
        let wins = odds.milli() - MILLI;
        match self {
            Self::Decimal => Shown::Decimal(odds),
            Self::Fractional => fraction_below(wins),
            Self::American if MILLI <= wins => Shown::Plus(wins / 10),
            Self::American => Shown::Minus { value: stake_to_win(100, wins, 1), places: 0 },
            Self::HongKong => Shown::Wins(wins),
            Self::Indonesian if MILLI <= wins => Shown::Wins(wins),
            Self::Indonesian => Shown::Minus { value: stake_to_win(1, wins, 1_000), places: 3 },
            Self::Malay if wins <= MILLI => Shown::Wins(wins),
            Self::Malay => Shown::Minus { value: stake_to_win(1, wins, 10_000), places: 4 },
        }
    }
}

/// What must be staked to win `amount`, in units of 1/`scale`: rounded up, which is the worse look.
fn stake_to_win(amount: u32, wins: u32, scale: u32) -> u32 {
    (amount * scale * MILLI).div_ceil(wins)
}

/// The highest fraction of a small denominator that is not above; for winnings below all of them one
/// over a whole number.
fn fraction_below(wins: u32) -> Shown {
    let mut best = (0, 1);
    for denominator in 1..=DENOMINATOR_MAX {
        let numerator = wins * denominator / MILLI;
        if best.0 * denominator < numerator * best.1 {
            best = (numerator, denominator);
        }
    }
    if best.0 == 0 {
        best = (1, MILLI.div_ceil(wins));
    }
    Shown::Fraction { numerator: best.0, denominator: best.1 }
}

/// Odds as they are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shown {
    /// As booked.
    Decimal(Odds),
    /// Winnings per stake.
    Fraction {
        /// Won …
        numerator: u32,
        /// … for so much staked.
        denominator: u32,
    },
    /// What 100 win.
    Plus(u32),
    /// What must be staked, with so many of its digits after the point.
    Minus {
        /// All digits.
        value: u32,
        /// Of which so many after the point.
        places: u32,
    },
    /// What a unit wins, in thousandths.
    Wins(u32),
}

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Decimal(odds) => f.pad(&ShowOdds(odds.milli().into()).to_string()),
            Self::Fraction { numerator, denominator } => {
                f.pad(&format!("{numerator}/{denominator}"))
            }
            Self::Plus(value) => f.pad(&format!("+{value}")),
            Self::Wins(wins) => f.pad(&ShowOdds(wins.into()).to_string()),
            Self::Minus { value, places: 0 } => f.pad(&format!("-{value}")),
            Self::Minus { value, places } => {
                let scale = 10_u32.pow(places);
                let (whole, mut rest, mut width) = (value / scale, value % scale, places as usize);
                // Two places at least, as money has.
                while 2 < width && rest % 10 == 0 {
                    (rest, width) = (rest / 10, width - 1);
                }
                f.pad(&format!("-{whole}.{rest:0width$}"))
            }
        }
    }
}

/// Reads odds in any format that says so itself: `2.50`, `3/2`, `+150`, `-200`. Rounded down to
/// thousandths.
///
/// # Errors
/// A sentence for what is none of these, or lies outside of 1.001 to 1000.
pub fn read(text: &str) -> Result<Odds, String> {
    let none = || {
        format!("`{text}` is no odds: write 2.50, 3/2, +150 or -200, from 1.001 to 1000 in decimal")
    };
    let whole = |text: &str| -> Option<u64> {
        let digits =
            !text.is_empty() && text.len() <= 9 && text.bytes().all(|b| b.is_ascii_digit());
        digits.then(|| text.parse().ok()).flatten()
    };
    let from_ratio = |won: u64, staked: u64| {
        let milli = (1_000 * won).checked_div(staked)? + 1_000;
        Odds::from_milli(u32::try_from(milli).ok()?)
    };
    let odds = if let Some((won, staked)) = text.split_once('/') {
        whole(won).zip(whole(staked)).and_then(|(won, staked)| from_ratio(won, staked))
    } else if let Some(won) = text.strip_prefix('+') {
        whole(won).filter(|won| 100 <= *won).and_then(|won| from_ratio(won, 100))
    } else if let Some(staked) = text.strip_prefix('-') {
        whole(staked).filter(|staked| 100 <= *staked).and_then(|staked| from_ratio(100, staked))
    } else {
        parse_odds(thousandths(text))
    };
    odds.ok_or_else(none)
}

/// Decimal odds without what lies behind the thousandths.
fn thousandths(text: &str) -> &str {
    let Some((whole, fraction)) = text.split_once('.') else { return text };
    let is_cut = 3 < fraction.len() && fraction.bytes().all(|byte| byte.is_ascii_digit());
    if is_cut { &text[..whole.len() + 4] } else { text }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn decimal_odds_are_rounded_down_to_thousandths() {
        for (text, milli) in [
            ("1.3333", Some(1_333)),
            ("1.33399999999999999999999999", Some(1_333)),
            ("2.5000", Some(2_500)),
            ("1000.0009", Some(1_000_000)),
            ("1.0009", None),
            ("1000.001", None),
            ("1.333x", None),
            ("1.3333x", None),
            ("1.33é3", None),
            (".3333", None),
            ("1.", None),
        ] {
            assert_eq!(read(text).ok().map(Odds::milli), milli, "{text}");
        }
    }

    fn shown(milli: u32) -> [String; 6] {
        let odds = Odds::from_milli(milli).unwrap();
        OddsFormat::ALL.map(|format| format.show(odds).to_string())
    }

    #[test]
    fn odds_look_as_each_place_writes_them() {
        for (milli, expected) in [
            (1_001, ["1.001", "1/1000", "-100000", "0.001", "-1000.00", "0.001"]),
            (1_010, ["1.01", "1/100", "-10000", "0.01", "-100.00", "0.01"]),
            (1_500, ["1.50", "1/2", "-200", "0.50", "-2.00", "0.50"]),
            (1_910, ["1.91", "10/11", "-110", "0.91", "-1.099", "0.91"]),
            (1_923, ["1.923", "11/12", "-109", "0.923", "-1.084", "0.923"]),
            (2_000, ["2.00", "1/1", "+100", "1.00", "1.00", "1.00"]),
            (2_500, ["2.50", "3/2", "+150", "1.50", "1.50", "-0.6667"]),
            (3_000, ["3.00", "2/1", "+200", "2.00", "2.00", "-0.50"]),
            (3_755, ["3.755", "11/4", "+275", "2.755", "2.755", "-0.363"]),
            (1_000_000, ["1000.00", "999/1", "+99900", "999.00", "999.00", "-0.0011"]),
        ] {
            assert_eq!(shown(milli), expected, "{milli}");
        }
    }

    /// Winnings per stake as a fraction, read from the text alone.
    fn wins(text: &str) -> (u128, u128) {
        let decimal = |text: &str| -> (u128, u128) {
            let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
            let digits: u128 = format!("{whole}{fraction}").parse().unwrap();
            (digits, 10_u128.pow(fraction.len() as u32))
        };
        if let Some((won, staked)) = text.split_once('/') {
            return (won.parse().unwrap(), staked.parse().unwrap());
        }
        match text.strip_prefix('-') {
            Some(staked) => {
                let (value, scale) = decimal(staked);
                (scale, value)
            }
            None => decimal(text),
        }
    }

    #[test]
    fn nobody_is_shown_more_than_is_paid_and_hardly_less() {
        for milli in (1_001..=20_000).chain((20_000..=1_000_000).step_by(97)) {
            let booked = u128::from(milli - 1_000);
            for (format, text) in OddsFormat::ALL.iter().zip(shown(milli)) {
                let (won, staked) = match format {
                    OddsFormat::Decimal => {
                        assert_eq!(parse_odds(&text).unwrap().milli(), milli);
                        continue;
                    }
                    OddsFormat::American => {
                        let (won, staked) = wins(text.trim_start_matches('+'));
                        if text.starts_with('+') {
                            (won, staked * 100)
                        } else {
                            (won * 100, staked)
                        }
                    }
                    _ => wins(&text),
                };
                assert!(won * 1_000 <= booked * staked, "{format:?} shows {text} for {milli}");
                // A tenth is what a coarse format may cost where its steps are wide.
                assert!(booked * staked * 9 <= won * 10_000, "{format:?} shows {text} for {milli}");
            }
        }
    }

    #[test]
    fn odds_are_read_in_every_format_that_says_what_it_is() {
        for (text, milli) in [
            ("2.5", 2_500),
            ("3/2", 2_500),
            ("10/11", 1_909),
            ("+150", 2_500),
            ("-200", 1_500),
            ("-110", 1_909),
            ("+100", 2_000),
        ] {
            assert_eq!(read(text).unwrap().milli(), milli, "{text}");
        }
        for text in [
            "", "1", "0/1", "1/0", "+99", "-99", "-", "+", "/", "1.0", "NaN", "1e3", "2000", "+1e9",
        ] {
            assert!(read(text).unwrap_err().contains("write 2.50"), "{text}");
        }
    }
}
