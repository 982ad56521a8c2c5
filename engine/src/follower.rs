//! Follows a journal: reads it and applies it to a state of its own. Recovery, replay and everything
//! else that lives off the journal goes through here, so there is one way to get from bytes to state.
//!
//! It only reads, so it may follow a journal that another process is writing.

use std::path::Path;

use clutch_core::codec::DecodeError;
use clutch_core::units::{Seq, Timestamp};
use clutch_core::{Command, Envelope, Outbox, Record, State};
use clutch_journal::{JournalError, Position, Reader};

use crate::panics;
use clutch_journal::prefetch;

/// The version of a command's encoding that this engine writes.
const ENCODING: u16 = 1;
/// Where in a record's version the rule set begins: below it stands the encoding.
const RULE_SET_SHIFT: u32 = 4;

/// A record's version: how its command is written, and under which rules it was decided.
pub(crate) const fn record_version(rule_set: u16) -> u16 {
    ENCODING | rule_set << RULE_SET_SHIFT
}

/// Progress is told once per so many records.
const PROGRESS_EVERY: u64 = 4096;

/// Why a journal cannot be followed any further.
#[derive(Debug, thiserror::Error)]
pub enum FollowError {
    /// The journal itself cannot be read.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// A record's payload is not a command.
    #[error("record {seq} (kind {kind}) is not a command: {source}", seq = seq.0)]
    Decode {
        /// The record.
        seq: Seq,
        /// Its kind.
        kind: u16,
        /// What is wrong with it.
        source: DecodeError,
    },
    /// A record's kind contradicts its payload.
    #[error("record {seq} says kind {kind}, but its command is of kind {found}", seq = seq.0)]
    Kind {
        /// The record.
        seq: Seq,
        /// The kind in its header.
        kind: u16,
        /// The kind of the command in it.
        found: u16,
    },
    /// A newer engine wrote the record.
    #[error("record {seq} (kind {kind}) has encoding {encoding}; this release reads {ENCODING}: a newer release wrote it", seq = seq.0)]
    Encoding {
        /// The record.
        seq: Seq,
        /// Its kind.
        kind: u16,
        /// Its encoding.
        encoding: u16,
    },
    /// Other rules decided the record; replayed under these it could come to another answer than the
    /// one that was given.
    #[error("record {seq} was decided under rule set {written} and this release has rule set {ours}: {}", way_out(*written, *ours), seq = seq.0)]
    RuleSet {
        /// The record.
        seq: Seq,
        /// The rule set it was decided under.
        written: u16,
        /// The one of this release.
        ours: u16,
    },
    /// The rules stopped at a bug; the same command stopped the engine that wrote it.
    #[error("record {seq} (kind {kind}) runs into a bug: {message}", seq = seq.0)]
    Bug {
        /// The record.
        seq: Seq,
        /// Its kind.
        kind: u16,
        /// The assertion that failed.
        message: String,
    },
}

/// What to do about a journal of another rule set; see the crate's page on upgrading.
fn way_out(written: u16, ours: u16) -> &'static str {
    if ours < written {
        "use the release that wrote it, or a newer one"
    } else {
        "take a snapshot at the journal's end with the release that wrote it (`clutch journal snapshot`), then start this one"
    }
}

/// One record, applied.
#[derive(Debug)]
pub struct Step<'a> {
    /// Its place in the journal.
    pub seq: Seq,
    /// Its time.
    pub time: Timestamp,
    /// What it asked.
    pub envelope: &'a Envelope,
    /// What became true by it.
    pub events: &'a [Record],
    /// The state after it.
    pub state: &'a State,
}

/// A state that follows a journal.
pub struct Follower {
    reader: Reader,
    state: State,
    outbox: Outbox,
    commands: u64,
    /// Records read together, in order. They are read where they lie: an envelope has room for twenty
    /// legs, and moving it costs more than applying many a command.
    coming: Vec<Coming>,
    /// The first of them that is not yet applied.
    next: usize,
    /// What is wrong with the record behind them.
    flaw: Option<FollowError>,
    /// Behind the last record applied.
    position: Position,
    rule_set: u16,
}

/// Records whose memory is asked for together, as the core does with the requests it takes.
const LOOK_AHEAD: usize = 16;

/// A record that was read and decoded.
struct Coming {
    seq: Seq,
    time: Timestamp,
    kind: u16,
    envelope: Envelope,
    position: Position,
}

impl Follower {
    /// Opens the journal in `dir`, in front of its first record.
    ///
    /// # Errors
    /// [`FollowError::Journal`] if there is none that can be read, or its first record was archived.
    pub fn open(dir: &Path) -> Result<Self, FollowError> {
        let reader = Reader::open(dir)?;
        let oldest = reader.oldest_seq();
        if 1 < oldest {
            return Err(JournalError::Archived { dir: dir.to_path_buf(), seq: 1, oldest }.into());
        }
        Ok(Self::behind(reader, State::new()))
    }

    /// Opens the journal in `dir` together with the segments that were moved to `archive`, in front of
    /// the oldest record of both.
    ///
    /// # Errors
    /// [`FollowError::Journal`] if they cannot be read, or if the first record is in neither.
    pub fn open_with_archive(dir: &Path, archive: &Path) -> Result<Self, FollowError> {
        let reader = Reader::open(dir)?.with_archive(archive)?;
        let oldest = reader.oldest_seq();
        if 1 < oldest {
            return Err(JournalError::Archived { dir: archive.into(), seq: 1, oldest }.into());
        }
        Ok(Self::behind(reader, State::new()))
    }

