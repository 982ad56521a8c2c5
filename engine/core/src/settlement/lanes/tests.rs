//! Books that move otherwise than worked out cannot happen while both sums are right, so here a slice's own
//! sum is changed before it is posted; and what the canary keeps back shows only where a row is bad.
#![allow(clippy::unwrap_used)]

use alloc::vec::Vec;

use super::*;
use crate::bets::multiple::Multiple;
use crate::command::{
    Actor, Capacity, Config, CreateMatch, FeedMessage, GameEvent, MarketKind, Pick, Picks,
    PlaceBet, PlaceMultiple, PricePolicy, RoundFormat, SetMap, Side, Strengths, Team, Title,
};
use crate::event::{BetStatus, MultipleView};
use crate::settlement::system::{Bankers, FoldSizes};
use crate::units::{
    ClientBetId, Currency, Name, Odds, Probability, SelectionIndex, Seq, SourceId, Stake,
};
use crate::{Command, Envelope, Outbox, Record, State};

const CAPACITY: Capacity = Capacity {
    matches_max: 2,
    markets_max: 8,
    bets_max: 512,
    client_ids_max: 512,
    multiples_max: 128,
    legs_max: 256,
    ..Capacity::SMALLEST
};
const ACCOUNT: AccountId = AccountId(0);
/// The market that is settled; the other one is on the other match.
const MARKET: MarketId = MarketId(0);
const OTHER: MarketId = MarketId(1);
/// What the account was given, in minor units.
const DEPOSIT: i64 = 100_000_000;

/// An engine with an account and two even matches of one map.
struct Book {
    state: State,
    outbox: Outbox,
    now: Timestamp,
    versions: [u64; 2],
    bets: u128,
}

impl Book {
    fn new() -> Self {
        let far = Money::from_minor(1_000_000_000);
        let config = Config {
            margin_ppb: 0,
            large_stake: Money::from_minor(50_000),
            stake_max: far,
            payout_max: far,
            payout_day_max: far,
            liability_selection_max: far,
            liability_market_max: far,
            liability_match_max: far,
            liability_account_max: far,
            deposits_alone_max: far,
            ..Config::default()
        };
        let mut book = Self {
            state: State::new(),
            outbox: Outbox::with_capacity(CAPACITY.events_max()),
            now: Timestamp::from_millis(1_000_000),
            versions: [0; 2],
            bets: 0,
        };
        let name = |text| Name::new(text).unwrap();
        let even = Probability::from_ppb(500_000_000).unwrap();
        book.apply(Command::Genesis { capacity: CAPACITY, config });
        book.apply(Command::OpenAccount { key: name("A"), currency: Currency::default() });
        let amount = Money::from_minor(DEPOSIT);
        book.apply(Command::Deposit { account: ACCOUNT, amount, reference: 1 });
        for (index, key) in [(0, "one"), (1, "two")] {
            book.apply(Command::CreateMatch(CreateMatch {
                key: name(key),
                title: Title::CounterStrike,
                rounds: RoundFormat::Mr12,
                best_of: 1,
                team_a: name("a"),
                team_b: name("b"),
                starts_at: Timestamp::default(),
                round_markets: false,
            }));
            book.apply(Command::SetMap(SetMap {
                match_id: MatchId(index),
                map_no: 1,
                name: name("map"),
                first_side_a: Side::Ct,
                strengths: Strengths::BySide { t: even, ct: even },
            }));
            let kind = MarketKind::MatchWinner;
            book.apply(Command::OpenMarket { match_id: MatchId(index), kind });
        }
        book
    }

    fn tables(&mut self) -> &mut Tables {
        self.state.tables.as_mut().unwrap()
    }

    fn apply(&mut self, command: Command) -> Vec<Record> {
        self.outbox.clear();
        let actor = match command {
            Command::PlaceBet(_) | Command::PlaceMultiple(_) => Actor::account(ACCOUNT),
            Command::Feed(message) => Actor::Feed(message.source),
            _ => Actor::Operator(1),
        };
        let envelope = Envelope { actor, trace: 0, command };
        let seq = Seq(self.state.seq.0 + 1);
        self.state.apply(seq, self.now, &envelope, &mut self.outbox);
        let sum = self.tables().wallet.recomputed_sum();
        assert_eq!(sum, Money::ZERO, "the books do not add up to zero");
        self.outbox.records().to_vec()
    }

