//! The tools that operators and customer service use, each on the journal of a server that is writing it.

use std::path::Path;
use std::process::Output;
use std::sync::atomic::{AtomicBool, Ordering};

use clutch_core::command::{Actor, Scope};
use clutch_core::{Command, Envelope};
use clutch_engine::Engine;
use clutch_gateways::config::Config;
use serde_json::{Value, json};

use crate::harness::data_dir::DataDir;
use crate::harness::even_match;
use crate::harness::http::get;
use crate::harness::process::{Serve, refusal, run, stdout, token};
use crate::harness::socket::{Bettor, bet_on};

const CONFIG: &str = concat!(
    r#"
[engine]
# Small segments, so that there is something to archive soon.
segment_mib = 1
snapshot_every = 0
accounts_max = 100
matches_max = 4
markets_max = 1024
bets_max = 40000
client_ids_max = 40000
[book]
liability_selection_max = "5000000.00"
liability_market_max = "5000000.00"
liability_account_max = "5000000.00"
feed_age_prematch_ms = 3600000
[gateway]
messages_per_s = 1000000
"#,
    even_match!("semi"),
    r#"[[match]]
key = "final"
team_a = "Falcons"
team_b = "Mouz"
best_of = 1
[[match.maps]]
name = "de_inferno"
first_side_a = "CT"
p_a_t = 0.5
p_a_ct = 0.5
[[match]]
key = "third"
team_a = "Liquid"
team_b = "Heroic"
best_of = 1
[[match.maps]]
name = "de_dust2"
first_side_a = "CT"
p_a_t = 0.5
p_a_ct = 0.5
[[account]]
key = "alice"
deposit = "1000000.00"
"#,
);

/// Bets on their way at a time.
const IN_FLIGHT: usize = 16;

/// The winner market of every match that is open.
fn winners(image: &Value) -> Vec<Value> {
    let matches = image["matches"].as_array().unwrap().iter();
    let open = matches.filter_map(|game| {
        let mut markets = game["markets"].as_array().unwrap().iter();
        markets.find(|market| market["status"] == "open").cloned()
    });
    open.collect()
}

/// A bet of several legs, the first selection of each market, with some of its odds no longer on offer.
fn legs(markets: &[Value], sizes: &[u8], old_odds: &[usize]) -> Value {
    let legs: Vec<Value> = markets
        .iter()
        .enumerate()
        .map(|(index, market)| {
            let shown = &market["selections"][0]["odds"];
            let odds = if old_odds.contains(&index) { &json!("25.00") } else { shown };
            json!({"market": market["market"], "selection": 0, "odds": odds,
                "price_seq": market["price_seq"], "epoch": market["epoch"]})
        })
        .collect();
    let cid = bet_on(&markets[0], 0, "1.00")["cid"].clone();
    json!({"type": "place", "cid": cid, "policy": "better", "unit": "2.00", "sizes": sizes, "legs": legs})
}

/// Makes the bets so far old: behind them comes a segment's worth of commands that change nothing.
fn fill_a_segment(config: &Path, journal: &Path) {
    let mut config = Config::read(config).unwrap().engine_config();
    config.data_dir = journal.to_path_buf();
    config.journal.unsafe_storage = true;
    let mut engine = Engine::start(config).unwrap();
    drop(engine.publisher());
    let mut sender = engine.sender();
    let command = Command::Resume { scope: Scope::All };
    for trace in 0..24_000 {
        let envelope = Envelope { actor: Actor::Operator(7), trace, command };
        while sender.try_send(envelope).is_err() {
            std::thread::yield_now();
        }
    }
    engine.shutdown().unwrap();
}

/// Bets until it is told to stop.
fn keep_betting(bettor: &mut Bettor, market: &Value, is_over: &AtomicBool) -> usize {
    let mut answered = 0;
    for _ in 0..IN_FLIGHT {
        bettor.send(&bet_on(market, 0, "1.00")).unwrap();
    }
    while !is_over.load(Ordering::Relaxed) {
        let answer = bettor.wait_for(|message| message["type"] == "bet").unwrap();
        assert_eq!(answer["status"], "accepted", "{answer}");
        answered += 1;
        bettor.send(&bet_on(market, 0, "1.00")).unwrap();
    }
    answered
}

