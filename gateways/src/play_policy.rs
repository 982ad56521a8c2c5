//! Policies as files: from TOML to the numbers that the engine adopts.
//!
//! Owns the shape of the file, how each term is written and its error messages. Which terms there are is
//! the engine's list, [`Term::ALL`]; a file must name every one of them, so that a term that comes with a
//! later release is decided by a person and not by a default.

use std::collections::BTreeMap;

use clutch_core::play::{May, OpenBets, PlayPolicy, Term, TermUnit, Then};
use clutch_core::units::Name;
use serde::Deserialize;

use crate::named_file;

use crate::wire::decimal::{ShowMoney, parse_money};

/// Policies that come with Clutch: their name in a configuration, and their file.
pub const EMBEDDED: &[(&str, &str)] = &[
    ("none", include_str!("../data/play_policies/none.toml")),
    ("great_britain", include_str!("../data/play_policies/great_britain.toml")),
    ("germany", include_str!("../data/play_policies/germany.toml")),
];

/// A policy with its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Named {
    /// What the operator calls it.
    pub name: Name,
    /// Its numbers.
    pub policy: PlayPolicy,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    name: String,
    terms: BTreeMap<String, String>,
}

/// The policy that a configuration names: one that comes with Clutch, or a file.
///
/// # Errors
/// A sentence that says what is wrong, where, and what can stand there.
pub fn find(name: &str) -> Result<Named, String> {
    named_file::find(name, EMBEDDED, parse)
}

/// Reads the text of a file.
///
/// # Errors
/// As [`find`].
pub fn parse(text: &str) -> Result<Named, String> {
    let file: File = toml::from_str(text).map_err(|error| error.to_string())?;
    from_terms(&file.name, &file.terms)
}

/// Makes a policy of terms by their names.
///
/// # Errors
/// As [`find`].
pub fn from_terms(name: &str, given: &BTreeMap<String, String>) -> Result<Named, String> {
    let name = Name::new(name).map_err(|error| format!("name: {error}"))?;
    let mut policy = PlayPolicy::default();
    for &term in Term::ALL {
        let (key, expected) = (term.name(), expected(term));
        let text = given
            .get(key)
            .ok_or_else(|| format!("[terms] lacks `{key}` ({}): {expected}", term.explains()))?;
        let number = read(term, text)
            .ok_or_else(|| format!("[terms] {key} = \"{text}\" must be {expected}"))?;
        policy = policy.with(term, number);
    }
    if let Some(unknown) = given.keys().find(|key| Term::ALL.iter().all(|it| it.name() != **key)) {
        let known: Vec<&str> = Term::ALL.iter().map(|term| term.name()).collect();
        return Err(format!("[terms] `{unknown}` is no term; there are {}", known.join(", ")));
    }
    policy.validate().map_err(|(term, nearest)| {
        let (found, nearest) = (show(term, policy.get(term)), show(term, nearest));
        let key = term.name();
        format!("[terms] {key} = \"{found}\" is out of its range or at odds with another term; \"{nearest}\" would do")
    })?;
    Ok(Named { name, policy })
}

/// What the text of a term should be, to follow "must be".
pub fn expected(term: Term) -> &'static str {
    match term.unit() {
        TermUnit::Money => {
            "an amount in the first currency and with no more places than it has, such as 150.00, or none"
        }
        TermUnit::Hours => "hours, such as 72h, or none",
        TermUnit::Wait => "hours, at least 24h",
        TermUnit::Minutes => "minutes, such as 60m, or none",
        TermUnit::May => "deposit, bet, withdraw with commas between, or nothing",
        TermUnit::Then => "watch, hold or stop",
        TermUnit::OpenBets => "stand or void",
        TermUnit::Flag => "yes or no",
    }
}

