//! What an operator looks at first: what is stopped, and what waits for a person.

use std::io::{self, Write};

use serde_json::{Value, json};

use super::Failure;
use super::client::{Client, Said};
use super::settlement::waiting;
use super::show::{list, scope, text};

/// Asks for all of it, and answers with one object.
pub(super) fn run(client: &Client) -> Result<Said, Failure> {
    let ask = |query: Value| client.query(&query)?.or_refusal();
    let matches = ask(json!({"query": "matches"}))?;
    let waiting = waiting(client)?.or_refusal()?;
    let referrals = ask(json!({"query": "referrals"}))?;
    let cases = ask(json!({"query": "cases", "from": 0}))?;
    let tables = ask(json!({"query": "tables"}))?;
    let settlement = ask(json!({"query": "settlement_times"}))?;
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
        "kill_switches": or_empty(&matches["kill_switches"]),
        "trips": or_empty(&matches["trips"]),
        "shed": matches["shed"].as_u64().unwrap_or(0),
        "matches": {
            "scheduled": phase("scheduled"), "live": phase("live"), "break": phase("break"),
            "over": phase("over"), "stopped": stopped.collect::<Vec<_>>(),
        },
        "tables": or_empty(&tables["tables"]),
        "contradicted": or_empty(&settlement["contradicted"]),
        "for_a_second_person": waits(&waiting, &["proposals", "overrides"]),
        "for_a_trader": waits(&referrals, &["referrals"]),
        "accounts_to_look_into": customers().filter(|it| 0 < reviews(it)).count(),
        "accounts_held": customers().filter(|it| it["hold"] != "none").count(),
    }})))
}

fn or_empty(value: &Value) -> Value {
    if value.is_array() { value.clone() } else { json!([]) }
}

/// The fullest table, and every one that is nearly full.
fn show_tables(output: &mut impl Write, tables: &[Value]) -> io::Result<()> {
    let number = |table: &Value, field: &str| table[field].as_u64().unwrap_or(0);
    let parts = |table: &Value, of: u64| number(table, "used") * of / number(table, "most").max(1);
    let shown = |table: &Value| {
        let (used, most) = (number(table, "used"), number(table, "most"));
        format!("{} {used} of {most} ({} %)", text(&table["table"]), parts(table, 100))
    };
    // Finer than it is shown: early on all are at nought per cent.
    if let Some(fullest) = tables.iter().max_by_key(|table| parts(table, 1_000_000)) {
        writeln!(output, "fullest table: {}", shown(fullest))?;
    }
    for table in tables.iter().filter(|table| table["nearly_full"] == true) {
        writeln!(output, "NEARLY FULL: {}: raise it before the next start", shown(table))?;
    }
    Ok(())
}

/// Results that stand although the score has come to say otherwise: somebody grades them anew, or lets them be.
pub(super) fn show_contradicted(output: &mut impl Write, markets: &[Value]) -> io::Result<()> {
    for market in markets {
        let who = match (market["by"].as_u64(), market["approved_by"].as_u64()) {
            (Some(by), Some(second)) => format!("operators {by} and {second}"),
            (Some(by), None) => format!("operator {by}"),
            (None, _) => "the house rules".to_owned(),
        };
        let [number, name, stands, score, version] =
            ["market", "name", "stands", "score", "version"].map(|field| text(&market[field]));
        writeln!(
            output,
            "THE SCORE SAYS OTHERWISE: market {number} ({name}) is settled as {stands} by {who}, version {version}; \
             the score says {score}"
        )?;
    }
    Ok(())
}

/// At one glance: what needs a person names the command that tells more.
pub(super) fn show(output: &mut impl Write, status: &Value) -> io::Result<()> {
    writeln!(output, "mode {}", text(&status["mode"]))?;
    let switches = list(status, "kill_switches").iter().map(|it| scope(&it["scope"]));
    let trips = list(status, "trips")
        .iter()
        .map(|it| format!("{} {}", text(&it["trip"]), text(&it["standing"])));
    let games = &status["matches"];
    let stopped = list(games, "stopped")
        .iter()
        .map(|it| format!("{} ({})", text(&it["match"]), text(&it["reason"])));
    for (name, what) in [
        ("kill switches", switches.collect::<Vec<_>>()),
        ("trips", trips.collect()),
        ("stopped matches", stopped.collect()),
    ] {
        writeln!(
            output,
            "{name}: {}",
            if what.is_empty() { "none".to_owned() } else { what.join(", ") }
        )?;
    }
    let count = |value: &Value| value.as_u64().unwrap_or(0);
    if 0 < count(&status["shed"]) {
        writeln!(output, "load is shed: level {} of 3", count(&status["shed"]))?;
    }
    let [live, pause, scheduled] = ["live", "break", "scheduled"].map(|phase| count(&games[phase]));
    writeln!(output, "matches: {live} live, {pause} between maps, {scheduled} to come")?;
    show_tables(output, list(status, "tables"))?;
    show_contradicted(output, list(status, "contradicted"))?;
    for (waits, what, command) in [
        ("for_a_second_person", "wait for a second person", "waiting"),
        ("for_a_trader", "wait for a trader", "referrals"),
        ("accounts_to_look_into", "accounts to look into", "cases"),
        ("accounts_held", "accounts held", "cases"),
    ] {
        let number = count(&status[waits]);
        let more =
            if number == 0 { String::new() } else { format!("  (`clutch admin {command}`)") };
        writeln!(output, "{what}: {number}{more}")?;
    }
    Ok(())
}
