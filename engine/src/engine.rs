//! Starts an engine, recovering what its journal holds, and stops it again.

use std::fmt;
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use clutch_core::command::{Actor, Capacity, ENCODED_MAX};
use clutch_core::units::Seq;
use clutch_core::{Command, Envelope, Event, Outbox, Refusal, State};
use clutch_journal::{CommitterHandle, FileSystem, JournalError, Reader, Recovered, Trust, Writer};

use crate::clock::Clock;
use crate::config::{EngineConfig, Pin};
use crate::core_loop::{Core, JournalFailed};
use crate::decoded::{ENCODING, encoding_and_rule_set, record_version, rules_of_journal};
use crate::follower::{FollowError, Follower};
use crate::gate::{self, Gate, Publisher};
use crate::input::{CommandSender, Input, input_ring};
use crate::metrics::{EngineStatus, Metrics, Monitor, Setup};
use crate::panics;
use crate::pinning::{self, Pinned, Warning};
use crate::shared::Shared;
use crate::snapshot::Rejected;
use crate::snapshotter::Snapshotter;

/// Why an engine did not start. Nothing was changed but what recovery itself mends.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// A number in the configuration is impossible.
    #[error("engine configuration: {0}")]
    Config(&'static str),
    /// The journal cannot be opened.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// The journal cannot be replayed.
    #[error("the journal cannot be replayed: {0}")]
    Replay(#[from] FollowError),
    /// A newer release has had this journal open.
    #[error(
        "the journal was last written under rule set {written} and this release has rule set {ours}: \
         use the release that wrote it, or a newer one"
    )]
    NewerRules {
        /// The rule set it was written under.
        written: u64,
        /// The one of this release.
        ours: u16,
    },
    /// A newer release has had this journal open, and its commands have other bytes.
    #[error(
        "the journal was last written in encoding {written} and this release writes encoding {ENCODING}: \
         use the release that wrote it, or a newer one"
    )]
    NewerEncoding {
        /// The encoding it was written in.
        written: u64,
    },
    /// The rules refuse the capacity or the first configuration.
    #[error("the rules refuse this capacity or configuration: {}", .0.code.sentence())]
    Genesis(Refusal),
    /// A table is to have a size that no table can have.
    #[error("{0} is out of range")]
    Capacity(&'static str),
    /// The core thread cannot be started.
    #[error("cannot start the core thread: {0}")]
    Thread(std::io::Error),
}

/// The engine failed. What was released before stands; the rest will be known after a restart.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the engine has failed: {message}")]
pub struct EngineFailure {
    /// What happened first.
    pub message: String,
}

/// What a stopped engine leaves.
pub struct Report {
    /// The last command, durable like all before it.
    pub last_seq: Seq,
    /// The hash of the state after it.
    pub state_hash: u64,
    /// The state itself.
    pub state: State,
}

impl fmt::Debug for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { last_seq, state_hash, state: _ } = self;
        write!(f, "Report {{ last_seq: {}, state_hash: {state_hash:016x} }}", last_seq.0)
    }
}

/// A running engine: the core thread and the journal's committer.
///
/// Dropping it stops both: what was taken is finished and made durable, and events that the publisher
/// has no room for are thrown away. [`Engine::shutdown`] does it politely.
pub struct Engine {
    sender: CommandSender,
    publisher: Option<Publisher>,
    monitor: Monitor,
    core: Option<JoinHandle<State>>,
    snapshotter: Option<Snapshotter>,
    committer: Option<CommitterHandle>,
    recovery: Recovery,
}

impl Engine {
    /// Opens or creates the journal, replays it, and starts the threads. Events of replayed commands
    /// are not released again.
    ///
    /// # Errors
    /// [`StartError`] says what stands in the way.
    pub fn start(config: EngineConfig) -> Result<Self, StartError> {
        Self::start_with_room_for_events(config, None)
    }

