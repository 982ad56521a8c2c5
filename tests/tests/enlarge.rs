//! Tables that were enlarged are those that had been large from the first record on: every later command has the same
//! outcome and leads to the same state, bit for bit. In `simulation.rs` tables grow among all other commands.

#![allow(clippy::unwrap_used)]

use clutch_core::command::{Actor, Capacity, CreateMatch, RoundFormat, Title};
use clutch_core::units::{Name, SourceId};
use clutch_core::{Command, Event, Query, Reject};
use clutch_tests::chooser::Chooser;
use clutch_tests::twin::Twin;
use clutch_tests::world::{World, restored, saved};

/// What the first commands find room in.
const SMALL: Capacity = Capacity {
    accounts_max: 6,
    matches_max: 30,
    markets_max: 300,
    bets_max: 500,
    client_ids_max: 900,
    multiples_max: 120,
    legs_max: 600,
    payments_max: 400,
    bonuses_max: 80,
    play_limits_max: 60,
};

/// Every table larger, none by the same factor, so that indexes, rings and halves of them all move.
const LARGE: Capacity = Capacity {
    accounts_max: 37,
    matches_max: 31,
    markets_max: 999,
    bets_max: 5_001,
    client_ids_max: 2_500,
    multiples_max: 121,
    legs_max: 3_000,
    payments_max: 4_097,
    bonuses_max: 90,
    play_limits_max: 600,
};

const ENLARGE: Command = Command::Enlarge { capacity: LARGE };

#[test]
fn nothing_tells_enlarged_tables_from_tables_that_were_always_large() {
    const BEFORE: usize = 500;
    const BEHIND: usize = 700;
    let mut placed = 0;
    for seed in 0..6 {
        let mut chooser = Chooser::new(seed);
        let config = chooser.config();
        let mut twin = Twin::new(LARGE, config);
        let (mut small, mut large) = (World::new(SMALL, config), World::new(LARGE, config));
        for step in 0..BEFORE + BEHIND {
            let pause = chooser.pause();
            small.skip(pause);
            large.skip(pause);
            let command = match chooser.command(&twin, large.now(), !large.has_work()) {
                _ if step == BEFORE => ENLARGE,
                // Otherwise than once, it would be another test.
                Command::Enlarge { .. } => Command::Tick,
                command => command,
            };
            let records = large.apply(command);
            let seq = large.state().last_seq().0;
            twin.apply(seq, large.now().nanos(), &command, &records);
            assert_eq!(small.apply(command), records, "seed {seed}, step {step}: {command:?}");
            let hashes = [&small, &large].map(|world| world.state().state_hash());
            assert_eq!(hashes[0] == hashes[1], BEFORE <= step, "seed {seed}, step {step}");
            placed += usize::from(matches!(command, Command::PlaceBet(_)));
        }
        assert!(saved(small.state()) == saved(large.state()));
        let again = restored(&saved(small.state()), usize::MAX).unwrap();
        assert_eq!(again.capacity(), Some(LARGE));
    }
    assert!(500 < placed, "hardly any bets: {placed}");
}

#[test]
fn only_the_engine_enlarges_and_nothing_becomes_smaller() {
    let answer = |actor, capacity| {
        let mut world = World::new(SMALL, Chooser::new(1).config());
        let before = world.state().state_hash();
        let records = world.apply_by(actor, Command::Enlarge { capacity });
        let refusal = records.iter().find_map(|record| match record.event {
            Event::Refused(refusal) => Some((refusal.code, refusal.limit, refusal.actual)),
            _ => None,
        });
        assert_ne!(world.state().state_hash(), before, "its sequence moved at least");
        let is = world.state().capacity().unwrap();
        assert_eq!(is, if refusal.is_none() { capacity } else { SMALL });
        refusal
    };
    for actor in [Actor::Operator(1), Actor::Feed(SourceId(0))] {
        assert_eq!(answer(actor, LARGE), Some((Reject::OutOfPlace, 0, 0)));
    }
    let engine = Actor::Engine;
    let less = Capacity { legs_max: 599, ..LARGE };
    assert_eq!(answer(engine, less), Some((Reject::TablesNeverShrink, 600, 599)));
    let most = Capacity { markets_max: Capacity::MARKETS_MAX + 1, ..LARGE };
    assert_eq!(answer(engine, most), Some((Reject::InvalidParameter, 0, 0)));
    assert_eq!(answer(engine, SMALL), None, "the same sizes again are no harm");
    assert_eq!(answer(engine, LARGE), None);
}

/// Who has the events of one command carried out has room for those of larger tables.
#[test]
fn the_outbox_grows_with_the_tables() {
    let mut world = World::new(SMALL, Chooser::new(1).config());
    let wide = Capacity { matches_max: 20_000, ..LARGE };
    let records = world.apply_by(Actor::Engine, Command::Enlarge { capacity: wide });
    assert!(records.iter().any(|it| it.event == Event::Enlarged(wide)));
    for number in 0..5_000 {
        let create = CreateMatch {
            key: Name::new(&format!("match {number}")).unwrap(),
            title: Title::CounterStrike,
            rounds: RoundFormat::Mr12,
            best_of: 1,
            team_a: Name::new("Alpha").unwrap(),
            team_b: Name::new("Bravo").unwrap(),
            starts_at: world.now(),
            round_markets: false,
        };
        world.apply(Command::CreateMatch(create));
    }
    let told = world.ask(Query::Catalogue).len();
    assert!(SMALL.events_max() < told, "the room of before had done: {told}");
}
