//! Matches that come into being while a server runs: seen by everybody at once, fed, bet on, settled, and there after a
//! restart whose file knows nothing of them.

use serde_json::{Value, json};

use crate::admin::{Desk, staff_token};
use crate::harness::data_dir::DataDir;
use crate::harness::http::{get, request};
use crate::harness::process::{Serve, token};
use crate::harness::socket::{Bettor, bet_on};
use crate::harness::{even_match, small_tables};

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
match = "final"
"#,
    even_match!("final"),
    r#"[[account]]
key = "alice"
deposit = "100.00"
"#,
);

/// Two more matches, as a file for `clutch admin match create`.
const TONIGHT: &str = concat!(
    even_match!("semi"),
    r#"[[match]]
key = "worlds"
team_a = "T1"
team_b = "Gen.G"
game = "lol"
best_of = 3
markets = ["match_winner"]
[[match.maps]]
name = "game 1"
first_side_a = "blue"
p_a_map = 0.5
"#
);

fn push(serve: &Serve, address: &str, key: &str, lines: &[Value]) -> (u16, Value) {
    let body: String = lines.iter().map(|line| format!("{line}\n")).collect();
    let key = format!("X-Feed-Key: {key}\r\n");
    let answer = request(serve.address, "POST", address, &key, &body).unwrap();
    (answer.status, answer.json())
}

fn fact(version: u64, rest: Value) -> Value {
    let mut fact = json!({"at_ms": 1_768_849_397_000 + version, "version": version, "map": 1});
    fact.as_object_mut().unwrap().extend(rest.as_object().unwrap().clone());
    fact
}

fn round(round: u64) -> Value {
    fact(1 + round, json!({"event": "round_won", "round": round, "winner": "a"}))
}

/// The match with this key in an image or a delta.
fn game<'a>(message: &'a Value, key: &str) -> Option<&'a Value> {
    message["matches"].as_array()?.iter().find(|game| game["key"] == key)
}

