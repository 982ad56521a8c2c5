//! In steady state the core thread allocates nothing.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should say where")]

mod common;

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use clutch_engine::clutch_core::units::AccountId;
use clutch_engine::clutch_core::{Event, Query};
use clutch_engine::*;
use common::{config, deposit, open_account};

thread_local! {
    static ALLOCATIONS: Cell<u64> = const { Cell::new(0) };
}

/// Counts each thread's allocations.
struct Counting;

#[global_allocator]
static ALLOCATOR: Counting = Counting;

// SAFETY: everything is passed on to the system's allocator unchanged.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // A thread that is ending has no counter any more.
        let _ = ALLOCATIONS.try_with(|count| count.set(count.get() + 1));
        // SAFETY: the caller's promises are the system allocator's conditions.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        // SAFETY: as above.
        unsafe { System.dealloc(memory, layout) }
    }
}

#[test]
fn the_core_thread_allocates_nothing_once_it_runs() {
    const WARM_UP: u128 = 1_000;
    const DEPOSITS: u128 = 5_000;
    let dir = tempfile::tempdir().unwrap();
    let mut config = config(dir.path());
    // Events leave as soon as they are appended, so it is the core that calls the waker, and the
    // waker sees the core thread's own count.
    config.journal.durability = Durability::Process;
    let mut engine = Engine::start(config).unwrap();
    let mut publisher = engine.publisher().unwrap();
    let core_allocations = Arc::new(AtomicU64::new(u64::MAX));
    let seen = Arc::clone(&core_allocations);
    publisher.set_waker(Arc::new(move || {
        if std::thread::current().name() == Some("clutch-core") {
            seen.store(ALLOCATIONS.with(Cell::get), Ordering::Release);
        }
    }));
    let mut sender = engine.sender();
    sender.try_send(open_account("ann")).unwrap();
    let mut run = |references: std::ops::Range<u128>| {
        for reference in references {
            sender.try_send(deposit(0, 100, reference)).unwrap();
            let query = Query::Account { account: AccountId(0), bets_max: 5 };
            sender.try_query(1, query).unwrap();
            let mut is_answered = false;
            while !is_answered {
                publisher.poll(64, |record| is_answered |= record.event == Event::QueryDone);
                std::thread::yield_now();
            }
        }
    };
    let counted = || {
        let count = core_allocations.load(Ordering::Acquire);
        assert_ne!(count, u64::MAX, "the core has called the waker");
        count
    };
    run(0..WARM_UP);
    let before = counted();
    run(WARM_UP..WARM_UP + DEPOSITS);
    assert_eq!(counted() - before, 0);
    assert_eq!(engine.metrics().commands, 1 + (WARM_UP + DEPOSITS) as u64);
}
