//! The tests are tested: bugs are planted one by one, and each must be found within the normal budget.

#![allow(clippy::unwrap_used)]

mod sim;
mod support;

use std::fs::{self, File};
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use clutch_journal::{
    Disk, Fault, Faults, FileSystem, FillableDisk, JournalError, Opened, Options, Storage, Trust,
    name_the_file_on_bus_error, open, record_bytes,
};
use sim::world;
use support::{Place, append, payload};

/// Bugs that the simulation finds by itself. The default simulation runs 1,000 seeds; here each gets as many at most.
const FOUND_BY_SIMULATION: &[Fault] = &[
    Fault::SkipSync,
    Fault::AcknowledgeBeforeSync,
    Fault::AcknowledgeWhatCameDuringSync,
    Fault::RetryFailedSync,
    Fault::SyncThroughAnotherDescriptor,
    Fault::GoOnAfterWriteError,
    Fault::RollWithoutSync,
    Fault::SkipDirectorySync,
    Fault::HeaderNotSynced,
    Fault::SpareNotZeroed,
    Fault::SpareNotReserved,
    Fault::TrustLength,
    Fault::CutAtFirstBadRecord,
    Fault::HaltAtTornMiddle,
    Fault::TailNotZeroed,
    Fault::MarkBeforeSync,
    Fault::NoSyncAfterRecovery,
    Fault::TrustPageCache,
    Fault::SuperAllCopiesAtOnce,
    Fault::SuperSingleCopy,
    Fault::SnapshotRenamedBeforeSync,
    Fault::SnapshotDirectoryNotSynced,
    Fault::ArchiveCopyNotSynced,
    Fault::ArchiveNotedAfterRemoval,
    Fault::FullDiskIsFinal,
];

const SEEDS: u64 = 1_000;

#[test]
fn the_simulation_finds_every_bug_that_a_crash_or_a_fault_can_show() {
    let (next, missed) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    let threads = std::thread::available_parallelism().map_or(1, |cores| cores.get());
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                while let Some(fault) =
                    FOUND_BY_SIMULATION.get(next.fetch_add(1, Ordering::Relaxed))
                {
                    match found(*fault) {
                        Some(problem) => println!("{fault:?}: {problem}"),
                        None => missed.lock().unwrap().push(fault),
                    }
                }
            });
        }
    });
    let missed = missed.into_inner().unwrap();
    assert!(missed.is_empty(), "not found in {SEEDS} seeds: {missed:?}");
}

/// What the first seed that meets the bug says. It may also show as a failed assertion.
fn found(fault: Fault) -> Option<String> {
    (0..SEEDS).find_map(|seed| {
        match std::panic::catch_unwind(|| world::run(seed, Faults::only(fault))) {
            Ok(Ok(_)) => None,
            Ok(Err(problem)) => Some(problem),
            Err(_) => Some(format!("seed {seed}: a panic")),
        }
    })
}

/// A rule with the bug that breaks it: the check fails with the bug and only then.
type Rule = (Fault, fn(&Place, Options) -> Result<(), String>);

/// Bugs that need somebody to bring something from elsewhere.
const FOUND_BY_RULE: &[Rule] = &[
    (Fault::NoSalt, records_of_another_journal_are_not_continued_with),
    (Fault::ForgetChain, a_record_of_a_copy_that_went_its_own_way_is_refused),
    (Fault::ChecksumWithoutSequence, a_changed_sequence_number_is_noticed),
    (Fault::MarkInOnePlace, marks_take_turns),
    (Fault::SameEpochAgain, every_opening_has_its_own_epoch),
    (Fault::RingOfOtherBoot, the_ring_of_another_boot_is_not_continued_with),
    (Fault::NewestSegmentNotNoted, a_lost_last_segment_is_missed),
    (Fault::ReserveNotRemade, the_reserve_is_made_again),
    (Fault::ReserveForAnyWant, the_reserve_is_for_a_full_disk_alone),
    (Fault::StorageNotChecked, a_network_file_system_is_refused),
    (Fault::UnsafeStorageNotStamped, storage_that_was_allowed_is_stamped),
    (Fault::MappingNotNamed, a_bus_error_names_the_file),
];

