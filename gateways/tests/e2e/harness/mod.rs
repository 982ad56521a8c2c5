//! The `clutch` binary as a child process, and what a stranger has to look at it with.

pub mod books;
pub mod browser;

pub mod data_dir;
pub mod http;
pub mod process;
pub mod random;
pub mod socket;

use std::io::Write;
use std::time::{Duration, Instant};

/// The match of most configurations under another key: one map, Spirit against Vitality, nearly even.
macro_rules! even_match {
    ($key:literal) => {
        concat!(
            "[[match]]\nkey = \"",
            $key,
            r#""
team_a = "Spirit"
team_b = "Vitality"
best_of = 1
[[match.maps]]
name = "de_nuke"
first_side_a = "CT"
p_a_t = 0.48
p_a_ct = 0.52
"#
        )
    };
}
pub(crate) use even_match;

/// The `[engine]` section of most configurations: tables that are made in no time.
macro_rules! small_tables {
    () => {
        "[engine]\naccounts_max = 100\nmatches_max = 4\nmarkets_max = 4096\nbets_max = 10000\nclient_ids_max = 20000\n"
    };
}
pub(crate) use small_tables;

/// How long anything may take before a test gives up. It is no measure of speed: a test that passes
/// never waits for it. `CLUTCH_E2E_PATIENCE_S` changes it.
pub fn patience() -> Duration {
    let seconds = from_env("CLUTCH_E2E_PATIENCE_S", 120);
    Duration::from_secs(seconds)
}

/// A number from the environment, to make runs longer or shorter.
pub fn from_env(name: &str, default: u64) -> u64 {
    match std::env::var(name) {
        Ok(text) => text.parse().unwrap_or_else(|_| panic!("{name}={text} is no number")),
        Err(_) => default,
    }
}

/// Asks again and again until there is an answer.
pub fn eventually<T>(what: &str, mut ask: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + patience();
    loop {
        if let Some(answer) = ask() {
            return answer;
        }
        assert!(Instant::now() < deadline, "this never happened: {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// Says why something was not tested, past the test harness, which keeps quiet about tests that pass.
/// Where everything must be there, as in continuous integration, it is a failure.
pub fn skip(what: &str, reason: &str) {
    assert!(from_env("CLUTCH_E2E_COMPLETE", 0) == 0, "{what} cannot be tested: {reason}");
    let words = format!("\n=== SKIPPED: {what}: {reason} ===\n\n");
    std::io::stderr().write_all(words.as_bytes()).unwrap();
}

/// A file of this package.
pub fn package_file(path: &str) -> String {
    format!("{}/{path}", env!("CARGO_MANIFEST_DIR"))
}

/// The logs that come with the program.
pub const INFERNO: &str = "data/cs2_2026-01-19_map1_de_inferno.log.gz";
pub const CACHE: &str = "data/csgo_2018-11-12_bot_match_de_cache.log.gz";

/// The lines of a log that comes with the program.
pub fn log_text(path: &str) -> String {
    let file = std::fs::File::open(package_file(path)).unwrap();
    let mut bytes = Vec::new();
    std::io::Read::read_to_end(&mut flate2::read::MultiGzDecoder::new(file), &mut bytes).unwrap();
    String::from_utf8_lossy(&bytes).into_owned()
}
