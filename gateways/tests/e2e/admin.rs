//! `clutch admin` against a running server: what a trader and an operator do with it in a day.

use std::path::Path;
use std::process::Output;

use serde_json::{Value, json};

use crate::harness::data_dir::DataDir;
use crate::harness::process::{Serve, clutch, run, stderr, stdout, token};
use crate::harness::socket::{Bettor, bet_on, open_markets};
use crate::harness::{even_match, small_tables};

const CONFIG: &str = concat!(
    small_tables!(),
    even_match!("final"),
    r#"[[account]]
key = "alice"
deposit = "100.00"
[[account]]
key = "bob"
"#,
);

/// One person's way to a server.
pub struct Desk<'a> {
    pub serve: &'a Serve,
    pub token: String,
}

impl Desk<'_> {
    fn admin(&self, arguments: &[&str]) -> Output {
        let server = format!("http://{}", self.serve.address);
        let mut command = clutch();
        command.env("CLUTCH_ADMIN_TOKEN", &self.token);
        command.args(["admin", "--server", &server]).args(arguments).output().unwrap()
    }

    /// What a command prints that is carried out.
    #[track_caller]
    pub fn done(&self, arguments: &[&str]) -> String {
        stdout(&self.admin(arguments))
    }

    /// The server's whole answer.
    #[track_caller]
    pub fn json(&self, arguments: &[&str]) -> Value {
        serde_json::from_str(&self.done(&[&["--json"], arguments].concat())).unwrap()
    }

    /// What a command says that the server refuses.
    #[track_caller]
    pub fn refused(&self, arguments: &[&str]) -> String {
        let output = self.admin(arguments);
        let said = stderr(&output);
        assert_eq!(output.status.code(), Some(3), "{said}");
        said
    }
}

/// A token of the staff.
pub fn staff_token(arguments: &[&str], config: &Path, journal: &Path) -> String {
    let (config, journal) = (config.to_str().unwrap(), journal.to_str().unwrap());
    let place = ["token", "--config", config, "--data", journal];
    stdout(&run(place.iter().chain(arguments))).trim().to_owned()
}

/// The name of the refusal of a bet, or its status.
fn bet(bettor: &mut Bettor, stake: &str) -> String {
    let market = open_markets(&bettor.image().unwrap()).into_iter().next();
    let answer = match market {
        Some(market) => bettor.place(&bet_on(&market, 0, stake)).unwrap(),
        None => return "no market is open".to_owned(),
    };
    let name = if answer["status"] == "refused" { &answer["name"] } else { &answer["status"] };
    name.as_str().unwrap().to_owned()
}

