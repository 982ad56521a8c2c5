//! A server and a real game: the log of a map is pushed over HTTP as a game server would, bets come
//! in between, and now and then the server is killed over it.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::process::Stdio;
use std::time::Duration;

use clutch_core::event::MatchPhase;
use serde_json::Value;

use crate::harness::books::{self, Ended};
use crate::harness::data_dir::DataDir;
use crate::harness::http::{get, request};
use crate::harness::process::{Running, Serve, clutch, refusal, run, stdout, token};
use crate::harness::random::Random;
use crate::harness::socket::{Bettor, bet_on, open_markets};
use crate::harness::{INFERNO, from_env, log_text, small_tables};

const CONFIG: &str = concat!(
    small_tables!(),
    r#"[book]
in_play_delay_ms = 20
# The map is played in seconds, on a machine that may be busy.
feed_age_live_ms = 3600000
feed_age_prematch_ms = 3600000
[gateway]
messages_per_s = 100000
[cs_log]
key = "game-server-key"
[[match]]
key = "final"
team_a = "rvls test team 1"
team_b = "rvls test 2"
best_of = 3
[[match.maps]]
name = "de_inferno"
first_side_a = "CT"
p_a_t = 0.48
p_a_ct = 0.52
[[match.maps]]
name = "de_nuke"
first_side_a = "T"
p_a_t = 0.45
p_a_ct = 0.55
[[match.maps]]
name = "de_dust2"
first_side_a = "CT"
p_a_t = 0.5
p_a_ct = 0.5
[[account]]
key = "alice"
deposit = "5000.00"
[[account]]
key = "bob"
deposit = "5000.00"
"#
);

/// What the server made of the lines; `Err` if it died over them.
fn push(address: SocketAddr, lines: &str) -> std::io::Result<Value> {
    let key = "X-Feed-Key: game-server-key\r\n";
    let answer = request(address, "POST", "/feeds/cs-log", key, lines)?;
    assert_eq!(answer.status, 200, "{answer:?}");
    Ok(answer.json())
}

/// Cuts a log between lines, at places that a game server would never choose.
fn pieces(log: &str, random: &mut Random) -> Vec<String> {
    let lines: Vec<&str> = log.split_inclusive('\n').collect();
    let mut pieces = Vec::new();
    let mut rest = &lines[..];
    while !rest.is_empty() {
        let count = (1 + random.below(160) as usize).min(rest.len());
        pieces.push(rest[..count].concat());
        rest = &rest[count..];
    }
    pieces
}

/// Places a few bets, most of them on the map being played; returns the client ids of those that were
/// not refused.
fn bet(bettor: &mut Bettor, random: &mut Random) -> Vec<String> {
    let markets = open_markets(&bettor.image().unwrap());
    let now: Vec<Value> = markets.iter().filter(|market| market["map"] == 1).cloned().collect();
    let mut placed = Vec::new();
    for choice in [&now, &now, &markets].into_iter().filter(|choice| !choice.is_empty()) {
        let market = &choice[random.below(choice.len() as u64) as usize];
        let answer = bettor.place(&bet_on(market, random.below(2) as usize, "2.00")).unwrap();
        if answer["type"] == "bet" && answer["status"] != "refused" {
            placed.push(answer["cid"].as_str().unwrap().to_owned());
        }
    }
    placed
}

