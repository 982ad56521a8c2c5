//! From a round to new prices, in a best of three with 59 markets and 122 prices.
//!
//! `round_won` is one feed message through `State::apply`: the score, the map's forecast, both
//! foreseen prices, the map's and the series' markets, one new round market, all events.
//! `whole_match` makes every price of the match anew from forecasts that stand.
//! The rest are the functions below them.

use std::hint::black_box;
use std::time::{Duration, Instant};

use clutch_bench::{BookSize, Desk, book};
use clutch_core::command::{Actor, Config, FeedMessage, GameEvent, Side, Team};
use clutch_core::pricing::{
    BySide, Ladder, MapForecast, MapModel, RoundRules, SeriesForecast, apply_odds_ratio, win_grid,
};
use clutch_core::units::{MatchId, SourceId, Timestamp};
use clutch_core::{Command, Envelope, Event};
use criterion::{Criterion, criterion_group, criterion_main};

const MATCHES: u32 = 64;
/// Rounds played per match with teams in turn: 11–11, so that no map is ever decided.
const ROUNDS: u8 = 22;

struct Rounds {
    desk: Desk,
    match_id: u32,
    round: u8,
    version: u64,
    prices: usize,
}

impl Rounds {
    fn new() -> Self {
        let size = BookSize { accounts: 1, matches: MATCHES, bets_max: 1 };
        let genesis = Command::Genesis { capacity: size.capacity(), config: book::config() };
        let mut desk = Desk::default();
        desk.apply(&book::by_operator(genesis));
        for match_id in (0..MATCHES).map(MatchId) {
            book::match_commands(match_id, true)
                .for_each(|command| desk.apply(&book::by_operator(command)));
            let started = GameEvent::MapStarted { map: 1, first_side_a: Side::Ct };
            desk.apply(&heard(match_id, 1, started));
        }
        Self { desk, match_id: 0, round: 0, version: 1, prices: 0 }
    }

    /// The next round of one match; all matches are played to 11–11, one after the other.
    fn play(&mut self) -> Duration {
        if self.round == ROUNDS {
            (self.match_id, self.round, self.version) = (self.match_id + 1, 0, 1);
            if self.match_id == MATCHES {
                *self = Self::new();
            }
        }
        self.round += 1;
        self.version += 1;
        let winner = if self.round.is_multiple_of(2) { Team::A } else { Team::B };
        let won = GameEvent::RoundWon { map: 1, round: self.round, winner };
        let message = heard(MatchId(self.match_id), self.version, won);
        let begin = Instant::now();
        self.desk.apply(&message);
        let took = begin.elapsed();
        self.prices = prices(&self.desk);
        assert!(self.prices != 0, "the bench measures a refusal");
        took
    }
}

fn heard(match_id: MatchId, version: u64, event: GameEvent) -> Envelope {
    let source = SourceId(0);
    let (source_time, received_at) = (Timestamp::default(), Timestamp::default());
    let message =
        FeedMessage { match_id, source, version, follows: 0, source_time, received_at, event };
    Envelope { actor: Actor::Feed(source), trace: 0, command: Command::Feed(message) }
}

fn prices(desk: &Desk) -> usize {
    desk.outbox.records().iter().filter(|record| matches!(record.event, Event::Price(_))).count()
}

/// A desk with one match, and two configurations between which every price changes. The prices go
/// out in slices, so a change is the configuration and as many ticks as are due.
fn one_match() -> (Desk, [Envelope; 2]) {
    let size = BookSize { accounts: 1, matches: 1, bets_max: 1 };
    let margins = [60_000_000, 70_000_000].map(|margin_ppb| {
        let config = Config { margin_ppb, ..book::config() };
        book::by_operator(Command::Configure { config, based_on: None })
    });
    (Desk::with_book(size).0, margins)
}

fn through_the_state(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("reprice");
    let mut rounds = Rounds::new();
    group.bench_function("round_won", |bencher| {
        bencher.iter_custom(|count| (0..count).map(|_| rounds.play()).sum());
    });
    eprintln!("the last round won moved {} prices", rounds.prices);
    let (mut desk, margins) = one_match();
    let tick = Envelope { actor: Actor::Engine, trace: 0, command: Command::Tick };
    let mut turn = 0;
    group.bench_function("whole_match", |bencher| {
        bencher.iter(|| {
            turn += 1;
            desk.apply(&margins[turn % 2]);
            while desk.has_work() {
                desk.apply(&tick);
            }
        });
    });
    desk.apply(&margins[(turn + 1) % 2]);
    let mut moved = prices(&desk);
    while desk.has_work() {
        desk.apply(&tick);
        moved += prices(&desk);
    }
    eprintln!("a change of margin moved {moved} prices");
    group.finish();
}

fn pure(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("pricing");
    let round = BySide { t: 0.48, ct: 0.53 };
    let model = MapModel::new(Side::Ct, round, None).expect("chances between 0 and 1");
    let rules = RoundRules::MR12;
    group.bench_function("map_forecast", |bencher| {
        bencher.iter(|| MapForecast::new(rules, black_box(&model), black_box(7), black_box(5)));
    });
    group.bench_function("win_grid", |bencher| {
        bencher.iter(|| win_grid(rules, black_box(&model), black_box(7), black_box(5)));
    });
    group.bench_function("series_forecast", |bencher| {
        bencher.iter(|| SeriesForecast::new(3, 1, 0, black_box(&[1.0, 0.55, 0.48])));
    });
    group.bench_function("margin_of_two", |bencher| {
        let mut booked = [0.0; 2];
        bencher.iter(|| apply_odds_ratio(black_box(&[0.61, 0.39]), 1.06, &mut booked));
    });
    group.bench_function("ladder", |bencher| {
        bencher.iter(|| Ladder::DEFAULT.price(black_box(0.643)));
    });
    group.finish();
}

criterion_group!(benches, through_the_state, pure);
criterion_main!(benches);
