//! A demo that is killed with -9 at random moments comes to what an undisturbed one comes to.

use std::path::Path;
use std::time::{Duration, Instant};

use clutch_engine::Follower;
use serde_json::Value;

use crate::harness::books::{self, Books};
use crate::harness::data_dir::DataDir;
use crate::harness::process::{Running, run, summary};
use crate::harness::random::Random;
use crate::harness::{from_env, patience};

fn play(journal: &Path) -> Value {
    let journal = journal.to_str().unwrap();
    summary(&run(["demo", "--fast", "--exit", "--data", journal]))
}

/// The end of the journal as another process sees it while it grows; 0 as long as there is none.
struct Watch<'a> {
    journal: &'a Path,
    follower: Option<Follower>,
}

impl Watch<'_> {
    fn last_seq(&mut self) -> u64 {
        if self.follower.is_none() {
            self.follower = Follower::open(self.journal).ok();
        }
        let Some(follower) = &mut self.follower else { return 0 };
        // While the first files are being made there may be nothing readable yet.
        if follower.run_to_end(|_| {}).is_err() {
            self.follower = None;
            return 0;
        }
        follower.last_seq().0
    }
}

/// Starts the demo and kills it when its journal has reached `target` and a moment has passed.
/// False if it came to its end before.
fn killed_at(journal: &Path, target: u64, moment: Duration) -> bool {
    let arguments = ["demo", "--fast", "--exit", "--data", journal.to_str().unwrap()];
    let mut demo = Running::start(arguments);
    let mut watch = Watch { journal, follower: None };
    let deadline = Instant::now() + patience();
    while demo.is_running() && watch.last_seq() < target {
        assert!(Instant::now() < deadline, "the demo stands still before {target}");
        std::thread::sleep(Duration::from_millis(1));
    }
    std::thread::sleep(moment);
    demo.kill()
}

/// What must be the same, in words.
fn compare(undisturbed: &Books, killed: &Books) {
    for (who, bet) in &undisturbed.bets {
        assert_eq!(killed.bets.get(who), Some(bet), "bet {who:x?} (left: killed, right: not)");
    }
    let extra: Vec<_> =
        killed.bets.keys().filter(|who| !undisturbed.bets.contains_key(who)).collect();
    assert!(extra.is_empty(), "bets that nobody placed in the undisturbed run: {extra:x?}");
    assert_eq!(undisturbed.balances, killed.balances);
    assert_eq!(undisturbed.house, killed.house);
}

#[test]
fn a_demo_killed_again_and_again_ends_with_the_same_bets_and_balances() {
    let undisturbed = DataDir::new("undisturbed");
    let expected = play(&undisturbed.journal());
    let books = books::read(&undisturbed.journal()).books;
    let end = expected["last_seq"].as_u64().unwrap();

    let wanted = from_env("CLUTCH_E2E_KILLS", 12);
    let mut random = Random::new("kills of the demo");
    let mut kills = 0;
    while kills < wanted {
        let data = DataDir::new("killed");
        // Two kills while the journal is being made, the others in order through the match.
        let mut targets: Vec<u64> = (0..wanted).map(|_| random.below(end)).collect();
        targets.extend([0, 0]);
        targets.sort_unstable();
        for target in targets {
            let span = if target == 0 { 150_000 } else { 8_000 };
            let moment = Duration::from_micros(random.below(span));
            let killed = killed_at(&data.journal(), target, moment);
            println!("kill at {target} + {moment:?}: {killed}");
            kills += u64::from(killed);
        }
        let summary = play(&data.journal());
        for key in ["rounds", "maps", "series", "rewinds", "bets", "settled", "ledger_sum_minor"] {
            assert_eq!(summary[key], expected[key], "{key}");
        }
        compare(&books, &books::read(&data.journal()).books);
    }
    println!("{kills} kills of the demo, each to the same end");
}

#[test]
fn a_demo_with_its_page_goes_on_after_it_was_stopped_and_after_it_was_killed() {
    let data = DataDir::new("live");
    let journal = data.journal();
    let journal = journal.to_str().unwrap();
    let arguments =
        |speed| ["demo", "--exit", "--speed", speed, "--listen", "127.0.0.1:0", "--data", journal];
    let mut stopped = Running::start(arguments("50"));
    stopped.line_with("begins");
    assert_eq!(stopped.terminate().code(), Some(1), "an unfinished demo is no success");
    let mut killed = Running::start(arguments("200"));
    killed.line_with("3:1");
    assert!(killed.kill());
    let summary = summary(&run(arguments("1000")));
    assert_eq!(summary["rounds"], 15);
    assert_eq!(summary["series"]["winner"], "rvls test team 1");
    assert_eq!(summary["settled"], summary["bets"]["accepted"]);
    assert_eq!(summary["ledger_sum_minor"], 0);
    books::read(&data.journal());
}
