//! Reads the records of a journal, in order, each one checked; changes nothing.
//!
//! It works on a journal that is being written, by this or another process, and on one that crashed. The chain decides
//! what is a record; a place that does not hold the next one is the end until it does.

use std::path::{Path, PathBuf};

use crate::archive;
use crate::continuation::Continuation;
use crate::error::{IoFailure, JournalError};
use crate::evidence::used_bytes;
use crate::faults::{Fault, Faults};
use crate::found_ring::{self, For, FoundRing, Left};
use crate::judge::NextSegment;
use crate::lock;
use crate::position::Position;
use crate::record::{Chain, RecordView};
use crate::segment::{self, Found, RECORDS_AT, SegmentMap};
use crate::superblock::{self, Superblock};
use crate::verdict::{End, Facts, Next, Verdict};

/// A position in a journal.
pub struct Reader {
    dir: PathBuf,
    /// Where old segments were moved to.
    archive: Option<PathBuf>,
    superblock: Superblock,
    /// The segment that holds the position; `None` until the first one is there.
    segment: Option<SegmentMap>,
    /// Where in that segment's file the next record is.
    offset: u64,
    /// Behind the last record of the segments that was returned.
    chain: Chain,
    shm_dir: Option<PathBuf>,
    /// The ring's records behind the segments, once they were asked for.
    in_ring: Option<InRing>,
}

/// A position in the ring's records. The one in the segments stays where it is: a running writer goes on there, and how
/// the files end has nothing to do with how far the ring was read.
struct InRing {
    found: Continuation,
    /// Where in them the next record is.
    at: usize,
    chain: Chain,
}

impl Reader {
    /// Opens the journal in `dir`, in front of its oldest record.
    pub fn open(dir: &Path) -> Result<Self, JournalError> {
        ensure_directory(dir)?;
        let superblock =
            Superblock::load(dir)?.ok_or_else(|| superblock::missing(dir, lock::is_signed(dir)))?;
        Ok(Self::in_front(dir, superblock))
    }

    /// Opens what was archived in `dir`, without its journal; `None` if `dir` is no archive.
    pub(crate) fn of_archive(dir: &Path) -> Result<Option<Self>, JournalError> {
        ensure_directory(dir)?;
        let superblock = archive::superblock_of(dir)?;
        Ok(superblock.map(|superblock| Self::in_front(dir, superblock)))
    }

    fn in_front(dir: &Path, superblock: Superblock) -> Self {
        let chain = Chain {
            salt: 0,
            crc: 0,
            epoch: 0,
            seq: superblock.oldest_seq.saturating_sub(1),
            timestamp: 0,
            faults: Faults::NONE,
        };
        Self {
            dir: dir.to_path_buf(),
            archive: None,
            superblock,
            segment: None,
            offset: 0,
            chain,
            shm_dir: None,
            in_ring: None,
        }
    }

    /// The same journal in front of the segment that starts with `first_seq`, as if nothing lay before it.
    pub(crate) fn starting_at(&self, first_seq: u64) -> Self {
        let mut there = Self::in_front(&self.dir, self.superblock.clone());
        there.archive = self.archive.clone();
        there.chain.seq = first_seq.saturating_sub(1);
        there
    }

    /// The same, going on with the ring where this reader would.
    pub(crate) fn starting_at_with_ring(&self, first_seq: u64) -> Self {
        Self { shm_dir: self.shm_dir.clone(), ..self.starting_at(first_seq) }
    }

    /// Opens the journal in `dir` in front of record `seq`, without reading the segments before the one that holds it.
    /// That segment is read and checked from its start, because its header is where the chain can be picked up.
    ///
    /// # Errors
    /// [`JournalError::Archived`] or [`JournalError::NotYet`] if the record is not there; `seq` may be the one after
    /// the last, to wait for it.
    pub fn open_at(dir: &Path, seq: u64) -> Result<Self, JournalError> {
        let mut reader = Self::open(dir)?;
        let oldest = reader.superblock.oldest_seq;
        if seq < oldest {
            return Err(JournalError::Archived { dir: reader.dir, seq, oldest });
        }
        if let Some(first_seq) = segment::holding(dir, seq, reader.journal_id())? {
            reader.chain.seq = first_seq - 1;
        }
        while reader.chain.seq + 1 < seq {
            if reader.next()?.is_none() {
                reader.how_it_ended()?;
                let last = reader.chain.seq;
                return Err(JournalError::NotYet { dir: reader.dir, seq, last });
            }
        }
        Ok(reader)
    }

    /// Opens the journal in `dir` behind `position`, as [`Reader::open_at`], and proves that the record there is the
    /// same one: this is how the tail behind a snapshot is read.
    ///
    /// # Errors
    /// [`JournalError::Diverged`] if it is another record, and those of [`Reader::open_at`].
    pub fn open_after(dir: &Path, position: &Position) -> Result<Self, JournalError> {
        let mut reader = Self::open_at(dir, position.seq + 1)?;
        if reader.segment.is_none() {
            // A segment that starts behind the position proves it by its header.
            reader.enter_next_segment()?;
        }
        if 0 < position.seq && reader.chain.crc != position.crc {
            return Err(JournalError::Diverged { dir: reader.dir, seq: position.seq });
        }
        Ok(reader)
    }