#[test]
fn an_operator_runs_a_server_from_the_command_line() {
    let data = DataDir::new("admin");
    let (config, journal) = (data.file("clutch.toml", CONFIG), data.journal());
    let serve = Serve::start(&config, &journal);
    let desk = Desk { serve: &serve, token: staff_token(&["--operator", "7"], &config, &journal) };
    let mut alice = Bettor::sign_in(serve.address, &token("alice", &config, &journal)).unwrap();
    assert_eq!(bet(&mut alice, "1.00"), "accepted");

    // Betting stops and goes on.
    let said = desk.done(&["suspend", "match:final"]);
    assert!(said.starts_with("done, seq ") && said.contains("suspended: trader"), "{said}");
    assert_eq!(bet(&mut alice, "1.00"), "no market is open");
    let said = desk.done(&["resume", "match:final"]);
    assert!(said.contains("match 0: free") && said.contains("markets 0 to 35: open"), "{said}");
    assert_eq!(bet(&mut alice, "1.00"), "accepted");
    assert!(desk.done(&["kill", "on", "match:final"]).contains("kill switch match:0: on"));
    assert_eq!(bet(&mut alice, "1.00"), "BettingStopped");
    let matches = desk.done(&["matches"]);
    assert!(matches.contains("kill switch match:0: on"), "{matches}");
    assert!(matches.contains("final  Spirit – Vitality  scheduled"), "{matches}");
    desk.done(&["kill", "off", "match:final"]);
    desk.done(&["kill", "on", "title:counter_strike"]);
    assert_eq!(bet(&mut alice, "1.00"), "BettingStopped");
    desk.done(&["kill", "off", "title:counter_strike"]);
    desk.done(&["kill", "on", "class:winner"]);
    assert_eq!(bet(&mut alice, "1.00"), "BettingStopped");
    desk.done(&["kill", "off", "class:winner"]);
    desk.done(&["kill", "on", "channel:app"]);
    desk.done(&["kill", "on", "cash-out"]);
    assert_eq!(bet(&mut alice, "1.00"), "accepted");
    let said = desk.done(&["matches"]);
    assert!(said.contains("kill switch channel:app: on\nkill switch cash-out: on"), "{said}");
    desk.done(&["kill", "off", "channel:app"]);
    desk.done(&["kill", "off", "cash-out"]);
    assert!(!desk.done(&["matches"]).contains("kill switch"));
    let said = desk.refused(&["kill", "on", "class:corner"]);
    assert!(said.contains("winner, handicap, total, score, round"), "{said}");
    assert!(desk.done(&["mode", "read-only"]).contains("mode read-only"));
    assert_eq!(bet(&mut alice, "1.00"), "BettingStopped");
    assert!(desk.refused(&["resume", "all"]).contains("ReadOnly"));
    assert!(desk.done(&["matches"]).contains("mode read-only"));
    desk.done(&["mode", "normal"]);

    // A trader's word: near the model at once, far from it with a second person.
    let said = desk.done(&["override", "0", "--selection", "0", "--odds", "2.00", "--for", "600"]);
    assert!(said.contains("in force"), "{said}");
    let said = desk.done(&["status"]);
    assert!(
        said.contains("wait for a second person: 0\n"),
        "what is in force waits for nobody: {said}"
    );
    let far = ["override", "0", "--selection", "0", "--fair", "90%", "--for", "600"];
    let waiting = desk.json(&far);
    assert_eq!(waiting["overrides"][0]["status"], "waits for a second person");
    let id = waiting["overrides"][0]["id"].to_string();
    // Whoever may approve it sees what it says, in every list where he would look.
    for look in [["waiting"].as_slice(), &["overrides"], &["markets", "final"]] {
        let said = desk.done(look);
        let line = said.lines().find(|line| line.starts_with(&format!("override {id}")));
        let line = line.unwrap_or_else(|| panic!("{look:?}: {said}"));
        for part in ["a fair probability of 90% for ", "by 7", "UTC", "waits for a second person"] {
            assert!(line.contains(part), "{look:?}: {line}");
        }
        assert_eq!(said.contains("in force"), look != ["waiting"], "{look:?}: {said}");
    }
    assert!(desk.refused(&["approve", &id]).contains("SamePerson"));
    let second =
        Desk { serve: &serve, token: staff_token(&["--operator", "8"], &config, &journal) };
    assert!(second.done(&["approve", &id]).contains("in force"));
    assert!(desk.done(&["lift", &id]).contains("lifted"));
    assert!(desk.refused(&["lift", &id]).contains("UnknownOverride"));
    // What guards the prices is not for one person to take away.
    for set in ["margin=99.9%", "override_distance=100", "band=1000"] {
        let said = desk.done(&["config", "set", set]);
        assert!(said.contains("a guard of the prices widened"), "{set}: {said}");
        assert!(!said.contains("configuration"), "{set}: {said}");
    }
    let said = desk.json(&["waiting"]);
    let id = said["proposals"][0]["id"].to_string();
    assert_eq!(said["proposals"].as_array().map(Vec::len), Some(1), "{said}");
    // Who answers for it sees every number that would change.
    let changes = &said["proposals"][0]["settings"];
    assert_eq!(changes, &json!([{"name": "band", "value": "1000", "unit": "factor", "was": "4"}]));
    desk.done(&["reject", &id]);
    // Who answers for a large sum sees how much it is, and why.
    desk.done(&["account", "adjust", "bob", "500.00", "--reason", "goodwill"]);
    let said = desk.done(&["waiting"]);
    assert!(said.contains("adjusting account 1 by 500.00: goodwill"), "{said}");
    let id = desk.json(&["waiting"])["proposals"][0]["id"].to_string();
    desk.done(&["reject", &id]);

    // Rules are tried in shadow before they refuse anybody.
    desk.done(&["config", "set", "rules_off=match_liability", "rules_shadow=bets_per_hour"]);
    desk.done(&["config", "set", "bets_per_hour_max=1"]);
    assert_eq!(bet(&mut alice, "1.00"), "accepted");
    assert_eq!(bet(&mut alice, "1.00"), "accepted");
    let risk = desk.done(&["risk"]);
    assert!(
        risk.contains("bets_per_hour") && risk.contains("would have refused 1 bets of 1.00"),
        "{risk}"
    );
    assert!(risk.contains("of these 1 open; the house made 0.00"), "{risk}");
    desk.done(&["account", "factor", "bob", "20", "--phase", "live"]);
    desk.done(&["account", "group", "bob", "3"]);
    let bob = desk.done(&["account", "show", "bob"]);
    assert!(bob.contains("group 3, counter_strike live 20%"), "{bob}");
    assert!(desk.done(&["tier", "final", "2"]).starts_with("done"));

    // Settings change one by one, and say what they were.
    let said = desk.done(&["config", "set", "stake_max=5.00", "in_play_delay=6s"]);
    assert!(said.contains("configuration 4\n"), "{said}");
    assert!(said.contains("stake_max      5.00  (was 1000.00)"), "{said}");
    assert!(said.contains("in_play_delay  6s    (was 5s)"), "{said}");
    assert_eq!(bet(&mut alice, "6.00"), "StakeAboveLimit");
    let outdated = desk.refused(&["config", "set", "stake_max=9.00", "--based-on", "1"]);
    assert!(outdated.contains("ConfigurationMoved"), "{outdated}");
    for (set, says) in [
        ("stake_maxi=9.00", "stake_max,"),
        ("stake_max=nine", "12.50"),
        ("stake_max=0.05", "at odds with another"),
        ("margin=101%", "out of its range"),
        ("stake_max=0", "out of its range"),
    ] {
        let said = desk.refused(&["config", "set", set]);
        assert!(said.contains(says) && said.contains("BadField"), "{set}: {said}");
    }

    // Betting stops by itself, says why, and goes on when a person says so.
    let set = ["trips_shadow=none", "trip_reject_percent=0", "trip_reject_min=1"];
    desk.done(&[&["config", "set", "trip_cool_down=1h"][..], &set[..]].concat());
    assert_eq!(bet(&mut alice, "6.00"), "StakeAboveLimit");
    assert_eq!(bet(&mut alice, "1.00"), "BettingStopped");
    let said = desk.done(&["matches"]);
    assert!(said.contains("trip reject_rate: tripped (limit 0%, found "), "{said}");
    assert!(desk.refused(&["reset", "reject_rate"]).contains("TripCooling"));
    // What lets a trip go sooner takes two.
    desk.done(&["config", "set", "trip_cool_down=0s", "trip_reject_percent=80"]);
    let id = desk.json(&["waiting"])["proposals"][0]["id"].to_string();
    second.done(&["approve", &id]);
    assert!(desk.done(&["reset", "reject_rate"]).contains("trip reject_rate: clear"));
    assert_eq!(bet(&mut alice, "1.00"), "accepted");

    // Money and accounts.
    let reference = "0b0e7a1c-51ae-4f4e-8f4f-6f6f5d5c4b3a";
    let deposit = ["account", "deposit", "bob", "12.50", "--reference", reference];
    desk.done(&deposit);
    desk.done(&deposit);
    let again = desk.refused(&["account", "deposit", "bob", "13.00", "--reference", reference]);
    assert!(again.contains("ReferenceReused"), "{again}");
    let bob = desk.json(&["account", "show", "bob"]);
    assert_eq!((&bob["available"], &bob["state"]), (&"12.50".into(), &"open".into()));
    desk.done(&["account", "state", "bob", "suspended"]);
    let accounts = desk.done(&["account", "list"]);
    assert!(accounts.contains("1  bob    suspended  available 12.50"), "{accounts}");
    let stranger = desk.refused(&["account", "show", "carol"]);
    assert!(stranger.contains("UnknownAccount") && stranger.contains("account list"), "{stranger}");

    // All of it is in the journal: who overrode what, until when, and who approved it; and another server on
    // the same data knows it.
    drop(serve);
    let log = stdout(&run(["inspect", "prices", journal.to_str().unwrap(), "--match", "final"]));
    let approved = log.lines().find(|line| line.contains("approved by operator 8"));
    let approved = approved.unwrap_or_else(|| panic!("{log}"));
    for part in [
        "an override began: override ",
        " by operator 7, approved by operator 8, until 20",
        ": a fair probability of 90% for ",
        " (in force)",
    ] {
        assert!(approved.contains(part), "{part}: {approved}");
    }
    assert!(log.contains("an override ended: override "), "{log}");
    let serve = Serve::start(&config, &journal);
    let trader = staff_token(&["--operator", "8", "--role", "trader"], &config, &journal);
    let desk = Desk { serve: &serve, token: trader };
    let settings = desk.json(&["config", "show"]);
    assert_eq!(settings["version"], 6);
    let stake_max =
        settings["settings"].as_array().unwrap().iter().find(|s| s["name"] == "stake_max");
    assert_eq!(stake_max.unwrap()["value"], "5.00");
    // A trader stops betting, and that is all he may do.
    desk.done(&["suspend", "all"]);
    desk.done(&["resume", "all"]);
    for forbidden in [
        ["config", "set", "stake_max=9.00"].as_slice(),
        &["account", "state", "bob", "open"],
        &["account", "deposit", "bob", "1.00"],
    ] {
        assert!(desk.refused(forbidden).contains("Forbidden"), "{forbidden:?}");
    }
}

