//! `clutch price` against the committed vectors, and against lines no tool should send.
#![allow(clippy::unwrap_used)]

use clutch_gateways::price;
use serde_json::{Value, json};

const TOLERANCE: f64 = 1e-9;

fn vectors(name: &str) -> Vec<Value> {
    let path = format!("{}/../tests/data/vectors/{name}", env!("CARGO_MANIFEST_DIR"));
    let file: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    file["cases"].as_array().unwrap().clone()
}

fn priced(input: &str) -> (price::Summary, Vec<Value>) {
    let mut output = Vec::new();
    let summary = price::run(input.as_bytes(), &mut output).unwrap();
    let lines = String::from_utf8(output)
        .unwrap()
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    (summary, lines)
}

/// Same shape, same keys, numbers within the tolerance.
fn assert_same(at: &str, expected: &Value, found: &Value) {
    match (expected, found) {
        (Value::Number(expected), Value::Number(found)) => {
            let error = (expected.as_f64().unwrap() - found.as_f64().unwrap()).abs();
            assert!(error <= TOLERANCE, "{at}: expected {expected}, found {found}");
        }
        (Value::Object(expected), Value::Object(found)) => {
            let keys = |object: &serde_json::Map<String, Value>| {
                object.keys().cloned().collect::<Vec<_>>()
            };
            assert_eq!(keys(expected), keys(found), "{at}: keys");
            for (key, value) in expected {
                assert_same(&format!("{at}.{key}"), value, &found[key]);
            }
        }
        _ => assert_eq!(expected, found, "{at}"),
    }
}

fn check_vectors(name: &str, count: usize) {
    let cases = vectors(name);
    assert_eq!(cases.len(), count);
    let input: String = cases.iter().map(|case| format!("{case}\n")).collect();
    let (summary, answers) = priced(&input);
    assert_eq!(summary, price::Summary { answered: count as u64, errors: 0 });
    for (case, answer) in cases.iter().zip(&answers) {
        assert_same(case["id"].as_str().unwrap(), case, &with_state(answer, case));
    }
}

/// An answer has all fields of its case but the state.
fn with_state(answer: &Value, case: &Value) -> Value {
    let mut answer = answer.clone();
    assert!(
        answer.as_object_mut().unwrap().insert("state".into(), case["state"].clone()).is_none()
    );
    answer
}

#[test]
fn every_cs2_vector_is_met() {
    check_vectors("cs2_vectors.json", 34);
}

#[test]
fn every_valorant_vector_is_met() {
    check_vectors("valorant_vectors.json", 34);
}

#[test]
fn every_cs2_pistol_vector_is_met() {
    check_vectors("cs2_pistol_vectors.json", 6);
}

fn a_case() -> Value {
    vectors("cs2_vectors.json").swap_remove(0)
}

#[test]
fn a_bad_line_is_answered_under_its_number_and_the_run_goes_on() {
    let good = a_case().to_string();
    let input = format!("{good}\n{{\"id\": \"x\",\n\n[1, 2]\r\n{good}\r\n{good}");
    let (summary, answers) = priced(&input);
    assert_eq!(summary, price::Summary { answered: 3, errors: 2 });
    assert_eq!(answers[1]["error"]["line"], 2);
    assert_eq!(answers[1]["id"], Value::Null);
    assert_eq!(answers[2]["error"]["line"], 4);
    assert!(answers[1]["error"]["what"].as_str().unwrap().starts_with("not a case in JSON: "));
    assert_eq!(answers[4], answers[0]);
}

#[test]
fn each_state_that_cannot_be_priced_is_refused_in_its_own_words() {
    let table: [(&str, Value, &str); 18] = [
        (
            "/rules",
            json!("chess"),
            "rules \"chess\" are not priced here; known: \"cs2\", \"valorant\", \"lol\", \"dota2\"",
        ),
        ("/rules", json!("valorant"), "state: unknown variant `T`, expected `ATK` or `DEF`"),
        ("/rules", Value::Null, "the field \"rules\" is missing"),
        ("/state", Value::Null, "the field \"state\" is missing"),
        ("/state/best_of", json!(4), "best_of 4 is not 1, 2, 3 or 5"),
        ("/state/best_of", json!(5), "maps has 3 of 5 entries"),
        ("/state/best_of", json!(-1), "state: invalid value: integer `-1`, expected u8"),
        ("/state/maps_won/A", json!(2), "the series is already decided"),
        ("/state/current_map_no", json!(3), "current_map_no must be 2, one more than the maps won"),
        ("/state/round_score/A", json!(13), "map 2: the map is already decided at this score"),
        ("/state/round_score/A", json!(65535), "map 2: no sequence of rounds leads to this score"),
        (
            "/state/maps/1/p_A_round_T",
            json!(1.0),
            "map 2: a round probability must lie from 0.000001 to 0.999999",
        ),
        (
            "/state/maps/2/A_first_half_side",
            json!("DEF"),
            "state: unknown variant `DEF`, expected `T` or `CT`",
        ),
        (
            "/state/maps/2/p_A_pistol_T",
            json!(0.5),
            "map 3: p_A_pistol_T and p_A_pistol_CT come together or not at all",
        ),
        (
            "/state/next_round",
            json!(1.5),
            "map 2: a round probability must lie from 0.000001 to 0.999999",
        ),
        // A slip in a name would otherwise price with something else.
        ("/state/rounds_per_halves", json!(15), "state: unknown field `rounds_per_halves`"),
        ("/state/maps/1/p_A_pistol_ATK", json!(0.5), "state: unknown field `p_A_pistol_ATK`"),
        ("/state/rounds_per_half", json!(16), "rounds_per_half 16 is not within 1 and 15"),
    ];
    for (pointer, value, what) in table {
        let mut case = a_case();
        let (parent, key) = pointer.rsplit_once('/').unwrap();
        case.pointer_mut(parent).unwrap()[key] = value;
        let (summary, answers) = priced(&case.to_string());
        assert_eq!(summary, price::Summary { answered: 0, errors: 1 }, "{pointer}");
        let found = answers[0]["error"]["what"].as_str().unwrap();
        assert!(found.starts_with(what), "{pointer}: {found}");
        assert_eq!(answers[0]["id"], "cs2-0000");
        assert_eq!(answers[0]["error"]["line"], 1);
    }
}

#[test]
fn a_line_beyond_the_limit_is_refused_without_being_kept() {
    let input = format!("{}\n{}\n", "x".repeat(price::LINE_BYTES_MAX + 1), a_case());
    let (summary, answers) = priced(&input);
    assert_eq!(summary, price::Summary { answered: 1, errors: 1 });
    assert_eq!(answers[0]["error"]["what"], "the line is longer than 1048576 bytes");
}

#[test]
fn an_mr15_map_is_first_to_sixteen() {
    let mut case = a_case();
    case["state"]["rounds_per_half"] = json!(15);
    case["state"]["round_score"] = json!({"A": 15, "B": 14});
    let (_, answers) = priced(&case.to_string());
    let map = &answers[0]["expect"]["maps"]["2"];
    let round_30 = case["state"]["maps"][1]["p_A_round_CT"].as_f64().unwrap();
    assert_eq!(map["next_round"]["round_no"], 30);
    assert_eq!(map["correct_round_score"]["16-14"], round_30);
    assert!((map["overtime_yes"].as_f64().unwrap() - (1.0 - round_30)).abs() < TOLERANCE);
}
