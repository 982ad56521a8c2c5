//! The HTTP side over real sockets: pages, health, bets, the log feed, and what is refused.
#![allow(clippy::unwrap_used)]

mod common;

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use common::{CID, FEED_KEY, Gateway, place};
use serde_json::json;

#[test]
fn the_page_needs_nothing_from_elsewhere() {
    let gateway = Gateway::start();
    let answer = gateway.raw(b"GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"));
    assert!(answer.contains("Content-Security-Policy: default-src 'none'"));
    for page in ["/", "/app.js", "/style.css"] {
        let (status, body) = gateway.http("GET", page, "", "");
        let body = body.as_str().unwrap();
        assert_eq!(status, 200);
        for foreign in ["https://", "//cdn", "@import", " style=", " onclick="] {
            assert!(!body.contains(foreign), "{page} contains {foreign}");
        }
    }
}

#[test]
fn health_tells_the_state_of_the_engine_and_503_when_it_failed() {
    let gateway = Gateway::start();
    let (status, health) = gateway.http("GET", "/health", "", "");
    assert_eq!((status, &health["status"]), (200, &json!("ok")));
    assert_eq!(health["engine"]["durability"], "process");
    let feed = json!({
        "name": "cs-log", "match": "final", "source": 0, "age_ms": null, "newest": 0, "gaps": 0,
        "wrong_lines": 0,
    });
    assert_eq!(health["feeds"], json!([feed]));
    gateway.script.lock().unwrap().has_failed = true;
    let (status, health) = gateway.http("GET", "/health", "", "");
    assert_eq!((status, &health["status"]), (503, &json!("failed")));
    let (_, metrics) = gateway.http("GET", "/metrics", "", "");
    assert!(metrics.as_str().unwrap().contains("clutch_engine_running 0"));
}

#[test]
fn health_and_metrics_tell_of_the_journals_room_and_of_the_snapshots() {
    let gateway = Gateway::start();
    let health = || gateway.http("GET", "/health", "", "").1;
    let metrics = || gateway.http("GET", "/metrics", "", "").1.as_str().unwrap().to_owned();
    let journal = |space| json!({"space": space, "file_system": "NFS", "storage": "unsafe"});
    assert_eq!(health()["journal"], journal("ample"));
    assert_eq!(health()["clock_behind_ms"], 1_500);
    assert_eq!(health()["warnings"], json!(["the journal is on NFS"]));
    assert!(metrics().contains("clutch_clock_behind_seconds 1.5"), "{}", metrics());
    assert!(metrics().contains("clutch_storage_unsafe 1"), "{}", metrics());
    assert_eq!(health()["snapshots"], json!(null), "none are taken");
    assert!(metrics().contains("clutch_journal_full 0"));
    {
        let mut script = gateway.script.lock().unwrap();
        script.is_full = true;
        let failure = Some("no room".to_owned());
        script.snapshots =
            Some(clutch_engine::SnapshotStatus { newest: clutch_core::units::Seq(70), failure });
    }
    assert_eq!(health()["journal"], journal("low"));
    assert_eq!(health()["status"], "journal_full", "no bet is taken now");
    assert_eq!(health()["snapshots"], json!({"newest_seq": 70, "failure": "no room"}));
    assert!(metrics().contains("clutch_journal_full 1"));
    assert!(metrics().contains("clutch_snapshot_seq 70"));
}

