//! How much memory the tables take: what is promised for a million accounts and five million open bets, and
//! that the sizes told are those of the tables made.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should say where")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering};

use clutch_core::command::{Actor, Capacity, Command, Config};
use clutch_core::units::{Seq, Timestamp};
use clutch_core::{Envelope, Outbox, RowOf, State, TableSize};

static HELD: AtomicUsize = AtomicUsize::new(0);

/// Counts the bytes that are held.
struct Counting;

#[global_allocator]
static ALLOCATOR: Counting = Counting;

// SAFETY: everything is passed on to the system's allocator unchanged.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        HELD.fetch_add(layout.size(), Ordering::Relaxed);
        // SAFETY: the caller's promises are the system allocator's conditions.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        HELD.fetch_sub(layout.size(), Ordering::Relaxed);
        // SAFETY: as above.
        unsafe { System.dealloc(memory, layout) }
    }
}

const MILLION: u32 = 1_000_000;

/// A row that grows past its promise fails here, whoever makes it grow.
#[test]
fn a_million_accounts_and_five_million_open_bets_fit_in_a_gigabyte_and_a_half() {
    let capacity = Capacity {
        accounts_max: MILLION,
        matches_max: 256,
        markets_max: 256 * 128,
        bets_max: 5 * MILLION,
        client_ids_max: 5 * MILLION,
        multiples_max: MILLION / 4,
        legs_max: 5 * MILLION / 4,
        payments_max: 2 * MILLION,
        bonuses_max: MILLION / 4,
        play_limits_max: MILLION / 4,
    };
    let tables = capacity.memory();
    let sum =
        |of| -> usize { tables.iter().filter(|table| table.of == of).map(TableSize::bytes).sum() };
    let of_account = sum(RowOf::Account).div_ceil(capacity.accounts_max as usize);
    assert!(of_account <= 256, "an account takes {of_account} bytes: {tables:#?}");
    let of_single = sum(RowOf::Single).div_ceil(capacity.bets_max as usize);
    assert!(of_single <= 96, "an open single takes {of_single} bytes");
    let of_client_id = sum(RowOf::ClientId).div_ceil(capacity.client_ids_max as usize);
    assert!(of_client_id <= 64, "a client id takes {of_client_id} bytes");
    let all: usize = tables.iter().map(TableSize::bytes).sum();
    assert!(all <= 1_500_000_000, "all tables take {all} bytes: {tables:#?}");
}

#[test]
fn the_tables_made_are_as_large_as_their_sizes_say() {
    let capacity = Capacity {
        accounts_max: 20_000,
        matches_max: 64,
        markets_max: 8_192,
        bets_max: 50_000,
        client_ids_max: 50_000,
        multiples_max: 10_000,
        legs_max: 40_000,
        payments_max: 30_000,
        bonuses_max: 5_000,
        play_limits_max: 5_000,
    };
    let told: usize = capacity.memory().iter().map(TableSize::bytes).sum();
    let mut state = State::new();
    let mut outbox = Outbox::with_capacity(16);
    let command = Command::Genesis { capacity, config: Config::default() };
    let envelope = Envelope { actor: Actor::Engine, trace: 0, command };
    let before = HELD.load(Ordering::Relaxed);
    state.apply(Seq(1), Timestamp::from_millis(1), &envelope, &mut outbox);
    let held = HELD.load(Ordering::Relaxed) - before;
    assert!(state.capacity().is_some());
    // Small lists of fixed length come on top. A table that is not told would be far larger.
    let (least, most) = (told, told + told / 50);
    assert!((least..=most).contains(&held), "{held} bytes are held, {told} were told");
}
