//! Reads everything and says what is wrong: every record, chain, header, mark, snapshot, and `super`.
//!
//! Whether a start halts, and why, is asked of the code that a start goes through. A start reads from the older of the two
//! last snapshots on; this reads everything, so what it finds before that is damage, too, but stops no start. What recovery
//! heals on its way (one bad copy of a header), and a file that only has a segment's name, is a note. It changes nothing
//! and works beside a running engine.

use std::path::Path;

use crate::error::JournalError;
use crate::evidence::used_bytes;
use crate::faults::Faults;
use crate::found_ring::{self, For, Left};
use crate::lock;
use crate::open::recovered_end;
use crate::reader::Reader;
use crate::report::{Finding, Report, Severity};
use crate::segment::{self, Found, SegmentMap};
use crate::snapshot::{self, SnapshotInfo, SnapshotReader, snapshots};
use crate::superblock::{self, Superblock};
use crate::verdict::End;

/// What `verify` tells while it works: bytes read, and bytes to be read in all.
pub type VerifyProgress<'a> = &'a mut dyn FnMut(u64, u64);

/// Reads the whole journal in `dir`, and the ring in `shm_dir` if one is named, as after a kill. An archive is read by
/// itself.
///
/// # Errors
/// If there is no journal or it cannot be read at all. What is wrong with it is no error but a finding.
pub fn verify(
    dir: &Path,
    shm_dir: Option<&Path>,
    progress: VerifyProgress<'_>,
) -> Result<Report, JournalError> {
    verify_with_archive(dir, None, shm_dir, progress)
}

/// As [`verify`], beginning with what was moved to the directory `archive`.
///
/// # Errors
/// Those of [`verify`], and [`JournalError::NoArchive`] if nothing of the journal's was archived there.
pub fn verify_with_archive(
    dir: &Path,
    archive: Option<&Path>,
    shm_dir: Option<&Path>,
    progress: VerifyProgress<'_>,
) -> Result<Report, JournalError> {
    let mut report = Report {
        is_archive: false,
        journal_id: 0,
        engine_version: 0,
        rule_set: 0,
        first_seq: 0,
        last_seq: 0,
        records: 0,
        bytes: 0,
        segments: 0,
        archived_segments: 0,
        good_snapshots: Vec::new(),
        writer: lock::holder(dir),
        halt: None,
        findings: Vec::new(),
    };
    let opened = Reader::open(dir).and_then(|reader| match archive {
        Some(archive) => reader.with_archive(archive),
        None => Ok(reader),
    });
    let mut reader = match opened {
        Ok(reader) => reader,
        Err(error @ JournalError::Archive { .. }) => match Reader::of_archive(dir)? {
            Some(reader) if archive.is_none() => {
                report.is_archive = true;
                reader
            }
            Some(_) | None => return Err(error),
        },
        Err(
            error @ (JournalError::Corrupt { .. }
            | JournalError::Foreign { .. }
            | JournalError::NewerFormat { .. }),
        ) => {
            report.add_error(&error, dir);
            report.halt = Some(error);
            describe(dir, &mut report)?;
            return Ok(report);
        }
        Err(error) => return Err(error),
    };
    if let Some(shm_dir) = shm_dir.filter(|_| !report.is_archive) {
        reader = reader.with_ring(shm_dir);
    }
    report.journal_id = reader.journal_id();
    report.engine_version = reader.engine_version();
    report.rule_set = reader.rule_set();
    report.first_seq = reader.oldest_seq();
    if !report.is_archive {
        check_super(dir, &mut report)?;
    }
    let mut starts = segment::list(dir)?;
    let here = starts.len();
    if let Some(archive) = archive {
        starts.extend(segment::list(archive)?);
        starts.sort_unstable();
        // One that was copied and not yet removed lies in both places.
        starts.dedup();
    }
    (report.segments, report.archived_segments) = (starts.len(), starts.len() - here);
    check_headers(&reader, &starts, &mut report);
    let snapshots = check_snapshots(dir, reader.newest_snapshot(), &mut report)?;
    let walked = check_records(dir, reader, &starts, &snapshots, &mut report, progress)?;
    if report.is_archive {
        judge_as_a_reader(dir, walked, &mut report);
    } else {
        judge_as_a_start(dir, shm_dir, walked, &snapshots, &mut report)?;
    }
    Ok(report)
}

