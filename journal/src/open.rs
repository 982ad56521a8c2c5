//! Opens a journal for writing: finds or makes it, recovers what a crash left, and hands out the two ends.
//!
//! Recovery reads the segments in order, then the ring's continuation of their chain, and lets [`crate::verdict`] say
//! whether what is behind is an end. Only then is anything changed: the torn tail is zeroed, every segment and the
//! directory are synced, and the ring's records are written where they belong. After `open` the segments hold all.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::appender::Appender;
use crate::committer::Committer;
use crate::continuation::Continuation;
use crate::error::{IoFailure, JournalError};
use crate::faults::{Fault, Faults};
use crate::file_system::{self, FileSystem};
use crate::found_ring::{self, For, FoundRing, Left, RingNote};
use crate::lock::{self, Lock};
use crate::mark::Mark;
use crate::options::Options;
use crate::reader::Reader;
use crate::record::RecordView;
use crate::ring::Ring;
use crate::segment::{self, ActiveSegment, Found, MARKS_AT, RECORDS_AT, SegmentHeader, SegmentMap};
use crate::shared::Shared;
use crate::snapshot::snapshots;
use crate::spare::{self, Promoted, Spare};
use crate::storage::{Storage, make_directory};
use crate::superblock::{self, SuperFile, Superblock};
use crate::verdict::End;
use crate::writer::Writer;

/// A journal open for writing.
pub struct Opened {
    /// The core's end.
    pub writer: Writer,
    /// The disk's end, not yet started: nothing becomes durable before [`Committer::spawn`].
    pub committer: Committer,
    /// What was found.
    pub recovered: Recovered,
}

/// What `open` found. All of it is durable in the segments, ready to be replayed with a [`Reader`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recovered {
    /// The oldest record that can be read, if there is any.
    pub first_seq: u64,
    /// The last record; 0 in an empty journal.
    pub last_seq: u64,
    /// The last record's time; 0 in an empty journal.
    pub last_timestamp: u64,
    /// Remains of a write that was never acknowledged, now zeroed.
    pub torn_bytes_cut: u64,
    /// Records that were only in the ring.
    pub from_ring: u64,
    /// The journal's identity.
    pub journal_id: u128,
    /// The opening's number, which every record carries.
    pub epoch: u32,
    /// The engine version that had it open before; that of the options in a new journal.
    pub written_by: u64,
    /// There was no place for the ring on tmpfs: what is not yet durable dies with the process.
    pub ring_in_memory_only: bool,
    /// Why there was none: no room, no such directory, no rights. `None` if it is there, or was not asked for.
    pub ring_refused: Option<std::io::ErrorKind>,
    /// The ring's directory is on this and not on tmpfs: the ring survives a kill, and appends may wait for a disk.
    pub ring_on_disk: Option<FileSystem>,
    /// The opening before this one, on the same boot, kept its ring on tmpfs and did not stop cleanly, and its ring is not
    /// there any more. What it had appended and not yet written is lost; what was durable on the disk is not.
    pub ring_gone: bool,
    /// Records that had been durable were damaged on the disk, and the ring still had them: the segment, where in it, and
    /// the first and the last of them. They are written again, and the disk is not to be trusted.
    pub healed_from_ring: Option<(PathBuf, u64, (u64, u64))>,
    /// Between these two records a segment is missing or has no whole header, which no start needs and a replay does: as far
    /// as names and headers tell. [`crate::verify`] reads all of them.
    pub missing_before: Option<(u64, u64)>,
    /// What the directory is on.
    pub file_system: FileSystem,
}

