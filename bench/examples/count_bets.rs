//! Places `BETS` bets the way the core thread does, and nothing else that depends on `BETS`: two runs
//! under callgrind that differ in `BETS` alone differ by exactly the instructions of those bets, on any
//! machine and however busy it is.
//!
//! ```text
//! cargo build --profile bench -p clutch-bench --example count_bets
//! for bets in 16384 32768; do
//!     valgrind --tool=callgrind --callgrind-out-file=/dev/null target/release/examples/count_bets $bets
//! done
//! ```

use clutch_bench::{BookSize, Crowd, Desk};
use clutch_core::Envelope;
use clutch_engine::prefetch;

fn main() {
    let bets: usize = std::env::args().nth(1).and_then(|text| text.parse().ok()).unwrap_or(16_384);
    let size = BookSize { accounts: 4_096, matches: 4, bets_max: 65_536 };
    let (mut desk, board) = Desk::with_book(size);
    let mut crowd = Crowd::new(board, size.accounts, 0x00c1_07c4);
    let now = desk.now();
    let made: Vec<Envelope> = (0..32_768).map(|trace| crowd.envelope(now, trace)).collect();
    let bets = &made[..bets];
    for (index, envelope) in bets.iter().enumerate() {
        if let Some(coming) = bets.get(index + 16) {
            desk.state.warm(coming, prefetch);
        }
        if let Some(coming) = bets.get(index + 8) {
            desk.state.warm_further(coming, prefetch);
        }
        desk.apply(envelope);
    }
    assert!(desk.has_accepted(), "bets are counted that do not stand");
}
