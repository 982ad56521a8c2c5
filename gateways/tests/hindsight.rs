//! What the tools say afterwards of bets of every kind and in every currency, with sums worked out by hand.
#![allow(clippy::unwrap_used)]

#[path = "common/games.rs"]
mod games;

use std::collections::BTreeMap;
use std::path::Path;

use clutch_core::command::{
    Actor, CashOut, Channel, Command, Grade, Pick, Picks, PlaceBet, PlaceMultiple, PricePolicy,
    SetCurrency,
};
use clutch_core::command::{Capacity, Config, ENCODED_MAX};
use clutch_core::event::{BetStatus, CashOutStatus, CashOutView};
use clutch_core::settlement::system::{Bankers, FoldSizes};
use clutch_core::units::{
    AccountId, ClientBetId, Currency, CurrencyCode, MarketId, Money, Odds, SelectionIndex, Seq,
    Stake, Timestamp,
};
use clutch_core::{Envelope, Event, Outbox, Query, RULE_SET, Record, Reject, State};
use clutch_engine::{Follower, record_version, rules_of_journal};
use clutch_gateways::ops::change::Change;
use clutch_gateways::ops::dispute::{BetName, Dispute, Place};
use clutch_gateways::ops::what_if::{Report, WhatIf};
use games::{SOURCE, even_match, name, thirteen_nil};

const DAY_NS: u64 = 24 * 3_600 * 1_000_000_000;
const ALICE: AccountId = AccountId(0);
const BOB: AccountId = AccountId(1);

/// A betting floor with two bettors, one in euro and one in yen, and four matches at even odds.
struct Floor {
    state: State,
    outbox: Outbox,
    now: Timestamp,
    board: BTreeMap<MarketId, (u64, u32)>,
    said: Vec<(Timestamp, Envelope)>,
}

impl Floor {
    fn new() -> Self {
        let capacity = Capacity {
            accounts_max: 4,
            matches_max: 8,
            markets_max: 64,
            bets_max: 64,
            client_ids_max: 64,
            multiples_max: 8,
            legs_max: 16,
            payments_max: 64,
            bonuses_max: 4,
            play_limits_max: 16,
        };
        let config = Config {
            margin_ppb: 0,
            cash_out_margin_ppb: 0,
            stake_min: Money::from_minor(1),
            ..Config::default()
        };
        let outbox = Outbox::with_capacity(capacity.events_max());
        let now = Timestamp::from_nanos(20_000 * DAY_NS);
        let mut floor =
            Self { state: State::new(), outbox, now, board: BTreeMap::new(), said: Vec::new() };
        floor.staff(Command::Genesis { capacity, config });
        let (currency, code) = (Currency(1), CurrencyCode::new("JPY").unwrap());
        let book_ppb = 6_200_000;
        floor.staff(Command::SetCurrency(SetCurrency { currency, code, decimals: 0, book_ppb }));
        for (account, key, currency, amount) in
            [(ALICE, "alice", 0, 10_000), (BOB, "bob", 1, 100_000)]
        {
            floor.staff(Command::OpenAccount { key: name(key), currency: Currency(currency) });
            let (amount, reference) = (Money::from_minor(amount), u128::from(account.0) + 1);
            floor.staff(Command::Deposit { account, amount, reference });
        }
        (0..4).for_each(|number| floor.set_up_match(number));
        floor
    }

    fn set_up_match(&mut self, number: u32) {
        for command in even_match(number) {
            self.staff(command);
        }
    }

    fn apply(&mut self, actor: Actor, command: Command) -> Vec<Record> {
        let seq = Seq(self.state.last_seq().0 + 1);
        let envelope = Envelope { actor, trace: 0, command };
        self.outbox.clear();
        self.state.apply(seq, self.now, &envelope, &mut self.outbox);
        self.said.push((self.now, envelope));
        let events = self.outbox.records().to_vec();
        for record in &events {
            match record.event {
                Event::Price(price) => {
                    self.board.entry(price.market).or_default().0 = price.price_seq;
                }
                Event::Market { market, epoch, .. } => {
                    self.board.entry(market).or_default().1 = epoch;
                }
                _ => {}
            }
        }
        events
    }

