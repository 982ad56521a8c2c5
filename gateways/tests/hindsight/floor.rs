//! A betting floor whose every sum can be worked out by hand, and what the tools tell of its journal.

#[path = "../common/games.rs"]
mod games;

use std::collections::BTreeMap;
use std::path::Path;

use clutch_core::command::{
    Actor, CashOut, Channel, Command, GameEvent, Pick, Picks, PlaceBet, PlaceMultiple, PricePolicy,
    SetCurrency,
};
use clutch_core::command::{Capacity, Config, ENCODED_MAX};
use clutch_core::event::{BetStatus, CashOutStatus, CashOutView};
use clutch_core::settlement::system::{Bankers, FoldSizes};
use clutch_core::units::{
    AccountId, ClientBetId, Currency, CurrencyCode, MarketId, MatchId, Money, Odds, SelectionIndex,
    Seq, Stake, Timestamp,
};
use clutch_core::{Envelope, Event, Outbox, Query, RULE_SET, Record, Reject, State};
use clutch_engine::{Follower, record_version, rules_of_journal};
use clutch_gateways::book::Book;
use clutch_gateways::ops::change::Change;
use clutch_gateways::ops::dispute::{BetName, Dispute, Place};
use clutch_gateways::ops::reconcile::{self, Payments};
use clutch_gateways::ops::what_if::{Report, WhatIf};
use games::{SOURCE, even_match, name, said, thirteen_nil};

pub(super) const DAY_NS: u64 = 24 * 3_600 * 1_000_000_000;
pub(super) const ALICE: AccountId = AccountId(0);
pub(super) const BOB: AccountId = AccountId(1);

/// A betting floor with two bettors, one in euro and one in yen, and four matches at even odds.
pub(super) struct Floor {
    state: State,
    outbox: Outbox,
    pub(super) now: Timestamp,
    board: BTreeMap<MarketId, (u64, u32)>,
    said: Vec<(Timestamp, Envelope)>,
}

impl Floor {
    pub(super) fn new() -> Self {
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

    pub(super) fn set_up_match(&mut self, number: u32) {
        for command in even_match(number) {
            self.staff(command);
        }
    }

    pub(super) fn apply(&mut self, actor: Actor, command: Command) -> Vec<Record> {
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
    pub(super) fn staff(&mut self, command: Command) -> Vec<Record> {
        self.staff_by(7, command)
    }

    #[track_caller]
    pub(super) fn staff_by(&mut self, operator: u32, command: Command) -> Vec<Record> {
        let events = self.apply(Actor::Operator(operator), command);
        let refused = events.iter().find(|it| matches!(it.event, Event::Refused(_)));
        assert!(refused.is_none(), "{command:?}: {refused:?}");
        events
    }

    pub(super) fn id(&self, number: u128) -> ClientBetId {
        ClientBetId::from_parts(self.now.millis(), number)
    }

    pub(super) fn pick(&self, market: u32, selection: u8) -> Pick {
        let (market, selection) = (MarketId(market), SelectionIndex(selection));
        let (price_seq, epoch) = self.board[&market];
        Pick { market, selection, odds: Odds::from_milli(2_000).unwrap(), price_seq, epoch }
    }

    pub(super) fn single(
        &mut self,
        account: AccountId,
        id: ClientBetId,
        on: Pick,
        stake: i64,
    ) -> BetStatus {
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

    pub(super) fn double(&mut self, id: ClientBetId, legs: [Pick; 2], unit: i64) -> BetStatus {
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
    pub(super) fn cash_out(&mut self, client_id: ClientBetId, part: i64) -> Money {
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
    pub(super) fn play(&mut self, number: u32) {
        for command in thirteen_nil(number, self.now) {
            self.apply(Actor::Feed(SOURCE), command);
        }
        self.settle();
    }

    pub(super) fn hear(&mut self, number: u32, version: u64, event: GameEvent) {
        self.apply(Actor::Feed(SOURCE), said(number, version, self.now, event));
    }

    pub(super) fn settle(&mut self) {
        while self.state.next_due() <= self.now {
            self.apply(Actor::Engine, Command::Tick);
        }
    }

    /// All of it, as an engine leaves it on disk.
    pub(super) fn journal(&self, dir: &Path) {
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
    pub(super) fn what_if(&self, change: &str) -> Report {
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

    /// What a gateway that starts now would know.
    pub(super) fn book(&mut self) -> Book {
        let mut book = Book::default();
        let details = (0..4).map(|number| Query::Match { match_id: MatchId(number) });
        for query in std::iter::once(Query::Catalogue).chain(details) {
            self.outbox.clear();
            self.state.query(0, &query, &mut self.outbox);
            self.outbox.records().iter().for_each(|record| book.apply(record));
        }
        book
    }

    /// Held against a provider's file.
    pub(super) fn reconciled(&self, file: &str) -> reconcile::Report {
        let dir = tempfile::tempdir().unwrap();
        self.journal(dir.path());
        let mut follower = Follower::open(dir.path()).unwrap();
        let mut payments = Payments::default();
        while let Some(step) = follower.step().unwrap() {
            payments.hear(step.events);
        }
        reconcile::reconcile(follower.state(), &payments, file.as_bytes()).unwrap()
    }

    pub(super) fn why(&self, bet: BetName) -> Dispute {
        let dir = tempfile::tempdir().unwrap();
        self.journal(dir.path());
        let place = Place { dir: dir.path(), ring: Path::new("/nowhere"), archive: None };
        Dispute::gather(place, bet).unwrap().0
    }
}

pub(super) fn status_of(events: &[Record]) -> BetStatus {
    let status = events.iter().find_map(|record| match record.event {
        Event::Bet(view) => Some(view.status),
        Event::Multiple(view) => Some(view.status),
        _ => None,
    });
    status.unwrap()
}

pub(super) fn cash_out_of(events: &[Record]) -> CashOutView {
    let view = events.iter().find_map(|record| match record.event {
        Event::CashOut(view) => Some(view),
        _ => None,
    });
    view.unwrap_or_else(|| panic!("no cash-out: {events:?}"))
}

pub(super) fn is_taken(status: BetStatus) -> bool {
    matches!(status, BetStatus::Accepted { .. })
}

pub(super) fn code_of(status: BetStatus) -> Reject {
    let BetStatus::Refused(refusal) = status else { panic!("{status:?}") };
    refusal.code
}
