//! Counts the instructions of new prices: each round won, one map under new strengths, and whole matches
//! under a new margin.
//!
//! ```text
//! cargo build --profile bench -p clutch-bench --example count_reprice
//! valgrind --tool=callgrind --toggle-collect='*Counted*' target/release/examples/count_reprice rounds
//! ```
//!
//! Counts do not depend on what else the machine does. `rounds` plays [`ROUNDS`] rounds of one
//! match, `map` gives its second map [`CHANGES`] new strengths, `matches` gives it [`CHANGES`] new margins.

use clutch_bench::{BookSize, Desk, book};
use clutch_core::command::{Actor, Config, FeedMessage, GameEvent, SetMap, Side, Strengths, Team};
use clutch_core::units::{MatchId, Name, Probability, SourceId, Timestamp};
use clutch_core::{Command, Envelope, Event};

/// Rounds with teams in turn: 11–11, so that the map is never decided.
const ROUNDS: u8 = 22;
const CHANGES: usize = 100;

struct Counted(Desk);

impl Counted {
    /// What callgrind is told to count. A command and the ticks that it leaves due.
    #[inline(never)]
    fn apply(&mut self, envelope: &Envelope, tick: &Envelope) -> usize {
        self.0.apply(envelope);
        let mut prices = prices(&self.0);
        while self.0.has_work() {
            self.0.apply(tick);
            prices += self::prices(&self.0);
        }
        prices
    }
}

fn prices(desk: &Desk) -> usize {
    desk.outbox.records().iter().filter(|record| matches!(record.event, Event::Price(_))).count()
}

fn main() {
    let size = BookSize { accounts: 1, matches: 1, bets_max: 1 };
    let mut desk = Desk::default();
    desk.apply(&book::by_operator(Command::Genesis {
        capacity: size.capacity(),
        config: book::config(),
    }));
    let what = std::env::args().nth(1).unwrap_or("rounds".into());
    let rounds_are_counted = what == "rounds";
    for command in book::match_commands(MatchId(0), rounds_are_counted) {
        desk.apply(&book::by_operator(command));
    }
    let tick = Envelope { actor: Actor::Engine, trace: 0, command: Command::Tick };
    let mut counted = Counted(desk);
    let (mut moved, mut commands) = (0, 0);
    if rounds_are_counted {
        let started = GameEvent::MapStarted { map: 1, first_side_a: Side::Ct };
        counted.0.apply(&heard(1, started));
        for round in 1..=ROUNDS {
            let winner = if round.is_multiple_of(2) { Team::A } else { Team::B };
            let won = GameEvent::RoundWon { map: 1, round, winner };
            moved += counted.apply(&heard(u64::from(round) + 1, won), &tick);
            commands += 1;
        }
    } else {
        for change in 0..CHANGES {
            let margin_ppb = if change.is_multiple_of(2) { 60_000_000 } else { 70_000_000 };
            let config = Config { margin_ppb, ..book::config() };
            let command = match what.as_str() {
                "map" => new_strengths(480_000_000 + margin_ppb),
                _ => Command::Configure { config, based_on: None },
            };
            // One person may not go so far, and nobody has to agree with the configuration.
            let command = Envelope { actor: Actor::Operator(0), ..book::by_operator(command) };
            moved += counted.apply(&command, &tick);
            commands += 1;
        }
    }
    println!("{commands} commands moved {moved} prices");
}

fn new_strengths(ppb: u32) -> Command {
    let chance = |ppb| Probability::from_ppb(ppb).expect("below one");
    Command::SetMap(SetMap {
        match_id: MatchId(0),
        map_no: 2,
        name: Name::lossy("de_map2", "nameless"),
        first_side_a: Side::Ct,
        strengths: Strengths::BySide { t: chance(ppb), ct: chance(ppb) },
    })
}

fn heard(version: u64, event: GameEvent) -> Envelope {
    let source = SourceId(0);
    let (source_time, received_at) = (Timestamp::default(), Timestamp::default());
    let message = FeedMessage {
        match_id: MatchId(0),
        source,
        version,
        follows: 0,
        source_time,
        received_at,
        event,
    };
    Envelope { actor: Actor::Feed(source), trace: 0, command: Command::Feed(message) }
}
