//! The largest tables: one command or question may speak of everything in them.

#![allow(clippy::unwrap_used)]

use clutch_core::command::{
    Capacity, Config, CreateMatch, MarketKind, RoundFormat, SetMap, Side, Strengths, Title,
};
use clutch_core::units::{MatchId, Name, Probability, Timestamp};
use clutch_core::{Command, Event, Query, Record};
use clutch_tests::world::World;

const MATCHES: u32 = 14_000;
/// So many matches have as many markets as a match can have.
const FULL_MATCHES: u32 = 128;

#[test]
fn a_full_book_can_be_listed_and_given_a_new_margin_in_slices() {
    let capacity =
        Capacity { matches_max: MATCHES, markets_max: Capacity::MARKETS_MAX, ..Capacity::SMALLEST };
    let mut world = World::new(capacity, Config::default());
    for match_id in (0..MATCHES).map(MatchId) {
        do_it(&mut world, Command::CreateMatch(create_match(match_id)));
    }
    for match_id in (0..FULL_MATCHES).map(MatchId) {
        for map in 1..=5 {
            do_it(&mut world, Command::SetMap(set_map(match_id, map)));
        }
        for kind in kinds() {
            do_it(&mut world, Command::OpenMarket { match_id, kind });
        }
    }
    let said = world.ask(Query::Catalogue);
    let matches = said.iter().filter(|event| matches!(event, Event::MatchCreated { .. }));
    assert_eq!(matches.count(), MATCHES as usize);

    let config = Config { margin_ppb: 120_000_000, ..Config::default() };
    let mut said = do_it(&mut world, Command::Configure { config, based_on: None });
    // No command prices more markets than a slice has, so none keeps a bet waiting for long.
    let mut slices = 1;
    while world.has_work() {
        let slice = do_it(&mut world, Command::Tick);
        assert!(slice.len() <= 32 * 6, "a slice of {} prices", slice.len());
        said.extend(slice);
        slices += 1;
    }
    assert_eq!(slices, FULL_MATCHES * 512 / 32 + 1);
    let prices = said.iter().filter(|record| matches!(record.event, Event::Price(_)));
    // Two prices of each round, two of the match winner, six of the correct score.
    assert_eq!(prices.count(), FULL_MATCHES as usize * (510 * 2 + 2 + 6));
}

fn do_it(world: &mut World, command: Command) -> Vec<Record> {
    let said = world.apply(command);
    assert!(!said.iter().any(|record| matches!(record.event, Event::Refused(_))), "{command:?}");
    said
}

fn kinds() -> impl Iterator<Item = MarketKind> {
    let rounds =
        (1..=5).flat_map(|map| (1..=102).map(move |round| MarketKind::RoundWinner { map, round }));
    [MarketKind::MatchWinner, MarketKind::CorrectMapScore].into_iter().chain(rounds)
}

fn create_match(match_id: MatchId) -> CreateMatch {
    let name = |text: &str| Name::new(text).unwrap();
    CreateMatch {
        key: name(&format!("match-{}", match_id.0)),
        title: Title::CounterStrike,
        rounds: RoundFormat::Mr12,
        best_of: 5,
        team_a: name("Alpha"),
        team_b: name("Bravo"),
        starts_at: Timestamp::MAX,
        round_markets: false,
    }
}

fn set_map(match_id: MatchId, map_no: u8) -> SetMap {
    let even = Probability::from_ppb(500_000_000).unwrap();
    let name = Name::new("Nuke").unwrap();
    SetMap {
        match_id,
        map_no,
        name,
        first_side_a: Side::Ct,
        strengths: Strengths::BySide { t: even, ct: even },
    }
}
