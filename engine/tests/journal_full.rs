//! A full disk is an answer: bets are refused, settlement goes on, and bets are taken again by
//! themselves once there is room.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should say where")]

mod common;

use clutch_engine::clutch_core::command::{Actor, PlaceBet, PricePolicy};
use clutch_engine::clutch_core::event::BetStatus;
use clutch_engine::clutch_core::units::{
    AccountId, ClientBetId, MarketId, Money, Odds, SelectionIndex, Stake,
};
use clutch_engine::clutch_core::{Command, Envelope, Event, Reject};
use clutch_engine::*;
use clutch_journal::FillableDisk;
use common::{config, deposit, open_account, poll_to_end, wait_until};

/// A bet on a market that does not exist: the rules refuse it too, but for another reason.
fn bet(trace: u64, now_millis: u64) -> Envelope {
    let place = PlaceBet {
        account: AccountId(0),
        client_id: ClientBetId::from_parts(now_millis, u128::from(trace)),
        market: MarketId(9),
        selection: SelectionIndex(0),
        odds: Odds::MIN,
        price_seq: 0,
        epoch: 0,
        stake: Stake::new(Money::from_minor(100)).unwrap(),
        policy: PricePolicy::Any,
    };
    Envelope { actor: Actor::account(AccountId(0)), trace, command: Command::PlaceBet(place) }
}

fn answer(record: &clutch_engine::clutch_core::Record) -> Option<(u64, Reject)> {
    match record.event {
        Event::Bet(view) => match view.status {
            BetStatus::Refused(refusal) => Some((record.trace, refusal.code)),
            _ => None,
        },
        _ => None,
    }
}

#[test]
fn bets_are_refused_while_settlement_goes_on_and_taken_again_when_there_is_room() {
    let dir = tempfile::tempdir().unwrap();
    let disk = FillableDisk::new();
    let mut config = config(dir.path());
    config.journal.storage = disk.clone();
    config.journal.segment_bytes = 64 << 10;
    config.journal.ring_bytes = 64 << 10;
    let mut engine = Engine::start(config).unwrap();
    let mut publisher = engine.publisher().unwrap();
    let (mut sender, monitor) = (engine.sender(), engine.monitor());
    let mut records = vec![];
    let mut send = |envelope: Envelope, records: &mut Vec<_>| {
        while let Err(error) = sender.try_send(envelope) {
            assert_eq!(error, SendError::EngineBusy, "{:?}", monitor.status().failure);
            publisher.poll(1_000, |record| records.push(*record));
        }
        publisher.poll(1_000, |record| records.push(*record));
    };
    send(open_account("one"), &mut records);
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    let now = now.as_millis() as u64;
    send(bet(1, now), &mut records);
    // Genesis, the account and the bet: a core that has not come so far would see the full disk first.
    wait_until("the first bet", || 3 <= monitor.metrics().durable_seq);

    // The spares are used up by what must go on; the reserve is still there for more of it.
    disk.set_full(true);
    let mut reference = 0;
    while monitor.status().space == Space::Ample {
        assert!(reference < 100_000, "the disk never looks full");
        // Not more at a time than the reserve has room for.
        for _ in 0..50 {
            reference += 1;
            send(deposit(0, 1, reference), &mut records);
        }
        wait_until("the deposits", || reference as u64 <= monitor.metrics().durable_seq);
    }
    send(bet(2, now), &mut records);
    // The same id as before is answered as before, and nothing contradicts it.
    send(Envelope { trace: 3, ..bet(1, now) }, &mut records);
    send(deposit(0, 1, reference + 1), &mut records);
    let last = monitor.metrics().last_seq;
    wait_until("the refusal", || {
        assert_eq!(monitor.status().failure, None, "a full disk is no failure");
        monitor.metrics().turned_away == 2
    });
    wait_until("the deposit in the reserve", || last <= monitor.metrics().durable_seq);
    assert_eq!(monitor.status().space, Space::Low);
    assert_eq!(monitor.status().failure, None, "a full disk is no failure");

    disk.set_full(false);
    wait_until("room again", || monitor.status().space == Space::Ample);
    send(bet(2, now), &mut records);
    engine.drain();
    let (rest, _) = poll_to_end(&mut publisher);
    records.extend(rest);
    let answers: Vec<_> = records.iter().filter_map(answer).collect();
    let expected = [
        (1, Reject::UnknownMarket),
        (2, Reject::JournalFull),
        (3, Reject::UnknownMarket),
        (2, Reject::UnknownMarket),
    ];
    assert_eq!(answers, expected);
    let report = engine.shutdown().unwrap();
    let mut follower = Follower::open(dir.path()).unwrap();
    follower.run_to_end(|_| {}).unwrap();
    assert_eq!(follower.state_hash(), report.state_hash, "a replay, which has no disk, agrees");
}

/// The reserve is used up as well, so that the core waits for a journal that waits for room. A stop ends that, says why,
/// and costs nothing that was answered.
#[test]
fn an_engine_stops_on_a_full_disk_and_goes_on_from_there() {
    let dir = tempfile::tempdir().unwrap();
    let disk = FillableDisk::new();
    let configured = || {
        let mut config = config(dir.path());
        config.journal.storage = disk.clone();
        (config.journal.segment_bytes, config.journal.ring_bytes) = (64 << 10, 64 << 10);
        config
    };
    let mut engine = Engine::start(configured()).unwrap();
    let mut publisher = engine.publisher().unwrap();
    let (mut sender, monitor) = (engine.sender(), engine.monitor());
    sender.try_send(open_account("one")).unwrap();
    disk.set_full(true);
    let mut reference = 0;
    wait_until("a core that waits", || {
        while sender.try_send(deposit(0, 1, reference)).is_ok() {
            reference += 1;
        }
        publisher.poll(1_000, |_| {});
        monitor.status().space == Space::None
    });
    engine.drain();
    let (_, rest) = poll_to_end(&mut publisher);
    assert_eq!(rest, Rest::Failed);
    let durable = monitor.metrics().durable_seq;
    let failure = engine.shutdown().unwrap_err().message;
    assert!(failure.contains("the disk is full") && failure.contains("free room"), "{failure}");

    // A start on the same full disk says what to do, too, or works.
    let again = Engine::start(configured()).map(|engine| drop(engine.shutdown()));
    if let Err(error) = again {
        let words = error.to_string();
        assert!(
            words.contains("no room to") && words.contains("clutch journal archive"),
            "{words}"
        );
    }
    disk.set_full(false);
    let engine = Engine::start(configured()).unwrap();
    assert!(durable <= engine.shutdown().unwrap().last_seq.0);
}