/// Opens the journal in `dir` for writing, or makes one if the directory is new or holds none.
///
/// Records are checked from the older of the last two snapshots on, because that is as far back as a start may need them;
/// without snapshots, from the beginning. Whoever reads what lies before checks it then, and [`crate::verify`] checks all.
///
/// # Errors
/// [`JournalError`] in words that name the file, the place, and what is lost; then nothing has been changed.
pub fn open(dir: &Path, options: Options) -> Result<Opened, JournalError> {
    let options = &options;
    options.check()?;
    ensure_directory(dir, &*options.storage)?;
    let file_system = file_system::check(dir, options)?;
    let lock = lock::acquire(dir)?;
    if Superblock::load(dir)?.is_none() {
        create(dir, options, &lock)?;
    }
    lock.sign()?;
    let storage = &*options.storage;

    let mut reader = reader_for_start(dir, options.faults)?;
    let missing_before = missing_before(dir, reader.superblock(), reader.seq() + 1)?;
    while reader.next()?.is_some() {}
    let journal_id = reader.journal_id();
    let written_by = reader.engine_version();
    let left = left_in_memory(&reader, options)?;
    let Ended { end, ring, continuation, is_ring_gone: ring_gone } =
        end_of(&reader, left, options.faults)?;
    spare::remove_spares(dir, options.reserve_segments, options.segment_bytes, storage)?;

    let mut appender = appender_at_end(&reader, dir, options)?;
    rewrite_unproven(&appender, &reader)?;
    if !options.faults.has(Fault::NoSyncAfterRecovery) {
        sync_everything(dir, options)?;
    }
    if let End::Healed { records: (_, last), .. } = end {
        // Until they are written again the marks go on saying that these records were durable.
        appender.synced_seq = last;
    }
    append_all(&mut appender, &continuation.bytes, options)?;
    let torn_bytes = cut_tail(&appender, &end)?;
    let last = appender.chain;

    let epoch = appender
        .super_file
        .contents
        .epoch
        .checked_add(u32::from(!options.faults.has(Fault::SameEpochAgain)))
        .ok_or(JournalError::Options("the epochs are used up"))?;
    appender.chain.epoch = epoch;
    let contents = &mut appender.super_file.contents;
    contents.epoch = epoch;
    // Which release writes from now on the committer notes, once its records could be replayed.
    contents.segment_bytes = options.segment_bytes;
    contents.newest_snapshot = snapshots(dir)?.last().copied().unwrap_or(0);
    let ring = new_ring(&mut appender, ring, options, lock.file)?;
    let recovered = Recovered {
        first_seq: appender.super_file.contents.oldest_seq,
        last_seq: last.seq,
        last_timestamp: last.timestamp,
        // What the ring could rewrite was not lost.
        torn_bytes_cut: torn_bytes.saturating_sub(continuation.bytes.len() as u64),
        from_ring: continuation.records,
        journal_id,
        epoch,
        written_by,
        ring_in_memory_only: ring.is_in_memory_only(),
        ring_refused: ring.refused(),
        ring_on_disk: ring.on_disk(),
        ring_gone,
        healed_from_ring: match end {
            End::Healed { file, offset, records, .. } => Some((file, offset, records)),
            End::Clean | End::TornTail { .. } => None,
        },
        missing_before,
        file_system,
    };
    let shared =
        Arc::new(Shared::new(last.seq, appender.stream_offset, recovered.ring_in_memory_only));
    let ring = Arc::new(ring);
    let writer = Writer::new(
        Arc::clone(&shared),
        Arc::clone(&ring),
        appender.chain,
        appender.stream_offset,
        appender.active.header.stream_end() - appender.stream_offset,
        options.segment_bytes - RECORDS_AT,
        options.payload_bytes_max(),
    );
    let release = (options.engine_version, options.rule_set);
    let committer = Committer::new(shared, ring, appender, options.reserve_segments, release);
    Ok(Opened { writer, committer, recovered })
}

/// How what a start found ends.
struct Ended {
    end: End,
    /// What the opening before this one left in memory.
    ring: Option<FoundRing>,
    continuation: Continuation,
    is_ring_gone: bool,
}

pub(crate) fn left_in_memory(reader: &Reader, options: &Options) -> Result<Left, JournalError> {
    let shm_dir = options.shm_dir.as_deref();
    found_ring::look(reader.superblock(), shm_dir, For::Writing, options.faults)
}

