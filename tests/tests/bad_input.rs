//! Every field of every command at its limits and beyond, given to an engine in the middle of its work: none makes
//! it panic, one that is refused leaves the state as it was, as if time alone had passed, and what only the staff may
//! do is refused to a bettor.
//!
//! The commands are the committed bytes of each, and those that a simulation chose; fields are overwritten with the
//! smallest and the largest numbers, with neighbours of what was there, and with unknown ids. What does not decode
//! never reaches the engine. `CLUTCH_BAD_INPUT_SEEDS` sets how much is tried.

use std::collections::{BTreeMap, BTreeSet};

use clutch_core::command::{Actor, ENCODED_MAX};
use clutch_core::event::{BetStatus, CashOutStatus};
use clutch_core::units::{AccountId, Seq, SourceId, Timestamp};
use clutch_core::{Command, Envelope, Event, Outbox, Record, Reject, State};
use clutch_tests::chooser::Chooser;
use clutch_tests::random::Random;
use clutch_tests::twin::Twin;
use clutch_tests::world::{World, restored, saved, through_bytes};

const SEEDS: u64 = 6;
const STEPS: u64 = 500;
/// How many faulty commands are tried at each stop, and how far stops are apart.
const TRIES: usize = 60;
const EVERY: u64 = 12;

/// The committed bytes of every command.
fn committed() -> Vec<Envelope> {
    let lines = include_str!("../golden/commands.txt").lines();
    let byte = |pair: &[u8]| {
        let pair = std::str::from_utf8(pair).expect("hex digits");
        u8::from_str_radix(pair, 16).expect("hex digits")
    };
    let bytes = lines.map(|line| {
        let hex = line.split_once(' ').expect("a name and its bytes").1;
        hex.as_bytes().chunks(2).map(byte).collect::<Vec<_>>()
    });
    bytes.map(|bytes| Envelope::decode(&bytes).expect("a command of record")).collect()
}

/// One engine, and one beside it for which only time passes.
struct Pair {
    now: Timestamp,
    tried: State,
    idle: State,
    outbox: Outbox,
}

impl Pair {
    fn of(world: &World, bytes: &[u8]) -> Self {
        let state = || restored(bytes, usize::MAX).expect("a sound state is read back");
        let (tried, idle) = (state(), state());
        let events_max = tried.capacity().expect("it has its first record").events_max();
        Self { now: world.now(), tried, idle, outbox: Outbox::with_capacity(events_max) }
    }

    fn apply(&mut self, envelope: &Envelope) -> Vec<Record> {
        let seq = Seq(self.tried.last_seq().0 + 1);
        let tick = Envelope { actor: Actor::Engine, trace: 0, command: Command::Tick };
        self.outbox.clear();
        self.idle.apply(seq, self.now, &tick, &mut self.outbox);
        self.outbox.clear();
        self.tried.apply(seq, self.now, envelope, &mut self.outbox);
        self.outbox.records().to_vec()
    }

    /// Every balance, as far as both must have the same.
    fn money(state: &State) -> Vec<(i64, i64)> {
        let wallet = state.wallet().expect("it has its first record");
        wallet.iter().map(|(_, row)| (row.available.minor(), row.held.minor())).collect()
    }
}

/// Overwrites a field or two of a command; `None` if that is no command any more.
fn changed(random: &mut Random, envelope: &Envelope) -> Option<Envelope> {
    let mut bytes = [0; ENCODED_MAX];
    let length = through_bytes(envelope).encode(&mut bytes);
    let bytes = &mut bytes[..length];
    for _ in 0..=random.below(2) {
        let width = random.pick(&[1, 2, 4, 8, 16]).min(length);
        let at = random.below((length - width) as u64 + 1) as usize;
        let field = &mut bytes[at..at + width];
        match random.below(6) {
            0 => field.fill(0),
            1 => field.fill(0xff),
            2 => {
                // The largest number with a sign, and the smallest.
                let is_least = random.chance(50);
                field.fill(if is_least { 0 } else { 0xff });
                field[width - 1] = if is_least { 0x80 } else { 0x7f };
            }
            3 => {
                field.fill(0);
                field[0] = random.below(5) as u8;
            }
            4 => field[0] = field[0].wrapping_add(1),
            _ => field[0] = field[0].wrapping_sub(1),
        }
    }
    let mut changed = Envelope::decode(bytes).ok()?;
    changed.actor = match random.below(8) {
        0 => Actor::Engine,
        1 => Actor::Feed(SourceId(random.below(9) as u8)),
        2 | 3 => Actor::account(AccountId(random.below(5) as u32)),
        _ => Actor::Operator(random.below(3) as u32),
    };
    Some(changed)
}

/// What a command came to.
#[derive(Debug, PartialEq)]
enum Outcome {
    /// Refused: nothing of it may be left.
    Refused,
    /// A bet that was refused, whose id is remembered; or a feed's word that froze or stopped its match.
    RefusedWithATrace,
    /// Anything else.
    Other,
}