    /// Ticks until nothing is left to do.
    fn rest(&mut self) -> Vec<Record> {
        let mut records = Vec::new();
        while !self.tables().settlement.queue.is_empty() {
            records.extend(self.apply(Command::Tick));
        }
        records
    }

    /// What one command of the engine's does, for a hand on its inner steps.
    fn step<T>(&mut self, act: impl FnOnce(&mut Step<'_>) -> T) -> T {
        self.outbox.clear();
        let State { seq, now, config, config_version, tables } = &mut self.state;
        let mut step = Step {
            seq: *seq,
            now: *now,
            actor: Actor::Engine,
            a_person_looks: false,
            approved_by: None,
            heard_of: Timestamp::default(),
            config,
            config_version,
            tables: tables.as_mut().unwrap(),
            outbox: &mut self.outbox,
        };
        act(&mut step)
    }

    fn client_id(&mut self) -> ClientBetId {
        self.bets += 1;
        ClientBetId(u128::from(self.now.millis()) << 80 | 7 << 76 | 2 << 62 | self.bets)
    }

    fn pick(&mut self, market: MarketId) -> Pick {
        let row = self.tables().markets.market(market);
        let (price_seq, epoch) = (row.prices.price_seq(), row.epoch);
        let odds = Odds::from_milli(2_000).unwrap();
        Pick { market, selection: SelectionIndex(0), odds, price_seq, epoch }
    }

    /// A bet of so many minor units on the first selection, at 2.00.
    fn bet(&mut self, minor: i64) {
        let client_id = self.client_id();
        let Pick { market, selection, odds, price_seq, epoch } = self.pick(MARKET);
        let stake = Stake::new(Money::from_minor(minor)).unwrap();
        let (account, policy) = (ACCOUNT, PricePolicy::Any);
        let place = PlaceBet {
            account,
            client_id,
            market,
            selection,
            odds,
            price_seq,
            epoch,
            stake,
            policy,
        };
        let records = self.apply(Command::PlaceBet(place));
        let is_taken = |record: &Record| matches!(record.event, Event::Bet(view) if matches!(view.status, BetStatus::Accepted { .. }));
        assert!(records.iter().any(is_taken), "{records:?}");
    }

    /// A double of so many minor units on the first selections of both matches, at 4.00.
    fn double(&mut self, minor: i64) {
        let who = (ACCOUNT, self.client_id());
        let unit = Stake::new(Money::from_minor(minor)).unwrap();
        let lines = (FoldSizes::new([2]).unwrap(), Bankers::NONE);
        let picks = Picks::new(&[self.pick(MARKET), self.pick(OTHER)]).unwrap();
        let place = PlaceMultiple::new(who, PricePolicy::Any, unit, lines, picks).unwrap();
        let records = self.apply(Command::PlaceMultiple(place));
        let is_taken = |record: &Record| {
            matches!(
                record.event,
                Event::Multiple(MultipleView { status: BetStatus::Accepted { .. }, .. })
            )
        };
        assert!(records.iter().any(is_taken), "{records:?}");
    }

    /// Team A wins a match; what the last round said.
    fn decide(&mut self, index: usize) -> Vec<Record> {
        let start = GameEvent::MapStarted { map: 1, first_side_a: Side::Ct };
        let rounds = (1..=13).map(|round| GameEvent::RoundWon { map: 1, round, winner: Team::A });
        let mut records = Vec::new();
        for event in core::iter::once(start).chain(rounds) {
            self.versions[index] += 1;
            let version = self.versions[index];
            records = self.apply(Command::Feed(FeedMessage {
                match_id: MatchId(index as u32),
                source: SourceId(0),
                version,
                follows: version - 1,
                source_time: self.now,
                received_at: self.now,
                event,
            }));
        }
        records
    }

    fn aside(&mut self) -> Option<Aside> {
        self.tables().markets.market(MARKET).aside
    }

    fn money(&mut self) -> (i64, i64) {
        let row = self.tables().wallet.get(ACCOUNT).unwrap();
        (row.available.minor(), row.held.minor())
    }
}

/// The stakes of the bets that were settled, in the order in which they were.
fn settled(records: &[Record]) -> Vec<i64> {
    let stake = |record: &Record| match record.event {
        Event::Bet(view) if matches!(view.status, BetStatus::Won { .. }) => {
            Some(view.stake.money().minor())
        }
        Event::Multiple(view) if matches!(view.status, BetStatus::Won { .. }) => {
            Some(view.unit.money().minor())
        }
        _ => None,
    };
    records.iter().filter_map(stake).collect()
}

#[test]
fn books_that_differ_stop_the_lane_until_a_person_lets_it_go_on_and_nobody_is_paid_twice() {
    let mut book = Book::new();
    (0..100).for_each(|_| book.bet(1_000));
    let first = settled(&book.decide(0)).len();
    assert_eq!(first, BETS_PER_SLICE, "the rest is still to come");
    // The slice is posted as worked out, but the sum that was said of it is one minor unit off.
    let agrees = book.step(|step| {
        let slot = step.tables.markets.market(MARKET).settling;
        let mut plan = step.work_out(slot, 10).unwrap();
        plan.house += 1;
        step.post(MARKET, &plan)
    });
    assert!(!agrees);
    assert_eq!(book.aside(), Some(Aside::BooksDiffer));
    assert!(Aside::BooksDiffer.needs_person());
    let said = settled(book.outbox.records());
    assert_eq!(said.len(), 10);
    let paid = book.money();
    // Nothing behind the slice is touched, however long nobody looks.
    assert!(settled(&book.rest()).is_empty());
    assert!(settled(&book.apply(Command::Tick)).is_empty());
    assert_eq!(book.money(), paid);
    let mut more = settled(&book.apply(Command::ResumeSettlement { market: MARKET }));
    more.extend(settled(&book.rest()));
    assert_eq!(more.len(), 100 - first - 10, "each of the others once");
    assert_eq!(book.aside(), None);
    assert_eq!(book.money(), (DEPOSIT + 100 * 1_000, 0));
}

#[test]
fn a_slice_that_agrees_with_its_books_stops_nothing() {
    let mut book = Book::new();
    (0..100).for_each(|_| book.bet(1_000));
    book.decide(0);
    let agrees = book.step(|step| {
        let slot = step.tables.markets.market(MARKET).settling;
        let plan = step.work_out(slot, 10).unwrap();
        step.post(MARKET, &plan)
    });
    assert!(agrees);
    assert_eq!(book.aside(), None);
    book.rest();
    assert_eq!(book.money(), (DEPOSIT + 100 * 1_000, 0));
}

/// The list runs from the newest bet to the oldest. A bad row just behind the canary stops what follows it and
/// leaves the canary paid; within the canary it lets nobody be paid.
#[test]
fn the_canary_is_a_slice_of_its_own() {
    for (good_before, paid) in [(CANARY_BETS, CANARY_BETS), (CANARY_BETS - 1, 0)] {
        let mut book = Book::new();
        (0..100).for_each(|_| book.bet(1_000));
        let mut slot = book.tables().markets.market(MARKET).newest_bet;
        for _ in 0..good_before {
            slot = book.tables().bets.bet(slot).next_of_market;
        }
        let bad = book.tables().bets.bet_mut(slot);
        let (id, right) = (bad.id, bad.payout);
        bad.payout = right + Money::from_minor(1);
        assert_eq!(settled(&book.decide(0)).len(), paid);
        assert_eq!(book.aside(), Some(Aside::BadBet(id)));
        // A person looks and puts it right.
        book.tables().bets.bet_mut(slot).payout = right;
        book.apply(Command::ResumeSettlement { market: MARKET });
        book.rest();
        assert_eq!(book.money(), (DEPOSIT + 100 * 1_000, 0));
    }
}

/// The same for bets of several legs: a slice that does not agree with its books stops the market behind it.
#[test]
fn books_that_differ_over_bets_of_several_legs_stop_them_as_well() {
    let mut book = Book::new();
    (0..100).for_each(|_| book.double(1_000));
    book.decide(1);
    book.rest();
    let first = settled(&book.decide(0)).len();
    assert_eq!(first, BETS_PER_SLICE / 2, "two legs each, and the rest is still to come");
    let agrees = book.step(|step| {
        let leg = step.tables.markets.market(MARKET).settling_leg;
        let mut plan = step.work_out_legs(leg, 20, Money::ZERO).unwrap();
        plan.house += 1;
        step.post_several(MARKET, &plan)
    });
    assert!(!agrees);
    assert_eq!(book.aside(), Some(Aside::BooksDiffer));
    assert_eq!(settled(book.outbox.records()).len(), 10);
    let paid = book.money();
    assert!(settled(&book.rest()).is_empty());
    assert!(settled(&book.apply(Command::Tick)).is_empty());
    assert_eq!(book.money(), paid);
    let mut more = settled(&book.apply(Command::ResumeSettlement { market: MARKET }));
    more.extend(settled(&book.rest()));
    assert_eq!(more.len(), 100 - first - 10, "each of the others once");
    assert_eq!(book.money(), (DEPOSIT + 100 * 3_000, 0));
}

/// The singles' canary says nothing about bets of several legs, so those have their own: eight doubles. A bad
/// row just behind it leaves it paid; within it, nobody is paid of them, whatever the singles were.
#[test]
fn bets_of_several_legs_have_a_canary_of_their_own() {
    let in_canary = CANARY_BETS / 2;
    let falsify: [fn(&mut Multiple); 2] = [
        |bad| bad.payout += Money::from_minor(1),
        |bad| bad.unit = Stake::new(bad.unit.money() + Money::from_minor(1)).unwrap(),
    ];
    for (good_before, paid) in [(in_canary, in_canary), (in_canary - 1, 0)] {
        for falsify in falsify {
            let mut book = Book::new();
            (0..20).for_each(|_| book.bet(1_000));
            (0..60).for_each(|_| book.double(1_000));
            book.decide(1);
            book.rest();
            let mut leg = book.tables().markets.market(MARKET).newest_leg;
            for _ in 0..good_before {
                leg = book.tables().multiples.leg(leg).next_of_market;
            }
            let slot = book.tables().multiples.leg(leg).multiple;
            let right = book.tables().multiples.multiple(slot).clone();
            falsify(book.tables().multiples.multiple_mut(slot));
            let mut said = settled(&book.decide(0));
            said.extend(settled(&book.rest()));
            assert_eq!(said.len(), 20 + paid);
            assert_eq!(book.aside(), Some(Aside::BadBet(right.id)));
            // Whoever lets it go on with the row as it is pays nobody.
            let before = book.money();
            assert!(settled(&book.apply(Command::ResumeSettlement { market: MARKET })).is_empty());
            assert_eq!(book.money(), before);
            *book.tables().multiples.multiple_mut(slot) = right;
            book.apply(Command::ResumeSettlement { market: MARKET });
            book.rest();
            assert_eq!(book.money(), (DEPOSIT + 20 * 1_000 + 60 * 3_000, 0));
        }
    }
}

/// Two legs of one bet on one market: it is worked out and paid once.
#[test]
fn a_bet_with_two_legs_on_a_market_is_in_a_slice_once() {
    let mut book = Book::new();
    let who = (ACCOUNT, book.client_id());
    let unit = Stake::new(Money::from_minor(1_000)).unwrap();
    let lines = (FoldSizes::SINGLES, Bankers::NONE);
    let second = SelectionIndex(1);
    let (first, other) = (book.pick(MARKET), book.pick(OTHER));
    let picks = [first, Pick { selection: second, ..first }, Pick { selection: second, ..other }];
    let picks = Picks::new(&picks).unwrap();
    let place = PlaceMultiple::new(who, PricePolicy::Any, unit, lines, picks).unwrap();
    book.apply(Command::PlaceMultiple(place));
    assert_eq!(book.money(), (DEPOSIT - 3_000, 3_000));
    book.decide(1);
    book.decide(0);
    book.rest();
    assert_eq!(book.aside(), None);
    assert_eq!(book.money(), (DEPOSIT - 1_000, 0));
}

/// A double counts by its stake as a single does: a large one before all that are small, a small one behind
/// the small singles.
#[test]
fn large_multiples_are_paid_before_small_singles() {
    let mut book = Book::new();
    book.double(50_000);
    book.double(49_999);
    book.bet(70_000);
    (0..3).for_each(|_| book.bet(1_000));
    book.decide(1);
    book.rest();
    let mut order = settled(&book.decide(0));
    order.extend(settled(&book.rest()));
    assert_eq!(order, [70_000, 50_000, 1_000, 1_000, 1_000, 49_999]);
}
