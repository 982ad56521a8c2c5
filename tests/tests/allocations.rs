//! Memory is taken at start-up: bets, rounds, prices, settlements and rewinds allocate nothing.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should say where")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

use clutch_core::command::{
    Actor, Capacity, Config, CreateMatch, FeedMessage, GameEvent, Line, MarketKind, PlaceBet,
    PricePolicy, RoundFormat, SetMap, Side, Strengths, Team, Title,
};
use clutch_core::event::BetStatus;
use clutch_core::units::{
    AccountId, ClientBetId, Currency, MarketId, MatchId, Money, Name, Odds, Probability,
    SelectionIndex, Seq, SourceId, Stake, Timestamp,
};
use clutch_core::{Command, Envelope, Event, Outbox, State};

thread_local! {
    static ALLOCATIONS: Cell<u64> = const { Cell::new(0) };
}

/// Counts each thread's allocations.
struct Counting;

#[global_allocator]
static ALLOCATOR: Counting = Counting;

// SAFETY: everything is passed on to the system's allocator unchanged.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // A thread that is ending has no counter any more.
        let _ = ALLOCATIONS.try_with(|count| count.set(count.get() + 1));
        // SAFETY: the caller's promises are the system allocator's conditions.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        // SAFETY: as above.
        unsafe { System.dealloc(memory, layout) }
    }
}

const START_MS: u64 = 1_800_000_000_000;

/// The bare core with its own count.
struct Core {
    state: State,
    outbox: Outbox,
    now: Timestamp,
    version: u64,
    allocations: u64,
    accepted: u32,
    settled: u32,
    /// The newest price and the epoch of each market, as last announced.
    views: [(u64, u32); 64],
}

impl Core {
    fn apply(&mut self, command: Command) {
        let envelope = Envelope { actor: Actor::Operator(0), trace: 0, command };
        self.outbox.clear();
        let before = ALLOCATIONS.with(Cell::get);
        let seq = Seq(self.state.last_seq().0 + 1);
        self.state.apply(seq, self.now, &envelope, &mut self.outbox);
        self.allocations += ALLOCATIONS.with(Cell::get) - before;
        for record in self.outbox.records() {
            match record.event {
                Event::Bet(bet) => {
                    self.accepted += u32::from(matches!(bet.status, BetStatus::Accepted { .. }));
                    self.settled +=
                        u32::from(matches!(bet.status, BetStatus::Won { .. } | BetStatus::Lost));
                }
                Event::Market { market, epoch, .. } => self.views[market.0 as usize].1 = epoch,
                Event::Price(price) => self.views[price.market.0 as usize].0 = price.price_seq,
                _ => {}
            }
        }
    }

    fn pass(&mut self, millis: u64) {
        self.now = self.now.plus(millis * 1_000_000);
        self.apply(Command::Tick);
    }

    fn hear(&mut self, event: GameEvent) {
        // A heartbeat repeats the last version.
        self.version += u64::from(event != GameEvent::Heartbeat);
        self.apply(Command::Feed(FeedMessage {
            match_id: MatchId(0),
            source: SourceId(0),
            version: self.version,
            follows: 0,
            source_time: self.now,
            received_at: self.now,
            event,
        }));
    }

    /// Bets on every market: whatever is open takes one.
    fn bet(&mut self, markets: u32) {
        for market in 0..markets {
            let seq = self.state.last_seq().0;
            let (price_seq, epoch) = self.views[market as usize];
            self.apply(Command::PlaceBet(PlaceBet {
                account: AccountId(0),
                client_id: ClientBetId::from_parts(self.now.millis(), u128::from(seq)),
                market: MarketId(market),
                selection: SelectionIndex(0),
                odds: Odds::MIN,
                price_seq,
                epoch,
                stake: Stake::new(Money::from_minor(100)).unwrap(),
                policy: PricePolicy::Any,
            }));
        }
    }
}

#[test]
fn playing_a_map_with_bets_allocates_nothing() {
    const MARKETS: u32 = 20;
    let capacity = Capacity {
        accounts_max: 10,
        matches_max: 2,
        markets_max: 64,
        bets_max: 4_000,
        client_ids_max: 8_000,
        multiples_max: 400,
        legs_max: 2_000,
        payments_max: 100,
        bonuses_max: 10,
        play_limits_max: 10,
    };
    let mut core = Core {
        state: State::new(),
        outbox: Outbox::with_capacity(capacity.events_max()),
        now: Timestamp::from_millis(START_MS),
        version: 0,
        allocations: 0,
        accepted: 0,
        settled: 0,
        views: [(0, 0); 64],
    };
    let name = |text| Name::new(text).unwrap();
    let even = Probability::from_ppb(500_000_000).unwrap();
    core.apply(Command::Genesis { capacity, config: Config::default() });
    core.apply(Command::CreateMatch(CreateMatch {
        key: name("M"),
        title: Title::CounterStrike,
        rounds: RoundFormat::Mr12,
        best_of: 1,
        team_a: name("A"),
        team_b: name("B"),
        starts_at: Timestamp::default(),
        round_markets: true,
    }));
    core.apply(Command::SetMap(SetMap {
        match_id: MatchId(0),
        map_no: 1,
        name: name("map"),
        first_side_a: Side::Ct,
        strengths: Strengths::BySide { t: even, ct: even },
    }));
    let total =
        |halves| MarketKind::TotalRounds { map: 1, line: Line::from_halves(halves).unwrap() };
    for kind in [MarketKind::MatchWinner, MarketKind::MapWinner { map: 1 }, total(43), total(45)] {
        core.apply(Command::OpenMarket { match_id: MatchId(0), kind });
    }
    core.apply(Command::OpenAccount { key: name("a"), currency: Currency::default() });
    let amount = Money::from_minor(10_000_000);
    core.apply(Command::Deposit { account: AccountId(0), amount, reference: 1 });

    core.allocations = 0;
    core.hear(GameEvent::MapStarted { map: 1, first_side_a: Side::Ct });
    for round in 1..=18 {
        let winner = if round % 3 == 0 { Team::B } else { Team::A };
        core.bet(MARKETS);
        for _ in 0..3 {
            core.pass(2_000);
            core.hear(GameEvent::Heartbeat);
        }
        core.hear(GameEvent::RoundStarted { map: 1, round });
        core.hear(GameEvent::RoundWon { map: 1, round, winner });
        if round == 9 {
            core.hear(GameEvent::Rewound { map: 1, to_round: 8 });
            core.hear(GameEvent::RoundWon { map: 1, round, winner });
        }
    }
    core.hear(GameEvent::RoundWon { map: 1, round: 19, winner: Team::A });
    core.pass(1_000);
    assert!(core.accepted > 50 && core.settled > 50, "{} {}", core.accepted, core.settled);
    assert_eq!(core.allocations, 0);
}
