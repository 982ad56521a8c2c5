//! Every code of a refusal has a table that a trader can read, or is named here with what proves it.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use clutch_core::Reject;

/// Codes that no scenario can reach, as they are about threads, disks and people's terminals: which
/// test meets them instead.
const ELSEWHERE: &[(Reject, &str)] = &[
    (Reject::EngineBusy, "engine/tests/life.rs"),
    (Reject::EngineDraining, "engine/tests/life.rs"),
    (Reject::EngineFailed, "engine/tests/gate.rs"),
    (Reject::JournalFull, "engine/tests/journal_full.rs"),
    (Reject::LoadShed, "tests/tests/shedding.rs"),
    (Reject::OutOfPlace, "tests/tests/shedding.rs"),
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("tests/ has a parent").to_owned()
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// What the rows of every scenario table answer: the first word behind an arrow, or where a row expects a bet to stand.
fn answers_of_tables() -> BTreeSet<String> {
    let files = fs::read_dir(root().join("tests/tests")).expect("the rule book is here");
    let paths = files.map(|file| file.expect("a file of it").path());
    let is_spec = |path: &PathBuf| {
        path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("spec_"))
    };
    let texts: Vec<String> = paths.filter(is_spec).map(|path| read(&path)).collect();
    texts.iter().flat_map(|text| text.lines()).filter_map(answer_of).collect()
}

fn answer_of(row: &str) -> Option<String> {
    // A comment of Rust or of a table answers nothing.
    let row = row.split("//").next()?.split(" # ").next()?;
    let answer = match row.rsplit_once("->") {
        Some((_, answer)) => answer.trim_start(),
        None => row
            .trim_start()
            .strip_prefix("expect")?
            .trim_start()
            .strip_prefix("bet")?
            .split_whitespace()
            .nth(1)?,
    };
    let word = answer.split(|char: char| !char.is_ascii_alphanumeric()).next()?;
    (!word.is_empty()).then(|| word.to_owned())
}

#[test]
fn only_a_row_that_answers_counts() {
    for (row, answer) in [
        ("bet b1 A W a 10.00 -> OddsChanged(1.90, 2.00)   # the price moved", Some("OddsChanged")),
        ("expect bet b1 ReferralTimedOut", Some("ReferralTimedOut")),
        ("bet b1 A W a 10.00   # and no OddsChanged", None),
        ("/// OddsChanged comes first", None),
        ("expect account A1 available 1.00", None),
    ] {
        assert_eq!(answer_of(row).as_deref(), answer, "{row}");
    }
}

#[test]
fn every_code_has_a_table_or_says_where_it_is_proved() {
    let answers = answers_of_tables();
    for code in Reject::ALL {
        let elsewhere = ELSEWHERE.iter().find(|(other, _)| other == code);
        let has_table = answers.contains(code.name());
        match (has_table, elsewhere) {
            (true, None) => {}
            (false, Some((_, file))) => {
                let text = read(&root().join(file));
                assert!(text.contains(code.name()), "{file} says nothing of {code:?}");
            }
            (false, None) => panic!("{code:?} is answered by no row of tests/tests/spec_*.rs"),
            (true, Some(_)) => {
                panic!("{code:?} has a table; take it off the list in tests/tests/codes.rs")
            }
        }
    }
}
