//! Decimals on the wire, exactly: odds with up to three places, money with as many as its currency has. No
//! float is ever involved, so `1.85` is 1850 thousandths and never 1849.999….
//!
//! A message is about one account, and so is all money in it. Whoever reads or writes a message about an
//! account says once how many places its currency has ([`with_places`]), and not every field again.
//!
//! Reading takes the characters of a JSON number or string; exponents, signs and surplus places are
//! refused rather than rounded, because a rounded stake is not the stake that was asked for.

use std::cell::Cell;
use std::fmt;

use clutch_core::units::{Money, Odds, Stake};

/// Places of money where nobody has said otherwise: one major unit is a hundred minor units.
pub const USUAL_PLACES: u8 = 2;
const ODDS_PLACES: u32 = 3;

thread_local! {
    static PLACES: Cell<u8> = const { Cell::new(USUAL_PLACES) };
}

/// Reads or shows money with so many places: those of one currency.
pub fn with_places<T>(places: u8, work: impl FnOnce() -> T) -> T {
    /// Puts back what was before, also if the work panics.
    struct Before(u8);
    impl Drop for Before {
        fn drop(&mut self) {
            PLACES.set(self.0);
        }
    }
    let _before = Before(PLACES.replace(places));
    work()
}

/// How many places money has here.
pub fn places() -> u8 {
    PLACES.get()
}

/// Reads `12.5` as 1250 when `places` is 2; `None` if it is not a plain decimal with at most that
/// many places, or does not fit.
pub fn parse_decimal(text: &str, places: u32) -> Option<u64> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(whole) || !digits(fraction) || fraction.len() > places as usize {
        return None;
    }
    let scale = 10_u64.pow(places);
    let fraction_scale = 10_u64.pow(places - fraction.len() as u32);
    let fraction: u64 = fraction.parse().ok()?;
    whole.parse::<u64>().ok()?.checked_mul(scale)?.checked_add(fraction * fraction_scale)
}

/// Reads odds: `1.85` is 1850 thousandths.
pub fn parse_odds(text: &str) -> Option<Odds> {
    Odds::from_milli(parse_decimal(text, ODDS_PLACES)?.try_into().ok()?)
}

/// Reads money: `12.50` is 1250 minor units of a currency with two places.
pub fn parse_money(text: &str) -> Option<Money> {
    Some(Money::from_minor(parse_decimal(text, places().into())?.try_into().ok()?))
}

/// Whether a text is an amount but for places that its currency has not.
pub fn has_surplus_places(text: &str) -> bool {
    const MANY: u32 = 9;
    parse_money(text).is_none() && parse_decimal(text, MANY).is_some()
}

/// Reads a stake, which is money above zero.
pub fn parse_stake(text: &str) -> Option<Stake> {
    Stake::new(parse_money(text)?)
}

/// Shows money with exactly the places of its currency: `12.50`, `-0.05`, `500`, `1.234`.
pub struct ShowMoney(pub i64);

impl fmt::Display for ShowMoney {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let minor = self.0.unsigned_abs();
        let places = usize::from(places());
        let scale = 10_u64.pow(places as u32);
        match places {
            0 => write!(f, "{sign}{minor}"),
            _ => write!(f, "{sign}{}.{:0places$}", minor / scale, minor % scale),
        }
    }
}

/// Shows odds with two places, or three where the third is not zero: `1.85`, `1.005`.
pub struct ShowOdds(pub u64);

impl fmt::Display for ShowOdds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, fraction) = (self.0 / 1000, self.0 % 1000);
        if fraction % 10 == 0 {
            write!(f, "{whole}.{:02}", fraction / 10)
        } else {
            write!(f, "{whole}.{fraction:03}")
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn odds_are_read_exactly_or_not_at_all() {
        for (text, milli) in
            [("1.85", 1850), ("1.001", 1001), ("2", 2000), ("1000", 1_000_000), ("1.1", 1100)]
        {
            assert_eq!(parse_odds(text).unwrap().milli(), milli, "{text}");
        }
        let refused = [
            "",
            ".",
            "1.",
            ".5",
            "1.8505",
            "1.000",
            "1000.001",
            "-1.85",
            "+1.85",
            "1e3",
            "1.85 ",
            "0x2",
            "NaN",
            "1,85",
            "1.8.5",
            "4294967297",
            "18446744073709551617",
            "१.८५",
        ];
        for text in refused {
            assert_eq!(parse_odds(text), None, "{text}");
        }
    }

    #[test]
    fn a_stake_is_read_exactly_and_must_be_above_zero() {
        for (text, minor) in [("12.50", 1250), ("12.5", 1250), ("0.01", 1), ("60", 6000)] {
            assert_eq!(parse_stake(text).unwrap().money().minor(), minor, "{text}");
        }
        for text in ["0", "0.00", "0.001", "12.505", "-5", "99999999999999999", "1e2", "null"] {
            assert_eq!(parse_stake(text), None, "{text}");
        }
    }

    #[test]
    fn money_has_the_places_of_its_currency() {
        for (places, text, minor) in [(0, "500", 500), (3, "1.234", 1_234), (3, "0.005", 5)] {
            with_places(places, || {
                assert_eq!(parse_money(text).unwrap().minor(), minor);
                assert_eq!(ShowMoney(minor).to_string(), text);
            });
        }
        assert_eq!(ShowMoney(1_234).to_string(), "12.34", "what was said has ended");
        for (places, text, surplus) in
            [(0, "500.5", true), (0, "500.0", true), (2, "1.234", true), (3, "1.234", false)]
        {
            assert_eq!(with_places(places, || has_surplus_places(text)), surplus, "{text}");
        }
        assert!(!has_surplus_places("1e3") && !has_surplus_places("-1.234"));
    }

    #[test]
    fn amounts_and_odds_are_shown_as_they_are_read() {
        assert_eq!(ShowMoney(1250).to_string(), "12.50");
        assert_eq!(ShowMoney(-5).to_string(), "-0.05");
        assert_eq!(ShowMoney(i64::MIN).to_string(), "-92233720368547758.08");
        for milli in [1001, 1005, 1850, 2000, 1_000_000] {
            assert_eq!(parse_odds(&ShowOdds(milli).to_string()).unwrap().milli() as u64, milli);
        }
        assert_eq!(ShowOdds(1850).to_string(), "1.85");
        assert_eq!(ShowOdds(2000).to_string(), "2.00");
    }
}
