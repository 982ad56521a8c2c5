//! Wrong files, wrong flags, wrong bytes: each gets its own sentence, and the engine goes on.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::process::Output;

use serde_json::Value;

use crate::harness::data_dir::DataDir;
use crate::harness::http::{get, raw, request};
use crate::harness::process::{Running, Serve, refusal, run, stdout, token};
use crate::harness::socket::{Bettor, bet_on, open_markets};
use crate::harness::{CACHE, even_match, package_file, patience, small_tables};

const CONFIG: &str = concat!(
    small_tables!(),
    r#"[cs_log]
key = "game-server-key"
"#,
    even_match!("final"),
    r#"[[account]]
key = "alice"
deposit = "100.00"
"#,
);

/// Every one of `words` stands in what the program said when it gave up.
fn assert_refused(output: &Output, words: &[&str]) {
    let said = refusal(output);
    for word in words {
        assert!(said.contains(word), "`{word}` is missing: {said}");
    }
}

fn serve_with(data: &DataDir, config: &str) -> Output {
    let path = data.file("bad.toml", config);
    let journal = data.journal();
    let [path, journal] = [&path, &journal].map(|path| path.to_str().unwrap());
    run(["serve", "--config", path, "--data", journal, "--listen", "127.0.0.1:0"])
}

#[test]
fn a_faulty_configuration_is_refused_before_anything_is_created() {
    let data = DataDir::new("bad-config");
    let cases: [(&str, &[&str]); 7] = [
        ("[book]\nstake_maximum = \"1.00\"", &["bad.toml", "stake_maximum", "stake_max"]),
        ("[bok]\nstake_max = \"1.00\"", &["unknown field `bok`"]),
        ("[book]\nstake_max = \"-1\"", &["book.stake_max", "-1"]),
        ("[book]\nstake_max = 12.5", &["book.stake_max"]),
        ("[book", &["bad.toml", "line 1"]),
        ("[engine]\nmarkets_max = 0", &["[engine] markets_max"]),
        ("[gateway]\ntoken_secret = \"short\"", &["token_secret", "32"]),
    ];
    for (config, words) in cases {
        assert_refused(&serve_with(&data, config), words);
        assert!(!data.journal().exists(), "{config}");
    }
    assert_refused(&run(["serve", "--config", "/no/such/file.toml"]), &["/no/such/file.toml"]);
}

#[test]
fn a_match_that_makes_no_sense_is_named() {
    let good = "[[match]]\nkey = \"final\"\nteam_a = \"A\"\nteam_b = \"B\"\nbest_of = 1\n\
         [[match.maps]]\nname = \"m\"\nfirst_side_a = \"CT\"\np_a_t = 0.5\np_a_ct = 0.5\n";
    let cases = [
        ("best_of = 1", "best_of = 3", "3 [[match.maps]]"),
        ("first_side_a = \"CT\"", "first_side_a = \"Blue\"", "`Blue`"),
        ("p_a_t = 0.5", "p_a_t = 1.5", "1.5 is no chance to win a round"),
        ("key = \"final\"", "format = \"mr9\"\nkey = \"final\"", "`mr9`"),
    ];
    for (from, to, words) in cases {
        let data = DataDir::new("bad-match");
        assert_refused(
            &serve_with(&data, &good.replacen(from, to, 1)),
            &["[[match]] final", words],
        );
    }
}

#[test]
fn a_journal_directory_that_cannot_be_used_is_refused_with_its_reason() {
    let data = DataDir::new("bad-dir");
    let file = data.file("file", "");
    let file = file.to_str().unwrap();
    let serve = |dir: &str| run(["serve", "--data", dir, "--listen", "127.0.0.1:0"]);
    assert_refused(&serve(file), &[file, "is not a directory"]);
    // Nobody may create anything here, not even root: the same answer as on a read-only disk.
    assert_refused(
        &serve("/sys/clutch-journal"),
        &["/sys/clutch-journal", "a server must be able to write in"],
    );
    assert_refused(
        &run(["demo", "--fast", "--exit", "--data", "/sys/clutch-journal"]),
        &["/sys/clutch-journal", "a server must be able to write in"],
    );
    let empty = data.path().to_str().unwrap();
    assert_refused(&run(["replay", empty, "--hash"]), &[empty, "holds no journal"]);
    assert_refused(&run(["token", "alice", "--data", empty]), &["clutch serve"]);
}

