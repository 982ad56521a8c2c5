//! Does so many pieces of one kind of work the way the core thread does, and nothing else that depends on
//! how many: two runs under callgrind that differ in the number alone differ by exactly the instructions
//! of that work, on any machine and however busy it is.
//!
//! ```text
//! cargo build --profile bench -p clutch-bench --example count_bets
//! for count in 8192 16384; do
//!     valgrind --tool=callgrind --callgrind-out-file=/dev/null target/release/examples/count_bets $count single
//! done
//! ```
//!
//! The kinds: `single`, a bet that stands; `encoded`, the same with its bytes of record; `eight_legs`, a
//! multiple that stands; `settled`, an open single that is settled when its map ends.

use clutch_bench::{BookSize, Crowd, Desk, play_a_map};
use clutch_core::command::{Actor, ENCODED_MAX};
use clutch_core::units::MatchId;
use clutch_core::{Command, Envelope, Event};
use clutch_engine::prefetch;

/// More than any run counts; made in every run, whatever it counts.
const MADE: u64 = 32_768;
const LEGS: u32 = 8;

fn main() {
    let mut args = std::env::args().skip(1);
    let count: usize = args.next().and_then(|text| text.parse().ok()).unwrap_or(16_384);
    match args.next().as_deref().unwrap_or("single") {
        "single" => singles(count, false),
        "encoded" => singles(count, true),
        "eight_legs" => multiples(count),
        "settled" => settled(count),
        other => eprintln!("unknown kind {other}: single, encoded, eight_legs or settled"),
    }
}

fn book(matches: u32) -> (Desk, Crowd, BookSize) {
    let size = BookSize { accounts: 4_096, matches, bets_max: 10 * MADE as u32 };
    let (desk, board) = Desk::with_book(size);
    (desk, Crowd::new(board, size.accounts, 0x00c1_07c4), size)
}

fn singles(count: usize, encoded: bool) {
    let (mut desk, mut crowd, _) = book(4);
    let now = desk.now();
    let made: Vec<Envelope> = (0..MADE).map(|trace| crowd.envelope(now, trace)).collect();
    let mut bytes = Box::new([0; ENCODED_MAX]);
    place(&mut desk, &made[..count], |envelope| {
        if encoded {
            std::hint::black_box(envelope.encode(&mut bytes));
        }
    });
}

fn multiples(count: usize) {
    let (mut desk, mut crowd, size) = book(LEGS);
    let now = desk.now();
    let made: Vec<Envelope> = (0..MADE)
        .map(|trace| {
            let place = crowd.multiple(now, LEGS, size.matches);
            let command = Command::PlaceMultiple(place);
            Envelope { actor: Actor::account(place.account), trace, command }
        })
        .collect();
    place(&mut desk, &made[..count], |_| {});
}

fn place(desk: &mut Desk, bets: &[Envelope], before: impl FnMut(&Envelope)) {
    desk.apply_all(bets, 16, prefetch, before);
    assert!(desk.has_accepted(), "bets are counted that do not stand");
}

/// Bets enough that the first of them to be settled are `count`; then only so many are settled.
fn settled(count: usize) {
    let (mut desk, mut crowd, _) = book(1);
    for trace in 0..4 * MADE {
        let now = desk.now();
        desk.apply(&crowd.envelope(now, trace));
    }
    play_a_map(&mut desk, MatchId(0), |_| {});
    let (mut done, tick) = (0, clutch_bench::book::by_operator(Command::Tick));
    while done < count && desk.has_work() {
        desk.apply(&tick);
        done += desk.outbox.records().iter().filter(|it| matches!(it.event, Event::Bet(_))).count();
    }
    assert!(count <= done, "only {done} bets could be settled");
}
