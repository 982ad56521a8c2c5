//! Moves old segments out of the journal's directory, whole and for good.
//!
//! It works beside a running engine: `super` belongs to the engine, so the archiver notes what it took in a file of its
//! own, `archived`, and the engine takes that over into `super` when it writes it next. The note is durable before the
//! first segment leaves, and a copy is durable and compared before its original goes. So a crash at any moment leaves
//! each record in at least one of the two places, and the next run finishes the work.
//!
//! The archive's own directory has a note as well, `archive`: whose records these are and where they end. By it an archive
//! is told from a journal that was copied by halves, and its last segment is missed when it is gone.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use crate::block::Block;
use crate::error::{IoFailure, JournalError};
use crate::faults::{Fault, Faults};
use crate::lock;
use crate::segment::{self, Found, SegmentMap};
use crate::snapshot::{SnapshotReader, snapshots};
use crate::storage::{Storage, make_directory};
use crate::superblock::{self, FORMAT, Superblock};

const MAGIC: &[u8; 8] = b"clutchAR";
const MAGIC_OF_ARCHIVE: &[u8; 8] = b"clutchAV";
/// The note in the journal's directory, and the one in the archive's.
const NOTE: &str = "archived";
const NOTE_OF_ARCHIVE: &str = "archive";

/// What was moved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Archived {
    /// The segments' new places, oldest first.
    pub segments: Vec<PathBuf>,
    /// The oldest record that is still in the journal's directory.
    pub oldest_seq: u64,
}

/// What `archive` tells while it works: bytes moved, and bytes to be moved in all.
pub type ArchiveProgress<'a> = &'a mut dyn FnMut(u64, u64);

/// Moves every segment whose records all come before `before_seq` from `dir` to the directory `into`, which is made if
/// it does not exist. The engine may be running.
///
/// # Errors
/// [`JournalError::StillNeeded`], and nothing is moved, if a record before `before_seq` is needed for a start: there must
/// be two good snapshots, and what lies behind the older of them stays. [`JournalError::SameDirectory`] if `into` is `dir`.
pub fn archive(
    dir: &Path,
    into: &Path,
    before_seq: u64,
    storage: &dyn Storage,
    progress: ArchiveProgress<'_>,
) -> Result<Archived, JournalError> {
    archive_with(dir, into, before_seq, storage, Faults::NONE, progress)
}

/// As [`archive`], with a bug in it.
#[doc(hidden)]
pub fn archive_with(
    dir: &Path,
    into: &Path,
    before_seq: u64,
    storage: &dyn Storage,
    faults: Faults,
    progress: ArchiveProgress<'_>,
) -> Result<Archived, JournalError> {
    let superblock =
        Superblock::load(dir)?.ok_or_else(|| superblock::missing(dir, lock::is_signed(dir)))?;
    ensure_another_directory(into, dir)?;
    let _one_at_a_time = lock_archive(dir)?;
    let (needed, why) = first_needed(dir, superblock.journal_id)?;
    if needed < before_seq {
        return Err(JournalError::StillNeeded {
            dir: dir.to_path_buf(),
            seq: before_seq - 1,
            needed,
            why,
        });
    }
    // A segment is over where the next one starts, so the last one never goes.
    // A stray copy under another segment's name starts nothing.
    let starts = segment::own(dir, superblock.journal_id)?;
    let over = starts.windows(2).take_while(|pair| pair[1] <= before_seq);
    let leaving: Vec<u64> = over.map(|pair| pair[0]).collect();
    let oldest_seq = starts.get(leaving.len()).copied().unwrap_or(superblock.oldest_seq);
    if leaving.is_empty() {
        return Ok(Archived { segments: Vec::new(), oldest_seq });
    }
    make_directory(into, storage)?;
    if let Some(other) = noted(into, NOTE_OF_ARCHIVE, MAGIC_OF_ARCHIVE)? {
        ensure_of(&other, superblock.journal_id, into.join(NOTE_OF_ARCHIVE))?;
    }
    let mut total = 0;
    for first_seq in &leaving {
        let path = dir.join(segment::file_name(*first_seq));
        total += fs::metadata(&path).map_err(IoFailure::at("look at", &path))?.len();
    }
    let mut moved = 0;
    let mut segments = Vec::new();
    for first_seq in &leaving {
        let name = segment::file_name(*first_seq);
        copy(&dir.join(&name), &into.join(&name), storage, faults, |bytes| {
            moved += bytes;
            progress(moved, total);
        })?;
        segments.push(into.join(name));
    }
    storage.sync_directory(into).map_err(IoFailure::at("sync", into))?;
    let is_noted_last = faults.has(Fault::ArchiveNotedAfterRemoval);
    let mut block = Block::new(MAGIC_OF_ARCHIVE);
    block.put(40, &leaving.last().map_or(0, |seq| *seq).to_le_bytes());
    note(into, NOTE_OF_ARCHIVE, block, (superblock.journal_id, oldest_seq), storage)?;
    let note_here =
        || note(dir, NOTE, Block::new(MAGIC), (superblock.journal_id, oldest_seq), storage);
    if !is_noted_last {
        note_here()?;
    }
    for first_seq in &leaving {
        let path = dir.join(segment::file_name(*first_seq));
        storage.remove(&path).map_err(IoFailure::at("remove", &path))?;
    }
    storage.sync_directory(dir).map_err(IoFailure::at("sync", dir))?;
    if is_noted_last {
        note_here()?;
    }
    Ok(Archived { segments, oldest_seq })
}

