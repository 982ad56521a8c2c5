//! One seed's world: a journal on a simulated disk, what it has promised, and everything that happens to it.
//!
//! The promise is simple: what was called durable stays, as it was, in its place, whatever happens; what was appended
//! survives the death of the process; and a crash alone never keeps a journal from opening. The history checker holds
//! every recovery against that, and against every byte that was ever appended.

use std::fs;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use clutch_journal::{
    Class, Faults, InlineCommitter, Opened, Options, Reader, SnapshotReader, SnapshotWriter, Space,
    Writer, archive_with, open, remove_old_snapshots, snapshots, verify,
};

use super::disk::{SimDisk, Trouble};
use super::random::Random;

/// What a run came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    pub crash_images: u64,
    pub kills: u64,
    pub troubles: u64,
    pub acknowledged: u64,
    pub flips: u64,
    pub torn_tails: u64,
    pub low_space: u64,
    pub snapshots: u64,
    pub archived: u64,
}

impl Tally {
    pub fn add(&mut self, other: &Self) {
        self.crash_images += other.crash_images;
        self.kills += other.kills;
        self.troubles += other.troubles;
        self.acknowledged += other.acknowledged;
        self.flips += other.flips;
        self.torn_tails += other.torn_tails;
        self.low_space += other.low_space;
        self.snapshots += other.snapshots;
        self.archived += other.archived;
    }
}

/// What the journal has been given, and what it has said about it.
#[derive(Default)]
struct History {
    /// The contents of record 1, 2, 3 and so on: a number from which the payload follows.
    appended: Vec<u64>,
    /// What was called durable.
    acknowledged: Arc<AtomicU64>,
    /// What was durable when the last finished write began: its mark is certainly on the disk.
    marked: u64,
    /// Snapshots that were finished, with their contents.
    snapshots: Vec<(u64, Vec<u8>)>,
    /// Before this everything was archived.
    oldest: u64,
    next_content: u64,
}

impl History {
    fn payload(content: u64) -> Vec<u8> {
        let mut random = Random::new(content);
        let length = if random.once_in(40) { 600 + random.below(900) } else { random.below(120) };
        (0..length).map(|_| random.next() as u8).collect()
    }
}

/// Turned over to the watcher while calls are made.
struct Shared {
    history: History,
    writer: Option<Writer>,
    tally: Tally,
    random: Random,
    problem: Option<String>,
}

pub struct World {
    root: tempfile::TempDir,
    disk: Arc<SimDisk>,
    faults: Faults,
    shared: Arc<Mutex<Shared>>,
    random: Random,
    options: Options,
}

pub fn memory() -> tempfile::TempDir {
    let memory = Path::new("/dev/shm");
    if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() }.unwrap()
}

/// Lets the world of `seed` take its course. An error says which promise was broken.
pub fn run(seed: u64, faults: Faults) -> Result<Tally, String> {
    let mut world = World::new(seed, faults);
    let ended = world.live();
    let shared = world.shared.lock().unwrap();
    let misuse = world.disk.state().misuse.first().cloned();
    match ended.err().or(shared.problem.clone()).or(misuse) {
        Some(problem) => Err(format!("seed {seed}: {problem}")),
        None => {
            let acknowledged = shared.history.acknowledged.load(Ordering::SeqCst);
            Ok(Tally { acknowledged, ..shared.tally })
        }
    }
}

impl World {
    fn new(seed: u64, faults: Faults) -> Self {
        let root = memory();
        for name in ["data", "shm", "archive"] {
            fs::create_dir(root.path().join(name)).unwrap();
        }
        let mut random = Random::new(seed);
        let disk = Arc::new(SimDisk::new(&root.path().join("data")));
        let options = Options {
            segment_bytes: 24576 + 4096 * random.below(3),
            ring_bytes: 4096 << random.below(2),
            shm_dir: Some(root.path().join("shm")),
            reserve_segments: random.below(3) as usize,
            storage: Arc::clone(&disk) as Arc<dyn clutch_journal::Storage>,
            faults,
            ..Options::default()
        };
        let shared = Shared {
            history: History { oldest: 1, ..History::default() },
            writer: None,
            tally: Tally::default(),
            random: random.fork(),
            problem: None,
        };
        Self { root, disk, faults, shared: Arc::new(Mutex::new(shared)), random, options }
    }

    fn data(&self) -> PathBuf {
        self.root.path().join("data")
    }

