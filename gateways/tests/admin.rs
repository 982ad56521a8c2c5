//! The staff's addresses over real sockets, in front of a real engine and of one that fails.
#![allow(clippy::unwrap_used)]

mod common;

use clutch_core::command::{
    Actor, CreateMatch, FeedMessage, GameEvent, MarketKind, RoundFormat, SetMap, Side, Strengths,
    Title,
};
use clutch_core::units::{MatchId, Name, Probability, SourceId, Timestamp};
use clutch_core::{Command, Envelope};
use clutch_gateways::server::feed::Taken;
use clutch_gateways::server::{FeedDoor, FeedReply};
use clutch_gateways::token::{Role, StaffClaims, issue_staff};
use common::{Gateway, in_front_of_an_engine};
use serde_json::{Value, json};

fn bearer(gateway: &Gateway, roles: Vec<Role>) -> String {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    let issued_at_s = now.as_secs();
    let expires_at_s = issued_at_s + 60;
    let claims = StaffClaims { operator: 42, roles, issued_at_s, expires_at_s };
    format!("Authorization: Bearer {}\r\n", issue_staff(&gateway.secret, &claims))
}

fn order(gateway: &Gateway, body: &str) -> (u16, Value) {
    gateway.http("POST", "/admin/commands", &bearer(gateway, vec![Role::Operator]), body)
}

fn look(gateway: &Gateway, body: &str) -> (u16, Value) {
    gateway.http("POST", "/admin/queries", &bearer(gateway, vec![Role::Trader]), body)
}