/// Without `super` nothing can be read, but what is there can be said.
fn describe(dir: &Path, report: &mut Report) -> Result<(), JournalError> {
    let starts = segment::list(dir)?;
    report.segments = starts.len();
    report.first_seq = starts.first().copied().unwrap_or(0);
    for first_seq in starts {
        // Whose it is, any of them says: that of no journal is none of theirs.
        if let Ok(Found::Foreign(journal_id)) = SegmentMap::look(dir, first_seq, 0) {
            report.journal_id = journal_id;
            break;
        }
    }
    Ok(())
}

/// An archive is read from its beginning, so that its first damage is where everybody stops.
fn judge_as_a_reader(dir: &Path, walked: Walked, report: &mut Report) {
    report.last_seq = walked.last;
    for (error, at) in walked.errors {
        report.add_error(&error, dir);
        if report.halt.is_none() {
            report.last_seq = at - 1;
            report.halt = Some(error);
        }
    }
}

/// Asks the code of a start whether it halts. Where nothing at all was found wrong there is nothing to ask.
fn judge_as_a_start(
    dir: &Path,
    shm_dir: Option<&Path>,
    walked: Walked,
    snapshots: &[SnapshotInfo],
    report: &mut Report,
) -> Result<(), JournalError> {
    report.last_seq = walked.last;
    // With its archive a journal is read from further back than a start can.
    let oldest = Reader::open(dir)?.oldest_seq();
    if walked.errors.is_empty() && oldest <= 1 {
        return Ok(());
    }
    let is_live = report.writer.is_some();
    let left_in_memory = |reader: &Reader| match shm_dir {
        Some(_) if !is_live => {
            found_ring::look(reader.superblock(), shm_dir, For::Reading, Faults::NONE)
        }
        Some(_) | None => Ok(Left::Nothing),
    };
    let ended = recovered_end(dir, Faults::NONE, left_in_memory)?;
    // The state comes from the newest snapshot that leads into the records, or from the first of them.
    let mut newest_first = snapshots.iter().rev();
    let way_in = newest_first
        .find(|info| Reader::open_after(dir, &info.position).is_ok())
        .map(|info| info.position.seq)
        .or((oldest <= 1).then_some(0));
    let is_read = |at: u64| ended.first_checked <= at || way_in.is_none_or(|seq| seq < at);
    if !walked.errors.is_empty() {
        report.last_seq = ended.last;
    }
    let mut halt = ended.halt;
    for (error, at) in walked.errors {
        report.add_error(&error, dir);
        if is_read(at) {
            halt.get_or_insert(error);
        } else if let Some(finding) = report.findings.last_mut() {
            finding.what.push_str("; it lies before what a start reads, and stops none");
        }
    }
    if way_in.is_none() && halt.is_none() {
        let none = JournalError::NoSnapshot { dir: dir.to_path_buf(), oldest };
        report.add_error(&none, dir);
        halt = Some(none);
    }
    report.halt = halt;
    Ok(())
}

fn check_super(dir: &Path, report: &mut Report) -> Result<(), JournalError> {
    for (copy, agrees) in Superblock::agreeing_copies(dir)?.into_iter().enumerate() {
        if !agrees && report.writer.is_none() {
            let offset = (copy * crate::block::BLOCK_BYTES) as u64;
            let what = format!("copy {} of 4 differs; the others are used", copy + 1);
            report.add(Severity::Note, superblock::path_in(dir), offset, what);
        }
    }
    Ok(())
}

fn check_headers(reader: &Reader, starts: &[u64], report: &mut Report) {
    for first_seq in starts {
        let dir = reader.place_of(*first_seq);
        // A header that is bad in both copies, or cannot be read, is met again on the way through the records.
        if let Ok(Found::Segment(map)) = SegmentMap::look(dir, *first_seq, report.journal_id) {
            for (copy, is_whole) in map.whole_headers().into_iter().enumerate() {
                if !is_whole {
                    let offset = (copy * crate::block::BLOCK_BYTES) as u64;
                    let what = format!("copy {} of 2 of its header is damaged", copy + 1);
                    report.add(Severity::Note, map.path.clone(), offset, what);
                }
            }
        }
    }
}

