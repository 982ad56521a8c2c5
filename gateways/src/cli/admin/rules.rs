//! What rules say, and what an order for a match made, as a person reads it.

use std::io::{self, Write};

use serde_json::Value;

use super::show::{columns, list, text};

/// Every risk rule: whether it is on, what it refused, and what it would have.
pub fn risk(output: &mut impl Write, answer: &Value) -> io::Result<()> {
    let rules = list(answer, "rules").iter().map(|rule| {
        let count = |many: &str, stakes: &str, words: &str| match rule[many].as_u64() {
            None | Some(0) => String::new(),
            Some(bets) => format!("{words} {bets} bets of {}", text(&rule[stakes])),
        };
        vec![
            text(&rule["rule"]),
            text(&rule["mode"]),
            count("refused", "refused_stakes", "refused"),
            count("would_refuse", "would_refuse_stakes", "would have refused"),
            would_be(&rule["would_be"]),
        ]
    });
    columns(output, rules.collect())
}

/// What the house rules of a match say of a case.
pub fn ruling(output: &mut impl Write, ruling: &Value) -> io::Result<()> {
    if !ruling.is_object() {
        return Ok(());
    }
    let of = |name: &str| text(&ruling[name]);
    let (game, version, rules) = (of("key"), of("version"), of("rules"));
    writeln!(output, "{game} is played under house rules {version}: {rules}")?;
    writeln!(output, "{}, if {}: {}, {}", of("case"), of("happened"), of("answer"), of("means"))?;
    if let Some(verdict) = ruling["verdict"].as_str() {
        writeln!(output, "so {verdict}")?;
    }
    if ruling["by_hand"] == true {
        writeln!(
            output,
            "the engine has no market on this: a person applies it to what is offered elsewhere"
        )?;
    }
    Ok(())
}

/// How the bets ended that a rule in shadow would have refused. Where players won it would have been right.
fn would_be(ends: &Value) -> String {
    let of = |name: &str| ends[name].as_u64().unwrap_or_default();
    let counts = [
        ("won", "won"),
        ("lost", "lost"),
        ("even", "came to nothing"),
        ("open", "open"),
        ("not_followed", "not followed"),
    ];
    let counts = counts.into_iter().filter(|(name, _)| of(name) != 0);
    let counts: Vec<_> = counts.map(|(name, word)| format!("{} {word}", of(name))).collect();
    match ends["house"].as_str() {
        Some(house) => format!("of these {}; the house made {house}", counts.join(", ")),
        None => String::new(),
    }
}

/// Matches and markets that came into being, or were there.
pub fn provided(output: &mut impl Write, answer: &Value) -> io::Result<()> {
    for made in list(answer, "provided") {
        let word = if made["existed"] == true { "was there" } else { "created" };
        writeln!(output, "match {}  {}: {word}", text(&made["match"]), text(&made["key"]))?;
        for (what, name) in
            [("maps set", "maps"), ("opened", "opened"), ("there before", "present")]
        {
            let numbers: Vec<u64> = list(made, name).iter().filter_map(Value::as_u64).collect();
            let noun = if name == "maps" { "" } else { "markets " };
            if !numbers.is_empty() {
                writeln!(output, "  {noun}{what}: {}", ranges(&numbers))?;
            }
        }
        for (kind, lines) in made["left_out"].as_object().into_iter().flatten() {
            writeln!(
                output,
                "  not opened: {lines} of {kind}; the house rules have no use for them, or the match has begun"
            )?;
        }
    }
    Ok(())
}

/// `0 to 35, 40`.
fn ranges(numbers: &[u64]) -> String {
    let runs = numbers.chunk_by(|one, next| one + 1 == *next);
    let run = |run: &[u64]| match run {
        [one] => one.to_string(),
        [first, .., last] => format!("{first} to {last}"),
        [] => String::new(),
    };
    runs.map(run).collect::<Vec<_>>().join(", ")
}
