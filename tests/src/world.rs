//! A core, its journal and its clock: the one place that calls the core's API.

use clutch_core::command::{Actor, Capacity, Config, ENCODED_MAX};
use clutch_core::risk::{RuleId, RuleReport};
use clutch_core::snapshot::RestoreError;
use clutch_core::units::{Seq, Timestamp};
use clutch_core::{Command, Envelope, Event, Outbox, Query, Record, State};

/// Noon of New Year's Day 2026, UTC: when every scenario begins.
pub const START: Timestamp = Timestamp::from_millis(1_767_268_800_000);

/// More ticks than any work left over can need; beyond it the core never comes to rest.
const TICKS_MAX: usize = 100_000;

/// A state with everything that was ever applied to it.
#[derive(Debug)]
pub struct World {
    state: State,
    outbox: Outbox,
    now: Timestamp,
    journal: Vec<(Timestamp, Envelope)>,
}

impl World {
    /// An engine with its tables and settings.
    pub fn new(capacity: Capacity, config: Config) -> Self {
        let mut world = Self {
            state: State::new(),
            outbox: Outbox::with_capacity(capacity.events_max()),
            now: START,
            journal: Vec::new(),
        };
        let events = world.apply(Command::Genesis { capacity, config });
        assert!(events.is_empty(), "the first record was refused: {events:?}");
        world
    }

    /// An engine that goes on from a state that was recovered, with the commands that led to it.
    ///
    /// # Panics
    /// If the state has not seen its first record.
    pub fn resumed(state: State, now: Timestamp, journal: Vec<(Timestamp, Envelope)>) -> Self {
        let capacity = state.capacity().expect("the first record is in");
        Self { state, outbox: Outbox::with_capacity(capacity.events_max()), now, journal }
    }

    /// Applies one command at the present time and returns what it said.
    ///
    /// What is applied is what a journal would give back: each command is encoded and decoded first.
    pub fn apply(&mut self, command: Command) -> Vec<Record> {
        let actor = match command {
            Command::Feed(message) => Actor::Feed(message.source),
            Command::PlaceBet(place) => Actor::account(place.account),
            Command::PlaceMultiple(place) => Actor::account(place.account),
            Command::CancelBet { account, .. } => Actor::account(account),
            Command::CashOut(ask) => Actor::account(ask.account),
            Command::PlaceBatch(ask) => Actor::account(ask.account),
            Command::PlaceOnTerms(ask) => Actor::account(ask.slip.key().0),
            Command::AnswerOffer(answer) => Actor::account(answer.account),
            Command::Tick | Command::BriefTick | Command::Enlarge { .. } => Actor::Engine,
            // Now the one who said it, now another.
            Command::Approve { .. }
            | Command::RejectProposal { .. }
            | Command::ResetTrip { .. } => Actor::Operator(1 + (self.journal.len() % 2) as u32),
            _ => Actor::Operator(1),
        };
        self.apply_by(actor, command)
    }

    /// The same, by somebody in particular.
    pub fn apply_by(&mut self, actor: Actor, command: Command) -> Vec<Record> {
        let written = Envelope { actor, trace: 0, command };
        let trace = self.journal.len() as u64 + 1;
        let envelope = through_bytes(&Envelope { trace, ..written });
        self.journal.push((self.now, envelope));
        self.outbox.clear();
        let seq = Seq(self.state.last_seq().0 + 1);
        self.state.apply(seq, self.now, &envelope, &mut self.outbox);
        if let Some(wallet) = self.state.wallet() {
            for (currency, _) in wallet.currencies().iter() {
                let sum = wallet.recomputed_sum_in(currency).minor();
                assert_eq!(sum, 0, "the books of {currency:?} do not add up to zero");
            }
        }
        self.outbox.records().to_vec()
    }

    /// Applies ticks at the present time until nothing is due, as the engine does when it is idle.
    pub fn drain(&mut self) -> Vec<Record> {
        let mut records = Vec::new();
        for _ in 0..TICKS_MAX {
            if !self.has_work() {
                return records;
            }
            records.extend(self.apply(Command::Tick));
        }
        panic!("the core never comes to rest: next due {:?}, now {:?}", self.next_due(), self.now);
    }

    /// Lets time pass the way the engine does: with a tick at each moment when something is due.
    pub fn wait(&mut self, nanos: u64) -> Vec<Record> {
        let end = self.now.plus(nanos);
        let mut records = Vec::new();
        while self.next_due() <= end {
            self.now = self.now.max(self.next_due());
            records.extend(self.drain());
        }
        self.now = end;
        records.extend(self.apply(Command::Tick));
        records.extend(self.drain());
        records
    }

    /// Moves the clock without telling the core: the next command carries the later time.
    pub fn skip(&mut self, nanos: u64) {
        self.now = self.now.plus(nanos);
    }

    /// Asks a question.
    pub fn ask(&mut self, query: Query) -> Vec<Event> {
        self.outbox.clear();
        self.state.query(0, &query, &mut self.outbox);
        self.outbox.records().iter().map(|record| record.event).collect()
    }

    /// A risk rule's report, part by part as a gateway asks for it.
    pub fn rule_report(&mut self, rule: RuleId) -> Option<RuleReport> {
        let (mut whole, mut next) = (None::<RuleReport>, Some(0));
        while let Some(from) = next {
            next = None;
            for event in self.ask(Query::Risk { from }) {
                let Event::Rule(report) = event else { continue };
                if report.rule == rule {
                    next = report.next;
                    whole = Some(whole.map_or(report, |mut whole| {
                        whole.ends.add(&report.ends);
                        whole
                    }));
                }
            }
        }
        whole
    }

    /// Whether the core asks for a tick now.
    pub fn has_work(&self) -> bool {
        self.next_due() <= self.now
    }

    /// When the core asks for the next tick.
    pub fn next_due(&self) -> Timestamp {
        self.state.next_due()
    }

    /// The present time.
    pub fn now(&self) -> Timestamp {
        self.now
    }

    /// The state, to look at.
    pub fn state(&self) -> &State {
        &self.state
    }

    /// Every command so far, with its time.
    pub fn journal(&self) -> &[(Timestamp, Envelope)] {
        &self.journal
    }
}

/// The bytes of a snapshot.
pub fn saved(state: &State) -> Vec<u8> {
    let mut bytes = Vec::new();
    state.save(&mut |piece| bytes.extend_from_slice(piece));
    bytes
}

/// A state from the bytes of a snapshot, handed over in pieces of at most `piece` bytes.
pub fn restored(mut bytes: &[u8], piece: usize) -> Result<State, RestoreError> {
    State::restore(&mut |place| {
        let count = piece.min(place.len()).min(bytes.len());
        let (now, later) = bytes.split_at(count);
        place[..count].copy_from_slice(now);
        bytes = later;
        count
    })
}

/// An envelope as it comes back from its bytes of record.
pub fn through_bytes(envelope: &Envelope) -> Envelope {
    let mut buffer = [0; ENCODED_MAX];
    let written = envelope.encode(&mut buffer);
    let read = Envelope::decode(&buffer[..written]).expect("what was encoded can be decoded");
    assert_eq!(read, *envelope, "an envelope changed on its way through its bytes");
    read
}
