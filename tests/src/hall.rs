//! A betting hall with one match: an account, a market at even odds, and everything that is said when
//! it is decided. For rules about who is paid when, which a table at rest cannot show.

use std::time::{Duration, Instant};

use clutch_core::command::{
    Capacity, Config, CreateMatch, FeedMessage, GameEvent, MarketKind, Pick, Picks, PlaceBet,
    PlaceMultiple, PricePolicy, RoundFormat, SetMap, Side, Strengths, Team, Title,
};
use clutch_core::event::{BetStatus, Event};
use clutch_core::settlement::system::{Bankers, FoldSizes};
use clutch_core::units::{
    AccountId, ClientBetId, Currency, MarketId, MatchId, Money, Name, Odds, Probability,
    SelectionIndex, SourceId, Stake, Timestamp,
};
use clutch_core::{Command, Query, Record};

use crate::world::{World, restored, saved};

/// The hall.
#[derive(Debug)]
pub struct Hall {
    world: World,
    /// The market that bets are on; market 1 is on another match.
    pub market: MarketId,
    bets: u64,
}

const ACCOUNT: AccountId = AccountId(0);

impl Hall {
    /// An engine with an account, and two matches of one map whose winners can be bet on at 2.00.
    pub fn new(config: Config) -> Self {
        Self::with_room(config, 4_096)
    }

    /// The same with room for so many bets.
    pub fn with_room(config: Config, bets_max: u32) -> Self {
        let capacity = Capacity {
            accounts_max: 8,
            markets_max: 64,
            bets_max,
            client_ids_max: bets_max,
            ..Capacity::default()
        };
        let config = Config { deposits_alone_max: Config::AMOUNT_MAX, ..config };
        let mut world = World::new(capacity, config);
        let amount = Money::from_minor(1_000_000_000);
        world.apply(Command::OpenAccount { key: name("A"), currency: Currency::default() });
        world.apply(Command::Deposit { account: ACCOUNT, amount, reference: 1 });
        for id in [0, 1] {
            let create = CreateMatch {
                key: name(&format!("match {id}")),
                title: Title::CounterStrike,
                rounds: RoundFormat::Mr12,
                best_of: 1,
                team_a: name("a"),
                team_b: name("b"),
                starts_at: Timestamp::default(),
                round_markets: false,
            };
            world.apply(Command::CreateMatch(create));
            let even = Probability::from_ppb(500_000_000).expect("a chance");
            let strengths = Strengths::BySide { t: even, ct: even };
            let match_id = MatchId(id);
            let first_side_a = Side::Ct;
            let set = SetMap { match_id, map_no: 1, name: name("map"), first_side_a, strengths };
            world.apply(Command::SetMap(set));
            world.apply(Command::OpenMarket { match_id, kind: MarketKind::MatchWinner });
        }
        Self { world, market: MarketId(0), bets: 0 }
    }

    /// A bet of so many whole units on a selection of the first market.
    ///
    /// # Panics
    /// If it is not accepted.
    pub fn bet(&mut self, selection: u8, stake: i64) {
        let answer = self.place(self.market, selection, stake);
        assert!(matches!(answer, Some(BetStatus::Accepted { .. })), "{answer:?}");
    }

    /// A double of so many whole units on the first selections of both markets, at 4.00.
    ///
    /// # Panics
    /// If it is not accepted.
    pub fn double(&mut self, stake: i64) {
        let legs = [MarketId(0), MarketId(1)].map(|market| self.wish(market, 0, stake));
        let PlaceBet { account, client_id, policy, stake, .. } = legs[0];
        let pick = |leg: PlaceBet| {
            let PlaceBet { market, selection, odds, price_seq, epoch, .. } = leg;
            Pick { market, selection, odds, price_seq, epoch }
        };
        let picks = Picks::new(&legs.map(pick)).expect("two legs");
        let lines = (FoldSizes::new([2]).expect("a double"), Bankers::NONE);
        let place = PlaceMultiple::new((account, client_id), policy, stake, lines, picks);
        let records = self.world.apply(Command::PlaceMultiple(place.expect("a double")));
        let is_taken = records.iter().any(|record| {
            matches!(record.event, Event::Multiple(view) if matches!(view.status, BetStatus::Accepted { .. }))
        });
        assert!(is_taken, "{records:?}");
    }

    /// A bet on the other match, without any tick before or after it: how it was answered, how long that
    /// took, and all that was said with it.
    pub fn arrive(&mut self) -> (Option<BetStatus>, Duration, Vec<Record>) {
        let place = self.wish(MarketId(1), 0, 1);
        let begin = Instant::now();
        let records = self.world.apply(Command::PlaceBet(place));
        let took = begin.elapsed();
        (answer(&records), took, records)
    }

    /// Whether settlement has anything left to do.
    pub fn has_work(&self) -> bool {
        self.world.has_work()
    }

