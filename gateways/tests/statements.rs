//! A player's year, with sums worked out by hand: the statements of three and of twelve months, and the record
//! of five years, in currencies with no, two and three places.
#![allow(clippy::unwrap_used)]

#[path = "common/games.rs"]
mod games;

use std::collections::BTreeMap;

use clutch_core::command::{
    Actor, Adjust, AdjustReason, Capacity, Config, CustomerStep, PaymentStep, PlaceBet,
    PricePolicy, SetCurrency,
};
use clutch_core::event::BetStatus;
use clutch_core::play::{Level, LimitBy, LimitKey, PlayPolicy, Quantity, Term, Window};
use clutch_core::units::{
    AccountId, ClientBetId, Currency, CurrencyCode, MarketId, Money, Odds, SelectionIndex, Seq,
    Stake, Timestamp,
};
use clutch_core::{Command, Envelope, Event, Outbox, Record, State};
use clutch_engine::Step;
use clutch_gateways::ops::record::{About, AccountRecord, Entry};
use clutch_gateways::ops::statement::Statement;
use clutch_gateways::ops::words::Words;
use clutch_gateways::wire::decimal::with_places;
use games::{SOURCE, even_match, name, thirteen_nil};

/// 1 January 2025, UTC.
const START_S: u64 = 1_735_689_600;
const DAY_NS: u64 = 24 * 3_600 * 1_000_000_000;
const ALICE: AccountId = AccountId(0);

/// Whoever hears what happened: a statement, a record.
type Hear<'a> = &'a mut dyn FnMut(&Step<'_>);

struct Life<'a> {
    state: State,
    outbox: Outbox,
    now: Timestamp,
    bets: u128,
    /// Of each market: the price on the board, and the epoch.
    board: BTreeMap<MarketId, (u64, u32)>,
    hear: Vec<Hear<'a>>,
}

impl Life<'_> {
    fn day(&mut self, day: u64) {
        self.now = Timestamp::from_nanos(START_S * 1_000_000_000 + day * DAY_NS);
    }

    #[track_caller]
    fn apply(&mut self, actor: Actor, command: Command) -> Vec<Record> {
        let seq = Seq(self.state.last_seq().0 + 1);
        let envelope = Envelope { actor, trace: 0, command };
        self.outbox.clear();
        self.state.apply(seq, self.now, &envelope, &mut self.outbox);
        let events = self.outbox.records().to_vec();
        let refused = events.iter().find(|it| matches!(it.event, Event::Refused(_)));
        assert!(refused.is_none(), "{command:?}: {refused:?}");
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
        let (time, state) = (self.now, &self.state);
        let step = Step { seq, time, envelope: &envelope, events: &events, state };
        self.hear.iter_mut().for_each(|hear| hear(&step));
        events
    }

    #[track_caller]
    fn staff(&mut self, command: Command) -> Vec<Record> {
        self.apply(Actor::Operator(7), command)
    }

    #[track_caller]
    fn bet(&mut self, market: u32, selection: u8, stake: i64) {
        self.bets += 1;
        let (price_seq, epoch) = self.board[&MarketId(market)];
        let events = self.apply(
            Actor::account(ALICE),
            Command::PlaceBet(PlaceBet {
                account: ALICE,
                client_id: ClientBetId::from_parts(self.now.millis(), self.bets),
                market: MarketId(market),
                selection: SelectionIndex(selection),
                odds: Odds::from_milli(2_000).unwrap(),
                price_seq,
                epoch,
                stake: Stake::new(Money::from_minor(stake)).unwrap(),
                policy: PricePolicy::Any,
            }),
        );
        let taken = events.iter().any(|record| {
            matches!(&record.event, Event::Bet(view)
                if matches!(view.status, BetStatus::Accepted { payout } if payout.minor() == 2 * stake))
        });
        assert!(taken, "{events:?}");
    }

    fn payment(&mut self, amount: i64, reference: u128, step: PaymentStep) {
        let (account, amount) = (ALICE, Money::from_minor(amount));
        self.staff(Command::Payment { account, amount, reference, step });
    }

    fn deposit(&mut self, amount: i64, reference: u128) {
        let (account, amount) = (ALICE, Money::from_minor(amount));
        self.staff(Command::Deposit { account, amount, reference });
    }

    fn adjust(&mut self, amount: i64, reason: AdjustReason, reference: u128) {
        let (account, amount) = (ALICE, Money::from_minor(amount));
        self.staff(Command::Adjust(Adjust { account, amount, reason, reference }));
    }
}

/// Team A wins a map 13:0.
fn play(life: &mut Life<'_>, number: u32) {
    for command in thirteen_nil(number, life.now) {
        life.apply(Actor::Feed(SOURCE), command);
    }
    while life.state.next_due() <= life.now {
        life.apply(Actor::Engine, Command::Tick);
    }
}

