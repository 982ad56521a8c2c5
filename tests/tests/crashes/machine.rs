//! A machine that can be crashed: a simulated disk, the journal on it, and the engine's own way back.
//!
//! Recovery, snapshots and the journal are the real ones; only threads and sockets are missing, so that a seed brings
//! everything back.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use clutch_core::command::ENCODED_MAX;
use clutch_core::units::Timestamp;
use clutch_core::{Command, Envelope, Outbox, State};
use clutch_engine::Follower;
use clutch_journal::{InlineCommitter, Options, Reader, SnapshotWriter, Storage, Writer};

use crate::bugs::{Bug, SyncsLate};
use crate::disk::{SimDisk, Trouble};
use crate::random::Random;

/// How commands are encoded, and under which rules they were decided, as each record says it.
const VERSION: u16 = clutch_engine::record_version(clutch_core::RULE_SET);

/// How the machine goes down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Crash {
    /// The power fails: the disk keeps what it likes of what was not synced, the memory nothing.
    Power,
    /// The process is killed: everything that was written stays.
    Kill,
    /// One call fails, and the engine stops itself.
    Io,
}

pub struct Machine {
    root: tempfile::TempDir,
    disk: Arc<SimDisk>,
    options: Options,
    random: Random,
    bug: Option<Bug>,
    running: Option<(Writer, InlineCommitter)>,
    planned: Option<Crash>,
    /// What a power cut in the middle of a call has left.
    image: Arc<Mutex<Option<tempfile::TempDir>>>,
}

fn memory() -> tempfile::TempDir {
    let memory = Path::new("/dev/shm");
    if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() }.unwrap()
}

fn replace(dir: &Path, from: &Path) {
    fs::remove_dir_all(dir).unwrap();
    fs::create_dir(dir).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        fs::copy(&path, dir.join(path.file_name().unwrap())).unwrap();
    }
}

impl Machine {
    pub fn new(seed: u64, bug: Option<Bug>) -> Self {
        let root = memory();
        for name in ["data", "shm"] {
            fs::create_dir(root.path().join(name)).unwrap();
        }
        let mut random = Random::new(seed);
        let disk = Arc::new(SimDisk::new(&root.path().join("data")));
        let options = Options {
            segment_bytes: 24576 + 4096 * random.below(4),
            ring_bytes: 1 << 14,
            shm_dir: Some(root.path().join("shm")),
            reserve_segments: 0,
            unsafe_storage: true,
            rule_set: clutch_engine::rules_of_journal(clutch_core::RULE_SET),
            ..Options::default()
        };
        let (running, planned, image) = (None, None, Arc::default());
        Self { root, disk, options, random, bug, running, planned, image }
    }

    pub fn data(&self) -> PathBuf {
        self.root.path().join("data")
    }

    fn storage(&self) -> Arc<dyn Storage> {
        Arc::clone(&self.disk) as Arc<dyn Storage>
    }

    /// Has the machine go down at one of the next calls to its disk.
    pub fn plan(&mut self, crash: Crash, calls: u64) {
        self.planned = Some(crash);
        let at = self.disk.state().calls + calls;
        let trouble = if crash == Crash::Io { Trouble::IoOnce } else { Trouble::Kill };
        self.disk.plan(calls, trouble);
        let (data, image, mut random) = (self.data(), Arc::clone(&self.image), self.random.fork());
        self.disk.watch(Some(Box::new(move |state, _| {
            if state.calls == at && crash == Crash::Power {
                let left = memory();
                state.power_cut(&mut random, &data, &left.path().join("data"));
                *image.lock().unwrap_or_else(PoisonError::into_inner) = Some(left);
            }
        })));
    }

    /// Whether the planned crash has come.
    pub fn is_down(&self) -> bool {
        self.disk.state().has_struck
    }

    /// Whether the next crash is a power cut.
    pub fn goes_dark(&self) -> bool {
        self.planned == Some(Crash::Power)
    }

    /// No crash is planned any more.
    pub fn calm(&mut self) {
        self.disk.heal();
        self.disk.watch(None);
        self.planned = None;
    }

    /// The machine goes down now, or has gone down in the middle of a call.
    pub fn go_down(&mut self) {
        self.running = None;
        self.disk.watch(None);
        if self.planned == Some(Crash::Power) {
            let image = self.image.lock().unwrap_or_else(PoisonError::into_inner).take();
            let data = self.data();
            let image = image.unwrap_or_else(|| {
                let left = memory();
                self.disk.state().power_cut(&mut self.random, &data, &left.path().join("data"));
                left
            });
            replace(&data, &image.path().join("data"));
            let shm = self.root.path().join("shm");
            fs::remove_dir_all(&shm).unwrap();
            fs::create_dir(&shm).unwrap();
            self.disk = Arc::new(SimDisk::new(&data));
        }
        self.disk.heal();
        self.disk.state().has_struck = false;
        self.planned = None;
    }

    /// Opens the journal; the last record that it holds.
    pub fn open(&mut self) -> Result<u64, String> {
        let storage = match self.bug {
            Some(Bug::SnapshotBeforeItsRecordsAreDurable) => {
                Arc::new(SyncsLate::new(Arc::clone(&self.disk), self.data()))
            }
            _ => self.storage(),
        };
        let options = Options { storage, ..self.options.clone() };
        let opened = clutch_journal::open(&self.data(), options).map_err(|e| e.to_string())?;
        self.running = Some((opened.writer, opened.committer.inline(Box::new(|_| {}))));
        Ok(opened.recovered.last_seq)
    }

