//! Accounts in currencies with no, two and three places, in front of a real engine: what the staff and a
//! bettor write and read has the places of the account's money.
#![allow(clippy::unwrap_used)]

mod common;

use std::time::{Duration, Instant};

use clutch_gateways::token::{Role, StaffClaims, issue_staff};
use common::{ACCOUNT, Gateway, in_front_of_an_engine};
use serde_json::{Value, json};

fn order(gateway: &Gateway, body: &Value) -> (u16, Value) {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    let issued_at_s = now.as_secs();
    let expires_at_s = issued_at_s + 60;
    let roles = vec![Role::Operator];
    let claims = StaffClaims { operator: 42, roles, issued_at_s, expires_at_s };
    let bearer = format!("Authorization: Bearer {}\r\n", issue_staff(&gateway.secret, &claims));
    let path = if body.get("query").is_some() { "/admin/queries" } else { "/admin/commands" };
    gateway.http("POST", path, &bearer, &body.to_string())
}

/// The same, once the gateway knows in which currency everybody is.
fn order_soon(gateway: &Gateway, body: &Value) -> (u16, Value) {
    let until = Instant::now() + Duration::from_secs(10);
    loop {
        let answer = order(gateway, body);
        if answer.1["name"] != "CurrencyUnknown" || until < Instant::now() {
            return answer;
        }
    }
}

fn reference(number: u8) -> String {
    format!("00000000-0000-4000-8000-0000000000{number:02}")
}

#[test]
fn amounts_have_the_places_of_their_accounts_currency() {
    let path = std::env::temp_dir().join(format!("clutch-currencies-{}", std::process::id()));
    let _ = std::fs::remove_dir_all(&path);
    let (gateway, engine) = in_front_of_an_engine(&path);
    let done = |body: Value| {
        let (status, answer) = order_soon(&gateway, &body);
        assert_eq!(status, 200, "{body}: {answer}");
        answer
    };
    // Somebody who was there before there were several currencies.
    done(json!({"command": "open_account", "key": "eva"}));
    for (number, code, places, factor) in [(1, "JPY", 0, "0.0062"), (2, "KWD", 3, "2.95")] {
        done(json!({"command": "set_currency", "currency": number, "code": code,
            "places": places, "factor": factor}));
    }
    // Accounts up to the bettor's own.
    for number in 1..=ACCOUNT.0 + 1 {
        let currency = if number == ACCOUNT.0 + 1 { 2 } else { 1 };
        done(json!({"command": "open_account", "key": format!("a{number}"), "currency": currency}));
    }
    let deposit = |account: u32, amount: &str, number: u8| {
        json!({"command": "deposit", "account": account, "amount": amount,
            "reference": reference(number)})
    };
    for (account, wrong, right, shown, code) in [
        (0, "12.345", "12.5", "12.50", "EUR"),
        (ACCOUNT.0, "500.0", "500", "500", "JPY"),
        (ACCOUNT.0 + 1, "1.2345", "1.234", "1.234", "KWD"),
    ] {
        let (status, refused) = order_soon(&gateway, &deposit(account, wrong, 90));
        assert_eq!((status, &refused["name"]), (400, &json!("TooManyPlaces")), "{refused}");
        done(deposit(account, right, account as u8));
        let said = done(json!({"query": "account", "account": account}));
        let view = &said;
        assert_eq!(
            (&view["available"], &view["currency"]),
            (&json!(shown), &json!(code)),
            "{said}"
        );
    }
    let list = done(json!({"query": "accounts", "from": 0, "max": 100}));
    let shown = |account: u32| list["accounts"][account as usize]["available"].clone();
    let all = [shown(0), shown(ACCOUNT.0), shown(ACCOUNT.0 + 1)];
    assert_eq!(all, [json!("12.50"), json!("500"), json!("1.234")]);
    // What was asked for in vain names its numbers in the player's own money.
    let body = json!({"command": "payment", "account": ACCOUNT.0, "amount": "501",
        "reference": reference(91), "step": "withdraw"});
    let (_, refused) = order_soon(&gateway, &body);
    assert_eq!(
        (&refused["limit"], &refused["actual"]),
        (&json!("500"), &json!("501")),
        "{refused}"
    );

    // Somebody who is not there is not looked up for ever.
    let (status, refused) = order_soon(
        &gateway,
        &json!({"command": "adjust", "account": 77, "amount": "1.00",
            "reason": "goodwill", "reference": reference(92)}),
    );
    assert_eq!((status, &refused["name"]), (422, &json!("UnknownAccount")), "{refused}");

    // A bet says whose it is; a stake must be read in the bettor's money before anybody looks the bet up.
    for (word, account, code) in [
        (json!("accept"), None, 422),
        (json!("refuse"), None, 422),
        (json!({"part": "5"}), Some(ACCOUNT.0), 422),
        (json!({"part": "5"}), None, 400),
        (json!({"offer": {"stake": "5"}}), None, 400),
    ] {
        let mut body = json!({"command": "decide_referral", "bet": 820, "word": word});
        if let Some(account) = account {
            body["account"] = json!(account);
        }
        let (status, said) = order_soon(&gateway, &body);
        assert_eq!(status, code, "{body}: {said}");
        assert!(status == 422 || said["text"].as_str().unwrap().contains("account"), "{said}");
    }

    // The bettor at the other end has yen.
    let mut client = gateway.sign_in();
    client.send(&common::place("100.5"));
    let refused = client.next();
    assert_eq!(refused["name"], "TooManyPlaces", "{refused}");
    client.send(&common::place("100"));
    let refused = client.next();
    assert_eq!(
        (&refused["name"], &refused["stake"]),
        (&json!("ClientIdOutsideWindow"), &json!("100"))
    );
    client.send(r#"{"type":"balance"}"#);
    let balance = client.next();
    assert_eq!(balance["balance"]["available"], "500", "{balance}");
    // He is told the same without a socket, by himself and in a group.
    let bearer = format!("Authorization: Bearer {}\r\n", gateway.token(60));
    let (_, refused) = gateway.http("POST", "/bets", &bearer, &common::place("100"));
    assert_eq!(
        (&refused["name"], &refused["stake"]),
        (&json!("ClientIdOutsideWindow"), &json!("100"))
    );
    let group = format!(r#"{{"policy":"better","bets":[{}]}}"#, common::place("100"));
    let (_, refused) = gateway.http("POST", "/bets/batch", &bearer, &group);
    let bet = &refused["bets"][0];
    assert_eq!((&bet["name"], &bet["stake"]), (&json!("ClientIdOutsideWindow"), &json!("100")));
    drop(gateway);
    engine.shutdown().unwrap();
    std::fs::remove_dir_all(path).unwrap();
}