    fn live(&mut self) -> Result<(), String> {
        for life in 0..2 + self.random.below(3) {
            let is_troubled = 0 < life && self.random.once_in(2);
            if is_troubled {
                let trouble = match self.random.below(8) {
                    0 | 1 => Trouble::IoOnce,
                    6 | 7 => Trouble::WriteBack,
                    3 | 4 => Trouble::Kill,
                    2 => Trouble::IoForEver,
                    _ => Trouble::FullFor(20 + self.random.below(120)),
                };
                self.disk.plan(self.random.below(100), trouble);
            }
            self.watch_for_crashes();
            match open(&self.data(), self.options.clone()) {
                Ok(opened) => {
                    self.check_recovered(opened.recovered.first_seq, opened.recovered.last_seq)?;
                    self.run_life(opened)?;
                }
                Err(error) if self.disk.state().has_struck => drop(error),
                Err(error) => return Err(format!("life {life} does not begin: {error}")),
            }
            self.disk.watch(None);
            let has_struck = self.disk.state().has_struck;
            self.shared.lock().unwrap().tally.troubles += u64::from(has_struck);
            self.disk.heal();
            if let Some(problem) = self.shared.lock().unwrap().problem.clone() {
                return Err(problem);
            }
            if self.random.once_in(3) {
                self.cut_power();
            }
        }
        // At last everything must be found once more.
        self.disk.watch(None);
        let opened = open(&self.data(), self.options.clone());
        let recovered = opened.map_err(|error| format!("the end: {error}"))?.recovered;
        self.check_recovered(recovered.first_seq, recovered.last_seq)
    }

    /// Looks at what a crash at some of the coming calls would leave, and lets records arrive while a sync is going on.
    fn watch_for_crashes(&mut self) {
        let (shared, data, faults) = (Arc::clone(&self.shared), self.data(), self.faults);
        let options = self.options.clone();
        self.disk.watch(Some(Box::new(move |state, call| {
            let mut shared = shared.lock().unwrap();
            if shared.problem.is_some() {
                return;
            }
            if call == "sync" && shared.random.once_in(3) {
                let Shared { history, writer: Some(writer), .. } = &mut *shared else { return };
                append(history, writer);
                writer.publish();
            }
            if shared.random.once_in(10) {
                let image = memory();
                let mut random = shared.random.fork();
                state.power_cut(&mut random, &data, &image.path().join("data"));
                let mut tally = Tally::default();
                let checked = check_image(
                    image.path(),
                    &options,
                    faults,
                    &shared.history,
                    &mut random,
                    &mut tally,
                    1,
                );
                shared.tally.add(&tally);
                shared.problem = checked.err().map(|problem| {
                    format!("a power cut before call {} ({call}): {problem}", state.calls)
                });
            }
        })));
    }

    fn run_life(&mut self, opened: Opened) -> Result<(), String> {
        let acknowledged = Arc::clone(&self.shared.lock().unwrap().history.acknowledged);
        self.shared.lock().unwrap().writer = Some(opened.writer);
        let mut committer = opened.committer.inline(Box::new(move |seq| {
            acknowledged.fetch_max(seq, Ordering::SeqCst);
        }));
        let mut is_alive = true;
        for _ in 0..10 + self.random.below(40) {
            if self.shared.lock().unwrap().problem.is_some() {
                break;
            }
            let went_on = match self.random.below(12) {
                0..=3 => self.append_some(),
                4..=6 => self.commit(&mut committer)?,
                7 | 8 => {
                    committer.prepare();
                    true
                }
                9 => committer.rest().is_ok(),
                10 => self.take_snapshot(&committer)?,
                _ => self.archive()?,
            };
            if !went_on {
                is_alive = false;
                break;
            }
        }
        if self.random.once_in(3) && is_alive {
            let writer = self.shared.lock().unwrap().writer.take();
            drop(writer);
            if committer.stop().is_ok() {
                let mut shared = self.shared.lock().unwrap();
                shared.history.marked = shared.history.acknowledged.load(Ordering::SeqCst);
            }
        } else {
            // A kill: whatever was appended is in the ring or in the files as the page cache shows them.
            drop(committer);
            self.shared.lock().unwrap().writer = None;
            self.check_kill()?;
        }
        self.shared.lock().unwrap().writer = None;
        Ok(())
    }

    fn append_some(&mut self) -> bool {
        let mut shared = self.shared.lock().unwrap();
        let records = 1 + self.random.below(30);
        let Shared { history, writer: Some(writer), .. } = &mut *shared else { return false };
        for _ in 0..records {
            append(history, writer);
        }
        if !self.random.once_in(4) {
            writer.publish();
        }
        true
    }

