//! An engine's life from outside: start, send, poll, stop, start again.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should say where")]

mod common;

use std::time::Duration;

use clutch_engine::clutch_core::units::{Seq, Timestamp};
use clutch_engine::clutch_core::{Event, Query};
use clutch_engine::*;
use common::{config, deposit, open_account, poll_to_end, wait_until};

#[test]
fn a_stopped_engine_starts_again_with_the_same_hash_and_sequence() {
    let dir = tempfile::tempdir().unwrap();
    let mut engine = Engine::start(config(dir.path())).unwrap();
    drop(engine.publisher());
    let mut sender = engine.sender();
    sender.try_send(open_account("ann")).unwrap();
    for reference in 0..100 {
        sender.try_send(deposit(0, 500, reference)).unwrap();
    }
    let first = engine.shutdown().unwrap();
    assert_eq!(first.last_seq, Seq(102), "genesis, the account and a hundred deposits");

    let mut followed = Follower::open(dir.path()).unwrap();
    assert_eq!(followed.run_to_end(|_| {}).unwrap(), 102);
    assert_eq!((followed.state_hash(), followed.last_seq()), (first.state_hash, first.last_seq));

    let again = Engine::start(config(dir.path())).unwrap();
    assert_eq!(again.status().last_seq, 102);
    let second = again.shutdown().unwrap();
    assert_eq!((second.state_hash, second.last_seq), (first.state_hash, first.last_seq));
}

#[test]
fn an_engine_dropped_without_shutdown_loses_nothing_it_took() {
    let dir = tempfile::tempdir().unwrap();
    let engine = Engine::start(config(dir.path())).unwrap();
    engine.sender().try_send(open_account("ann")).unwrap();
    drop(engine);
    let again = Engine::start(config(dir.path())).unwrap();
    assert_eq!(again.status().last_seq, 2);
}

#[test]
fn replayed_commands_release_no_events_and_progress_is_told() {
    let dir = tempfile::tempdir().unwrap();
    let engine = Engine::start(config(dir.path())).unwrap();
    engine.sender().try_send(open_account("ann")).unwrap();
    engine.shutdown().unwrap();

    let (tell, told) = std::sync::mpsc::channel();
    let mut config = config(dir.path());
    config.on_progress = Some(Box::new(move |done, total| tell.send((done, total)).unwrap()));
    let mut again = Engine::start(config).unwrap();
    assert_eq!(told.into_iter().last(), Some((2, 2)));
    let mut publisher = again.publisher().unwrap();
    again.drain();
    assert_eq!(poll_to_end(&mut publisher), (vec![], Rest::Closed));
}

#[test]
fn a_query_is_answered_in_its_place_and_not_journaled() {
    let dir = tempfile::tempdir().unwrap();
    let mut engine = Engine::start(config(dir.path())).unwrap();
    let mut publisher = engine.publisher().unwrap();
    let mut sender = engine.sender();
    sender.try_query(1, Query::Catalogue).unwrap();
    sender.try_send(open_account("ann")).unwrap();
    sender.try_query(2, Query::Catalogue).unwrap();
    engine.drain();
    let (records, rest) = poll_to_end(&mut publisher);
    assert_eq!(rest, Rest::Closed);
    let answers: Vec<_> = records
        .iter()
        .filter(|record| record.event == Event::QueryDone)
        .map(|record| (record.trace, record.seq))
        .collect();
    assert_eq!(answers, [(1, Seq(1)), (2, Seq(2))]);
    assert_eq!(engine.metrics().queries, 2);
    assert_eq!(engine.shutdown().unwrap().last_seq, Seq(2));
}

#[test]
fn a_draining_engine_refuses_new_requests_and_finishes_the_old() {
    let dir = tempfile::tempdir().unwrap();
    let mut engine = Engine::start(config(dir.path())).unwrap();
    drop(engine.publisher());
    let mut sender = engine.sender();
    let mut taken = 0;
    for reference in 0..5_000 {
        taken += u64::from(sender.try_send(deposit(0, 1, reference)).is_ok());
    }
    engine.drain();
    assert_eq!(sender.try_send(open_account("late")), Err(SendError::Draining));
    assert_eq!(SendError::Draining.reject(), clutch_core::Reject::EngineDraining);
    assert_eq!(engine.shutdown().unwrap().last_seq, Seq(1 + taken));
    assert_eq!(sender.try_query(1, Query::Catalogue), Err(SendError::Draining));
}

#[test]
fn a_full_outbox_stops_intake_and_nothing_is_dropped() {
    let dir = tempfile::tempdir().unwrap();
    let mut config = config(dir.path());
    (config.input_ring, config.outbox_ring) = (64, 64);
    let mut engine = Engine::start(config).unwrap();
    let mut publisher = engine.publisher().unwrap();
    let mut sender = engine.sender();
    let mut taken = 0;
    let mut fill_input = || {
        while sender.try_query(taken, Query::Catalogue).is_ok() {
            taken += 1;
        }
    };
    // Nobody polls, so the outbox ring fills up, the core stops at it, and the input ring stays full.
    wait_until("the outbox ring is full", || {
        fill_input();
        engine.metrics().outbox_high_water == 64
    });
    fill_input();
    assert_eq!(sender.try_query(0, Query::Catalogue), Err(SendError::EngineBusy));
    assert!(1 <= engine.metrics().refused_busy);

    engine.drain();
    let (records, rest) = poll_to_end(&mut publisher);
    assert_eq!(rest, Rest::Closed);
    let answers = records.iter().filter(|record| record.event == Event::QueryDone);
    assert!(answers.map(|record| record.trace).eq(0..taken), "each answer once and in order");
    assert_eq!(engine.metrics().released, records.len() as u64);
}