fn check_snapshots(
    dir: &Path,
    newest: u64,
    report: &mut Report,
) -> Result<Vec<SnapshotInfo>, JournalError> {
    let mut good = Vec::new();
    let all = snapshots(dir)?;
    if all.last().copied().unwrap_or(0) < newest {
        report.findings.push(Finding {
            severity: Severity::Damage,
            file: snapshot::path_in(dir, newest),
            offset: 0,
            records: Some((newest, newest)),
            what: "the newest snapshot that `super` knows of is not there".to_owned(),
        });
    }
    for seq in all {
        let checked = SnapshotReader::open(dir, seq, report.journal_id);
        match checked.and_then(SnapshotReader::check) {
            Ok(info) => {
                report.good_snapshots.push(seq);
                good.push(info);
            }
            Err(error) => report.add_error(&error, dir),
        }
    }
    Ok(good)
}

/// What reading all records came to.
struct Walked {
    /// What is wrong, and the record in front of which it was met.
    errors: Vec<(JournalError, u64)>,
    last: u64,
}

fn check_records(
    dir: &Path,
    mut reader: Reader,
    starts: &[u64],
    snapshots: &[SnapshotInfo],
    report: &mut Report,
    progress: VerifyProgress<'_>,
) -> Result<Walked, JournalError> {
    let mut waiting = snapshots.iter().peekable();
    let segment_bytes = reader.superblock().segment_bytes;
    // A damaged `super` may name any size.
    let total = segment_bytes.saturating_mul(starts.len() as u64);
    let mut entered = Vec::new();
    let mut walked = Walked { errors: Vec::new(), last: 0 };
    let journal_id = reader.journal_id();
    let is_own = |seq: &&u64| segment::is_own(reader.place_of(**seq), **seq, journal_id);
    let own: Vec<u64> = starts.iter().filter(is_own).copied().collect();
    loop {
        let ended = walk(dir, &mut reader, report, &mut entered, |reader, bytes| {
            while let Some(info) = waiting.next_if(|info| info.position.seq <= reader.seq()) {
                let is_same =
                    info.position.seq != reader.seq() || info.position.crc == reader.position().crc;
                if !is_same {
                    return Some(JournalError::Diverged { dir: dir.into(), seq: reader.seq() });
                }
            }
            let in_front = reader.segment().map_or(0, |map| {
                starts.partition_point(|first_seq| *first_seq < map.header.first_seq)
            });
            let done = segment_bytes.saturating_mul(in_front as u64).saturating_add(bytes);
            progress(done.min(total), total);
            None
        });
        walked.last = reader.seq();
        let Err(error) = ended else { break };
        walked.errors.push((error, reader.seq() + 1));
        // What comes behind the damage is looked at from the next segment's header on.
        let behind = reader.seq().max(reader.segment().map_or(0, |map| map.header.first_seq)) + 1;
        let Some(next) =
            starts.iter().find(|first_seq| behind < **first_seq && own.contains(first_seq))
        else {
            break;
        };
        reader = reader.starting_at_with_ring(*next);
    }
    for info in waiting {
        let (file, seq) = (snapshot::path_in(dir, info.position.seq), info.position.seq);
        if walked.errors.is_empty() && walked.last < seq {
            report.findings.push(Finding {
                severity: Severity::Damage,
                file,
                offset: 0,
                records: Some((walked.last + 1, seq)),
                what: format!("it was taken at record {seq}, and the journal ends before that"),
            });
        }
    }
    note_what_was_not_read(&reader, starts, &entered, &walked, report);
    progress(total, total);
    Ok(walked)
}