    /// The state that the engine begins with: its newest snapshot and what was journaled since.
    pub fn restored(&self) -> Result<State, String> {
        let words = |error: clutch_engine::FollowError| format!("following: {error}");
        let mut follower = Follower::open_newest(&self.data(), |_| {}).map_err(words)?;
        let mut doubled = None;
        match self.bug {
            Some(Bug::ForgetWhatCameAfterTheSnapshot) if follower.last_seq().0 != 0 => {}
            Some(Bug::ApplyTheLastRecordTwice) => {
                while let Some(step) = follower.step().map_err(words)? {
                    doubled = Some((step.time, *step.envelope));
                }
            }
            _ => drop(follower.run_to_end(|_| {}).map_err(words)?),
        }
        let mut state = follower.into_state();
        if let (Some((time, envelope)), Some(capacity)) = (doubled, state.capacity()) {
            let next = clutch_core::units::Seq(state.last_seq().0 + 1);
            state.apply(next, time, &envelope, &mut Outbox::with_capacity(capacity.events_max()));
        }
        Ok(state)
    }

    /// Takes one command into the journal, which makes room first where it must.
    pub fn append(&mut self, seq: u64, time: Timestamp, envelope: &Envelope) {
        let mut bytes = [0; ENCODED_MAX];
        let length = envelope.encode(&mut bytes);
        let nanos = match self.bug {
            Some(Bug::JournalWholeSeconds) => time.nanos() / 1_000_000_000 * 1_000_000_000,
            _ => time.nanos(),
        };
        let Some((writer, committer)) = &mut self.running else { return };
        if writer.free_bytes() < 2 * ENCODED_MAX {
            writer.publish();
            let _ = committer.commit();
        }
        // Only a machine that is down has no room now.
        let kind = envelope.command.kind();
        let _ = writer.append(kind, VERSION, seq, nanos, &bytes[..length]);
        writer.publish();
    }

    /// One turn of the committer. A failure is the end of this engine, and shows in `is_down`.
    pub fn commit(&mut self) {
        if let Some((_, committer)) = &mut self.running
            && let Err(failure) = committer.commit()
        {
            assert!(self.is_down(), "the committer failed on a good disk: {failure}");
        }
    }

    /// Makes segments ready or rests, as the committer's thread does between commits.
    pub fn idle(&mut self) {
        if let Some((_, committer)) = &mut self.running {
            let _ = if self.random.once_in(2) { Ok(()) } else { committer.rest() };
            committer.prepare();
        }
    }

    pub fn durable(&self) -> u64 {
        self.running.as_ref().map_or(0, |(_, committer)| committer.durable().seq())
    }

    /// A snapshot of everything that is durable. True if one was taken.
    pub fn take_snapshot(&mut self) -> Result<bool, String> {
        let durable = self.durable();
        if self.bug == Some(Bug::LeaveDepositsOutOfSnapshots) {
            return self.snapshot_without_deposits(durable);
        }
        let rule_set = clutch_core::RULE_SET;
        let taken =
            clutch_engine::take_snapshot(&self.data(), &self.storage(), rule_set, durable, |_| {});
        match taken {
            Ok(taken) => {
                if let (Some(info), Some((_, committer))) = (&taken, &self.running) {
                    committer.snapshot_notes().snapshot_is_durable(info.position.seq);
                }
                Ok(taken.is_some())
            }
            Err(_) if self.is_down() => Ok(false),
            Err(error) => Err(format!("a snapshot failed on a good disk: {error}")),
        }
    }

    /// The bug of a table that somebody forgot: the file is whole and its hash is right, for what is in it.
    fn snapshot_without_deposits(&mut self, seq_max: u64) -> Result<bool, String> {
        let mut follower = Follower::open(&self.data()).map_err(|error| error.to_string())?;
        let (mut state, mut outbox) = (State::new(), Outbox::with_capacity(1));
        while follower.last_seq().0 < seq_max
            && let Some(step) = follower.step().map_err(|error| error.to_string())?
        {
            if let Some(capacity) = step.state.capacity().filter(|_| step.seq.0 == 1) {
                outbox = Outbox::with_capacity(capacity.events_max());
            }
            let is_left_out = matches!(step.envelope.command, Command::Deposit { .. });
            let command = if is_left_out { Command::Tick } else { step.envelope.command };
            outbox.clear();
            state.apply(step.seq, step.time, &Envelope { command, ..*step.envelope }, &mut outbox);
        }
        let words = |error: clutch_journal::JournalError| error.to_string();
        let id = Reader::open(&self.data()).map_err(words)?.journal_id();
        let rule_set = clutch_core::RULE_SET.into();
        let written = SnapshotWriter::create(
            &self.data(),
            self.storage(),
            id,
            follower.position(),
            0,
            rule_set,
        )
        .and_then(|mut writer| {
            state.save(&mut |piece| drop(std::io::Write::write_all(&mut writer, piece)));
            writer.finish(state.state_hash())
        });
        Ok(written.is_ok())
    }
}
