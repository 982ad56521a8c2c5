//! `clutch grade`: the engine's own settlement as a filter for other tools, one bet with its legs'
//! results a line in, what it pays a line out.
//!
//! Owns the JSON shape of both sides. Does not know how anything is computed: the exact sums are
//! [`clutch_core::settlement::payout`].

use std::io::{self, BufRead, Write};

use clutch_core::settlement::multiplier::{DeadHeat, DeadHeatRule, LegResult, Multiplier};
use clutch_core::settlement::payout::{gross, sum_of_floored_lines};
use clutch_core::settlement::system::{Bankers, FoldSizes, NAMED_SYSTEMS, NamedSystem, System};
use clutch_core::settlement::wide::Wide;
use clutch_core::units::{Money, Odds, Stake};
use serde::de::IgnoredAny;
use serde::ser::Serializer;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;

pub use crate::lines::Summary;
use crate::lines::{self, Refusal};

/// Grades every line of `input`. Empty lines are skipped; only reading and writing themselves can
/// fail.
pub fn run(input: impl BufRead, output: impl Write) -> io::Result<Summary> {
    lines::run(input, output, answer)
}

/// One line of input. What other tools say of a bet beside what it pays by is named and passed over; any other key is
/// a misspelt one.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    #[serde(rename = "id", default)]
    _id: IgnoredAny,
    #[serde(rename = "currency", default)]
    _currency: IgnoredAny,
    #[serde(rename = "minor_exponent", default)]
    _minor_exponent: IgnoredAny,
    /// What another tool found.
    #[serde(rename = "expect", default)]
    _expect: IgnoredAny,
    /// A system's name; decides the fold sizes if they are not given.
    r#type: Option<String>,
    fold_sizes: Option<Vec<u8>>,
    unit_stake_minor: i64,
    legs: Vec<Leg>,
    max_payout_minor: Option<u64>,
    #[serde(default)]
    dead_heat_rule: DeadHeatName,
    /// Repeated by some tools; must agree with the legs and sizes if given.
    selections: Option<u64>,
    lines: Option<u64>,
    total_stake_minor: Option<u64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Leg {
    /// Its place, as some tools count it.
    #[serde(rename = "leg", default)]
    _leg: IgnoredAny,
    odds_milli: u32,
    result: ResultName,
    dh_num: Option<u8>,
    dh_den: Option<u8>,
    #[serde(default)]
    banker: bool,
}

#[derive(Clone, Copy, Deserialize, PartialEq)]
#[serde(rename_all = "snake_case")]
enum ResultName {
    Won,
    Lost,
    Void,
    HalfWon,
    HalfLost,
    DeadHeat,
}

#[derive(Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
enum DeadHeatName {
    #[default]
    StakeShare,
    ReducedOdds,
    ProfitShare,
}

impl From<DeadHeatName> for DeadHeatRule {
    fn from(name: DeadHeatName) -> Self {
        match name {
            DeadHeatName::StakeShare => Self::StakeShare,
            DeadHeatName::ReducedOdds => Self::ReducedOdds,
            DeadHeatName::ProfitShare => Self::ProfitShare,
        }
    }
}

#[derive(Serialize)]
struct Answer {
    id: Value,
    lines: u32,
    total_stake_minor: u64,
    expect: Graded,
}

#[derive(Serialize)]
struct Graded {
    winning_lines: u32,
    gross_return_exact: String,
    payout_minor: Whole,
    capped: bool,
    payout_minor_per_line_floor: Whole,
}

/// A whole number of any size as a JSON number.
struct Whole(Wide);

impl Serialize for Whole {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0.to_u64() {
            Some(number) => serializer.serialize_u64(number),
            None => RawValue::from_string(self.0.to_string())
                .map_err(serde::ser::Error::custom)?
                .serialize(serializer),
        }
    }
}

fn answer(bytes: &[u8]) -> Result<Answer, Refusal> {
    let value: Value = lines::parse(bytes, "a bet")?;
    let id = value.get("id").cloned().unwrap_or_default();
    let graded = Case::deserialize(&value).map_err(|error| error.to_string()).and_then(grade);
    match graded {
        Ok((lines, total_stake_minor, expect)) => {
            Ok(Answer { id, lines, total_stake_minor, expect })
        }
        Err(what) => Err(Refusal::new("id", id, what)),
    }
}

fn grade(case: Case) -> Result<(u32, u64, Graded), String> {
    let system = system(&case)?;
    let unit = Stake::new(Money::from_minor(case.unit_stake_minor)).ok_or_else(|| {
        format!(
            "unit_stake_minor {} is not within 1 and {}",
            case.unit_stake_minor,
            Stake::MAX.money().minor()
        )
    })?;
    let multipliers: Vec<Multiplier> = case
        .legs
        .iter()
        .enumerate()
        .map(|(index, leg)| {
            multiplier(leg, case.dead_heat_rule.into())
                .map_err(|what| format!("leg {}: {what}", index + 1))
        })
        .collect::<Result<_, _>>()?;
    let lines = system.lines();
    let total_stake_minor = u64::from(lines) * case.unit_stake_minor.unsigned_abs();
    for (name, given, found) in [
        ("selections", case.selections, case.legs.len() as u64),
        ("lines", case.lines, lines.into()),
        ("total_stake_minor", case.total_stake_minor, total_stake_minor),
    ] {
        if given.is_some_and(|given| given != found) {
            return Err(format!("{name} contradicts the legs and fold sizes: it must be {found}"));
        }
    }
    has_its_name(&case, &system)?;
    let gross = gross(unit, &system, &multipliers);
    let (numerator, denominator) = gross.reduced();
    let floor = gross.floor();
    let cap = case.max_payout_minor.filter(|cap| floor.to_u64().is_none_or(|paid| *cap < paid));
    let graded = Graded {
        winning_lines: system.winning_lines(|leg| multipliers[leg].is_zero()),
        gross_return_exact: format!("{numerator}/{denominator}"),
        payout_minor: Whole(cap.map_or(floor, Wide::from_u64)),
        capped: cap.is_some(),
        payout_minor_per_line_floor: Whole(sum_of_floored_lines(unit, &system, &multipliers)),
    };
    Ok((lines, total_stake_minor, graded))
}

