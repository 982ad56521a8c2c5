//! Engine, twin, and a machine that crashes: what was told stays true.
//!
//! Random commands go into the real state and the real journal on a simulated disk. The machine goes down at random
//! calls, in the middle of writes, syncs, snapshots and recoveries; the state that comes back is held against what was
//! told, against its own hash, and against the naive twin replayed to the same command, and then life goes on.
//!
//! `CLUTCH_CRASH_SEEDS` and `CLUTCH_CRASH_STEPS` set how much is run; `CLUTCH_CRASH_SEED` runs one alone.

#![allow(clippy::unwrap_used)]

mod bugs;
#[allow(dead_code, reason = "the journal's own tests use the rest")]
#[path = "../../../journal/tests/sim/disk.rs"]
mod disk;
mod history;
mod life;
mod machine;
#[path = "../../../journal/tests/sim/random.rs"]
mod random;

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use bugs::BUGS;
use life::Tally;

const SEEDS: u64 = 200;
const STEPS: u64 = 300;

fn setting(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|value| value.parse().expect("a whole number"))
}

#[test]
fn what_was_told_survives_every_crash() {
    let steps = setting("CLUTCH_CRASH_STEPS").unwrap_or(STEPS);
    if let Some(seed) = setting("CLUTCH_CRASH_SEED") {
        println!("{:?}", life::run(seed, steps, None).unwrap());
        return;
    }
    let seeds = setting("CLUTCH_CRASH_SEEDS").unwrap_or(SEEDS);
    let (begin, next) = (Instant::now(), AtomicU64::new(0));
    let (total, problems) = (Mutex::new(Tally::default()), Mutex::new(Vec::new()));
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seeds <= seed || 5 < problems.lock().unwrap().len() {
                        return;
                    }
                    match outcome(seed, steps, None) {
                        Ok(tally) => total.lock().unwrap().add(&tally),
                        Err(problem) => problems.lock().unwrap().push(problem),
                    }
                }
            });
        }
    });
    let (total, problems) = (total.into_inner().unwrap(), problems.into_inner().unwrap());
    println!("{seeds} seeds in {:.1} s: {total:?}", begin.elapsed().as_secs_f64());
    assert!(
        problems.is_empty(),
        "run one alone with CLUTCH_CRASH_SEED (and CLUTCH_CRASH_STEPS={steps}):\n{}",
        problems.join("\n")
    );
    // A run that met nothing proves nothing.
    let met = [total.crashes, total.power_cuts, total.in_the_middle, total.untold_lost];
    let rarer = [total.untold_kept, total.snapshots, total.during_recovery, total.repeated];
    assert!(met.iter().all(|count| seeds / 4 < *count), "{total:?}");
    assert!(rarer.iter().all(|count| seeds / 20 < *count), "{total:?}");
    assert!(seeds < SEEDS || 0 < total.settled, "{total:?}");
}

/// A run whose panic is a broken promise, too.
fn outcome(seed: u64, steps: u64, bug: Option<bugs::Bug>) -> Result<Tally, String> {
    std::panic::catch_unwind(|| life::run(seed, steps, bug)).unwrap_or_else(|panic| {
        let words = panic.downcast_ref::<String>().map(String::as_str);
        let words = words.or(panic.downcast_ref::<&str>().copied()).unwrap_or("a panic");
        Err(format!("seed {seed}: {words}"))
    })
}

#[test]
fn every_planted_bug_is_found() {
    let mut missed = Vec::new();
    for (bug, promise) in BUGS {
        match (0..SEEDS).find_map(|seed| outcome(seed, STEPS, Some(*bug)).err()) {
            Some(problem) => {
                println!("{bug:?}: {problem:.200}");
                let is_meant = promise.split('|').any(|promise| problem.contains(promise));
                assert!(is_meant, "{bug:?} breaks another promise: {problem}");
            }
            None => missed.push(bug),
        }
    }
    assert!(missed.is_empty(), "not found in {SEEDS} seeds: {missed:?}");
}

#[test]
fn the_same_seed_takes_the_same_course() {
    for seed in 0..3 {
        assert_eq!(life::run(seed, STEPS, None), life::run(seed, STEPS, None));
    }
}