    fn commit(&mut self, committer: &mut InlineCommitter) -> Result<bool, String> {
        let before = committer.durable().seq();
        let committed = committer.commit();
        let mut shared = self.shared.lock().unwrap();
        if committer.durable().space() == Space::Low {
            shared.tally.low_space += 1;
        }
        match committed {
            Ok(seq) => {
                if before < seq {
                    shared.history.marked = shared.history.marked.max(before);
                }
                Ok(true)
            }
            Err(failure) if self.disk.state().has_struck => {
                let is_answer = failure.message.contains("No space");
                if is_answer {
                    return Err(format!("a full disk is an answer and no end: {failure}"));
                }
                Ok(false)
            }
            Err(failure) => Err(format!("the committer failed on a good disk: {failure}")),
        }
    }

    fn take_snapshot(&mut self, committer: &InlineCommitter) -> Result<bool, String> {
        let seq = committer.durable().seq();
        let known = self.shared.lock().unwrap().history.snapshots.iter().any(|(at, _)| *at == seq);
        if seq == 0 || known {
            return Ok(true);
        }
        let finished = self.write_snapshot(seq);
        let has_struck = || self.disk.state().has_struck;
        match finished {
            Ok(contents) => {
                committer.snapshot_notes().snapshot_is_durable(seq);
                let mut shared = self.shared.lock().unwrap();
                shared.tally.snapshots += 1;
                shared.history.snapshots.push((seq, contents));
                // The others are on their way out, and a crash may find them there or not. A file of a snapshot whose
                // writer failed at the last step may stand among the kept ones.
                let kept = snapshots(&self.data()).unwrap();
                let oldest_kept = kept[kept.len().saturating_sub(2)];
                shared.history.snapshots.retain(|(at, _)| oldest_kept <= *at);
                drop(shared);
                let removed = remove_old_snapshots(&self.data(), &*self.disk, 2);
                if removed.is_err() {
                    self.shared.lock().unwrap().history.snapshots.clear();
                }
                Ok(removed.is_ok() || has_struck())
            }
            Err(_) if has_struck() => Ok(true),
            Err(error) => Err(format!("a snapshot failed on a good disk: {error}")),
        }
    }

    fn write_snapshot(&mut self, seq: u64) -> Result<Vec<u8>, Box<dyn std::error::Error>> {
        let oldest = self.shared.lock().unwrap().history.oldest;
        let mut reader = Reader::open_at(&self.data(), seq.max(oldest))?;
        reader.next()?;
        let position = reader.position();
        let storage = Arc::clone(&self.options.storage);
        let mut writer = SnapshotWriter::create_with(
            &self.data(),
            storage,
            reader.journal_id(),
            position,
            (0, 0),
            self.faults,
        )?;
        let mut random = self.random.fork();
        let contents: Vec<u8> = (0..random.below(3000)).map(|_| random.next() as u8).collect();
        writer.write_all(&contents)?;
        writer.finish(seq)?;
        Ok(contents)
    }

    fn archive(&mut self) -> Result<bool, String> {
        if !self.random.once_in(3) {
            return Ok(true);
        }
        let found = snapshots(&self.data()).unwrap();
        let Some(older) = found.len().checked_sub(2).map(|at| found[at]) else { return Ok(true) };
        // What a crash in the middle leaves is in one of the two places, which the images cannot show; the checker asks
        // for records from the older snapshot on.
        let oldest_before = self.shared.lock().unwrap().history.oldest;
        self.shared.lock().unwrap().history.oldest = oldest_before.max(older + 1);
        let into = self.root.path().join("archive");
        let moved =
            archive_with(&self.data(), &into, older + 1, &*self.disk, self.faults, &mut |_, _| {});
        match moved {
            Ok(moved) => {
                self.shared.lock().unwrap().tally.archived += moved.segments.len() as u64;
                Ok(true)
            }
            Err(_) if self.disk.state().has_struck => Ok(true),
            Err(error) => Err(format!("archiving failed on a good disk: {error}")),
        }
    }

    /// The machine goes down: the journal goes on with what the disk kept.
    fn cut_power(&mut self) {
        let image = memory();
        let data = self.data();
        self.disk.state().power_cut(&mut self.random, &data, &image.path().join("data"));
        fs::remove_dir_all(&data).unwrap();
        fs::create_dir(&data).unwrap();
        for entry in fs::read_dir(image.path().join("data")).unwrap() {
            let path = entry.unwrap().path();
            fs::copy(&path, data.join(path.file_name().unwrap())).unwrap();
        }
        let shm = self.root.path().join("shm");
        fs::remove_dir_all(&shm).unwrap();
        fs::create_dir(&shm).unwrap();
        let misuse = std::mem::take(&mut self.disk.state().misuse);
        self.disk = Arc::new(SimDisk::new(&data));
        self.disk.state().misuse = misuse;
        self.options.storage = Arc::clone(&self.disk) as Arc<dyn clutch_journal::Storage>;
        let mut shared = self.shared.lock().unwrap();
        shared.tally.crash_images += 1;
        // What was archived is not needed any more, and a snapshot that was being made may be there or not.
        shared.history.snapshots.clear();
    }

