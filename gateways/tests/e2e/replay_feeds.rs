//! What one server captured of its feeds, said again to another that has not all of its matches.

use serde_json::{Value, json};

use crate::harness::data_dir::DataDir;
use crate::harness::http::request;
use crate::harness::process::{Serve, refusal, run, stdout};
use crate::harness::{even_match, eventually};

const ENGINE: &str = r#"
[engine]
accounts_max = 10
matches_max = 4
markets_max = 256
bets_max = 100
client_ids_max = 200
[[ndjson]]
key = "first-key"
source = 1
"#;

fn push(serve: &Serve, game: &str) -> u16 {
    let fact = json!({"at_ms": 1, "event": "map_start", "map": 1, "name": "m", "side_a": "ct"});
    let path = format!("/feeds/ndjson?match={game}");
    let key = "X-Feed-Key: first-key\r\n";
    request(serve.address, "POST", &path, key, &fact.to_string()).unwrap().status
}

#[test]
fn matches_that_the_other_server_lacks_are_left_out_and_counted() {
    let data = DataDir::new("replay-feeds");
    let both = [ENGINE, even_match!("absent"), even_match!("cup")].concat();
    let (both, journal) = (data.file("both.toml", &both), data.journal());
    let mut serve = Serve::start(&both, &journal);
    for game in ["absent", "absent", "cup", "absent"] {
        assert_eq!(push(&serve, game), 200);
    }
    assert!(serve.process.terminate().success());
    let captures = journal.join("captures");
    let captures = captures.to_str().unwrap();

    let of = |arguments: &[&str]| -> Vec<String> {
        let printed = stdout(&run([&["feed", "replay", captures], arguments].concat()));
        let game = |line: &str| {
            let said: Value = serde_json::from_str(line).unwrap();
            said["match"].as_str().unwrap().to_owned()
        };
        printed.lines().map(game).collect()
    };
    assert!(of(&[]).contains(&"absent".to_owned()));
    assert!(of(&["--match", "cup"]).iter().all(|game| game == "cup"));
    let none = run(["feed", "replay", captures, "--match", "cop"]);
    assert!(refusal(&none).contains("no match `cop` was captured; there are: absent, cup"));

    let one = data.file("one.toml", &[ENGINE, even_match!("cup")].concat());
    let serve = Serve::start(&one, &data.path().join("other"));
    let server = format!("http://{}", serve.address);
    let to = ["--to", &server, "--key", "first-key"];
    let said = stdout(&run([&["feed", "replay", captures][..], &to].concat()));
    assert!(said.contains("pushed 1 lines, which gave 1 events; 0 were wrong"), "{said}");
    assert!(said.contains("left out 3 pushes of source 1 about `absent`: "), "{said}");
    let heard = eventually("the other server has heard it", || {
        let health = request(serve.address, "GET", "/health", "", "").unwrap().json();
        Some(health["feeds"][0]["newest"].clone()).filter(|newest| *newest == 1)
    });
    assert_eq!(heard, 1);
    let only = run([&["feed", "replay", captures, "--match", "absent"][..], &to].concat());
    assert!(refusal(&only).contains("the server took nothing"));
}
