//! What `MESSAGES.md` shows of what clients and staff send is taken by whoever reads it on the other side.
#![allow(clippy::unwrap_used)]

use clutch_core::house_rules::HouseRules;
use clutch_core::play::{PlayPolicy, Term};
use clutch_core::units::Timestamp;
use clutch_gateways::play_policy;
use clutch_gateways::wire::admin::{parse_order, parse_question};
use clutch_gateways::wire::client;
use serde_json::{Map, Value, json};

/// The objects that stand between backticks, with what the page leaves out put in.
fn examples() -> Vec<String> {
    let page = include_str!("../MESSAGES.md");
    let leg = |market: u32| json!({"market": market, "selection": 0, "odds": "1.85", "price_seq": 812, "epoch": 4});
    let (one, more) = (leg(3), format!("{},{}", leg(4), leg(5)));
    let answers: Map<String, Value> = HouseRules::CASES
        .iter()
        .map(|case| (case.key.to_owned(), json!(case.answers[0])))
        .collect();
    let terms: Map<String, Value> = Term::ALL
        .iter()
        .map(|term| {
            (
                term.name().to_owned(),
                json!(play_policy::show(*term, PlayPolicy::default().get(*term))),
            )
        })
        .collect();
    let filled = [
        ("\"0192…\"", "\"017f22e2-79b0-7cc3-98c4-dc0c0c07398f\"".to_owned()),
        ("\"0b0e…\"", "\"0b0e7a52-5d2c-7c1e-8a55-0242ac120002\"".to_owned()),
        ("\"18a3…\"", "\"18a30000000000000000000000000000\"".to_owned()),
        ("\"answers\":{…}", format!("\"answers\":{}", json!(answers))),
        ("\"terms\":{…}", format!("\"terms\":{}", json!(terms))),
        ("[…]", format!("[{one},{more}]")),
        ("4},…]}", format!("4}},{more}]}}")),
        (",…]", "]".to_owned()),
        ("…", "some".to_owned()),
    ];
    page.split('`')
        .skip(1)
        .step_by(2)
        .filter(|span| {
            ["command", "query", "type"].iter().any(|it| span.starts_with(&format!("{{\"{it}\":")))
        })
        .map(|span| filled.iter().fold(span.to_owned(), |text, (from, to)| text.replace(from, to)))
        .collect()
}

#[test]
fn every_example_of_the_page_about_messages_is_taken_as_it_stands() {
    let (mut orders, mut questions, mut messages) = (0, 0, 0);
    for example in examples() {
        let said: Value =
            serde_json::from_str(&example).unwrap_or_else(|why| panic!("{example}: {why}"));
        if said.get("command").is_some() {
            let now = Timestamp::from_millis(1_768_849_397_000);
            parse_order(example.as_bytes(), now).unwrap_or_else(|why| panic!("{example}: {why:?}"));
            orders += 1;
        } else if said.get("query").is_some() {
            parse_question(example.as_bytes()).unwrap_or_else(|why| panic!("{example}: {why:?}"));
            questions += 1;
        } else {
            client::parse(&example).unwrap_or_else(|why| panic!("{example}: {why:?}"));
            messages += 1;
        }
    }
    let found = [orders, questions, messages];
    assert!(found.iter().zip([40, 18, 20]).all(|(found, least)| least <= *found), "{found:?}");
}
