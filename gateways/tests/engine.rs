//! The gateway in front of a real engine with a journal on disk.
#![allow(clippy::unwrap_used)]

mod common;

use std::path::PathBuf;
use std::time::{Duration, Instant};

use clutch_core::command::{
    Actor, Config, CreateMatch, CustomerStep, MarketKind, ReferralWord, RoundFormat, SetMap, Side,
    Strengths, SuspendReason, Title,
};
use clutch_core::play::{CounterId, Hold, PlayPolicy, Term};
use clutch_core::risk::RuleSet;
use clutch_core::units::{
    AccountId, BetId, Currency, MatchId, Money, Name, Probability, Stake, Timestamp,
};
use clutch_core::{Command, Envelope};
use clutch_engine::{CommandSender, Engine};
use clutch_gateways::token::{Role, StaffClaims, issue_staff};
use common::{ACCOUNT, Client, Gateway, in_front_of_an_engine};
use serde_json::{Value, json};

/// A journal that is removed with the test.
struct Journal(PathBuf);

impl Journal {
    fn new(name: &str) -> Self {
        let path =
            std::env::temp_dir().join(format!("clutch-gateway-{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&path);
        Self(path)
    }
}

impl Drop for Journal {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// A gateway in front of an engine; the engine outlives it.
fn start(journal: &Journal) -> (Gateway, Engine) {
    in_front_of_an_engine(&journal.0)
}

fn name(text: &str) -> Name {
    Name::new(text).unwrap()
}

fn set_up(sender: &mut CommandSender) {
    let match_id = MatchId(0);
    // The account of the test's tokens is the last of these.
    let open = |number| Command::OpenAccount {
        key: name(&format!("bettor-{number}")),
        currency: Currency(0),
    };
    let mut commands: Vec<_> = (0..=ACCOUNT.0).map(open).collect();
    commands.push(Command::Deposit {
        account: ACCOUNT,
        amount: Money::from_minor(10_000),
        reference: 1,
    });
    commands.push(Command::CreateMatch(CreateMatch {
        key: name("final"),
        title: Title::CounterStrike,
        rounds: RoundFormat::Mr12,
        best_of: 1,
        team_a: name("Spirit"),
        team_b: name("Vitality"),
        starts_at: Timestamp::MAX,
        round_markets: false,
    }));
    commands.push(Command::SetMap(SetMap {
        match_id,
        map_no: 1,
        name: name("de_dust2"),
        first_side_a: Side::Ct,
        strengths: Strengths::BySide {
            t: Probability::from_ppb(480_000_000).unwrap(),
            ct: Probability::from_ppb(540_000_000).unwrap(),
        },
    }));
    commands.push(Command::OpenMarket { match_id, kind: MarketKind::MatchWinner });
    for command in commands {
        sender.try_send(Envelope { actor: Actor::Operator(1), trace: 0, command }).unwrap();
    }
}

/// Subscribes until the market is there: the engine's news come in their own time.
fn subscribe(client: &mut Client) -> Value {
    client.send(r#"{"type":"subscribe","id":1,"topic":"all"}"#);
    let mut message = client.next();
    while message["topic"] != "all" {
        message = client.next();
    }
    let mut market = message["matches"][0]["markets"][0].clone();
    while market["selections"][0]["odds"].is_null() || market["status"] != "open" {
        message = next_of(client, "delta");
        let change = message["matches"][0]["markets"][0].clone();
        for (key, value) in change.as_object().into_iter().flatten() {
            market[key] = value.clone();
        }
    }
    market
}

fn place_on(market: &Value, milliseconds: u64, stake: &str) -> String {
    let id = clutch_core::units::ClientBetId::from_parts(milliseconds, 7).0;
    let hex = format!("{id:032x}");
    let cid =
        format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]);
    json!({"type": "place", "cid": cid, "market": 0, "selection": 0, "stake": stake,
        "odds": market["selections"][0]["odds"], "price_seq": market["price_seq"],
        "epoch": market["epoch"], "policy": "better"})
    .to_string()
}

/// The next message of this type.
fn next_of(client: &mut Client, kind: &str) -> Value {
    loop {
        let message = client.next();
        if message["type"] == kind {
            return message;
        }
    }
}

#[test]
fn a_bet_is_refused_or_placed_and_found_again_after_a_restart() {
    let journal = Journal::new("restart");
    let (gateway, engine) = start(&journal);
    let mut sender = engine.sender();
    set_up(&mut sender);
    let mut client = gateway.connect();
    client.send(&format!(r#"{{"type":"auth","token":"{}"}}"#, gateway.token(60)));
    let welcome = client.next();
    let market = subscribe(&mut client);
    assert_eq!(market["name"], "Match winner");

    let now = welcome["server_time"].as_u64().unwrap();
    client.send(&place_on(&market, now, "500"));
    let refused = next_of(&mut client, "bet");
    assert_eq!(
        (&refused["status"], &refused["name"]),
        (&json!("refused"), &json!("InsufficientFunds"))
    );
    client.send(&place_on(&market, now + 1, "12.50"));
    let bet = next_of(&mut client, "bet");
    assert_eq!((&bet["status"], &bet["stake"]), (&json!("accepted"), &json!("12.50")));
    assert_eq!(next_of(&mut client, "balance")["available"], "87.50");
    // The same id again: the first answer, and no second bet.
    client.send(&place_on(&market, now + 1, "12.50"));
    assert_eq!(next_of(&mut client, "bet")["bet_id"], bet["bet_id"]);
    client.send(&place_on(&market, now - 8 * 24 * 3_600_000, "1"));
    assert_eq!(next_of(&mut client, "bet")["name"], "ClientIdOutsideWindow");

    let scope = clutch_core::command::Scope::All;
    let suspend = Command::Suspend { scope, reason: SuspendReason::Trader };
    sender.try_send(Envelope { actor: Actor::Operator(1), trace: 0, command: suspend }).unwrap();
    let delta = next_of(&mut client, "delta");
    let change = &delta["matches"][0]["markets"][0];
    assert_eq!((&change["status"], &change["reason"]), (&json!("suspended"), &json!("trader")));
    client.send(&place_on(&market, now + 2, "1"));
    assert_eq!(next_of(&mut client, "bet")["name"], "MarketSuspended");
    let seen = delta["seq"].as_u64().unwrap();

    drop((gateway, sender));
    engine.shutdown().unwrap();
    let (gateway, engine) = start(&journal);
    let mut client = gateway.connect();
    client.send(&format!(r#"{{"type":"auth","token":"{}"}}"#, gateway.token(60)));
    let mine = next_of(&mut client, "image");
    assert_eq!(mine["balance"], json!({"available": "87.50", "held": "12.50"}));
    assert_eq!(mine["bets"][0]["cid"], bet["cid"]);
    assert_eq!(mine["bets"][0]["status"], "accepted");
    client.send(
        &json!({"type": "subscribe", "id": 1, "topic": "all",
        "resume": {"epoch": common::EPOCH, "seq": seen}})
        .to_string(),
    );
    // What left the engine before this start, this gateway never knew; so it says everything that is there.
    let whole = next_of(&mut client, "image");
    assert_eq!((&whole["topic"], &whole["reason"]), (&json!("all"), &json!("cannot_resume")));
    let (status, health) = gateway.http("GET", "/health", "", "");
    assert_eq!((status, &health["engine"]["state"]), (200, &json!("running")));
    engine.drain();
    while gateway.http("GET", "/health", "", "").0 != 503 {}
    drop(gateway);
    engine.shutdown().unwrap();
}

#[test]
fn an_account_that_does_not_exist_is_told_so() {
    let journal = Journal::new("stranger");
    let (gateway, engine) = start(&journal);
    let mut client = gateway.connect();
    client.send(&format!(r#"{{"type":"auth","token":"{}"}}"#, gateway.token(60)));
    assert_eq!(client.next()["type"], "welcome");
    assert_eq!(client.next()["name"], "UnknownAccount");
    drop(gateway);
    engine.shutdown().unwrap();
}

#[test]
fn a_bet_of_several_legs_is_quoted_placed_and_explained_leg_by_leg() {
    let journal = Journal::new("legs");
    let (gateway, engine) = start(&journal);
    let mut sender = engine.sender();
    set_up(&mut sender);
    let mut client = gateway.connect();
    client.send(&format!(r#"{{"type":"auth","token":"{}"}}"#, gateway.token(60)));
    let now = client.next()["server_time"].as_u64().unwrap();
    let market = subscribe(&mut client);
    let slip = |kind: &str, milliseconds: u64, sizes: Value| {
        let single: Value = serde_json::from_str(&place_on(&market, milliseconds, "1.00")).unwrap();
        let leg = |selection: usize| {
            json!({"market": 0, "selection": selection, "price_seq": market["price_seq"],
                "odds": market["selections"][selection]["odds"], "epoch": market["epoch"]})
        };
        json!({"type": kind, "cid": single["cid"], "policy": "better", "unit": "2.00",
            "sizes": sizes, "legs": [leg(0), leg(1)]})
    };
    client.send(&slip("quote_max", now, json!([1])).to_string());
    // All of the 100.00 on two lines.
    assert_eq!(next_of(&mut client, "quote_max")["unit"], "50.00");

    client.send(&slip("place", now, json!([2])).to_string());
    let refused = next_of(&mut client, "bet");
    assert_eq!((&refused["name"], &refused["leg"]), (&json!("LegsRelated"), &json!(2)));
    assert_eq!(refused["legs"].as_array().unwrap().len(), 1);
    assert_eq!(refused["legs"][0]["result"], "refused");

    client.send(&slip("place", now + 1, json!([1])).to_string());
    let bet = next_of(&mut client, "bet");
    assert_eq!((&bet["status"], &bet["stake"]), (&json!("accepted"), &json!("4.00")));
    assert_eq!((&bet["lines"], &bet["sizes"]), (&json!(2), &json!([1])));
    for (leg, selection) in [(0, "Spirit"), (1, "Vitality")] {
        assert_eq!(bet["legs"][leg]["selection_name"], selection);
        assert_eq!(bet["legs"][leg]["result"], "open");
    }
    client.send(&json!({"type": "bet", "cid": bet["cid"]}).to_string());
    assert_eq!(next_of(&mut client, "bet")["legs"], bet["legs"]);
    client.send(r#"{"type":"balance"}"#);
    let mine = next_of(&mut client, "image");
    assert_eq!(mine["bets"][0]["bet_id"], bet["bet_id"]);
    assert_eq!(mine["bets"][0]["legs"], bet["legs"]);
    assert_eq!(mine["balance"]["held"], "4.00");

    // The staff sees it as its owner does, beside his singles, the newest first.
    client.send(&place_on(&market, now + 2, "1.00"));
    assert_eq!(next_of(&mut client, "bet")["status"], "accepted");
    let question = json!({"query": "account", "account": ACCOUNT.0}).to_string();
    let (status, account) = gateway.http("POST", "/admin/queries", &staff(&gateway, 42), &question);
    assert_eq!(status, 200, "{account}");
    let bets = account["bets"].as_array().unwrap();
    assert_eq!((bets.len(), bets[0].get("legs")), (2, None), "{account}");
    assert_eq!((&bets[1]["bet_id"], &bets[1]["legs"]), (&bet["bet_id"], &bet["legs"]));
}

/// The header of a person of the staff.
fn staff(gateway: &Gateway, operator: u32) -> String {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    let issued_at_s = now.as_secs();
    let (roles, expires_at_s) = (vec![Role::Operator], issued_at_s + 60);
    let claims = StaffClaims { operator, roles, issued_at_s, expires_at_s };
    format!("Authorization: Bearer {}\r\n", issue_staff(&gateway.secret, &claims))
}

fn ordered(gateway: &Gateway, operator: u32, body: &Value) -> (u16, Value) {
    gateway.http("POST", "/admin/commands", &staff(gateway, operator), &body.to_string())
}

#[test]
fn who_excludes_himself_hears_it_and_his_sockets_end() {
    let journal = Journal::new("excluded");
    let (gateway, engine) = start(&journal);
    set_up(&mut engine.sender());
    let (mut one, mut other) = (gateway.sign_in(), gateway.sign_in());
    one.send(r#"{"type":"time_out","hours":24}"#);
    assert_eq!(next_of(&mut one, "rest")["rest"]["kind"], "time_out");
    assert_eq!(next_of(&mut other, "rest")["rest"]["kind"], "time_out", "and no socket ends");
    one.send(r#"{"type":"self_exclude","days":182}"#);
    for client in [&mut one, &mut other] {
        assert_eq!(next_of(client, "rest")["rest"]["kind"], "self_exclusion");
        assert_eq!(next_of(client, "notice")["name"], "AccountSelfExcluded");
        assert_eq!(client.goodbye().0, 1008);
    }
    // He may look at his money, and the staff may exclude him as well.
    let mut again = gateway.sign_in();
    let body =
        json!({"command": "set_account_state", "account": ACCOUNT.0, "state": "self_excluded"});
    assert_eq!(ordered(&gateway, 42, &body).0, 200);
    assert_eq!(again.goodbye().0, 1008);
    drop(gateway);
    engine.shutdown().unwrap();
}

#[test]
fn every_step_of_a_payment_says_where_it_stands() {
    let journal = Journal::new("payment-steps");
    let (gateway, engine) = start(&journal);
    set_up(&mut engine.sender());
    gateway.sign_in();
    let reference = "0b0e7a52-5d2c-7c1e-8a55-0242ac120002";
    for (step, status) in
        [("withdraw", "requested"), ("withdraw", "requested"), ("paid", "paid"), ("paid", "paid")]
    {
        let body = json!({"command": "payment", "account": ACCOUNT.0, "amount": "12.50",
            "reference": reference, "step": step});
        let (code, answer) = ordered(&gateway, 42, &body);
        assert_eq!(code, 200, "{answer}");
        let payment = json!({"account": ACCOUNT.0, "reference": reference, "amount": "12.50",
            "tax": "0.00", "status": status});
        assert_eq!(answer["payments"], json!([payment]));
    }
    drop(gateway);
    engine.shutdown().unwrap();
}

#[test]
fn what_the_engine_refuses_for_good_is_422_and_names_what_was_wrong() {
    let journal = Journal::new("final");
    let (gateway, engine) = start(&journal);
    set_up(&mut engine.sender());
    gateway.sign_in();
    let adjust = json!({"command": "adjust", "account": ACCOUNT.0, "amount": "500.00",
        "reason": "goodwill", "reference": "0b0e7a52-5d2c-7c1e-8a55-0242ac120003"});
    let (status, wish) = ordered(&gateway, 42, &adjust);
    assert_eq!(status, 200, "{wish}");
    let id = &wish["proposals"][0]["id"];
    for (body, code, said) in [
        (json!({"command": "approve", "id": id}), 909, "The wish is operator 42's own."),
        (json!({"command": "reset_trip", "trip": "loss_rate"}), 914, "has not stopped anything"),
        (
            json!({"command": "set_delay", "scope": {"match": 0}, "delay": "9999h"}),
            209,
            "\"delay\" can be at most 3 days",
        ),
        (
            json!({"command": "link_account", "account": ACCOUNT.0, "group": 9_999_999}),
            209,
            "\"group\" must lie between 0 and ",
        ),
        (
            json!({"command": "void_bets", "match": 0, "from": 5, "to": 4}),
            209,
            "\"from\" is record 5 and lies behind",
        ),
    ] {
        let (status, answer) = ordered(&gateway, 42, &body);
        assert_eq!((status, &answer["code"]), (422, &json!(code)), "{answer}");
        assert!(answer["text"].as_str().unwrap().contains(said), "{answer}");
    }
    drop(gateway);
    engine.shutdown().unwrap();
}

#[test]
fn a_player_limits_himself_and_the_next_bet_knows_it() {
    let journal = Journal::new("limits");
    let (gateway, engine) = start(&journal);
    set_up(&mut engine.sender());
    let mut client = gateway.sign_in();
    let market = subscribe(&mut client);
    client.send(r#"{"type":"set_limit","quantity":"stake","window":"day","amount":"20.00"}"#);
    let limit = next_of(&mut client, "limit");
    assert_eq!((&limit["amount"], &limit["used"]), (&json!("20.00"), &json!("0.00")));
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    client.send(&place_on(&market, now.as_millis() as u64, "20.01"));
    let bet = next_of(&mut client, "bet");
    assert_eq!((&bet["status"], &bet["name"]), (&json!("refused"), &json!("StakeLimitReached")));
    client.send(r#"{"type":"set_limit","quantity":"stake","window":"day","amount":"50.00"}"#);
    let limit = next_of(&mut client, "limit");
    assert_eq!((&limit["amount"], &limit["wish"]["amount"]), (&json!("20.00"), &json!("50.00")));
    client.send(r#"{"type":"confirm_limit","quantity":"stake","window":"day"}"#);
    assert_eq!(next_of(&mut client, "notice")["name"], "PlayLimitCooling");
    client.send(r#"{"type":"lift_limit","quantity":"loss","window":"24h"}"#);
    assert_eq!(next_of(&mut client, "notice")["name"], "UnknownPlayLimit");
    client.send(r#"{"type":"set_limit","quantity":"stakes","window":"day","amount":"1"}"#);
    assert_eq!(next_of(&mut client, "notice")["name"], "BadField");
    client.send(r#"{"type":"time_out","hours":24}"#);
    assert_eq!(next_of(&mut client, "rest")["rest"]["kind"], "time_out");
    client.send(r#"{"type":"limits"}"#);
    let all = next_of(&mut client, "limits");
    assert_eq!(
        (&all["rest"]["kind"], &all["limits"][0]["window"]),
        (&json!("time_out"), &json!("day"))
    );
    drop(gateway);
    engine.shutdown().unwrap();
}

#[test]
fn a_bet_is_quoted_and_cashed_out_in_parts() {
    let journal = Journal::new("cash-out");
    let (gateway, engine) = start(&journal);
    set_up(&mut engine.sender());
    let mut client = gateway.sign_in();
    let market = subscribe(&mut client);
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    client.send(&place_on(&market, now.as_millis() as u64, "10.00"));
    let bet = next_of(&mut client, "bet");
    assert_eq!(bet["status"], "accepted");
    let cid = &bet["cid"];
    client.send(&json!({"type": "quote_cash_out", "cid": cid, "part": "10.01"}).to_string());
    let refused = next_of(&mut client, "cash_out");
    assert_eq!((&refused["status"], &refused["code"]), (&json!("refused"), &json!(609)));
    assert!(refused["text"].as_str().unwrap().ends_with("Left 10.00, asked 10.01."));
    client.send(&json!({"type": "quote_cash_out", "cid": cid, "part": "4.00"}).to_string());
    let quoted = next_of(&mut client, "cash_out");
    assert_eq!((&quoted["status"], &quoted["stake"]), (&json!("quoted"), &json!("4.00")));
    let take = json!({"type": "cash_out", "cid": cid, "part": "4.00", "quote": quoted["quote"],
        "amount": quoted["amount"]});
    client.send(&take.to_string());
    let left = next_of(&mut client, "bet");
    assert_eq!((&left["status"], &left["stake"]), (&json!("accepted"), &json!("6.00")));
    let paid = next_of(&mut client, "cash_out");
    assert_eq!((&paid["status"], &paid["amount"]), (&json!("paid"), &quoted["amount"]));
    assert_eq!(next_of(&mut client, "balance")["held"], "6.00");
    // The same wish again pays nothing more.
    client.send(&take.to_string());
    assert_eq!(next_of(&mut client, "cash_out")["status"], "paid");
    client.send(&json!({"type": "quote_cash_out", "cid": cid}).to_string());
    let quoted = next_of(&mut client, "cash_out");
    client.send(
        &json!({"type": "cash_out", "cid": cid, "quote": quoted["quote"], "amount": "999.00"})
            .to_string(),
    );
    assert_eq!(next_of(&mut client, "cash_out")["name"], "CashOutChanged");
    client.send(
        &json!({"type": "cash_out", "cid": cid, "quote": quoted["quote"],
            "amount": quoted["amount"]})
        .to_string(),
    );
    assert_eq!(next_of(&mut client, "bet")["status"], "cashed_out");
    assert_eq!(next_of(&mut client, "cash_out")["status"], "paid");
    assert_eq!(next_of(&mut client, "balance")["held"], "0.00");
    drop(gateway);
    engine.shutdown().unwrap();
}

/// Sends commands of the staff that is not on trial here.
fn order(engine: &Engine, command: Command) {
    let envelope = Envelope { actor: Actor::Operator(2), trace: 0, command };
    engine.sender().try_send(envelope).unwrap();
}

#[test]
fn a_bet_is_made_smaller_offered_otherwise_and_decided_by_a_trader() {
    let journal = Journal::new("terms");
    let (gateway, engine) = start(&journal);
    set_up(&mut engine.sender());
    let config = Config {
        stake_max: Money::from_minor(3_000),
        trader_stake: Money::from_minor(2_000),
        rules_off: RuleSet::EMPTY,
        ..Config::default()
    };
    order(&engine, Command::Configure { config, based_on: None });
    let mut client = gateway.sign_in();
    let market = subscribe(&mut client);
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    let millis = now.as_millis() as u64;
    let place = |id: u64, stake: &str, terms: Value| {
        let mut message: Value =
            serde_json::from_str(&place_on(&market, millis + id, stake)).unwrap();
        for (key, value) in terms.as_object().unwrap() {
            message[key] = value.clone();
        }
        message.to_string()
    };
    client.send(&place(0, "40.00", json!({"partial": false})));
    assert_eq!(next_of(&mut client, "quote_max")["stake"], "20.00");
    assert_eq!(next_of(&mut client, "bet")["name"], "StakeAboveLimit");
    client.send(&place(1, "40.00", json!({"offers": true})));
    let offered = next_of(&mut client, "bet");
    assert_eq!((&offered["status"], &offered["stake"]), (&json!("offered"), &json!("20.00")));
    let answer = json!({"type": "answer_offer", "cid": offered["cid"], "offer": 1, "accept": true});
    client.send(&answer.to_string());
    assert_eq!(next_of(&mut client, "notice")["name"], "UnknownOffer");
    let answer = json!({"type": "answer_offer", "cid": offered["cid"],
        "offer": offered["bet_id"], "accept": false});
    client.send(&answer.to_string());
    assert_eq!(next_of(&mut client, "bet")["name"], "OfferDeclined");
    client.send(&place(2, "25.00", json!({})));
    let referred = next_of(&mut client, "bet");
    assert_eq!((&referred["status"], &referred["stake"]), (&json!("referred"), &json!("25.00")));
    let bet = BetId(referred["bet_id"].as_u64().unwrap());
    let stake = Stake::new(Money::from_minor(1_500)).unwrap();
    let word = ReferralWord::AcceptPart { stake };
    order(&engine, Command::DecideReferral { bet, word });
    let taken = next_of(&mut client, "bet");
    assert_eq!((&taken["status"], &taken["stake"]), (&json!("accepted"), &json!("15.00")));
    client.send(r#"{"type":"balance"}"#);
    assert_eq!(next_of(&mut client, "image")["balance"]["held"], "15.00");
    drop(gateway);
    engine.shutdown().unwrap();
}

#[test]
fn a_group_of_bets_over_http_is_answered_bet_by_bet_and_taken_as_a_whole() {
    let journal = Journal::new("batch");
    let (gateway, engine) = start(&journal);
    set_up(&mut engine.sender());
    let market = subscribe(&mut gateway.sign_in());
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    let millis = now.as_millis() as u64;
    let bearer = format!("Authorization: Bearer {}\r\n", gateway.token(60));
    let bet = |number: u64, stake: &str| -> Value {
        serde_json::from_str(&place_on(&market, millis + number, stake)).unwrap()
    };
    let post = |bets: Value| {
        let body = json!({"policy": "better", "bets": bets}).to_string();
        gateway.http("POST", "/bets/batch", &bearer, &body)
    };
    let (status, said) = post(json!([bet(0, "10.00"), bet(1, "5.00")]));
    assert_eq!(status, 200, "{said}");
    let of = |said: &Value, field: &str| {
        let bets = said["bets"].as_array().unwrap().iter();
        bets.map(|bet| bet[field].as_str().unwrap_or("").to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(of(&said, "status"), ["accepted", "accepted"]);
    assert_eq!(of(&said, "stake"), ["10.00", "5.00"]);
    // One that is refused takes the others with it, and says why.
    let (status, said) = post(json!([bet(2, "10.00"), bet(3, "90.00")]));
    assert_eq!(status, 422, "{said}");
    assert_eq!(of(&said, "name"), ["BatchRefused", "InsufficientFunds"]);
    // What is no group of bets never reaches the engine.
    for (bets, name) in [
        (json!([]), "BadField"),
        (json!([bet(4, "1.00"), bet(4, "1.00")]), "BadField"),
        (json!([bet(5, "1.001")]), "TooManyPlaces"),
    ] {
        let (status, said) = post(bets);
        assert_eq!((status, &said["name"]), (400, &json!(name)), "{said}");
    }
    let (status, said) = gateway.http("POST", "/bets/batch", "", "{}");
    assert_eq!((status, &said["name"]), (401, &json!("NotAuthenticated")));
    let mut client = gateway.sign_in();
    client.send(r#"{"type":"balance"}"#);
    assert_eq!(next_of(&mut client, "image")["balance"]["held"], "15.00");
    drop(gateway);
    engine.shutdown().unwrap();
}

#[test]
fn accounts_that_somebody_looks_into_are_counted_also_by_a_gateway_that_starts_later() {
    let journal = Journal::new("cases");
    let (gateway, engine) = start(&journal);
    set_up(&mut engine.sender());
    let policy = PlayPolicy::default().with(Term::Deposits24h, 5_000);
    order(&engine, Command::AdoptPlayPolicy { name: name("aml"), policy });
    let deposit = |account: u32, reference| Command::Deposit {
        account: AccountId(account),
        amount: Money::from_minor(5_000),
        reference,
    };
    (0..3).for_each(|account| order(&engine, deposit(account, 10 + u128::from(account))));
    let customer = |account: u32, step| Command::Customer { account: AccountId(account), step };
    order(&engine, customer(0, CustomerStep::Reviewed(CounterId::Deposits24h)));
    order(&engine, customer(4, CustomerStep::Hold(Hold::Everything)));
    order(&engine, customer(5, CustomerStep::Hold(Hold::Withdrawals)));
    order(&engine, customer(5, CustomerStep::Hold(Hold::None)));
    let wanted = [
        "clutch_open_cases{counter=\"deposits_24h\"} 2\n",
        "clutch_open_cases{counter=\"turnover_24h\"} 0\n",
        "clutch_held_accounts{hold=\"everything\"} 1\n",
        "clutch_held_accounts{hold=\"withdrawals\"} 0\n",
    ];
    let counted = |gateway: &Gateway| {
        let until = Instant::now() + Duration::from_secs(20);
        loop {
            let text = gateway.http("GET", "/metrics", "", "").1.as_str().unwrap().to_owned();
            if wanted.iter().all(|line| text.contains(line)) {
                return;
            }
            assert!(Instant::now() < until, "{text}");
        }
    };
    counted(&gateway);
    drop(gateway);
    engine.shutdown().unwrap();
    let (gateway, engine) = start(&journal);
    counted(&gateway);
    drop(gateway);
    engine.shutdown().unwrap();
}
