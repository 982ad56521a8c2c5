//! States that would answer differently hash differently, and those that would answer alike, alike.

#![allow(clippy::unwrap_used)]

use clutch_core::Command;
use clutch_core::command::{Capacity, Config, CreateMatch, Line, MarketKind, RoundFormat, Title};
use clutch_core::units::{MatchId, Name, Timestamp};
use clutch_tests::world::World;

fn hash_after(capacity: Capacity, markets: &[(MatchId, MarketKind)]) -> u64 {
    let mut world = World::new(capacity, Config::default());
    for key in ["first", "second"] {
        let name = |text| Name::new(text).unwrap();
        let create = CreateMatch {
            key: name(key),
            title: Title::CounterStrike,
            rounds: RoundFormat::Mr12,
            best_of: 3,
            team_a: name("Alpha"),
            team_b: name("Bravo"),
            starts_at: Timestamp::MAX,
            round_markets: false,
        };
        world.apply(Command::CreateMatch(create));
    }
    for (match_id, kind) in markets {
        let said = world.apply(Command::OpenMarket { match_id: *match_id, kind: *kind });
        assert_eq!(said.len(), 3, "{kind:?} is opened, announced without a price, and applied");
    }
    world.state().state_hash()
}

#[test]
fn a_markets_kind_and_match_are_in_the_hash() {
    let line = |halves| Line::from_halves(halves).unwrap();
    let of = |match_id, kind| hash_after(Capacity::default(), &[(MatchId(match_id), kind)]);
    let hashes = [
        of(0, MarketKind::TotalRounds { map: 1, line: line(43) }),
        of(0, MarketKind::TotalRounds { map: 1, line: line(45) }),
        of(0, MarketKind::TotalRounds { map: 2, line: line(43) }),
        of(0, MarketKind::RoundHandicap { map: 1, line: line(-3) }),
        of(0, MarketKind::MatchWinner),
    ];
    for (index, hash) in hashes.iter().enumerate() {
        assert!(!hashes[..index].contains(hash), "number {index} hashes like one before it");
    }
    // One market in each match, but which in which?
    let both = |kinds: [MarketKind; 2]| {
        hash_after(Capacity::default(), &[(MatchId(0), kinds[0]), (MatchId(1), kinds[1])])
    };
    let (map_1, map_2) = (MarketKind::MapWinner { map: 1 }, MarketKind::MapWinner { map: 2 });
    assert_ne!(both([map_1, map_2]), both([map_2, map_1]));
}

#[test]
fn the_sizes_of_the_tables_are_in_the_hash() {
    let small = Capacity { bets_max: 10, ..Capacity::default() };
    assert_ne!(hash_after(small, &[]), hash_after(Capacity::default(), &[]));
}