#[test]
fn nobody_else_gets_in_and_everybody_is_told_what_to_do() {
    let data = DataDir::new("admin-door");
    let (config, journal) = (data.file("clutch.toml", CONFIG), data.journal());
    let serve = Serve::start(&config, &journal);
    let desk = |token: String| Desk { serve: &serve, token };
    let bettor = desk(token("alice", &config, &journal));
    assert!(bettor.refused(&["matches"]).contains("a bettor's, not one of the staff"));
    assert!(desk("nonsense".to_owned()).refused(&["matches"]).contains("clutch token --operator"));
    // A token of the staff places no bets.
    let staff = staff_token(&["--operator", "7"], &config, &journal);
    assert!(Bettor::sign_in(serve.address, &staff).is_err());

    let server = format!("http://{}", serve.address);
    let cannot = |arguments: &[&str], code: i32, says: &str| {
        let output = run(["admin"].iter().chain(arguments));
        let said = stderr(&output);
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {said}");
        assert!(said.contains(says), "{arguments:?}: {said}");
    };
    cannot(&["--server", &server, "matches"], 1, "clutch token --operator");
    cannot(&["--server", "http://127.0.0.1:1", "--token", "x", "matches"], 1, "clutch serve");
    cannot(&["--server", "https://bets.example", "--token", "x", "matches"], 1, "http://HOST:PORT");
    cannot(&["--token", "x", "suspend", "everything"], 2, "match:KEY");
    cannot(&["--token", "x", "config", "set", "stake_max"], 2, "NAME=VALUE");
    // On the server's own machine its configuration is enough.
    let (config, journal) = (config.to_str().unwrap(), journal.to_str().unwrap());
    let here = ["admin", "--server", &server, "--config", config, "--data", journal, "--as", "1"];
    assert!(stdout(&run(here.iter().chain(&["matches"]))).contains("final"));
    let no_match = run(here.iter().chain(&["suspend", "match:semi"]));
    assert!(stderr(&no_match).contains("no match has the key `semi`"));
    let out_of_hand = run(here.iter().chain(&["suspend", "market:99999"]));
    assert_eq!(out_of_hand.status.code(), Some(3));
    assert!(stderr(&out_of_hand).contains("UnknownMarket"));
}
