//! From what changed to new prices, in a best of three with 59 markets and 120 prices.
//!
//! Each of the first three is one command through `State::apply`, with all that the core does for it,
//! into the outbox; what is not in it is the journal and the way out to the bettors.
//!
//! - `round_won` is the fan of a round's end: one feed message is checked (version, gap, lag of the
//!   source's clock), the score moves, the map's grid is walked forward, both foreseen prices of the next
//!   round are walked backward, the price is held against the one foreseen for this winner; then every
//!   market of the map and the series is resolved, priced, guarded, put under margin, floored to the
//!   ladder, compared with what stood, and said if it moved; the round's market is settled and the next
//!   round's is opened. Before each a `RoundStarted` that is not timed closes the market on that round.
//! - `one_map` is a trader's new strengths for one map that is still to come: its grid, its 19 markets and
//!   the 2 of the series, band check and all: 44 prices.
//! - `whole_match` makes every price of the match anew under another margin, in the slices in which the
//!   core does it: the change of the configuration and two ticks.
//!
//! After each stand its percentiles over single commands. The rest are the functions below them.

use std::hint::black_box;
use std::time::{Duration, Instant};

use clutch_bench::{BookSize, Desk, book};
use clutch_core::command::{Actor, Config, FeedMessage, GameEvent, SetMap, Side, Strengths, Team};
use clutch_core::pricing::{
    BySide, Ladder, MapForecast, MapModel, RoundRules, SeriesForecast, apply_odds_ratio, win_grid,
};
use clutch_core::units::{MatchId, Name, Probability, SourceId};
use clutch_core::{Command, Envelope, Event};
use criterion::{Criterion, criterion_group, criterion_main};

const MATCHES: u32 = 64;
/// Rounds played per match with teams in turn: 11–11, so that no map is ever decided.
const ROUNDS: u8 = 22;

/// The times of single commands.
#[derive(Default)]
struct Times(Vec<Duration>);

impl Times {
    /// Applies one command, and whatever it leaves due, and takes the time.
    fn apply(&mut self, desk: &mut Desk, envelope: &Envelope, tick: &Envelope) -> Duration {
        let begin = Instant::now();
        desk.apply(envelope);
        while desk.has_work() {
            desk.apply(tick);
        }
        let took = begin.elapsed();
        self.0.push(took);
        took
    }

    fn report(mut self, name: &str, prices: usize) {
        self.0.sort_unstable();
        let at = |percent: usize| self.0[(self.0.len() - 1) * percent / 100];
        eprintln!(
            "reprice/{name}: p50 {:?}, p90 {:?}, p99 {:?} over {} commands; the last moved {prices} prices",
            at(50),
            at(90),
            at(99),
            self.0.len()
        );
    }
}

struct Rounds {
    desk: Desk,
    match_id: u32,
    round: u8,
    version: u64,
}

impl Rounds {
    fn new() -> Self {
        let size = BookSize { accounts: 1, matches: MATCHES, bets_max: 1 };
        let genesis = Command::Genesis { capacity: size.capacity(), config: book::config() };
        let mut rounds = Self { desk: Desk::default(), match_id: 0, round: 0, version: 0 };
        rounds.desk.apply(&book::by_operator(genesis));
        for match_id in (0..MATCHES).map(MatchId) {
            book::match_commands(match_id, true)
                .for_each(|command| rounds.desk.apply(&book::by_operator(command)));
            (rounds.match_id, rounds.version) = (match_id.0, 0);
            let started = rounds.hear(GameEvent::MapStarted { map: 1, first_side_a: Side::Ct });
            rounds.desk.apply(&started);
        }
        rounds.match_id = 0;
        rounds
    }

    /// The next message of the match's feed.
    fn hear(&mut self, event: GameEvent) -> Envelope {
        self.version += 1;
        let message = FeedMessage {
            match_id: MatchId(self.match_id),
            source: SourceId(0),
            version: self.version,
            follows: self.version - 1,
            source_time: self.desk.now(),
            received_at: self.desk.now(),
            event,
        };
        by_feed(message)
    }

    /// The next round of one match; all matches are played to 11–11, one after the other.
    fn play(&mut self, times: &mut Times) -> Duration {
        if self.round == ROUNDS {
            (self.match_id, self.round, self.version) = (self.match_id + 1, 0, 1);
            if self.match_id == MATCHES {
                *self = Self::new();
                self.version = 1;
            }
        }
        self.round += 1;
        let started = self.hear(GameEvent::RoundStarted { map: 1, round: self.round });
        self.desk.apply(&started);
        let winner = if self.round.is_multiple_of(2) { Team::A } else { Team::B };
        let won = self.hear(GameEvent::RoundWon { map: 1, round: self.round, winner });
        let took = times.apply(&mut self.desk, &won, &tick());
        assert!(prices(&self.desk) != 0, "the bench measures a refusal");
        took
    }
}

fn by_feed(message: FeedMessage) -> Envelope {
    Envelope { actor: Actor::Feed(message.source), trace: 0, command: Command::Feed(message) }
}

fn tick() -> Envelope {
    Envelope { actor: Actor::Engine, trace: 0, command: Command::Tick }
}

fn prices(desk: &Desk) -> usize {
    desk.outbox.records().iter().filter(|record| matches!(record.event, Event::Price(_))).count()
}

/// A desk with one match.
fn one_match() -> Desk {
    Desk::with_book(BookSize { accounts: 1, matches: 1, bets_max: 1 }).0
}

/// Two configurations between which every price changes.
fn margins() -> [Envelope; 2] {
    [60_000_000, 70_000_000].map(|margin_ppb| {
        let config = Config { margin_ppb, ..book::config() };
        book::by_operator(Command::Configure { config, based_on: None })
    })
}

/// Two opinions on the second map between which all its prices change.
fn opinions() -> [Envelope; 2] {
    [480_000_000, 510_000_000].map(|t| {
        let chance = |ppb| Probability::from_ppb(ppb).expect("below one");
        let strengths = Strengths::BySide { t: chance(t), ct: chance(t + 50_000_000) };
        let command = Command::SetMap(SetMap {
            match_id: MatchId(0),
            map_no: 2,
            name: Name::lossy("de_map2", "nameless"),
            first_side_a: Side::Ct,
            strengths,
        });
        // One person may not go so far, and nobody has to agree with the configuration.
        Envelope { actor: Actor::Operator(0), ..book::by_operator(command) }
    })
}

fn through_the_state(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("reprice");
    let (mut rounds, mut times) = (Rounds::new(), Times::default());
    group.bench_function("round_won", |bencher| {
        bencher.iter_custom(|count| (0..count).map(|_| rounds.play(&mut times)).sum());
    });
    times.report("round_won", prices(&rounds.desk));
    for (name, turns) in [("one_map", opinions()), ("whole_match", margins())] {
        let (mut desk, mut times, mut turn) = (one_match(), Times::default(), 0);
        group.bench_function(name, |bencher| {
            bencher.iter_custom(|count| {
                let mut next = || {
                    turn += 1;
                    times.apply(&mut desk, &turns[turn % 2], &tick())
                };
                (0..count).map(|_| next()).sum()
            });
        });
        desk.apply(&turns[(turn + 1) % 2]);
        let mut moved = prices(&desk);
        while desk.has_work() {
            desk.apply(&tick());
            moved += prices(&desk);
        }
        assert!(moved != 0, "the bench measures a refusal");
        times.report(name, moved);
    }
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
