//! A server to which providers push facts in our own words: any game, several sources, lines that are
//! wrong, and a server killed in between.

use std::net::SocketAddr;
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use clutch_core::Command;
use clutch_engine::Follower;
use clutch_gateways::feed::capture;
use serde_json::{Value, json};

use crate::harness::data_dir::DataDir;
use crate::harness::http::{Answer, get, request};
use crate::harness::process::{Serve, clutch, refusal, run, stdout};
use crate::harness::{even_match, eventually, small_tables};

const CONFIG: &str = concat!(
    small_tables!(),
    r#"[book]
feed_age_live_ms = 3600000
feed_age_prematch_ms = 3600000
[[ndjson]]
key = "first-key"
source = 1
[[ndjson]]
key = "second-key"
source = 2
match = "cup"
"#,
    even_match!("cup"),
    r#"[[match]]
key = "worlds final"
team_a = "T1"
team_b = "Gen.G"
game = "lol"
best_of = 1
[[match.maps]]
name = "game 1"
first_side_a = "blue"
p_a_map = 0.5
[[account]]
key = "alice"
deposit = "100.00"
"#,
);

const CUP: &str = "/feeds/ndjson?match=cup";
const WORLDS: &str = "/feeds/ndjson?match=worlds%20final";

fn post(address: SocketAddr, path: &str, key: &str, lines: &[String]) -> Answer {
    let key = format!("X-Feed-Key: {key}\r\n");
    request(address, "POST", path, &key, &(lines.join("\n") + "\n")).unwrap()
}

fn push(address: SocketAddr, path: &str, key: &str, lines: &[String]) -> Value {
    let answer = post(address, path, key, lines);
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.json()
}

/// Where the provider is to go on.
fn newest(address: SocketAddr, path: &str, key: &str) -> Value {
    let key = format!("X-Feed-Key: {key}\r\n");
    request(address, "GET", path, &key, "").unwrap().json()["newest"].clone()
}

fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis() as u64
}

/// Said at once; who says several in one moment says the later ones later.
fn fact(version: u64, rest: Value) -> String {
    let mut fact = json!({"at_ms": now() + version, "version": version});
    fact.as_object_mut().unwrap().extend(rest.as_object().unwrap().clone());
    fact.to_string()
}

fn start(version: u64, side: &str) -> String {
    fact(version, json!({"event": "map_start", "map": 1, "name": "m", "side_a": side}))
}

fn round(version: u64, round: u8, winner: &str) -> String {
    fact(version, json!({"event": "round_won", "map": 1, "round": round, "winner": winner}))
}

fn state(version: u64, clock_s: u16, lead: i32) -> String {
    let numbers = json!({"event": "state", "map": 1, "clock_s": clock_s, "lead_milli": lead,
        "kills": [0, 0], "towers": [0, 0], "objectives": [0, 0]});
    fact(version, numbers)
}

/// What the staff sees.
struct Staff(String);

impl Staff {
    fn of(config: &Path, journal: &Path) -> Self {
        let (config, journal) = (config.to_str().unwrap(), journal.to_str().unwrap());
        let arguments = ["token", "--operator", "7", "--config", config, "--data", journal];
        Self(stdout(&run(arguments)).trim().to_owned())
    }

    /// An answer that knows of everything that was pushed before.
    fn ask(&self, serve: &Serve, question: &Value) -> Value {
        let token = format!("Authorization: Bearer {}\r\n", self.0);
        let ask = |question: &Value| {
            let body = question.to_string();
            request(serve.address, "POST", "/admin/queries", &token, &body).unwrap().json()
        };
        // The engine answers this one in its turn, behind the facts.
        ask(&json!({"query": "risk"}));
        ask(question)
    }

    /// The Counter-Strike match: its rounds, and what stops it.
    fn cup(&self, serve: &Serve) -> (Value, Value) {
        let said = self.ask(serve, &json!({"query": "matches"}));
        let matches = said["matches"].as_array().unwrap();
        let cup = matches.iter().find(|it| it["key"] == "cup").unwrap();
        (cup["rounds"].clone(), cup["frozen"]["reason"].clone())
    }

