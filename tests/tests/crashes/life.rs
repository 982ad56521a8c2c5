//! One seed's course: an engine and its twin live through made-up commands and through crashes.

use clutch_core::command::{Capacity, Config, PlaceBet};
use clutch_core::event::Event;
use clutch_core::units::{ClientBetId, Timestamp};
use clutch_core::{Command, Envelope, Record};
use clutch_tests::answer::answer_of;
use clutch_tests::chooser::Chooser;
use clutch_tests::random::Random;
use clutch_tests::twin::{Answer, Twin, check_sums};
use clutch_tests::world::World;

use crate::bugs::Bug;
use crate::history::History;
use crate::machine::{Crash, Machine};

/// More ticks than any work left over can need.
const TICKS_MAX: usize = 1_000;

/// What a run came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    pub commands: u64,
    pub crashes: u64,
    pub power_cuts: u64,
    /// Crashes in the middle of a commit, a snapshot or a recovery.
    pub in_the_middle: u64,
    pub during_recovery: u64,
    pub snapshots: u64,
    /// Commands that nobody had been told of, and that a crash took.
    pub untold_lost: u64,
    /// Commands that nobody had been told of, and that were there again.
    pub untold_kept: u64,
    pub answered: u64,
    pub repeated: u64,
    pub settled: u64,
}

impl Tally {
    pub fn add(&mut self, other: &Self) {
        self.commands += other.commands;
        self.crashes += other.crashes;
        self.power_cuts += other.power_cuts;
        self.in_the_middle += other.in_the_middle;
        self.during_recovery += other.during_recovery;
        self.snapshots += other.snapshots;
        self.untold_lost += other.untold_lost;
        self.untold_kept += other.untold_kept;
        self.answered += other.answered;
        self.repeated += other.repeated;
        self.settled += other.settled;
    }
}

/// One command with everything that it led to.
struct Lived {
    time: Timestamp,
    envelope: Envelope,
    /// As it was asked: the same, but for a bug in between.
    command: Command,
    records: Vec<Record>,
    answer: Answer,
    hash: u64,
}

struct Life {
    bug: Option<Bug>,
    random: Random,
    chooser: Chooser,
    capacity: Capacity,
    config: Config,
    machine: Machine,
    world: World,
    twin: Twin,
    /// Command 1, 2, 3 and so on.
    lived: Vec<Lived>,
    history: History,
    /// Up to here events were released.
    released: u64,
    /// Bets to ask for again.
    placed: Vec<PlaceBet>,
    /// Of those, how many came before the last restart.
    placed_before: usize,
    tally: Tally,
}

/// Lets the seed take its course, with so many commands. An error says which promise was broken.
pub fn run(seed: u64, steps: u64, bug: Option<Bug>) -> Result<Tally, String> {
    let mut life = Life::new(seed, bug);
    life.live(steps).map_err(|problem| format!("seed {seed}: {problem}"))?;
    let (answered, commands) = (life.history.answered(), life.tally.commands);
    let (repeated, settled) = (life.history.repeated, life.history.settled);
    Ok(Tally { answered, commands, repeated, settled, ..life.tally })
}

impl Life {
    fn new(seed: u64, bug: Option<Bug>) -> Self {
        let mut chooser = Chooser::new(seed);
        // With room for every refusal: one that finds none may be answered anew, and is no broken promise.
        let capacity = Capacity { client_ids_max: 4_000, ..chooser.capacity() };
        let config = chooser.config();
        Self {
            bug,
            random: Random::new(!seed),
            chooser,
            capacity,
            config,
            machine: Machine::new(seed, bug),
            world: World::new(capacity, config),
            twin: Twin::new(capacity, config),
            lived: Vec::new(),
            history: History::new(config.client_id_past_ns),
            released: 0,
            placed: Vec::new(),
            placed_before: 0,
            tally: Tally::default(),
        }
    }