    /// Follows `reader`, which stands in front of the first record that `state` has not applied.
    pub(crate) fn behind(reader: Reader, state: State) -> Self {
        // Room for the answer to a first record that is out of place; the real one says the sizes.
        let events_max = state.capacity().map_or(1, |capacity| capacity.events_max());
        let outbox = Outbox::with_capacity(events_max);
        let coming = Vec::with_capacity(LOOK_AHEAD);
        let position = reader.position();
        let rule_set = clutch_core::RULE_SET;
        Self { reader, state, outbox, commands: 0, coming, next: 0, flaw: None, position, rule_set }
    }

    /// Follows records of another rule set than this release's; for tests of upgrades.
    #[doc(hidden)]
    #[must_use]
    pub fn with_rule_set(mut self, rule_set: u16) -> Self {
        self.rule_set = rule_set;
        self
    }

    /// The rule set whose records it applies.
    pub fn rule_set(&self) -> u16 {
        self.rule_set
    }

    /// Behind the last record applied.
    pub fn position(&self) -> Position {
        self.position
    }

    /// Also follows what the journal's ring in `shm_dir` holds behind the files: what a process that
    /// was killed on this boot had appended and not yet written.
    #[must_use]
    pub fn with_ring(mut self, shm_dir: &Path) -> Self {
        self.reader = self.reader.with_ring(shm_dir);
        self
    }

    /// Applies the next record; `None` at the end of what has been written so far.
    ///
    /// # Errors
    /// [`FollowError`] naming the record. There is no way on from it.
    pub fn step(&mut self) -> Result<Option<Step<'_>>, FollowError> {
        if self.next == self.coming.len() {
            self.look_ahead();
        }
        let Some(Coming { seq, time, kind, envelope, position }) = self.coming.get(self.next)
        else {
            return self.flaw.take().map_or(Ok(None), Err);
        };
        self.next += 1;
        let (seq, time, kind) = (*seq, *time, *kind);
        let Self { state, outbox, .. } = self;
        if let (None, Command::Genesis { capacity, .. }) = (state.capacity(), &envelope.command)
            && capacity.validate().is_ok()
        {
            *outbox = Outbox::with_capacity(capacity.events_max());
        }
        outbox.clear();
        panics::caught(|| state.apply(seq, time, envelope, outbox))
            .map_err(|message| FollowError::Bug { seq, kind, message })?;
        self.commands += 1;
        self.position = *position;
        Ok(Some(Step { seq, time, envelope, events: self.outbox.records(), state: &self.state }))
    }

    /// Reads the next few records and asks for the memory that they will need.
    fn look_ahead(&mut self) {
        self.coming.clear();
        self.next = 0;
        while self.flaw.is_none() && self.coming.len() < LOOK_AHEAD {
            match next_coming(&mut self.reader, self.rule_set) {
                Ok(Some(coming)) => self.coming.push(coming),
                Ok(None) => break,
                Err(flaw) => self.flaw = Some(flaw),
            }
        }
        let envelopes = self.coming.iter().map(|coming| &coming.envelope);
        envelopes.clone().for_each(|envelope| self.state.warm(envelope, prefetch));
        envelopes.for_each(|envelope| self.state.warm_further(envelope, prefetch));
    }

    /// Applies everything written so far and returns how many records that were. `progress` hears now
    /// and then the last sequence applied.
    ///
    /// # Errors
    /// As [`Follower::step`].
    pub fn run_to_end(&mut self, mut progress: impl FnMut(Seq)) -> Result<u64, FollowError> {
        let before = self.commands;
        while self.step()?.is_some() {
            if self.commands.is_multiple_of(PROGRESS_EVERY) {
                progress(self.last_seq());
            }
        }
        progress(self.last_seq());
        Ok(self.commands - before)
    }

    /// The journal it reads.
    pub fn reader(&self) -> &Reader {
        &self.reader
    }

    /// The state so far.
    pub fn state(&self) -> &State {
        &self.state
    }

    /// The last record applied; 0 before the first.
    pub fn last_seq(&self) -> Seq {
        self.state.last_seq()
    }

    /// The hash of the state so far.
    pub fn state_hash(&self) -> u64 {
        self.state.state_hash()
    }

    /// Records applied.
    pub fn commands(&self) -> u64 {
        self.commands
    }

    /// The state, and no more following.
    pub fn into_state(self) -> State {
        self.state
    }
}

/// The next record, decoded; `None` at the end of what has been written so far.
fn next_coming(reader: &mut Reader, rule_set: u16) -> Result<Option<Coming>, FollowError> {
    let Some(record) = reader.next()? else { return Ok(None) };
    let (seq, kind, version) = (Seq(record.seq), record.kind, record.version);
    if version != record_version(rule_set) {
        return Err(other_version(seq, kind, version, rule_set));
    }
    let envelope = Envelope::decode(record.payload).map_err(|source| FollowError::Decode {
        seq,
        kind,
        source,
    })?;
    let found = envelope.command.kind();
    if found != kind {
        return Err(FollowError::Kind { seq, kind, found });
    }
    let time = Timestamp::from_nanos(record.timestamp);
    Ok(Some(Coming { seq, time, kind, envelope, position: reader.position() }))
}

#[cold]
fn other_version(seq: Seq, kind: u16, version: u16, ours: u16) -> FollowError {
    let encoding = version & ((1 << RULE_SET_SHIFT) - 1);
    if encoding != ENCODING {
        return FollowError::Encoding { seq, kind, encoding };
    }
    FollowError::RuleSet { seq, written: version >> RULE_SET_SHIFT, ours }
}