/// Judges the place where `reader` found no more, together with what was left in memory.
fn end_of(reader: &Reader, left: Left, faults: Faults) -> Result<Ended, JournalError> {
    let found = match &left {
        Left::Ring(ring) => reader.continuation(Some(ring))?,
        Left::Nothing | Left::Gone(_) => None,
    };
    let none = Continuation { bytes: Vec::new(), records: 0, chain: reader.chain() };
    let continuation = found.unwrap_or(none);
    let end = match reader.verdict(continuation.chain.seq) {
        Err(JournalError::Corrupt { .. }) if faults.has(Fault::CutAtFirstBadRecord) => {
            reader.everything_behind()
        }
        other => other?,
    };
    if let Some(halt) = left.halt(reader.superblock(), reader.seq()) {
        return Err(halt);
    }
    let is_ring_gone = matches!(left, Left::Gone(_));
    let ring = match left {
        Left::Ring(ring) => Some(ring),
        Left::Nothing | Left::Gone(_) => None,
    };
    Ok(Ended { end, ring, continuation, is_ring_gone })
}

/// As far as a start reads.
pub(crate) struct RecoveredEnd {
    pub reader: Reader,
    /// The first record that it checks.
    pub first_checked: u64,
    /// The last that there is, the ring's included.
    pub last: u64,
    /// Why it halts there, if it does.
    pub halt: Option<JournalError>,
}

/// Goes as far as a start would.
pub(crate) fn recovered_end(
    dir: &Path,
    faults: Faults,
    left_in_memory: impl FnOnce(&Reader) -> Result<Left, JournalError>,
) -> Result<RecoveredEnd, JournalError> {
    let mut reader = reader_for_start(dir, faults)?;
    let first_checked = reader.seq() + 1;
    let ended = loop {
        match reader.next() {
            Ok(Some(_)) => {}
            Ok(None) => {
                let left = left_in_memory(&reader);
                break left.and_then(|left| end_of(&reader, left, faults));
            }
            Err(halt) => break Err(halt),
        }
    };
    let (last, halt) = match ended {
        Ok(ended) => (ended.continuation.chain.seq, None),
        Err(halt) => (reader.seq(), Some(halt)),
    };
    Ok(RecoveredEnd { reader, first_checked, last, halt })
}

/// Makes the ring of this opening. What the one before left is in the segments by now, and goes first: its name leaves
/// `super`, then the file goes, then a new one comes and is named. So at every moment `super` names what there is.
fn new_ring(
    appender: &mut Appender,
    left: Option<FoundRing>,
    options: &Options,
    lock: File,
) -> Result<Ring, JournalError> {
    appender.super_file.contents.ring = None;
    if let Some(left) = left {
        appender.store_super()?;
        left.remove();
    }
    let name = u64::from_le_bytes(random(&appender.dir)?).max(1);
    let journal_id = appender.super_file.contents.journal_id;
    let path = options.shm_dir.as_deref().map(|dir| found_ring::path_in(dir, journal_id, name));
    let ring = Ring::ready(path, options.ring_bytes, lock)?;
    appender.super_file.contents.ring = (!ring.is_in_memory_only()).then(|| RingNote {
        name,
        boot: found_ring::boot_id(),
        durability: options.durability,
    });
    appender.store_super().inspect_err(|_| ring.remove_file())?;
    Ok(ring)
}

/// A reader in front of the first record that a start has to check.
fn reader_for_start(dir: &Path, faults: Faults) -> Result<Reader, JournalError> {
    let reader = Reader::open(dir)?.with_faults(faults);
    let found = snapshots(dir)?;
    let Some(older) = found.len().checked_sub(2).map(|at| found[at]) else { return Ok(reader) };
    match segment::holding(dir, older, reader.journal_id())? {
        Some(first_seq) if reader.oldest_seq() < first_seq => {
            Ok(reader.starting_at(first_seq).with_faults(faults))
        }
        _ => Ok(reader),
    }
}

/// Looks at the names and headers of the segments that a start does not read, those before record `before`, for the first
/// two records between which one is missing. Damage inside a segment only reading it finds.
fn missing_before(
    dir: &Path,
    superblock: &Superblock,
    before: u64,
) -> Result<Option<(u64, u64)>, JournalError> {
    let (mut first_missing, mut stream_end) = (superblock.oldest_seq, None);
    for first_seq in segment::own(dir, superblock.journal_id)? {
        if before < first_seq {
            break;
        }
        if first_seq < superblock.oldest_seq {
            continue;
        }
        let found = SegmentMap::look(dir, first_seq, superblock.journal_id)?;
        let Found::Segment(map) = found else { continue };
        // A segment begins in the stream at or before the place where the one before it can hold no more.
        let continues = stream_end.is_none_or(|end| map.header.stream_offset <= end);
        if !continues || (stream_end.is_none() && first_seq != superblock.oldest_seq) {
            return Ok(Some((first_missing, first_seq - 1)));
        }
        stream_end = Some(map.header.stream_end());
        first_missing = first_seq;
    }
    Ok(None)
}

