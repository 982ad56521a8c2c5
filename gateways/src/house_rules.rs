//! House rules as files: from TOML to the answers that the engine adopts.
//!
//! Owns the shape of the file and its error messages. Which cases and answers there are is the engine's
//! list, [`HouseRules::CASES`]; a file must answer every one of them, so that a case that comes with a
//! later release is decided by a person and not by a default.

use std::collections::BTreeMap;

use clutch_core::house_rules::{Case, HouseRules};
use clutch_core::units::Name;
use serde::Deserialize;

use crate::named_file;

/// Rule sets that come with Clutch: their name in a configuration, and their file.
pub const EMBEDDED: &[(&str, &str)] = &[
    ("void_when_in_doubt", include_str!("../data/house_rules/void_when_in_doubt.toml")),
    ("stand_when_possible", include_str!("../data/house_rules/stand_when_possible.toml")),
];

/// A rule set with its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Named {
    /// What the operator calls it.
    pub name: Name,
    /// Its answers.
    pub rules: HouseRules,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    name: String,
    answers: BTreeMap<String, String>,
}

/// The rule set that a configuration names: one that comes with Clutch, or a file.
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
    from_answers(&file.name, &file.answers)
}

/// Makes a rule set of answers by their keys.
///
/// # Errors
/// As [`find`].
pub fn from_answers(name: &str, given: &BTreeMap<String, String>) -> Result<Named, String> {
    let name = Name::new(name).map_err(|error| format!("name: {error}"))?;
    let mut rules = HouseRules::default();
    for Case { key, happened, answers, .. } in HouseRules::CASES {
        let list = answers.join(", ");
        let answer = given.get(*key).ok_or_else(|| {
            format!("[answers] lacks `{key}` (what if {happened}?): one of {list}")
        })?;
        rules = rules.with(key, answer).ok_or_else(|| {
            format!("[answers] {key} = \"{answer}\" is no answer: it is one of {list}")
        })?;
    }
    let is_case = |key: &&String| HouseRules::CASES.iter().any(|case| case.key == key.as_str());
    if let Some(unknown) = given.keys().find(|key| !is_case(key)) {
        let known: Vec<&str> = HouseRules::CASES.iter().map(|case| case.key).collect();
        return Err(format!("[answers] `{unknown}` is no case; there are {}", known.join(", ")));
    }
    Ok(Named { name, rules })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes_with_clutch_is_complete_and_contradicts_itself() {
        let [voids, stands] = [0, 1].map(|index| {
            let (name, text) = EMBEDDED[index];
            parse(text).unwrap_or_else(|error| panic!("{name}: {error}")).rules
        });
        let pairs = voids.answers().zip(stands.answers());
        let opposite = pairs.filter(|((case, a), (_, b))| 1 < case.answers.len() && a != b).count();
        let contested = HouseRules::CASES.iter().filter(|case| 1 < case.answers.len()).count();
        assert_eq!(opposite, contested, "each contested case is answered in two ways");
    }

    #[test]
    fn a_file_is_refused_with_what_can_stand_there() {
        let whole = EMBEDDED[0].1;
        for (text, said) in [
            ("name = 3".to_owned(), "name"),
            (whole.replace("forfeit = \"void_map\"\n", ""), "lacks `forfeit`"),
            (whole.replace("\"void_map\"", "\"perhaps\""), "winner_stands, void_map"),
            (format!("{whole}weather = \"void\"\n"), "`weather` is no case"),
            (format!("colour = 1\n{whole}"), "colour"),
        ] {
            let error = parse(&text).expect_err("the file is wrong");
            assert!(error.contains(said), "{error}");
        }
        assert!(find("/nowhere.toml").is_err_and(|error| error.contains("void_when_in_doubt")));
    }
}
