//! Settings as people write them: `12.50`, `3s`, `6%`, `4.0`, `void`. Read exactly or not at all.

use clutch_core::pricing::LadderTable;
use clutch_core::risk::{RuleId, RuleSet, Stages};
use clutch_core::settings::{Setting, Unit};
use clutch_core::switches::{TripId, TripSet};

use super::decimal::{ShowMoney, parse_decimal, parse_money};

/// Lengths of time, longest first.
const TIMES: [(&str, i64); 7] = [
    ("d", 86_400_000_000_000),
    ("h", 3_600_000_000_000),
    ("m", 60_000_000_000),
    ("s", 1_000_000_000),
    ("ms", 1_000_000),
    ("us", 1_000),
    ("ns", 1),
];

/// Places of a percentage: one billionth is 0.0000001 %.
const PERCENT_PLACES: u32 = 7;
const MILLI_PLACES: u32 = 3;

/// Reads a setting's value.
///
/// # Errors
/// What the text should be, to follow "must be".
pub fn read(setting: Setting, text: &str) -> Result<i64, &'static str> {
    let whole = |number: Option<u64>| number.and_then(|number| i64::try_from(number).ok());
    match setting.unit() {
        Unit::Money => parse_money(text)
            .map(|money| money.minor())
            .ok_or("an amount in the first currency and with no more places than it has, such as 12.50"),
        Unit::Nanos => read_time(text).ok_or("a time with its unit, such as 3s, 250ms or 72h"),
        Unit::Ppb => {
            whole(text.strip_suffix('%').and_then(|text| parse_decimal(text, PERCENT_PLACES)))
                .ok_or("a percentage, such as 6%")
        }
        Unit::Milli => whole(parse_decimal(text, MILLI_PLACES))
            .ok_or("a factor with at most three places, such as 4.0"),
        Unit::Count => text.parse().ok().filter(|count| 0 <= *count).ok_or("a whole number"),
        Unit::Rules => read_rules(text).ok_or("names of risk rules with commas between, or none"),
        Unit::Trips => read_trips(text).ok_or("names of trips with commas between, or none"),
        Unit::Stages => read_stages(text)
            .ok_or("four percentages from 0 to 100: a day before, an hour before, later, in play: 25/50/75/100"),
        Unit::Ladder => {
            let known = LadderTable::ALL.iter().position(|table| table.name() == text);
            known.map(|index| index as i64).ok_or("bookmaker, exchange or fine")
        }
    }
}

/// "48.5%", of parts per billion.
pub fn percent(ppb: i64) -> String {
    format!("{}%", show_decimal(ppb, PERCENT_PLACES))
}

/// Shows a setting's value as [`read`] takes it.
pub fn show(setting: Setting, value: i64) -> String {
    match setting.unit() {
        Unit::Money => ShowMoney(value).to_string(),
        Unit::Nanos => show_time(value),
        Unit::Ppb => percent(value),
        Unit::Milli => show_decimal(value, MILLI_PLACES),
        Unit::Count => value.to_string(),
        Unit::Rules => {
            let set = u32::try_from(value).ok().and_then(RuleSet::from_bits).unwrap_or_default();
            let names: Vec<_> = set.iter().map(|rule| rule.rule().name).collect();
            if names.is_empty() { "none".to_owned() } else { names.join(",") }
        }
        Unit::Trips => {
            let set = u32::try_from(value).ok().and_then(TripSet::from_bits).unwrap_or_default();
            let names: Vec<_> = set.iter().map(TripId::name).collect();
            if names.is_empty() { "none".to_owned() } else { names.join(",") }
        }
        Unit::Stages => {
            let [early, day, hour, live] = (value as u32).to_le_bytes();
            format!("{early}/{day}/{hour}/{live}")
        }
        Unit::Ladder => {
            let table = usize::try_from(value).ok().and_then(|index| LadderTable::ALL.get(index));
            table.map_or("?", |table| table.name()).to_owned()
        }
    }
}

fn read_rules(text: &str) -> Option<i64> {
    let names = text.split(',').map(str::trim).filter(|_| text != "none");
    let with = |set: RuleSet, name| RuleId::named(name).map(|rule| set.with(rule));
    names.into_iter().try_fold(RuleSet::EMPTY, with).map(|set| i64::from(set.bits()))
}