#[test]
fn each_rule_notices_the_bug_that_breaks_it() {
    for (fault, rule) in FOUND_BY_RULE {
        let check = |faults: Faults| {
            let place = Place::new();
            let options = Options { faults, ..place.options() };
            rule(&place, options)
        };
        assert_eq!(check(Faults::NONE), Ok(()), "{fault:?}");
        let noticed = check(Faults::only(*fault));
        assert!(noticed.is_err(), "{fault:?} was not noticed");
        println!("{fault:?}: {}", noticed.unwrap_err());
    }
}

#[test]
fn there_are_more_than_twenty_bugs_and_each_is_planted_once() {
    let mut all: Vec<u8> = FOUND_BY_SIMULATION.iter().map(|fault| *fault as u8).collect();
    all.extend(FOUND_BY_RULE.iter().map(|(fault, _)| *fault as u8));
    all.sort_unstable();
    // The enum is numbered from zero without a gap, so none is forgotten here.
    assert!(all.iter().copied().eq(0..=Fault::MappingNotNamed as u8), "{all:?}");
    assert!(20 <= all.len());
}

/// Appends and commits `from..=to`, and leaves the journal as a power cut would, with everything synced.
fn write_and_stop_short(place: &Place, options: &Options, from: u64, to: u64) {
    let Opened { mut writer, committer, .. } = open(&place.dir(), options.clone()).unwrap();
    let mut committer = committer.inline(Box::new(|_| {}));
    for seq in from..=to {
        append_published(&mut writer, &mut committer, seq);
    }
    committer.commit().unwrap();
    drop((writer, committer));
    place.reboot();
}

fn append_published(
    writer: &mut clutch_journal::Writer,
    committer: &mut clutch_journal::InlineCommitter,
    seq: u64,
) {
    if writer.free_bytes() < 512 {
        committer.commit().unwrap();
    }
    append(writer, seq);
    writer.publish();
}

fn offset_of(seq: u64) -> usize {
    16384 + (1..seq).map(|seq| record_bytes(payload(seq).len())).sum::<usize>()
}

fn records_of_another_journal_are_not_continued_with(
    place: &Place,
    options: Options,
) -> Result<(), String> {
    let other = Place::new();
    write_and_stop_short(place, &options, 1, 10);
    write_and_stop_short(&other, &options, 1, 20);
    // The same records, byte for byte but for what each journal has of its own.
    let mut bytes = fs::read(place.segment(1)).unwrap();
    let foreign = fs::read(other.segment(1)).unwrap();
    let more = offset_of(11)..offset_of(21);
    bytes[more.clone()].copy_from_slice(&foreign[more]);
    fs::write(place.segment(1), bytes).unwrap();
    match open(&place.dir(), options).map(|opened| opened.recovered.last_seq) {
        Ok(10) => Ok(()),
        other => Err(format!("{other:?}")),
    }
}

fn a_record_of_a_copy_that_went_its_own_way_is_refused(
    place: &Place,
    options: Options,
) -> Result<(), String> {
    write_and_stop_short(place, &options, 1, 10);
    let copy = Place::new();
    copy.take_over(&place.save());
    write_and_stop_short(place, &options, 11, 14);
    // The copy has other contents in record 11, and the same in 12; only what they stand behind differs.
    let elsewhere = Options { shm_dir: Some(copy.shm()), ..options.clone() };
    let Opened { mut writer, committer, .. } = open(&copy.dir(), elsewhere).unwrap();
    let mut committer = committer.inline(Box::new(|_| {}));
    let other: Vec<u8> = payload(11).iter().map(|byte| byte ^ 1).collect();
    writer.append(1, 1, 11, 11_000, &other).unwrap();
    append(&mut writer, 12);
    append(&mut writer, 13);
    writer.publish();
    committer.commit().unwrap();
    drop((writer, committer));
    let mut bytes = fs::read(place.segment(1)).unwrap();
    let foreign = fs::read(copy.segment(1)).unwrap();
    let one = offset_of(12)..offset_of(13);
    bytes[one.clone()].copy_from_slice(&foreign[one]);
    fs::write(place.segment(1), bytes).unwrap();
    match open(&place.dir(), options).map(|opened| opened.recovered.last_seq) {
        Err(JournalError::Corrupt { seq: 12, .. }) | Ok(11) => Ok(()),
        other => Err(format!("{other:?}")),
    }
}

