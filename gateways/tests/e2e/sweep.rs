//! A feed tells a round too late, somebody bet on it meanwhile, and two persons of the right desk void just
//! that; and who may be the second person for what.

use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};

use crate::admin::{Desk, staff_token};
use crate::harness::data_dir::DataDir;
use crate::harness::http::request;
use crate::harness::process::{Serve, run, stdout, token};
use crate::harness::socket::{Bettor, bet_on, open_markets};
use crate::harness::{even_match, eventually, small_tables};

const CONFIG: &str = concat!(
    small_tables!(),
    r#"[book]
in_play_delay_ms = 0
[[ndjson]]
key = "the-key"
source = 1
"#,
    even_match!("cup"),
    r#"[[account]]
key = "alice"
deposit = "100.00"
"#,
);

pub fn now_ms() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis() as u64
}

/// What a source says of the first map of the match that these tests play.
pub fn push(serve: &Serve, at_ms: u64, version: u64, rest: &Value) {
    let mut fact = json!({"at_ms": at_ms, "version": version, "map": 1});
    fact.as_object_mut().unwrap().extend(rest.as_object().unwrap().clone());
    let answer = request(
        serve.address,
        "POST",
        "/feeds/ndjson?match=cup",
        "X-Feed-Key: the-key\r\n",
        &format!("{fact}\n"),
    );
    assert_eq!(answer.unwrap().status, 200);
}

/// The market on the first round.
fn first_round(bettor: &mut Bettor) -> Value {
    eventually("a market on the first round is open", || {
        let markets = open_markets(&bettor.image().unwrap());
        markets.into_iter().find(|market| market["name"].as_str().unwrap().contains("round 1 "))
    })
}

#[test]
fn bets_after_the_fact_are_swept_by_two_persons_who_may() {
    let data = DataDir::new("sweep");
    let (config, journal) = (data.file("clutch.toml", CONFIG), data.journal());
    let serve = Serve::start(&config, &journal);
    let desk = |operator: &str, role: &str| Desk {
        serve: &serve,
        token: staff_token(&["--operator", operator, "--role", role], &config, &journal),
    };
    let (trader, second) = (desk("7", "trader"), desk("8", "trader"));
    let (risk, finance) = (desk("9", "risk"), desk("10", "finance"));
    let mut alice = Bettor::sign_in(serve.address, &token("alice", &config, &journal)).unwrap();

    push(&serve, now_ms(), 1, &json!({"event": "map_start", "name": "m", "side_a": "ct"}));
    let market = first_round(&mut alice);
    let number = market["market"].to_string();
    let target = format!("market:{number}");
    // Before any result there is nothing to sweep, and no feed has said when.
    assert!(trader.refused(&["sweep", &target]).contains("--at MILLISECONDS"));
    let won_at = now_ms();
    std::thread::sleep(std::time::Duration::from_millis(5));
    let bet = bet_on(&market, 0, "10.00");
    assert_eq!(alice.place(&bet).unwrap()["status"], "accepted");
    push(&serve, won_at, 2, &json!({"event": "round_won", "round": 1, "winner": "a"}));
    let settled = alice.wait_for(|message| message["status"] == "won").unwrap();
    assert_eq!(settled["cid"], bet["cid"]);

    let said = trader.done(&["sweep", &target]);
    for part in ["1 bets of 10.00", "1 winners lose", "0 losers get 0.00 back", "--propose"] {
        assert!(said.contains(part), "{part}: {said}");
    }
    for scope in ["match:cup", "all"] {
        let found = trader.json(&["sweep", scope]);
        assert_eq!(found["late_bets"][0]["market"].to_string(), number, "{scope}: {found}");
    }
    let early = trader.done(&["sweep", &target, "--at", &(now_ms() + 1000).to_string()]);
    assert!(early.contains("no bet came too late"), "{early}");
    let metrics = request(serve.address, "GET", "/metrics", "", "").unwrap().body;
    assert!(metrics.contains("settlement_late_markets_total 1"), "{metrics}");

    let said = trader.done(&["sweep", &target, "--propose"]);
    assert!(said.contains("voiding bets on match 0") && !said.contains("--propose"), "{said}");
    let id = trader.json(&["waiting"])["proposals"][0]["id"].to_string();
    // Nothing has changed yet, and only somebody who could have wished it decides.
    assert!(finance.refused(&["approve", &id]).contains("Only somebody of trading or risk"));
    assert!(finance.refused(&["reject", &id]).contains("(Forbidden)"));
    assert!(trader.refused(&["approve", &id]).contains("SamePerson"));
    second.done(&["approve", &id]);
    let void = alice.wait_for(|message| message["status"] == "void").unwrap();
    assert_eq!((&void["cid"], &void["void_reason"]), (&bet["cid"], &json!("taken_late")));
    assert!(trader.done(&["sweep", &target]).contains("no bet came too late"));

    // Grades and voids are a trader's, limits are risk's, balances finance's.
    assert!(trader.refused(&["config", "set", "stake_max=2.00"]).contains("Forbidden"));
    risk.done(&["config", "set", "stake_max=99000.00"]);
    let id = risk.json(&["waiting"])["proposals"][0]["id"].to_string();
    assert!(second.refused(&["approve", &id]).contains("Only somebody of risk"));
    assert!(finance.refused(&["approve", &id]).contains("Only somebody of risk"));
    risk.done(&["reject", &id]);
    finance.done(&["account", "adjust", "alice", "500.00", "--reason", "goodwill"]);
    let id = finance.json(&["waiting"])["proposals"][0]["id"].to_string();
    assert!(risk.refused(&["approve", &id]).contains("Only somebody of finance"));
    assert!(trader.refused(&["reject", &id]).contains("Only somebody of finance"));
    // What does not wait is the engine's to refuse; an operator may decide about everything.
    assert!(trader.refused(&["approve", "99999"]).contains("NothingToApprove"));
    desk("11", "operator").done(&["approve", &id]);

    drop(serve);
    let journal = journal.to_str().unwrap();
    let told = stdout(&run(["why", journal, bet["cid"].as_str().unwrap()]));
    for part in
        ["are void as taken too late, by operator 8", "as operator 7 had wished", "decided at"]
    {
        assert!(told.contains(part), "{part}: {told}");
    }
}