    /// Also reads the segments that were moved to the directory `archive`, and stands in front of the oldest of them.
    ///
    /// # Errors
    /// [`JournalError::NoArchive`] if there are none of this journal's that come before what `dir` still has.
    pub fn with_archive(mut self, archive: &Path) -> Result<Self, JournalError> {
        ensure_directory(archive)?;
        let starts = segment::list(archive)?;
        let nothing = || JournalError::NoArchive {
            path: archive.to_path_buf(),
            before: self.superblock.oldest_seq,
        };
        let first_seq = *starts.first().ok_or_else(nothing)?;
        if self.superblock.oldest_seq <= first_seq {
            return Err(nothing());
        }
        if let Found::Foreign(found) = SegmentMap::look(archive, first_seq, self.journal_id())? {
            let (file, expected) = (archive.join(segment::file_name(first_seq)), self.journal_id());
            return Err(JournalError::Foreign { file, found, expected, records: None });
        }
        self.superblock.oldest_seq = first_seq;
        self.chain.seq = first_seq - 1;
        self.archive = Some(archive.to_path_buf());
        Ok(self)
    }

    /// Where the segment that starts with `first_seq` is, if it is anywhere.
    pub(crate) fn place_of(&self, first_seq: u64) -> &Path {
        let is_here = || self.dir.join(segment::file_name(first_seq)).exists();
        match &self.archive {
            Some(archive) if !is_here() => archive,
            _ => &self.dir,
        }
    }

    /// Continues behind the segments with what the ring in `shm_dir` holds at that moment: the records that a process
    /// killed on this boot had appended and not yet written. From there the reader sees that one picture only.
    pub fn with_ring(mut self, shm_dir: &Path) -> Self {
        self.shm_dir = Some(shm_dir.to_path_buf());
        self
    }

