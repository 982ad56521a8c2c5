//! Sessions over real sockets: signing in, prices, bets, resuming, and what is refused.
#![allow(clippy::unwrap_used)]

mod common;

use std::time::Duration;

use clutch_core::command::{AccountState, KillScope};
use clutch_core::event::{BetStatus, BetView};
use clutch_core::units::{
    BetId, Currency, MarketId, MatchId, Money, Name, Odds, SelectionIndex, Stake,
};
use clutch_core::{Command, Event};
use clutch_gateways::token::Role;
use common::{ACCOUNT, CID, EPOCH, Gateway, client_id, place};
use serde_json::json;
use tungstenite::Message;
use tungstenite::protocol::frame::Frame;
use tungstenite::protocol::frame::coding::{Data, OpCode};

#[test]
fn signing_in_brings_the_limits_the_balance_and_the_bets() {
    let gateway = Gateway::start();
    let mut client = gateway.connect();
    client.send(&format!(r#"{{"type":"auth","token":"{}"}}"#, gateway.token(60)));
    let welcome = client.next();
    assert_eq!(
        (&welcome["type"], &welcome["account"], &welcome["epoch"]),
        (&json!("welcome"), &json!(7), &json!(EPOCH))
    );
    assert_eq!(welcome["limits"]["message_bytes"], 16 * 1024);
    let mine = client.next();
    assert_eq!(mine["balance"], json!({"available": "100.00", "held": "0.00"}));
    assert_eq!(mine["bets"], json!([]));
}

#[test]
fn a_bearer_header_signs_in_too() {
    let gateway = Gateway::start();
    let bearer = format!("Bearer {}", gateway.token(60));
    let mut client = gateway.connect_with("authorization", &bearer).unwrap();
    assert_eq!(client.next()["type"], "welcome");
}

#[test]
fn a_subscriber_gets_the_image_and_then_only_what_changed() {
    let gateway = Gateway::start();
    let mut client = gateway.sign_in();
    client.send(r#"{"type":"subscribe","id":1,"topic":"all"}"#);
    let image = client.next();
    assert_eq!((&image["type"], &image["id"]), (&json!("image"), &json!(1)));
    let game = &image["matches"][0];
    assert_eq!(game["teams"], json!(["Spirit", "Vitality"]));
    assert_eq!((&game["rounds"], &game["side_a"]), (&json!([3, 4]), &json!("T")));
    assert_eq!(
        game["markets"][1],
        json!({"market": 1, "kind": "total_rounds", "name": "Map 1 total rounds 21.5", "map": 1,
            "line": "21.5", "status": "open", "epoch": 4, "price_seq": 1, "selections": [
                {"selection": 0, "name": "Over 21.5", "odds": "1.85"},
                {"selection": 1, "name": "Under 21.5", "odds": "1.95"}]})
    );
    let names: Vec<_> =
        (0..4).map(|i| game["markets"][2]["selections"][i]["name"].clone()).collect();
    assert_eq!(names, ["2–0", "2–1", "1–2", "0–2"]);

    gateway.say(|script| script.price(1, 1, 2005));
    assert_eq!(
        client.next(),
        json!({"type": "delta", "id": 1, "topic": "all", "seq": 2, "matches": [
            {"match": 0, "markets": [{"market": 1, "price_seq": 2, "selections": [
                {"selection": 1, "odds": "2.005"}]}]}]})
    );
    // The same price again is no news; the next change is.
    gateway.say(|script| {
        let event = Event::KillSwitch { scope: KillScope::All, on: false };
        script.say(0, event);
        script.price(0, 0, 1700);
    });
    assert_eq!(client.next()["matches"][0]["markets"][0]["selections"][0]["odds"], "1.70");
}

#[test]
fn a_match_that_is_gone_is_told_to_whom_it_concerns_and_to_who_was_away() {
    let gateway = Gateway::start();
    let mut client = gateway.sign_in();
    client.send(r#"{"type":"subscribe","id":1,"topic":"markets","match":0}"#);
    assert_eq!(client.next()["matches"][0]["match"], 0);
    gateway.say(|script| script.say(0, Event::MatchRetired { match_id: MatchId(0) }));
    let gone = json!({"type": "delta", "id": 1, "topic": "markets", "match": 0, "seq": 1,
        "matches": [], "gone": [0]});
    assert_eq!(client.next(), gone);
    // One more word on it says nothing: it is not there.
    gateway.say(|script| script.price(0, 0, 1700));
    client.send(r#"{"type":"subscribe","id":2,"topic":"markets","match":0}"#);
    assert_eq!(client.next()["name"], "BadField");
    client.send(
        &json!({"type": "subscribe", "id": 3, "topic": "all", "resume": {"epoch": EPOCH, "seq": 1}})
            .to_string(),
    );
    let delta = client.next();
    assert_eq!((&delta["reason"], &delta["gone"]), (&json!("resumed"), &json!([0])));
    client.send(r#"{"type":"subscribe","id":4,"topic":"all"}"#);
    let image = client.next();
    assert_eq!((&image["matches"], image.get("gone")), (&json!([]), None));
}

#[test]
fn a_light_topic_hears_of_scores_and_not_of_prices() {
    let gateway = Gateway::start();
    let mut client = gateway.sign_in();
    client.send(r#"{"type":"subscribe","id":2,"topic":"matches"}"#);
    assert!(client.next()["matches"][0].get("markets").is_none());
    client.send(r#"{"type":"subscribe","id":3,"topic":"markets","match":0}"#);
    assert_eq!(client.next()["matches"][0]["markets"].as_array().unwrap().len(), 3);
    gateway.say(|script| script.price(0, 0, 1700));
    assert_eq!(client.next()["id"], 3);
    client.send(r#"{"type":"unsubscribe","id":3}"#);
    assert_eq!(client.next()["type"], "unsubscribed");
    gateway.say(|script| script.price(0, 0, 1600));
    client.send(r#"{"type":"ping"}"#);
    assert_eq!(client.next()["type"], "pong");
}

#[test]
fn a_reconnecting_client_gets_what_it_missed_and_nothing_else() {
    let gateway = Gateway::start_with(|config| config.limits.messages_burst = 100_000);
    let mut client = gateway.sign_in();
    gateway.say(|script| script.price(0, 1, 2100));
    gateway.say(|script| script.price(1, 0, 1500));
    // The records come by another way than the client's messages, so wait until they are there.
    loop {
        client.send(r#"{"type":"ping"}"#);
        if client.next()["seq"] == 3 {
            break;
        }
    }

    let resume = |epoch: &str, seq: u64| {
        format!(
            r#"{{"type":"subscribe","id":1,"topic":"all","resume":{{"epoch":"{epoch}","seq":{seq}}}}}"#
        )
    };
    client.send(&resume(EPOCH, 3));
    let delta = client.next();
    assert_eq!((&delta["type"], &delta["reason"]), (&json!("delta"), &json!("resumed")));
    assert_eq!(
        delta["matches"],
        json!([{"match": 0, "markets": [{"market": 1, "price_seq": 3, "selections": [
            {"selection": 0, "odds": "1.50"}]}]}])
    );
    client.send(&resume(EPOCH, 2));
    assert_eq!(client.next()["matches"][0]["markets"].as_array().unwrap().len(), 2);
    for (epoch, seq) in [("another-journal", 2), (EPOCH, 99)] {
        client.send(&resume(epoch, seq));
        let image = client.next();
        assert_eq!((&image["type"], &image["reason"]), (&json!("image"), &json!("cannot_resume")));
    }
}

#[test]
fn a_bet_is_answered_on_every_socket_of_its_account_and_nobody_elses() {
    let gateway = Gateway::start();
    let mut phone = gateway.sign_in();
    let mut laptop = gateway.sign_in();
    laptop.send(&place("12.50"));
    for client in [&mut laptop, &mut phone] {
        let bet = client.next();
        assert_eq!(
            bet,
            json!({"type": "bet", "seq": 2, "time": 1002, "cid": CID, "bet_id": 2,
                "status": "pending", "market": 0, "selection": 0, "match": 0,
                "teams": ["Spirit", "Vitality"], "market_name": "Match winner",
                "selection_name": "Spirit", "odds": "1.85", "stake": "12.50", "due": 4000})
        );
        assert_eq!(client.next()["available"], "87.50");
    }
    gateway.say(|script| {
        script.seq += 1;
        let bet = BetView {
            bet: Some(BetId(2)),
            account: ACCOUNT,
            client_id: client_id(),
            market: MarketId(0),
            selection: SelectionIndex(0),
            odds: Odds::from_milli(1850).unwrap(),
            stake: Stake::new(Money::from_minor(1250)).unwrap(),
            status: BetStatus::Accepted { payout: Money::from_minor(2312) },
        };
        let strangers = BetView { account: clutch_core::units::AccountId(8), ..bet };
        script.say(0, Event::Bet(strangers));
        script.say(0, Event::Bet(bet));
    });
    let bet = phone.next();
    assert_eq!((&bet["status"], &bet["payout"]), (&json!("accepted"), &json!("23.12")));
    let heard = gateway.script.lock().unwrap().heard.clone();
    assert!(matches!(heard[..], [envelope] if matches!(envelope.command, Command::PlaceBet(_))));
}

#[test]
fn a_refused_bet_says_why_with_its_numbers() {
    let gateway = Gateway::start();
    let mut client = gateway.sign_in();
    client.send(&place("60"));
    let bet = client.next();
    assert_eq!((&bet["status"], &bet["code"]), (&json!("refused"), &json!(402)));
    assert_eq!(bet["text"], "The stake is above the limit. Limit 50.00, yours 60.00.");
    assert_eq!((&bet["limit"], &bet["retry"]), (&json!("50.00"), &json!(false)));
}

#[test]
fn a_placement_that_the_engine_cannot_take_is_refused_at_once() {
    let gateway = Gateway::start();
    let mut client = gateway.sign_in();
    gateway.script.lock().unwrap().is_busy = true;
    client.send(&place("5"));
    let bet = client.next();
    assert_eq!(
        (&bet["cid"], &bet["name"], &bet["retry"]),
        (&json!(CID), &json!("EngineBusy"), &json!(true))
    );
}

#[test]
fn questions_are_answered_to_the_asker_only() {
    let gateway = Gateway::start();
    let mut other = gateway.sign_in();
    let mut client = gateway.sign_in();
    client.send(r#"{"type":"quote_max","market":1,"selection":0}"#);
    assert_eq!(client.next()["stake"], "50.00");
    client.send(r#"{"type":"balance"}"#);
    assert_eq!(client.next()["topic"], "mine");
    client.send(&format!(r#"{{"type":"bet","cid":"{CID}"}}"#));
    assert_eq!(client.next()["name"], "UnknownBet");
    client.send(&format!(r#"{{"type":"cancel","cid":"{CID}"}}"#));
    let notice = client.next();
    assert_eq!((&notice["cid"], &notice["code"]), (&json!(CID), &json!(603)));
    client.send(r#"{"type":"time","t0":17}"#);
    assert_eq!(client.next()["t0"], 17);
    other.send(r#"{"type":"ping"}"#);
    assert_eq!(other.next()["type"], "pong");
}

#[test]
fn faulty_messages_get_a_notice_and_the_session_goes_on() {
    let gateway = Gateway::start();
    let mut client = gateway.sign_in();
    for (message, name) in [
        ("{\"type\":", "MalformedJson"),
        ("hello", "MalformedJson"),
        ("[]", "MalformedJson"),
        ("{\"type\":\"conquer\"}", "UnknownMessage"),
        ("{\"type\":\"place\"}", "MissingField"),
        ("{\"type\":\"subscribe\",\"id\":99,\"topic\":\"all\"}", "BadField"),
        ("{\"type\":\"subscribe\",\"id\":1,\"topic\":\"markets\",\"match\":77}", "BadField"),
    ] {
        client.send(message);
        let notice = client.next();
        assert_eq!(
            (&notice["type"], &notice["name"]),
            (&json!("notice"), &json!(name)),
            "{message}"
        );
    }
    client.send(&place("5").replace("1.85", "0.5"));
    let notice = client.next();
    assert_eq!((&notice["name"], &notice["cid"]), (&json!("BadField"), &json!(CID)));
    client.socket.send(Message::binary(vec![1, 2, 3])).unwrap();
    assert_eq!(client.next()["name"], "BinaryMessage");
    client.send(r#"{"type":"ping"}"#);
    assert_eq!(client.next()["type"], "pong");
}

#[test]
fn a_message_that_never_ends_keeps_nobody_else_waiting() {
    let gateway = Gateway::start();
    let mut endless = gateway.sign_in();
    let mut other = gateway.sign_in();
    let start = Frame::message(Vec::new(), OpCode::Data(Data::Text), false);
    endless.socket.send(Message::Frame(start)).unwrap();
    for round in 0..20 {
        for _ in 0..5_000 {
            let empty = Frame::message(Vec::new(), OpCode::Data(Data::Continue), false);
            endless.socket.write(Message::Frame(empty)).unwrap();
        }
        endless.socket.flush().unwrap();
        other.send(&format!(r#"{{"type":"time","t0":{round}}}"#));
        assert_eq!(other.next()["t0"], round);
    }
    let end = Frame::message(br#"{"type":"ping"}"#.to_vec(), OpCode::Data(Data::Continue), true);
    endless.socket.send(Message::Frame(end)).unwrap();
    assert_eq!(endless.next()["type"], "pong");
}

#[test]
fn oversized_frames_and_bad_text_end_the_session_with_their_own_codes() {
    let gateway = Gateway::start();
    let mut client = gateway.sign_in();
    client.send(&"x".repeat(5_000));
    assert_eq!(client.goodbye().0, 1009);

    // A message in small frames is counted as a whole.
    let mut client = gateway.sign_in();
    for part in 0..5 {
        let opcode = if part == 0 { Data::Text } else { Data::Continue };
        let frame = Frame::message(vec![b'x'; 4_000], OpCode::Data(opcode), part == 4);
        if client.socket.send(Message::Frame(frame)).is_err() {
            break;
        }
    }
    assert_eq!(client.goodbye().0, 1009);

    let mut client = gateway.sign_in();
    let frame = Frame::message(vec![0xff, 0xfe], OpCode::Data(Data::Text), true);
    client.socket.send(Message::Frame(frame)).unwrap();
    assert_eq!(client.goodbye().0, 1007);
}

#[test]
fn tokens_are_proved_at_the_door_and_again_at_every_bet() {
    let gateway = Gateway::start();
    let mut client = gateway.connect();
    client.send(r#"{"type":"subscribe","id":1,"topic":"all"}"#);
    assert_eq!(client.next()["name"], "NotAuthenticated");
    client.send(r#"{"type":"auth","token":"abc"}"#);
    assert_eq!(client.next()["name"], "BadToken");
    client.send(&format!(r#"{{"type":"auth","token":"{}"}}"#, gateway.token(-1)));
    assert_eq!(client.next()["name"], "ExpiredToken");
    let viewer = gateway.token_with(60, vec![Role::Viewer]);
    client.send(&format!(r#"{{"type":"auth","token":"{viewer}"}}"#));
    assert_eq!(client.next()["type"], "welcome");
    client.next();
    client.send(&place("5"));
    let notice = client.next();
    assert_eq!((&notice["name"], &notice["cid"]), (&json!("Forbidden"), &json!(CID)));

    // A token that dies during the session stops bets, and a fresh one revives the session.
    client.send(&format!(r#"{{"type":"auth","token":"{}"}}"#, gateway.token(1)));
    assert_eq!(client.next()["type"], "welcome");
    client.next();
    std::thread::sleep(Duration::from_millis(1_100));
    client.send(&place("5"));
    assert_eq!(client.next()["name"], "ExpiredToken");
    client.send(&format!(r#"{{"type":"auth","token":"{}"}}"#, gateway.token(60)));
    client.next();
    client.next();
    client.send(&place("5"));
    assert_eq!(client.next()["status"], "pending");
}

#[test]
fn who_does_not_sign_in_is_sent_away() {
    let gateway = Gateway::start_with(|config| {
        config.limits.auth_timeout = Duration::from_millis(100);
    });
    let mut client = gateway.connect();
    assert_eq!(client.next()["name"], "AuthTimeout");
    assert_eq!(client.goodbye().0, 1008);
}

#[test]
fn a_foreign_page_may_not_connect() {
    let gateway = Gateway::start_with(|config| {
        config.origins = vec!["https://bets.example".to_owned()];
    });
    let error = gateway.connect_with("origin", "https://evil.example").err().unwrap();
    let tungstenite::Error::Http(response) = error else { panic!("{error:?}") };
    assert_eq!(response.status(), 403);
    assert!(gateway.connect_with("origin", "https://bets.example").is_ok());
    assert!(gateway.connect_with("origin", &format!("http://{}", gateway.address)).is_ok());
}

#[test]
fn too_many_messages_are_refused_and_too_many_faults_end_the_session() {
    let gateway = Gateway::start_with(|config| {
        config.limits.messages_per_s = 1;
        config.limits.messages_burst = 5;
        config.limits.errors_burst = 3;
    });
    let mut client = gateway.sign_in();
    for _ in 0..4 {
        client.send(r#"{"type":"ping"}"#);
        assert_eq!(client.next()["type"], "pong");
    }
    client.send(&place("5"));
    let notice = client.next();
    assert_eq!((&notice["name"], &notice["cid"]), (&json!("RateLimited"), &json!(CID)));
    assert!(notice["retry_after_ms"].as_u64().unwrap() <= 1_000);
    for _ in 0..3 {
        client.send(r#"{"type":"ping"}"#);
    }
    let (code, reason) = client.goodbye();
    assert_eq!((code, reason.as_str()), (1008, "Too many faulty messages on this connection."));
}

#[test]
fn a_slow_reader_gets_every_balance_but_only_the_latest_prices() {
    let gateway = Gateway::start_with(|config| config.limits.unread_bytes_soft = 4 * 1024);
    let mut client = gateway.sign_in();
    client.send(r#"{"type":"subscribe","id":1,"topic":"all"}"#);
    client.next();
    // More balances than the kernel's buffers hold, with a price among each; nobody reads.
    const STEPS: u32 = 120_000;
    for step in 0..STEPS {
        let say = |script: &mut common::Script| {
            script.price(0, 0, 1001 + step);
            let (available, held) = (Money::from_minor(i64::from(step)), Money::ZERO);
            script.say(0, Event::Balance { account: ACCOUNT, available, held });
        };
        if step % 1000 == 999 { gateway.say(say) } else { say(&mut gateway.script.lock().unwrap()) }
    }
    let (mut balances, mut conflated, mut odds) = (0, 0, String::new());
    let last = clutch_gateways::wire::decimal::ShowOdds(u64::from(1000 + STEPS)).to_string();
    while balances < STEPS || odds != last {
        let message = client.next();
        if message["type"] == "balance" {
            let expected = clutch_gateways::wire::decimal::ShowMoney(i64::from(balances));
            assert_eq!(message["available"], expected.to_string());
            balances += 1;
        } else {
            conflated += u32::from(message["conflated"] == "slow link");
            odds = message["matches"][0]["markets"][0]["selections"][0]["odds"]
                .as_str()
                .unwrap()
                .to_owned();
        }
    }
    assert!(conflated > 0, "the client was never slow");
}

#[test]
fn a_client_that_never_reads_is_closed_once_it_holds_too_much() {
    let gateway = Gateway::start_with(|config| {
        config.limits.unread_bytes_hard = 64 * 1024;
        config.limits.auth_timeout = Duration::from_millis(200);
    });
    let client = gateway.sign_in();
    let mut other = gateway.sign_in();
    for step in 0..200 {
        gateway.say(|script| {
            for _ in 0..1000 {
                let (available, held) = (Money::from_minor(step), Money::ZERO);
                script.say(0, Event::Balance { account: ACCOUNT, available, held });
            }
        });
        for _ in 0..1000 {
            other.next();
        }
    }
    let metrics = gateway.http("GET", "/metrics", "", "").1;
    let metrics = metrics.as_str().unwrap();
    assert!(metrics.contains("clutch_faults_total{name=\"TooSlow\"} 1"), "{metrics}");
    drop(client);
}

#[test]
fn an_excluded_account_is_signed_out_everywhere() {
    let gateway = Gateway::start();
    let mut client = gateway.sign_in();
    gateway.say(|script| {
        let key = Name::new("anna").unwrap();
        let (state, currency) = (AccountState::SelfExcluded, Currency::default());
        script.say(0, Event::Account { account: ACCOUNT, key, state, currency });
    });
    assert_eq!(client.next()["name"], "AccountSelfExcluded");
    assert_eq!(client.goodbye().0, 1008);
}

#[test]
fn a_stopping_gateway_says_from_where_to_resume() {
    let gateway = Gateway::start();
    let mut client = gateway.sign_in();
    drop(gateway);
    let (code, reason) = client.goodbye();
    assert_eq!(code, 1012);
    assert!(reason.ends_with("seq=1"), "{reason}");
}
