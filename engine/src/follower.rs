//! Follows a journal: reads it and applies it to a state of its own. Recovery, replay and everything
//! else that lives off the journal goes through here, so there is one way to get from bytes to state.
//!
//! It only reads, so it may follow a journal that another process is writing.

use std::path::Path;

use clutch_core::codec::DecodeError;
use clutch_core::units::{Seq, Timestamp};
use clutch_core::{Command, Envelope, Outbox, Record, State};
use clutch_journal::{End, JournalError, Position, Reader, prefetch};

use crate::decoded::{Batch, Decoded, ENCODING};
use crate::panics;
use crate::read_ahead;

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
    /// Another release, or another day's build of an unreleased one, wrote the record in bytes that this one cannot read.
    #[error("record {seq} (kind {kind}) is written in encoding {encoding} and this release writes encoding {ENCODING}: {}", way_out(*encoding, ENCODING), seq = seq.0)]
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
    /// The thread that reads ahead cannot be started.
    #[error("cannot start the thread that reads the journal: {0}")]
    Thread(std::io::Error),
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

/// What to do about a journal of another rule set or encoding; see the crate's page on upgrading.
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
    /// Records read together, in order.
    coming: Batch,
    /// The first of them that is not yet applied.
    next: usize,
    /// Behind the last record applied.
    position: Position,
    rule_set: u16,
}