#[test]
fn every_tool_works_on_the_journal_of_a_running_server() {
    let data = DataDir::new("tools");
    let (config, journal) = (data.file("clutch.toml", CONFIG), data.journal());
    let mut serve = Serve::start(&config, &journal);
    let dir = journal.to_str().unwrap();
    let mut alice = Bettor::sign_in(serve.address, &token("alice", &config, &journal)).unwrap();
    let markets = winners(&alice.image().unwrap());
    assert_eq!(markets.len(), 3);
    let single = alice.place(&bet_on(&markets[0], 0, "5.00")).unwrap();
    let treble = alice.place(&legs(&markets, &[3], &[])).unwrap();
    let system = alice.place(&legs(&markets, &[1, 2], &[])).unwrap();
    let refused = alice.place(&legs(&markets, &[3], &[1, 2])).unwrap();
    for (answer, status) in
        [(&single, "accepted"), (&treble, "accepted"), (&system, "accepted"), (&refused, "refused")]
    {
        assert_eq!(answer["status"], status, "{answer}");
    }
    let cid = |answer: &Value| answer["cid"].as_str().unwrap().to_owned();
    drop(alice);
    assert!(serve.process.terminate().success());
    fill_a_segment(&config, &journal);
    let mut serve = Serve::start(&config, &journal);
    let mut alice = Bettor::sign_in(serve.address, &token("alice", &config, &journal)).unwrap();
    let health = get(serve.address, "/health").json();
    assert!(health["journal"]["file_system"].is_string(), "{health}");
    assert!(
        ["local", "memory", "unsafe"].contains(&health["journal"]["storage"].as_str().unwrap())
    );

    let is_over = AtomicBool::new(false);
    let answered = std::thread::scope(|scope| {
        let betting = scope.spawn(|| keep_betting(&mut alice, &markets[0], &is_over));
        // Stops the other thread also when something here does not hold.
        let over = Over(&is_over);
        let why = |bet: &str, more: &[&str]| run([&["why", dir, bet], more].concat());
        explained(&why, &cid(&single), &cid(&treble), &cid(&system), &cid(&refused));
        looked_after(dir, &data, &why, &cid(&treble));
        drop(over);
        betting.join().unwrap()
    });
    assert!(100 < answered, "{answered} bets were answered meanwhile");
    assert!(serve.process.terminate().success());
    let verdict = stdout(&run(["journal", "verify", dir]));
    assert!(verdict.contains("clean: journal ") && !verdict.contains("being written"), "{verdict}");
}

struct Over<'a>(&'a AtomicBool);

impl Drop for Over<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

fn assert_has(page: &str, parts: &[&str]) {
    for part in parts {
        assert!(page.contains(part), "`{part}` is missing from\n{page}");
    }
}

/// One page a bet, that can be read aloud.
fn explained(
    why: &impl Fn(&str, &[&str]) -> Output,
    single: &str,
    treble: &str,
    system: &str,
    refused: &str,
) {
    let page = stdout(&why(single, &[]));
    assert_has(
        &page,
        &["alice wanted to bet 5.00 on Spirit in", "It was taken at once at odds of "],
    );
    let page = stdout(&why(treble, &["--all"]));
    assert_has(
        &page,
        &[
            "alice wanted to bet 2.00 on a treble:",
            "  2  Falcons in ",
            "(Falcons v Mouz) at odds of ",
            "and would take these odds or better on each of them.",
            "It was taken at once, to pay ",
            "  yes  leg 3: the market is open",
            "  yes  leg 3: its match is in the bet once",
            "  yes  leg 2: the odds are welcome to the bettor: seen ",
            "  yes  leg 1: selection liability: limit ",
            "  yes  the balance covers the stake",
            "The price of leg 3, Liquid in ",
            "The market of leg 1, Spirit in ",
            "stake held: alice available -> alice held",
        ],
    );
    assert_eq!(page.matches("the account may bet").count(), 1, "it is asked once\n{page}");
    let page = stdout(&why(system, &[]));
    assert_has(
        &page,
        &[
            "2.00 on each of 6 lines, 12.00 in all: singles, doubles of 3 selections:",
            "no result yet",
        ],
    );
    let page = stdout(&why(refused, &["--all"]));
    assert_has(
        &page,
        &[
            "It was not taken. The bettor was told: \"The odds have changed.",
            "  yes  leg 1: the odds are welcome to the bettor",
            "  NO   leg 2: the odds are welcome to the bettor: seen 25.00, on offer ",
            "  NO   leg 3: the odds are welcome to the bettor: seen 25.00, on offer ",
            "[OddsChanged]",
            "nothing moved",
        ],
    );
    assert!(!page.contains("selection liability:"), "nothing is asked after a refusal\n{page}");
    let pack: Value = serde_json::from_str(&stdout(&why(refused, &["--json"]))).unwrap();
    assert_eq!((&pack["refused"], pack["legs"].as_array().unwrap().len()), (&json!(true), 3));
}