    /// The odds of the first market of the other match.
    fn odds(&self, serve: &Serve) -> Value {
        let said = self.ask(serve, &json!({"query": "markets", "match": 1}));
        said["matches"][0]["markets"][0]["selections"].clone()
    }
}

#[test]
fn facts_of_any_game_go_on_after_a_kill_where_they_ended() {
    let data = DataDir::new("facts-serve");
    let (config, journal) = (data.file("clutch.toml", CONFIG), data.journal());
    let mut serve = Serve::start(&config, &journal);
    let staff = Staff::of(&config, &journal);

    let first = [start(1, "ct"), round(2, 1, "a"), round(3, 2, "b")];
    assert_eq!(
        push(serve.address, CUP, "first-key", &first),
        json!({"lines": 3, "events": 3, "unknown": 0})
    );
    assert_eq!(newest(serve.address, CUP, "first-key"), 3);
    let worlds = [start(1, "blue"), state(2, 60, 100), state(3, 600, 2_500)];
    assert_eq!(push(serve.address, WORLDS, "first-key", &worlds)["events"], 3);
    assert_eq!(staff.cup(&serve), (json!([1, 1]), Value::Null));
    let before = staff.odds(&serve);
    assert!(before.is_array(), "{before}");

    assert!(serve.process.kill());
    let mut serve = Serve::start(&config, &journal);
    // The provider does not know how much of its last push came through, and asks or simply repeats.
    assert_eq!(newest(serve.address, CUP, "first-key"), 3);
    let again = [round(2, 1, "a"), round(3, 2, "b"), round(4, 3, "a")];
    let answer = push(serve.address, CUP, "first-key", &again);
    assert_eq!(answer, json!({"lines": 3, "events": 1, "unknown": 0, "old": 2}));
    assert_eq!(staff.cup(&serve), (json!([2, 1]), Value::Null));
    assert_eq!(staff.odds(&serve), before);

    // A fact from before the kill is taken back by its number.
    let revert = fact(5, json!({"event": "revert", "of": 3}));
    push(serve.address, CUP, "first-key", &[revert]);
    assert_eq!(staff.cup(&serve), (json!([1, 0]), Value::Null));

    // Even without its lines the server knows how far it had come.
    assert!(serve.process.kill());
    for entry in std::fs::read_dir(&journal).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "raw") {
            std::fs::remove_file(path).unwrap();
        }
    }
    let serve = Serve::start(&config, &journal);
    assert_eq!(newest(serve.address, CUP, "first-key"), 5);
    let answer = push(serve.address, CUP, "first-key", &[round(7, 3, "a")]);
    assert_eq!(answer["resync_after"], 5);
    assert_eq!(staff.cup(&serve), (json!([1, 0]), "feed_gap".into()));
    let answer = push(serve.address, CUP, "first-key", &[round(6, 2, "a"), round(7, 3, "a")]);
    assert_eq!(answer["events"], 2);
    assert_eq!(staff.cup(&serve), (json!([3, 0]), Value::Null));
}