    /// As [`Engine::start`]; a test gives the core too little room for events, which is a bug to stop at.
    /// `None` is the room that the tables ask for.
    pub(crate) fn start_with_room_for_events(
        mut config: EngineConfig,
        events_max: Option<usize>,
    ) -> Result<Self, StartError> {
        if let Some(flaw) = config.flaw() {
            return Err(StartError::Config(flaw));
        }
        config.capacity.validate().map_err(StartError::Capacity)?;
        // Before anything is changed. What else is wrong with the journal, opening it says.
        if let Ok(reader) = Reader::open(&config.data_dir) {
            refuse_newer(reader.rule_set(), config.rule_set)?;
        }
        let mut options = config.journal.clone();
        options.engine_version = engine_version();
        options.rule_set = rules_of_journal(config.rule_set);
        let opening = Instant::now();
        let opened = clutch_journal::open(&config.data_dir, options)?;
        let journal_took = opening.elapsed();
        let mut writer = opened.writer;
        let durable = writer.durable();
        let (mut state, mut recovery) = match recover(&mut config, &opened.recovered) {
            Ok(recovered) => recovered,
            Err(error) => {
                // Nothing was appended, and what stands in the way of the replay is the better message.
                let _ = opened.committer.give_up();
                return Err(error);
            }
        };
        recovery.took.journal = journal_took;

        let shared = Arc::new(Shared::default());
        let mut clock = Clock::start(config.clock.clone(), state.now(), &shared);
        let clock_behind = clock.is_far_behind().map(|by| Warning::ClockBehind { by });
        if state.last_seq() == Seq(0) {
            begin(&mut state, &mut writer, &mut clock, &config)?;
        }
        shared.core.last_seq.set(state.last_seq().0);

        let bells = Arc::clone(&shared);
        let is_failed = durable.clone();
        let committer = opened.committer.spawn(Box::new(move |_durable_seq| {
            if is_failed.is_failed() {
                bells.core_bell.ring();
            }
            bells.publisher_bell.ring();
        }));
        let capacity = state.capacity().unwrap_or(config.capacity);
        let larger = capacity.or_larger(&config.capacity);
        recovery.sizes = (capacity, larger);
        let events_max = events_max.unwrap_or_else(|| capacity.events_max());
        let (sender, input) = input_ring(config.input_ring, &shared);
        let gate = Gate::new(durable.clone(), config.journal.durability);
        let (records, publisher) =
            gate::outbox_ring(config.outbox_ring, gate.clone(), Arc::clone(&shared));
        let (wait, spin_refused) = pinning::permitted_wait(config.wait, pinning::cores_available());
        let core = Core {
            state,
            outbox: Outbox::with_capacity(events_max),
            writer,
            durable: durable.clone(),
            records,
            gate,
            clock,
            shared: Arc::clone(&shared),
            batch_max: config.batch_max,
            enlarge_to: (larger != capacity).then_some(larger),
            input_slots: config.input_ring,
            wait,
            is_journal_low: false,
            record_version: record_version(config.rule_set),
            flows_until: clutch_core::units::Timestamp::default(),
            encoded: Box::new([0; ENCODED_MAX]),
            first_carried: None,
            outbox_slots: config.outbox_ring as u64,
            carried: 0,
        };
        let snapshotter = config.snapshot_every.map(|every| {
            let notes = committer.snapshot_notes();
            Snapshotter::start(&config, every, durable.clone(), notes, recovery.snapshot)
        });
        let (core, pinned) = spawn(core, input, config.pin)?;
        let warnings = [spin_refused, pinned.warning, clock_behind].into_iter().flatten();
        let warnings = warnings.chain(of_journal(&opened.recovered)).collect();
        let file_system = opened.recovered.file_system;
        let setup = Arc::new(Setup { wait, pinned_core: pinned.core, file_system, warnings });
        Ok(Self {
            sender,
            publisher: Some(publisher),
            monitor: Monitor {
                shared,
                durable,
                setup,
                snapshots: snapshotter.as_ref().map(Snapshotter::told),
            },
            core: Some(core),
            snapshotter,
            committer: Some(committer),
            recovery,
        })
    }