#[test]
fn a_second_server_on_the_same_journal_is_told_who_the_first_is() {
    let data = DataDir::new("in-use");
    let (config, journal) = (data.file("clutch.toml", CONFIG), data.journal());
    let mut first = Serve::start(&config, &journal);
    let pid = format!("process {}", first.process.pid());
    let path = journal.to_str().unwrap();
    assert_refused(&run(["serve", "--data", path, "--listen", "127.0.0.1:0"]), &["in use", &pid]);
    assert_refused(&run(["demo", "--fast", "--exit", "--data", path]), &["in use", &pid]);
    assert_eq!(get(first.address, "/health").status, 200);

    // The port is taken, too, whoever asks for it.
    let other = DataDir::new("port");
    let (port, path) = (first.address.to_string(), other.journal());
    let path = path.to_str().unwrap();
    assert_refused(&run(["serve", "--data", path, "--listen", &port]), &["cannot listen", &port]);
    assert_refused(&run(["demo", "--data", path, "--listen", &port]), &["cannot listen", &port]);
    assert!(first.process.terminate().success());
}

#[test]
fn a_file_that_is_no_log_is_refused() {
    let data = DataDir::new("no-log");
    let text = data.file("recipe.txt", "Peel the potatoes.\nBoil them.\n");
    let journal = data.journal();
    let [text, journal] = [&text, &journal].map(|path| path.to_str().unwrap());
    assert_refused(
        &run(["demo", "--fast", "--exit", "--data", journal, "--log", text]),
        &[text, "no live round"],
    );
    assert_refused(&run(["feed", "cs-log", text]), &[text, "none of its 2 lines"]);
    for file in ["/no/such/log", data.path().to_str().unwrap()] {
        assert_refused(&run(["feed", "cs-log", file]), &["cannot open", file]);
        let demo = ["demo", "--fast", "--exit", "--data", journal, "--log", file];
        assert_refused(&run(demo), &["cannot open", file]);
    }
}

#[test]
fn a_wrong_flag_is_refused_with_what_would_be_right() {
    let cases: [(&[&str], &str); 4] = [
        (&["demo", "--speed", "0"], "from 0.1 to 1000"),
        (&["demo", "--format", "mr13"], "mr12, mr15"),
        (&["demo", "--best-of", "2"], "1, 3, 5"),
        (&["--log-level", "x=y=z", "config"], "--log-level"),
    ];
    for (arguments, words) in cases {
        assert_refused(&run(arguments), &[words]);
    }
}

/// One request with a method, and the number that it was answered with.
fn status(address: SocketAddr, method: &str, path: &str, headers: &str, body: &str) -> u16 {
    request(address, method, path, headers, body).unwrap().status
}

