//! `clutch margin` against the committed vectors, and against lines no tool should send.
#![allow(clippy::unwrap_used)]

use clutch_gateways::lines::Summary;
use clutch_gateways::margin::{self, Method, apply, remove};
use serde_json::{Value, json};

const TOLERANCE: f64 = 1e-9;

fn vectors() -> Vec<Value> {
    let path = format!("{}/../tests/data/vectors/margin_vectors.json", env!("CARGO_MANIFEST_DIR"));
    let file: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    file["cases"].as_array().unwrap().clone()
}

fn answered(input: &str) -> (Summary, Vec<Value>) {
    let mut output = Vec::new();
    let summary = margin::run(input.as_bytes(), &mut output).unwrap();
    let text = String::from_utf8(output).unwrap();
    (summary, text.lines().map(|line| serde_json::from_str(line).unwrap()).collect())
}

fn assert_same(at: &str, expected: &Value, found: &Value) {
    match (expected, found) {
        (Value::Number(expected), Value::Number(found)) => {
            let (expected, found) = (expected.as_f64().unwrap(), found.as_f64().unwrap());
            // Odds are numbers of any size, so their tolerance is one of the probability 1/odds.
            let scale = expected.abs().max(1.0).powi(2);
            assert!((expected - found).abs() <= TOLERANCE * scale, "{at}: {expected}, not {found}");
        }
        (Value::Array(expected), Value::Array(found)) => {
            assert_eq!(expected.len(), found.len(), "{at}");
            expected
                .iter()
                .zip(found)
                .for_each(|(expected, found)| assert_same(at, expected, found));
        }
        _ => assert_eq!(expected, found, "{at}"),
    }
}

#[test]
fn every_margin_vector_is_met() {
    let cases = vectors();
    let input: String = cases.iter().map(|case| format!("{case}\n")).collect();
    let (summary, answers) = answered(&input);
    assert_eq!(summary, Summary { answered: 64, errors: 0 });
    for (case, answer) in cases.iter().zip(&answers) {
        let fields = case.as_object().unwrap().keys().filter(|key| *key != "reference");
        assert_eq!(fields.clone().count(), answer.as_object().unwrap().len(), "{answer}");
        fields.for_each(|key| assert_same(&format!("{case} {key}"), &case[key], &answer[key]));
    }
}

/// A few hundred books from an even pair to nineteen outsiders beside a favourite.
fn books() -> Vec<Vec<f64>> {
    let mut books = Vec::new();
    for n in 2..=20_usize {
        for tilt in [1.0, 1.3, 2.0, 5.0, 20.0] {
            let weights: Vec<f64> = (0..n).map(|k| f64::powi(tilt, -(k as i32).min(6))).collect();
            let sum: f64 = weights.iter().sum();
            books.push(weights.into_iter().map(|weight| weight / sum).collect());
        }
    }
    books
}

#[test]
fn a_margin_put_on_comes_off_by_the_same_method() {
    let methods =
        [Method::Multiplicative, Method::Additive, Method::Power, Method::OddsRatio, Method::Shin];
    let mut round_trips = 0;
    for fair in books() {
        for target in [1.0005, 1.02, 1.06, 1.15, 1.4] {
            for method in methods {
                let booked = apply(method, &fair, target).unwrap();
                assert!((booked.booked.iter().sum::<f64>() - target).abs() < 1e-12, "{method:?}");
                if booked.below_one {
                    continue;
                }
                let odds: Vec<f64> = booked.booked.iter().map(|q| 1.0 / q).collect();
                let back = remove(method, &odds).unwrap();
                round_trips += 1;
                for (p, back) in fair.iter().zip(&back.fair) {
                    assert!((p - back).abs() < 1e-11, "{method:?} {target} {fair:?}: {back}");
                }
            }
        }
    }
    assert!(1_500 < round_trips, "{round_trips}");
}

#[test]
fn every_method_takes_a_margin_off_to_a_sum_of_one() {
    for odds in [vec![1.001, 1.001], vec![1.001, 900.0, 900.0], vec![1000.0, 1.0009], vec![1.9; 12]]
    {
        for method in Method::ALL {
            let fair = remove(method, &odds).unwrap();
            assert!(
                (fair.fair.iter().sum::<f64>() - 1.0).abs() < 1e-9,
                "{method:?} {odds:?} {fair:?}"
            );
        }
    }
}

#[test]
fn a_method_that_books_an_outcome_at_one_or_more_says_so() {
    for method in ["multiplicative", "additive", "shin"] {
        let row = json!({"id": 1, "op": "apply", "method": method, "fair": [0.98, 0.02], "target_book_sum": 1.2});
        let (_, answers) = answered(&row.to_string());
        assert_eq!(answers[0]["below_one"], true, "{method}");
        assert!(1.0 <= answers[0]["booked_prob"][0].as_f64().unwrap(), "{method}");
    }
}