    /// A hand into the engine; clone it for each thread.
    pub fn sender(&self) -> CommandSender {
        self.sender.clone()
    }

    /// The way out, once; `None` when it was taken before. While nobody polls it the engine takes in no
    /// more than its outbox ring has room for; who wants no events drops it.
    pub fn publisher(&mut self) -> Option<Publisher> {
        self.publisher.take()
    }

    /// Counters and status for other threads.
    pub fn monitor(&self) -> Monitor {
        self.monitor.clone()
    }

    /// What the start found: which snapshot, how many records behind it.
    pub fn recovery(&self) -> &Recovery {
        &self.recovery
    }

    /// The counters now.
    pub fn metrics(&self) -> Metrics {
        self.monitor.metrics()
    }

    /// The status now.
    pub fn status(&self) -> EngineStatus {
        self.monitor.status()
    }

    /// Refuses new requests from now on and finishes those taken. Returns at once; the publisher says
    /// [`crate::Rest::Closed`] when all is done and released.
    pub fn drain(&self) {
        self.monitor.shared.begin_drain();
        if let Some(committer) = &self.committer {
            committer.wait_no_more_for_room();
        }
    }

    /// Drains, waits until everything is applied and durable, and ends the threads. What the publisher
    /// has not polled by then it can poll afterwards.
    ///
    /// It must be polled meanwhile if more events are to come than the outbox ring has room for: a
    /// single thread calls [`Engine::drain`], polls until [`crate::Rest::Closed`], then calls this.
    ///
    /// # Errors
    /// [`EngineFailure`] if the engine failed, now or earlier.
    pub fn shutdown(mut self) -> Result<Report, EngineFailure> {
        // One that was never taken will never be polled.
        self.publisher = None;
        let state = self.stop();
        match (self.monitor.shared.failure(), state) {
            (None, Some(state)) => {
                Ok(Report { last_seq: state.last_seq(), state_hash: state.state_hash(), state })
            }
            (failure, _) => Err(EngineFailure {
                message: failure.unwrap_or("the core thread is gone").to_owned(),
            }),
        }
    }

    fn stop(&mut self) -> Option<State> {
        self.drain();
        self.snapshotter = None;
        let state = self.core.take().and_then(|core| core.join().ok());
        if let Some(Err(failure)) = self.committer.take().map(CommitterHandle::stop) {
            self.monitor.shared.fail(failure.to_string());
        }
        state
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        self.monitor.shared.abandon_outbox();
        self.stop();
    }
}

/// Refuses a journal that a newer release has written, by what its `super` says of the rules and the encoding.
fn refuse_newer(rules_of_journal: u64, ours: u16) -> Result<(), StartError> {
    let (encoding, written) = encoding_and_rule_set(rules_of_journal);
    if u64::from(ENCODING) < encoding {
        return Err(StartError::NewerEncoding { written: encoding });
    }
    match u64::from(ours) < written {
        true => Err(StartError::NewerRules { written, ours }),
        false => Ok(()),
    }
}

/// Why a start of this release would refuse the journal in `dir`, whose bytes are good, for the release that wrote it;
/// `written` is what its `super` says of the rules. `None` if it would not.
pub fn refusal_by_release(dir: &Path, written: u64) -> Option<StartError> {
    let ours = clutch_core::RULE_SET;
    if let Err(newer) = refuse_newer(written, ours) {
        return Some(newer);
    }
    if written == rules_of_journal(ours) {
        return None;
    }
    // Of an older one only what lies behind the newest snapshot would be replayed.
    let tried = Follower::open_newest(dir, |_| {}).and_then(|mut follower| {
        follower.step()?;
        Ok(())
    });
    match tried {
        Err(error @ (FollowError::RuleSet { .. } | FollowError::Encoding { .. })) => {
            Some(StartError::Replay(error))
        }
        // Whatever else is wrong, `verify` says.
        Ok(()) | Err(_) => None,
    }
}