/// Records whose memory is asked for together, as the core does with the requests it takes.
const LOOK_AHEAD: usize = 16;

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
        let coming = Batch::with_room(LOOK_AHEAD);
        let position = reader.position();
        let rule_set = clutch_core::RULE_SET;
        Self { reader, state, outbox, commands: 0, coming, next: 0, position, rule_set }
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

    /// Applies the next record; `None` at the end of what has been written so far. For who looks at a
    /// few records, or goes on for ever; [`Follower::run_to`] is faster on many.
    ///
    /// # Errors
    /// [`FollowError`] naming the record. There is no way on from it.
    pub fn step(&mut self) -> Result<Option<Step<'_>>, FollowError> {
        if self.next == self.coming.records().len() {
            self.look_ahead();
        }
        if self.next == self.coming.records().len() {
            return self.coming.flaw.take().map_or(Ok(None), Err);
        }
        let decoded = &self.coming.records()[self.next];
        self.next += 1;
        apply(&mut self.state, &mut self.outbox, decoded)?;
        self.commands += 1;
        self.position = decoded.position;
        Ok(Some(step_of(decoded, &self.outbox, &self.state)))
    }

    /// Whether nothing was read that is not applied.
    fn has_read_all(&self) -> bool {
        self.next == self.coming.records().len() && self.coming.flaw.is_none()
    }

    /// Reads the next few records and asks for the memory that they will need.
    fn look_ahead(&mut self) {
        self.next = 0;
        if self.coming.flaw.is_none() {
            self.coming.fill(&mut self.reader, self.rule_set, Seq(u64::MAX));
        } else {
            self.coming.clear();
        }
        let envelopes = self.coming.records().iter().map(|coming| &coming.envelope);
        envelopes.clone().for_each(|envelope| self.state.warm(envelope, prefetch));
        envelopes.for_each(|envelope| self.state.warm_further(envelope, prefetch));
    }

    /// Applies everything written so far and returns how many records that were. `progress` hears now
    /// and then the last sequence applied.
    ///
    /// # Errors
    /// As [`Follower::step`].
    pub fn run_to_end(&mut self, mut progress: impl FnMut(Seq)) -> Result<u64, FollowError> {
        let applied = self.run_to(Seq(u64::MAX), |step| {
            if step.seq.0.is_multiple_of(PROGRESS_EVERY) {
                progress(step.seq);
            }
            Ok::<_, FollowError>(())
        })?;
        progress(self.last_seq());
        Ok(applied)
    }

    /// Applies what has been written so far, up to record `last` at most, and returns how many records
    /// that were; `visit` sees each step. A second thread reads, checks and decodes meanwhile: that is
    /// as much work as applying, and needs nothing of the state.
    ///
    /// # Errors
    /// As [`Follower::step`], and those of `visit`; behind an error of `visit` there is no way on,
    /// because records were read that are not applied.
    pub fn run_to<E: From<FollowError>>(
        &mut self,
        last: Seq,
        mut visit: impl FnMut(Step<'_>) -> Result<(), E>,
    ) -> Result<u64, E> {
        let before = self.commands;
        // What steps have read and not yet applied comes first.
        while self.last_seq() < last && !self.has_read_all() {
            let Some(step) = self.step()? else { break };
            visit(step)?;
        }
        if last <= self.last_seq() {
            return Ok(self.commands - before);
        }
        let Self { reader, state, outbox, commands, position, rule_set, .. } = self;
        let mut is_first = true;
        let mut line = |batch: &[Decoded], behind: &[Decoded]| -> Result<(), E> {
            let fresh = std::mem::take(&mut is_first);
            for_each_warmed(batch, behind, fresh, state, |decoded, state| {
                apply(state, outbox, decoded)?;
                *commands += 1;
                *position = decoded.position;
                visit(step_of(decoded, outbox, state))
            })
        };
        read_ahead::for_each_batch(reader, *rule_set, last, &mut line)?;
        Ok(self.commands - before)
    }

    /// Why there was no next record: a good end, or the remains of a write that nobody was promised. To be asked once
    /// there is none; what was told until then is then known to be all that there is.
    ///
    /// # Errors
    /// [`JournalError`] if the records end in damage. It names the file, the place and what is lost, as a start would.
    pub fn how_it_ended(&self) -> Result<End, JournalError> {
        self.reader.how_it_ended()
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

fn apply(state: &mut State, outbox: &mut Outbox, decoded: &Decoded) -> Result<(), FollowError> {
    let Decoded { seq, time, kind, envelope, position: _ } = decoded;
    if let (None, Command::Genesis { capacity, .. }) = (state.capacity(), &envelope.command)
        && capacity.validate().is_ok()
    {
        *outbox = Outbox::with_capacity(capacity.events_max());
    }
    outbox.clear();
    panics::caught(|| state.apply(*seq, *time, envelope, outbox))
        .map_err(|message| FollowError::Bug { seq: *seq, kind: *kind, message })
}

fn step_of<'a>(decoded: &'a Decoded, outbox: &'a Outbox, state: &'a State) -> Step<'a> {
    let Decoded { seq, time, envelope, .. } = decoded;
    Step { seq: *seq, time: *time, envelope, events: outbox.records(), state }
}

/// Hands over one record after the other, the memory of those that come next already asked for: of those `behind`
/// this batch as well. In a `fresh` start nobody has asked for the first ones.
fn for_each_warmed<E>(
    batch: &[Decoded],
    behind: &[Decoded],
    fresh: bool,
    state: &mut State,
    mut each: impl FnMut(&Decoded, &mut State) -> Result<(), E>,
) -> Result<(), E> {
    let coming = |place: usize| batch.get(place).or_else(|| behind.get(place - batch.len()));
    let envelope = |place: usize| coming(place).map(|decoded| &decoded.envelope);
    if fresh {
        for place in 0..LOOK_AHEAD {
            envelope(place).into_iter().for_each(|coming| state.warm(coming, prefetch));
        }
    }
    for (place, decoded) in batch.iter().enumerate() {
        // The thread that decoded it runs on another core, and so its memory is there.
        coming(place + 2 * LOOK_AHEAD).into_iter().flat_map(Decoded::lines).for_each(prefetch);
        if let Some(coming) = envelope(place + LOOK_AHEAD) {
            state.warm(coming, prefetch);
        }
        if let Some(coming) = envelope(place + LOOK_AHEAD / 2) {
            state.warm_further(coming, prefetch);
        }
        each(decoded, state)?;
    }
    Ok(())
}
