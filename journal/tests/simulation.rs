//! Seeded worlds in which everything goes wrong, and every promise is kept.
//!
//! `CLUTCH_JOURNAL_SEEDS` sets how many (1,000 unless set; 100,000 for a long night) and `CLUTCH_JOURNAL_SEED` runs one
//! alone, to look into it.

#![allow(clippy::unwrap_used)]

mod sim;

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use clutch_journal::Faults;
use sim::world::{self, Tally};

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.replace('_', "").parse().ok()
}

#[test]
fn no_crash_and_no_fault_of_the_disk_breaks_a_promise() {
    if let Some(seed) = number("CLUTCH_JOURNAL_SEED") {
        println!("{:?}", world::run(seed, Faults::NONE).unwrap());
        return;
    }
    let seeds = number("CLUTCH_JOURNAL_SEEDS").unwrap_or(1_000);
    let (begin, next) = (Instant::now(), AtomicU64::new(0));
    let (total, problems) = (Mutex::new(Tally::default()), Mutex::new(Vec::new()));
    let threads = std::thread::available_parallelism().map_or(1, |cores| cores.get());
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seeds <= seed || 5 < problems.lock().unwrap().len() {
                        return;
                    }
                    match world::run(seed, Faults::NONE) {
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
        "run one alone with CLUTCH_JOURNAL_SEED:\n{}",
        problems.join("\n")
    );
    // A run that met nothing proves nothing.
    let met = [total.crash_images, total.kills, total.troubles, total.flips, total.torn_tails];
    let rarer = [total.low_space, total.snapshots, total.archived];
    assert!(met.iter().all(|count| seeds / 4 < *count), "{total:?}");
    assert!(rarer.iter().all(|count| seeds / 20 < *count), "{total:?}");
}

#[test]
fn the_same_seed_is_the_same_world() {
    for seed in 0..20 {
        assert_eq!(world::run(seed, Faults::NONE), world::run(seed, Faults::NONE));
    }
}
