//! From a result to the money: every open bet of a market that is decided, slice by slice, and the
//! length of the slices. Bets are by random accounts, as a night's are.

use std::time::{Duration, Instant};

use clutch_bench::{BookSize, Crowd, Desk, book, play_a_map};
use clutch_core::units::MatchId;
use clutch_core::{Command, Event};
use clutch_engine::HugePages;
use criterion::{Criterion, Throughput, criterion_group, criterion_main};

#[global_allocator]
static ALLOCATOR: HugePages = HugePages;

const BETS: u32 = 200_000;
const SIZE: BookSize = BookSize { accounts: 100_000, matches: 1, bets_max: BETS };
const SEED: u64 = 7;

/// A book with bets on it; nothing is decided yet.
fn decided() -> Desk {
    let (mut desk, board) = Desk::with_book(SIZE);
    let mut crowd = Crowd::new(board, SIZE.accounts, SEED);
    for trace in 0..BETS {
        let now = desk.now();
        desk.apply(&crowd.envelope(now, u64::from(trace)));
    }
    desk
}

/// What settling took.
#[derive(Default)]
struct Settled {
    bets: u64,
    /// How long each slice took.
    slices: Vec<Duration>,
}

/// Plays the first map and settles all that it decides.
fn settle(desk: &mut Desk) -> Settled {
    let mut settled = Settled::default();
    let tick = book::by_operator(Command::Tick);
    play_a_map(desk, MatchId(0), |desk| {
        while desk.has_work() {
            let begin = Instant::now();
            desk.apply(&tick);
            settled.slices.push(begin.elapsed());
            let events = desk.outbox.records().iter();
            settled.bets += events.filter(|it| matches!(it.event, Event::Bet(_))).count() as u64;
        }
    });
    settled
}

fn settle_slices(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("settle_slices");
    group.throughput(Throughput::Elements(1)).sample_size(10);
    let mut slices = Vec::new();
    group.bench_function("a_bet", |bencher| {
        bencher.iter_custom(|bets| {
            let (mut took, mut settled) = (Duration::ZERO, 0);
            while settled < bets {
                let of_map = settle(&mut decided());
                assert!(of_map.bets != 0, "the bench settles nothing");
                took += of_map.slices.iter().sum::<Duration>();
                settled += of_map.bets;
                slices.extend(of_map.slices);
            }
            // Per bet, times the number asked for.
            Duration::from_secs_f64(took.as_secs_f64() / settled as f64 * bets as f64)
        });
    });
    slices.sort_unstable();
    let at = |share: f64| slices[(share * (slices.len() - 1) as f64) as usize];
    eprintln!(
        "of {} slices, interruptions by the system included: half took {:?}, 99 % at most {:?}, 99.9 % {:?}, the longest {:?}",
        slices.len(),
        at(0.5),
        at(0.99),
        at(0.999),
        at(1.0)
    );
    group.finish();
}

criterion_group!(benches, settle_slices);
criterion_main!(benches);