    /// How many markets owe their bets, and which waits longest; how many bets were settled at all, and how
    /// many of them within half a second.
    pub fn owed(&mut self) -> (u32, Option<MarketId>, [u64; 2]) {
        let (mut owed, mut bets) = ((0, None), [0, 0]);
        for event in self.world.ask(Query::SettlementTimes) {
            match event {
                Event::SettlementOwed { markets, oldest, .. } => owed = (markets, oldest),
                Event::SettlementTime { at_most_ms, bets: of_bucket } => {
                    bets[0] += of_bucket;
                    bets[1] += if at_most_ms.is_some_and(|end| end <= 500) { of_bucket } else { 0 };
                }
                _ => {}
            }
        }
        (owed.0, owed.1, bets)
    }

    /// Lets time go by without any command.
    pub fn skip(&mut self, nanos: u64) {
        self.world.skip(nanos);
    }

    /// Has team A win the first match, and returns what was said up to the last round and no further.
    pub fn decide_without_ticks(&mut self) -> Vec<Record> {
        let rounds = rounds(MatchId(0));
        rounds.into_iter().flat_map(|command| self.world.apply(command)).collect()
    }

    fn place(&mut self, market: MarketId, selection: u8, stake: i64) -> Option<BetStatus> {
        let place = self.wish(market, selection, stake);
        answer(&self.world.apply(Command::PlaceBet(place)))
    }

    fn wish(&mut self, market: MarketId, selection: u8, stake: i64) -> PlaceBet {
        let events = self.world.ask(Query::Match { match_id: MatchId(market.0) });
        let (mut price_seq, mut epoch) = (0, 0);
        for event in events {
            match event {
                Event::Market { market: of, epoch: seen, .. } if of == market => epoch = seen,
                Event::Price(price) if price.market == market => price_seq = price.price_seq,
                _ => {}
            }
        }
        self.bets += 1;
        let made = u128::from(self.world.now().millis());
        PlaceBet {
            account: ACCOUNT,
            client_id: ClientBetId(made << 80 | 7 << 76 | 2 << 62 | u128::from(self.bets)),
            market,
            selection: SelectionIndex(selection),
            odds: Odds::from_milli(2_000).expect("odds"),
            price_seq,
            epoch,
            stake: Stake::new(Money::from_minor(100 * stake)).expect("a stake"),
            policy: PricePolicy::Any,
        }
    }

    /// The same engine after its snapshot was written, changed and read.
    #[must_use]
    pub fn with_changed_bytes(self, change: impl FnOnce(&mut [u8])) -> Self {
        let mut bytes = saved(self.world.state());
        change(&mut bytes);
        let state = restored(&bytes, 4_096).expect("the rows still fit together");
        let now = self.world.now();
        let journal = self.world.journal().to_vec();
        Self { world: World::resumed(state, now, journal), ..self }
    }

    /// Has team A win the first match, and returns all that is said until the engine is at rest.
    pub fn decide(&mut self) -> Vec<Record> {
        rounds(MatchId(0)).into_iter().flat_map(|command| self.command(command)).collect()
    }

    /// The same for the other match.
    pub fn decide_other(&mut self) -> Vec<Record> {
        rounds(MatchId(1)).into_iter().flat_map(|command| self.command(command)).collect()
    }

    /// A command with all that is said until the engine is at rest.
    pub fn command(&mut self, command: Command) -> Vec<Record> {
        let mut records = self.world.apply(command);
        records.extend(self.world.drain());
        records
    }

    /// What the account has and holds.
    ///
    /// # Panics
    /// If there is no account.
    pub fn balance(&self) -> [Money; 2] {
        let row = self.world.state().wallet().and_then(|wallet| wallet.get(ACCOUNT));
        let row = row.expect("the account is open");
        [row.available, row.held]
    }

    /// Whether a bet on the other match is taken.
    pub fn other_market_takes_bets(&mut self) -> bool {
        matches!(self.place(MarketId(1), 0, 1), Some(BetStatus::Accepted { .. }))
    }
}

/// The rounds of a match that team A wins 13:0.
fn rounds(match_id: MatchId) -> Vec<Command> {
    let start = GameEvent::MapStarted { map: 1, first_side_a: Side::Ct };
    let rounds = (1..=13).map(|round| GameEvent::RoundWon { map: 1, round, winner: Team::A });
    let message = |(version, event)| {
        Command::Feed(FeedMessage {
            match_id,
            source: SourceId(0),
            version,
            follows: 0,
            source_time: Timestamp::default(),
            received_at: Timestamp::default(),
            event,
        })
    };
    (1..).zip(std::iter::once(start).chain(rounds)).map(message).collect()
}

fn answer(records: &[Record]) -> Option<BetStatus> {
    records.iter().find_map(|record| match record.event {
        Event::Bet(view) if record.trace != 0 => Some(view.status),
        _ => None,
    })
}

fn name(text: &str) -> Name {
    Name::new(text).expect("a short name")
}
