//! The tools that operators and customer service use, on a demo's journal, as they use them.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should say where")]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;

use serde_json::Value;

/// Runs `clutch` and returns what it wrote.
fn clutch(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_clutch")).args(arguments).output().unwrap()
}

fn said(arguments: &[&str]) -> String {
    let output = clutch(arguments);
    let complaint = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{arguments:?}: {complaint}");
    String::from_utf8(output.stdout).unwrap()
}

fn refused(arguments: &[&str]) -> String {
    let output = clutch(arguments);
    assert!(!output.status.success(), "{arguments:?} succeeds");
    String::from_utf8(output.stderr).unwrap()
}

fn json(arguments: &[&str]) -> Value {
    serde_json::from_str(&said(arguments)).unwrap()
}

/// The journal of one demo, played once for all tests here, and never changed by them.
fn demo() -> &'static str {
    static DEMO: OnceLock<(tempfile::TempDir, String)> = OnceLock::new();
    let (_, path) = DEMO.get_or_init(|| {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("demo").display().to_string();
        said(&["demo", "--fast", "--exit", "--data", &path]);
        (dir, path)
    });
    path
}

/// A copy of it for a test that changes something.
fn copy(dir: &Path) -> String {
    let to = dir.join("copy");
    std::fs::create_dir(&to).unwrap();
    for entry in std::fs::read_dir(demo()).unwrap() {
        let entry = entry.unwrap();
        if entry.path().is_file() {
            std::fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
        }
    }
    to.display().to_string()
}