#[test]
fn unknown_addresses_and_methods_are_refused_in_json() {
    let gateway = Gateway::start();
    let (status, error) = gateway.http("GET", "/nothing", "", "");
    assert_eq!((status, &error["code"], &error["name"]), (404, &json!(10_302), &json!("NotFound")));
    assert_eq!(error["text"], "There is nothing at this address.");
    let (status, error) = gateway.http("DELETE", "/bets", "", "");
    assert_eq!((status, &error["name"]), (405, &json!("MethodNotAllowed")));
    let no_socket = gateway.raw(b"GET /ws HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
    assert!(no_socket.starts_with("HTTP/1.1 426 "));
    assert!(no_socket.contains("\r\nSec-WebSocket-Version: 13\r\n"), "{no_socket}");
    assert_eq!(gateway.http("HEAD", "/health", "", ""), (200, json!("")));
}

#[test]
fn a_bet_over_http_is_answered_with_its_first_status() {
    let gateway = Gateway::start();
    let bearer = format!("Authorization: Bearer {}\r\n", gateway.token(60));
    for (headers, body, status, name) in [
        ("", place("5"), 401, "NotAuthenticated"),
        ("Authorization: Bearer abc\r\n", place("5"), 401, "BadToken"),
        (&bearer, "{".to_owned(), 400, "MalformedJson"),
        (&bearer, place("0"), 400, "BadField"),
        (&bearer, place("60"), 422, "StakeAboveLimit"),
    ] {
        let (got, error) = gateway.http("POST", "/bets", headers, &body);
        assert_eq!((got, &error["name"]), (status, &json!(name)));
    }
    let (status, bet) = gateway.http("POST", "/bets", &bearer, &place("12.50"));
    assert_eq!((status, &bet["status"], &bet["cid"]), (202, &json!("pending"), &json!(CID)));
    assert_eq!(bet["selection_name"], "Spirit");
    // What no market has, has no name. The third is on the correct score, whose names are computed.
    for market in 0..3 {
        let beyond = place("5")
            .replace("\"market\":0", &format!("\"market\":{market}"))
            .replace("\"selection\":0", "\"selection\":255");
        let (status, bet) = gateway.http("POST", "/bets", &bearer, &beyond);
        assert_eq!((status, &bet["selection_name"]), (202, &json!(null)), "{market}");
    }
    gateway.script.lock().unwrap().is_busy = true;
    let (status, bet) = gateway.http("POST", "/bets", &bearer, &place("12.50"));
    assert_eq!((status, &bet["name"]), (503, &json!("EngineBusy")));
}

#[test]
fn a_bet_that_a_failing_engine_never_answers_is_answered_all_the_same() {
    let gateway = Gateway::start();
    let bearer = format!("Authorization: Bearer {}\r\n", gateway.token(60));
    gateway.script.lock().unwrap().is_silent = true;
    let (status, answer) = std::thread::scope(|scope| {
        let bet = scope.spawn(|| gateway.http("POST", "/bets", &bearer, &place("5")));
        std::thread::sleep(Duration::from_millis(50));
        gateway.script.lock().unwrap().has_failed = true;
        bet.join().unwrap()
    });
    assert_eq!((status, &answer["name"]), (503, &json!("Unanswered")));
}

#[test]
fn a_server_whose_engine_has_failed_says_so_for_some_seconds_and_stops() {
    let mut gateway = Gateway::start();
    gateway.script.lock().unwrap().has_failed = true;
    assert_eq!(gateway.http("GET", "/health", "", "").0, 503);
    let until = Instant::now() + Duration::from_secs(60);
    while !gateway.has_ended() {
        assert!(Instant::now() < until, "the server goes on without an engine");
        std::thread::sleep(Duration::from_millis(50));
    }
}

#[test]
fn an_account_has_one_share_of_bets_over_all_of_its_connections() {
    let gateway = Gateway::start_with(|config| {
        config.limits.messages_per_s = 1;
        config.limits.messages_burst = 4;
    });
    let bearer = format!("Authorization: Bearer {}\r\n", gateway.token(3_600));
    let mut refused = Vec::new();
    for _ in 0..20 {
        let (status, answer) = gateway.http("POST", "/bets", &bearer, &place("5"));
        if status == 429 {
            refused.push(answer["name"].clone());
        }
    }
    // On a slow machine some seconds may pass, and let one bet each through.
    assert!(10 < refused.len() && refused.iter().all(|name| name == "RateLimited"), "{refused:?}");
}

#[test]
fn the_log_feed_takes_lines_with_its_key_and_an_empty_push_as_a_heartbeat() {
    let gateway = Gateway::start();
    let feed = |headers: &str, path: &str, body: &str| gateway.http("POST", path, headers, body);
    assert_eq!(feed("", "/feeds/cs-log", "x").0, 401);
    assert_eq!(feed("X-Feed-Key: wrong-key\r\n", "/feeds/cs-log", "x").0, 403);
    let key = format!("X-Feed-Key: {FEED_KEY}\r\n");
    let bearer = format!("Authorization: Bearer {FEED_KEY}\r\n");
    let in_address = format!("/feeds/cs-log?key={FEED_KEY}");
    assert_eq!(feed(&key, "/feeds/cs-log", "one\ntwo\n").1["lines"], 2);
    assert_eq!(feed(&bearer, "/feeds/cs-log", "one").1["lines"], 1);
    assert_eq!(feed("", &in_address, "").1["lines"], 0);
    let large = "x".repeat(1024 * 1024);
    assert_eq!(feed(&key, "/feeds/cs-log", &large).1["lines"], 1);
    let health = gateway.http("GET", "/health", "", "").1;
    assert!(health["feeds"][0]["age_ms"].is_u64(), "{health}");
    let head = format!(
        "POST /feeds/cs-log HTTP/1.1\r\nHost: h\r\n{key}Content-Length: {}\r\n\r\n",
        large.len() + 1
    );
    assert!(gateway.raw(head.as_bytes()).starts_with("HTTP/1.1 413 "));
}

#[test]
fn requests_in_a_row_are_answered_in_order_on_one_connection() {
    let gateway = Gateway::start();
    let body = place("5");
    let answers = gateway.raw(
        format!(
            "GET /health HTTP/1.1\r\nHost: h\r\n\r\n\
             POST /bets HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer {}\r\nContent-Length: {}\r\n\r\n\
             {body}HEAD / HTTP/1.1\r\nHost: h\r\n\r\n\
             GET /nothing HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n",
            gateway.token(60),
            body.len(),
        )
        .as_bytes(),
    );
    let statuses: Vec<_> =
        answers.match_indices("HTTP/1.1 ").map(|(at, _)| &answers[at + 9..at + 12]).collect();
    assert_eq!(statuses, ["200", "202", "200", "404"]);
}

#[test]
fn a_client_that_asks_and_does_not_read_gets_no_more_until_it_does() {
    const REQUESTS: usize = 2_000;
    let gateway = Gateway::start();
    let mut stream = TcpStream::connect(gateway.address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    let request = b"GET /app.js HTTP/1.1\r\nHost: h\r\n\r\n";
    stream.write_all(&request.repeat(REQUESTS - 1)).unwrap();
    let last = b"GET /app.js HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n";
    stream.write_all(last).unwrap();
    // The gateway has turned to it by now, and to others in between.
    let served = || {
        let (_, metrics) = gateway.http("GET", "/metrics", "", "");
        let metrics = metrics.as_str().unwrap().to_owned();
        let line = metrics.lines().find(|line| line.contains("http") && line.contains("\"200\""));
        line.unwrap().rsplit_once(' ').unwrap().1.parse::<usize>().unwrap()
    };
    while served() < 10 {}
    std::thread::sleep(Duration::from_millis(300));
    assert!(served() < REQUESTS / 2, "answers pile up for a client that reads none");
    let mut answers = Vec::new();
    stream.read_to_end(&mut answers).unwrap();
    let heads = String::from_utf8(answers).unwrap().matches("HTTP/1.1 200 OK\r\n").count();
    assert_eq!(heads, REQUESTS);
}

#[test]
fn a_large_body_is_not_waited_for_without_the_key_of_the_feed() {
    let gateway = Gateway::start();
    let head = |headers: &str| {
        format!("POST /feeds/cs-log HTTP/1.1\r\nHost: h\r\n{headers}Content-Length: 900000\r\n\r\n")
    };
    assert!(gateway.raw(head("").as_bytes()).starts_with("HTTP/1.1 401 "));
    let wrong = head("X-Feed-Key: wrong-key\r\n");
    assert!(gateway.raw(wrong.as_bytes()).starts_with("HTTP/1.1 403 "));
}

#[test]
fn heads_that_are_too_large_or_no_http_are_refused() {
    let gateway = Gateway::start();
    let long = format!("GET / HTTP/1.1\r\nHost: h\r\nX: {}\r\n\r\n", "x".repeat(9_000));
    assert!(gateway.raw(long.as_bytes()).starts_with("HTTP/1.1 431 "));
    let many = format!("GET / HTTP/1.1\r\nHost: h\r\n{}\r\n", "A: b\r\n".repeat(70));
    assert!(gateway.raw(many.as_bytes()).starts_with("HTTP/1.1 431 "));
    assert!(gateway.raw(b"\x16\x03\x01\x02\x00").starts_with("HTTP/1.1 400 "));
    let chunked = b"POST /bets HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n";
    assert!(gateway.raw(chunked).starts_with("HTTP/1.1 411 "));
}

#[test]
fn a_request_that_never_ends_is_given_up() {
    let gateway = Gateway::start_with(|config| {
        config.limits.head_timeout = Duration::from_millis(100);
    });
    let mut stream = TcpStream::connect(gateway.address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    stream.write_all(b"GET / HTTP/1.1\r\nHost: h\r\nX-").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 408 "), "{answer}");
    // Who says nothing at all is let go without a word.
    let mut silent = TcpStream::connect(gateway.address).unwrap();
    silent.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    answer.clear();
    assert_eq!(silent.read_to_string(&mut answer).unwrap(), 0);
}

#[test]
fn connections_beyond_the_limit_are_told_so() {
    let gateway = Gateway::start_with(|config| config.limits.connections_max = 1);
    let first = gateway.sign_in();
    assert!(gateway.raw(b"").starts_with("HTTP/1.1 503 "));
    drop(first);
}

#[test]
fn the_demo_token_signs_in_and_is_there_only_if_configured() {
    let gateway = Gateway::start();
    let (status, body) = gateway.http("GET", "/demo-token", "", "");
    assert_eq!((status, &body["account"]), (200, &json!(7)));
    let mut client = gateway.connect();
    client.send(&json!({"type": "auth", "token": body["token"]}).to_string());
    assert_eq!(client.next()["type"], "welcome");
    let foreign = "Origin: https://evil.example\r\n";
    assert_eq!(gateway.http("GET", "/demo-token", foreign, "").0, 403);
    let closed = Gateway::start_with(|config| config.demo_account = None);
    assert_eq!(closed.http("GET", "/demo-token", "", "").0, 404);
}