/// Copies from `dir` must not go to that same directory, by whatever name.
pub(crate) fn ensure_another_directory(into: &Path, dir: &Path) -> Result<(), JournalError> {
    let about = fs::metadata(dir).map_err(IoFailure::at("look at", dir))?;
    match fs::metadata(into) {
        Ok(other) if identity(&other) == identity(&about) => {
            Err(JournalError::SameDirectory { path: into.to_path_buf() })
        }
        // One that is not there yet is another; one that cannot be looked at cannot be written to either.
        Ok(_) | Err(_) => Ok(()),
    }
}

/// What two names of one file or directory have in common, and nothing else has.
fn identity(about: &fs::Metadata) -> (u64, u64) {
    use std::os::unix::fs::MetadataExt;
    (about.dev(), about.ino())
}

/// The first record that a start may need, and why.
fn first_needed(dir: &Path, journal_id: u128) -> Result<(u64, &'static str), JournalError> {
    let mut good = Vec::new();
    for seq in snapshots(dir)?.into_iter().rev() {
        let checked = SnapshotReader::open(dir, seq, journal_id).and_then(SnapshotReader::check);
        good.extend(checked.ok().map(|info| info.position.seq));
        if let [_, older] = good[..] {
            return Ok((older + 1, "a start may fall back to the older of the two last snapshots"));
        }
    }
    let oldest = segment::own(dir, journal_id)?.first().copied().unwrap_or(1);
    Ok((oldest, "there are no two good snapshots yet"))
}

/// The oldest record that archiving has left in `dir`; `None` if nothing was archived yet.
pub(crate) fn noted_oldest(dir: &Path, journal_id: u128) -> Result<Option<u64>, JournalError> {
    let Some(block) = noted(dir, NOTE, MAGIC)? else { return Ok(None) };
    ensure_of(&block, journal_id, dir.join(NOTE))?;
    Ok(Some(block.u64(32)))
}

/// Whose archived segments `dir` holds; `None` if it is no archive.
pub(crate) fn archive_of(dir: &Path) -> Result<Option<u128>, JournalError> {
    Ok(noted(dir, NOTE_OF_ARCHIVE, MAGIC_OF_ARCHIVE)?.map(|block| block.u128(16)))
}

/// What an archive would say of itself if it were a journal; `None` if `dir` is none.
pub(crate) fn superblock_of(dir: &Path) -> Result<Option<Superblock>, JournalError> {
    let Some(block) = noted(dir, NOTE_OF_ARCHIVE, MAGIC_OF_ARCHIVE)? else { return Ok(None) };
    let (journal_id, end, newest_segment) = (block.u128(16), block.u64(32), block.u64(40));
    let first = segment::list(dir)?.first().copied();
    let header = match first.map(|seq| SegmentMap::look(dir, seq, journal_id)).transpose()? {
        Some(Found::Segment(map)) => Some(map.header.clone()),
        Some(Found::Nothing | Found::Foreign(_) | Found::Misnamed(_) | Found::Broken(..))
        | None => None,
    };
    Ok(Some(Superblock {
        format: FORMAT,
        epoch: 0,
        journal_id,
        generation: 0,
        newest_snapshot: 0,
        oldest_seq: first.unwrap_or(newest_segment),
        durable_mark: end.saturating_sub(1),
        engine_version: header.as_ref().map_or(0, |header| header.engine_version),
        rule_set: 0,
        segment_bytes: header.map_or(0, |header| header.segment_bytes),
        newest_segment,
        ring: None,
    }))
}

/// A note, if there is one.
fn noted(dir: &Path, name: &str, magic: &[u8; 8]) -> Result<Option<Block>, JournalError> {
    let path = dir.join(name);
    let bytes = match fs::read(&path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        other => other.map_err(IoFailure::at("read", &path))?,
    };
    let whole = bytes.chunks(crate::block::BLOCK_BYTES).find_map(|copy| Block::read(copy, magic));
    let Some(block) = whole else {
        let what = "neither copy of it is whole".to_owned();
        return Err(JournalError::Corrupt { file: path, offset: 0, seq: 0, what });
    };
    match block.u32(8) {
        found if FORMAT < found => {
            Err(JournalError::NewerFormat { file: path, found, supported: FORMAT, records: None })
        }
        _ => Ok(Some(block)),
    }
}

