//! How amounts, times, odds and answers are written in a table.

use clutch_core::command::{Channel, MarketClass, Mode, Title};
use clutch_core::event::BetStatus;
use clutch_core::reject::Numbers;
use clutch_core::risk::{RuleId, RuleSet, Stages};
use clutch_core::switches::{SWITCH_MODE, SWITCH_TRIP, TripId, TripSet};
use clutch_core::units::Money;
use clutch_core::{Refusal, Reject};

use super::Outcome;

/// A decimal number as an integer of so many decimals: 12.5 with two is 1250.
fn decimal(word: &str, decimals: usize) -> Outcome<i64> {
    let wrong = || format!("{word:?} is no number with {decimals} decimals");
    let (negative, digits) = match word.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, word),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    if fraction.len() > decimals {
        return Err(wrong());
    }
    let joined = format!("{whole}{fraction:0<decimals$}");
    let value: i64 = joined.parse().map_err(|_| wrong())?;
    Ok(if negative { -value } else { value })
}

fn show_decimal(value: i64, decimals: u32) -> String {
    let unit = 10_u64.pow(decimals);
    let (sign, value) = (if value < 0 { "-" } else { "" }, value.unsigned_abs());
    format!("{sign}{}.{:0width$}", value / unit, value % unit, width = decimals as usize)
}

pub(super) fn money(word: &str) -> Outcome<Money> {
    decimal(word, 2).map(Money::from_minor)
}

pub(super) fn show_money(money: Money) -> String {
    show_decimal(money.minor(), 2)
}

/// Odds in thousandths.
pub(super) fn odds_milli(word: &str) -> Outcome<u32> {
    let milli = decimal(word, 3)?;
    u32::try_from(milli).map_err(|_| format!("{word:?} are no odds"))
}

/// Odds with as many decimals as needed, at least two: 1.85, 1.855.
pub(super) fn show_odds(milli: i64) -> String {
    if milli % 10 == 0 { show_decimal(milli / 10, 2) } else { show_decimal(milli, 3) }
}

/// Names of risk rules with commas between, or none.
pub(super) fn rules(word: &str) -> Outcome<RuleSet> {
    let names = word.split(',').filter(|name| *name != "none");
    names.into_iter().try_fold(RuleSet::EMPTY, |set, name| {
        let rule = RuleId::named(name).ok_or_else(|| format!("no risk rule is called {name:?}"))?;
        Ok(set.with(rule))
    })
}

/// Names of trips with commas between, or none.
pub(super) fn trips(word: &str) -> Outcome<TripSet> {
    let names = word.split(',').filter(|name| *name != "none");
    names.into_iter().try_fold(TripSet::EMPTY, |set, name| {
        let trip = TripId::named(name).ok_or_else(|| format!("no trip is called {name:?}"))?;
        Ok(set.with(trip))
    })
}

/// 25/50/75/100: percentages a day before, an hour before, later, in play.
pub(super) fn stages(word: &str) -> Outcome<Stages> {
    let wrong = || format!("{word:?} are no four percentages");
    let percents: Option<Vec<u8>> = word.split('/').map(|percent| percent.parse().ok()).collect();
    let percents = percents.and_then(|percents| percents.try_into().ok()).ok_or_else(wrong)?;
    Stages::new(percents).ok_or_else(wrong)
}

/// 90ns, 500ms, 3s, 10m, 72h, 7d.
pub(super) fn duration(word: &str) -> Outcome<u64> {
    let digits = word.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let unit = match &word[digits.len()..] {
        "ns" => 1,
        "ms" => 1_000_000,
        "s" => 1_000_000_000,
        "m" => 60_000_000_000,
        "h" => 3_600_000_000_000,
        "d" => 86_400_000_000_000,
        _ => return Err(format!("{word:?} is no time such as 500ms, 3s or 7d")),
    };
    let count: u64 = digits.parse().map_err(|_| format!("{word:?} is no time"))?;
    Ok(count * unit)
}

/// A refusal with its numbers, in the unit of its code.
pub(super) fn show_refusal(refusal: Refusal) -> String {
    let Refusal { code, limit, actual } = refusal;
    let pair =
        |show: fn(i64) -> String| format!("{}({}, {})", code.name(), show(limit), show(actual));
    match code.numbers() {
        Numbers::None => {
            // The numbers of a code without numbers may carry what exists already.
            let carries =
                matches!(code, Reject::AccountExists | Reject::MatchExists | Reject::MarketExists);
            assert!(
                carries || (limit, actual) == (0, 0),
                "{code:?} has no numbers, got {refusal:?}"
            );
            code.name().to_owned()
        }
        Numbers::Money => pair(|minor| show_decimal(minor, 2)),
        Numbers::Odds => pair(show_odds),
        Numbers::Millis => pair(|millis| format!("{millis}ms")),
        Numbers::Switch => show_switch(refusal),
        Numbers::Epoch | Numbers::Count => pair(|count| count.to_string()),
    }
}

/// A refusal that names its switch: BettingStopped(class round).
fn show_switch(refusal: Refusal) -> String {
    let Refusal { code, limit: kind, actual: which } = refusal;
    let place = usize::try_from(which).unwrap_or_default();
    let switch = match kind {
        0 => "all".to_owned(),
        1 => format!("title {}", Title::ALL[place].rules().key),
        2 => format!("match {which}"),
        3 => format!("class {}", MarketClass::ALL[place].key()),
        4 => format!("channel {}", Channel::ALL[place].key()),
        5 => "cash-out".to_owned(),
        6 => "withdrawals".to_owned(),
        SWITCH_TRIP => format!("trip {}", TripId::ALL[place].name()),
        SWITCH_MODE => format!("mode {}", Mode::ALL[place].key()),
        _ => panic!("no switch is of kind {kind}"),
    };
    format!("{}({switch})", code.name())
}

pub(super) fn show_status(status: BetStatus) -> String {
    match status {
        BetStatus::Pending { .. } => "Pending".to_owned(),
        BetStatus::Referred { .. } => "Referred".to_owned(),
        BetStatus::Offered { .. } => "Offered".to_owned(),
        BetStatus::Refused(refusal) => show_refusal(refusal),
        BetStatus::Accepted { payout } => format!("Accepted {}", show_money(payout)),
        BetStatus::Won { payout } => format!("Won {}", show_money(payout)),
        BetStatus::Lost => "Lost".to_owned(),
        BetStatus::Void(reason) => format!("Void {reason:?}"),
        BetStatus::CashedOut { paid } => format!("CashedOut {}", show_money(paid)),
    }
}