#[test]
fn a_real_map_pushed_in_pieces_over_a_killed_server_settles_every_bet_once() {
    let data = DataDir::new("serve");
    let (config, journal) = (data.file("clutch.toml", CONFIG), data.journal());
    let mut random = Random::new("pieces of the log");
    let log = log_text(INFERNO);
    let pieces = pieces(&log, &mut random);
    let lines: usize = log.lines().count();

    let mut serve = Serve::start(&config, &journal);
    // The secret is made at the first start and kept, so tokens outlive the process.
    let tokens = ["alice", "bob"].map(|account| token(account, &config, &journal));
    let mut bettors = tokens.each_ref().map(|token| Bettor::sign_in(serve.address, token).unwrap());
    let mut placed: BTreeSet<String> = BTreeSet::new();
    let mut pushed = 0;
    let kills = from_env("CLUTCH_E2E_KILLS", 4);
    let kill_at: BTreeSet<usize> =
        (0..kills).map(|_| random.below(pieces.len() as u64) as usize).collect();
    for (index, piece) in pieces.iter().enumerate() {
        let answer = if kill_at.contains(&index) {
            // The server dies at some moment of this push. Without an answer the same is sent again.
            let address = serve.address;
            let pushing = {
                let piece = piece.clone();
                std::thread::spawn(move || push(address, &piece))
            };
            std::thread::sleep(Duration::from_micros(random.below(4_000)));
            assert!(serve.process.kill());
            let answer = pushing.join().unwrap();
            println!("killed at piece {index} of {}: {answer:?}", pieces.len());
            serve = Serve::start(&config, &journal);
            bettors = tokens.each_ref().map(|token| Bettor::sign_in(serve.address, token).unwrap());
            answer.or_else(|_| push(serve.address, piece))
        } else {
            push(serve.address, piece)
        };
        pushed += answer.unwrap()["lines"].as_u64().unwrap();
        let bettor = &mut bettors[index % 2];
        placed.extend(bet(bettor, &mut random));
    }
    assert_eq!(pushed as usize, lines);
    let image = bettors[0].image().unwrap();
    let game = &image["matches"][0];
    assert_eq!((&game["maps"][0], &game["maps"][1]), (&Value::from(1), &Value::from(0)), "{game}");
    assert!(serve.process.terminate().success());

    let run = books::read(&journal);
    assert_eq!(run.rounds_by_map[&1], [13, 2]);
    let score = run.score.unwrap();
    assert_eq!((score.maps, score.phase), ([1, 0], MatchPhase::Break));
    // Each bet that was told to be in is in, and ended, unless its market goes on.
    let kinds: Vec<&Ended> = placed
        .iter()
        .map(|cid| {
            let id = u128::from_str_radix(&cid.replace('-', ""), 16).unwrap();
            let bets = &run.books.bets;
            &bets.get(&(0, id)).or_else(|| bets.get(&(1, id))).unwrap().ended
        })
        .collect();
    let settled = kinds.iter().filter(|ended| ended.is_settled()).count();
    println!("{} bets were in, {settled} are settled", placed.len());
    assert!(settled > 20, "{settled} of {}", placed.len());
    assert!(kinds.iter().all(|ended| **ended != Ended::Pending), "a bet waits for ever");
    assert!(run.count(|ended| matches!(ended, Ended::Won(_))) > 0);
    assert!(run.count(|ended| *ended == Ended::Lost) > 0);
}

#[test]
fn the_printed_configuration_can_be_served_as_it_is() {
    let data = DataDir::new("config");
    let journal = data.journal();
    let printed = stdout(&run(["config"]));
    let path = data.file("clutch.toml", &printed);
    let mut print = clutch().arg("config").stdout(Stdio::piped()).spawn().unwrap();
    let mut command = clutch();
    command
        .args(["serve", "--config", "/dev/stdin", "--listen", "127.0.0.1:0", "--data"])
        .arg(&journal)
        .stdin(print.stdout.take().unwrap());
    let mut serve = Running::spawn(command);
    let address = serve.address();
    let health = get(address, "/health");
    assert_eq!((health.status, &health.json()["status"]), (200, &Value::from("ok")));
    let metrics = get(address, "/metrics");
    assert!(metrics.body.contains("# EOF"), "{}", metrics.body);
    assert!(print.wait().unwrap().success());
    assert!(serve.terminate().success());
    serve.line_with("stopped at");

    let mut again = Serve::start(&path, &journal);
    assert!(again.process.terminate().success());
}

/// One match of every game, each with chances in another form.
const EVERY_GAME: &str = r#"
[[match]]
key = "cs2"
team_a = "A"
team_b = "B"
best_of = 1
[[match.maps]]
name = "de_nuke"
first_side_a = "CT"
p_a_map = 0.55
[[match]]
key = "csgo"
game = "csgo"
team_a = "A"
team_b = "B"
best_of = 2
[[match.maps]]
name = "de_nuke"
first_side_a = "CT"
p_a_t = 0.48
p_a_ct = 0.52
[[match.maps]]
name = "de_inferno"
first_side_a = "T"
p_a_map = 0.4
[[match]]
key = "valorant"
game = "valorant"
team_a = "A"
team_b = "B"
best_of = 1
[[match.maps]]
name = "Ascent"
first_side_a = "attack"
p_a_attack = 0.48
p_a_defence = 0.52
p_a_pistol_attack = 0.5
p_a_pistol_defence = 0.5
[[match]]
key = "lol"
game = "lol"
team_a = "A"
team_b = "B"
best_of = 1
[[match.maps]]
name = "game 1"
first_side_a = "blue"
p_a_map = 0.6
[[match]]
key = "dota2"
game = "dota2"
team_a = "A"
team_b = "B"
best_of = 1
[[match.maps]]
name = "game 1"
first_side_a = "dire"
p_a_map = 0.6
[[account]]
key = "alice"
deposit = "100.00"
"#;

