//! The margins of the core against the committed vectors.
#![allow(clippy::unwrap_used)]

use clutch_core::pricing::{apply_multiplicative, apply_odds_ratio};
use serde_json::Value;

const TOLERANCE: f64 = 1e-9;

#[test]
fn every_margin_vector_of_a_method_in_the_core_is_met() {
    let path = format!("{}/../tests/data/vectors/margin_vectors.json", env!("CARGO_MANIFEST_DIR"));
    let file: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    let numbers = |value: &Value| -> Vec<f64> {
        value.as_array().unwrap().iter().map(|number| number.as_f64().unwrap()).collect()
    };
    let mut checked = 0;
    for row in file["cases"].as_array().unwrap().iter().filter(|row| row["op"] == "apply") {
        let apply = match row["method"].as_str().unwrap() {
            "odds_ratio" => apply_odds_ratio,
            "multiplicative" => apply_multiplicative,
            _ => continue,
        };
        let fair = numbers(&row["fair"]);
        let target_sum = row["target_book_sum"].as_f64().unwrap();
        let mut booked = vec![0.0; fair.len()];
        apply(&fair, target_sum, &mut booked).unwrap();
        for (found, expected) in booked.iter().zip(numbers(&row["booked_prob"])) {
            assert!((found - expected).abs() <= TOLERANCE, "{row}: found {booked:?}");
        }
        assert!((booked.iter().sum::<f64>() - target_sum).abs() <= 1e-12, "{row}");
        checked += 1;
    }
    assert_eq!(checked, 16);
}
