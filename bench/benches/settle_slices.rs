//! From a result to the money: every open bet of a market that is decided, slice by slice, and the
//! longest slice. Bets are by random accounts, as a night's are.

use std::time::{Duration, Instant};

use clutch_bench::{BookSize, Crowd, Desk, book};
use clutch_core::command::{FeedMessage, GameEvent, Side, Team};
use clutch_core::units::{MatchId, SourceId, Timestamp};
use clutch_core::{Command, Envelope, Event};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};

const BETS: u32 = 200_000;
const SIZE: BookSize = BookSize { accounts: 100_000, matches: 1, bets_max: BETS };
const SEED: u64 = 7;

/// A book with bets on it, whose match is then played to its end; nothing is settled yet.
fn decided() -> Desk {
    let (mut desk, board) = Desk::with_book(SIZE);
    let mut crowd = Crowd::new(board, SIZE.accounts, SEED);
    for trace in 0..BETS {
        let now = desk.now();
        desk.apply(&crowd.envelope(now, u64::from(trace)));
    }
    desk
}

fn heard(version: u64, event: GameEvent) -> Envelope {
    let message = FeedMessage {
        match_id: MatchId(0),
        source: SourceId(0),
        version,
        follows: 0,
        source_time: Timestamp::default(),
        received_at: Timestamp::default(),
        event,
    };
    book::by_operator(Command::Feed(message))
}

/// Plays the first map, settles all that it decides, and says how long the settling took, how many
/// bets it settled, and how long the longest slice took.
fn settle(desk: &mut Desk) -> (Duration, u64, Duration) {
    let (mut took, mut settled, mut longest) = (Duration::ZERO, 0, Duration::ZERO);
    let tick = book::by_operator(Command::Tick);
    let start = GameEvent::MapStarted { map: 1, first_side_a: Side::Ct };
    let rounds = (1..=13).map(|round| GameEvent::RoundWon { map: 1, round, winner: Team::A });
    for (version, event) in (1..).zip(std::iter::once(start).chain(rounds)) {
        desk.apply(&heard(version, event));
        while desk.has_work() {
            let begin = Instant::now();
            desk.apply(&tick);
            let slice = begin.elapsed();
            took += slice;
            longest = longest.max(slice);
            let bets = desk.outbox.records().iter();
            settled += bets.filter(|record| matches!(record.event, Event::Bet(_))).count() as u64;
        }
    }
    (took, settled, longest)
}

fn settle_slices(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("settle_slices");
    group.throughput(Throughput::Elements(1)).sample_size(10);
    let mut longest = Duration::ZERO;
    group.bench_function("a_bet", |bencher| {
        bencher.iter_custom(|bets| {
            let (mut took, mut settled) = (Duration::ZERO, 0);
            while settled < bets {
                let (slices, count, slice) = settle(&mut decided());
                assert!(count != 0, "the bench settles nothing");
                (took, settled) = (took + slices, settled + count);
                longest = longest.max(slice);
            }
            // Per bet, times the number asked for.
            Duration::from_secs_f64(took.as_secs_f64() / settled as f64 * bets as f64)
        });
    });
    eprintln!("the longest slice took {longest:?}, interruptions by the system included");
    group.finish();
}

criterion_group!(benches, settle_slices);
criterion_main!(benches);