fn outcome(command: &Command, records: &[Record]) -> Outcome {
    // What time alone brought about carries no trace number.
    for record in records.iter().filter(|record| record.trace != 0) {
        match record.event {
            Event::Refused(refusal) => {
                let froze = matches!(refusal.code, Reject::FeedImpossible | Reject::FeedGap);
                return if froze { Outcome::RefusedWithATrace } else { Outcome::Refused };
            }
            Event::CashOut(view) if matches!(view.status, CashOutStatus::Refused(_)) => {
                return Outcome::Refused;
            }
            Event::Bet(view) if command_places(command) => {
                let refused = matches!(view.status, BetStatus::Refused(_));
                return if refused { Outcome::RefusedWithATrace } else { Outcome::Other };
            }
            Event::Multiple(view) if command_places(command) => {
                let refused = matches!(view.status, BetStatus::Refused(_));
                return if refused { Outcome::RefusedWithATrace } else { Outcome::Other };
            }
            _ => {}
        }
    }
    Outcome::Other
}

/// Whether a bettor may give it; time passes for everybody.
fn is_a_bettors(command: &Command) -> bool {
    command_places(command)
        || matches!(
            command,
            Command::CancelBet { .. }
                | Command::CashOut(_)
                | Command::AnswerOffer(_)
                | Command::SetPlayLimit { .. }
                | Command::ConfirmPlayLimit { .. }
                | Command::Rest { .. }
                | Command::EndRest { .. }
                | Command::Session { .. }
                | Command::Tick
                | Command::BriefTick
        )
}

fn command_places(command: &Command) -> bool {
    matches!(
        command,
        Command::PlaceBet(_)
            | Command::PlaceMultiple(_)
            | Command::PlaceOnTerms(_)
            | Command::PlaceBatch(_)
    )
}

/// Tries faulty commands on an engine as it stands now.
fn try_all(
    world: &World,
    random: &mut Random,
    examples: &[Envelope],
    refused: &mut BTreeMap<u16, u64>,
) {
    let bytes = saved(world.state());
    let mut pair = Pair::of(world, &bytes);
    let kinds: BTreeSet<u16> = examples.iter().map(|it| it.command.kind()).collect();
    let kinds: Vec<u16> = kinds.into_iter().collect();
    for _ in 0..TRIES {
        // Kinds of which there are many examples leave room for those of which there are few.
        let kind = random.pick(&kinds);
        let of_kind: Vec<Envelope> =
            examples.iter().filter(|it| it.command.kind() == kind).copied().collect();
        let example = random.pick(&of_kind);
        let Some(envelope) = changed(random, &example) else { continue };
        let envelope = Envelope { trace: 7, ..envelope };
        let command = &envelope.command;
        let records = pair.apply(&envelope);
        let outcome = outcome(command, &records);
        let is_bettor = matches!(envelope.actor, Actor::Account { .. });
        if is_bettor && !is_a_bettors(command) {
            assert_eq!(outcome, Outcome::Refused, "a bettor gave {command:?}: {records:?}");
        }
        match outcome {
            Outcome::Refused => {
                let (tried, idle) = (pair.tried.state_hash(), pair.idle.state_hash());
                assert_eq!(tried, idle, "{envelope:?} was refused and left a trace: {records:?}");
                *refused.entry(command.kind()).or_default() += 1;
            }
            Outcome::RefusedWithATrace => {
                let [tried, idle] = [&pair.tried, &pair.idle].map(Pair::money);
                let is_bet = command_places(command);
                assert!(!is_bet || tried == idle, "{envelope:?} was refused and moved money");
                *refused.entry(command.kind()).or_default() += 1;
                pair = Pair::of(world, &bytes);
            }
            Outcome::Other => {
                let sum = pair.tried.wallet().map(|wallet| wallet.recomputed_sum().minor());
                assert_eq!(sum, Some(0), "after {envelope:?} the books do not add up");
                pair = Pair::of(world, &bytes);
            }
        }
    }
}

#[test]
fn every_field_at_its_limits_and_beyond_is_taken_or_refused_without_a_trace() {
    let committed = committed();
    let mut refused = BTreeMap::new();
    let seeds = std::env::var("CLUTCH_BAD_INPUT_SEEDS").ok();
    let seeds = seeds.map_or(SEEDS, |seeds| seeds.parse().expect("a whole number"));
    for seed in 0..seeds {
        let mut chooser = Chooser::new(seed);
        let (capacity, config) = (chooser.capacity(), chooser.config());
        let (mut world, mut twin) = (World::new(capacity, config), Twin::new(capacity, config));
        let mut random = Random::new(!seed);
        let mut examples = committed.clone();
        for step in 0..STEPS {
            world.skip(chooser.pause());
            let command = chooser.command(&twin, world.now(), !world.has_work());
            let mut follow = |world: &mut World, command| {
                let records = world.apply(command);
                let (seq, now) = (world.state().last_seq().0, world.now().nanos());
                twin.apply(seq, now, &command, &records);
            };
            follow(&mut world, command);
            while world.has_work() {
                follow(&mut world, Command::Tick);
            }
            examples.extend(world.journal().last().map(|(_, envelope)| *envelope));
            if step % EVERY == 0 {
                try_all(&world, &mut random, &examples, &mut refused);
            }
        }
    }
    // All commands there are, for the committed bytes have each; time itself cannot be refused.
    let kinds: BTreeSet<u16> = committed.iter().map(|envelope| envelope.command.kind()).collect();
    let never: Vec<u16> = kinds.into_iter().filter(|kind| !refused.contains_key(kind)).collect();
    println!("{refused:?}");
    assert_eq!(never, [Command::Tick.kind()], "commands of these kinds were never refused");
}
