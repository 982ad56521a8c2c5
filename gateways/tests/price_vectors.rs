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

/// An answer has all fields of its case but the state, and beside them what is more than the usual.
fn with_state(answer: &Value, case: &Value) -> Value {
    let mut answer = answer.clone();
    assert!(answer.as_object_mut().unwrap().remove("more").is_some());
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
    let table: [(&str, Value, &str); 24] = [
        (
            "/rules",
            json!("chess"),
            "rules \"chess\" are not priced here; known: \"cs2\", \"valorant\", \"lol\", \"dota2\"",
        ),
        ("/rules", json!("valorant"), "state: side `T` is neither ATK nor DEF"),
        ("/rules", Value::Null, "the field \"rules\" is missing"),
        ("/state", Value::Null, "the field \"state\" is missing"),
        ("/state/best_of", json!(4), "best_of 4 is not 1, 2, 3 or 5"),
        ("/state/best_of", json!(5), "maps has 3 of 5 entries"),
        (
            "/state/best_of",
            json!(-1),
            "state: invalid value: integer `-1`, expected a whole number from 0 to 255",
        ),
        ("/state/maps_won/A", json!(2), "the series is already decided"),
        ("/state/current_map_no", json!(3), "current_map_no must be 2, one more than the maps won"),
        ("/state/round_score/A", json!(13), "map 2: the map is already decided at this score"),
        ("/state/round_score/A", json!(65535), "map 2: no sequence of rounds leads to this score"),
        (
            "/state/maps/1/p_A_round_T",
            json!(1.0),
            "map 2: a round probability must lie from 0.000001 to 0.999999",
        ),
        ("/state/maps/2/A_first_half_side", json!("DEF"), "state: side `DEF` is neither T nor CT"),
        (
            "/state/maps/2/p_A_pistol_T",
            json!(0.5),
            "map 3: p_A_pistol_T and p_A_pistol_CT come together or not at all",
        ),
        (
            "/state/next_round",
            json!(1.5),
            "map 2: next_round is 1.5; it must lie from 0.000001 to 0.999999",
        ),
        ("/state/next_round", json!(1), "map 2: next_round is 1; it must lie from 0.000001"),
        ("/state/next_round", json!(0), "map 2: next_round is 0; it must lie from 0.000001"),
        // What was expected is said in words for people.
        ("/state/next_round", json!("x"), "state: invalid type: string \"x\", expected a number"),
        ("/state/maps", json!([5]), "state: invalid type: integer `5`, expected an object"),
        (
            "/state/round_score/A",
            json!("x"),
            "state: invalid type: string \"x\", expected a whole number from 0 to 65535",
        ),
        (
            "/state/maps/1/A_first_half_side",
            json!("left"),
            "state: side `left` is neither T nor CT",
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

#[test]
fn a_line_with_a_number_too_large_is_refused_under_its_id() {
    let line = r#"{"id":"big","rules":"cs2","state":{"best_of":1,"maps_won":{"A":0,"B":0},
        "round_score":{"A":0,"B":0},"maps":[{"A_first_half_side":"T","p_A_round_T":1e400,
        "p_A_round_CT":0.5}]}}"#;
    let (_, answers) = priced(&line.replace('\n', ""));
    assert_eq!(answers[0]["id"], "big");
    let what = answers[0]["error"]["what"].as_str().unwrap();
    assert_eq!(what, "state: invalid type: string \"1e400\", expected a number");
    let (_, answers) = priced("5");
    let what = answers[0]["error"]["what"].as_str().unwrap();
    assert!(what.contains("expected an object") && !what.contains("struct"), "{what}");
}

#[test]
fn a_side_may_be_written_in_any_capitals() {
    for (file, sides) in [
        ("cs2_vectors.json", [["T", "t", "T"], ["CT", "ct", "Ct"]]),
        ("valorant_vectors.json", [["ATK", "atk", "Attack"], ["DEF", "def", "defence"]]),
    ] {
        for names in sides {
            let books = names.map(|name| {
                let mut case = vectors(file).swap_remove(0);
                for map in case["state"]["maps"].as_array_mut().unwrap() {
                    map["A_first_half_side"] = json!(name);
                }
                let (summary, mut answers) = priced(&case.to_string());
                assert_eq!(summary.errors, 0, "{name}: {answers:?}");
                answers.swap_remove(0)
            });
            assert!(books.iter().all(|book| *book == books[0]), "{names:?}");
        }
    }
}

/// What is answered beside the usual markets follows from those, of which the vectors are sure.
#[test]
fn further_markets_agree_with_the_usual_ones() {
    let near = |what: &str, found: f64, expected: f64| {
        assert!((found - expected).abs() < TOLERANCE, "{what}: {found} is not {expected}");
    };
    let p = |value: &Value| value.as_f64().unwrap_or_else(|| panic!("{value}"));
    for file in ["cs2_vectors.json", "valorant_vectors.json", "cs2_pistol_vectors.json"] {
        for case in vectors(file) {
            let (_, answers) = priced(&case.to_string());
            let (usual, more) = (&answers[0]["expect"], &answers[0]["more"]);
            let current = case["state"]["current_map_no"].to_string();
            for (number, map) in usual["maps"].as_object().unwrap() {
                let at = format!("{} map {number}", case["id"]);
                let also = &more["maps"][number];
                let scores = map["correct_round_score"].as_object().unwrap();
                let sum = |keep: &dyn Fn(u32, u32) -> bool| -> f64 {
                    let rounds = |score: &str| {
                        let (a, b) = score.split_once('-')?;
                        Some((a.parse::<u32>().ok()?, b.parse::<u32>().ok()?))
                    };
                    let kept = scores
                        .iter()
                        .filter(|(score, _)| rounds(score).is_some_and(|(a, b)| keep(a, b)));
                    kept.map(|(_, chance)| p(chance)).sum()
                };
                let result = &also["regulation_result"];
                near(&at, p(&result["A"]), sum(&|a, b| b < a));
                near(&at, p(&result["B"]), sum(&|a, b| a < b));
                near(&at, p(&result["A"]) + p(&result["draw"]) + p(&result["B"]), 1.0);
                let parity = &also["total_rounds_odd_even"];
                near(&at, p(&parity["odd"]) + p(&parity["even"]), 1.0);
                let odd = sum(&|a, b| (a + b) % 2 == 1);
                if file == "valorant_vectors.json" {
                    // Overtime is won by two: an even number of rounds.
                    near(&at, p(&parity["odd"]), odd);
                }
                let at_most = odd + p(&result["draw"]) + TOLERANCE;
                assert!((odd - TOLERANCE..=at_most).contains(&p(&parity["odd"])), "{at}");
                for (line, over) in also["regulation_rounds_over"].as_object().unwrap() {
                    near(&at, p(over), p(&map["total_rounds_over"][line]));
                }
                let handicap = &also["regulation_handicap_A"];
                near(&at, p(&handicap["-0.5"]), p(&result["A"]));
                near(&at, p(&handicap["+0.5"]), p(&result["A"]) + p(&result["draw"]));
                near(&at, p(&handicap["-2.5"]), sum(&|a, b| b + 2 < a));
                let of_a = &also["team_rounds_over"]["A"];
                near(&at, p(&of_a["6.5"]) - p(&of_a["7.5"]), sum(&|a, b| (a, b) == (7, 13)));
                near(&at, p(&of_a["11.5"]), p(&result["A"]) + p(&result["draw"]));
                let of_b = &also["team_rounds_over"]["B"];
                near(&at, p(&of_b["11.5"]), p(&result["B"]) + p(&result["draw"]));
                if let Some(first) = also["race_to"]["1"].as_object() {
                    let next = &map["next_round"];
                    near(&at, p(&first["A"]), p(&next["A"]));
                }
                if case["state"]["best_of"] == 1 && *number == current {
                    let lines = &more["series"]["rounds_of_current_and_later_maps_over"];
                    for (line, over) in lines.as_object().unwrap() {
                        if let Some(usual) = map["total_rounds_over"].get(line) {
                            near(&at, p(over), p(usual));
                        }
                    }
                }
            }
        }
    }
}