    #[track_caller]
    fn staff(&mut self, command: Command) -> Vec<Record> {
        let events = self.apply(Actor::Operator(7), command);
        let refused = events.iter().find(|it| matches!(it.event, Event::Refused(_)));
        assert!(refused.is_none(), "{command:?}: {refused:?}");
        events
    }

    fn id(&self, number: u128) -> ClientBetId {
        ClientBetId::from_parts(self.now.millis(), number)
    }

    fn pick(&self, market: u32, selection: u8) -> Pick {
        let (market, selection) = (MarketId(market), SelectionIndex(selection));
        let (price_seq, epoch) = self.board[&market];
        Pick { market, selection, odds: Odds::from_milli(2_000).unwrap(), price_seq, epoch }
    }

    fn single(&mut self, account: AccountId, id: ClientBetId, on: Pick, stake: i64) -> BetStatus {
        let Pick { market, selection, odds, price_seq, epoch } = on;
        let place = PlaceBet {
            account,
            client_id: id,
            market,
            selection,
            odds,
            price_seq,
            epoch,
            stake: Stake::new(Money::from_minor(stake)).unwrap(),
            policy: PricePolicy::Exact,
        };
        let events = self.apply(Actor::account(account), Command::PlaceBet(place));
        status_of(&events)
    }

    fn double(&mut self, id: ClientBetId, legs: [Pick; 2], unit: i64) -> BetStatus {
        let place = PlaceMultiple::new(
            (ALICE, id),
            PricePolicy::Exact,
            Stake::new(Money::from_minor(unit)).unwrap(),
            (FoldSizes::new([2]).unwrap(), Bankers::NONE),
            Picks::new(&legs).unwrap(),
        );
        let place = Command::PlaceMultiple(place.unwrap());
        let events = self.apply(Actor::account(ALICE), place);
        status_of(&events)
    }

    /// Cashes out a part of Alice's bet, and sends the same wish again; answers what was paid.
    fn cash_out(&mut self, client_id: ClientBetId, part: i64) -> Money {
        let part = Stake::new(Money::from_minor(part));
        let (account, channel) = (ALICE, Channel::Web);
        self.outbox.clear();
        let query = Query::CashOut { account, client_id, part, channel };
        self.state.query(0, &query, &mut self.outbox);
        let quoted = cash_out_of(self.outbox.records());
        assert!(matches!(quoted.status, CashOutStatus::Quoted { .. }), "{quoted:?}");
        let CashOutView { quote, amount, .. } = quoted;
        let wish = CashOut { account, client_id, part, quote, amount };
        for _ in 0..2 {
            let events = self.apply(Actor::account(ALICE), Command::CashOut(wish));
            assert_eq!(cash_out_of(&events).status, CashOutStatus::Paid);
        }
        amount
    }

    /// Team A wins a map 13:0.
    fn play(&mut self, number: u32) {
        for command in thirteen_nil(number, self.now) {
            self.apply(Actor::Feed(SOURCE), command);
        }
        self.settle();
    }

    fn settle(&mut self) {
        while self.state.next_due() <= self.now {
            self.apply(Actor::Engine, Command::Tick);
        }
    }

    /// All of it, as an engine leaves it on disk.
    fn journal(&self, dir: &Path) {
        let mut config = clutch_engine::EngineConfig::new(dir).journal;
        config.unsafe_storage = true;
        config.rule_set = rules_of_journal(RULE_SET);
        let opened = clutch_journal::open(dir, config).unwrap();
        let mut writer = opened.writer;
        for (seq, (time, envelope)) in (1..).zip(&self.said) {
            let mut bytes = [0; ENCODED_MAX];
            let length = envelope.encode(&mut bytes);
            let version = record_version(RULE_SET);
            let kind = envelope.command.kind();
            writer.append(kind, version, seq, time.nanos(), &bytes[..length]).unwrap();
        }
        drop(writer);
        opened.committer.spawn(Box::new(|_| {})).stop().unwrap();
    }