fn keys(desk: &Desk<'_>) -> Vec<String> {
    let said = desk.json(&["matches"]);
    let keys = said["matches"].as_array().unwrap().iter();
    keys.map(|game| game["key"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_match_is_created_fed_bet_on_and_settled_while_the_server_runs_and_outlives_a_restart() {
    let data = DataDir::new("catalogue");
    let (config, journal) = (data.file("clutch.toml", CONFIG), data.journal());
    let mut serve = Serve::start(&config, &journal);
    let trader = staff_token(&["--operator", "7", "--role", "trader"], &config, &journal);
    let finance = staff_token(&["--operator", "8", "--role", "finance"], &config, &journal);
    let alice_token = token("alice", &config, &journal);
    let desk = Desk { serve: &serve, token: trader.clone() };
    let mut alice = Bettor::sign_in(serve.address, &alice_token).unwrap();
    alice.send(&json!({"type": "subscribe", "id": 1, "topic": "all"})).unwrap();
    alice.wait_for(|message| message["type"] == "image" && message["topic"] == "all").unwrap();

    // Created: bettors hear of it at once, without a price as long as no map is known.
    let create =
        ["match", "create", "cup", "--team-a", "NAVI", "--team-b", "Faze", "--best-of", "1"];
    let said = desk.done(&create);
    assert!(said.contains("match 1  cup: created\n  markets opened: 36 to 71\n"), "{said}");
    let news = alice.wait_for(|message| game(message, "cup").is_some()).unwrap();
    let cup = game(&news, "cup").unwrap();
    assert_eq!((&cup["teams"], &cup["best_of"]), (&json!(["NAVI", "Faze"]), &json!(1)));
    let strong = ["--name", "de_nuke", "--side", "ct", "--first", "48%", "--second", "52%"];
    desk.done(&[&["strengths", "cup", "1"][..], &strong].concat());

    // The same again is the same match; another one under its key is refused, and so is who may not.
    let again = desk.json(&create);
    assert_eq!(
        (&again["provided"][0]["match"], &again["provided"][0]["existed"]),
        (&json!(1), &json!(true))
    );
    assert_eq!(again["provided"][0]["opened"], json!([]));
    assert_eq!(again["provided"][0]["present"].as_array().unwrap().len(), 36);
    let mut other = create;
    other[6] = "Astralis";
    let said = desk.refused(&other);
    assert!(said.contains("MatchExists") && said.contains("has this key"), "{said}");
    let short =
        ["match", "create", "cup", "--team-a", "NAVI", "--team-b", "Faze", "--best-of", "4"];
    assert!(desk.refused(&short).contains("best_of 4 is none of 1, 2, 3 and 5"));
    let nobody = Desk { serve: &serve, token: finance };
    assert!(nobody.refused(&create).contains("Forbidden"));
    let total = ["market", "open", "cup", "total_rounds", "--map", "1", "--line", "23.5"];
    assert!(nobody.refused(&total).contains("Forbidden"));

    // One more market, once.
    assert!(desk.done(&total).contains("markets opened: 72\n"));
    assert!(desk.done(&total).contains("markets there before: 72\n"));
    let whole = ["market", "open", "cup", "total_rounds", "--map", "1", "--line", "21"];
    assert!(desk.refused(&whole).contains("a line at a half"));
    assert!(desk.refused(&["market", "open", "cup", "corners"]).contains("match_winner, "));

    // Several from a file, with maps that are still to come; a single file is read as the server's.
    let tonight = data.file("tonight.toml", TONIGHT);
    let said = desk.done(&["match", "create", "--file", tonight.to_str().unwrap()]);
    assert!(said.contains("semi: created") && said.contains("worlds: created"), "{said}");
    assert!(said.contains("maps set: 1\n  markets opened: 109\n"), "{said}");
    assert_eq!(keys(&desk), ["final", "cup", "semi", "worlds"]);
    let full = ["match", "create", "fifth", "--team-a", "A", "--team-b", "B"];
    assert!(desk.refused(&full).contains("CapacityReached"));

    // Bet on and fed. Who names no match still speaks of the one in the file.
    let image = alice.image().unwrap();
    let cup = game(&image, "cup").unwrap();
    let winner = cup["markets"].as_array().unwrap().iter().find(|it| it["kind"] == "map_winner");
    let bet = bet_on(winner.unwrap(), 0, "10.00");
    assert_eq!(alice.place(&bet).unwrap()["status"], "accepted");
    assert_eq!(push(&serve, "/feeds/ndjson", "first-key", &[]).0, 200);
    let (status, said) = push(&serve, "/feeds/ndjson?match=cup", "second-key", &[]);
    assert!(
        status == 400 && said["text"].as_str().unwrap().contains("not for a match of that name")
    );
    let begin = fact(1, json!({"event": "map_start", "name": "m", "side_a": "ct"}));
    let lines: Vec<Value> = [begin].into_iter().chain((1..=7).map(round)).collect();
    let (status, said) = push(&serve, "/feeds/ndjson?match=cup", "first-key", &lines);
    assert_eq!((status, &said["events"]), (200, &json!(8)));
    let health = get(serve.address, "/health").json();
    let feeds: Vec<&Value> = health["feeds"].as_array().unwrap().iter().collect();
    assert!(feeds.iter().any(|feed| feed["match"] == "cup" && feed["newest"] == 8), "{health}");

    // A restart whose file does not name it: it goes on where it was, feed and all.
    assert!(serve.process.kill());
    let serve = Serve::start(&config, &journal);
    let desk = Desk { serve: &serve, token: trader.clone() };
    assert_eq!(keys(&desk), ["final", "cup", "semi", "worlds"]);
    let mut alice = Bettor::sign_in(serve.address, &alice_token).unwrap();
    let lines: Vec<Value> = (7..=13).map(round).collect();
    let (status, said) = push(&serve, "/feeds/ndjson?match=cup", "first-key", &lines);
    assert_eq!((status, &said["old"], &said["events"]), (200, &json!(1), &json!(6)));
    let over = fact(15, json!({"event": "map_over", "rounds": [13, 0]}));
    assert_eq!(push(&serve, "/feeds/ndjson?match=cup", "first-key", &[over]).0, 200);
    let cid = bet["cid"].as_str().unwrap();
    let settled = crate::harness::eventually("the bet is settled", || {
        Some(alice.status(cid).unwrap()).filter(|bet| bet["status"] == "won")
    });
    assert_eq!(settled["stake"], "10.00");
    assert_eq!(push(&serve, "/feeds/ndjson", "first-key", &[]).0, 200);
    // How to grade: what the rules of this match say, and whether a grade contradicts what stands.
    let ask = ["rules", "ask", "cup", "duration_on_line"];
    let said = desk.done(&[&ask[..], &["seconds=1800", "line_s=1800"]].concat());
    for part in [
        "cup is played under house rules 0",
        "void, bets are void",
        "so the stakes go back",
        "no market on this",
    ] {
        assert!(said.contains(part), "{part}: {said}");
    }
    assert!(desk.refused(&[&ask[..], &["seconds=1800"]].concat()).contains("line_s"));
    assert!(desk.refused(&["rules", "ask", "cup", "weather"]).contains("outright_postponed"));
    let number = winner.unwrap()["market"].to_string();
    let said = desk.done(&["grade", &number, "lost", "won", "--version", "1"]);
    assert!(said.contains("By the score and the house rules of the match NAVI won"), "{said}");
    let waiting = desk.json(&["waiting"]);
    // Who answers for it sees how it would end.
    assert_eq!(waiting["proposals"][0]["what"], "NAVI lost, Faze won", "{waiting}");
    desk.done(&["reject", &waiting["proposals"][0]["id"].to_string()]);
    // What has begun gets no market any more by the order that created it.
    let late = desk.json(&create);
    assert_eq!(late["provided"][0]["opened"], json!([]));
    drop(serve);

    // Named in the file later, it is the same match and no second one.
    let named = data.file("named.toml", &format!("{CONFIG}{}", even_match!("semi")));
    let serve = Serve::start(&named, &journal);
    let desk = Desk { serve: &serve, token: trader };
    assert_eq!(keys(&desk), ["final", "cup", "semi", "worlds"]);
}
