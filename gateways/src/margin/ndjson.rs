//! `clutch margin`: one book a line in, the same book with its margin off or on a line out.
//!
//! Owns the JSON shape of both sides, which is that of the margin vectors.

use std::io::{self, BufRead, Write};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Method, apply, remove};
use crate::lines::{self, Refusal, Summary};

/// Answers every line of `input`. Only reading and writing themselves can fail.
pub fn run(input: impl BufRead, output: impl Write) -> io::Result<Summary> {
    lines::run(input, output, answer)
}

/// One line of input. Fields are checked in a second step, so that a bad one is answered under its
/// own id.
#[derive(Deserialize)]
struct Row {
    id: Option<Value>,
    book_id: Option<Value>,
    op: Option<Value>,
    method: Option<Value>,
    n: Option<Value>,
    odds: Option<Value>,
    fair: Option<Value>,
    target_book_sum: Option<Value>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Answer {
    Removed {
        #[serde(skip_serializing_if = "Option::is_none")]
        id: Option<Value>,
        #[serde(skip_serializing_if = "Option::is_none")]
        book_id: Option<Value>,
        n: usize,
        odds: Value,
        book_sum: f64,
        op: &'static str,
        method: &'static str,
        fair: Vec<f64>,
        param: Option<f64>,
        all_positive: bool,
    },
    Applied {
        #[serde(skip_serializing_if = "Option::is_none")]
        id: Option<Value>,
        #[serde(skip_serializing_if = "Option::is_none")]
        book_id: Option<Value>,
        n: usize,
        op: &'static str,
        method: &'static str,
        fair: Vec<f64>,
        target_book_sum: f64,
        booked_prob: Vec<f64>,
        decimal_odds_unrounded: Vec<f64>,
        below_one: bool,
    },
}

fn answer(bytes: &[u8]) -> Result<Answer, Refusal> {
    let row: Row = lines::parse(bytes, "a book")?;
    let (key, id) = match (&row.id, &row.book_id) {
        (None, Some(id)) => ("book_id", id.clone()),
        (id, _) => ("id", id.clone().unwrap_or_default()),
    };
    worked_out(row).map_err(|what| Refusal::new(key, id, what))
}

fn worked_out(row: Row) -> Result<Answer, String> {
    let Row { id, book_id, op, method, n, odds, fair, target_book_sum } = row;
    let op = word(op, "op", "\"remove\" or \"apply\"")?;
    let known = || Method::ALL.map(|method| format!("\"{}\"", method.name())).join(", ");
    let method_name = word(method, "method", &known())?;
    let method = Method::of_name(&method_name)
        .ok_or_else(|| format!("method \"{method_name}\" is not known; known: {}", known()))?;
    match op.as_str() {
        "remove" => {
            let odds = odds.ok_or("the field \"odds\" is missing: decimal odds, one an outcome")?;
            let numbers = numbers(&odds, "odds")?;
            check_count(n, numbers.len(), "odds")?;
            let taken_off = remove(method, &numbers).map_err(|error| error.to_string())?;
            Ok(Answer::Removed {
                id,
                book_id,
                n: numbers.len(),
                odds,
                book_sum: taken_off.book_sum,
                op: "remove",
                method: method.name(),
                fair: taken_off.fair,
                param: taken_off.param,
                all_positive: taken_off.all_positive,
            })
        }
        "apply" => {
            let fair =
                fair.ok_or("the field \"fair\" is missing: probabilities, one an outcome")?;
            let fair = numbers(&fair, "fair")?;
            check_count(n, fair.len(), "fair")?;
            let target = target_book_sum.ok_or(
                "the field \"target_book_sum\" is missing: what the book shall sum to, as 1.05",
            )?;
            let target = number(&target)
                .ok_or_else(|| format!("target_book_sum is {target}, which is no number"))?;
            let put_on = apply(method, &fair, target).map_err(|error| error.to_string())?;
            Ok(Answer::Applied {
                id,
                book_id,
                n: fair.len(),
                op: "apply",
                method: method.name(),
                fair,
                target_book_sum: target,
                decimal_odds_unrounded: put_on.booked.iter().map(|q| 1.0 / q).collect(),
                booked_prob: put_on.booked,
                below_one: put_on.below_one,
            })
        }
        other => Err(format!("op \"{other}\" is not known; known: \"remove\", \"apply\"")),
    }
}

fn word(value: Option<Value>, field: &str, wanted: &str) -> Result<String, String> {
    match value {
        Some(Value::String(word)) => Ok(word),
        Some(other) => Err(format!("{field} is {other}; it must be one of {wanted}")),
        None => Err(format!("the field \"{field}\" is missing: one of {wanted}")),
    }
}

fn numbers(value: &Value, field: &str) -> Result<Vec<f64>, String> {
    let Value::Array(values) = value else {
        return Err(format!("{field} is {value}; it must be a list of numbers"));
    };
    let number_at = |(index, value)| {
        number(value).ok_or_else(|| format!("{field}[{index}] is {value}, which is no number"))
    };
    values.iter().enumerate().map(number_at).collect()
}

/// A JSON number, or a decimal in a string, as odds are often written to keep their digits.
fn number(value: &Value) -> Option<f64> {
    match value {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => text.trim().parse().ok(),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    }
}

fn check_count(n: Option<Value>, count: usize, field: &str) -> Result<(), String> {
    match n {
        Some(n) if n.as_u64() != Some(count as u64) => {
            Err(format!("n is {n}, but {field} has {count} entries"))
        }
        _ => Ok(()),
    }
}