/// The number that a text stands for.
fn read(term: Term, text: &str) -> Option<i64> {
    let hours = |text: &str| text.strip_suffix('h')?.parse().ok();
    match term.unit() {
        TermUnit::Money | TermUnit::Hours | TermUnit::Minutes if text == "none" => Some(0),
        TermUnit::Money => parse_money(text).map(|amount| amount.minor()).filter(|it| *it != 0),
        TermUnit::Hours | TermUnit::Wait => hours(text).filter(|hours| *hours != 0),
        TermUnit::Minutes => text.strip_suffix('m')?.parse().ok().filter(|it| *it != 0),
        TermUnit::May => {
            let names = text.split(',').map(str::trim).filter(|name| *name != "nothing");
            let may = names.map(|name| May::NAMES.iter().find(|(known, _)| *known == name));
            let may: Option<Vec<_>> = may.collect();
            let set = may?.into_iter().fold(May::NOTHING, |set, (_, one)| set.and(*one));
            Some(set.number())
        }
        TermUnit::Then => {
            Then::ALL.iter().find(|then| then.name() == text).map(|then| *then as i64)
        }
        TermUnit::OpenBets => {
            OpenBets::ALL.iter().find(|bets| bets.name() == text).map(|bets| *bets as i64)
        }
        TermUnit::Flag => match text {
            "yes" => Some(1),
            "no" => Some(0),
            _ => None,
        },
    }
}

/// A term's number as files have it.
pub fn show(term: Term, number: i64) -> String {
    let place = usize::try_from(number).unwrap_or(usize::MAX);
    let unknown = || number.to_string();
    match term.unit() {
        TermUnit::Money | TermUnit::Hours | TermUnit::Minutes if number == 0 => "none".to_owned(),
        TermUnit::Minutes => format!("{number}m"),
        TermUnit::Money => ShowMoney(number).to_string(),
        TermUnit::Hours | TermUnit::Wait => format!("{number}h"),
        TermUnit::May => {
            let set = May::from_number(number).unwrap_or(May::NOTHING);
            let names = May::NAMES.iter().filter(|(_, one)| set.has(*one));
            let names: Vec<&str> = names.map(|(name, _)| *name).collect();
            if names.is_empty() { "nothing".to_owned() } else { names.join(",") }
        }
        TermUnit::Then => Then::ALL.get(place).map_or_else(unknown, |it| it.name().to_owned()),
        TermUnit::OpenBets => {
            OpenBets::ALL.get(place).map_or_else(unknown, |it| it.name().to_owned())
        }
        TermUnit::Flag => if number == 0 { "no" } else { "yes" }.to_owned(),
    }
}

/// The text of a file that says what a policy says, with what each term is.
pub fn write(name: &str, policy: &PlayPolicy) -> String {
    let term = |term: &Term| {
        let (key, value) = (term.name(), show(*term, policy.get(*term)));
        format!("# {}\n{key} = \"{value}\"\n", term.explains())
    };
    let terms: String = Term::ALL.iter().map(term).collect();
    format!("name = \"{name}\"\n\n[terms]\n{terms}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes_with_clutch_is_complete_and_written_as_it_is_read() {
        for (name, text) in EMBEDDED {
            let named = parse(text).unwrap_or_else(|error| panic!("{name}: {error}"));
            let again = parse(&write(named.name.as_str(), &named.policy));
            assert_eq!(again, Ok(named), "{name}");
        }
        let (_, none) = EMBEDDED[0];
        assert_eq!(parse(none).map(|it| it.policy), Ok(PlayPolicy::default()));
    }

    #[test]
    fn a_file_is_refused_with_what_can_stand_there() {
        let whole = EMBEDDED[0].1;
        for (text, said) in [
            ("name = 3".to_owned(), "name"),
            (whole.replace("turnover_24h = \"none\"\n", ""), "lacks `turnover_24h`"),
            (
                whole.replace("turnover_24h = \"none\"", "turnover_24h = \"1.234\""),
                "150.00, or none",
            ),
            (whole.replace("\"deposit,bet,withdraw\"", "\"deposit,dance\""), "or nothing"),
            (whole.replace("\"24h\"", "\"1\""), "at least 24h"),
            (whole.replace("\"24h\"", "\"23h\""), "\"24h\" would do"),
            (whole.replace("\"watch\"", "\"jail\""), "watch, hold or stop"),
            (whole.replace("\"stand\"", "\"fall\""), "stand or void"),
            (whole.replace("\"yes\"", "\"maybe\""), "yes or no"),
            (format!("{whole}weather = \"none\"\n"), "`weather` is no term"),
            (format!("colour = 1\n{whole}"), "colour"),
        ] {
            let error = parse(&text).expect_err("the file is wrong");
            assert!(error.contains(said), "{error}");
        }
        assert!(find("/nowhere.toml").is_err_and(|error| error.contains("great_britain")));
    }
}