fn read_trips(text: &str) -> Option<i64> {
    let names = text.split(',').map(str::trim).filter(|_| text != "none");
    let with = |set: TripSet, name| TripId::named(name).map(|trip| set.with(trip));
    names.into_iter().try_fold(TripSet::EMPTY, with).map(|set| i64::from(set.bits()))
}

fn read_stages(text: &str) -> Option<i64> {
    let percents: Vec<u8> =
        text.split('/').map(|percent| percent.parse().ok()).collect::<Option<_>>()?;
    let stages = Stages::new(percents.try_into().ok()?)?;
    Some(i64::from(u32::from_le_bytes(stages.percents())))
}

/// Nanoseconds as [`read`] takes them: in the longest unit of which they are a whole number.
fn show_time(value: i64) -> String {
    let fits = |(_, length): &&(&str, i64)| value % length == 0;
    let (unit, length) = TIMES.iter().find(fits).unwrap_or(&("ns", 1));
    if value == 0 { "0s".to_owned() } else { format!("{}{unit}", value / length) }
}

/// The same of a length of time.
pub fn show_nanos(nanos: u64) -> String {
    show_time(i64::try_from(nanos).unwrap_or(i64::MAX))
}

pub(super) fn read_time(text: &str) -> Option<i64> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = text.split_at_checked(digits)?;
    let (_, length) = TIMES.iter().find(|(name, _)| *name == unit)?;
    number.parse::<i64>().ok()?.checked_mul(*length)
}

/// A decimal without needless zeros.
fn show_decimal(value: i64, places: u32) -> String {
    let scale = 10_i64.pow(places);
    let fraction = format!("{:0width$}", value % scale, width = places as usize);
    let fraction = fraction.trim_end_matches('0');
    let whole = value / scale;
    if fraction.is_empty() { whole.to_string() } else { format!("{whole}.{fraction}") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clutch_core::command::Config;

    #[test]
    fn every_setting_is_read_as_it_is_shown() {
        for &setting in Setting::ALL {
            let value = setting.get(&Config::default());
            assert_eq!(read(setting, &show(setting, value)), Ok(value), "{setting:?}");
        }
        for (setting, text, shown) in [
            (Setting::StakeMax, "500", "500.00"),
            (Setting::InPlayDelay, "3000ms", "3s"),
            (Setting::InPlayDelay, "0s", "0s"),
            (Setting::InPlayDelay, "1500ms", "1500ms"),
            (Setting::ResettleWindow, "72h", "3d"),
            (Setting::Margin, "5.25%", "5.25%"),
            (Setting::Band, "4.000", "4"),
            (Setting::Ladder, "fine", "fine"),
            (Setting::RulesShadow, "bets_per_hour, day_payout", "day_payout,bets_per_hour"),
            (Setting::RulesOff, "none", "none"),
            (Setting::Tier2, "25/50/75/100", "25/50/75/100"),
        ] {
            let value = read(setting, text);
            assert_eq!(value.map(|value| show(setting, value)), Ok(shown.to_owned()), "{text}");
        }
    }

    #[test]
    fn what_is_not_written_as_it_should_be_is_refused() {
        for (setting, text) in [
            (Setting::StakeMax, "5.005"),
            (Setting::StakeMax, "-5"),
            (Setting::StakeMax, ""),
            (Setting::InPlayDelay, "3"),
            (Setting::InPlayDelay, "s"),
            (Setting::InPlayDelay, "-3s"),
            (Setting::InPlayDelay, "9999999999d"),
            (Setting::InPlayDelay, "3 s"),
            (Setting::Margin, "6"),
            (Setting::Margin, "6 %"),
            (Setting::Band, "4.0001"),
            (Setting::Ladder, "Fine"),
            (Setting::RulesOff, ""),
            (Setting::RulesOff, "bets_per_day"),
            (Setting::Tier2, "25/50/75"),
            (Setting::Tier2, "25/50/75/101"),
            (Setting::Tier2, "25/50/75/100/100"),
        ] {
            assert!(read(setting, text).is_err(), "{setting:?} {text:?}");
        }
    }
}