#[test]
fn bytes_that_no_client_should_send_are_answered_and_the_engine_goes_on() {
    let data = DataDir::new("bad-bytes");
    let (config, journal) = (data.file("clutch.toml", CONFIG), data.journal());
    let mut serve = Serve::start(&config, &journal);
    let address = serve.address;
    let token = token("alice", &config, &journal);

    // Somebody who speaks too slowly is waited for in the background of all the rest.
    let mut slow = TcpStream::connect(address).unwrap();
    slow.set_read_timeout(Some(patience())).unwrap();
    slow.write_all(b"GET /ws HTTP/1.1\r\nHost: clu").unwrap();
    // So is one who opens a socket and never signs in.
    let silent = TcpStream::connect(address).unwrap();
    silent.set_read_timeout(Some(patience())).unwrap();
    let (mut silent, _) = tungstenite::client(format!("ws://{address}/ws"), silent).unwrap();

    let first = |bytes: &[u8]| raw(address, bytes).lines().next().unwrap_or_default().to_owned();
    assert!(first(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\r\n\r\n").contains(" 400 "));
    let long = format!("GET / HTTP/1.1\r\nX-Long: {}\r\n\r\n", "x".repeat(10_000));
    assert!(first(long.as_bytes()).contains(" 431 "));
    let many = format!("GET / HTTP/1.1\r\n{}\r\n", "X-A: b\r\n".repeat(100));
    assert!(first(many.as_bytes()).contains(" 431 "));
    assert_eq!(status(address, "GET", "/no-such-page", "", ""), 404);
    assert_eq!(status(address, "DELETE", "/bets", "", ""), 405);
    assert_eq!(status(address, "GET", "/demo-token", "", ""), 404);

    let feed = |headers: &str, body: &str| status(address, "POST", "/feeds/cs-log", headers, body);
    let key = "X-Feed-Key: game-server-key\r\n";
    assert_eq!(feed("", "L anything"), 401);
    assert_eq!(feed("X-Feed-Key: guess\r\n", "L anything"), 403);
    assert_eq!(feed(key, &"x".repeat(2 * 1024 * 1024)), 413);
    let garbage = "L 01/19/2026 - 19:04:06: \u{0}\u{1}\nnot a log\nL 99/99/9999 - 99:99:99: Team\n\
         L 01/19/2026 - 19:04:06: Team \"CT\" triggered \"SFUI_Notice_CTs_Win\" (CT \"999999999999\") (T \"-1\")\n";
    let answer = request(address, "POST", "/feeds/cs-log", key, garbage).unwrap();
    assert_eq!((answer.status, &answer.json()["events"]), (200, &Value::from(0)), "{answer:?}");

    let bearer = format!("Authorization: Bearer {token}\r\n");
    let bets =
        |headers: &str, body: &str| request(address, "POST", "/bets", headers, body).unwrap();
    let code = |headers: &str, body: &str| bets(headers, body).json()["code"].clone();
    assert_eq!(code("", "{}"), 10101);
    assert_eq!(code("Authorization: Bearer eyJ0\r\n", "{}"), 10102);
    assert_eq!(code(&bearer, "{\"cid\":"), 10001);
    assert_eq!(code(&bearer, "{}"), 10003);
    assert_eq!(bets(&bearer, &"x".repeat(100_000)).status, 413);

    let mut answer = String::new();
    slow.read_to_string(&mut answer).unwrap();
    assert!(answer.contains(" 408 ") && answer.contains("10305"), "{answer}");
    let goodbye = loop {
        match silent.read().unwrap() {
            tungstenite::Message::Close(Some(frame)) => break frame,
            _ => continue,
        }
    };
    assert_eq!(u16::from(goodbye.code), 1008, "{goodbye:?}");

    // After all that, a bet is as good as ever.
    let mut bettor = Bettor::sign_in(address, &token).unwrap();
    let markets = open_markets(&bettor.image().unwrap());
    let answer = bettor.place(&bet_on(&markets[0], 0, "1.00")).unwrap();
    assert_eq!(answer["status"], "accepted", "{answer}");
    assert_eq!(get(address, "/health").json()["status"], "ok");
    assert!(serve.process.terminate().success());
}

#[test]
fn a_journal_of_another_match_is_not_played_on() {
    let data = DataDir::new("other-match");
    let journal = data.journal();
    let journal = journal.to_str().unwrap();
    let demo = ["demo", "--fast", "--exit", "--data", journal];
    assert!(run(demo).status.success());
    let cache = package_file(CACHE);
    let other = run(demo.iter().copied().chain(["--log", &cache, "--format", "mr15"]));
    assert_refused(&other, &[journal, "de_inferno", "another --data"]);
    assert!(run(demo).status.success(), "the journal is as it was");
    // A server makes itself at home there, but knows nobody of this name.
    let mut serve = Running::start(["serve", "--data", journal, "--listen", "127.0.0.1:0"]);
    serve.address();
    assert_refused(&run(["token", "nobody", "--data", journal]), &[journal, "`nobody`"]);
}

/// A balance that is told from half a journal is wrong: every tool that reads to the end says so.
#[test]
fn what_is_told_of_a_damaged_journal_is_not_told_as_the_whole() {
    let data = DataDir::new("damaged");
    let journal = data.journal();
    let dir = journal.to_str().unwrap();
    stdout(&run(["demo", "--fast", "--exit", "--data", dir]));
    let game = "rvls test team 1 v rvls test 2 de_inferno";
    let change = data.file("change.toml", "stake_max = \"50.00\"");
    let change = change.to_str().unwrap();
    let payments = data.file("payments.csv", "reference,amount,status\n");
    let payments = payments.to_str().unwrap();
    let tools: [&[&str]; 10] = [
        &["replay", dir, "--hash"],
        &["replay", dir, "--events"],
        &["replay", dir, "--to", "1400"],
        &["replay", dir, "--what-if", change],
        &["statement", dir, "bettor-07"],
        &["why", dir, "94"],
        &["journal", "inspect", dir],
        &["inspect", "prices", dir, "--match", game],
        &["inspect", "prices", dir, "--match", game, "--at", "1400"],
        &["inspect", "shadow", dir, "--params", change],
    ];
    tools.iter().for_each(|tool| drop(stdout(&run(*tool))));
    const DAMAGED: &str = "seg-00000000000000000001.clj is damaged at offset ";
    let segment = journal.join("seg-00000000000000000001.clj");
    let mut bytes = std::fs::read(&segment).unwrap();
    bytes[60_000] ^= 1;
    std::fs::write(&segment, bytes).unwrap();
    for tool in tools {
        let whole = "What was told comes from the records up to ";
        assert_refused(&run(tool), &[DAMAGED, whole]);
    }
    // What is not found may be in what is lost.
    for tool in [
        &["why", dir, "1400"][..],
        &["statement", dir, "nobody"],
        &["journal", "inspect", dir, "--account", "nobody"],
        &["inspect", "prices", dir, "--match", "no such match"],
        &["journal", "snapshot", dir],
    ] {
        assert_refused(&run(tool), &[DAMAGED]);
    }
    let reconciled = run(["reconcile", dir, "--provider", payments]);
    assert_eq!(reconciled.status.code(), Some(2), "not as if only the payments did not agree");
    // What ends in front of it is told without a word.
    stdout(&run(["replay", dir, "--hash", "--to", "100"]));
    stdout(&run(["journal", "inspect", dir, "--to", "100"]));
    stdout(&run(["inspect", "prices", dir, "--match", game, "--at", "100"]));
}