fn a_changed_sequence_number_is_noticed(place: &Place, options: Options) -> Result<(), String> {
    write_and_stop_short(place, &options, 1, 10);
    write_and_stop_short(place, &options, 11, 20);
    let mut bytes = fs::read(place.segment(1)).unwrap();
    bytes[offset_of(5) + 8] ^= 2;
    fs::write(place.segment(1), bytes).unwrap();
    match open(&place.dir(), options).map(|opened| opened.recovered.last_seq) {
        Err(JournalError::Corrupt { seq: 5, .. }) => Ok(()),
        other => Err(format!("{other:?}")),
    }
}

/// One of them is always whole, whatever happens to the other while it is written.
fn marks_take_turns(place: &Place, options: Options) -> Result<(), String> {
    (1..=4).for_each(|seq| write_and_stop_short(place, &options, seq, seq));
    let bytes = fs::read(place.segment(1)).unwrap();
    let used = [8192, 12288].map(|at| bytes[at..at + 64].iter().any(|byte| *byte != 0));
    if used == [true, true] { Ok(()) } else { Err(format!("marks in {used:?}")) }
}

fn every_opening_has_its_own_epoch(place: &Place, options: Options) -> Result<(), String> {
    let epochs: Vec<u32> =
        (0..3).map(|_| open(&place.dir(), options.clone()).unwrap().recovered.epoch).collect();
    if epochs == [1, 2, 3] { Ok(()) } else { Err(format!("{epochs:?}")) }
}

fn the_ring_of_another_boot_is_not_continued_with(
    place: &Place,
    options: Options,
) -> Result<(), String> {
    write_and_stop_short(place, &options, 1, 10);
    let Opened { mut writer, committer, .. } = open(&place.dir(), options.clone()).unwrap();
    (11..=15).for_each(|seq| append(&mut writer, seq));
    drop((writer, committer));
    place.another_boot();
    match open(&place.dir(), options).unwrap().recovered.from_ring {
        0 => Ok(()),
        other => Err(format!("{other} records from the ring of another boot")),
    }
}

fn a_lost_last_segment_is_missed(place: &Place, options: Options) -> Result<(), String> {
    write_and_stop_short(place, &options, 1, 330);
    let last = place.segments().pop().unwrap();
    fs::remove_file(last).unwrap();
    match open(&place.dir(), options).map(|opened| opened.recovered.last_seq) {
        Err(JournalError::Gap { .. }) => Ok(()),
        other => Err(format!("{other:?}")),
    }
}

fn the_reserve_is_made_again(place: &Place, options: Options) -> Result<(), String> {
    let disk = FillableDisk::new();
    let options = Options { reserve_segments: 1, storage: disk.clone(), ..options };
    let Opened { mut writer, committer, .. } = open(&place.dir(), options).unwrap();
    let mut committer = committer.inline(Box::new(|_| {}));
    while committer.prepare() {}
    disk.set_full(true);
    let reserve = place.dir().join("reserve-0");
    let mut seq = 0;
    while reserve.exists() {
        seq += 1;
        append_published(&mut writer, &mut committer, seq);
    }
    disk.set_full(false);
    for _ in 0..100 {
        committer.prepare();
    }
    if reserve.exists() { Ok(()) } else { Err("the reserve stays used up".to_owned()) }
}

fn the_reserve_is_for_a_full_disk_alone(place: &Place, options: Options) -> Result<(), String> {
    let options = Options { reserve_segments: 1, storage: FillableDisk::new(), ..options };
    let Opened { mut writer, committer, .. } = open(&place.dir(), options).unwrap();
    let mut committer = committer.inline(Box::new(|_| {}));
    while committer.prepare() {}
    let file = || fs::metadata(place.dir().join("reserve-0")).map(|about| about.ino());
    let made = file().unwrap();
    // More than the segments that are ready, and no turn in which another could be made beforehand.
    for seq in 1..=700 {
        append_published(&mut writer, &mut committer, seq);
        if !matches!(file(), Ok(now) if now == made) {
            return Err(format!("record {seq} took the reserve, and the disk was not full"));
        }
    }
    Ok(())
}