    fn live(&mut self, steps: u64) -> Result<(), String> {
        self.machine.open()?;
        let command = self.world.journal()[0].1.command;
        self.take_in(command, Vec::new(), Answer::Done);
        self.machine.commit();
        self.release()?;
        let lives = 2 + self.random.below(3);
        for _ in 0..lives {
            if self.random.chance(80) {
                let crash = self.random.pick(&[Crash::Power, Crash::Power, Crash::Kill, Crash::Io]);
                // The first segments take most calls; later lives are quieter.
                self.machine.plan(crash, self.random.below(150));
            }
            for _ in 0..steps / lives {
                self.one_step()?;
                if self.machine.is_down() {
                    self.tally.in_the_middle += 1;
                    break;
                }
            }
            self.crash_and_recover()?;
        }
        Ok(())
    }

    fn one_step(&mut self) -> Result<(), String> {
        self.world.skip(self.chooser.pause());
        let at_rest = !self.world.has_work();
        let command = self.chooser.command(&self.twin, self.world.now(), at_rest);
        self.apply(command)?;
        if self.twin.retired_lately() || self.random.chance(70) {
            self.come_to_rest()?;
        }
        match self.random.below(100) {
            0..25 => self.machine.commit(),
            25..30 => self.machine.idle(),
            30..33 => self.tally.snapshots += u64::from(self.machine.take_snapshot()?),
            _ => {}
        }
        self.release()
    }

    fn come_to_rest(&mut self) -> Result<(), String> {
        for _ in 0..TICKS_MAX {
            if !self.world.has_work() {
                return Ok(());
            }
            self.apply(Command::Tick)?;
        }
        Err(format!("after {TICKS_MAX} ticks the engine still asks for more"))
    }

    /// Has one command journaled and answered by both.
    fn apply(&mut self, command: Command) -> Result<(), String> {
        let mut records = self.world.apply(self.bent(command));
        if let Command::PlaceBet(place) = command {
            unbend(&mut records, place.client_id);
            self.placed.push(place);
        }
        let (seq, now) = (self.world.state().last_seq().0, self.world.now().nanos());
        let expected = self.twin.apply(seq, now, &command, &records);
        let actual = answer_of(&command, &records);
        if actual != expected {
            return Err(format!(
                "another answer: {actual:?} and not {expected:?} to command {seq}, {command:?}"
            ));
        }
        self.take_in(command, records, actual);
        Ok(())
    }

    /// The command as it reaches the engine: as it was asked, but for a bug.
    fn bent(&self, command: Command) -> Command {
        let Command::PlaceBet(place) = command else { return command };
        let before = &self.placed[..self.placed_before];
        let forgets = self.bug == Some(Bug::ForgetIdsAfterRestart)
            && before
                .iter()
                .any(|other| (other.account, other.client_id) == (place.account, place.client_id));
        if !forgets {
            return command;
        }
        // An id nobody has seen, of the same time.
        let client_id = ClientBetId(place.client_id.0 ^ (1 + self.lived.len() as u128));
        Command::PlaceBet(PlaceBet { client_id, ..place })
    }

    /// Journals what the world has just applied.
    fn take_in(&mut self, command: Command, records: Vec<Record>, answer: Answer) {
        let (time, envelope) = *self.world.journal().last().expect("a command was applied");
        let seq = self.lived.len() as u64 + 1;
        self.machine.append(seq, time, &envelope);
        let hash = self.world.state().state_hash();
        self.lived.push(Lived { time, envelope, command, records, answer, hash });
        self.tally.commands += 1;
    }

    /// The gate: events leave when their command is durable.
    fn release(&mut self) -> Result<(), String> {
        let durable = match self.bug {
            Some(Bug::AcknowledgeAtOnce) => self.lived.len() as u64,
            Some(Bug::AcknowledgeOneTooMany) => {
                (self.machine.durable() + 1).min(self.lived.len() as u64)
            }
            _ => self.machine.durable(),
        };
        while self.released < durable {
            self.released += 1;
            let records = &self.lived[self.released as usize - 1].records;
            if self.bug == Some(Bug::AnswerARepeatedIdAnew) {
                let records = anew(records);
                self.history.hear(self.released, &records)?;
            } else {
                self.history.hear(self.released, records)?;
            }
        }
        Ok(())
    }

