//! A server that is killed with -9 while bets come in keeps every bet that it has acknowledged.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::harness::books;
use crate::harness::data_dir::DataDir;
use crate::harness::process::{Serve, token};
use crate::harness::random::Random;
use crate::harness::socket::{Bettor, bet_on, open_markets};
use crate::harness::{even_match, from_env};

const CONFIG: &str = concat!(
    r#"
[engine]
accounts_max = 100
matches_max = 4
markets_max = 1024
bets_max = 100000
client_ids_max = 200000
[book]
liability_selection_max = "5000000.00"
liability_market_max = "5000000.00"
liability_account_max = "5000000.00"
feed_age_prematch_ms = 3600000
[gateway]
messages_per_s = 100000
"#,
    even_match!("final"),
    r#"[[account]]
key = "alice"
deposit = "100000.00"
"#,
);

/// Bets on their way, before an answer to the first is waited for.
const IN_FLIGHT: usize = 8;

/// What a bet is for its owner: everything but which journal position this answer came from.
fn essence(answer: &Value) -> Value {
    let keys = ["bet_id", "status", "market", "selection", "odds", "stake", "payout", "code"];
    keys.iter().map(|key| ((*key).to_owned(), answer[key].clone())).collect()
}

/// Places bets until the connection breaks. Answers come into `acknowledged` as they are read.
fn place_until_it_breaks(
    bettor: &mut Bettor,
    markets: &[Value],
    random: &mut Random,
    sent: &mut BTreeMap<String, Value>,
    acknowledged: &mut BTreeMap<String, Value>,
    mut after_answer: impl FnMut(usize),
) {
    let mut waiting = 0;
    let mut answers = 0;
    loop {
        while waiting < IN_FLIGHT {
            let market = &markets[random.below(markets.len() as u64) as usize];
            let selections = market["selections"].as_array().unwrap().len() as u64;
            // Now and then a stake that is refused: that is an answer to be kept as well.
            let stake = if random.below(8) == 0 { "5000.00" } else { "1.25" };
            let bet = bet_on(market, random.below(selections) as usize, stake);
            sent.insert(bet["cid"].as_str().unwrap().to_owned(), bet.clone());
            if bettor.send(&bet).is_err() {
                return;
            }
            waiting += 1;
        }
        let Ok(answer) = bettor.wait_for(|message| message["type"] == "bet") else { return };
        acknowledged.insert(answer["cid"].as_str().unwrap().to_owned(), answer);
        waiting -= 1;
        answers += 1;
        after_answer(answers);
    }
}

#[test]
fn a_server_killed_while_bets_come_in_keeps_every_acknowledged_bet() {
    let data = DataDir::new("kill-serve");
    let (config, journal) = (data.file("clutch.toml", CONFIG), data.journal());
    let mut random = Random::new("kills of the server");
    let mut sent: BTreeMap<String, Value> = BTreeMap::new();
    let mut acknowledged: BTreeMap<String, Value> = BTreeMap::new();

    let kills = from_env("CLUTCH_E2E_KILLS", 6);
    for round in 0..kills {
        let mut serve = Serve::start(&config, &journal);
        let token = token("alice", &config, &journal);
        let mut bettor = Bettor::sign_in(serve.address, &token).unwrap();

        // Every answer ever given still holds, word for word.
        for (cid, before) in &acknowledged {
            let now = bettor.status(cid).unwrap();
            assert_eq!(essence(&now), essence(before), "round {round}: {cid}");
        }
        // What was sent and never answered is sent again: placed once or refused, as if nothing
        // had happened; and once more, to the same answer.
        let unanswered: Vec<_> =
            sent.iter().filter(|(cid, _)| !acknowledged.contains_key(*cid)).collect();
        let mut answers = Vec::new();
        for (cid, bet) in unanswered {
            let first = bettor.place(bet).unwrap();
            assert_eq!(first["type"], "bet", "{first}");
            let second = bettor.place(bet).unwrap();
            assert_eq!(essence(&first), essence(&second), "round {round}: {cid}");
            answers.push((cid.clone(), first));
        }
        acknowledged.extend(answers);

        let markets = open_markets(&bettor.image().unwrap());
        assert!(!markets.is_empty(), "no market is open");
        let last = 1 + random.below(150) as usize;
        let process = &mut serve.process;
        place_until_it_breaks(
            &mut bettor,
            &markets,
            &mut random,
            &mut sent,
            &mut acknowledged,
            |answers| {
                if answers == last {
                    assert!(process.kill());
                }
            },
        );
    }

    let mut serve = Serve::start(&config, &journal);
    let token = token("alice", &config, &journal);
    let mut bettor = Bettor::sign_in(serve.address, &token).unwrap();
    for (cid, bet) in &sent {
        let answer = bettor.place(bet).unwrap();
        if let Some(before) = acknowledged.get(cid) {
            assert_eq!(essence(&answer), essence(before), "{cid}");
        }
        acknowledged.insert(cid.clone(), answer);
    }
    let balance = {
        bettor.send(&json!({"type": "balance"})).unwrap();
        let mine = bettor.wait_for(|message| message["topic"] == "mine").unwrap();
        mine["balance"].clone()
    };
    assert!(serve.process.terminate().success());

    // The journal holds each bet once, under the id that was told, and nothing else.
    let run = books::read(&journal);
    assert_eq!(run.books.bets.len(), sent.len());
    for (cid, answer) in &acknowledged {
        let who = (0, u128::from_str_radix(&cid.replace('-', ""), 16).unwrap());
        assert_eq!(run.bet_ids.get(&who).copied(), answer["bet_id"].as_u64(), "{cid}");
    }
    let accepted = run.count(|end| *end == books::Ended::Accepted) as i64;
    assert!(0 < accepted && accepted < sent.len() as i64, "{accepted} of {}", sent.len());
    assert_eq!(run.books.balances[0], (10_000_000 - 125 * accepted, 125 * accepted));
    assert_eq!(balance["held"], format!("{}.{:02}", 125 * accepted / 100, 125 * accepted % 100));
    println!("{kills} kills: {} bets, {accepted} accepted, none lost or doubled", sent.len());
}
