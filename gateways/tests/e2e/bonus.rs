//! Bonus money from its grant on the command line to money of the player's own: what his sockets are told on
//! the way, what he and the staff are refused, and what the journal tells of it afterwards.

use serde_json::{Value, json};

use crate::admin::{Desk, staff_token};
use crate::harness::data_dir::DataDir;
use crate::harness::http::request;
use crate::harness::process::{Serve, run, stdout, token};
use crate::harness::socket::{Bettor, bet_on, client_id, open_markets};
use crate::harness::{even_match, eventually, small_tables};
use crate::sweep::{now_ms, push};

const CONFIG: &str = concat!(
    small_tables!(),
    r#"[book]
in_play_delay_ms = 0
feed_age_live_ms = 3600000
[[ndjson]]
key = "the-key"
source = 1
"#,
    even_match!("cup"),
    r#"[[account]]
key = "alice"
deposit = "6.00"
"#,
);

/// The market on a round, once it is open.
fn round(bettor: &mut Bettor, number: u8) -> Value {
    let name = format!("round {number} ");
    eventually("a market on the round is open", || {
        let markets = open_markets(&bettor.image().unwrap());
        markets.into_iter().find(|market| market["name"].as_str().unwrap().contains(&name))
    })
}

/// A bet with a bonus on the first team.
fn bet_with(bonus: &Value, market: &Value, stake: &str) -> Value {
    let mut bet = bet_on(market, 0, stake);
    bet["bonus"] = bonus.clone();
    bet
}

fn minor(amount: &Value) -> u64 {
    amount.as_str().unwrap().replace('.', "").parse().unwrap()
}

/// Waits for a word on a bonus that says so of each of its fields.
#[track_caller]
fn told(bettor: &mut Bettor, expected: &Value) {
    let fields = expected.as_object().unwrap();
    let fits = |message: &Value| {
        message["type"] == "bonus" && fields.iter().all(|(name, value)| message[name] == *value)
    };
    let word = bettor.wait_for(fits);
    assert!(word.is_ok(), "nobody said {expected}: {word:?}");
}

/// The refusal of a bet that his socket or the page would show.
#[track_caller]
fn refused(answer: &Value, name: &str, text: &str) {
    assert_eq!(answer["name"], name, "{answer}");
    assert!(answer["text"].as_str().unwrap().contains(text), "{answer}");
}

