//! What an operator looks at first: what is stopped, and what waits for a person.

use serde_json::{Value, json};

use super::Failure;
use super::client::{Client, Said};
use super::settlement::waiting;

/// Asks for all of it, and answers with one object.
pub(super) fn run(client: &Client) -> Result<Said, Failure> {
    let ask = |query: Value| client.query(&query)?.or_refusal();
    let matches = ask(json!({"query": "matches"}))?;
    let waiting = waiting(client)?.or_refusal()?;
    let referrals = ask(json!({"query": "referrals"}))?;
    let cases = ask(json!({"query": "cases", "from": 0}))?;
    let tables = ask(json!({"query": "tables"}))?;
    let rows = || matches["matches"].as_array().into_iter().flatten();
    let phase = |wanted: &str| rows().filter(|game| game["phase"] == wanted).count();
    let stopped = rows().filter(|game| !game["frozen"].is_null()).map(|game| {
        let name = if game["key"].is_null() { &game["match"] } else { &game["key"] };
        json!({"match": name, "reason": game["frozen"]["reason"]})
    });
    let customers = || cases["customers"].as_array().into_iter().flatten();
    let reviews = |customer: &Value| customer["to_review"].as_array().map_or(0, Vec::len);
    let waits = |answer: &Value, names: &[&str]| -> usize {
        names.iter().map(|name| answer[name].as_array().map_or(0, Vec::len)).sum()
    };
    Ok(Said::of(json!({"status": {
        "mode": matches["mode"].as_str().unwrap_or("normal"),
        "kill_switches": list(&matches["kill_switches"]),
        "trips": list(&matches["trips"]),
        "shed": matches["shed"].as_u64().unwrap_or(0),
        "matches": {
            "scheduled": phase("scheduled"), "live": phase("live"), "break": phase("break"),
            "over": phase("over"), "stopped": stopped.collect::<Vec<_>>(),
        },
        "tables": list(&tables["tables"]),
        "for_a_second_person": waits(&waiting, &["proposals", "overrides"]),
        "for_a_trader": waits(&referrals, &["referrals"]),
        "accounts_to_look_into": customers().filter(|it| 0 < reviews(it)).count(),
        "accounts_held": customers().filter(|it| it["hold"] != "none").count(),
    }})))
}

fn list(value: &Value) -> Value {
    if value.is_array() { value.clone() } else { json!([]) }
}