    fn crash_and_recover(&mut self) -> Result<(), String> {
        let mut last = None;
        while last.is_none() {
            self.tally.crashes += 1;
            self.tally.power_cuts += u64::from(self.machine.goes_dark());
            self.machine.go_down();
            // It may go down again while it comes up.
            if self.random.chance(20) {
                let crash = self.random.pick(&[Crash::Power, Crash::Kill]);
                self.machine.plan(crash, self.random.below(25));
            }
            match self.machine.open() {
                Ok(found) => last = Some(found),
                Err(_) if self.machine.is_down() => self.tally.during_recovery += 1,
                Err(error) => {
                    return Err(format!("a crash keeps the journal from opening: {error}"));
                }
            }
        }
        self.machine.calm();
        self.check_recovered(last.unwrap_or(0))
    }

    /// Holds what was recovered against everything that was told, and goes on from there.
    fn check_recovered(&mut self, last: u64) -> Result<(), String> {
        self.history.recovered(last)?;
        if (self.lived.len() as u64) < last {
            return Err(format!("{last} records are there, and {} were made", self.lived.len()));
        }
        let snapshots =
            clutch_journal::snapshots(&self.machine.data()).map_err(|e| e.to_string())?;
        if let Some(ahead) = snapshots.into_iter().find(|seq| last < *seq) {
            return Err(format!("a snapshot at {ahead} holds what was lost: {last} is the last"));
        }
        let state = self.machine.restored()?;
        self.tally.untold_lost += self.lived.len() as u64 - last;
        self.lived.truncate(last as usize);
        let (at, hash) = (state.last_seq().0, state.state_hash());
        let expected = self.lived.last().map_or(0, |lived| lived.hash);
        if (at, hash) != (last, expected) {
            return Err(format!(
                "another state: at {at} with hash {hash:016x}, and not at {last} with {expected:016x}"
            ));
        }
        // What is there now counts as told: whoever asks will hear it.
        self.tally.untold_kept += last - self.history.acknowledged().min(last);
        let again = if self.bug == Some(Bug::ReleaseAgainAfterRestart) { 0 } else { self.released };
        self.released = again.min(last);
        self.twin = Twin::new(self.capacity, self.config);
        for (seq, lived) in (1..).zip(&self.lived).skip(1) {
            let now = lived.time.nanos();
            let answer = self.twin.apply(seq, now, &lived.command, &lived.records);
            assert_eq!(answer, lived.answer, "the twin answers command {seq} otherwise now");
        }
        let journal = self.lived.iter().map(|lived| (lived.time, lived.envelope)).collect();
        self.world = World::resumed(state, self.world.now(), journal);
        self.placed_before = self.placed.len();
        self.come_to_rest()?;
        self.machine.commit();
        self.release()?;
        check_sums(&mut self.world, &self.twin);
        self.twin.compare_everything(&mut self.world);
        self.ask_again()
    }

    /// Bettors who do not know whether their bet was taken ask again.
    fn ask_again(&mut self) -> Result<(), String> {
        for _ in 0..self.placed.len().min(4) {
            let place = self.placed[self.random.below(self.placed_before as u64) as usize];
            self.apply(Command::PlaceBet(place))?;
            self.come_to_rest()?;
        }
        self.machine.commit();
        self.release()
    }
}

/// Says the bettor's own id again in what a bent command was answered.
fn unbend(records: &mut [Record], client_id: ClientBetId) {
    for record in records.iter_mut().filter(|record| record.trace != 0) {
        if let Event::Bet(view) = &mut record.event {
            view.client_id = client_id;
        }
    }
}

/// The answers of a gateway that makes up a new bet id each time.
fn anew(records: &[Record]) -> Vec<Record> {
    let mut records = records.to_vec();
    for record in records.iter_mut().filter(|record| record.trace != 0) {
        if let Event::Bet(view) = &mut record.event
            && let Some(bet) = &mut view.bet
        {
            bet.0 += record.seq.0 << 20;
        }
    }
    records
}
