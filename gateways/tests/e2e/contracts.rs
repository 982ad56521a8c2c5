//! What other tools rely on: the shapes and values that the command line prints.

use std::collections::BTreeSet;
use std::io::Read;
use std::process::Stdio;

use serde_json::{Value, json};

use crate::harness::data_dir::DataDir;
use crate::harness::process::{clutch, run, run_with_input, stderr, stdout, summary};
use crate::harness::{CACHE, INFERNO, books, package_file};
use crate::series_log::MapLog;

const FIRST: &str = "rvls test team 1";
const SECOND: &str = "rvls test 2";

/// Plays a demo to its end and checks what holds for every one.
fn demo(data: &DataDir, more: &[&str]) -> Value {
    let journal = data.journal();
    let journal = journal.to_str().unwrap();
    let output = run(["demo", "--fast", "--exit", "--data", journal].iter().chain(more));
    let summary = summary(&output);
    let keys: BTreeSet<&str> = summary.as_object().unwrap().keys().map(String::as_str).collect();
    let expected = [
        "rounds",
        "maps",
        "series",
        "rewinds",
        "bets",
        "settled",
        "ledger_sum_minor",
        "state_hash",
        "last_seq",
    ];
    assert_eq!(keys, BTreeSet::from(expected));
    assert_eq!(summary["ledger_sum_minor"], 0);
    assert!(summary["bets"]["accepted"].as_u64().unwrap() > 0, "{summary}");
    assert!(summary["bets"]["refused"].is_object());

    // What it says is what the journal says, to a reader that shares no code with the summary.
    let read = books::read(&data.journal());
    assert_eq!(summary["last_seq"], read.last_seq);
    assert_eq!(summary["state_hash"], format!("{:016x}", read.state_hash));
    assert_eq!(summary["settled"], read.count(|end| end.is_settled()));
    let refused: u64 =
        summary["bets"]["refused"].as_object().unwrap().values().map(|n| n.as_u64().unwrap()).sum();
    assert_eq!(refused as usize, read.count(|end| matches!(end, books::Ended::Refused(_))));
    let rounds: u64 = read.rounds_by_map.values().flatten().map(|rounds| u64::from(*rounds)).sum();
    assert_eq!(summary["rounds"], rounds);

    let replayed = stdout(&run(["replay", journal, "--hash"]));
    let hash = summary["state_hash"].as_str().unwrap();
    let last_seq = &summary["last_seq"];
    assert!(
        replayed.starts_with(&format!(
            "state_hash={hash} last_seq={last_seq} commands={last_seq} rate="
        )),
        "{replayed}"
    );
    summary
}

#[test]
fn the_demo_plays_the_built_in_map_to_its_real_end() {
    let data = DataDir::new("demo");
    let summary = demo(&data, &[]);
    assert_eq!(summary["rounds"], 15);
    assert_eq!(summary["maps"], json!([{"map": "de_inferno", "score": {FIRST: 13, SECOND: 2}}]));
    assert_eq!(summary["series"]["winner"], FIRST);
    assert_eq!(summary["rewinds"], 0);
    // What the README shows of it is what comes out.
    let readme = include_str!("../../../README.md");
    let hash = summary["state_hash"].as_str().unwrap();
    let accepted = format!("{{\"bets\":{{\"accepted\":{},", summary["bets"]["accepted"]);
    let replayed = format!("state_hash={hash} last_seq={0} commands={0} ", summary["last_seq"]);
    for shown in [accepted, format!("\"state_hash\":\"{hash}\"}}"), replayed] {
        assert!(readme.contains(&shown), "the README does not show {shown}");
    }
    assert_eq!(summary["settled"], summary["bets"]["accepted"]);

    // Played again over its own journal it has nothing left to do but to say the same.
    let again = demo(&data, &[]);
    assert_eq!(again["bets"], summary["bets"]);
    assert_eq!(again["settled"], summary["settled"]);
}

