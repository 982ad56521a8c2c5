//! Time moves the state only through the journal: the engine ticks by itself when something is due.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should say where")]

mod common;

use std::time::Duration;

use clutch_engine::clutch_core::command::{
    CreateMatch, FeedMessage, GameEvent, RoundFormat, Side, SuspendReason, Title,
};
use clutch_engine::clutch_core::units::{MatchId, Name, SourceId, Timestamp};
use clutch_engine::clutch_core::{Command, Event};
use clutch_engine::*;
use common::{by_operator, config, poll_to_end, wait_until};

/// A match with a live map and a feed that has just said so, and then that it is alive.
fn live_match(now: Timestamp) -> [Command; 3] {
    let name = |text| Name::new(text).unwrap();
    let match_id = MatchId(0);
    let create = Command::CreateMatch(CreateMatch {
        key: name("final"),
        title: Title::CounterStrike,
        rounds: RoundFormat::Mr12,
        best_of: 1,
        team_a: name("Reds"),
        team_b: name("Blues"),
        starts_at: now,
        round_markets: false,
    });
    let feed = |event| {
        let (source, source_time, received_at) = (SourceId(0), now, now);
        Command::Feed(FeedMessage {
            match_id,
            source,
            version: 1,
            follows: 0,
            source_time,
            received_at,
            event,
        })
    };
    let started = feed(GameEvent::MapStarted { map: 1, first_side_a: Side::T });
    [create, started, feed(GameEvent::Heartbeat)]
}

#[test]
fn a_silent_feed_freezes_its_match_when_the_clock_says_so() {
    let dir = tempfile::tempdir().unwrap();
    let now = Timestamp::from_millis(1_768_849_397_000);
    let clock = ManualClock::new(now);
    let mut config = config(dir.path());
    config.clock = ClockSource::Manual(clock.clone());
    let feed_age = config.core_config.feed_age_live_ns;
    let mut engine = Engine::start(config).unwrap();
    let mut publisher = engine.publisher().unwrap();
    for command in live_match(now) {
        engine.sender().try_send(by_operator(0, command)).unwrap();
    }
    wait_until("the map is live", || engine.metrics().commands == 3);
    clock.advance(feed_age - 1);
    std::thread::sleep(Duration::from_millis(20));
    assert_eq!(engine.metrics().ticks, 0, "nothing is due yet");

    clock.advance(2);
    wait_until("the engine ticks", || engine.metrics().ticks == 1);
    engine.drain();
    let (records, _) = poll_to_end(&mut publisher);
    let frozen = records.iter().find(|record| {
        let reason = Some(SuspendReason::FeedStale);
        record.event == Event::MatchFrozen { match_id: MatchId(0), reason }
    });
    assert_eq!(frozen.unwrap().time, now.plus(feed_age + 1));
    let report = engine.shutdown().unwrap();
    assert_eq!(report.last_seq.0, 5, "genesis, three commands and the tick");

    let mut followed = Follower::open(dir.path()).unwrap();
    let mut last = None;
    while let Some(step) = followed.step().unwrap() {
        last = Some(step.envelope.command);
    }
    assert_eq!(last, Some(Command::Tick));
    assert_eq!(followed.state_hash(), report.state_hash);
}