    /// A copy of what a killed process leaves opens with everything that was appended.
    fn check_kill(&mut self) -> Result<(), String> {
        let copy = memory();
        for name in ["data", "shm"] {
            fs::create_dir(copy.path().join(name)).unwrap();
            for entry in fs::read_dir(self.root.path().join(name)).unwrap() {
                let path = entry.unwrap().path();
                fs::copy(&path, copy.path().join(name).join(path.file_name().unwrap())).unwrap();
            }
        }
        let mut shared = self.shared.lock().unwrap();
        shared.tally.kills += 1;
        let options = Options {
            shm_dir: Some(copy.path().join("shm")),
            storage: Arc::new(SimDisk::new(&copy.path().join("data"))),
            ..self.options.clone()
        };
        let data = copy.path().join("data");
        let opened = open(&data, options).map_err(|error| format!("after a kill: {error}"))?;
        let (last, expected) = (opened.recovered.last_seq, shared.history.appended.len() as u64);
        if last != expected {
            return Err(format!("after a kill {last} records are there of {expected}"));
        }
        check_contents(&data, &shared.history, last)
    }

    /// What an opening has found becomes what is promised: from now on it counts as durable.
    fn check_recovered(&mut self, first: u64, last: u64) -> Result<(), String> {
        let mut shared = self.shared.lock().unwrap();
        let history = &mut shared.history;
        check_promises(&self.data(), history, first, last)?;
        history.appended.truncate(last as usize);
        history.acknowledged.store(last, Ordering::SeqCst);
        history.marked = last;
        Ok(())
    }
}

/// Gives the journal one more record, if it has room.
fn append(history: &mut History, writer: &mut Writer) {
    let content = history.next_content + 1;
    let seq = history.appended.len() as u64 + 1;
    let payload = History::payload(content);
    if writer.append((content % 7) as u16, 1, seq, seq, &payload).is_ok() {
        history.next_content = content;
        history.appended.push(content);
    }
}

fn check_promises(data: &Path, history: &History, first: u64, last: u64) -> Result<(), String> {
    let acknowledged = history.acknowledged.load(Ordering::SeqCst);
    if last < acknowledged {
        return Err(format!(
            "record {acknowledged} was called durable, and {last} is the last one"
        ));
    }
    if history.appended.len() < last as usize {
        return Err(format!("{last} records were found, and {} appended", history.appended.len()));
    }
    if history.oldest < first {
        return Err(format!(
            "records from {} on should be there, and {first} is the first",
            history.oldest
        ));
    }
    check_contents(data, history, last)?;
    for (seq, contents) in &history.snapshots {
        let id = Reader::open(data).map_err(|error| error.to_string())?.journal_id();
        let mut found = Vec::new();
        let read =
            SnapshotReader::open(data, *seq, id).map_err(|error| error.to_string()).and_then(
                |mut reader| reader.read_to_end(&mut found).map_err(|error| error.to_string()),
            );
        if read.is_err() || found != *contents {
            return Err(format!("the finished snapshot at {seq} is not there: {read:?}"));
        }
    }
    Ok(())
}

fn check_contents(data: &Path, history: &History, last: u64) -> Result<(), String> {
    let words = |error: clutch_journal::JournalError| format!("reading: {error}");
    let mut reader = Reader::open(data).map_err(words)?;
    while let Some(record) = reader.next().map_err(words)? {
        let content = history.appended.get(record.seq as usize - 1).copied().unwrap_or(0);
        if record.payload != History::payload(content) || record.kind != (content % 7) as u16 {
            return Err(format!("record {} is not what was appended", record.seq));
        }
    }
    reader.how_it_ended().map_err(words)?;
    match reader.seq() {
        seq if seq == last => Ok(()),
        seq => Err(format!("recovery said {last}, and a reader finds {seq}")),
    }
}