    /// Under one other setting.
    fn what_if(&self, change: &str) -> Report {
        let dir = tempfile::tempdir().unwrap();
        let journal = dir.path().join("data");
        self.journal(&journal);
        let file = dir.path().join("change.toml");
        std::fs::write(&file, change).unwrap();
        let mut worlds = WhatIf::new(Change::read(&file).unwrap());
        let mut follower = Follower::open(&journal).unwrap();
        while let Some(step) = follower.step().unwrap() {
            worlds.take(&step).unwrap();
        }
        worlds.finish(follower.state())
    }

    fn why(&self, bet: BetName) -> Dispute {
        let dir = tempfile::tempdir().unwrap();
        self.journal(dir.path());
        let place = Place { dir: dir.path(), ring: Path::new("/nowhere"), archive: None };
        Dispute::gather(place, bet).unwrap().0
    }
}

fn status_of(events: &[Record]) -> BetStatus {
    let status = events.iter().find_map(|record| match record.event {
        Event::Bet(view) => Some(view.status),
        Event::Multiple(view) => Some(view.status),
        _ => None,
    });
    status.unwrap()
}

fn cash_out_of(events: &[Record]) -> CashOutView {
    let view = events.iter().find_map(|record| match record.event {
        Event::CashOut(view) => Some(view),
        _ => None,
    });
    view.unwrap_or_else(|| panic!("no cash-out: {events:?}"))
}

fn is_taken(status: BetStatus) -> bool {
    matches!(status, BetStatus::Accepted { .. })
}

fn code_of(status: BetStatus) -> Reject {
    let BetStatus::Refused(refusal) = status else { panic!("{status:?}") };
    refusal.code
}

/// A double, a single in yen, a bet of which a part is cashed out, one that is cashed out whole, a void and an open one.
fn a_night() -> Floor {
    let mut floor = Floor::new();
    let legs = [floor.pick(0, 0), floor.pick(1, 0)];
    assert!(is_taken(floor.double(floor.id(1), legs, 1_000)));
    let (id, on) = (floor.id(2), floor.pick(2, 0));
    assert!(is_taken(floor.single(BOB, id, on, 5_000)));
    let (part, on) = (floor.id(3), floor.pick(2, 1));
    assert!(is_taken(floor.single(ALICE, part, on, 1_000)));
    assert_eq!(floor.cash_out(part, 400).minor(), 400);
    let (whole, on) = (floor.id(4), floor.pick(2, 1));
    assert!(is_taken(floor.single(ALICE, whole, on, 700)));
    assert_eq!(floor.cash_out(whole, 300).minor(), 300);
    assert_eq!(floor.cash_out(whole, 400).minor(), 400);
    let (id, on) = (floor.id(5), floor.pick(3, 0));
    assert!(is_taken(floor.single(BOB, id, on, 300)));
    for number in 0..3 {
        floor.play(number);
    }
    floor.staff(Command::Grade { market: MarketId(3), version: 0, grade: Grade::Void });
    floor.settle();
    floor.set_up_match(4);
    let (id, on) = (floor.id(6), floor.pick(4, 0));
    assert!(is_taken(floor.single(ALICE, id, on, 250)));
    floor
}

