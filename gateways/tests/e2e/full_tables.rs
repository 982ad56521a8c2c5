//! A house whose tables are full: it says so, and the next start with larger sizes makes room.

use std::path::Path;

use crate::admin::{Desk, staff_token};
use crate::harness::data_dir::DataDir;
use crate::harness::http::get;
use crate::harness::process::{Running, Serve, run, stdout};
use crate::harness::{even_match, eventually};

fn config(accounts_max: u32, bets_max: u32) -> String {
    let engine = format!(
        "[engine]\naccounts_max = {accounts_max}\nmatches_max = 4\nmarkets_max = 1024\n\
         bets_max = {bets_max}\nclient_ids_max = 20000\n"
    );
    let rest = concat!(
        even_match!("final"),
        "[[account]]\nkey = \"alice\"\ndeposit = \"100.00\"\n[[account]]\nkey = \"bob\"\n"
    );
    format!("{engine}{rest}")
}

fn tool(arguments: &[&str], journal: &Path) -> String {
    let journal = journal.to_str().unwrap();
    stdout(&run([&arguments[..1], &[journal], &arguments[1..]].concat()))
}

#[test]
fn full_tables_are_told_and_grow_at_the_next_start() {
    let dir = DataDir::new("full-tables");
    let file = dir.file("clutch.toml", &config(2, 10_000));
    let journal = dir.journal();
    let mut serve = Serve::start(&file, &journal);
    let token = staff_token(&["--operator", "7"], &file, &journal);
    let desk = Desk { serve: &serve, token: token.clone() };
    let status = desk.done(&["status"]);
    assert!(status.contains("NEARLY FULL: accounts_max 2 of 2 (100 %)"), "{status}");
    let tables = &desk.json(&["status"])["status"]["tables"];
    assert_eq!((&tables[1]["table"], &tables[1]["used"]), (&"matches_max".into(), &1.into()));
    assert!(desk.refused(&["account", "open", "carol"]).contains("CapacityReached"));
    serve.process.terminate();
    let before = tool(&["replay", "--hash"], &journal);

    let file = dir.file("clutch.toml", &config(10, 5_000));
    let (at, data) = (file.to_str().unwrap(), journal.to_str().unwrap());
    let mut process =
        Running::start(["serve", "--config", at, "--data", data, "--listen", "127.0.0.1:0"]);
    assert_eq!(process.line_with("tables grow"), "tables grow: accounts_max 2 -> 10");
    let kept = process.line_with("never shrink");
    assert!(kept.ends_with("stay in force: bets_max 10000, not 5000"), "{kept}");
    let address = process.address();
    let mut serve = Serve { process, address };
    let desk = Desk { serve: &serve, token };
    desk.done(&["account", "open", "carol"]);
    let status = desk.done(&["status"]);
    assert!(status.contains("fullest table: ") && !status.contains("NEARLY FULL"), "{status}");
    // Asked with each heartbeat.
    eventually("the metrics say how large the table is", || {
        let metrics = get(address, "/metrics").body;
        metrics.contains("table_rows_max{table=\"accounts_max\"} 10").then_some(())
    });
    serve.process.terminate();

    // Every tool reads across it.
    assert_ne!(tool(&["replay", "--hash"], &journal), before);
    let shown = stdout(&run(["journal", "inspect", data, "--kind", "enlarge"]));
    assert!(
        shown.contains("tables of these sizes, none smaller than before: accounts_max 10,"),
        "{shown}"
    );
    let verified = stdout(&run(["journal", "verify", data]));
    assert!(verified.starts_with("clean"), "{verified}");
}