#[test]
fn two_demos_are_the_same_to_the_last_bit_of_their_state() {
    let (one, two) = (DataDir::new("twin"), DataDir::new("twin"));
    assert_eq!(demo(&one, &[]), demo(&two, &[]));
}

#[test]
fn the_cs_go_map_is_played_first_to_sixteen() {
    let data = DataDir::new("mr15");
    let log = package_file(CACHE);
    let summary = demo(&data, &["--log", &log, "--format", "mr15"]);
    assert_eq!(summary["rounds"], 17);
    assert_eq!(summary["maps"][0]["map"], "de_cache");
    let score = summary["maps"][0]["score"].as_object().unwrap();
    let mut rounds: Vec<u64> = score.values().map(|rounds| rounds.as_u64().unwrap()).collect();
    rounds.sort_unstable();
    assert_eq!(rounds, [1, 16]);
    assert_eq!(summary["settled"], summary["bets"]["accepted"]);
}

#[test]
fn two_logs_are_a_series_of_three_and_a_restored_round_is_taken_back() {
    let data = DataDir::new("series");
    let second = MapLog {
        map: "de_nuke",
        teams: [SECOND, FIRST],
        winners: "1101011101010111011",
        restore: Some((8, 6)),
    };
    let (inferno, nuke) = (package_file(INFERNO), data.file("nuke.log", &second.write()));
    let summary = demo(&data, &["--log", &inferno, "--log", nuke.to_str().unwrap()]);
    assert_eq!(
        summary["maps"],
        json!([
            {"map": "de_inferno", "score": {FIRST: 13, SECOND: 2}},
            {"map": "de_nuke", "score": {FIRST: 13, SECOND: 6}},
        ])
    );
    assert_eq!(summary["rounds"], 34);
    assert_eq!(summary["rewinds"], 1);
    assert_eq!(summary["series"]["best_of"], 3);
    assert_eq!(summary["series"]["maps_won"], json!({FIRST: 2, SECOND: 0}));
    assert_eq!(summary["series"]["winner"], FIRST);
    assert_eq!(summary["settled"], summary["bets"]["accepted"]);
}

#[test]
fn the_feed_prints_the_rounds_that_were_really_played() {
    let truth: Value =
        serde_json::from_slice(&std::fs::read(package_file("data/round_truth.json")).unwrap())
            .unwrap();
    let logs = [
        (INFERNO, "cs2_2026-01-19_map1_de_inferno", &[][..]),
        (CACHE, "csgo_2018-11-12_bot_match_de_cache", &["--format", "mr15"][..]),
    ];
    for (log, name, more) in logs {
        let log = package_file(log);
        let printed = stdout(&run(["feed", "cs-log", &log].iter().chain(more)));
        let events: Vec<Value> =
            printed.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let kinds: Vec<&str> = events.iter().map(|event| event["kind"].as_str().unwrap()).collect();
        assert_eq!((kinds[0], *kinds.last().unwrap()), ("map_start", "map_over"), "{name}");
        let won: Vec<&Value> = events.iter().filter(|event| event["kind"] == "round_won").collect();
        let expected = truth[name]["events"].as_array().unwrap();
        assert_eq!(won.len(), expected.len(), "{name}");
        assert_eq!(events.len(), won.len() + 2, "{name}: no other event");
        for (number, (won, expected)) in (1..).zip(won.iter().zip(expected)) {
            assert_eq!(won["round"], number);
            for (key, value) in expected.as_object().unwrap() {
                assert_eq!(&won[key], value, "{name} round {number}: {key}");
            }
        }
    }
}