#[test]
fn what_if_counts_bets_of_several_legs_and_cash_outs_and_never_adds_yen_to_euro() {
    let floor = a_night();
    let report = floor.what_if("quote_life = \"9s\"");
    assert_eq!(report.as_it_was, report.what_if, "nothing depends on this setting here");
    let was = &report.as_it_was;
    let counts = (was.taken, was.won, was.lost, was.void, was.cashed_out, was.open, was.waiting);
    assert_eq!(counts, (6, 2, 1, 1, 1, 1, 0), "{was:?}");
    for (code, staked, open, returned, won, cashed_out, house) in [
        // The double pays 10.00 at 4.00; 4.00 and 7.00 were cashed out, 6.00 lost.
        ("EUR", 1_000 + 1_000 + 700 + 250, 250, 0, 4_000, 400 + 700, -3_000 + 600),
        ("JPY", 5_000 + 300, 0, 300, 10_000, 0, -5_000),
    ] {
        let sums = was.money[code];
        let found = (sums.staked_minor, sums.open_minor, sums.returned_minor, sums.won_minor);
        assert_eq!(found, (staked, open, returned, won), "{code}");
        assert_eq!((sums.cashed_out_minor, sums.house_minor), (cashed_out, house), "{code}");
        // No bonus was given: what is left of the stakes is the house's.
        let left = staked - open - returned - won - cashed_out;
        assert_eq!(left, sums.house_minor, "{code}");
    }
    let mut page = Vec::new();
    report.write(&mut page).unwrap();
    let page = String::from_utf8(page).unwrap();
    let line = |start: &str| page.lines().find(|it| it.starts_with(start)).unwrap_or(&page);
    assert!(line("paid for cash-outs").contains("11.00"), "{page}");
    let yen = page.split_once("JPY\n").unwrap().1;
    assert!(yen.contains("staked") && yen.contains(" 5300 ") && !yen.contains('.'), "{page}");
}

#[test]
fn what_if_moves_the_odds_of_every_leg_that_a_bettor_saw() {
    let report = a_night().what_if("margin = \"4%\"");
    let (was, other) = (&report.as_it_was, &report.what_if);
    assert_eq!(other.refused.get("OddsChanged"), None, "{other:?}");
    assert_eq!((other.taken, other.won), (was.taken, was.won), "{other:?}");
    let won = |world: &clutch_gateways::ops::what_if::Outcome| world.money["EUR"].won_minor;
    assert!(won(other) < won(was), "a double at shorter odds pays less: {other:?}");
}

#[test]
fn an_id_sent_again_long_after_is_no_new_fate_of_its_bet() {
    let mut floor = Floor::new();
    let (single, double) = (floor.id(1), floor.id(2));
    let (on, legs) = (floor.pick(0, 0), [floor.pick(0, 0), floor.pick(1, 0)]);
    assert!(is_taken(floor.single(ALICE, single, on, 1_000)));
    assert!(is_taken(floor.double(double, legs, 500)));
    floor.play(0);
    floor.play(1);
    floor.now = floor.now.plus(20 * DAY_NS);
    floor.settle();
    // The engine says this as long as it remembers the id, and that while its own time is not too old.
    for code in [Reject::BetRetired, Reject::ClientIdOutsideWindow] {
        assert_eq!(code_of(floor.single(ALICE, single, on, 1_000)), code);
        assert_eq!(code_of(floor.double(double, legs, 500)), code);
        // With a new id those leave that are too old.
        let (id, on) = (floor.id(3), floor.pick(2, 0));
        floor.single(BOB, id, on, 100);
    }
    for (id, paid) in [(single, "20.00"), (double, "20.00")] {
        let told = floor.why(BetName::Client(id));
        assert!(!told.refused, "{:?}", told.told);
        let last = told.told.iter().find(|line| line.contains("it won")).unwrap();
        assert!(last.contains(paid), "{last}");
        assert!(told.told.iter().all(|line| !line.contains("refused")), "{:?}", told.told);
    }
    let was = floor.what_if("quote_life = \"9s\"").as_it_was;
    assert_eq!(was.won, 2, "{was:?}");
    for code in ["BetRetired", "ClientIdOutsideWindow"] {
        assert_eq!(was.refused.get(code), None, "{was:?}");
    }
    assert_eq!(was.money["EUR"].won_minor, 4_000);

    // An id that was never granted anything is refused as ever.
    let (id, on) = (ClientBetId::from_parts(1_000, 9), floor.pick(2, 0));
    floor.single(ALICE, id, on, 100);
    assert_eq!(floor.what_if("quote_life = \"9s\"").as_it_was.refused["ClientIdOutsideWindow"], 1);
    assert!(floor.why(BetName::Client(id)).refused);
}