    /// The next record, or `None` at the end of what is valid now; asked again later, it finds what was written since.
    /// Whether that end is a good one is for [`Reader::how_it_ended`] to say.
    #[allow(
        clippy::should_implement_trait,
        reason = "the record is borrowed from the reader, which no iterator can do"
    )]
    pub fn next(&mut self) -> Result<Option<RecordView<'_>>, JournalError> {
        if self.in_ring.is_none() && self.step()? {
            let start = self.offset;
            let Some(segment) = &self.segment else {
                return Ok(None);
            };
            let record = RecordView::peek(segment.from(start));
            self.offset += record.map_or(0, |record| record.bytes() as u64);
            return Ok(record);
        }
        self.take_ring()?;
        let Some(InRing { found, at, chain }) = &mut self.in_ring else {
            return Ok(None);
        };
        let record = RecordView::peek(&found.bytes[*at..]);
        if let Some(record) = record {
            *at += record.bytes();
            chain.advance(&record);
        }
        Ok(record)
    }

    /// Hands every record to `visit` and then says how the journal ended.
    pub fn for_each(&mut self, mut visit: impl FnMut(RecordView<'_>)) -> Result<End, JournalError> {
        while let Some(record) = self.next()? {
            visit(record);
        }
        self.how_it_ended()
    }

    /// The verdict on the place where [`Reader::next`] found no more: a good end, a torn tail, or an error that names
    /// the file, the offset and the first lost record. It is the verdict that opening for writing would come to.
    pub fn how_it_ended(&self) -> Result<End, JournalError> {
        let ring_seq = self.in_ring.as_ref().map_or(self.chain.seq, |ring| ring.found.chain.seq);
        let end = self.verdict(ring_seq)?;
        if self.in_ring.is_none() {
            self.check_ring()?;
        }
        Ok(end)
    }

    /// The last record that was returned; 0 before the first.
    pub fn seq(&self) -> u64 {
        self.last_returned().seq
    }

    /// Behind the last record that was returned, in a form that can be stored and found again.
    pub fn position(&self) -> Position {
        Position::behind(self.last_returned())
    }

    /// The oldest record that the directory should hold; those before it were archived.
    pub fn oldest_seq(&self) -> u64 {
        self.superblock.oldest_seq
    }

    /// What the engine that opened the journal last says of its rules; see [`crate::Options::rule_set`].
    pub fn rule_set(&self) -> u64 {
        self.superblock.rule_set
    }

    /// The journal's identity.
    pub fn journal_id(&self) -> u128 {
        self.superblock.journal_id
    }

    /// The engine version that opened the journal last.
    pub fn engine_version(&self) -> u64 {
        self.superblock.engine_version
    }

    /// The last record that was known to be durable when `super` was last written; later ones may be durable too.
    pub fn durable_mark(&self) -> u64 {
        self.superblock.durable_mark
    }

    /// The record of the newest snapshot that the owner of `super` has heard of; 0 if there is none.
    pub fn newest_snapshot(&self) -> u64 {
        self.superblock.newest_snapshot
    }

    fn last_returned(&self) -> &Chain {
        self.in_ring.as_ref().map_or(&self.chain, |ring| &ring.chain)
    }

    /// The chain behind the segments, or where in them the reader is.
    pub(crate) fn chain(&self) -> Chain {
        self.chain
    }

    /// The same reader with a bug in it.
    pub(crate) fn with_faults(mut self, faults: Faults) -> Self {
        self.chain.faults = faults;
        self
    }

    /// What a recovery that cuts at the first bad record would cut here.
    pub(crate) fn everything_behind(&self) -> End {
        self.segment.as_ref().map_or(End::Clean, |segment| End::TornTail {
            file: segment.path.clone(),
            offset: self.offset,
            bytes: used_bytes(segment.from(self.offset)) as u64,
        })
    }

    pub(crate) fn dir(&self) -> &Path {
        &self.dir
    }

    pub(crate) fn offset(&self) -> u64 {
        self.offset
    }

    pub(crate) fn segment(&self) -> Option<&SegmentMap> {
        self.segment.as_ref()
    }

    pub(crate) fn superblock(&self) -> &Superblock {
        &self.superblock
    }

    /// Where in the stream the position is, and what is left of its segment.
    pub(crate) fn stream_position(&self) -> Option<(u64, u64)> {
        let header = &self.segment.as_ref()?.header;
        let stream_offset = header.stream_offset + (self.offset - RECORDS_AT);
        Some((stream_offset, header.stream_end() - stream_offset))
    }

    /// Moves the chain onto the next record in the segments and leaves `offset` in front of it.
    fn step(&mut self) -> Result<bool, JournalError> {
        loop {
            if let Some(segment) = &self.segment
                && let Ok(record) = self.chain.check(segment.from(self.offset))
            {
                self.chain.advance(&record);
                return Ok(true);
            }
            if !self.enter_next_segment()? {
                return Ok(false);
            }
        }
    }

    /// Moves to the segment that starts with the next record, if there is one that continues this one.
    fn enter_next_segment(&mut self) -> Result<bool, JournalError> {
        match self.next_segment()? {
            NextSegment::Other(kind, error) if Facts::at_segment(kind).verdict().is_halt() => {
                Err(error)
            }
            NextSegment::Continues(mut next)
                if Facts::at_segment(Next::Continues).verdict() == Verdict::Accept =>
            {
                if self.chain.faults.has(Fault::MappingNotNamed) {
                    next.forget_name();
                }
                self.chain = next.header.chain(self.chain.timestamp, self.chain.faults);
                self.offset = RECORDS_AT;
                self.segment = Some(next);
                Ok(true)
            }
            NextSegment::Nothing | NextSegment::Other(..) | NextSegment::Continues(_) => Ok(false),
        }
    }

    fn take_ring(&mut self) -> Result<(), JournalError> {
        if self.in_ring.is_some() {
            return Ok(());
        }
        // A ring that is not as it should be is no end of what the segments hold: `how_it_ended` speaks of it.
        if let Ok(Left::Ring(ring)) = self.look_for_ring() {
            self.in_ring = self.continuation(Some(&ring))?.map(|found| InRing {
                found,
                at: 0,
                chain: self.chain,
            });
        }
        Ok(())
    }

    /// The records of `ring` behind the place where the reader is in the segments; `None` if there is no segment yet.
    pub(crate) fn continuation(
        &self,
        ring: Option<&FoundRing>,
    ) -> Result<Option<Continuation>, JournalError> {
        let (Some(ring), Some((stream_offset, segment_left))) = (ring, self.stream_position())
        else {
            return Ok(None);
        };
        let capacity = self.superblock.segment_bytes.saturating_sub(RECORDS_AT);
        let contents = ring.contents_from(stream_offset)?;
        Ok(Some(Continuation::of(contents, self.chain, segment_left, capacity)))
    }

    fn look_for_ring(&self) -> Result<Left, JournalError> {
        match &self.shm_dir {
            None => Ok(Left::Nothing),
            Some(shm_dir) => {
                found_ring::look(&self.superblock, Some(shm_dir), For::Reading, self.chain.faults)
            }
        }
    }

    /// A ring that was left and cannot be had is where a start halts. A writer that is there has its own.
    fn check_ring(&self) -> Result<(), JournalError> {
        let halt = match self.look_for_ring() {
            Ok(left) => left.halt(&self.superblock, self.seq()),
            Err(error) => Some(error),
        };
        match halt {
            Some(halt) if lock::holder(&self.dir).is_none() => Err(halt),
            Some(_) | None => Ok(()),
        }
    }
}

/// Says what is there in the place of a directory.
fn ensure_directory(dir: &Path) -> Result<(), JournalError> {
    match std::fs::metadata(dir) {
        Ok(about) if about.is_dir() => Ok(()),
        Ok(_) => Err(JournalError::NotADirectory { path: dir.to_path_buf() }),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            Err(JournalError::NoDirectory { path: dir.to_path_buf() })
        }
        Err(error) => Err(IoFailure::at("look at", dir)(error).into()),
    }
}