/// Every record as JSON.
fn records() -> Vec<Value> {
    let lines = said(&["journal", "inspect", demo(), "--json"]);
    lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// The record that placed the first bet that was ever said to stand like this. A bet has the number of
/// its record; one that was refused at once is told in that record.
fn bet_that_was(is_it: impl Fn(&Value) -> bool) -> u64 {
    for record in records() {
        for event in record["events"].as_array().unwrap() {
            if is_it(&event["Bet"]["status"]) {
                let seq = event["Bet"]["bet"].as_u64();
                return seq.or_else(|| record["seq"].as_u64()).unwrap();
            }
        }
    }
    panic!("no such bet in the demo")
}

#[test]
fn records_are_shown_in_words_from_any_place_and_filtered() {
    let all = records();
    assert_eq!(all[0]["kind"], "genesis");
    let last = all.len() as u64;
    assert_eq!(all[all.len() - 1]["seq"], last);
    let (from, to) = ((last - 5).to_string(), (last - 3).to_string());
    let some = said(&["journal", "inspect", demo(), "--from", &from, "--to", &to, "--json"]);
    assert_eq!(some.lines().count(), 3);

    let bets = said(&["journal", "inspect", demo(), "--kind", "place_bet"]);
    assert!(bets.contains(" bets ") && bets.contains("-> bet of bettor-"), "{bets}");
    assert!(!bets.contains("says still there"));
    let one = said(&["journal", "inspect", demo(), "--account", "bettor-07", "--json"]);
    for line in one.lines() {
        assert!(line.contains("bettor-07") || line.contains("\"account\":"), "{line}");
    }
    let count = |filter: &[&str]| {
        let arguments = [&["journal", "inspect", demo(), "--json"], filter].concat();
        said(&arguments).lines().count()
    };
    assert!(count(&["--account", "bettor-07"]) < count(&["--kind", "place_bet"]));
    assert!(0 < count(&["--market", "0", "--kind", "place_bet"]));
    for (filter, why) in [
        (["--account", "nobody"], "there is no account `nobody`"),
        (["--account", "999999"], "there is no account `999999`"),
        (["--market", "999999"], "there is no market 999999"),
    ] {
        let error = refused(&[&["journal", "inspect", demo()], &filter[..]].concat());
        assert!(error.contains(why), "{error}");
    }
    // A misspelt kind is a wrong flag, before anything is read.
    for kinds in ["place_bat", "feed,place_bat", "PlaceBet", ""] {
        let output = clutch(&["journal", "inspect", "/nowhere", "--kind", kinds]);
        let error = String::from_utf8(output.stderr).unwrap();
        assert_eq!((output.status.code(), output.stdout.len()), (Some(2), 0), "{kinds}: {error}");
        assert!(error.contains("place_bet") && error.contains("for '--kind <KIND>'"), "{error}");
    }
    assert_eq!(
        count(&["--kind", "tick,place_bet"]),
        count(&["--kind", "tick"]) + count(&["--kind", "place_bet"])
    );
}

#[test]
fn a_refused_bet_is_explained_on_one_page() {
    let seq = bet_that_was(|status| status["Refused"]["code"] == "OddsChanged").to_string();
    let (page, whole) = (said(&["why", demo(), &seq]), said(&["why", demo(), &seq, "--all"]));
    for part in [
        "wanted to bet",
        "It was not taken. The bettor was told: \"The odds have changed. You asked for",
        "had at no time been on offer.",
        "All times are UTC, all money of the bettor is EUR.",
        "NO   the odds are welcome to the bettor: seen",
        "[OddsChanged]",
        "-- the bet was placed --",
        "the score moved: feed 0 says",
        "nothing moved",
        "configuration 1 of rule set 1",
    ] {
        assert!(page.contains(part) && whole.contains(part), "{part} is missing from\n{page}");
    }
    // What nobody asks about is there for who wants all of it.
    for part in [
        "yes  the market is open",
        "yes  the id was made not long ago: limit 7 days, found 0.0 s",
        "in_play_delay 5s",
    ] {
        assert!(whole.contains(part) && !page.contains(part), "{part}\n{page}\n{whole}");
    }
    assert!(page.contains("yes  to 10 other questions"), "{page}");
    assert!(!whole.contains("stake minimum"), "nothing is asked after a refusal\n{whole}");
    let pack = json(&["why", demo(), &seq, "--json"]);
    assert_eq!(pack["refused"], true);
    // By the bettor's own id it is the same bet.
    let by_id = json(&["why", demo(), pack["client_id"].as_str().unwrap(), "--json"]);
    assert_eq!(by_id, pack);
}

#[test]
fn a_settled_bet_is_told_with_all_questions_and_its_postings() {
    let seq = bet_that_was(|status| !status["Won"].is_null()).to_string();
    let pack = json(&["why", demo(), &seq, "--json"]);
    let checks = pack["checks"].as_array().unwrap();
    assert!(checks.iter().all(|check| check["passed"] == true), "{pack}");
    let names: Vec<_> = checks.iter().map(|check| check["question"].as_str().unwrap()).collect();
    assert_eq!(names.last(), Some(&"the balance covers the stake"));
    assert!(names.contains(&"account_liability"));
    let numbers = checks.iter().find(|check| check["question"] == "stake_max").unwrap();
    assert!(numbers["numbers"].as_str().unwrap().starts_with("limit 500.00, this bet"));
    let numbers = checks.iter().find(|check| check["question"] == "market_liability").unwrap();
    let parts: Vec<_> = numbers["numbers"].as_str().unwrap().split(", ").collect();
    let [limit, used, part] = parts[..] else { panic!("{numbers}") };
    assert!(
        limit.starts_with("limit ") && used.starts_with("used ") && part.starts_with("this bet ")
    );
    let why: Vec<_> = pack["postings"].as_array().unwrap().iter().map(|it| &it["why"]).collect();
    assert_eq!(why, ["stake held", "stake taken", "payout"]);
    let page = said(&["why", demo(), &seq, "--all"]);
    for part in [
        " it was taken at odds of ",
        " it won, and ",
        "yes  stake minimum",
        "yes  account liability",
    ] {
        assert!(page.contains(part), "{part} is missing from\n{page}");
    }
}

#[test]
fn a_bet_that_waited_in_vain_is_told_with_what_came_meanwhile() {
    let waited = records().into_iter().find_map(|record| {
        let events = record["events"].as_array()?.clone();
        let refused =
            |event: &&Value| event["Bet"]["status"]["Refused"]["code"] == "MaterialChange";
        events.iter().find(refused)?["Bet"]["client_id"].as_str().map(str::to_owned)
    });
    let page = said(&["why", demo(), &waited.unwrap()]);
    for part in [
        "It had to wait until ",
        " it was refused. The bettor was told: \"The match has moved on since you saw this price.\"\n",
        "While it waited the score moved: feed 0 says map ",
    ] {
        assert!(page.contains(part), "{part} is missing from\n{page}");
    }
}

#[test]
fn a_bet_that_is_not_there_is_told_apart() {
    for (bet, why) in [
        ("999999", "no bet with id 999999 was placed in this journal, which holds records 1 to"),
        ("1", "record 1 places no bet; it is of kind genesis"),
        ("019f5859-c6e0-7000-8000-00000000ffff", "no bet with id 019f5859-"),
        ("abc", "neither a UUID nor the number of a record"),
    ] {
        let error = refused(&["why", demo(), bet]);
        assert!(error.contains(why), "{bet}: {error}");
    }
}

#[test]
fn what_was_is_what_if_nothing_changes_and_less_under_tighter_limits() {
    let dir = tempfile::tempdir().unwrap();
    let file = |text: &str| {
        let path: PathBuf = dir.path().join("change.toml");
        std::fs::write(&path, text).unwrap();
        path.display().to_string()
    };
    let same = file("in_play_delay = \"5s\"\n");
    let report = json(&["replay", demo(), "--what-if", &same, "--json"]);
    assert_eq!(report["as_it_was"], report["what_if"]);
    assert!(0 < report["as_it_was"]["taken"].as_u64().unwrap());

    let tighter = file("{\"stake_max\": \"20.00\", \"margin\": \"12%\"}");
    let report = json(&["replay", demo(), "--what-if", &tighter, "--json"]);
    let of = |world: &str, what: &str| report[world][what].as_i64().unwrap();
    assert!(of("what_if", "taken") < of("as_it_was", "taken"), "{report}");
    let refused_for =
        |world: &str, code: &str| report[world]["refused"][code].as_i64().unwrap_or(0);
    assert!(
        refused_for("as_it_was", "StakeAboveLimit") < refused_for("what_if", "StakeAboveLimit")
    );
    // The bettors see the other odds: a new margin alone makes nobody's odds wrong.
    let odds_changed = |world| refused_for(world, "OddsChanged");
    assert!(odds_changed("what_if") <= odds_changed("as_it_was"), "{report}");
    let table = said(&["replay", demo(), "--what-if", &tighter]);
    assert!(table.contains("what if margin = 12%, stake_max = 20.00"), "{table}");

    let error = refused(&["replay", demo(), "--what-if", &file("stake_maximum = \"1.00\"")]);
    assert!(error.contains("there is no setting `stake_maximum`"), "{error}");
}

#[test]
fn verify_says_clean_torn_or_damaged_by_its_exit_code_and_only_accepted_loss_cuts() {
    let dir = tempfile::tempdir().unwrap();
    let journal = copy(dir.path());
    let code = |extra: &[&str]| {
        let output = clutch(&[&["journal", "verify", &journal], extra].concat());
        let words = [output.stdout, output.stderr].concat();
        (output.status.code().unwrap(), String::from_utf8(words).unwrap())
    };
    let (clean, words) = code(&[]);
    assert_eq!(clean, 0, "{words}");
    assert!(words.starts_with("clean: journal ") && words.contains("records 1 to "), "{words}");
    let verdict = json(&["journal", "verify", &journal, "--json"]);
    assert_eq!((&verdict["class"], &verdict["format"]), (&"clean".into(), &1.into()));
    assert_eq!(verdict["engine"], env!("CARGO_PKG_VERSION"), "{verdict}");
    assert_eq!(verdict["rule_set"], clutch_core::RULE_SET, "{verdict}");
    assert_eq!(verdict["encoding"], clutch_engine::ENCODING, "{verdict}");

    // What a power cut leaves of a write that nobody was told about: the next start cuts it, and no tool minds.
    let segment = Path::new(&journal).join("seg-00000000000000000001.clj");
    let mut bytes = std::fs::read(&segment).unwrap();
    // Well behind the last record, whose own last bytes may be zeros.
    let end = bytes.iter().rposition(|byte| *byte != 0).unwrap() + 512;
    bytes[end..end + 40].fill(7);
    std::fs::write(&segment, &bytes).unwrap();
    let (torn, words) = code(&[]);
    assert_eq!(torn, 1, "{words}");
    assert!(words.contains("torn: ") && words.contains("\ntorn tail: journal "), "{words}");
    assert!(words.contains("the next start cuts them"), "{words}");
    let whole = json(&["replay", &journal, "--hash", "--json"]);
    assert_eq!(whole["state_hash"], json(&["replay", demo(), "--hash", "--json"])["state_hash"]);
    bytes[end..end + 40].fill(0);

    // A bit in the middle of the records.
    bytes[60_000] ^= 1;
    std::fs::write(&segment, bytes).unwrap();
    let (damaged, words) = code(&[]);
    assert_eq!(damaged, 2, "{words}");
    assert!(words.contains("DAMAGE: ") && words.contains("a start stops here"), "{words}");
    let (unasked, words) = code(&["--accept-loss"]);
    assert_eq!(unasked, 2, "it is as damaged as before: {words}");
    assert!(words.contains("needs --yes"), "{words}");
    let (accepted, words) = code(&["--accept-loss", "--yes"]);
    assert_eq!(accepted, 0, "{words}");
    assert!(words.contains("What would be lost: records ") && words.contains("copies are in"));
    assert!(Path::new(&format!("{journal}.before-cut/seg-00000000000000000001.clj")).exists());
    let (clean, words) = code(&[]);
    assert_eq!(clean, 0, "{words}");

    let output = clutch(&["journal", "verify", &format!("{journal}-nowhere"), "--json"]);
    let words = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{words}");
    let said: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(said["class"], "unreadable");
    assert!(said["why"].as_str().unwrap().contains("does not exist"), "{said}");
}

/// Its bytes are good, and yet no server of this release starts on it: `verify` says so in the server's words.
#[test]
fn a_journal_of_another_release_is_told_with_what_to_do() {
    use clutch_core::command::{Actor, Capacity, Config, ENCODED_MAX};
    use clutch_core::{Command, Envelope, RULE_SET};
    use clutch_engine::{Engine, EngineConfig, record_version, rules_of_journal};

    let command = Command::Genesis { capacity: Capacity::default(), config: Config::default() };
    let mut bytes = [0; ENCODED_MAX];
    let length = Envelope { actor: Actor::Engine, trace: 0, command }.encode(&mut bytes);
    for (written, words) in [
        (RULE_SET, None),
        (RULE_SET + 1, Some("use the release that wrote it, or a newer one")),
        (RULE_SET - 1, Some("take a snapshot at the journal's end with the release that wrote it")),
    ] {
        let dir = tempfile::tempdir().unwrap();
        let config = || {
            let mut config = EngineConfig::new(dir.path());
            config.journal.unsafe_storage = true;
            config
        };
        let mut options = config().journal;
        options.rule_set = rules_of_journal(written);
        let opened = clutch_journal::open(dir.path(), options).unwrap();
        let mut writer = opened.writer;
        writer.append(1, record_version(written), 1, 1_000, &bytes[..length]).unwrap();
        drop(writer);
        opened.committer.spawn(Box::new(|_| {})).stop().unwrap();

        let output = clutch(&["journal", "verify", dir.path().to_str().unwrap(), "--json"]);
        let said: Value = serde_json::from_slice(&output.stdout).unwrap();
        let started = Engine::start(config()).map(drop).map_err(|error| error.to_string());
        assert_eq!(said["a_start_stops"].as_str(), started.as_ref().err().map(String::as_str));
        assert_eq!(output.status.code(), Some(if words.is_some() { 2 } else { 0 }), "{said}");
        assert_eq!(
            started.err().is_some_and(|error| error.contains(words.unwrap())),
            words.is_some()
        );
    }
}

#[test]
fn a_path_that_holds_no_journal_is_told_for_what_it_is() {
    let dir = tempfile::tempdir().unwrap();
    let path = |name: &str| dir.path().join(name).display().to_string();
    let (nothing, empty, file) = (path("nothing"), path("empty"), path("file"));
    std::fs::create_dir(&empty).unwrap();
    std::fs::write(&file, "no journal").unwrap();
    for (path, why) in [
        (&nothing, "does not exist"),
        (&empty, "holds no journal (it has no file named `super`)"),
        (&file, "is not a directory"),
    ] {
        let away = format!("{empty}-away");
        for tool in [
            &["journal", "verify", path][..],
            &["journal", "inspect", path],
            &["journal", "snapshot", path],
            &["journal", "archive", path, &away],
            &["replay", path, "--hash"],
            &["replay", path, "--from-snapshot"],
            &["why", path, "7"],
            &["statement", path, "bettor-07"],
            &["inspect", "prices", path, "--match", "0"],
        ] {
            let error = refused(tool);
            assert_eq!(error, format!("clutch: {path} {why}\n"), "{tool:?}");
        }
    }
    let error = refused(&["replay", demo(), "--archive", &nothing]);
    assert!(error.contains("nothing does not exist"), "{error}");
}

#[test]
fn a_look_behind_the_last_record_says_where_that_is() {
    let last = records().len();
    let error = refused(&["journal", "inspect", demo(), "--from", &(last + 1).to_string()]);
    assert!(error.ends_with(&format!("which ends with record {last}\n")), "{error}");
}

#[test]
fn a_replay_to_a_record_that_is_not_there_says_so_after_what_it_tells() {
    let last = records().len();
    let output = clutch(&["replay", demo(), "--hash", "--to", &(last + 1).to_string()]);
    assert_eq!(output.status.code(), Some(1));
    let told = String::from_utf8(output.stdout).unwrap();
    assert!(told.contains(&format!("last_seq={last} ")), "{told}");
    let why = String::from_utf8(output.stderr).unwrap();
    assert!(why.contains(&format!("record {} is not in ", last + 1)), "{why}");
    assert!(why.contains(&format!("which ends with record {last}")), "{why}");
    let whole = json(&["replay", demo(), "--hash", "--json", "--to", &last.to_string()]);
    assert_eq!(whole["state_hash"], json(&["replay", demo(), "--hash", "--json"])["state_hash"]);
    let none = json(&["replay", demo(), "--hash", "--json", "--to", "0"]);
    assert_eq!((&none["last_seq"], &none["commands"]), (&0.into(), &0.into()));
}

#[test]
fn a_snapshot_leads_to_the_same_state_as_the_whole_journal() {
    let dir = tempfile::tempdir().unwrap();
    let journal = copy(dir.path());
    let error = refused(&["journal", "archive", &journal, &format!("{journal}-old")]);
    assert!(error.contains("two good snapshots"), "{error}");
    let taken = json(&["journal", "snapshot", &journal, "--json"]);
    let whole = json(&["replay", &journal, "--hash", "--json"]);
    assert_eq!((&taken["seq"], &taken["state_hash"]), (&whole["last_seq"], &whole["state_hash"]));
    let short = json(&["replay", &journal, "--hash", "--json", "--from-snapshot"]);
    assert_eq!((&short["commands"], &short["state_hash"]), (&0.into(), &whole["state_hash"]));
    assert_eq!(json(&["journal", "snapshot", &journal, "--json"])["taken"], false);
    // Behind a snapshot, names are known as well.
    let last = whole["last_seq"].to_string();
    let words = said(&["journal", "inspect", &journal, "--from", &last]);
    assert!(words.contains("rvls test team 1 v rvls test 2"), "{words}");
}

#[test]
fn the_price_log_says_who_priced_what_why_and_what_was_shown() {
    let all = records();
    let created = all.iter().find(|record| record["kind"] == "create_match").unwrap();
    let key = created["command"]["CreateMatch"]["key"].as_str().unwrap();
    let log = |extra: &[&str]| -> Vec<Value> {
        let text =
            said(&[&["inspect", "prices", demo(), "--match", key, "--json"], extra].concat());
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    };
    let whole = log(&[]);
    let of_kind = |name: &str| {
        let events = all.iter().flat_map(|record| record["events"].as_array().unwrap());
        events.filter(|event| !event[name].is_null()).count()
    };
    let kinds = ["Price", "Market", "MatchFrozen"].map(of_kind);
    assert_eq!(whole.len(), kinds.iter().sum::<usize>(), "nothing is left out");
    let by_score =
        |entry: &&Value| entry["cause"] == "the score moved" && entry["odds"].is_string();
    let round = whole.iter().rfind(by_score).unwrap();
    assert_eq!((&round["by"], &round["source"]), (&"feed 0".into(), &0.into()), "{round}");
    assert!(round["said"].as_str().unwrap().contains(" was won by "), "{round}");
    assert!(whole.iter().any(|entry| entry["cause"] == "the market was opened"));
    assert!(whole.iter().any(|entry| entry["open"] == false && entry["status"].is_string()));

    // What was shown then is what the log adds up to.
    let seq = round["seq"].as_u64().unwrap();
    for at in [seq, seq - 1] {
        let shown = log(&["--at", &at.to_string()]);
        let mut prices = 0;
        for market in &shown {
            for (selection, price) in market["prices"].as_object().unwrap() {
                let is_it = |entry: &&Value| {
                    let place = (&entry["market"], entry["selection"].as_u64());
                    place == (&price["market"], selection.parse().ok())
                };
                let mut until = whole.iter().filter(|entry| entry["seq"].as_u64().unwrap() <= at);
                assert_eq!(until.rfind(is_it), Some(price), "at {at}");
                prices += 1;
            }
        }
        assert!(2 < prices, "at {at}");
    }
    // The same moment by its time; nothing else has that time.
    let time = round["time"].as_str().unwrap();
    let later = all.iter().rfind(|record| record["time"] == time).unwrap()["seq"].to_string();
    let nanos = round["time_ns"].as_u64().unwrap() % 1_000_000_000;
    let exact = format!("{}.{nanos:09}Z", &time[..19]);
    assert_eq!(log(&["--at", &exact]), log(&["--at", &later]));
    let market = round["market"].to_string();
    let some = log(&["--market", &market]);
    assert!(
        some.iter().all(|entry| entry["market"] == round["market"]) && some.len() < whole.len()
    );
    let name = round["market_name"].as_str().unwrap();
    assert_eq!(log(&["--market", name]), some, "by its name as well");

    let page = said(&["inspect", "prices", demo(), "--match", key, "--market", &market]);
    assert!(page.contains("the score moved: feed 0 says map 1 round "), "{page}");
    let page = said(&["inspect", "prices", demo(), "--match", "0", "--at", &seq.to_string()]);
    assert!(page.contains(&format!("market {market}: {name}, ")) && page.contains("  since "));
    for (arguments, why) in [
        (
            ["--match", "nowhere", "--market", "1"],
            format!("there is no match `nowhere`; there are {key}"),
        ),
        (["--match", key, "--market", "none"], "has no such market".to_owned()),
        (["--match", key, "--at", "noon"], "`noon` is neither a record's number".to_owned()),
        (["--match", key, "--at", "1"], "there is no match at that moment".to_owned()),
    ] {
        let error = refused(&[&["inspect", "prices", demo()], &arguments[..]].concat());
        assert!(error.contains(&why), "{error}");
    }
}

#[test]
fn a_shadow_is_compared_and_scored_and_leaves_no_trace() {
    let dir = tempfile::tempdir().unwrap();
    let params = dir.path().join("shadow.toml");
    let file = params.display().to_string();
    let before = said(&["replay", demo(), "--hash", "--json"]);
    let shadow = |text: &str| {
        std::fs::write(&params, text).unwrap();
        json(&["inspect", "shadow", demo(), "--params", &file, "--json"])
    };
    let same = shadow("margin = \"6%\"\n");
    let quotes = same["quotes"].as_u64().unwrap();
    assert!(100 < quotes && same["equal"] == quotes, "{same}");
    assert_eq!((&same["mean_difference"], &same["other_odds"]), (&0.0.into(), &0.into()));
    assert_eq!(same["score"]["live"], same["score"]["shadow"]);
    assert!(0 < same["scored"].as_u64().unwrap(), "{same}");

    let key = records().into_iter().find(|record| record["kind"] == "create_match").unwrap();
    let key = key["command"]["CreateMatch"]["key"].as_str().unwrap().to_owned();
    let other = format!("[[map]]\nmatch = \"{key}\"\nmap = 1\nt = 0.6\nct = 0.6\n");
    let other = shadow(&other);
    assert!(0.0 < other["mean_difference"].as_f64().unwrap(), "{other}");
    assert_eq!(other["score"]["live"].is_object(), other["largest"].is_object());
    assert_ne!(other["score"]["live"]["brier"], other["score"]["shadow"]["brier"]);
    let page = said(&["inspect", "shadow", demo(), "--params", &file]);
    assert!(page.contains("  log-loss") && page.contains("T 60.00% CT 60.00%"), "{page}");

    // Whoever looks on changes nothing.
    let hash = |text: &str| serde_json::from_str::<Value>(text).unwrap()["state_hash"].clone();
    assert_eq!(hash(&said(&["replay", demo(), "--hash", "--json"])), hash(&before));
    std::fs::write(&params, "margins = \"6%\"").unwrap();
    let error = refused(&["inspect", "shadow", demo(), "--params", &file]);
    assert!(error.contains("shadow.toml: there is no setting `margins`"), "{error}");
}

#[test]
fn a_shadow_prices_a_moba_by_other_coefficients() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("dota").display().to_string();
    said(&["demo", "--game", "dota2", "--fast", "--exit", "--data", &data]);
    let table = dir.path().join("other.coefficients");
    let file = table.display().to_string();
    let committed = concat!(env!("CARGO_MANIFEST_DIR"), "/../engine/core/data/dota2.coefficients");

    let same = json(&["inspect", "shadow", &data, "--dota2", committed, "--json"]);
    assert!(0 < same["quotes"].as_u64().unwrap() && same["equal"] == same["quotes"], "{same}");

    // A model to which nothing but the price before the map matters.
    std::fs::write(&table, "title dota2\n0 0 0 0 1000000\nend 0\n").unwrap();
    let other = json(&["inspect", "shadow", &data, "--dota2", &file, "--json"]);
    assert_ne!(other["score"]["live"]["brier"], other["score"]["shadow"]["brier"], "{other}");
    let page = said(&["inspect", "shadow", &data, "--dota2", &file]);
    assert!(page.contains("coefficients of Dota 2"), "{page}");
    // Another game's table changes nothing here.
    let error = refused(&["inspect", "shadow", &data, "--lol", &file]);
    assert!(error.contains("line 1: the table is not one of League of Legends"), "{error}");
    std::fs::write(&table, "title lol\n0 0 0 0 1000000\nend 0\n").unwrap();
    let lol = json(&["inspect", "shadow", &data, "--lol", &file, "--json"]);
    assert_eq!(lol["equal"], lol["quotes"], "{lol}");

    std::fs::write(&table, "0 0 0 0 1000000\n600 0 0 0\n").unwrap();
    let error = refused(&["inspect", "shadow", &data, "--dota2", &file]);
    assert!(error.contains("other.coefficients: line 2"), "{error}");
    // A file that was cut on its way is none.
    std::fs::write(&table, "0 0 0 0 1000000\n").unwrap();
    let error = refused(&["inspect", "shadow", &data, "--dota2", &file]);
    assert!(error.contains("line 1: the file is cut"), "{error}");
    assert!(refused(&["inspect", "shadow", &data]).contains("--params"));
}