/// The lines of the bet: by its fold sizes, else by its name.
fn system(case: &Case) -> Result<System, String> {
    let mut bankers = 0;
    for (index, _) in case.legs.iter().enumerate().filter(|(_, leg)| leg.banker) {
        bankers |= 1_u32.checked_shl(index as u32).unwrap_or_default();
    }
    let bankers = Bankers(bankers);
    let folds = match (&case.fold_sizes, &case.r#type) {
        (Some(sizes), _) => FoldSizes::new(sizes.iter().copied())
            .ok_or("fold_sizes must list different sizes between 1 and 20")?,
        (None, Some(name)) => named(name, case.legs.len(), bankers.count())?,
        (None, None) => {
            return Err("fold_sizes is missing, and there is no type to name them".into());
        }
    };
    System::new(case.legs.len(), folds, bankers).map_err(|error| error.to_string())
}

/// Whether a bet is what its type says, if that is a name we know; others are their tool's own.
fn has_its_name(case: &Case, system: &System) -> Result<(), String> {
    let (Some(sizes), Some(name)) = (&case.fold_sizes, &case.r#type) else { return Ok(()) };
    if size_of(&plain(name)).is_none() && system_named(name).is_none() {
        return Ok(());
    }
    let bankers = case.legs.iter().filter(|leg| leg.banker).count();
    let named = named(name, case.legs.len(), bankers)
        .map_err(|what| format!("type contradicts the legs: {what}"))?;
    if named == system.folds() {
        return Ok(());
    }
    let own: Vec<_> = named.iter().collect();
    Err(format!("type {name:?} contradicts fold_sizes {sizes:?}: it stands for {own:?}"))
}

/// The fold sizes that a name stands for, with bankers beside the system's own legs.
fn named(name: &str, legs: usize, bankers: usize) -> Result<FoldSizes, String> {
    if let Some(size) = size_of(&plain(name)) {
        return FoldSizes::new([size]).ok_or_else(|| format!("no bet is a fold of {size}"));
    }
    let known = || NAMED_SYSTEMS.iter().map(|system| system.name).collect::<Vec<_>>().join(", ");
    let system = system_named(name).ok_or_else(|| {
        format!(
            "type {name:?} is unknown: give fold_sizes, or one of single, double, treble, foldN, {}",
            known()
        )
    })?;
    let NamedSystem { legs: own, .. } = *system;
    if usize::from(own) + bankers != legs {
        return Err(format!(
            "a {name} has {own} legs beside its bankers, not {}",
            legs.saturating_sub(bankers)
        ));
    }
    system.folds(bankers as u8).ok_or_else(|| "a bet has at most 20 legs".into())
}

/// The size of the only lines of a bet with such a name.
fn size_of(plain: &str) -> Option<u8> {
    match plain {
        "single" => Some(1),
        "double" => Some(2),
        "treble" => Some(3),
        other => other.strip_prefix("fold")?.parse().ok(),
    }
}

/// The system of a name.
fn system_named(name: &str) -> Option<&'static NamedSystem> {
    NAMED_SYSTEMS.iter().find(|system| plain(system.name) == plain(name))
}

/// `Super Yankee`, `super-yankee` and `super_yankee` are one name.
fn plain(name: &str) -> String {
    name.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
}

fn multiplier(leg: &Leg, rule: DeadHeatRule) -> Result<Multiplier, String> {
    let odds = Odds::from_milli(leg.odds_milli).ok_or_else(|| {
        let (min, max) = (Odds::MIN.milli(), Odds::MAX.milli());
        format!("odds_milli {} is not within {min} and {max}", leg.odds_milli)
    })?;
    let result = match (leg.result, leg.dh_num, leg.dh_den) {
        (ResultName::DeadHeat, Some(places), Some(tied)) => LegResult::DeadHeat(
            DeadHeat::new(places, tied)
                .ok_or_else(|| format!("a dead heat of {tied} cannot share {places} places"))?,
        ),
        (ResultName::DeadHeat, ..) => return Err("a dead heat needs dh_num and dh_den".into()),
        (_, Some(_), _) | (_, _, Some(_)) => {
            return Err("dh_num and dh_den belong to a dead heat only".into());
        }
        (ResultName::Won, ..) => LegResult::Won,
        (ResultName::Lost, ..) => LegResult::Lost,
        (ResultName::Void, ..) => LegResult::Void,
        (ResultName::HalfWon, ..) => LegResult::HalfWon,
        (ResultName::HalfLost, ..) => LegResult::HalfLost,
    };
    Ok(Multiplier::of(result, odds, rule))
}
