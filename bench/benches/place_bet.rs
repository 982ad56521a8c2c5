//! Placing a bet that stands, a million accounts: the core against standard maps behind a mutex.
//!
//! Working set: accounts and selections uniformly random, so nearly every account is a cache miss;
//! memory comes in huge pages where the system has them, for both alike;
//! tables have room for every bet of a run and are made anew when full, so no bet meets a full one.

use std::time::{Duration, Instant};

use clutch_bench::{BookSize, Crowd, Desk, book, reference::Reference, tmpfs};
use clutch_core::Envelope;
use clutch_core::command::{ENCODED_MAX, PlaceBet};
use clutch_core::units::Money;
use clutch_engine::{HugePages, prefetch};
use clutch_journal::{CommitterHandle, Options, Writer};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};

#[global_allocator]
static ALLOCATOR: HugePages = HugePages;

const SIZE: BookSize = BookSize::million_accounts(4_000_000);
/// Bets made beforehand, outside of the time measured, and then placed in one go.
const CHUNK: u64 = 1_024;
/// How many bets before its turn the memory of one is asked for, as the engine's core does.
const LOOK_AHEAD: usize = 16;
const SEED: u64 = 0x00c1_07c4;

/// Places `bets` bets in chunks; the time is that of placing alone.
fn timed(bets: u64, mut chunk: impl FnMut(u64) -> Duration) -> Duration {
    let full = bets / CHUNK;
    let total: Duration = (0..full).map(|_| chunk(CHUNK)).sum();
    total + chunk(bets % CHUNK)
}

/// The core and what it does with a bet that stands.
struct CoreRun {
    desk: Desk,
    crowd: Crowd,
    bets_left: u64,
    bets: Vec<Envelope>,
}

impl CoreRun {
    fn new() -> Self {
        let (desk, board) = Desk::with_book(SIZE);
        let crowd = Crowd::new(board, SIZE.accounts, SEED);
        Self { desk, crowd, bets_left: u64::from(SIZE.bets_max), bets: Vec::new() }
    }

    /// Places bets, each after `before` has seen it; their memory is asked for `look_ahead` bets before.
    fn place(&mut self, bets: u64, look_ahead: usize, before: impl FnMut(&Envelope)) -> Duration {
        if self.bets_left < bets {
            *self = Self::new();
        }
        self.bets_left -= bets;
        let now = self.desk.now();
        self.bets.clear();
        self.bets.extend((0..bets).map(|trace| self.crowd.envelope(now, trace)));
        let begin = Instant::now();
        self.desk.apply_all(&self.bets, look_ahead, prefetch, before);
        let took = begin.elapsed();
        assert!(bets == 0 || self.desk.has_accepted(), "the bench measures refusals");
        took
    }
}

/// A journal in memory, whose committer is waited for between two chunks.
struct Journal {
    writer: Writer,
    seq: u64,
    encoded: Box<[u8; ENCODED_MAX]>,
    _committer: CommitterHandle,
    _directory: tempfile::TempDir,
}

impl Journal {
    fn new() -> Self {
        let directory = tempfile::tempdir_in(tmpfs::directory()).expect("a directory can be made");
        let opened = clutch_journal::open(&directory.path().join("journal"), Options::default())
            .expect("a new journal can be opened");
        let committer = opened.committer.spawn(Box::new(|_| {}));
        let encoded = Box::new([0; ENCODED_MAX]);
        Self {
            writer: opened.writer,
            seq: 0,
            encoded,
            _committer: committer,
            _directory: directory,
        }
    }

    fn append(&mut self, envelope: &Envelope) {
        let length = envelope.encode(&mut self.encoded);
        self.seq += 1;
        let kind = envelope.command.kind();
        let appended = self.writer.append(kind, 1, self.seq, self.seq, &self.encoded[..length]);
        assert!(appended.is_ok(), "a ring that was drained has room");
    }

    fn drain(&mut self) {
        self.writer.publish();
        let durable = self.writer.durable();
        while durable.seq() < self.seq {
            std::thread::yield_now();
        }
    }
}

struct ReferenceRun {
    reference: Reference,
    crowd: Crowd,
    desk: Desk,
    bets_left: u64,
    bets: Vec<PlaceBet>,
}

impl ReferenceRun {
    fn new() -> Self {
        // A small desk prices the same matches; its board is what this crowd sees.
        let (desk, board) = Desk::with_book(BookSize { accounts: 1, ..SIZE });
        let balance = Money::from_minor(100_000_000);
        let epoch = board.epoch(board.offers()[0].market);
        let reference =
            Reference::new(book::config(), SIZE.accounts, balance, board.offers(), epoch);
        let crowd = Crowd::new(board, SIZE.accounts, SEED);
        let bets_left = u64::from(SIZE.bets_max);
        Self { reference, crowd, desk, bets_left, bets: Vec::new() }
    }

    fn place(&mut self, bets: u64) -> Duration {
        if self.bets_left < bets {
            *self = Self::new();
        }
        self.bets_left -= bets;
        let now = self.desk.now();
        self.bets.clear();
        self.bets.extend((0..bets).map(|_| self.crowd.bet(now)));
        let begin = Instant::now();
        let mut refused = 0;
        for bet in &self.bets {
            refused += u64::from(self.reference.place_bet(bet, now).is_err());
        }
        let took = begin.elapsed();
        assert!(refused == 0, "the bench measures refusals");
        took
    }
}

fn place_bet(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("place_bet");
    group.throughput(Throughput::Elements(1));
    let mut core = CoreRun::new();
    group.bench_function("one_by_one", |bencher| {
        bencher.iter_custom(|bets| timed(bets, |chunk| core.place(chunk, 0, |_| {})));
    });
    group.bench_function("looking_ahead", |bencher| {
        bencher.iter_custom(|bets| timed(bets, |chunk| core.place(chunk, LOOK_AHEAD, |_| {})));
    });
    let mut journal = Journal::new();
    group.bench_function("looking_ahead_and_journaled", |bencher| {
        bencher.iter_custom(|bets| {
            timed(bets, |chunk| {
                let took = core.place(chunk, LOOK_AHEAD, |envelope| journal.append(envelope));
                journal.drain();
                took
            })
        });
    });
    drop(core);
    let mut reference = ReferenceRun::new();
    group.bench_function("std_maps_and_mutex", |bencher| {
        bencher.iter_custom(|bets| timed(bets, |chunk| reference.place(chunk)));
    });
    group.finish();
}

criterion_group!(benches, place_bet);
criterion_main!(benches);