/// What an opened journal is and should not be.
fn of_journal(recovered: &Recovered) -> impl Iterator<Item = Warning> {
    let why = recovered.ring_refused;
    let in_memory = recovered.ring_in_memory_only.then_some(Warning::RingInMemoryOnly { why });
    let on_disk = recovered.ring_on_disk.map(|on| Warning::RingOnDisk { file_system: on.name });
    let gone = recovered.ring_gone.then_some(Warning::RingGone);
    let healed = recovered.healed_from_ring.as_ref().map(|(_, _, records)| *records);
    let healed = healed.map(|(first, last)| Warning::HealedFromRing { first, last });
    let missing = recovered.missing_before;
    let missing = missing.map(|(first, last)| Warning::MissingBefore { first, last });
    let FileSystem { name: file_system, trust } = recovered.file_system;
    let unsafe_storage = (trust == Trust::Unsafe).then_some(Warning::UnsafeStorage { file_system });
    [in_memory, on_disk, gone, healed, missing, unsafe_storage].into_iter().flatten()
}

/// What a start found.
#[derive(Debug)]
pub struct Recovery {
    /// The record behind which the snapshot was taken that the start began with; `None` if it began
    /// with the first record.
    pub snapshot: Option<Seq>,
    /// Records replayed behind it.
    pub replayed: u64,
    /// Of those, records that only the ring of a killed process had.
    pub from_ring: u64,
    /// Newer snapshots that were not believed.
    pub rejected: Vec<Rejected>,
    /// How long that took.
    pub took: RecoveryTimes,
    /// The table sizes that the journal had, and those in force from now on.
    pub sizes: (Capacity, Capacity),
}

/// What the time of a start went into.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RecoveryTimes {
    /// The journal was checked, mended and synced.
    pub journal: Duration,
    /// The snapshot was read and checked.
    pub snapshot: Duration,
    /// The records behind it were applied.
    pub tail: Duration,
}

/// Restores the newest good snapshot and replays what is behind it, up to the journal's last record.
fn recover(
    config: &mut EngineConfig,
    recovered: &Recovered,
) -> Result<(State, Recovery), StartError> {
    let Recovered { last_seq, from_ring, .. } = *recovered;
    let (mut rejected, begin) = (Vec::new(), Instant::now());
    let follower = Follower::open_newest(&config.data_dir, |flaw| rejected.push(flaw))?;
    let mut follower = follower.with_rule_set(config.rule_set);
    let snapshot = Some(follower.last_seq()).filter(|seq| Seq(0) < *seq);
    let mut took = RecoveryTimes { snapshot: begin.elapsed(), ..RecoveryTimes::default() };
    let begin = Instant::now();
    let replayed = follower.run_to_end(|seq| {
        if let Some(progress) = &mut config.on_progress {
            progress(seq.0, last_seq);
        }
    })?;
    if follower.last_seq() < Seq(last_seq) {
        // Opening checks from the older of the two last snapshots on. Where neither is good, the replay comes by what lies
        // before it, and may end in damage there.
        follower.how_it_ended().map_err(FollowError::from)?;
    }
    assert!(follower.last_seq() == Seq(last_seq), "replay ends where the journal's recovery ended");
    took.tail = begin.elapsed();
    let state = follower.into_state();
    let sizes = state.capacity().unwrap_or(config.capacity);
    let sizes = (sizes, sizes);
    Ok((state, Recovery { snapshot, replayed, from_ring, rejected, took, sizes }))
}

/// Gives a new journal its first record. The rules see it before the journal does, so that a refused
/// one leaves an empty journal to try again with.
fn begin(
    state: &mut State,
    writer: &mut Writer,
    clock: &mut Clock,
    config: &EngineConfig,
) -> Result<(), StartError> {
    let (seq, now) = (Seq(1), clock.read());
    let command = Command::Genesis { capacity: config.capacity, config: config.core_config };
    let genesis = Envelope { actor: Actor::Engine, trace: 0, command };
    // It says nothing but why it was refused.
    let mut outbox = Outbox::with_capacity(1);
    state.apply(seq, now, &genesis, &mut outbox);
    for record in outbox.records() {
        if let Event::Refused(refusal) = record.event {
            return Err(StartError::Genesis(refusal));
        }
    }
    let mut encoded = [0; ENCODED_MAX];
    let length = genesis.encode(&mut encoded);
    let version = record_version(config.rule_set);
    let appended = writer.append(command.kind(), version, seq.0, now.nanos(), &encoded[..length]);
    assert!(appended.is_ok(), "an empty journal has room for its first record");
    writer.publish();
    Ok(())
}