/// What happened, in minor units. Day 0 is the first of January 2025, day 365 that of 2026.
fn live(places: u8, hear: Vec<Hear<'_>>) -> State {
    let capacity = Capacity {
        accounts_max: 4,
        matches_max: 4,
        markets_max: 64,
        bets_max: 64,
        client_ids_max: 64,
        multiples_max: 1,
        legs_max: 2,
        payments_max: 64,
        bonuses_max: 4,
        play_limits_max: 16,
    };
    let config = Config { margin_ppb: 0, stake_min: Money::from_minor(1), ..Config::default() };
    let outbox = Outbox::with_capacity(capacity.events_max());
    let now = Timestamp::default();
    let mut life = Life { state: State::new(), outbox, now, bets: 0, board: BTreeMap::new(), hear };
    life.day(0);
    life.staff(Command::Genesis { capacity, config });
    let (currency, code) = (Currency(1), CurrencyCode::new("XTS").unwrap());
    let book_ppb = 1_000_000_000;
    life.staff(Command::SetCurrency(SetCurrency { currency, code, decimals: places, book_ppb }));
    life.staff(Command::OpenAccount { key: name("alice"), currency });
    for number in 0..2 {
        for command in even_match(number) {
            life.staff(command);
        }
    }
    life.deposit(20_000, 1);
    life.day(10);
    life.payment(3_000, 2, PaymentStep::Withdraw { tax: Money::from_minor(500) });
    life.payment(3_000, 2, PaymentStep::Paid);
    life.day(300);
    let policy = PlayPolicy::default().with(Term::Turnover24h, 2_500);
    life.staff(Command::AdoptPlayPolicy { name: name("aml"), policy });
    let step = CustomerStep::Verified(Level::Identified);
    life.staff(Command::Customer { account: ALICE, step });
    let (quantity, window, by) = (Quantity::Loss, Window::Days7, LimitBy::Player);
    let key = LimitKey { quantity, window, by };
    let amount = Some(Money::from_minor(9_000));
    life.apply(Actor::account(ALICE), Command::SetPlayLimit { account: ALICE, key, amount });
    life.day(360);
    life.deposit(5_000, 3);
    life.bet(0, 0, 2_000);
    life.bet(0, 1, 1_000);
    play(&mut life, 0);
    life.day(366);
    life.adjust(-500, AdjustReason::Fee, 4);
    life.adjust(300, AdjustReason::Goodwill, 5);
    life.payment(2_500, 6, PaymentStep::Withdraw { tax: Money::ZERO });
    life.payment(2_500, 6, PaymentStep::Returned);
    life.payment(700, 7, PaymentStep::Authorise);
    life.payment(700, 7, PaymentStep::Fail);
    life.adjust(-400, AdjustReason::Chargeback, 8);
    life.bet(1, 0, 1_500);
    life.payment(800, 9, PaymentStep::Withdraw { tax: Money::from_minor(80) });
    life.state
}

/// Minor units as they are shown.
fn shown(minor: i64, places: u8) -> String {
    let digits = format!("{:0width$}", minor.abs(), width = usize::from(places) + 1);
    let (whole, rest) = digits.split_at(digits.len() - usize::from(places));
    let dot = if places == 0 { "" } else { "." };
    format!("{}{whole}{dot}{rest}", if minor < 0 { "-" } else { "" })
}

fn minor_of(text: &str) -> i64 {
    text.replace('.', "").parse().unwrap()
}

fn totals_of(statement: &Statement, state: &State) -> BTreeMap<String, String> {
    let mut json = Vec::new();
    statement.write_json(state, &mut json).unwrap();
    let said: serde_json::Value = serde_json::from_slice(&json).unwrap();
    assert_eq!(said["currency"], "XTS");
    let totals = said["totals"].as_object().unwrap().iter();
    totals.map(|(name, sum)| (name.clone(), sum.as_str().unwrap().to_owned())).collect()
}

