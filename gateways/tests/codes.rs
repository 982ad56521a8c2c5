//! Every code of the gateway, met once over a real socket: its number, its name, its sentence, whether to try
//! again. And which comes first where a request is wrong in several ways.
#![allow(clippy::unwrap_used)]

mod common;

use std::time::Duration;

use clutch_gateways::codes::GatewayCode;
use clutch_gateways::server::{FeedDoor, FeedReply};
use clutch_gateways::token::Role;
use common::{FEED_KEY, Gateway, place};
use serde_json::{Value, json};
use tungstenite::Message;

/// How a code was met.
enum Met {
    /// With this answer.
    Said(Value),
    /// Another file meets it, as much has to happen first.
    In(&'static str),
}

fn body(answer: &str) -> Value {
    serde_json::from_str(answer.split_once("\r\n\r\n").unwrap().1).unwrap()
}

/// What a session is told when it says something.
fn told(gateway: &Gateway, message: &str) -> Met {
    let mut client = gateway.sign_in();
    client.send(message);
    Met::Said(client.next())
}

/// What somebody with this token is told when he places a bet.
fn bets(gateway: &Gateway, token: &str, bet: &str) -> Met {
    let bearer = format!("Authorization: Bearer {token}\r\n");
    Met::Said(gateway.http("POST", "/bets", &bearer, bet).1)
}

fn raw(gateway: &Gateway, bytes: impl AsRef<[u8]>) -> Met {
    Met::Said(body(&gateway.raw(bytes.as_ref())))
}

fn meet(code: GatewayCode) -> Met {
    let gateway = Gateway::start_with(|config| {
        let limits = &mut config.limits;
        match code {
            GatewayCode::TooManyConnections => limits.connections_max = 0,
            GatewayCode::TooManySubscriptions => limits.subscriptions_max = 1,
            GatewayCode::TooManyErrors => limits.errors_burst = 1,
            GatewayCode::RateLimited => (limits.messages_per_s, limits.messages_burst) = (1, 2),
            GatewayCode::AuthTimeout => limits.auth_timeout = Duration::from_millis(50),
            GatewayCode::RequestTimeout => limits.body_timeout = Duration::from_millis(50),
            _ => {}
        }
    });
    let head = "HTTP/1.1\r\nHost: h\r\nConnection: close\r\n";
    match code {
        GatewayCode::MalformedJson => told(&gateway, "{\"type\":"),
        GatewayCode::UnknownMessage => told(&gateway, r#"{"type":"conquer"}"#),
        GatewayCode::MissingField => told(&gateway, r#"{"type":"place"}"#),
        GatewayCode::BadField => told(&gateway, &place("0")),
        GatewayCode::BinaryMessage => {
            let mut client = gateway.sign_in();
            client.socket.send(Message::binary(vec![1])).unwrap();
            Met::Said(client.next())
        }
        GatewayCode::TooManyPlaces => told(&gateway, &place("5.001")),
        GatewayCode::NotAuthenticated => Met::Said(gateway.http("POST", "/bets", "", "").1),
        GatewayCode::BadToken => bets(&gateway, "abc", ""),
        GatewayCode::ExpiredToken => bets(&gateway, &gateway.token(-1), ""),
        GatewayCode::Forbidden => bets(&gateway, &gateway.token_with(60, vec![Role::Viewer]), ""),
        GatewayCode::AuthTimeout => Met::Said(gateway.connect().next()),
        GatewayCode::ForeignOrigin => {
            raw(&gateway, format!("GET /ws {head}Origin: https://evil.example\r\n\r\n"))
        }
        GatewayCode::RateLimited => {
            let mut client = gateway.sign_in();
            (0..3).for_each(|_| client.send(r#"{"type":"ping"}"#));
            let mut said = client.next();
            while said["type"] == "pong" {
                said = client.next();
            }
            Met::Said(said)
        }
        GatewayCode::TooLarge => {
            raw(&gateway, format!("POST /bets {head}Content-Length: 99999999\r\n\r\n"))
        }
        GatewayCode::TooManySubscriptions => {
            let mut client = gateway.sign_in();
            client.send(r#"{"type":"subscribe","id":1,"topic":"all"}"#);
            assert_eq!(client.next()["type"], "image");
            client.send(r#"{"type":"subscribe","id":2,"topic":"all"}"#);
            Met::Said(client.next())
        }
        GatewayCode::TooManyConnections => raw(&gateway, ""),
        GatewayCode::TooManyErrors => {
            let mut client = gateway.sign_in();
            (0..4).for_each(|_| drop(client.socket.send(Message::text("{"))));
            let mut said = client.next();
            while said["name"] == "MalformedJson" {
                said = client.next();
            }
            Met::Said(said)
        }
        GatewayCode::FeedNotKept => {
            let sink = Box::new(|_: &[u8]| FeedReply::NotKept);
            let (key, about) = (FEED_KEY.to_owned(), "final".to_owned());
            let gateway =
                Gateway::start_with_doors(vec![FeedDoor::new("cs-log", key, about, sink)]);
            let key = format!("X-Feed-Key: {FEED_KEY}\r\n");
            Met::Said(gateway.http("POST", "/feeds/cs-log", &key, "a line").1)
        }
        GatewayCode::BadRequest => raw(&gateway, b"\x16\x03\x01\x02\x00"),
        GatewayCode::NotFound => Met::Said(gateway.http("GET", "/nothing", "", "").1),
        GatewayCode::MethodNotAllowed => Met::Said(gateway.http("DELETE", "/bets", "", "").1),
        GatewayCode::HeadTooLarge => {
            raw(&gateway, format!("GET / {head}X: {}\r\n\r\n", "x".repeat(9_000)))
        }
        GatewayCode::RequestTimeout => {
            raw(&gateway, format!("POST /bets {head}Content-Length: 5\r\n\r\n{{"))
        }
        GatewayCode::LengthRequired => {
            raw(&gateway, format!("POST /bets {head}Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"))
        }
        GatewayCode::BadHandshake => raw(&gateway, format!("GET /ws {head}\r\n")),
        GatewayCode::CurrencyUnknown => Met::In(include_str!("currencies.rs")),
        GatewayCode::TooSlow => Met::In(include_str!("websocket.rs")),
        GatewayCode::Unanswered => Met::In(include_str!("http.rs")),
    }
}

#[test]
fn every_code_is_met_with_its_number_its_name_and_a_whole_sentence() {
    for &code in GatewayCode::ALL {
        match meet(code) {
            Met::Said(said) => {
                let named = (&said["code"], &said["name"], &said["retry"]);
                let (number, name) = (json!(code.code()), json!(code.name()));
                assert_eq!(named, (&number, &name, &json!(code.is_transient())), "{said}");
                assert!(said["text"].as_str().is_some_and(|text| text.ends_with('.')), "{said}");
            }
            Met::In(file) => assert!(file.contains(code.name()), "no test meets {code:?}"),
        }
    }
}

#[test]
fn of_several_faults_of_a_bet_over_http_the_first_is_named() {
    let gateway = Gateway::start();
    let [expired, viewer, bettor] =
        [gateway.token(-1), gateway.token_with(60, vec![Role::Viewer]), gateway.token(60)]
            .map(|token| format!("Authorization: Bearer {token}\r\n"));
    let too_large = "x".repeat(20_000);
    let faulty = place("0").replace("1.85", "0.5");
    // Each row lacks the faults of those above, and has all of those below.
    for (method, path, headers, body, name) in [
        ("POST", "/bet", "", too_large.as_str(), "TooLarge"),
        ("DELETE", "/bet", "", "{", "NotFound"),
        ("DELETE", "/bets", "", "{", "MethodNotAllowed"),
        ("POST", "/bets", "", "{", "NotAuthenticated"),
        ("POST", "/bets", "Authorization: Bearer abc\r\n", "{", "BadToken"),
        ("POST", "/bets", &expired, "{", "ExpiredToken"),
        ("POST", "/bets", &viewer, "{", "Forbidden"),
        ("POST", "/bets", &bettor, "{", "MalformedJson"),
        ("POST", "/bets", &bettor, "{}", "MissingField"),
        ("POST", "/bets", &bettor, &faulty, "BadField"),
        ("POST", "/bets", &bettor, &place("5.001"), "TooManyPlaces"),
        ("POST", "/bets", &bettor, &place("60"), "StakeAboveLimit"),
    ] {
        let said = gateway.http(method, path, headers, body).1;
        assert_eq!(said["name"], name, "{method} {path} {headers} {body}: {said}");
    }
}