#[test]
fn bonus_money_is_granted_wagered_and_becomes_the_players_own() {
    let data = DataDir::new("bonus");
    let (config, journal) = (data.file("clutch.toml", CONFIG), data.journal());
    let serve = Serve::start(&config, &journal);
    let desk = Desk { serve: &serve, token: staff_token(&["--operator", "7"], &config, &journal) };
    let bearer = token("alice", &config, &journal);
    let mut alice = Bettor::sign_in(serve.address, &bearer).unwrap();
    assert_eq!(alice.mine.get("bonuses"), None, "{}", alice.mine);

    // What a promotion must not say, in words; and the same grant twice is one.
    let account = ["account", "bonus", "alice", "money", "20.00", "--days", "7"];
    let grant = |more: &[&'static str]| [&account[..], more].concat();
    let said = desk.refused(&grant(&["--wagering", "11x"]));
    assert!(said.contains("WageringAboveLimit") && said.contains("200.00"), "{said}");
    let said = desk.refused(&grant(&["--wagering", "lots"]));
    assert!(said.contains("such as 5x"), "{said}");
    let said = desk.refused(&grant(&["--wagering", "5x", "--min-odds", "one"]));
    assert!(said.contains("decimal odds, such as 1.50"), "{said}");
    let said = desk.refused(&grant(&["--wagering", "0x"]));
    assert!(said.contains("BonusTerms"), "{said}");
    let granted = grant(&[
        "--wagering",
        "1x",
        "--min-odds",
        "1.50",
        "--most",
        "50.00",
        "--reference",
        "0192f3a1-0000-7000-8000-000000000077",
    ]);
    let said = desk.done(&granted);
    for part in [
        "money",
        "active",
        "available 20.00",
        "20.00 to be wagered",
        "at odds of 1.50 or longer",
        "50.00 at most become the player's own",
    ] {
        assert!(said.contains(part), "{part}: {said}");
    }
    let own = json!({"kind": "money", "state": "active", "available": "20.00", "held": "0.00",
        "wagering_left": "20.00", "min_odds": "1.50", "most": "50.00"});
    told(&mut alice, &own);
    desk.done(&granted);
    let shown = desk.json(&["account", "show", "alice"]);
    assert_eq!(shown["bonuses"].as_array().map(Vec::len), Some(1), "{shown}");
    let bonus = shown["bonuses"][0]["bonus"].clone();
    assert!(desk.done(&["account", "show", "alice"]).contains(&format!("bonus {bonus}  money")));

    // Over a socket: his own money goes first, and the bonus has the rest of the stake.
    push(&serve, now_ms(), 1, &json!({"event": "map_start", "name": "m", "side_a": "ct"}));
    let first = round(&mut alice, 1);
    let mut partial = bet_with(&bonus, &first, "10.00");
    partial["partial"] = json!(true);
    refused(&alice.place(&partial).unwrap(), "BadField", "without partial and offers");
    refused(&alice.place(&bet_with(&json!(1), &first, "1.00")).unwrap(), "UnknownBonus", "bonus");
    let too_much = alice.place(&bet_with(&bonus, &first, "26.01")).unwrap();
    refused(&too_much, "InsufficientFunds", "");
    let won = bet_with(&bonus, &first, "10.00");
    assert_eq!(alice.place(&won).unwrap()["status"], "accepted");
    let with = alice.wait_for(|message| message["type"] == "bonus_bet").unwrap();
    assert_eq!((&with["part"], &with["counts"]), (&json!("4.00"), &json!(true)), "{with}");
    told(&mut alice, &json!({"available": "16.00", "held": "4.00", "wagering_left": "20.00"}));
    alice.send(&json!({"type": "quote_cash_out", "cid": won["cid"]})).unwrap();
    let quote = alice.wait_for(|message| message["type"] == "cash_out").unwrap();
    refused(&quote, "BetWithBonus", "cannot be cashed out");
    push(&serve, now_ms(), 2, &json!({"event": "round_won", "round": 1, "winner": "a"}));
    let paid = alice.wait_for(|message| message["status"] == "won").unwrap();
    // Divided as the stake was: four tenths are the bonus's.
    let share = minor(&paid["payout"]) * 4 / 10;
    let left = format!("{}.{:02}", (1600 + share) / 100, (1600 + share) % 100);
    told(&mut alice, &json!({"available": left, "held": "0.00", "wagering_left": "10.00"}));
    let again = Bettor::sign_in(serve.address, &bearer).unwrap().mine;
    assert_eq!(
        (&again["bonuses"][0]["available"], &again["bonuses"][0]["wagering_left"]),
        (&json!(left), &json!("10.00")),
        "{again}"
    );

    // Over HTTP, and it loses; but enough is wagered, so that what is left is his own.
    let second = round(&mut alice, 2);
    let lost = bet_with(&bonus, &second, "15.00");
    let headers = format!("Authorization: Bearer {bearer}\r\nContent-Type: application/json\r\n");
    let order = |bet: &Value| {
        request(serve.address, "POST", "/bets", &headers, &bet.to_string()).unwrap().json()
    };
    let answer = order(&lost);
    assert_eq!(answer["status"], "accepted", "{answer}");
    let with = alice.wait_for(|message| message["type"] == "bonus_bet").unwrap();
    assert_eq!(with["cid"], lost["cid"]);
    let own = minor(&paid["payout"]) - share;
    assert_eq!(minor(&with["part"]), 1500 - own, "{with}");
    push(&serve, now_ms(), 3, &json!({"event": "round_won", "round": 2, "winner": "b"}));
    alice.wait_for(|message| message["status"] == "lost").unwrap();
    let converted = alice.wait_for(|message| message["state"] == "converted").unwrap();
    assert_eq!(
        (&converted["available"], &converted["wagering_left"]),
        (&json!("0.00"), &json!("0.00"))
    );
    let rest = 600 + 2000 + minor(&paid["payout"]) - 1000 - 1500;
    let shown = desk.json(&["account", "show", "alice"]);
    assert_eq!(minor(&shown["available"]), rest, "{shown}");
    // It stays in sight while a settlement made again could still return to it.
    assert_eq!(shown["bonuses"][0]["state"], "converted", "{shown}");
    let third = round(&mut alice, 3);
    refused(&order(&bet_with(&bonus, &third, "1.00")), "UnknownBonus", "has ended");
    assert!(
        desk.refused(&["account", "forfeit", "alice", &bonus.to_string()]).contains("UnknownBonus")
    );

    // Another grant is taken back, and he hears that too.
    let said = desk.json(&grant(&["--wagering", "5x"]));
    let other = said["accounts"][0]["bonuses"][0]["bonus"].to_string();
    told(&mut alice, &json!({"state": "active", "wagering_left": "100.00"}));
    let said = desk.done(&["account", "forfeit", "alice", &other]);
    assert!(said.contains("forfeited"), "{said}");
    told(&mut alice, &json!({"state": "forfeited", "available": "0.00"}));
    let unknown = json!({"type": "bet", "cid": client_id()});
    alice.send(&unknown).unwrap();
    refused(&alice.wait_for(|message| message["cid"] == unknown["cid"]).unwrap(), "UnknownBet", "");

    // The journal tells all of it.
    drop(serve);
    let journal = journal.to_str().unwrap();
    let why = stdout(&run(["why", journal, won["cid"].as_str().unwrap()]));
    let with = format!("4.00 of the stake from bonus {bonus} (money)");
    for part in [with.as_str(), "the stake counts towards what must be wagered"] {
        assert!(why.contains(part), "{part}: {why}");
    }
    let statement = stdout(&run(["statement", journal, "alice"]));
    for part in ["bonus granted", "bonus wagered", "bonus taken back", "bonuses wagered"] {
        assert!(statement.contains(part), "{part}: {statement}");
    }
    let records = stdout(&run(["records", journal, "--account", "alice"]));
    for part in [
        format!("bonus {bonus} (money) has 20.00 left and 20.00 to be wagered, is active, until "),
        format!("bonus {bonus} (money) has 0.00 left, is converted, until "),
        format!(
            "bonus {other} (money) has 0.00 left and 100.00 to be wagered, is forfeited, until "
        ),
    ] {
        assert!(records.contains(&part), "{part}: {records}");
    }
}