#[test]
fn statements_of_three_and_twelve_months_come_to_what_a_hand_adds_up() {
    for places in [0, 2, 3] {
        // From the last day, the 2nd of January 2026, 93 and 372 days back.
        let from = |days: u64| {
            Timestamp::from_nanos(
                (START_S * 1_000_000_000 + 366 * DAY_NS).saturating_sub(days * 31 * DAY_NS),
            )
        };
        let mut three = Statement::new(ALICE, from(3));
        let mut twelve = Statement::new(ALICE, from(12));
        let state = live(
            places,
            vec![&mut |step| with_places(places, || three.hear(step)), &mut |step| {
                with_places(places, || twelve.hear(step))
            }],
        );
        // name, three months, twelve months
        for (name, three_months, twelve_months) in [
            ("opening_available", 17_000, 0),
            ("opening_held", 0, 0),
            ("deposits", 5_000, 25_000),
            ("withdrawals", 0, 3_000),
            ("charged_back", 400, 400),
            ("net_deposits", 4_600, 21_600),
            ("tax_kept_back", 0, 500),
            ("staked", 4_500, 4_500),
            ("stakes_returned", 0, 0),
            ("won", 4_000, 4_000),
            ("taken_back", 0, 0),
            // 20 lost and 40 won for 20 of them less 10; the 15 of the open bet are in neither.
            ("won_or_lost", 1_000, 1_000),
            ("bonuses", 0, 0),
            ("adjustments", -200, -200),
            ("debt_written_off", 0, 0),
            // 17,000 + 5,000 - 3,000 + 4,000 - 500 + 300 - 400 - 1,500 - 800
            ("closing_available", 20_100, 20_100),
            ("closing_held", 1_500, 1_500),
            ("opening_withdrawals_under_way", 0, 0),
            ("closing_withdrawals_under_way", 800, 800),
        ] {
            for (statement, sum) in [(&three, three_months), (&twelve, twelve_months)] {
                let totals = with_places(places, || totals_of(statement, &state));
                assert_eq!(totals[name], shown(sum, places), "{name} with {places} places");
            }
        }
        for statement in [&three, &twelve] {
            let totals = with_places(places, || totals_of(statement, &state));
            let sum =
                |names: &[&str]| -> i64 { names.iter().map(|name| minor_of(&totals[*name])).sum() };
            let opening = ["opening_available", "opening_held", "opening_withdrawals_under_way"];
            let moved = ["net_deposits", "won_or_lost", "adjustments", "debt_written_off"];
            let closing = ["closing_available", "closing_held", "closing_withdrawals_under_way"];
            assert_eq!(sum(&opening) + sum(&moved), sum(&closing), "{totals:?}");
        }
    }
}

#[test]
fn the_record_of_an_account_has_its_bets_money_limits_and_checks_by_year() {
    let mut entries: Vec<Entry> = Vec::new();
    let mut record = AccountRecord::new(ALICE, Timestamp::default());
    let mut words = Words::default();
    live(
        2,
        vec![&mut |step| {
            words.hear(step.events);
            entries.extend(with_places(2, || record.hear(&words, step)));
        }],
    );
    let lines: Vec<String> =
        entries.iter().map(|it| format!("{:?} {} {}", it.about, &it.time[..10], it.what)).collect();
    for wanted in [
        "Account 2025-01-01 account alice is Open",
        "Money 2025-01-01 deposit 200.00: payment provider to alice available",
        "Money 2025-01-11 payment 00000000-0000-0000-0000-000000000002 of 30.00 is ",
        "Check 2025-10-28 known as identity, held: none, to review: none",
        "Limit 2025-10-28 own limit on loss over 7d: 90.00, 0.00 used",
        "Bet 2025-12-27 20.00 on Alpha in Map 1 winner (Alpha v Bravo) at 2.00: accepted, to pay 40.00",
        "Check 2025-12-27 turnover_24h: 30.00 reached 25.00, somebody must look",
        "Bet 2025-12-27 10.00 on Bravo in Map 1 winner (Alpha v Bravo) at 2.00: lost",
        "Money 2026-01-02 fee 5.00: alice available to adjustments",
    ] {
        let found = lines.iter().any(|line| line.starts_with(wanted));
        assert!(found, "{wanted:?} is not among\n{}", lines.join("\n"));
    }
    assert_eq!(record.entries(), entries.len() as u64);
    assert!(entries.iter().filter(|entry| entry.about == About::Bet).count() >= 5);
    let years = with_places(2, || record.by_year());
    let sum = |year: usize, name: &str| {
        years[year].1.iter().find(|(known, _)| *known == name).unwrap().1.clone()
    };
    let numbers: Vec<&str> = years.iter().map(|(year, _)| year.as_str()).collect();
    assert_eq!(numbers, ["2025", "2026"]);
    for (name, in_2025, in_2026) in [
        ("bets_placed", "2", "1"),
        ("bets_refused", "0", "0"),
        ("deposits", "250.00", "0.00"),
        ("withdrawals", "30.00", "0.00"),
        ("net_deposits", "220.00", "-4.00"),
        ("staked", "30.00", "15.00"),
        ("won", "40.00", "0.00"),
        ("adjustments", "0.00", "-2.00"),
    ] {
        assert_eq!((sum(0, name).as_str(), sum(1, name).as_str()), (in_2025, in_2026), "{name}");
    }
}