#[test]
fn a_match_that_its_feed_disputed_is_released_by_a_person() {
    let path = std::env::temp_dir().join(format!("clutch-admin-frozen-{}", std::process::id()));
    let _ = std::fs::remove_dir_all(&path);
    let (gateway, engine) = in_front_of_an_engine(&path);
    let name = |text| Name::new(text).unwrap();
    let match_id = MatchId(0);
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    let now = Timestamp::from_millis(now.as_millis() as u64);
    let half = Probability::from_ppb(500_000_000).unwrap();
    let mut sender = engine.sender();
    for command in [
        Command::CreateMatch(CreateMatch {
            key: name("final"),
            title: Title::CounterStrike,
            rounds: RoundFormat::Mr12,
            best_of: 1,
            team_a: name("Spirit"),
            team_b: name("Vitality"),
            starts_at: Timestamp::MAX,
            round_markets: false,
        }),
        Command::SetMap(SetMap {
            match_id,
            map_no: 1,
            name: name("de_dust2"),
            first_side_a: Side::Ct,
            strengths: Strengths::BySide { t: half, ct: half },
        }),
        Command::OpenMarket { match_id, kind: MarketKind::MatchWinner },
        Command::Feed(FeedMessage {
            match_id,
            source: SourceId(0),
            version: 1,
            follows: 0,
            source_time: now,
            received_at: now,
            event: GameEvent::Disputed,
        }),
    ] {
        sender.try_send(Envelope { actor: Actor::Operator(1), trace: 0, command }).unwrap();
    }

    let frozen = loop {
        let (status, markets) = look(&gateway, r#"{"query":"markets","match":0}"#);
        if status == 200 && !markets["matches"][0]["frozen"].is_null() {
            break markets;
        }
    };
    assert_eq!(frozen["matches"][0]["frozen"]["reason"], "impossible_state");
    let (status, resumed) = order(&gateway, r#"{"command":"resume","scope":{"match":0}}"#);
    assert_eq!(status, 200, "{resumed}");
    assert_eq!(resumed["matches"], json!([{"match": 0, "frozen": null}]));
    assert_eq!(resumed["markets"][0]["status"], "open");
    let seq = resumed["seq"].as_u64().unwrap();
    let (_, markets) = look(&gateway, r#"{"query":"markets","match":0}"#);
    assert_eq!(markets["matches"][0]["frozen"], Value::Null);

    // Each refusal has its code, and says that nothing was done.
    for (body, status, name) in [
        (r#"{"command":"resume","scope":{"match":7}}"#, 422, "UnknownMatch"),
        (r#"{"command":"suspend","scope":{"market":7}}"#, 422, "UnknownMarket"),
        (r#"{"command":"set_account_state","account":7,"state":"open"}"#, 422, "UnknownAccount"),
        (
            r#"{"command":"configure","set":{"stake_max":"9.00"},"based_on":7}"#,
            422,
            "ConfigurationMoved",
        ),
        (r#"{"command":"configure","set":{"band":"1"}}"#, 400, "BadField"),
        (r#"{"command":"resume"}"#, 400, "BadField"),
    ] {
        let (got, answer) = order(&gateway, body);
        assert_eq!((got, &answer["name"]), (status, &json!(name)), "{body}: {answer}");
    }
    // What changes nothing is carried out all the same, in its place.
    let (status, twice) = order(&gateway, r#"{"command":"resume","scope":{"match":0}}"#);
    assert_eq!((status, twice["seq"].as_u64().unwrap() > seq), (200, true), "{twice}");
    drop((gateway, sender));
    engine.shutdown().unwrap();

    // The journal names the person.
    let mut follower = clutch_engine::Follower::open(&path).unwrap();
    let mut by_42 = 0;
    while let Some(step) = follower.step().unwrap() {
        by_42 += usize::from(step.envelope.actor == Actor::Operator(42));
    }
    // Two resumptions, and those refused by the engine itself.
    assert_eq!(by_42, 6);
    std::fs::remove_dir_all(path).unwrap();
}

#[test]
fn only_the_staff_gets_in() {
    let gateway = Gateway::start();
    let suspend = r#"{"command":"suspend","scope":"all"}"#;
    let bettor = format!("Authorization: Bearer {}\r\n", gateway.token(60));
    for (path, headers, body, status, name) in [
        ("/admin/commands", "", suspend, 401, "NotAuthenticated"),
        ("/admin/queries", "", r#"{"query":"matches"}"#, 401, "NotAuthenticated"),
        ("/admin/commands", &bettor, suspend, 401, "BadToken"),
        ("/admin/commands", &bearer(&gateway, vec![]), suspend, 403, "Forbidden"),
        ("/admin/commands", &bearer(&gateway, vec![Role::Bettor]), suspend, 403, "Forbidden"),
        (
            "/admin/queries",
            &bearer(&gateway, vec![Role::Unknown]),
            r#"{"query":"matches"}"#,
            403,
            "Forbidden",
        ),
        (
            "/admin/commands",
            &bearer(&gateway, vec![Role::Trader]),
            r#"{"command":"configure","set":{"ladder":"fine"}}"#,
            403,
            "Forbidden",
        ),
    ] {
        let (got, answer) = gateway.http("POST", path, headers, body);
        assert_eq!((got, &answer["name"]), (status, &json!(name)), "{path} {answer}");
    }
    assert_eq!(gateway.http("GET", "/admin/commands", "", "").0, 405);
    assert!(gateway.script.lock().unwrap().heard.is_empty());
    // A token of the staff is none of a bettor.
    let staff = bearer(&gateway, vec![Role::Operator]);
    assert_eq!(gateway.http("POST", "/bets", &staff, "{}").0, 401);
}

#[test]
fn a_busy_or_failed_engine_says_so() {
    let gateway = Gateway::start();
    gateway.script.lock().unwrap().is_busy = true;
    for body in [
        r#"{"command":"suspend","scope":"all"}"#,
        r#"{"command":"configure","set":{"ladder":"fine"}}"#,
    ] {
        let (status, answer) = order(&gateway, body);
        assert_eq!((status, &answer["name"]), (503, &json!("EngineBusy")));
    }
    {
        let mut script = gateway.script.lock().unwrap();
        (script.is_busy, script.is_silent, script.has_failed) = (false, true, true);
    }
    let (status, answer) = order(&gateway, r#"{"command":"suspend","scope":"all"}"#);
    assert_eq!((status, &answer["name"]), (503, &json!("Unanswered")));
}

#[test]
fn a_bug_in_one_request_ends_its_connection_and_nobody_elses() {
    let sink = Box::new(|lines: &[u8]| {
        assert!(!lines.starts_with(b"bug"), "a bug");
        FeedReply::Taken(Taken::default())
    });
    let door = FeedDoor::new("ndjson", "the-key".to_owned(), "final".to_owned(), sink);
    let gateway = Gateway::start_with_doors(vec![door]);
    let mut other = gateway.sign_in();
    gateway.say(|script| script.has_bug = true);
    let (body, bearer) = (r#"{"query":"settings"}"#, bearer(&gateway, vec![Role::Trader]));
    let length = body.len();
    let request = format!(
        "POST /admin/queries HTTP/1.1\r\nHost: h\r\n{bearer}Content-Length: {length}\r\n\r\n{body}"
    );
    assert_eq!(gateway.raw(request.as_bytes()), "", "nobody knows what to answer");
    // A feed of which a bug may have lost something is not believed any more; everybody else goes on.
    let push =
        |lines: &str| gateway.http("POST", "/feeds/ndjson", "X-Feed-Key: the-key\r\n", lines);
    assert_eq!([push("x").0, push("bug").0, push("x").0], [200, 503, 503]);
    other.send(r#"{"type":"ping"}"#);
    assert_eq!(other.next()["type"], "pong");
    assert!(
        gateway
            .raw(b"GET /metrics HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
            .contains("clutch_bugs_total 1\n")
    );
}