fn ensure_directory(dir: &Path, storage: &dyn Storage) -> Result<(), JournalError> {
    match fs::metadata(dir) {
        Ok(about) if about.is_dir() => Ok(()),
        Ok(_) => Err(JournalError::NotADirectory { path: dir.to_path_buf() }),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            Ok(make_directory(dir, storage)?)
        }
        Err(error) => Err(IoFailure::at("look at", dir)(error).into()),
    }
}

/// Makes `super`; the first segment follows when recovery finds none.
fn create(dir: &Path, options: &Options, lock: &Lock) -> Result<(), JournalError> {
    // A directory that was copied by halves must not be taken for a new one.
    match superblock::missing(dir, lock.was_signed) {
        JournalError::NotAJournal { .. } => {}
        halves => return Err(halves),
    }
    let superblock = Superblock::new(u128::from_le_bytes(random(dir)?), options);
    SuperFile::create(dir, superblock, &*options.storage)?;
    Ok(())
}

/// An appender behind the last valid record; makes the first segment if there is none.
fn appender_at_end(
    reader: &Reader,
    dir: &Path,
    options: &Options,
) -> Result<Appender, JournalError> {
    let mut superblock = reader.superblock().clone();
    let storage = Arc::clone(&options.storage);
    let (active, mark, stream_offset, chain) = match (reader.segment(), reader.stream_position()) {
        (Some(last), Some((stream_offset, _))) => {
            let file = storage.open(&last.path).map_err(IoFailure::at("open", &last.path))?;
            let active =
                ActiveSegment { file, path: last.path.clone(), header: last.header.clone() };
            let mark = last.mark().unwrap_or(Mark::none(last.header.salt));
            (active, mark, stream_offset, reader.chain())
        }
        _ => {
            superblock.segment_bytes = options.segment_bytes;
            let header = SegmentHeader {
                epoch: superblock.epoch,
                journal_id: superblock.journal_id,
                first_seq: superblock.oldest_seq,
                stream_offset: 0,
                segment_bytes: options.segment_bytes,
                salt: u64::from_le_bytes(random(dir)?),
                previous_crc: 0,
                durability: options.durability,
                engine_version: options.engine_version,
                unsafe_storage: options.stamps_unsafe_storage(),
            };
            let (mark, chain) = (Mark::none(header.salt), header.chain(0, options.faults));
            let spare = Spare::make(dir, options.segment_bytes, &*storage, options.faults)?;
            match spare.become_segment(dir, header, &*storage)? {
                Promoted::Segment(active) => (active, mark, 0, chain),
                Promoted::NoRoom(_) => return Err(no_room_for_names(dir).into()),
            }
        }
    };
    let (dir, durability, synced_seq) = (dir.to_path_buf(), options.durability, chain.seq);
    let super_file = SuperFile::open(&dir, superblock, &*storage, options.faults)?;
    Ok(Appender {
        dir,
        storage,
        super_file,
        durability,
        unsafe_storage: options.stamps_unsafe_storage(),
        active,
        stream_offset,
        chain,
        synced_seq,
        mark,
        faults: options.faults,
    })
}

