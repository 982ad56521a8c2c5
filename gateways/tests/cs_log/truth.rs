//! The two real maps, and what can happen to a log on its way, against every round that really counted.

use std::io::Read;
use std::path::PathBuf;

use clutch_gateways::feed::cs_log::{Counters, Options, RoundFormat, open_log, print_file};
use serde_json::{Value, json};

pub const CS2: &str = "cs2_2026-01-19_map1_de_inferno";
pub const CSGO: &str = "csgo_2018-11-12_bot_match_de_cache";

fn data(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("data").join(name)
}

pub fn log(name: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    open_log(&data(&format!("{name}.log.gz"))).unwrap().read_to_end(&mut bytes).unwrap();
    bytes
}

fn format_of(name: &str) -> Option<RoundFormat> {
    // The CS:GO log never says how many rounds a half has.
    (name == CSGO).then_some(RoundFormat::Mr15)
}

fn printed(bytes: &[u8], format: Option<RoundFormat>) -> (Vec<Value>, Counters) {
    let mut out = Vec::new();
    let counters = print_file(bytes, Options { format }, &mut out).unwrap();
    let lines = String::from_utf8(out).unwrap();
    (lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect(), counters)
}

/// What the contract wants printed for a log, with line numbers moved by `line_of`.
fn truth(name: &str, line_of: impl Fn(u64) -> u64) -> Vec<Value> {
    let all: Value =
        serde_json::from_slice(&std::fs::read(data("round_truth.json")).unwrap()).unwrap();
    let rounds = all[name]["events"].as_array().unwrap();
    let (map, score) = match name {
        CS2 => ("de_inferno", json!({"rvls test team 1": 13, "rvls test 2": 2})),
        _ => ("de_cache", json!({"CT": 16, "TERRORIST": 1})),
    };
    let mut expected = vec![json!({"kind": "map_start", "map": map})];
    for (index, round) in rounds.iter().enumerate() {
        let mut record = round.clone();
        record["kind"] = json!("round_won");
        record["round"] = json!(index + 1);
        record["line"] = json!(line_of(record["line"].as_u64().unwrap()));
        expected.push(record);
    }
    expected.push(json!({"kind": "map_over", "map": map, "score": score}));
    expected
}

fn check(name: &str, bytes: &[u8], line_of: impl Fn(u64) -> u64) -> Counters {
    let (events, counters) = printed(bytes, format_of(name));
    let expected = truth(name, line_of);
    for (event, expected) in events.iter().zip(&expected) {
        assert_eq!(event, expected, "{name}");
    }
    assert_eq!(events.len(), expected.len(), "{name}");
    assert_eq!(counters.disagreements, 0, "{name}");
    assert_eq!(
        counters.lines,
        counters.known + counters.unknown + counters.garbage + counters.empty,
        "every line of {name} is counted once"
    );
    counters
}

#[test]
fn both_maps_give_exactly_the_rounds_that_counted() {
    for name in [CS2, CSGO] {
        check(name, &log(name), |line| line);
    }
}

#[test]
fn the_format_stands_in_the_log_of_the_newer_game() {
    assert_eq!(printed(&log(CS2), Some(RoundFormat::Mr12)).0, printed(&log(CS2), None).0);
}

#[test]
fn the_wrong_format_holds_instead_of_paying_the_wrong_team() {
    let (events, counters) = printed(&log(CSGO), Some(RoundFormat::Mr12));
    let rounds = events.iter().filter(|event| event["kind"] == "round_won").count();
    assert_eq!(rounds, 12, "the score of round 13 shows that nobody changed sides");
    assert!(0 < counters.disagreements);
}

#[test]
fn the_other_dialect_says_the_same() {
    for name in [CS2, CSGO] {
        let text = String::from_utf8_lossy(&log(name)).into_owned();
        let bare: String = text
            .lines()
            .map(|line| format!("{}\r\n", line.strip_prefix("L ").unwrap_or(line)))
            .collect();
        check(name, bare.as_bytes(), |line| line);
    }
}

#[test]
fn lines_of_a_tournament_platform_between_the_lines_change_nothing() {
    for name in [CS2, CSGO] {
        let mut mixed = Vec::new();
        for (index, line) in log(name).split(|&byte| byte == b'\n').enumerate() {
            mixed.extend_from_slice(line);
            mixed.extend_from_slice(b"\n{\"event\":\"round_end\",\"round\":7} #platform\n");
            let noise: &[u8] = match index % 5 {
                0 => b"\xff\xfe\x00\x80 \xf0\x9f",
                1 => b"",
                2 => b"L 01/19/2026 - 19:04:06: [Platform] Team \"CT\" triggered \"SFUI_Notice_CTs_Win\" (CT \"9\") (T \"9\")",
                3 => &[b'L'; 70_000],
                _ => b"01/19/2026 - 25:00:00: World triggered \"Match_Start\" on \"de_nowhere\"",
            };
            mixed.extend_from_slice(noise);
            mixed.push(b'\n');
        }
        let counters = check(name, &mixed, |line| 3 * line - 2);
        assert!(0 < counters.garbage && 0 < counters.empty, "{counters:?}");
    }
}
