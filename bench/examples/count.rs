use clutch_bench::{BookSize, Crowd, Desk};
fn main() {
    let bets: u64 = std::env::args().nth(1).unwrap().parse().unwrap();
    let size = BookSize { accounts: 20_000, ..BookSize::million_accounts(200_000) };
    let (mut desk, board) = Desk::with_book(size);
    let mut crowd = Crowd::new(board, size.accounts, 7);
    let now = desk.now();
    let envelopes: Vec<_> = (0..100_000).map(|trace| crowd.envelope(now, trace)).collect();
    for group in envelopes[..bets as usize].chunks(16) {
        desk.state.warm(group.iter());
        for envelope in group {
            desk.apply(envelope);
        }
    }
    assert!(bets == 0 || desk.has_accepted());
}