/// What `clutch why` says of a bet that was cashed out, and of one that came in a group.
#[test]
fn why_tells_of_a_cash_out_and_of_a_group() {
    let data = DataDir::new("why-cash-out");
    let (config, journal) = (data.file("clutch.toml", CONFIG), data.journal());
    let serve = Serve::start(&config, &journal);
    let mut alice = Bettor::sign_in(serve.address, &token("alice", &config, &journal)).unwrap();
    let market = open_markets(&alice.image().unwrap()).remove(0);
    let mut bet = bet_on(&market, 0, "10.00");
    bet["device"] = json!(77);
    assert_eq!(alice.place(&bet).unwrap()["status"], "accepted");
    let cid = bet["cid"].as_str().unwrap().to_owned();
    // Half of it first, then the rest.
    let mut paid = Vec::new();
    for part in [Some("4.00"), None] {
        let mut ask = json!({"type": "quote_cash_out", "cid": cid});
        if let Some(part) = part {
            ask["part"] = json!(part);
        }
        alice.send(&ask).unwrap();
        let quoted = alice
            .wait_for(|message| message["type"] == "cash_out" || message["type"] == "notice")
            .unwrap();
        assert_eq!(quoted["status"], "quoted", "{quoted}");
        for key in ["quote", "amount"] {
            ask[key] = quoted[key].clone();
        }
        ask["type"] = json!("cash_out");
        alice.send(&ask).unwrap();
        let answer =
            alice.wait_for(|message| message["type"] == "cash_out" && message["status"] == "paid");
        paid.push(answer.unwrap()["amount"].as_str().unwrap().to_owned());
    }
    // Two bets of which all are taken or none, and two of which one is too large.
    let batch = |stakes: [&str; 2]| {
        let mut bets = stakes.map(|stake| {
            let mut bet = bet_on(&market, 1, stake);
            bet.as_object_mut().unwrap().retain(|key, _| key != "type" && key != "policy");
            bet
        });
        bets[1]["selection"] = json!(0);
        bets[1]["odds"] = market["selections"][0]["odds"].clone();
        let cids = bets.clone().map(|bet| bet["cid"].as_str().unwrap().to_owned());
        (json!({"type": "place_batch", "policy": "any", "bets": bets}), cids)
    };
    let (mut taken, [first, second]) = batch(["1.00", "2.00"]);
    taken["device"] = json!(78);
    alice.send(&taken).unwrap();
    let answer =
        alice.wait_for(|message| message["cid"] == second || message["type"] == "notice").unwrap();
    assert_eq!(answer["status"], "accepted", "{answer}");
    let (refused, [good, too_large]) = batch(["1.00", "99000.00"]);
    alice.send(&refused).unwrap();
    let answer =
        alice.wait_for(|message| message["cid"] == good || message["type"] == "notice").unwrap();
    assert_eq!(answer["status"], "refused", "{answer}");
    drop(serve);

    let why = |cid: &str| stdout(&run(["why", journal.to_str().unwrap(), cid]));
    let told = why(&cid);
    for part in [
        "Cashing it out",
        &format!("is paid: {} for a stake of 4.00", paid[0]),
        &format!("is paid: {} for a stake of 6.00", paid[1]),
        "cashed out",
    ] {
        assert!(told.contains(part), "{part}: {told}");
    }
    assert!(!told.contains("Its group"), "{told}");
    assert!(told.contains("It came from device 77."), "{told}");
    let shown = stdout(&run(["journal", "inspect", journal.to_str().unwrap()]));
    assert!(shown.contains("from device 77"), "{shown}");
    let told = why(&first);
    assert!(told.contains("Its group: all are taken or none"), "{told}");
    assert!(told.contains("It came from device 78."), "{told}");
    let other =
        told.lines().find(|line| line.contains(&second)).unwrap_or_else(|| panic!("{told}"));
    assert!(other.contains("2.00 on ") && other.contains("accepted"), "{other}");
    let told = why(&good);
    assert!(told.contains("Another bet of this group was refused"), "{told}");
    assert!(!told.contains("device"), "nobody said one: {told}");
    let other = told.lines().find(|line| line.contains(&too_large));
    assert!(
        other.is_some_and(|line| line.contains("99000.00 on ") && line.contains("refused")),
        "{told}"
    );
}