#[test]
fn every_game_stands_on_the_board_with_prices_from_its_configuration() {
    let data = DataDir::new("games");
    let (config, journal) = (data.file("clutch.toml", EVERY_GAME), data.journal());
    let mut serve = Serve::start(&config, &journal);
    let mut alice = Bettor::sign_in(serve.address, &token("alice", &config, &journal)).unwrap();
    let image = alice.image().unwrap();
    let matches = image["matches"].as_array().unwrap();
    assert_eq!(matches.len(), 5);
    for game in matches {
        let markets = game["markets"].as_array().unwrap();
        assert!(!markets.is_empty(), "{game}");
        for market in markets {
            let selections = market["selections"].as_array().unwrap();
            let priced = selections.iter().any(|one| !one["odds"].is_null());
            assert!(market["status"] == "open" && priced, "{market}");
        }
    }
    assert!(serve.process.terminate().success());
    // With nothing but a MOBA there is no game that a Counter-Strike log could be about.
    let only_lol = &EVERY_GAME[EVERY_GAME.find("[[match]]\nkey = \"lol\"").unwrap()..];
    let closed = format!("[cs_log]\nkey = \"k\"\n{only_lol}");
    let config = data.file("lol.toml", &closed);
    let (config, journal) = (config.to_str().unwrap(), data.path().join("other"));
    let other = ["serve", "--config", config, "--data", journal.to_str().unwrap()];
    let said = refusal(&run(other.into_iter().chain(["--listen", "127.0.0.1:0"])));
    assert!(said.contains("no Counter-Strike [[match]]"), "{said}");
}

#[test]
fn a_house_opens_under_every_house_rules_and_licence_and_with_one_more_match_later() {
    let book = |rules: &str, policy: &str, rest: &str| {
        format!("[book]\nhouse_rules = \"{rules}\"\nplay_policy = \"{policy}\"\n{rest}")
    };
    let (lol, dota) = EVERY_GAME.split_once("[[match]]\nkey = \"dota2\"").unwrap();
    let dota = format!("[[match]]\nkey = \"dota2\"{dota}");
    for (rules, policy) in [
        ("stand_when_possible", "germany"),
        ("void_when_in_doubt", "great_britain"),
        ("void_when_in_doubt", ""),
    ] {
        let data = DataDir::new("houses");
        let journal = data.journal();
        // A total beyond regulation, or a player who is not known yet, is no reason to stay shut.
        let config = data.file("clutch.toml", &book(rules, policy, lol));
        let mut serve = Serve::start(&config, &journal);
        assert!(serve.process.terminate().success());
        let config = data.file("clutch.toml", &book(rules, policy, &format!("{lol}{dota}")));
        let mut serve = Serve::start(&config, &journal);
        let mut alice = Bettor::sign_in(serve.address, &token("alice", &config, &journal)).unwrap();
        let matches = alice.image().unwrap()["matches"].as_array().unwrap().len();
        assert_eq!(matches, 5, "{rules} {policy}");
        assert!(serve.process.terminate().success());
    }
    // What an operator names himself he gets or is told.
    let data = DataDir::new("named-market");
    let named = EVERY_GAME.replacen("best_of = 1", "best_of = 1\nmarkets = [\"total_rounds\"]", 1);
    let config = data.file("clutch.toml", &book("void_when_in_doubt", "", &named));
    let (config, journal) = (config.to_str().unwrap(), data.journal());
    let serve = ["serve", "--config", config, "--data", journal.to_str().unwrap()];
    let said = refusal(&run(serve.into_iter().chain(["--listen", "127.0.0.1:0"])));
    assert!(said.contains("[[match]] cs2: markets: total_rounds: "), "{said}");
}
