//! `clutch grade` against the committed vectors, and against lines no tool should send.
#![allow(clippy::unwrap_used)]

use clutch_gateways::grade::{self, Summary};
use serde_json::{Value, json};

fn cases() -> Vec<Value> {
    let path = format!("{}/../tests/data/vectors/settle_vectors.json", env!("CARGO_MANIFEST_DIR"));
    let file: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    file["cases"].as_array().unwrap().clone()
}

fn graded(input: &str) -> (Summary, Vec<Value>) {
    let mut output = Vec::new();
    let summary = grade::run(input.as_bytes(), &mut output).unwrap();
    let text = String::from_utf8(output).unwrap();
    (summary, text.lines().map(|line| serde_json::from_str(line).unwrap()).collect())
}

/// What one case is answered under `expect`, or its error.
fn answer(case: &Value) -> Value {
    let (_, mut answers) = graded(&case.to_string());
    let mut answer = answers.remove(0);
    match answer.get("error") {
        Some(error) => error["what"].clone(),
        None => answer["expect"].take(),
    }
}

#[test]
fn every_settlement_vector_is_met_exactly() {
    let cases = cases();
    assert_eq!(cases.len(), 26);
    let input: String = cases.iter().map(|case| format!("{case}\n")).collect();
    let (summary, answers) = graded(&input);
    assert_eq!(summary, Summary { answered: 26, errors: 0 });
    for (case, answer) in cases.iter().zip(&answers) {
        for key in ["id", "lines", "total_stake_minor", "expect"] {
            assert_eq!(answer[key], case[key], "{} {key}", case["id"]);
        }
    }
}

#[test]
fn a_system_can_be_named_instead_of_listed() {
    let legs = |count: usize| json!(vec![json!({"odds_milli": 2000, "result": "won"}); count]);
    for (name, count, lines) in [
        ("single", 1, 1),
        ("double", 2, 1),
        ("treble", 3, 1),
        ("fold9", 9, 1),
        ("Trixie", 3, 4),
        ("patent", 3, 7),
        ("yankee", 4, 11),
        ("lucky 15", 4, 15),
        ("canadian", 5, 26),
        ("Super Yankee", 5, 26),
        ("lucky-31", 5, 31),
        ("heinz", 6, 57),
        ("lucky63", 6, 63),
        ("super heinz", 7, 120),
        ("goliath", 8, 247),
    ] {
        let case = json!({"type": name, "unit_stake_minor": 1, "legs": legs(count)});
        let (_, answers) = graded(&case.to_string());
        assert_eq!(answers[0]["lines"], lines, "{name}: {}", answers[0]);
        assert_eq!(answers[0]["expect"]["winning_lines"], lines, "{name}");
    }
}

#[test]
fn a_banker_stands_in_every_line() {
    // Doubles of the banker at 2.00 with each of two others: 2 × 3 + 2 × 5.
    let mut case = json!({"fold_sizes": [2], "unit_stake_minor": 100, "legs": [
        {"odds_milli": 2000, "result": "won", "banker": true},
        {"odds_milli": 3000, "result": "won"},
        {"odds_milli": 5000, "result": "won"},
    ]});
    assert_eq!(answer(&case)["payout_minor"], 1_600);
    case["legs"][0]["result"] = json!("lost");
    assert_eq!(answer(&case)["gross_return_exact"], "0/1");
    case["fold_sizes"] = Value::Null;
    case["legs"][0]["result"] = json!("won");
    case["type"] = json!("trixie");
    assert_eq!(answer(&case), "a trixie has 3 legs beside its bankers, not 2");
}

#[test]
fn half_results_and_the_three_dead_heats_pay_by_their_formulas() {
    for (leg, exact) in [
        (json!({"odds_milli": 1850, "result": "half_won"}), "285/2"),
        (json!({"odds_milli": 1850, "result": "half_lost"}), "50/1"),
        (json!({"odds_milli": 4000, "result": "dead_heat", "dh_num": 1, "dh_den": 3}), "400/3"),
    ] {
        let case = json!({"fold_sizes": [1], "unit_stake_minor": 100, "legs": [leg]});
        assert_eq!(answer(&case)["gross_return_exact"], exact);
    }
    for (rule, exact) in
        [("stake_share", "400/3"), ("reduced_odds", "1333/10"), ("profit_share", "200/1")]
    {
        let leg = json!({"odds_milli": 4000, "result": "dead_heat", "dh_num": 1, "dh_den": 3});
        let case = json!({"fold_sizes": [1], "unit_stake_minor": 100, "legs": [leg], "dead_heat_rule": rule});
        assert_eq!(answer(&case)["gross_return_exact"], exact, "{rule}");
    }
}

#[test]
fn twenty_legs_at_the_longest_odds_are_paid_to_the_last_digit() {
    let leg = json!({"odds_milli": 1_000_000, "result": "won"});
    let case = json!({"type": "fold20", "unit_stake_minor": 7, "legs": vec![leg; 20]});
    let mut output = Vec::new();
    grade::run(case.to_string().as_bytes(), &mut output).unwrap();
    let digits = format!("\"payout_minor\":7{}", "0".repeat(60));
    assert!(String::from_utf8(output).unwrap().contains(&digits));
}