#[test]
fn a_file_that_contradicts_itself_is_refused_with_its_line() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("match.ndjson").display().to_string();
    let head = "{\"at_ms\":1,\"event\":\"match\",\"title\":\"lol\",\"teams\":[\"T1\",\"Gen.G\"],\"best_of\":1}\n\n\
                {\"at_ms\":2,\"event\":\"map_start\",\"map\":1,\"name\":\"game 1\",\"side_a\":\"blue\"}\n";
    let state = |clock_s: u16, lead: i32, towers: u8| {
        format!(
            "{{\"at_ms\":3,\"event\":\"state\",\"map\":1,\"clock_s\":{clock_s},\"lead_milli\":{lead},\
             \"kills\":[0,0],\"towers\":[{towers},0],\"objectives\":[0,0]}}\n"
        )
    };
    let end = "{\"at_ms\":4,\"event\":\"map_won\",\"map\":1,\"winner\":\"a\"}\n";
    for (lines, says) in [
        (
            state(600, 0, 2) + &state(610, 0, 1),
            "line 5: towers became fewer (TowersFell): it says 1 where 2",
        ),
        (
            state(600, 0, 0) + &state(610, -60_000, 0),
            "line 5: nobody can lead by so much (LeadTooLarge): it says 60000",
        ),
        (
            state(600, 0, 0) + &end.replace("\"at_ms\":4", "\"at_ms\":3") + &state(610, 0, 0),
            "line 6: the map is over (MapIsOver), in ",
        ),
        (
            end.replace("\"map\":1", "\"map\":2"),
            "line 4: it is not this map's turn (MapOutOfTurn): it says 2 where 1",
        ),
    ] {
        std::fs::write(&file, format!("{head}{lines}")).unwrap();
        let svg = dir.path().join("match.svg").display().to_string();
        let plot = refused(&["price", "--plot", &svg, "--feed", "ndjson", &file]);
        let data = dir.path().join("demo").display().to_string();
        let demo =
            ["demo", "--feed", "ndjson", "--log", &file, "--fast", "--exit", "--data", &data];
        for error in [plot, refused(&demo)] {
            assert!(error.contains(&format!("match.ndjson: {says}")), "{error}");
        }
        assert!(!dir.path().join("match.svg").exists());
    }
    std::fs::write(&file, format!("{head}{}{}{end}", state(600, 0, 0), state(610, 900, 1)))
        .unwrap();
    let svg = dir.path().join("match.svg").display().to_string();
    assert!(said(&["price", "--plot", &svg, "--feed", "ndjson", &file]).contains("T1 won"));
}
