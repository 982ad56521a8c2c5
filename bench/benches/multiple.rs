//! An eight-leg bet accepted: from the command to its events, beside a single on the same book.

use std::time::{Duration, Instant};

use clutch_bench::{BookSize, Crowd, Desk};
use clutch_core::command::Actor;
use clutch_core::{Command, Envelope};
use clutch_engine::{HugePages, prefetch};
use criterion::{Criterion, criterion_group, criterion_main};

#[global_allocator]
static ALLOCATOR: HugePages = HugePages;

const SIZE: BookSize = BookSize { accounts: 100_000, matches: 64, bets_max: 1_000_000 };
const SEED: u64 = 7;
const LEGS: u32 = 8;
/// How many bets before its turn the memory of one is asked for, as the engine's core does.
const LOOK_AHEAD: usize = 16;
/// Bets made before the clock starts.
const CHUNK: u64 = 1_000;

struct Run {
    desk: Desk,
    crowd: Crowd,
    left: u64,
    coming: Vec<Envelope>,
}

impl Run {
    fn new() -> Self {
        let (desk, board) = Desk::with_book(SIZE);
        let left = u64::from(SIZE.capacity().multiples_max).min(100_000);
        Self { desk, crowd: Crowd::new(board, SIZE.accounts, SEED), left, coming: Vec::new() }
    }

    fn place(&mut self, bets: u64, make: impl Fn(&mut Crowd, &Desk) -> Command) -> Duration {
        let mut took = Duration::ZERO;
        let mut to_do = bets;
        while to_do != 0 {
            let chunk = to_do.min(CHUNK);
            to_do -= chunk;
            if self.left < chunk {
                *self = Self::new();
            }
            self.left -= chunk;
            self.coming.clear();
            for _ in 0..chunk {
                let command = make(&mut self.crowd, &self.desk);
                self.coming.push(Envelope { actor: Actor::Operator(1), trace: 1, command });
            }
            let begin = Instant::now();
            self.desk.apply_all(&self.coming, LOOK_AHEAD, prefetch, |_| {});
            took += begin.elapsed();
            assert!(self.desk.has_accepted(), "the bench measures refusals");
        }
        took
    }
}

fn multiple(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("multiple");
    let mut run = Run::new();
    group.bench_function("eight_legs", |bencher| {
        bencher.iter_custom(|bets| {
            run.place(bets, |crowd, desk| {
                Command::PlaceMultiple(crowd.multiple(desk.now(), LEGS, SIZE.matches))
            })
        });
    });
    let mut run = Run::new();
    group.bench_function("single", |bencher| {
        bencher.iter_custom(|bets| {
            run.place(bets, |crowd, desk| Command::PlaceBet(crowd.bet(desk.now())))
        });
    });
    group.finish();
}

criterion_group!(benches, multiple);
criterion_main!(benches);
