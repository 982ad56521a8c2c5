//! A client in another language, written after MESSAGES.md: `tests/clients/bettor.py`.

use std::collections::HashMap;
use std::io::Write;
use std::process::{Command, Stdio};
use std::time::{SystemTime, UNIX_EPOCH};

use clutch_core::units::AccountId;
use clutch_gateways::token::{Claims, Role, Secret, issue};
use serde_json::{Value, json};

use crate::harness::data_dir::DataDir;
use crate::harness::process::{Serve, run, stdout};
use crate::harness::{package_file, skip, small_tables};

const CONFIG: &str = concat!(
    small_tables!(),
    r#"[gateway]
token_secret = "a secret of the tests, long enough"
[[match]]
key = "final"
team_a = "Spirit"
team_b = "Vitality"
best_of = 3
[[match.maps]]
name = "de_nuke"
first_side_a = "CT"
p_a_t = 0.48
p_a_ct = 0.52
[[match.maps]]
name = "de_dust2"
first_side_a = "T"
p_a_t = 0.45
p_a_ct = 0.55
[[match.maps]]
name = "de_mirage"
first_side_a = "CT"
p_a_t = 0.5
p_a_ct = 0.5
[[account]]
key = "alice"
deposit = "100.00"
"#
);

fn tokens(good: &str, viewer: &str) -> Value {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    let token = |secret: &str, expires_at_s| {
        let secret = Secret::new(secret.as_bytes()).unwrap();
        let (account, roles) = (AccountId(0), vec![Role::Bettor]);
        let channel = clutch_core::command::Channel::Web;
        issue(&secret, &Claims { account, channel, roles, issued_at_s: now - 3600, expires_at_s })
    };
    json!({
        "good": good,
        "viewer": viewer,
        "expired": token("a secret of the tests, long enough", now - 60),
        "forged": token("a secret of somebody else entirely", now + 3600),
    })
}

/// Runs a client and returns what it told, step by step; `None` if it cannot run here.
fn told(program: &str, script: &str, server: &Serve, tokens: &Value) -> HashMap<String, Value> {
    let mut client = Command::new(program)
        .arg(package_file(script))
        .arg(server.address.to_string())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    client.stdin.take().unwrap().write_all(tokens.to_string().as_bytes()).unwrap();
    let output = client.wait_with_output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "the client failed after: {text}");
    let step = |line: &str| {
        let step: Value = serde_json::from_str(line).unwrap();
        (step["step"].as_str().unwrap().to_owned(), step)
    };
    text.lines().map(step).collect()
}

#[test]
fn a_python_client_signs_in_bets_resumes_and_is_told_what_it_does_wrong() {
    let has_library = Command::new("python3").args(["-c", "import websockets"]).output();
    match has_library {
        Ok(output) if output.status.success() => {}
        Ok(_) => return skip("the Python client", "`pip install websockets` is missing"),
        Err(error) => return skip("the Python client", &format!("python3: {error}")),
    }
    let data = DataDir::new("python");
    let (config, journal) = (data.file("clutch.toml", CONFIG), data.journal());
    let mut server = Serve::start(&config, &journal);
    let of = |role: &str| {
        let paths = [&config, &journal].map(|path| path.to_str().unwrap());
        let [config, journal] = paths;
        let arguments = ["token", "alice", "--config", config, "--data", journal, "--role", role];
        stdout(&run(arguments)).trim().to_owned()
    };
    let tokens = tokens(&of("bettor"), &of("viewer"));
    let told = told("python3", "tests/clients/bettor.py", &server, &tokens);
    assert!(told.contains_key("done"));

    let welcome = &told["welcome"]["welcome"];
    assert_eq!((&welcome["account"], &welcome["limits"]["frame_bytes"]), (&json!(0), &json!(4096)));
    assert_eq!(told["welcome"]["mine"]["balance"]["available"], "100.00");
    let offer = &told["image"]["image"]["matches"][0];
    assert_eq!(offer["teams"], json!(["Spirit", "Vitality"]));

    let placed = &told["placed"]["answer"];
    assert_eq!((&placed["status"], &placed["stake"]), (&json!("accepted"), &json!("2.50")));
    assert_eq!(told["placed"]["balance"]["available"], "97.50");
    assert_eq!(told["placed"]["balance"]["held"], "2.50");
    for again in ["repeated", "repeated with another stake"] {
        let answer = &told[again]["answer"];
        for key in ["bet_id", "status", "stake", "odds", "payout"] {
            assert_eq!(answer[key], placed[key], "{again}: {key}");
        }
    }

    let notices = [
        ("token expired", 10103),
        ("token forged", 10102),
        ("no token", 10101),
        ("malformed", 10001),
        ("no object", 10001),
        ("binary", 10005),
        ("unknown type", 10002),
        ("missing stake", 10003),
        ("stake of letters", 10004),
        ("stake below zero", 10004),
        ("stake without end", 10004),
        ("stake too exact", 10006),
        ("odds of one", 10004),
        ("cid of another kind", 10004),
    ];
    for (step, code) in notices {
        let notice = &told[step]["notice"];
        assert_eq!(notice["code"], code, "{step}: {notice}");
        assert!(notice["text"].as_str().unwrap().ends_with('.'), "{step}: {notice}");
    }
    // A fault in a bet is told under the bet's own id, where that could be read.
    assert_eq!(told["stake below zero"]["notice"]["cid"], told["stake below zero"]["cid"]);

    let refusals = [
        ("viewer", 10104, "Forbidden"),
        ("unknown market", 202, "UnknownMarket"),
        ("unknown selection", 203, "UnknownSelection"),
        ("absurd stake", 402, "StakeAboveLimit"),
        ("tiny stake", 401, "StakeBelowMinimum"),
        ("cid of version 4", 601, "ClientIdInvalid"),
        ("cid of yesterday", 602, "ClientIdOutsideWindow"),
    ];
    for (step, code, name) in refusals {
        let answer = &told[step]["answer"];
        assert_eq!((&answer["code"], &answer["name"]), (&json!(code), &json!(name)), "{step}");
        assert!(answer["text"].as_str().unwrap().ends_with('.'), "{step}: {answer}");
    }

    let resumed = &told["resumed"];
    assert_eq!(resumed["delta"]["reason"], "resumed", "{resumed}");
    assert_eq!(resumed["mine"]["balance"]["held"], "2.50");
    let cid = &placed["cid"];
    let bets = resumed["mine"]["bets"].as_array().unwrap();
    assert!(bets.iter().any(|bet| bet["cid"] == *cid && bet["status"] == "accepted"), "{resumed}");
    let fresh = &told["cannot resume"]["image"];
    assert_eq!((&fresh["type"], &fresh["reason"]), (&json!("image"), &json!("cannot_resume")));

    assert_eq!(told["oversized frame"]["end"]["code"], 1009);
    assert_eq!(told["after all"]["mine"]["balance"]["available"], "97.50");
    assert!(server.process.terminate().success());
}