fn ensure_of(note: &Block, expected: u128, file: PathBuf) -> Result<(), JournalError> {
    match note.u128(16) {
        found if found != expected => {
            Err(JournalError::Foreign { file, found, expected, records: None })
        }
        _ => Ok(()),
    }
}

fn note(
    dir: &Path,
    name: &str,
    mut block: Block,
    (journal_id, oldest_seq): (u128, u64),
    storage: &dyn Storage,
) -> Result<(), IoFailure> {
    block.put(8, &FORMAT.to_le_bytes());
    block.put(16, &journal_id.to_le_bytes());
    block.put(32, &oldest_seq.to_le_bytes());
    let path = dir.join(name);
    let aside = path.with_extension("tmp");
    let file = storage.create(&aside).map_err(IoFailure::at("create", &aside))?;
    let copies = block.sealed().repeat(2);
    storage.write_at(&file, &copies, 0).map_err(IoFailure::at("write", &aside))?;
    storage.sync_all(&file).map_err(IoFailure::at("sync", &aside))?;
    storage.rename(&aside, &path).map_err(IoFailure::at("rename to", &path))?;
    storage.sync_directory(dir).map_err(IoFailure::at("sync", dir))
}

/// Copies a file aside, syncs it, compares it, and gives it its name.
pub(crate) fn copy(
    from: &Path,
    to: &Path,
    storage: &dyn Storage,
    faults: Faults,
    mut progress: impl FnMut(u64),
) -> Result<(), JournalError> {
    let source = File::open(from).map_err(IoFailure::at("open", from))?;
    if to.exists() {
        // Left by a run that was interrupted; anything else of that name is not ours to replace.
        let target = File::open(to).map_err(IoFailure::at("open", to))?;
        let about = |file: &File, path| file.metadata().map_err(IoFailure::at("look at", path));
        if identity(&about(&source, from)?) == identity(&about(&target, to)?) {
            let (path, original) = (to.to_path_buf(), from.to_path_buf());
            return Err(JournalError::NoCopy { path, original });
        }
        if !is_same(&source, &target).map_err(IoFailure::at("compare", to))? {
            return Err(JournalError::InTheWay { path: to.to_path_buf() });
        }
        progress(source.metadata().map_err(IoFailure::at("look at", from))?.len());
        return Ok(());
    }
    let aside = to.with_extension("tmp");
    let target = storage.create(&aside).map_err(IoFailure::at("create", &aside))?;
    let copied = each_piece(&source, |piece, offset| {
        storage.write_at(&target, piece, offset)?;
        progress(piece.len() as u64);
        Ok(())
    });
    let finished = copied.map_err(IoFailure::at("copy to", &aside)).and_then(|()| {
        match faults.has(Fault::ArchiveCopyNotSynced) {
            true => Ok(()),
            false => storage.sync_all(&target).map_err(IoFailure::at("sync", &aside)),
        }
    });
    if let Err(failure) = finished {
        let _ = storage.remove(&aside);
        return Err(failure.into());
    }
    if !is_same(&source, &target).map_err(IoFailure::at("compare", &aside))? {
        let what = "the copy does not have the contents of its original".to_owned();
        return Err(JournalError::Corrupt { file: aside, offset: 0, seq: 0, what });
    }
    Ok(storage.rename(&aside, to).map_err(IoFailure::at("rename to", to))?)
}

fn is_same(one: &File, other: &File) -> io::Result<bool> {
    use std::os::unix::fs::FileExt;
    if one.metadata()?.len() != other.metadata()?.len() {
        return Ok(false);
    }
    let (mut equal, mut piece_of_other) = (true, Vec::new());
    each_piece(one, |piece, offset| {
        piece_of_other.resize(piece.len(), 0);
        other.read_exact_at(&mut piece_of_other, offset)?;
        equal &= piece == piece_of_other;
        Ok(())
    })?;
    Ok(equal)
}

fn each_piece(file: &File, mut visit: impl FnMut(&[u8], u64) -> io::Result<()>) -> io::Result<()> {
    use std::os::unix::fs::FileExt;
    let mut piece = vec![0; 1 << 20];
    let mut offset = 0;
    loop {
        let bytes = file.read_at(&mut piece, offset)?;
        if bytes == 0 {
            return Ok(());
        }
        visit(&piece[..bytes], offset)?;
        offset += bytes as u64;
    }
}

/// One archiver at a time; the engine is not kept out.
fn lock_archive(dir: &Path) -> Result<File, JournalError> {
    let path = dir.join("LOCK.archive");
    let file = lock::open(&path).map_err(IoFailure::at("open", &path))?;
    if lock::try_exclusive(&file).map_err(IoFailure::at("lock", &path))? {
        return Ok(file);
    }
    Err(JournalError::Locked { path, pid: None })
}