/// A file that has a segment's name and was not come to, on a way through all records, is of no use to anybody.
fn note_what_was_not_read(
    reader: &Reader,
    starts: &[u64],
    entered: &[u64],
    walked: &Walked,
    report: &mut Report,
) {
    let is_at_fault = |first_seq: &u64| walked.errors.iter().any(|(_, at)| at == first_seq);
    for first_seq in starts.iter().filter(|seq| !entered.contains(seq) && !is_at_fault(seq)) {
        let dir = reader.place_of(*first_seq);
        let path = dir.join(segment::file_name(*first_seq));
        let why = match SegmentMap::look(dir, *first_seq, report.journal_id) {
            // Moved to the archive since its name was read.
            Ok(Found::Nothing) => continue,
            Ok(Found::Misnamed(header)) => {
                format!("its header says that it starts with record {header}")
            }
            Ok(Found::Foreign(found)) => format!("it belongs to journal {found:032x}"),
            Ok(Found::Broken(_, what)) => what,
            Ok(Found::Segment(_)) if *first_seq < report.first_seq => {
                "its records were archived".to_owned()
            }
            Ok(Found::Segment(_)) => {
                "it does not continue the records that come before it".to_owned()
            }
            Err(error) => error.to_string(),
        };
        let what = format!("{why}; no record is read from it, and it can be taken away");
        report.add(Severity::Note, path, 0, what);
    }
}

/// How often progress is told.
const RECORDS_BETWEEN_PROGRESS: u64 = 1 << 14;

/// Reads on to the end or to the first damage.
fn walk(
    dir: &Path,
    reader: &mut Reader,
    report: &mut Report,
    entered: &mut Vec<u64>,
    mut each: impl FnMut(&Reader, u64) -> Option<JournalError>,
) -> Result<(), JournalError> {
    let mut next_look = reader.seq() + 1;
    let snapshots = snapshots(dir)?;
    while let Some(record) = reader.next()? {
        let (seq, bytes) = (record.seq, record.bytes() as u64);
        report.records += 1;
        report.bytes += bytes;
        note_segment(reader, entered);
        if next_look <= seq {
            if let Some(error) = each(reader, reader.offset()) {
                report.add_error(&error, dir);
            }
            let next_snapshot = snapshots.iter().find(|at| seq < **at).copied();
            next_look = (seq + RECORDS_BETWEEN_PROGRESS).min(next_snapshot.unwrap_or(u64::MAX));
        }
    }
    note_segment(reader, entered);
    match reader.how_it_ended()? {
        End::Clean => {}
        End::Healed { file, offset, records, .. } => {
            let what = "durable records are damaged here; the ring of the last run still has them, and the next start \
                        writes them again. The disk is not to be trusted"
                .to_owned();
            let records = Some(records);
            let severity = Severity::Damage;
            report.findings.push(Finding { severity, file, offset, records, what });
        }
        End::TornTail { file, offset, bytes } => {
            let (severity, what) = match report.writer {
                // What was archived is over: nobody writes there, and no start cuts it.
                _ if report.is_archive => (
                    Severity::Note,
                    format!("{bytes} bytes that are no record behind the last one"),
                ),
                Some(_) => (Severity::Note, "a write is going on".to_owned()),
                None => (
                    Severity::TornTail,
                    format!(
                        "{bytes} bytes of a write that was never acknowledged; the next start cuts them"
                    ),
                ),
            };
            report.add(severity, file, offset, what);
        }
    }
    check_unused(reader, report);
    Ok(())
}

fn note_segment(reader: &Reader, entered: &mut Vec<u64>) {
    let here = reader.segment().map(|map| map.header.first_seq);
    entered.extend(here.filter(|here| entered.last() != Some(here)));
}

/// The last segment's marks must not say more than there is, which `how_it_ended` has seen; and they must be whole.
fn check_unused(reader: &Reader, report: &mut Report) {
    let Some(map) = reader.segment() else { return };
    let places = segment::MARKS_AT.iter();
    let whole =
        places.filter(|at| crate::mark::Mark::decode(map.from(**at), map.header.salt).is_some());
    let used = segment::MARKS_AT
        .iter()
        .filter(|at| 0 < used_bytes(&map.from(**at)[..crate::mark::MARK_BYTES]));
    if whole.count() < used.count() && report.writer.is_none() {
        let what = "one of its two durable marks is not whole; the other is used".to_owned();
        report.add(Severity::Note, map.path.clone(), segment::MARKS_AT[0], what);
    }
}