/// What a power cut left must open by itself, hold what was promised, and be a good journal afterwards.
fn check_image(
    root: &Path,
    options: &Options,
    faults: Faults,
    history: &History,
    random: &mut Random,
    tally: &mut Tally,
    depth: u32,
) -> Result<(), String> {
    tally.crash_images += 1;
    let (data, shm) = (root.join("data"), root.join("shm"));
    fs::create_dir_all(&shm).unwrap();
    if depth == 1 && random.once_in(4) {
        check_flip(&data, options, history, random, tally)?;
    }
    let disk = Arc::new(SimDisk::new(&data));
    let options = Options {
        shm_dir: Some(shm),
        storage: Arc::clone(&disk) as Arc<dyn clutch_journal::Storage>,
        faults,
        ..options.clone()
    };
    // The power may fail again while the journal recovers.
    let second = memory();
    let again = Arc::new(Mutex::new(false));
    if depth == 1 && random.once_in(3) {
        let (at, data, to, mut random) =
            (random.below(30), data.clone(), second.path().join("data"), random.fork());
        let again = Arc::clone(&again);
        disk.watch(Some(Box::new(move |state, _| {
            if state.calls == at {
                state.power_cut(&mut random, &data, &to);
                *again.lock().unwrap() = true;
            }
        })));
    }
    let Opened { mut writer, committer, recovered } =
        open(&data, options.clone()).map_err(|error| error.to_string())?;
    disk.watch(None);
    tally.torn_tails += u64::from(0 < recovered.torn_bytes_cut);
    check_promises(&data, history, recovered.first_seq, recovered.last_seq)?;
    if *again.lock().unwrap() {
        check_image(second.path(), &options, faults, history, random, tally, 0)
            .map_err(|problem| format!("a second cut during recovery: {problem}"))?;
    }

    // It goes on as if nothing had happened.
    let mut after = History {
        appended: history.appended[..recovered.last_seq as usize].to_vec(),
        next_content: history.next_content + 1_000_000,
        oldest: history.oldest,
        ..History::default()
    };
    let mut committer = committer.inline(Box::new(|_| {}));
    for _ in 0..1 + random.below(6) {
        append(&mut after, &mut writer);
    }
    writer.publish();
    committer.commit().map_err(|failure| failure.to_string())?;
    drop((writer, committer));
    let report = verify(&data, None, &mut |_, _| {}).map_err(|error| error.to_string())?;
    if report.class() != Class::Clean {
        return Err(format!("after going on, verify says {:?}", report.findings));
    }
    check_contents(&data, &after, after.appended.len() as u64)
}

/// Damage at or before the mark is never taken for the work of the crash.
fn check_flip(
    data: &Path,
    options: &Options,
    history: &History,
    random: &mut Random,
    tally: &mut Tally,
) -> Result<(), String> {
    let found = snapshots(data).unwrap();
    // A start looks no further back than the older of two snapshots.
    let from = found.len().checked_sub(2).map_or(history.oldest, |at| found[at] + 1);
    if history.marked < from {
        return Ok(());
    }
    let seq = from + random.below(history.marked - from + 1);
    let copy = memory();
    let (to, shm) = (copy.path().join("data"), copy.path().join("shm"));
    fs::create_dir(&to).unwrap();
    fs::create_dir(&shm).unwrap();
    for entry in fs::read_dir(data).unwrap() {
        let path = entry.unwrap().path();
        fs::copy(&path, to.join(path.file_name().unwrap())).unwrap();
    }
    // The record's place: behind all the records of its segment before it.
    let mut segments: Vec<(u64, PathBuf)> = fs::read_dir(&to)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|end| end == "clj"))
        .map(|path| (path.file_stem().unwrap().to_str().unwrap()[4..].parse().unwrap(), path))
        .collect();
    segments.sort();
    let Some((first, path)) = segments.into_iter().rfind(|(first, _)| *first <= seq) else {
        return Err(format!("no segment holds record {seq}, which is below the mark"));
    };
    let bytes_of = |seq: u64| {
        let content = history.appended[seq as usize - 1];
        clutch_journal::record_bytes(History::payload(content).len())
    };
    let offset: usize = 16384 + (first..seq).map(bytes_of).sum::<usize>();
    let mut bytes = fs::read(&path).unwrap();
    let bit = random.below(bytes_of(seq) as u64 * 8) as usize;
    bytes[offset + bit / 8] ^= 1 << (bit % 8);
    fs::write(&path, bytes).unwrap();
    tally.flips += 1;
    let options =
        Options { shm_dir: Some(shm), storage: Arc::new(SimDisk::new(&to)), ..options.clone() };
    match open(&to, options).map(|opened| opened.recovered.last_seq) {
        Err(_) => Ok(()),
        Ok(last) => Err(format!(
            "bit {bit} of record {seq} was flipped below the mark {}, and {last} records were accepted",
            history.marked
        )),
    }
}
