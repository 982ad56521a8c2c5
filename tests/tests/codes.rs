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

/// Every word of every scenario table.
fn words_of_tables() -> BTreeSet<String> {
    let files = fs::read_dir(root().join("tests/tests")).expect("the rule book is here");
    let paths = files.map(|file| file.expect("a file of it").path());
    let is_spec = |path: &PathBuf| {
        path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("spec_"))
    };
    let is_no_word = |char: char| !char.is_ascii_alphanumeric();
    paths
        .filter(is_spec)
        .flat_map(|path| {
            let text = read(&path);
            text.split(is_no_word).map(str::to_owned).collect::<Vec<_>>()
        })
        .collect()
}

#[test]
fn every_code_has_a_table_or_says_where_it_is_proved() {
    let words = words_of_tables();
    for code in Reject::ALL {
        let elsewhere = ELSEWHERE.iter().find(|(other, _)| other == code);
        let has_table = words.contains(code.name());
        match (has_table, elsewhere) {
            (true, None) => {}
            (false, Some((_, file))) => {
                let text = read(&root().join(file));
                assert!(text.contains(code.name()), "{file} says nothing of {code:?}");
            }
            (false, None) => panic!("{code:?} has no table in tests/tests/spec_*.rs"),
            (true, Some(_)) => {
                panic!("{code:?} has a table; take it off the list in tests/tests/codes.rs")
            }
        }
    }
}