/// Every number in `expected` stands in `found` at the same place, to 1e-9.
fn assert_close(at: &str, expected: &Value, found: &Value) {
    match expected {
        Value::Object(fields) => {
            fields.iter().for_each(|(key, field)| {
                assert_close(&format!("{at}.{key}"), field, &found[key]);
            });
        }
        Value::Array(items) => {
            (0..items.len()).for_each(|index| assert_close(at, &items[index], &found[index]));
        }
        Value::Number(number) => {
            let found = found.as_f64().unwrap_or_else(|| panic!("{at}: {found} is no number"));
            let error = (number.as_f64().unwrap() - found).abs();
            assert!(error <= 1e-9, "{at}: expected {number}, found {found}");
        }
        other => assert_eq!(other, found, "{at}"),
    }
}

#[test]
fn the_pricing_tool_gives_the_numbers_of_every_vector() {
    for file in ["cs2_vectors.json", "cs2_pistol_vectors.json"] {
        let path = package_file(&format!("../tests/data/vectors/{file}"));
        let file: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
        let cases = file["cases"].as_array().unwrap();
        assert!(!cases.is_empty());
        let questions: String = cases
            .iter()
            .map(|case| {
                let mut question = case.clone();
                question.as_object_mut().unwrap().remove("expect");
                format!("{question}\n")
            })
            .collect();
        let answers = stdout(&run_with_input(&["price"], &questions));
        assert_eq!(answers.lines().count(), cases.len());
        for (case, answer) in cases.iter().zip(answers.lines()) {
            let answer: Value = serde_json::from_str(answer).unwrap();
            assert_eq!(answer["id"], case["id"]);
            assert_close(case["id"].as_str().unwrap(), &case["expect"], &answer["expect"]);
        }
    }
}

#[test]
fn a_line_that_cannot_be_priced_says_so_and_the_others_are_priced() {
    let path = package_file("../tests/data/vectors/cs2_vectors.json");
    let file: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    let good = &file["cases"][0];
    let output = run_with_input(&["price"], &format!("{good}\nnonsense\n{good}\n"));
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("1 lines could not be priced, 2 were"));
    let answers: Vec<Value> = String::from_utf8(output.stdout)
        .unwrap()
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(answers.len(), 3);
    assert_eq!(answers[1]["error"]["line"], 2);
    assert_eq!(answers[0], answers[2]);
}

/// How a command ends whose reader reads one byte and leaves.
fn unheard(arguments: &[&str]) -> std::process::ExitStatus {
    let mut command = clutch();
    let mut child =
        command.args(arguments).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let mut output = child.stdout.take().unwrap();
    output.read_exact(&mut [0]).unwrap();
    drop(output);
    child.wait().unwrap()
}

#[test]
fn a_command_whose_reader_leaves_ends_in_peace_and_a_demo_goes_on_to_its_end() {
    let data = DataDir::new("unheard");
    let journal = data.journal();
    let journal = journal.to_str().unwrap();
    let mut demo = vec!["demo", "--exit", "--speed", "1000", "--listen", "127.0.0.1:0"];
    demo.extend(["--data", journal]);
    assert!(unheard(&demo).success());
    assert_eq!(books::read(&data.journal()).rounds_by_map[&1], [13, 2]);
    // Its events fill any pipe, so the reader is gone before the last of them.
    assert!(unheard(&["replay", journal, "--events"]).success());
    assert!(unheard(&["config"]).success());
}

#[test]
fn a_replay_stops_where_it_is_told_to_and_prints_every_event() {
    let data = DataDir::new("replay");
    let whole = demo(&data, &[]);
    let journal = data.journal();
    let journal = journal.to_str().unwrap();
    let cut = stdout(&run(["replay", journal, "--to", "100", "--hash"]));
    assert!(cut.contains("last_seq=100 commands=100 "), "{cut}");
    assert!(!cut.contains(whole["state_hash"].as_str().unwrap()));
    let events = stdout(&run(["replay", journal, "--events"]));
    let last: Value = serde_json::from_str(events.lines().last().unwrap()).unwrap();
    assert!(events.lines().all(|line| serde_json::from_str::<Value>(line).is_ok()));
    assert!(last["seq"].as_u64() <= whole["last_seq"].as_u64());
}