#[test]
fn a_line_that_is_wrong_is_named_and_stops_nothing_else() {
    let data = DataDir::new("facts-wrong");
    let (config, journal) = (data.file("clutch.toml", CONFIG), data.journal());
    let serve = Serve::start(&config, &journal);
    let (address, wrong_key) = (serve.address, "X-Feed-Key: guess\r\n");
    assert_eq!(request(address, "POST", CUP, "", "x").unwrap().status, 401);
    assert_eq!(request(address, "POST", CUP, wrong_key, "x").unwrap().status, 403);
    let nameless = post(address, "/feeds/ndjson", "first-key", &[]);
    assert_eq!(nameless.status, 400);
    assert!(nameless.body.contains("?match=KEY"), "{nameless:?}");
    // The second provider speaks of one match only, so it need not name it, and of no other.
    assert_eq!(post(address, WORLDS, "second-key", &[]).status, 400);
    assert_eq!(push(address, "/feeds/ndjson", "second-key", &[])["lines"], 1);
    assert_eq!(request(address, "DELETE", CUP, wrong_key, "").unwrap().status, 405);

    let lines = [start(1, "ct"), "{".into(), round(2, 1, "a"), r#"{"at_ms":1}"#.into()];
    let answer = push(address, CUP, "first-key", &lines);
    assert_eq!(
        (&answer["lines"], &answer["events"], &answer["wrong"]),
        // Two facts, and two signs that a fact is known of and missing.
        (&4.into(), &4.into(), &2.into())
    );
    assert_eq!(answer["errors"][0]["line"], 2);
    assert!(answer["errors"][0]["text"].as_str().unwrap().starts_with("not JSON"), "{answer}");
    assert_eq!(answer["errors"][1], json!({"line": 4, "text": "missing field `event`"}));
    let many = vec!["nonsense".to_owned(); 50];
    let answer = push(address, CUP, "first-key", &many);
    assert_eq!((&answer["wrong"], answer["errors"].as_array().unwrap().len()), (&50.into(), 20));

    let metrics = get(address, "/metrics").body;
    for line in [
        r#"clutch_feed_wrong_lines_total{feed="ndjson",source="1"} 52"#,
        r#"clutch_feed_lag_seconds_count{feed="ndjson",source="1"} 2"#,
    ] {
        assert!(metrics.contains(line), "{line} is not in {metrics}");
    }
    let health = get(address, "/health").json();
    let feeds = health["feeds"].as_array().unwrap();
    let cup = feeds.iter().find(|it| it["match"] == "cup" && it["source"] == 1).unwrap();
    assert_eq!(
        (&cup["newest"], &cup["wrong_lines"], &cup["lag_ms"]["messages"]),
        (&2.into(), &52.into(), &2.into())
    );
}

#[test]
fn two_sources_agree_disagree_and_are_handed_over() {
    let data = DataDir::new("facts-two");
    let (config, journal) = (data.file("clutch.toml", CONFIG), data.journal());
    let serve = Serve::start(&config, &journal);
    let staff = Staff::of(&config, &journal);
    let (address, second) = (serve.address, "/feeds/ndjson");
    let stopped_by = || staff.cup(&serve).1;

    push(address, CUP, "first-key", &[start(1, "ct"), round(2, 1, "a")]);
    push(address, second, "second-key", &[start(1, "ct"), round(2, 1, "a")]);
    assert_eq!(stopped_by(), Value::Null);
    // The second knows more: nothing is sold until the first has said the same.
    push(address, second, "second-key", &[round(3, 2, "a")]);
    assert_eq!(stopped_by(), "feeds_apart");
    push(address, CUP, "first-key", &[round(3, 2, "a")]);
    assert_eq!(stopped_by(), Value::Null);
    // They name different winners of the third round.
    push(address, CUP, "first-key", &[round(4, 3, "a")]);
    push(address, second, "second-key", &[round(4, 3, "b")]);
    assert_eq!(stopped_by(), "feeds_disagree");
    let metrics = get(address, "/metrics").body;
    assert!(
        metrics.contains(r#"clutch_feed_alerts_total{source="2",alert="disagrees"} 1"#),
        "{metrics}"
    );

    let server = format!("http://{address}");
    let mut admin = clutch();
    admin.args(["admin", "--server", &server, "--token", &staff.0, "hand-over", "cup", "2"]);
    assert!(stdout(&admin.output().unwrap()).starts_with("done, seq "));
    assert_eq!(stopped_by(), Value::Null);
    assert_eq!(staff.cup(&serve), (json!([2, 1]), Value::Null));
}

/// The feed messages of a journal, as JSON.
fn journaled(journal: &Path) -> Vec<Value> {
    let mut follower = Follower::open(journal).unwrap().with_ring(Path::new("/dev/shm"));
    let mut messages = Vec::new();
    while let Some(step) = follower.step().unwrap() {
        if let Command::Feed(message) = &step.envelope.command {
            messages.push(serde_json::to_value(message).unwrap());
        }
    }
    messages
}

/// What is behind a late heartbeat in the pipe has happened, and nobody here knows of it.
#[test]
fn a_source_whose_heartbeats_fall_behind_stops_betting_until_it_catches_up() {
    let data = DataDir::new("facts-late");
    let (config, journal) = (data.file("clutch.toml", CONFIG), data.journal());
    let serve = Serve::start(&config, &journal);
    let staff = Staff::of(&config, &journal);
    let say = |rest: Value, late_ms: u64| {
        let mut line = json!({"at_ms": now() - late_ms, "version": 1});
        line.as_object_mut().unwrap().extend(rest.as_object().unwrap().clone());
        push(serve.address, CUP, "first-key", &[line.to_string()]);
        staff.cup(&serve).1
    };
    let beat = || json!({"event": "heartbeat"});
    let start = json!({"event": "map_start", "map": 1, "name": "m", "side_a": "ct"});
    assert_eq!(say(start, 0), Value::Null);
    assert_eq!(say(beat(), 0), Value::Null);
    assert_eq!(say(beat(), 20_000), "feed_lag");
    // An empty push has no time, so it does not say that nothing is behind it.
    push(serve.address, CUP, "first-key", &[]);
    assert_eq!(staff.cup(&serve).1, "feed_lag");
    assert_eq!(say(beat(), 0), Value::Null);
    let health = get(serve.address, "/health").json();
    let feeds = health["feeds"].as_array().unwrap();
    let cup = feeds.iter().find(|it| it["match"] == "cup" && it["source"] == 1).unwrap();
    assert_eq!(cup["lag_ms"]["messages"], 4);
    assert!(cup["lag_ms"]["max"].as_u64().unwrap() >= 19_000, "{cup}");
}

/// Who graded it, both results, and the version that a new grade has to name; the money stays where it is.
#[test]
fn a_grade_that_the_score_comes_to_deny_is_told_to_the_staff() {
    let data = DataDir::new("facts-denied");
    let (config, journal) = (data.file("clutch.toml", CONFIG), data.journal());
    let serve = Serve::start(&config, &journal);
    let staff = Staff::of(&config, &journal);
    let (address, cup) = (serve.address, json!({"query": "markets", "match": 0}));
    let won = |from: u8, to: u8| {
        let rounds = (from..=to).map(|number| round(u64::from(number) + 1, number, "a"));
        push(address, CUP, "first-key", &rounds.collect::<Vec<_>>());
    };
    push(address, CUP, "first-key", &[start(1, "ct")]);
    won(1, 12);
    let said = staff.ask(&serve, &cup);
    let markets = said["matches"][0]["markets"].as_array().unwrap();
    let market = markets.iter().find(|it| it["name"] == "Map 1 winner").unwrap();
    let grade = json!({"command": "grade", "market": market["market"],
        "grade": {"results": ["lost", "won"]}});
    let token = format!("Authorization: Bearer {}\r\n", staff.0);
    let answer = request(address, "POST", "/admin/commands", &token, &grade.to_string()).unwrap();
    assert_eq!(answer.status, 200, "{answer:?}");
    let denied =
        || staff.ask(&serve, &json!({"query": "settlement_times"}))["contradicted"].clone();
    assert_eq!(denied(), json!([]));
    won(13, 13);
    let told = denied();
    let [b, a] = [&market["selections"][1], &market["selections"][0]].map(|it| it["name"].clone());
    assert_eq!(
        told,
        json!([{"market": market["market"], "match": 0, "name": "Map 1 winner", "version": 1, "by": 7,
            "stands": b, "score": a}])
    );
    let metrics = get(address, "/metrics").body;
    assert!(metrics.contains("clutch_settlement_contradictions_total 1"), "{metrics}");
    let server = format!("http://{address}");
    let shown = stdout(&run(["admin", "--server", &server, "--token", &staff.0, "status"]));
    assert!(shown.contains("THE SCORE SAYS OTHERWISE: market"), "{shown}");
    assert!(shown.contains("by operator 7, version 1"), "{shown}");
}

#[test]
fn a_capture_gives_the_same_events_and_leads_another_server_to_the_same_score() {
    let data = DataDir::new("facts-capture");
    let (config, journal) = (data.file("clutch.toml", CONFIG), data.journal());
    let mut serve = Serve::start(&config, &journal);
    let address = serve.address;
    push(address, CUP, "first-key", &[start(1, "ct"), round(2, 1, "a"), "nonsense".into()]);
    push(address, CUP, "second-key", &[start(1, "ct"), round(2, 1, "a")]);
    push(address, CUP, "first-key", &[]);
    push(address, CUP, "first-key", &[fact(2, json!({"event": "heartbeat"}))]);
    push(address, CUP, "first-key", &[round(4, 3, "a")]);
    // A sign of life that the engine had not taken by the kill is not given again.
    let staff = Staff::of(&config, &journal);
    assert_eq!(staff.cup(&serve), (json!([1, 0]), "feed_gap".into()));
    // Nobody waits for the capture, so a kill may be quicker than its thread.
    eventually("everything is captured", || {
        let files = capture::files_of(&journal.join("captures"), "").ok()?;
        let read = |path| capture::read(path).unwrap().map_or(0, |it| it.pushes.len());
        (files.iter().map(|path| read(path)).sum::<usize>() == 5).then_some(())
    });
    assert!(serve.process.kill());
    let mut serve = Serve::start(&config, &journal);
    let revert = fact(5, json!({"event": "revert", "of": 3}));
    let lines = [round(3, 2, "b"), round(4, 3, "a"), revert, round(6, 2, "a")];
    push(serve.address, CUP, "first-key", &lines);
    let score = staff.cup(&serve);
    assert_eq!(score.0, json!([2, 0]));
    assert!(serve.process.terminate().success());

    let captures = journal.join("captures");
    let captures = captures.to_str().unwrap();
    let printed = stdout(&run(["feed", "replay", captures]));
    let replayed: Vec<Value> = printed
        .lines()
        .map(|line| {
            let mut said: Value = serde_json::from_str(line).unwrap();
            assert_eq!(said.as_object_mut().unwrap().remove("match"), Some("cup".into()));
            said
        })
        .collect();
    assert_eq!(replayed, journaled(&journal));
    assert!(replayed.len() > 9, "{printed}");
    let is_timed = |said: &&Value| said["event"] == "Heartbeat" && said["source_time"] != 0;
    let timed = replayed.iter().filter(is_timed).count();
    assert_eq!(timed, 2, "a heartbeat, and a fact behind a gap: {printed}");

    let other = data.path().join("other");
    let serve = Serve::start(&config, &other);
    let server = format!("http://{}", serve.address);
    let keys = ["--key", "1=first-key", "--key", "2=second-key"];
    let arguments = ["feed", "replay", captures, "--to", &server, "--speed", "1000"];
    let said = stdout(&run(arguments.into_iter().chain(keys)));
    assert!(said.starts_with("pushed 12 lines, which gave "), "{said}");
    assert_eq!(Staff::of(&config, &other).cup(&serve), score);

    let none = run(["feed", "replay", config.to_str().unwrap()]);
    assert!(refusal(&none).contains("it is no capture of a feed"));
    let keyless = run(["feed", "replay", captures, "--to", &server, "--key", "1=first-key"]);
    assert!(refusal(&keyless).contains("source 2 needs --key 2=KEY"), "{}", refusal(&keyless));
}

/// Who, what, when, why, from which source: a freeze under the name of its rule, a trader's strengths and
/// the chance of one round.
#[test]
fn the_price_log_names_the_rule_that_froze_a_match_and_the_trader_behind_a_price() {
    let data = DataDir::new("facts-log");
    let (config, journal) = (data.file("clutch.toml", CONFIG), data.journal());
    let serve = Serve::start(&config, &journal);
    let lines = [start(1, "blue"), state(2, 600, 1_000), state(3, 610, 40_000)];
    push(serve.address, WORLDS, "first-key", &lines);

    let server = format!("http://{}", serve.address);
    let (config, journal) = (config.to_str().unwrap(), journal.to_str().unwrap());
    let admin = |arguments: &[&str]| {
        let me = ["admin", "--server", &server, "--config", config, "--data", journal, "--as", "7"];
        run(me.iter().chain(arguments))
    };
    let not_begun = admin(&["strengths", "cup", "1", "--price", "55%"]);
    assert_eq!(not_begun.status.code(), Some(1));
    assert!(refusal(&not_begun).contains("map 1 has not begun: say with --side where"));
    for (wrong, code, says) in [
        (["--price", "100%"].as_slice(), 2, "below 100%"),
        (&["--price", "0.55"], 2, "48.5%"),
        (&["--first", "52%"], 2, "--second"),
        (&["--price", "55%", "--first", "52%", "--second", "49%"], 2, "cannot be used with"),
        (&[], 2, "--price"),
    ] {
        let output = admin(&[&["strengths", "cup", "1", "--side", "ct"], wrong].concat());
        assert_eq!(output.status.code(), Some(code), "{wrong:?}");
        assert!(crate::harness::process::stderr(&output).contains(says), "{wrong:?}");
    }
    let strong = ["--side", "ct", "--first", "51%", "--second", "50%"];
    stdout(&admin(&[&["strengths", "cup", "1"], &strong[..]].concat()));
    stdout(&admin(&["next-round", "cup", "58%"]));
    let far = stdout(&admin(&["next-round", "cup", "62%"]));
    assert!(far.contains("a next round that moves prices far in match 0: map 1, 62%"), "{far}");
    let far = ["--side", "ct", "--first", "60%", "--second", "55%"];
    stdout(&admin(&[&["strengths", "cup", "1"], &far[..]].concat()));
    let waiting = stdout(&admin(&["waiting"]));
    let says =
        "strengths that move prices far in match 0: map 1, rounds 60% first side, 55% second";
    assert!(waiting.contains(says), "{waiting}");
    let not_next = admin(&["next-round", "cup", "62%", "--round", "7"]);
    assert_eq!(not_next.status.code(), Some(1));
    assert!(refusal(&not_next).contains("--round 7: the next round of map 1 is 1"));
    for (wrong, code, says) in [
        (["next-round", "worlds final", "62%"].as_slice(), 1, "has no rounds"),
        (&["next-round", "cup", "NaN"], 2, "write a percentage"),
        (&["next-round", "cup", "62%", "--round", "99"], 2, "1..=96"),
        (&["strengths", "cup", "9", "--price", "55%", "--side", "CT"], 2, "1..=5"),
        (
            &[
                "strengths",
                "worlds final",
                "1",
                "--first",
                "52%",
                "--second",
                "51%",
                "--side",
                "Blue",
            ],
            1,
            "no rounds to win by side",
        ),
        (
            &["override", "0", "--selection", "0", "--suspend", "--for", "60"],
            2,
            "cannot be used with",
        ),
    ] {
        let output = admin(wrong);
        let said = crate::harness::process::stderr(&output);
        assert_eq!(output.status.code(), Some(code), "{wrong:?}: {said}");
        assert!(said.contains(says), "{wrong:?}: {said}");
    }
    drop(serve);

    let log = |game: &str| stdout(&run(["inspect", "prices", journal, "--match", game]));
    let worlds = log("worlds final");
    for part in [
        "feed 1 says map 1 at 10:00: T1 1.000% of all gold ahead, kills 0:0",
        "the match is stopped: the feed said something impossible",
        "feed 1 says map 1 at 10:10: T1 40.000% of all gold ahead",
        "impossible, the lead moved further than it can since the last update (LeadJumps): it says 40000 where 12000 would just fit",
    ] {
        assert!(worlds.contains(part), "{part}: {worlds}");
    }
    let cup = log("cup");
    for part in [
        "the strengths changed: operator 7: ",
        "wins a round at 51% as T, 50% as CT",
        "map 1 round 1 at 58% for ",
    ] {
        assert!(cup.contains(part), "{part}: {cup}");
    }
    for text in [&worlds, &cup] {
        assert!(!text.contains(['{', '}']), "raw data: {text}");
        assert!(!text.contains("operator 7: operator 7"), "{text}");
    }
}