/// Writes once more what no mark proves to be on the disk. If a sync failed before this opening, on the same boot, memory
/// still shows what it should have written, marked as clean: no later sync would ever write it.
fn rewrite_unproven(appender: &Appender, reader: &Reader) -> Result<(), JournalError> {
    let Some(segment) = reader.segment().filter(|_| !appender.faults.has(Fault::TrustPageCache))
    else {
        return Ok(());
    };
    let (storage, ActiveSegment { file, path, .. }) = (&appender.storage, &appender.active);
    let records = &segment.from(RECORDS_AT)[..(reader.offset() - RECORDS_AT) as usize];
    let mut proven = 0;
    while let Some(record) = RecordView::peek(&records[proven..]) {
        if appender.mark.synced_seq < record.seq {
            break;
        }
        proven += record.bytes();
    }
    // Copied first: the bytes come from a mapping of the very file they go to.
    let unproven = records[proven..].to_vec();
    if !unproven.is_empty() {
        storage
            .write_at(file, &unproven, RECORDS_AT + proven as u64)
            .map_err(IoFailure::at("write", path))?;
    }
    if appender.mark != Mark::none(appender.mark.salt) {
        storage
            .write_at(file, &appender.mark.encode(), MARKS_AT[appender.mark.place()])
            .map_err(IoFailure::at("write the mark of", path))?;
    }
    Ok(storage.sync_data(file).map_err(IoFailure::at("sync", path))?)
}

/// Zeroes what is torn behind the records, so that nothing of it can be taken for a record or for damage later. What the
/// ring has is in its place and durable by now: nothing that is whole is zeroed before something else holds it.
fn cut_tail(appender: &Appender, end: &End) -> Result<u64, JournalError> {
    let (file, offset, bytes, is_torn) = match end {
        End::Clean => return Ok(0),
        End::TornTail { file, offset, bytes } => (file, *offset, *bytes, true),
        End::Healed { file, offset, bytes, .. } => (file, *offset, *bytes, false),
    };
    if appender.faults.has(Fault::TailNotZeroed) {
        return Ok(bytes);
    }
    let ActiveSegment { file: active, path, header } = &appender.active;
    // In a segment that was full there are no records behind the damaged place any more, only its unused end.
    if path == file {
        let from = header.file_offset(appender.stream_offset).max(offset);
        let zeros = vec![0; (offset + bytes).saturating_sub(from) as usize];
        let storage = &appender.storage;
        storage
            .write_at(active, &zeros, from)
            .map_err(IoFailure::at("cut the torn tail of", path))?;
        storage.sync_data(active).map_err(IoFailure::at("sync", path))?;
    }
    Ok(if is_torn { bytes } else { 0 })
}

/// What this boot's page cache shows may never have reached the disk: nothing is served before it has.
fn sync_everything(dir: &Path, options: &Options) -> Result<(), JournalError> {
    for first_seq in segment::list(dir)? {
        let path = dir.join(segment::file_name(first_seq));
        let file = options.storage.open(&path).map_err(IoFailure::at("open", &path))?;
        options.storage.sync_all(&file).map_err(IoFailure::at("sync", &path))?;
    }
    Ok(options.storage.sync_directory(dir).map_err(IoFailure::at("sync", dir))?)
}

/// Writes what only the ring had to where it belongs, makes it durable, and leaves a mark that says so.
fn append_all(
    appender: &mut Appender,
    records: &[u8],
    options: &Options,
) -> Result<(), JournalError> {
    let mut left = records;
    while !left.is_empty() {
        let written = appender.write(left)?;
        if 0 < written {
            appender.sync()?;
        }
        left = &left[written..];
        if let Some(record) = RecordView::peek(left) {
            let bytes = appender.super_file.contents.segment_bytes;
            let spare = Spare::make(&appender.dir, bytes, &*options.storage, options.faults)?;
            // What is here was synced before, also where none of these records fitted.
            appender.synced_seq = appender.chain.seq;
            if appender.roll(record.epoch, spare)?.is_some() {
                return Err(no_room_for_names(&appender.dir).into());
            }
        }
    }
    // Also after a cut: a mark from before it could be taken for one of what is written next.
    if !appender.is_at_rest() || appender.mark.written_seq != appender.chain.seq {
        appender.sync()?;
    }
    Ok(())
}

fn no_room_for_names(dir: &Path) -> IoFailure {
    let error = rustix::io::Errno::NOSPC.into();
    IoFailure::at("name a segment in", dir)(error)
}

fn random<const N: usize>(dir: &Path) -> Result<[u8; N], JournalError> {
    let mut bytes = [0; N];
    rustix::rand::getrandom(&mut bytes, rustix::rand::GetRandomFlags::empty())
        .map_err(|error| IoFailure::at("draw random numbers for", dir)(error.into()))?;
    Ok(bytes)
}