#[test]
fn an_engine_that_waits_for_a_publisher_nobody_polls_can_be_dropped() {
    let dir = tempfile::tempdir().unwrap();
    let mut config = config(dir.path());
    (config.input_ring, config.outbox_ring) = (64, 64);
    let mut engine = Engine::start(config).unwrap();
    let mut publisher = engine.publisher().unwrap();
    let mut sender = engine.sender();
    wait_until("the outbox ring is full", || {
        while sender.try_query(1, Query::Catalogue).is_ok() {}
        engine.metrics().outbox_high_water == 64
    });
    drop(engine);
    let (records, rest) = poll_to_end(&mut publisher);
    assert_eq!((records.len(), rest), (64, Rest::Closed));
}

#[test]
fn senders_on_many_threads_lose_nothing_while_the_engine_shuts_down() {
    let dir = tempfile::tempdir().unwrap();
    let mut config = config(dir.path());
    config.input_ring = 256;
    let mut engine = Engine::start(config).unwrap();
    drop(engine.publisher());
    let senders: Vec<_> = (0..3)
        .map(|_| {
            let mut sender = engine.sender();
            std::thread::spawn(move || {
                let mut taken = 0;
                loop {
                    match sender.try_send(deposit(0, 1, 1)) {
                        Ok(()) => taken += 1,
                        Err(SendError::EngineBusy) => std::thread::yield_now(),
                        Err(SendError::Draining) => return taken,
                        Err(SendError::EngineFailed) => panic!("the engine failed"),
                    }
                }
            })
        })
        .collect();
    wait_until("some commands were applied", || 1_000 < engine.metrics().commands);
    let report = engine.shutdown().unwrap();
    let taken: u64 = senders.into_iter().map(|sender| sender.join().unwrap()).sum();
    assert_eq!(report.last_seq, Seq(1 + taken));
}

#[test]
fn the_waker_is_called_when_the_publisher_has_run_dry() {
    let dir = tempfile::tempdir().unwrap();
    let mut engine = Engine::start(config(dir.path())).unwrap();
    let mut publisher = engine.publisher().unwrap();
    let (wake, woken) = std::sync::mpsc::channel();
    publisher.set_waker(std::sync::Arc::new(move || wake.send(()).unwrap()));
    for trace in 0..100 {
        while publisher.poll(64, |_| {}).rest == Rest::More {}
        engine.sender().try_query(trace, Query::Catalogue).unwrap();
        woken.recv_timeout(Duration::from_secs(60)).unwrap();
    }
}

#[test]
fn a_manual_clock_stamps_commands_and_its_time_survives_a_restart() {
    let dir = tempfile::tempdir().unwrap();
    let clock = ManualClock::new(Timestamp::from_millis(1_000));
    let start = || {
        let mut config = config(dir.path());
        config.clock = ClockSource::Manual(clock.clone());
        Engine::start(config).unwrap()
    };
    let engine = start();
    clock.set(Timestamp::from_millis(2_000));
    engine.sender().try_send(open_account("ann")).unwrap();
    engine.shutdown().unwrap();

    let mut followed = Follower::open(dir.path()).unwrap();
    let mut times = vec![];
    while let Some(step) = followed.step().unwrap() {
        times.push(step.time.millis());
    }
    assert_eq!(times, [1_000, 2_000]);

    // A clock that was set back: journal time stays where it was.
    let late = ManualClock::new(Timestamp::from_millis(10));
    let mut config = config(dir.path());
    config.clock = ClockSource::Manual(late.clone());
    let engine = Engine::start(config).unwrap();
    assert_eq!(late.now(), Timestamp::from_millis(2_000));
    drop(engine);
}

#[test]
fn every_way_of_waiting_gives_the_same_engine() {
    for wait in [Wait::Spin, Wait::Yield, Wait::Park] {
        let dir = tempfile::tempdir().unwrap();
        let mut config = config(dir.path());
        (config.wait, config.pin) = (wait, Pin::Auto);
        let mut engine = Engine::start(config).unwrap();
        let mut publisher = engine.publisher().unwrap();
        // Long enough for the core to have gone as far to sleep as it may.
        std::thread::sleep(Duration::from_millis(20));
        engine.sender().try_send(open_account("ann")).unwrap();
        let mut released = 0;
        wait_until("the account is announced", || {
            released += publisher.poll(10, |_| {}).released;
            1 <= released
        });
        assert_eq!(engine.shutdown().unwrap().last_seq, Seq(2), "{wait:?}");
    }
}

#[test]
fn a_refused_first_configuration_leaves_an_empty_journal_to_try_again_with() {
    let dir = tempfile::tempdir().unwrap();
    let mut impossible = config(dir.path());
    impossible.core_config.margin_ppb = u32::MAX;
    assert!(matches!(Engine::start(impossible), Err(StartError::Genesis(_))));
    let mut impossible = config(dir.path());
    impossible.capacity.accounts_max = 0;
    assert!(matches!(Engine::start(impossible), Err(StartError::Capacity("accounts_max"))));
    let engine = Engine::start(config(dir.path())).unwrap();
    assert_eq!(engine.status().last_seq, 1);
}

#[test]
fn impossible_numbers_and_a_journal_in_use_are_told_apart() {
    let dir = tempfile::tempdir().unwrap();
    let mut odd = config(dir.path());
    odd.input_ring = 100;
    assert!(matches!(Engine::start(odd), Err(StartError::Config(_))));
    let mut empty_batch = config(dir.path());
    empty_batch.batch_max = 0;
    assert!(matches!(Engine::start(empty_batch), Err(StartError::Config(_))));

    let _running = Engine::start(config(dir.path())).unwrap();
    assert!(matches!(Engine::start(config(dir.path())), Err(StartError::Journal(_))));
}