const NFS: FileSystem = FileSystem { name: "NFS", trust: Trust::Unsafe };

fn a_network_file_system_is_refused(place: &Place, options: Options) -> Result<(), String> {
    let storage = FillableDisk::on(NFS);
    let options = Options { unsafe_storage: false, storage, ..options };
    match open(&place.dir(), options).map(|opened| opened.recovered.file_system) {
        Err(JournalError::UnsafeStorage { kind: "NFS", .. }) => Ok(()),
        other => Err(format!("{other:?}")),
    }
}

fn storage_that_was_allowed_is_stamped(place: &Place, options: Options) -> Result<(), String> {
    let storage = FillableDisk::on(NFS);
    let options = Options { unsafe_storage: true, storage, ..options };
    drop(open(&place.dir(), options).unwrap());
    let header = fs::read(place.segment(1)).unwrap();
    if header[80] & 1 == 1 { Ok(()) } else { Err("the header does not tell".to_owned()) }
}

/// Where the process that meets the hole finds its journal, and which bug is in it.
const DIR: &str = "CLUTCH_TEST_HOLE";
const BUG: &str = "CLUTCH_TEST_HOLE_BUG";

/// The disk that fails just when recovery has read the segment and opens it for writing.
struct Cut;

impl Storage for Cut {
    fn create(&self, path: &Path) -> io::Result<File> {
        Disk.create(path)
    }
    fn open(&self, path: &Path) -> io::Result<File> {
        let file = Disk.open(path)?;
        if path.extension().is_some_and(|end| end == "clj") {
            file.set_len(4096)?;
        }
        Ok(file)
    }
    fn allocate(&self, file: &File, bytes: u64) -> io::Result<()> {
        Disk.allocate(file, bytes)
    }
    fn write_at(&self, file: &File, bytes: &[u8], offset: u64) -> io::Result<()> {
        Disk.write_at(file, bytes, offset)
    }
    fn sync_data(&self, file: &File) -> io::Result<()> {
        Disk.sync_data(file)
    }
    fn sync_all(&self, file: &File) -> io::Result<()> {
        Disk.sync_all(file)
    }
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        Disk.rename(from, to)
    }
    fn remove(&self, path: &Path) -> io::Result<()> {
        Disk.remove(path)
    }
    fn sync_directory(&self, path: &Path) -> io::Result<()> {
        Disk.sync_directory(path)
    }
}

/// Not a test of its own: the process that meets the hole.
#[test]
#[ignore = "started by the rule below"]
fn the_process_that_meets_the_hole() {
    let Some(dir) = std::env::var_os(DIR) else { return };
    let faults = match std::env::var_os(BUG) {
        Some(_) => Faults::only(Fault::MappingNotNamed),
        None => Faults::NONE,
    };
    name_the_file_on_bus_error().unwrap();
    let options = Options {
        segment_bytes: 24576,
        ring_bytes: 4096,
        shm_dir: None,
        unsafe_storage: true,
        faults,
        storage: Arc::new(Cut),
        ..Options::default()
    };
    drop(open(dir.as_ref(), options));
}

fn a_bus_error_names_the_file(place: &Place, options: Options) -> Result<(), String> {
    write_and_stop_short(place, &Options { faults: Faults::NONE, ..options.clone() }, 1, 10);
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", "the_process_that_meets_the_hole", "--ignored", "--nocapture"]);
    command.env(DIR, place.dir());
    if options.faults != Faults::NONE {
        command.env(BUG, "planted");
    }
    let output = command.output().unwrap();
    let words = String::from_utf8_lossy(&output.stderr).into_owned();
    let is_named = words.contains("seg-00000000000000000001.clj cannot be read at offset ");
    if output.status.code() == Some(135) && is_named { Ok(()) } else { Err(words) }
}
