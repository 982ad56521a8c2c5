//! The bytes of a bet: written and read by the core, and by the crate whose format they are.

use std::hint::black_box;

use clutch_bench::{BookSize, Crowd, Desk};
use clutch_core::command::{Command, ENCODED_MAX, Envelope};
use criterion::{Criterion, criterion_group, criterion_main};
use serde::{Deserialize, Serialize};

/// A bet's envelope field by field, as `bincode` sees it. The core's own types cannot be read by
/// `serde`, on purpose.
#[derive(Clone, Copy, Serialize, Deserialize)]
struct Twin {
    /// Its tag, the account, and the channel, which is the web.
    actor: (u32, u32, u32),
    trace: u64,
    command: u32,
    account: u32,
    client_id: u128,
    market: u32,
    selection: u8,
    odds: u32,
    price_seq: u64,
    epoch: u32,
    stake: i64,
    policy: u32,
}

fn twin_of(envelope: &Envelope) -> Twin {
    let Command::PlaceBet(bet) = envelope.command else { unreachable!("the crowd only bets") };
    Twin {
        actor: (1, bet.account.0, 0),
        trace: envelope.trace,
        command: 12,
        account: bet.account.0,
        client_id: bet.client_id.0,
        market: bet.market.0,
        selection: bet.selection.0,
        odds: bet.odds.milli(),
        price_seq: bet.price_seq,
        epoch: bet.epoch,
        stake: bet.stake.money().minor(),
        policy: 0,
    }
}

fn codec(criterion: &mut Criterion) {
    let (desk, board) = Desk::with_book(BookSize { accounts: 10, matches: 1, bets_max: 1 });
    let envelope = Crowd::new(board, 10, 1).envelope(desk.now(), 7);
    let twin = twin_of(&envelope);
    let mut buffer = [0; ENCODED_MAX];
    let length = envelope.encode(&mut buffer);
    let bytes = bincode::serialize(&twin).expect("numbers can be written");
    assert!(bytes == buffer[..length], "the two write different bytes");
    eprintln!("a bet takes {length} bytes");

    let mut group = criterion.benchmark_group("encode");
    group.bench_function("core", |bencher| {
        bencher.iter(|| black_box(&envelope).encode(black_box(&mut buffer)));
    });
    group.bench_function("bincode", |bencher| {
        bencher.iter(|| {
            let room = black_box(&mut buffer).as_mut_slice();
            bincode::serialize_into(room, black_box(&twin)).is_ok()
        });
    });
    group.finish();

    let mut group = criterion.benchmark_group("decode");
    group.bench_function("core", |bencher| bencher.iter(|| Envelope::decode(black_box(&bytes))));
    group.bench_function("bincode", |bencher| {
        bencher.iter(|| bincode::deserialize::<Twin>(black_box(&bytes)));
    });
    group.finish();
}

criterion_group!(benches, codec);
criterion_main!(benches);