/// Verify, read, snapshot, archive; and then nothing is lost that is asked for.
fn looked_after(dir: &str, data: &DataDir, why: &impl Fn(&str, &[&str]) -> Output, treble: &str) {
    let read = |arguments: &[&str]| stdout(&run(arguments));
    let json = |arguments: &[&str]| -> Value { serde_json::from_str(&read(arguments)).unwrap() };
    let verdict = json(&["journal", "verify", dir, "--json"]);
    assert_eq!((&verdict["class"], &verdict["being_written"]), (&json!("clean"), &json!(true)));
    assert!(
        read(&["journal", "inspect", dir, "--kind", "place_multiple"])
            .contains(" on each of 6 lines of ")
    );
    let hash = json(&["replay", dir, "--hash", "--json"]);
    assert!(0 < hash["last_seq"].as_u64().unwrap());
    let change = data.file("tighter.toml", "stake_max = \"1.50\"");
    let what_if = json(&["replay", dir, "--what-if", change.to_str().unwrap(), "--json"]);
    assert!(what_if["what_if"]["taken"].as_u64() < what_if["as_it_was"]["taken"].as_u64());
    assert!(
        read(&["inspect", "prices", dir, "--match", "final"]).contains("the market was opened")
    );
    let shadow = json(&["inspect", "shadow", dir, "--params", change.to_str().unwrap(), "--json"]);
    assert!(0 < shadow["quotes"].as_u64().unwrap(), "{shadow}");

    // Two snapshots make what came before them unnecessary for a start.
    let away = data.path().join("away");
    let away = away.to_str().unwrap();
    for _ in 0..2 {
        json(&["journal", "snapshot", dir, "--json"]);
    }
    let archived = json(&["journal", "archive", dir, away, "--json"]);
    let oldest = archived["oldest_seq"].as_u64().unwrap();
    assert!(1 < oldest, "{archived}");
    let here = json(&["journal", "verify", dir, "--json"]);
    assert_eq!((&here["class"], &here["first_seq"]), (&json!("clean"), &json!(oldest)));
    let both = json(&["journal", "verify", dir, "--archive", away, "--json"]);
    assert_eq!((&both["class"], &both["first_seq"]), (&json!("clean"), &json!(1)), "{both}");
    assert!(0 < both["archived_segments"].as_u64().unwrap(), "{both}");
    let alone = read(&["journal", "verify", away]);
    assert_has(&alone, &["clean: archive of journal ", "records 1 to ", "with `--archive`"]);
    let said = refusal(&run(["replay", away, "--hash"]));
    assert_has(&said, &["is an archive of journal ", "--archive"]);

    // An old bet needs the archive, and is told the same with it.
    let said = refusal(&why(treble, &[]));
    assert_has(&said, &["no bet with id ", &format!("records {oldest} to "), "--archive"]);
    let page = stdout(&why(treble, &["--archive", away]));
    assert_has(&page, &["alice wanted to bet 2.00 on a treble:", "the market was opened"]);
    let said = refusal(&why(treble, &["--archive", dir]));
    assert_has(&said, &["holds no segments from before record ", dir]);
    let said = refusal(&run(["replay", dir, "--hash"]));
    assert_has(&said, &["record 1 is no longer in", "were archived", "--archive"]);
    let whole = json(&["replay", dir, "--hash", "--json", "--archive", away]);
    assert!(hash["last_seq"].as_u64() < whole["last_seq"].as_u64());

    // The other tools read it there as well.
    let said = refusal(&run(["statement", dir, "alice"]));
    assert_has(&said, &["record 1 is no longer in", "--archive"]);
    assert_has(&read(&["statement", dir, "alice", "--archive", away]), &["deposits", "1000000.00"]);
    let log = &["inspect", "prices", dir, "--match", "final", "--archive", away];
    assert!(read(log).contains("the market was opened"));
    let first = json(&["journal", "inspect", dir, "--to", "1", "--json", "--archive", away]);
    assert_eq!((&first["seq"], &first["kind"]), (&json!(1), &json!("genesis")));

    // A new one is told from the oldest snapshot on, with the price that it found there.
    let newest =
        json(&["replay", dir, "--hash", "--json", "--from-snapshot"])["last_seq"].to_string();
    let lines =
        read(&["journal", "inspect", dir, "--from", &newest, "--kind", "place_bet", "--json"]);
    let bet: Value = serde_json::from_str(lines.lines().next().unwrap()).unwrap();
    let page = stdout(&why(&bet["seq"].to_string(), &[]));
    assert_has(
        &page,
        &[
            "(Told from a snapshot at record ",
            "as it stands: the snapshot",
            "-- the bet was placed --",
            "  yes  to all ",
        ],
    );
}
