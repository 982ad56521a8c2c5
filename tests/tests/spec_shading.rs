//! Shading: a book leans against the money on it, and no order between markets is lost.

#![allow(clippy::unwrap_used)]

use clutch_core::command::{
    Capacity, Config, CreateMatch, Line, MarketKind, PlaceBet, PricePolicy, RoundFormat, SetMap,
    Side, Strengths, Title,
};
use clutch_core::event::{Event, Price, PriceCause};
use clutch_core::units::{
    AccountId, ClientBetId, Currency, MarketId, MatchId, Money, Name, Odds, Probability,
    SelectionIndex, Stake, Timestamp,
};
use clutch_core::{Command, Query};
use clutch_tests::check;
use clutch_tests::random::Random;
use clutch_tests::world::World;

#[test]
fn money_on_one_side_shortens_it_once_it_is_a_step() {
    check(
        "
        config  margin_ppb 60000000 shading_ppb 100000000 shading_scale 100.00 shading_step 50.00
        account A1 balance 1000.00
        match   M bo1
        maps    M even
        market  W M map 1
        expect  odds W a 1.88
        bet     b1 A1 W a 20.00                     # pays 37.60: less than a step
        expect  odds W a 1.88
        bet     b2 A1 W a 20.00                     # the house loses 35.20 or wins 40.00
        expect  odds W a 1.82                       # p' of A is 0.5 · 1.0376
        expect  odds W b 1.95
        expect  epoch W same                        # the match did not move
        bet     b3 A1 W a 200.00
        expect  odds W a 1.72                       # in full: p' of A is 0.55
        expect  odds W b 2.08
        bet     b4 A1 W b 130.00
        expect  odds W a 1.74                       # the house loses 69.20 or wins 99.60
        config  shading_ppb 0
        expect  odds W a 1.88                       # switched off, it is gone
        ",
    );
}

#[test]
fn without_shading_no_money_moves_a_price() {
    check(
        "
        config  shading_step 1.00
        account A1 balance 1000.00
        match   M bo1
        maps    M even
        market  W M map 1
        look    v W
        bet     b1 A1 W a 500.00
        expect  odds W a 2.00
        bet     b2 A1 W b 1.00 seen v
        ",
    );
}

#[test]
fn a_traders_probability_does_not_lean() {
    check(
        "
        config   margin_ppb 60000000 shading_ppb 100000000 shading_scale 10.00 shading_step 10.00
        account  A1 balance 1000.00
        match    M bo1
        maps     M even
        market   W M map 1
        override o W fair a 50 for 10m
        bet      b1 A1 W a 200.00
        expect   odds W a 1.88
        lift     o
        expect   odds W a 1.72
        ",
    );
}

/// Markets of one match that are nested in each other, in the order of their chances: whatever wins
/// the later one wins the earlier one.
fn chains() -> Vec<Vec<(MarketKind, u8)>> {
    let line = |halves| Line::from_halves(halves).expect("an odd number");
    let total = |halves| MarketKind::TotalRounds { map: 1, line: line(halves) };
    let handicap = |halves| MarketKind::RoundHandicap { map: 1, line: line(halves) };
    let over = |halves: &i16| (total(*halves), 0);
    let under = |halves: &i16| (total(*halves), 1);
    let totals = [37, 39, 41, 43, 45, 47, 49, 51];
    let mut won_by: Vec<_> = [9, 5, 3].map(|halves| (handicap(halves), 0)).into();
    won_by.push((MarketKind::MapWinner { map: 1 }, 0));
    won_by.extend([-3, -5, -9].map(|halves| (handicap(halves), 0)));
    vec![
        totals.iter().map(over).collect(),
        totals.iter().rev().map(under).collect(),
        won_by.iter().rev().map(|(kind, _)| (*kind, 1)).collect(),
        won_by,
        vec![(MarketKind::MatchWinner, 0), (MarketKind::CorrectMapScore, 0)],
        vec![(MarketKind::MatchWinner, 0), (MarketKind::CorrectMapScore, 1)],
        vec![(MarketKind::MatchWinner, 1), (MarketKind::CorrectMapScore, 3)],
        vec![(MarketKind::MatchWinner, 1), (MarketKind::CorrectMapScore, 2)],
    ]
}

fn name(text: &str) -> Name {
    Name::new(text).expect("a name")
}