#[test]
fn what_no_margin_can_be_worked_out_for_is_named_and_refused_under_its_id() {
    let remove =
        |odds: &str| format!(r#"{{"book_id":"b7","op":"remove","method":"shin","odds":{odds}}}"#);
    let apply = |fair: &str, target: &str| {
        format!(
            r#"{{"book_id":"b7","op":"apply","method":"power","fair":{fair},"target_book_sum":{target}}}"#
        )
    };
    for (line, what) in [
        (remove("[1.9]"), "the book has 1 outcomes; it needs at least 2"),
        (remove("[]"), "the book has 0 outcomes; it needs at least 2"),
        (remove("[1.9,NaN]"), "odds[1] is NaN; decimal odds are finite and above 1"),
        (remove(r#"["1.9","NaN"]"#), "odds[1] is NaN; decimal odds are finite and above 1"),
        (remove("[1.9,Infinity]"), "odds[1] is inf; decimal odds are finite and above 1"),
        (remove("[1.0,2.0]"), "odds[0] is 1; decimal odds are finite and above 1"),
        (remove("[-2,2.0]"), "odds[0] is -2; decimal odds are finite and above 1"),
        (remove("[1e400,2.0]"), "odds[0] is inf; decimal odds are finite and above 1"),
        (remove("[2.0,null]"), "odds[1] is null, which is no number"),
        (remove(r#"["1,9",2]"#), r#"odds[0] is "1,9", which is no number"#),
        (remove("1.9"), "odds is 1.9; it must be a list of numbers"),
        (remove("[2.0,2.0]"), "the book sums to 1; only a sum above 1 has a margin to take off"),
        (remove("[2.5,2.5]"), "the book sums to 0.8; only a sum above 1 has a margin to take off"),
        (apply("[0.5,0.5]", "2"), "target_book_sum is 2; it must be at least 1 and below 2"),
        (apply("[0.5,0.5]", "NaN"), "target_book_sum is NaN; it must be at least 1 and below 2"),
        (apply("[0.5,0.5]", "0.99"), "target_book_sum is 0.99; it must be at least 1 and below 2"),
        (apply("[0.5,0.5]", "\"x\""), "target_book_sum is \"x\", which is no number"),
        (apply("[1.0,0.0]", "1.05"), "fair[0] is 1; it must lie strictly between 0 and 1"),
        (apply("[NaN,0.5]", "1.05"), "fair[0] is NaN; it must lie strictly between 0 and 1"),
        (apply("[0.5,0.4]", "1.05"), "fair sums to 0.9; it must sum to 1 within 0.000001"),
        (apply("[1]", "1.05"), "the book has 1 outcomes; it needs at least 2"),
    ] {
        let (summary, answers) = answered(&line);
        assert_eq!(summary, Summary { answered: 0, errors: 1 }, "{line}");
        let found = answers[0]["error"]["what"].as_str().unwrap();
        assert!(found.starts_with(what), "{line}: {found}");
        assert_eq!(answers[0]["book_id"], json!("b7"), "{line}: {}", answers[0]);
    }
}

#[test]
fn a_row_that_does_not_say_what_to_do_is_told_what_it_can_say() {
    for (row, what) in [
        (json!({"id": 3}), "the field \"op\" is missing: one of \"remove\" or \"apply\""),
        (json!({"id": 3, "op": "add", "method": "shin"}), "op \"add\" is not known"),
        (
            json!({"id": 3, "op": "apply"}),
            "the field \"method\" is missing: one of \"multiplicative\"",
        ),
        (
            json!({"id": 3, "op": "apply", "method": "kelly"}),
            "method \"kelly\" is not known; known: ",
        ),
        (json!({"id": 3, "op": "remove", "method": "goto"}), "the field \"odds\" is missing"),
        (json!({"id": 3, "op": "apply", "method": "shin"}), "the field \"fair\" is missing"),
        (
            json!({"id": 3, "op": "apply", "method": "shin", "fair": [0.5, 0.5]}),
            "the field \"target_book_sum\" is missing",
        ),
        (
            json!({"id": 3, "op": "apply", "method": "goto", "fair": [0.5, 0.5], "target_book_sum": 1.1}),
            "method \"goto\" only takes margins off",
        ),
        (
            json!({"id": 3, "op": "remove", "method": "goto", "odds": [1.9, 1.9], "n": 3}),
            "n is 3, but odds has 2 entries",
        ),
    ] {
        let (summary, answers) = answered(&row.to_string());
        assert_eq!(summary, Summary { answered: 0, errors: 1 }, "{row}");
        let found = answers[0]["error"]["what"].as_str().unwrap();
        assert!(found.starts_with(what), "{row}: {found}");
        assert_eq!(answers[0]["id"], 3);
    }
}
