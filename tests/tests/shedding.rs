//! Load shedding: which bets are given up at which level, and that they leave no trace.

use clutch_core::command::{
    Actor, Capacity, Config, CreateMatch, MarketKind, PlaceBet, PricePolicy, RoundFormat, Title,
};
use clutch_core::event::{BetStatus, Event};
use clutch_core::units::{
    AccountId, ClientBetId, Currency, MarketId, MatchId, Money, Name, Odds, SelectionIndex, Stake,
    Timestamp,
};
use clutch_core::{Command, Envelope, Outbox, Reject};
use clutch_tests::world::World;

fn name(text: &str) -> Name {
    Name::new(text).expect("a short name")
}

fn has_refused(records: &[clutch_core::Record], code: Reject) -> bool {
    records.iter().any(|record| matches!(record.event, Event::Refused(it) if it.code == code))
}

/// A match of this tier with a market of each priority: winner, handicap, round, correct score.
fn world(tier: u8) -> World {
    let mut world = World::new(Capacity::default(), Config::default());
    world.apply(Command::OpenAccount { key: name("alice"), currency: Currency::default() });
    world.apply(Command::CreateMatch(CreateMatch {
        key: name("final"),
        title: Title::CounterStrike,
        rounds: RoundFormat::Mr12,
        best_of: 3,
        team_a: name("A"),
        team_b: name("B"),
        starts_at: Timestamp::default(),
        round_markets: false,
    }));
    let match_id = MatchId(0);
    let line = clutch_core::command::Line::from_halves(3).expect("a half");
    for kind in [
        MarketKind::MatchWinner,
        MarketKind::MapHandicap { line },
        MarketKind::RoundWinner { map: 1, round: 1 },
        MarketKind::CorrectMapScore,
    ] {
        let records = world.apply(Command::OpenMarket { match_id, kind });
        assert!(!records.is_empty(), "{kind:?} is not opened");
    }
    world.apply(Command::SetTier { match_id, tier });
    world
}

fn bet_on(market: u32) -> Command {
    Command::PlaceBet(PlaceBet {
        account: AccountId(0),
        client_id: ClientBetId::from_parts(1_767_268_800_000, u128::from(market)),
        market: MarketId(market),
        selection: SelectionIndex(0),
        odds: Odds::from_milli(2_000).expect("odds"),
        price_seq: 0,
        epoch: 0,
        stake: Stake::new(Money::from_minor(100)).expect("a stake"),
        policy: PricePolicy::Any,
    })
}

fn shed(world: &World) -> Vec<u32> {
    (0..5).filter(|market| world.state().sheds(&bet_on(*market))).collect()
}

#[test]
fn the_least_valued_markets_are_given_up_first_and_winners_never() {
    let mut world = world(0);
    for (level, expected) in [(0, vec![]), (1, vec![3]), (2, vec![2, 3]), (3, vec![1, 2, 3])] {
        world.apply_by(Actor::Engine, Command::Shed { level });
        assert_eq!(shed(&world), expected, "level {level}");
    }
    let refused = world.apply_by(Actor::Engine, Command::Shed { level: 4 });
    assert!(has_refused(&refused, Reject::InvalidParameter));
    let refused = world.apply_by(Actor::account(AccountId(0)), Command::Shed { level: 0 });
    assert!(has_refused(&refused, Reject::OperatorOnly));
}

#[test]
fn a_match_that_is_little_known_is_given_up_with_all_its_markets() {
    let mut world = world(2);
    world.apply_by(Actor::Engine, Command::Shed { level: 2 });
    assert_eq!(shed(&world), [0, 1, 2, 3]);
}

#[test]
fn what_is_shed_is_told_so_and_leaves_no_trace() {
    let mut world = world(3);
    world.apply_by(Actor::Engine, Command::Shed { level: 1 });
    let before = world.state().state_hash();
    let mut outbox = Outbox::with_capacity(8);
    let envelope = Envelope { actor: Actor::account(AccountId(0)), trace: 1, command: bet_on(0) };
    assert!(world.state().turn_away(&envelope, Reject::LoadShed, &mut outbox));
    let Event::Bet(view) = outbox.records()[0].event else { panic!("no answer about the bet") };
    let BetStatus::Refused(refusal) = view.status else { panic!("it was not refused") };
    assert_eq!(refusal.code, Reject::LoadShed);
    assert!(refusal.code.is_transient());
    assert_eq!(world.state().state_hash(), before);
    // Feeds, money and people are never shed.
    assert!(!world.state().sheds(&Command::Tick));
}

#[test]
fn a_first_record_comes_once() {
    let mut world = world(0);
    let again = Command::Genesis { capacity: Capacity::default(), config: Config::default() };
    assert!(has_refused(&world.apply(again), Reject::OutOfPlace));
}