fn world(random: &mut Random) -> World {
    let percent = |percent: u64| Probability::from_ppb(percent as u32 * 10_000_000).expect("< 1");
    let config = Config {
        stake_max: Config::AMOUNT_MAX,
        payout_max: Config::AMOUNT_MAX,
        liability_selection_max: Config::AMOUNT_MAX,
        liability_market_max: Config::AMOUNT_MAX,
        liability_account_max: Config::AMOUNT_MAX,
        shading_ppb: Config::SHADING_PPB_MAX,
        shading_scale: Money::from_minor(20_000),
        shading_step: Money::from_minor(1),
        deposits_alone_max: Config::AMOUNT_MAX,
        ..Config::default()
    };
    let mut world = World::new(Capacity { bets_max: 4_000, ..Capacity::default() }, config);
    world.apply(Command::OpenAccount { key: name("rich"), currency: Currency::default() });
    let amount = Money::from_minor(1_000_000_000);
    world.apply(Command::Deposit { account: AccountId(0), amount, reference: 1 });
    world.apply(Command::CreateMatch(CreateMatch {
        key: name("match"),
        title: Title::CounterStrike,
        rounds: RoundFormat::Mr12,
        best_of: 3,
        team_a: name("Alpha"),
        team_b: name("Bravo"),
        starts_at: Timestamp::default(),
        round_markets: false,
    }));
    for map_no in 1..=3 {
        let chance = percent(40 + random.below(21));
        world.apply(Command::SetMap(SetMap {
            match_id: MatchId(0),
            map_no,
            name: name("Nuke"),
            first_side_a: Side::T,
            strengths: Strengths::BySide { t: chance, ct: percent(40 + random.below(21)) },
        }));
    }
    world
}

/// The booked odds and the fair chance of every selection on the board.
fn board(world: &mut World) -> Vec<Price> {
    let events = world.ask(Query::Match { match_id: MatchId(0) });
    let prices = events.into_iter().filter_map(|event| match event {
        Event::Price(price) => Some(price),
        _ => None,
    });
    prices.collect()
}

#[test]
fn whatever_money_comes_the_order_of_nested_markets_and_the_margin_hold() {
    for seed in 0..12 {
        let mut random = Random::new(seed);
        let mut world = world(&mut random);
        let mut kinds: Vec<MarketKind> =
            chains().into_iter().flatten().map(|(kind, _)| kind).collect();
        kinds.sort();
        kinds.dedup();
        for kind in &kinds {
            world.apply(Command::OpenMarket { match_id: MatchId(0), kind: *kind });
        }
        let (mut shaded, mut leant) = (0, 0);
        for number in 0..150 {
            let market = MarketId(random.below(kinds.len() as u64) as u32);
            let prices = board(&mut world);
            let of_market: Vec<_> = prices.iter().filter(|price| price.market == market).collect();
            let price = of_market[random.below(of_market.len() as u64) as usize];
            let Some(odds) = price.odds else { continue };
            let stake = Money::from_minor(1 + random.below(2_000) as i64 * random.below(20) as i64);
            let mut said = world.apply(Command::PlaceBet(PlaceBet {
                account: AccountId(0),
                client_id: ClientBetId::from_parts(world.now().millis(), number),
                market,
                selection: price.selection,
                odds,
                price_seq: price.price_seq,
                epoch: 1,
                stake: Stake::new(stake).expect("above zero"),
                policy: PricePolicy::Any,
            }));
            said.extend(world.drain());
            shaded += said
                .iter()
                .filter(|record| {
                    matches!(record.event, Event::Price(price) if price.cause == PriceCause::Shading)
                })
                .count();
            let prices = board(&mut world);
            let odds_of = |(kind, selection): (MarketKind, u8)| {
                let market =
                    MarketId(kinds.iter().position(|known| *known == kind).unwrap() as u32);
                let is_it = |price: &&Price| {
                    price.market == market && price.selection == SelectionIndex(selection)
                };
                let price = prices.iter().find(is_it).expect("it is on the board");
                price.odds.map_or(0, Odds::milli)
            };
            for chain in chains() {
                let odds: Vec<u32> = chain.iter().map(|link| odds_of(*link)).collect();
                assert!(odds.is_sorted(), "seed {seed}: {chain:?} is offered at {odds:?}");
            }
            for market in (0..kinds.len() as u32).map(MarketId) {
                let booked: f64 = prices
                    .iter()
                    .filter(|price| price.market == market)
                    .filter_map(|price| price.odds)
                    .map(|odds| 1000.0 / f64::from(odds.milli()))
                    .sum();
                assert!(booked >= 1.06 - 1e-9, "seed {seed}: {market:?} sums to {booked}");
            }
            leant += 1;
        }
        assert!(100 < leant && 60 < shaded, "seed {seed}: {shaded} prices leant in {leant} bets");
    }
}
