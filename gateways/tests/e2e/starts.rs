//! What a second start makes of a file that was read before, as it is and changed.

use std::path::Path;

use crate::harness::data_dir::DataDir;
use crate::harness::even_match;
use crate::harness::process::{Serve, refusal, run, stdout};

const MATCH: &str = even_match!("final");

fn file(dir: &DataDir, matches: &str, accounts: &str) -> std::path::PathBuf {
    let engine = "[engine]\naccounts_max = 2\nmatches_max = 1\nmarkets_max = 1024\n\
                  bets_max = 1000\nclient_ids_max = 2000\n";
    dir.file("clutch.toml", &format!("{engine}{matches}{accounts}"))
}

fn deposits(journal: &Path) -> usize {
    let journal = journal.to_str().unwrap();
    stdout(&run(["journal", "inspect", journal, "--kind", "deposit", "--json"])).lines().count()
}

#[test]
fn a_start_sends_no_deposit_again_and_names_what_the_file_has_otherwise() {
    let dir = DataDir::new("starts");
    let journal = dir.journal();
    let alice = "[[account]]\nkey = \"alice\"\ndeposit = \"100.00\"\n";
    for deposit in ["100.00", "100.00", "120.00"] {
        let alice = alice.replace("100.00", deposit);
        Serve::start(&file(&dir, MATCH, &alice), &journal).process.terminate();
        assert_eq!(deposits(&journal), 1, "deposit {deposit}");
    }
    // A new name of a team is said and leaves the match as it is.
    let renamed = MATCH.replace("Spirit", "Team Spirit");
    Serve::start(&file(&dir, &renamed, alice), &journal).process.terminate();
    let (data, second) = (journal.to_str().unwrap(), even_match!("semi"));
    for (matches, accounts, said) in [
        (
            [MATCH, second].concat(),
            alice.to_owned(),
            "[[match]] semi: A table of the engine is full: matches_max is 1 here. Raise it",
        ),
        (
            MATCH.to_owned(),
            format!("{alice}[[account]]\nkey = \"bob\"\n[[account]]\nkey = \"carol\"\n"),
            "[[account]] carol: A table of the engine is full: accounts_max is 2 here. Raise it",
        ),
        (
            MATCH
                .replace("best_of = 1", "best_of = 1\ngame = \"valorant\"")
                .replace("\"CT\"", "\"defence\""),
            alice.to_owned(),
            "[[match]] final: the game is counter_strike in the journal and valorant in the file",
        ),
        ([MATCH, MATCH].concat(), alice.to_owned(), "[[match]] final stands there twice"),
    ] {
        let file = file(&dir, &matches, &accounts);
        let file = file.to_str().unwrap();
        let output = run(["serve", "--config", file, "--data", data, "--listen", "127.0.0.1:0"]);
        let why = refusal(&output);
        assert!(why.contains(said), "{why}");
    }
}
