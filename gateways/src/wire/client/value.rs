//! Single values from the characters that came: texts, numbers, stakes and ids.

use std::borrow::Cow;

use clutch_core::units::{ClientBetId, Odds, Stake};
use serde_json::value::RawValue;

use crate::codes::Fault;
use crate::wire::decimal;

pub(in crate::wire) fn text<'a>(
    field: &str,
    raw: Option<&'a RawValue>,
) -> Result<Cow<'a, str>, Fault> {
    let raw = raw.ok_or_else(|| Fault::missing(field))?.get();
    // The common text without escapes is used where it stands.
    if let Some(inner) = raw.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'))
        && !inner.contains('\\')
    {
        return Ok(Cow::Borrowed(inner));
    }
    serde_json::from_str(raw).map(Cow::Owned).map_err(|_| Fault::bad_field(field, "a text"))
}

/// Decimal odds.
pub(in crate::wire) fn odds(field: &str, raw: Option<&RawValue>) -> Result<Odds, Fault> {
    decimal::parse_odds(&decimal_text(field, raw)?).ok_or_else(|| {
        Fault::bad_field(field, "decimal odds from 1.001 to 1000 with at most 3 places")
    })
}

/// A bettor's own id of a bet.
pub(in crate::wire) fn client_id(
    field: &str,
    raw: Option<&RawValue>,
) -> Result<ClientBetId, Fault> {
    parse_client_id(&text(field, raw)?)
        .ok_or_else(|| Fault::bad_field(field, "a UUID with hyphens, of version 7"))
}

/// A stake, or a part of one.
pub(in crate::wire) fn stake(field: &str, raw: Option<&RawValue>) -> Result<Stake, Fault> {
    let text = decimal_text(field, raw)?;
    decimal::parse_stake(&text).ok_or_else(|| Fault::bad_amount(field, &text, false))
}

pub(super) fn flag(field: &str, raw: Option<&RawValue>) -> Result<Option<bool>, Fault> {
    match raw.map(RawValue::get) {
        None => Ok(None),
        Some("true") => Ok(Some(true)),
        Some("false") => Ok(Some(false)),
        Some(_) => Err(Fault::bad_field(field, "true or false")),
    }
}

/// The characters of a decimal, given as a number or as a text.
pub(in crate::wire) fn decimal_text<'a>(
    field: &str,
    raw: Option<&'a RawValue>,
) -> Result<Cow<'a, str>, Fault> {
    match raw {
        Some(raw) if !raw.get().starts_with('"') => Ok(Cow::Borrowed(raw.get())),
        _ => text(field, raw),
    }
}

pub(in crate::wire) fn number<N: std::str::FromStr>(
    field: &str,
    raw: Option<&RawValue>,
) -> Result<N, Fault> {
    let raw = raw.ok_or_else(|| Fault::missing(field))?.get();
    raw.parse().map_err(|_| Fault::bad_field(field, "a whole number in its range"))
}

/// Reads a UUID in its usual form with hyphens. Whether it is of version 7 is the engine's question.
pub fn parse_client_id(text: &str) -> Option<ClientBetId> {
    let bytes = text.as_bytes();
    if bytes.len() != 36 {
        return None;
    }
    let mut value = 0_u128;
    for (place, byte) in bytes.iter().enumerate() {
        if matches!(place, 8 | 13 | 18 | 23) {
            if *byte != b'-' {
                return None;
            }
        } else {
            value = value << 4 | u128::from(char::from(*byte).to_digit(16)?);
        }
    }
    Some(ClientBetId(value))
}