#[test]
fn each_bet_that_cannot_be_graded_is_refused_in_its_own_words() {
    let good = || cases().swap_remove(3);
    for (pointer, value, what) in [
        ("/unit_stake_minor", json!(0), "unit_stake_minor 0 is not within 1 and 9223372036854"),
        ("/unit_stake_minor", json!("5"), "invalid type: string \"5\", expected i64"),
        ("/fold_sizes", json!([]), "fold_sizes must list different sizes between 1 and 20"),
        ("/fold_sizes", json!([21]), "fold_sizes must list different sizes between 1 and 20"),
        ("/fold_sizes", json!([2, 2]), "fold_sizes must list different sizes between 1 and 20"),
        ("/fold_sizes", json!([4]), "a fold size is larger than the bet has legs"),
        ("/fold_sizes", json!([2]), "lines contradicts the legs and fold sizes: it must be 3"),
        ("/legs", json!([]), "a bet has 1 to 20 legs"),
        (
            "/legs/1/odds_milli",
            json!(1000),
            "leg 2: odds_milli 1000 is not within 1001 and 1000000",
        ),
        ("/legs/1/result", json!("dead_heat"), "leg 2: a dead heat needs dh_num and dh_den"),
        ("/legs/1/dh_num", json!(1), "leg 2: dh_num and dh_den belong to a dead heat only"),
        (
            "/legs/1/result",
            json!("wun"),
            "unknown variant `wun`, expected one of `won`, `lost`, `void`, `half_won`, `half_lost`, `dead_heat`",
        ),
        ("/max_payout_minor", json!(-1), "invalid value: integer `-1`, expected u64"),
        (
            "/total_stake_minor",
            json!(1),
            "total_stake_minor contradicts the legs and fold sizes: it must be 2000",
        ),
        ("/selections", json!(4), "selections contradicts the legs and fold sizes: it must be 3"),
    ] {
        let mut case = good();
        let (parent, key) = pointer.rsplit_once('/').unwrap();
        case.pointer_mut(parent).unwrap()[key] = value;
        let (summary, answers) = graded(&case.to_string());
        assert_eq!(summary, Summary { answered: 0, errors: 1 }, "{pointer}");
        assert_eq!(answers[0], json!({"id": "s0030", "error": {"line": 1, "what": what}}));
    }
    let mut case = good();
    case["legs"][0]["result"] = json!("dead_heat");
    (case["legs"][0]["dh_num"], case["legs"][0]["dh_den"]) = (json!(3), json!(2));
    assert_eq!(answer(&case), "leg 1: a dead heat of 2 cannot share 3 places");
    // What a type stands for must be what is graded; a name of the tool's own is nobody's business.
    let of_type = |name: &str, sizes: Value| {
        let leg = json!({"odds_milli": 2000, "result": "won"});
        json!({"type": name, "fold_sizes": sizes, "unit_stake_minor": 1, "legs": [leg, leg, leg]})
    };
    for (name, sizes, what) in [
        ("trixie", json!([1]), "type \"trixie\" contradicts fold_sizes [1]: it stands for [2, 3]"),
        ("double", json!([3]), "type \"double\" contradicts fold_sizes [3]: it stands for [2]"),
        (
            "yankee",
            json!([2, 3]),
            "type contradicts the legs: a yankee has 4 legs beside its bankers, not 3",
        ),
    ] {
        assert_eq!(answer(&of_type(name, sizes)), what);
    }
    assert_eq!(answer(&of_type("Trixie", json!([3, 2])))["payout_minor"], 20);
    assert_eq!(answer(&of_type("system_2_of_3", json!([2])))["payout_minor"], 12);
    let unnamed = json!({"id": 1, "unit_stake_minor": 1, "legs": []});
    assert_eq!(answer(&unnamed), "fold_sizes is missing, and there is no type to name them");
}

#[test]
fn a_key_that_is_misspelt_or_stands_twice_is_refused_by_its_name() {
    let leg = r#"{"odds_milli":2000,"result":"won"}"#;
    let bet = |extra: &str, leg: &str| {
        format!(r#"{{"id":7,"fold_sizes":[1],"unit_stake_minor":100,"legs":[{leg}]{extra}}}"#)
    };
    let heat = r#"{"odds_milli":4000,"result":"dead_heat","dh_num":1,"dh_den":3,"dh_places":1}"#;
    for (line, what) in [
        (
            bet(r#","dead_heat_rul":"reduced_odds""#, leg),
            "unknown field `dead_heat_rul`, expected one of",
        ),
        (bet(r#","max_payout":5"#, leg), "unknown field `max_payout`"),
        (
            bet(r#","dead_heat_rule":"reduced""#, leg),
            "unknown variant `reduced`, expected one of `stake_share`",
        ),
        (bet("", heat), "unknown field `dh_places`"),
        (bet(r#","unit_stake_minor":900"#, leg), "the key `unit_stake_minor` stands twice"),
        (
            bet("", r#"{"odds_milli":2000,"result":"lost","result":"won"}"#),
            "the key `result` stands twice",
        ),
    ] {
        let (summary, answers) = graded(&format!("\n{line}\n"));
        assert_eq!(summary, Summary { answered: 0, errors: 1 }, "{line}");
        assert_eq!((&answers[0]["id"], &answers[0]["error"]["line"]), (&json!(7), &json!(2)));
        let said = answers[0]["error"]["what"].as_str().unwrap();
        assert!(said.starts_with(what), "{said} and not {what}");
    }
}
