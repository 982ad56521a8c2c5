//! Fuzz targets of everything that comes over a socket or in a file: heads of requests, messages of clients and staff, logs
//! and feeds, filters, settings. No bytes may make any of them panic; what is refused is refused in words.

#[path = "../../journal/tests/support/mutate.rs"]
mod mutate;

use clutch_core::units::Timestamp;
use clutch_gateways::config::{Config, DEFAULT_TOML};
use clutch_gateways::feed::cs_log::{CsLog, Options};
use clutch_gateways::feed::facts::Fact;
use clutch_gateways::feed::{ndjson, opendota};
use clutch_gateways::http::parse_head;
use clutch_gateways::ops::change::Change;
use clutch_gateways::token::{self, Claims, Role, Secret};
use clutch_gateways::wire::admin::{parse_order, parse_question};
use clutch_gateways::wire::client::{parse, parse_placement};
use clutch_gateways::{grade, margin, odds_format, price};
use mutate::target;

const HEADS: &[&str] = &[
    "GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "POST /bets?x=1 HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer e.e.e\r\nContent-Length: 12\r\n\r\n",
    "GET /ws HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: keep-alive, Upgrade\r\n\
     Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nOrigin: http://a\r\n\r\n",
    "POST /feeds/cs-log HTTP/1.0\r\nX-Feed-Key: k\r\nTransfer-Encoding: chunked\r\n\r\n",
];

target!(any_head_of_a_request_is_one_or_none, |script| {
    let example = script.choose(HEADS).as_bytes();
    let bytes = script.changed(example);
    if let Ok(Some(head)) = parse_head(&bytes) {
        assert!(head.head_bytes <= bytes.len(), "a head is no longer than what came");
        // Whatever follows, the head is the same.
        let longer = [&bytes[..], b"\r\n\r\nGET / HTTP/1.1\r\n\r\n"].concat();
        let again = parse_head(&longer).ok().flatten().map(|head| head.head_bytes);
        assert_eq!(again, Some(head.head_bytes));
    }
});

const MESSAGES: &[&str] = &[
    r#"{"type":"auth","token":"eyJ.eyJ.abc"}"#,
    r#"{"type":"subscribe","id":1,"topic":"all"}"#,
    r#"{"type":"place","cid":"01920000-c6e0-7000-8000-000000000001","market":3,"selection":0,"odds":"1.85","price_seq":812,"epoch":4,"stake":"12.50","policy":"better"}"#,
    r#"{"type":"place","cid":"01920000-c6e0-7000-8000-000000000001","unit":"1.00","sizes":[2,3],"policy":"any","legs":[{"market":3,"selection":0,"odds":1.85,"price_seq":812,"epoch":4},{"market":4,"selection":1,"odds":"2","price_seq":1,"epoch":0},{"market":5,"selection":1,"odds":"2","price_seq":1,"epoch":0}]}"#,
    r#"{"type":"cancel","cid":"01920000-c6e0-7000-8000-000000000001"}"#,
    r#"{"type":"quote_max","market":3,"selection":0}"#,
    r#"{"type":"set_limit","quantity":"loss","window":"7d","amount":"50.00"}"#,
    r#"{"type":"time_out","hours":24}"#,
    r#"{"type":"time","t0":1768849397000}"#,
];

target!(any_message_of_a_client_is_read_or_refused, |script| {
    let example = script.choose(MESSAGES).as_bytes();
    let bytes = script.changed(example);
    let text = String::from_utf8_lossy(&bytes);
    let _ = (parse(&text).map(drop), parse_placement(&text).map(drop));
});

const ORDERS: &[&str] = &[
    r#"{"command":"suspend","scope":{"match":3}}"#,
    r#"{"command":"kill","scope":"all","on":true}"#,
    r#"{"command":"deposit","account":3,"amount":"12.50","reference":"pay-1"}"#,
    r#"{"command":"set_account_state","account":3,"state":"suspended"}"#,
    r#"{"command":"configure","settings":{"stake_max":"50.00","margin":"5.5%"}}"#,
    r#"{"query":"accounts","from":0,"max":100}"#,
    r#"{"query":"account","key":"alice"}"#,
];

target!(any_order_of_the_staff_is_read_or_refused, |script| {
    let example = script.choose(ORDERS).as_bytes();
    let bytes = script.changed(example);
    let now = Timestamp::from_millis(1_768_849_397_000);
    let _ = (parse_order(&bytes, now).map(drop), parse_question(&bytes).map(drop));
});

target!(no_changed_token_signs_anybody_in, |script| {
    let secret = Secret::new(&[7; 32]).expect("long enough");
    let claims = Claims {
        account: clutch_core::units::AccountId(3),
        channel: clutch_core::command::Channel::default(),
        roles: vec![Role::Bettor],
        issued_at_s: 100,
        expires_at_s: 200,
    };
    let good = token::issue(&secret, &claims);
    let bytes = script.changed(good.as_bytes());
    let text = String::from_utf8_lossy(&bytes);
    // Base64 leaves bits of its last letter unused; what they say changes nothing of what was signed.
    if let Ok(found) = token::verify(&secret, &text, 150) {
        assert_eq!(found, claims, "{text}");
    }
    assert!(token::verify_staff(&secret, &text, 150).is_err());
});