/// Starts the core thread and hears from it where it runs.
fn spawn(
    core: Core,
    mut input: Input,
    pin: Pin,
) -> Result<(JoinHandle<State>, Pinned), StartError> {
    let (tell, told) = mpsc::sync_channel(1);
    let shared = Arc::clone(&core.shared);
    let main = move || {
        let sleeper = std::thread::current();
        core.shared.core_bell.set_waker(Arc::new(move || sleeper.unpark()));
        // The engine waits for this word, and if it does not, there is nobody to tell.
        let _ = tell.send(pinning::pin_current_thread(pin, core.wait));
        core_main(core, &mut input)
    };
    let thread = std::thread::Builder::new().name("clutch-core".to_owned()).spawn(main);
    let thread = thread.map_err(StartError::Thread)?;
    let pinned = told.recv().unwrap_or_else(|_| {
        shared.fail("the core thread died at its start".to_owned());
        Pinned::default()
    });
    Ok((thread, pinned))
}

/// The core thread's life. However it ends, everything appended before becomes durable if the disk
/// allows, and the publisher hears of the end after that.
fn core_main(mut core: Core, input: &mut Input) -> State {
    match panics::caught(|| core.run(input)) {
        Ok(Ok(())) => {}
        Ok(Err(JournalFailed)) => core.shared.fail(journal_failure(&core)),
        Err(bug) => core.shared.fail(format!("the core stopped at a bug: {bug}")),
    }
    core.flush();
    if core.durable.is_failed() {
        core.shared.fail(journal_failure(&core));
    }
    core.shared.set_stopped();
    core.shared.set_core_finished();
    core.state
}

fn journal_failure(core: &Core) -> String {
    core.durable.failure().unwrap_or_else(|| "the journal has failed".to_owned())
}

/// This release's version as one number: major, minor and patch in 16 bits each.
pub(crate) fn engine_version() -> u64 {
    [
        env!("CARGO_PKG_VERSION_MAJOR"),
        env!("CARGO_PKG_VERSION_MINOR"),
        env!("CARGO_PKG_VERSION_PATCH"),
    ]
    .iter()
    .fold(0, |version, part| version << 16 | part.parse::<u64>().unwrap_or(0))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use clutch_core::Query;

    use super::*;
    use crate::{Phase, Rest, SendError};

    #[test]
    fn a_bug_in_the_rules_stops_the_engine_and_not_the_process() {
        let dir = tempfile::tempdir().unwrap();
        // Without room for a single event the rules stop at their own assertion.
        let config = EngineConfig::new(dir.path());
        let mut engine = Engine::start_with_room_for_events(config, Some(0)).unwrap();
        let mut publisher = engine.publisher().unwrap();
        let mut sender = engine.sender();
        sender.try_query(1, Query::Catalogue).unwrap();
        loop {
            let polled = publisher.poll(10, |record| panic!("{record:?} cannot exist"));
            match polled.rest {
                Rest::Failed => break,
                Rest::Nothing | Rest::Blocked => {
                    publisher.wait(std::time::Duration::from_millis(100));
                }
                Rest::More | Rest::Closed => panic!("{polled:?}"),
            }
        }
        assert_eq!(engine.status().phase, Phase::Failed);
        assert_eq!(sender.try_query(2, Query::Catalogue), Err(SendError::EngineFailed));
        let failure = engine.shutdown().unwrap_err();
        assert!(failure.message.contains("one command said too much"), "{failure}");

        let again = Engine::start(EngineConfig::new(dir.path())).unwrap();
        assert_eq!(again.status().last_seq, 1, "what was journaled before is there");
    }
}
