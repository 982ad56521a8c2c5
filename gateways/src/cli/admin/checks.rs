//! What the command line can refuse by itself, with the field and its range: the server would only say
//! that something is out of range.

use clutch_core::command::Config;
use clutch_core::settings::Setting;

use crate::chance;
use crate::wire::decimal::{parse_decimal, parse_odds};
use crate::wire::setting;

/// A percentage has as many places as a probability in parts per billion.
const PERCENT_PLACES: u32 = 7;

/// `48.5%` in parts per billion.
fn percent(text: &str) -> Result<u64, String> {
    let number = text.strip_suffix('%').and_then(|text| parse_decimal(text, PERCENT_PLACES));
    number.ok_or_else(|| {
        format!("write a percentage with at most {PERCENT_PLACES} places, such as 48.5%")
    })
}

/// Odds that the server can have.
pub fn odds(text: &str) -> Result<String, String> {
    match parse_odds(text) {
        Some(_) => Ok(text.to_owned()),
        None => Err("odds are from 1.001 to 1000 with at most 3 places, such as 1.95".to_owned()),
    }
}

/// A fair probability.
pub fn fair(text: &str) -> Result<String, String> {
    match percent(text)? {
        0 => Err("a fair probability is above 0%".to_owned()),
        ppb if 1_000_000_000 <= ppb => Err("a fair probability is below 100%".to_owned()),
        _ => Ok(text.to_owned()),
    }
}

/// A margin.
pub fn margin(text: &str) -> Result<String, String> {
    if u64::from(Config::MARGIN_PPB_MAX) < percent(text)? {
        return Err("a margin is below 100%".to_owned());
    }
    Ok(text.to_owned())
}

/// A chance that denies neither team.
pub fn chance(text: &str) -> Result<String, String> {
    if !chance::is_usable(percent(text)? as f64 / 1e9) {
        return Err("a chance is above 0% and below 100%: from 0.0001% to 99.9999%".to_owned());
    }
    Ok(text.to_owned())
}

/// A length of time such as 500ms or 2s, in whole milliseconds.
pub fn time_ms(text: &str) -> Result<u64, String> {
    let nanos = setting::read(Setting::InPlayDelay, text).ok().filter(|nanos| 0 <= *nanos);
    nanos.map(|nanos| nanos as u64 / 1_000_000).ok_or("write a time such as 500ms or 2s".to_owned())
}

/// The same, or `none`.
pub fn chance_or_none(text: &str) -> Result<String, String> {
    if text == "none" { Ok(text.to_owned()) } else { chance(text) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_server_would_refuse_is_refused_with_its_range() {
        for (found, says) in [
            (odds("1.97531"), "at most 3 places"),
            (odds("1.000"), "from 1.001 to 1000"),
            (odds("1000.001"), "from 1.001 to 1000"),
            (fair("0%"), "above 0%"),
            (fair("100%"), "below 100%"),
            (fair("0.5"), "write a percentage"),
            (margin("150%"), "below 100%"),
            (margin("100%"), "below 100%"),
            (chance("NaN"), "write a percentage"),
            (chance("0.00001%"), "from 0.0001% to 99.9999%"),
            (chance_or_none("100%"), "from 0.0001% to 99.9999%"),
        ] {
            let error = found.expect_err(says);
            assert!(error.contains(says), "{error}");
        }
        for found in [
            odds("1.975"),
            odds("1000"),
            fair("0.0000001%"),
            fair("99.9999999%"),
            margin("0%"),
            margin("99.9999999%"),
            chance("0.0001%"),
            chance("99.9999%"),
            chance_or_none("none"),
        ] {
            assert!(found.is_ok(), "{found:?}");
        }
    }
}