const LOG: &str = r#"L 01/19/2026 - 19:02:01: World triggered "Match_Start" on "de_inferno"
L 01/19/2026 - 19:02:02: Team playing "CT": Spirit
L 01/19/2026 - 19:02:02: Team playing "TERRORIST": Vitality
L 01/19/2026 - 19:02:30: World triggered "Round_Start"
L 01/19/2026 - 19:03:30: Team "CT" triggered "SFUI_Notice_CTs_Win" (CT "1") (T "0")
L 01/19/2026 - 19:03:31: MatchStatus: Score: 1:0 on map "de_inferno" RoundsPlayed: 1
L 01/19/2026 - 19:03:32: World triggered "Round_End"
L 01/19/2026 - 19:04:00: Match pause is enabled - mp_pause_match
L 01/19/2026 - 19:05:00: World triggered "Restart_Round_(1_second)"
L 01/19/2026 - 19:05:30: Game Over: competitive de_inferno score 13:2 after 21 min
"#;

target!(any_lines_of_a_server_log_are_taken_or_passed_over, |script| {
    let bytes = script.changed(LOG.as_bytes());
    let (mut log, mut out) = (CsLog::new(Options { format: None }), Vec::new());
    let mut lines = 0;
    for (number, line) in bytes.split(|byte| *byte == b'\n').enumerate() {
        log.line(number as u64 + 1, line, &mut out);
        lines += 1;
    }
    log.finish(&mut out);
    assert_eq!(log.counters().lines, lines);
});

const FACTS: &str = r#"{"at_ms":1535249730000,"event":"match","title":"dota2","teams":["LGD","OG"],"best_of":1}
{"at_ms":1535249730000,"event":"map_start","map":1,"name":"m","side_a":"first"}
{"at_ms":1535249790000,"event":"state","map":1,"clock_s":60,"lead_milli":-134,"kills":[0,0],"towers":[0,0],"objectives":[0,0]}
{"at_ms":1535249790000,"event":"map_won","map":1,"winner":"b"}
"#;

target!(any_facts_of_a_provider_are_read_or_refused_with_their_line, |script| {
    let bytes = script.changed(FACTS.as_bytes());
    match ndjson::read(&bytes[..]) {
        Ok(facts) => assert!(!facts.is_empty()),
        Err(words) => assert!(words.contains("line") || words.contains("no fact"), "{words}"),
    }
    let _ = Fact::parse(&bytes);
    assert!(opendota::read(&bytes[..]).is_err());
});

/// Lines for the filters, each an object of one of them.
const LINES: &[&str] = &[
    r#"{"id":1,"rules":"lol","state":{"best_of":1,"maps_won":{"A":0,"B":0},"maps":[{"A_side":"blue","p_A_before":0.55}],"standing":{"clock_s":840,"lead_milli":2500,"objectives":{"A":1,"B":0}}}}"#,
    r#"{"id":2,"op":"remove","method":"shin","odds":["1.91",1.91]}"#,
    r#"{"id":3,"op":"apply","method":"power","fair":[0.5,0.3,0.2],"target_book_sum":1.06}"#,
    r#"{"id":4,"type":"trixie","unit_stake_minor":100,"legs":[{"odds_milli":1850,"result":"won"},{"odds_milli":2000,"result":"lost"},{"odds_milli":3000,"result":"void"}]}"#,
];

target!(any_line_for_a_filter_gets_one_answer, |script| {
    let example = script.choose(LINES).as_bytes();
    let bytes = script.changed(example);
    let lines = bytes.split(|byte| *byte == b'\n').filter(|line| !line.trim_ascii().is_empty());
    let lines = lines.count();
    type Filter = fn(&[u8], &mut Vec<u8>) -> std::io::Result<clutch_gateways::lines::Summary>;
    let filters: [Filter; 3] = [
        |input, output| price::run(input, output),
        |input, output| margin::run(input, output),
        |input, output| grade::run(input, output),
    ];
    for filter in filters {
        let mut output = Vec::new();
        assert!(filter(&bytes, &mut output).is_ok(), "memory can be written to");
        assert_eq!(output.iter().filter(|byte| **byte == b'\n').count(), lines);
        let answers =
            serde_json::Deserializer::from_slice(&output).into_iter::<serde_json::Value>();
        assert!(answers.into_iter().all(|answer| answer.is_ok()), "an answer is no JSON");
    }
});

target!(any_settings_are_read_or_refused_in_words, |script| {
    // A piece of the default file, so that changes meet what is written there.
    let lines: Vec<&str> = DEFAULT_TOML.split_inclusive('\n').collect();
    let from = script.below(lines.len());
    let to = (from + 1 + script.below(40)).min(lines.len());
    let bytes = script.changed(lines[from..to].concat().as_bytes());
    let text = String::from_utf8_lossy(&bytes);
    if let Err(words) = Config::parse(&text) {
        assert!(!words.is_empty());
    }
    let change =
        "stake_max = \"50.00\"\nmargin = \"8%\"\n[[map]]\nmatch = \"m\"\nmap = 1\nprice = 0.6\n";
    let bytes = script.changed(change.as_bytes());
    let _ = Change::parse(&String::from_utf8_lossy(&bytes)).map(drop);
    let odds = script.changed(b"+150");
    let _ = odds_format::read(&String::from_utf8_lossy(&odds)).map(drop);
});
