//! A disk that can be crashed at any call, filled at any call, and broken at any call.
//!
//! What a process sees are real files in memory, as in the page cache. Beside them stands what the disk itself holds: for
//! each file its synced bytes and the writes since, for each directory its synced names and the changes since. A power cut
//! makes new directories out of that: each 512-byte sector that was written and not synced is kept as after any of its
//! writes, lost, or half-written, each name that was not synced is there or not, each independently of the others.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fs::{self, File};
use std::io;
use std::os::fd::AsRawFd;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use clutch_journal::{Disk, Storage};

use super::random::Random;

const SECTOR: usize = 512;
/// What a killed process's calls come to; nobody is there to see it.
const KILLED: i32 = 125;

/// What a planned fault does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// One call fails with EIO. A failed sync loses what it should have synced, and the next one succeeds falsely.
    IoOnce,
    /// The kernel writes back by itself, which fails, and what was written and not yet synced is lost. A sync says so to
    /// whoever had the file open then; to anybody else it succeeds falsely.
    WriteBack,
    /// From that call on every one fails with EIO.
    IoForEver,
    /// The process is killed: from that call on nothing happens any more, and what was written stays as it is.
    Kill,
    /// For so many calls there is no room: what needs new blocks or names fails with ENOSPC.
    FullFor(u64),
}

/// Looks on before every call: what kind of call comes, and what the disk holds by then.
pub type Watch = Box<dyn FnMut(&State, &'static str) + Send>;

pub struct SimDisk {
    state: Mutex<State>,
    watch: Mutex<Option<Watch>>,
}

#[derive(Default)]
struct Node {
    /// What a power cut leaves for certain.
    synced: Vec<u8>,
    /// What was written since, in order.
    pending: Vec<(usize, Vec<u8>)>,
    /// Up to where somebody wrote without a gap.
    written: usize,
    reserved: usize,
    /// The call in front of which the kernel failed to write it back.
    lost_at: Option<u64>,
}

enum Change {
    Put(PathBuf, u64),
    Move(PathBuf, PathBuf, u64),
    Remove(PathBuf),
}

impl Change {
    fn directory(&self) -> &Path {
        match self {
            Self::Put(path, _) | Self::Remove(path) | Self::Move(path, ..) => {
                path.parent().unwrap()
            }
        }
    }

    fn apply(&self, names: &mut BTreeMap<PathBuf, u64>) {
        match self {
            Self::Put(path, number) => drop(names.insert(path.clone(), *number)),
            Self::Remove(path) => drop(names.remove(path)),
            Self::Move(from, to, number) => {
                names.remove(from);
                names.insert(to.clone(), *number);
            }
        }
    }
}

#[derive(Default)]
pub struct State {
    nodes: HashMap<u64, Node>,
    /// The names that are synced, with the file's number.
    names: BTreeMap<PathBuf, u64>,
    changes: Vec<Change>,
    /// In front of which call each descriptor was opened.
    opened: HashMap<i32, u64>,
    pub calls: u64,
    trouble: Option<(u64, Trouble)>,
    /// Whether the planned trouble has met a call.
    pub has_struck: bool,
    /// Rules of use that were broken.
    pub misuse: Vec<String>,
}

impl SimDisk {
    /// A disk on which everything in `dir` is safely stored.
    pub fn new(dir: &Path) -> Self {
        let mut state = State::default();
        for entry in fs::read_dir(dir).into_iter().flatten() {
            let path = entry.unwrap().path();
            let number = fs::metadata(&path).unwrap().ino();
            let synced = fs::read(&path).unwrap();
            let length = synced.len();
            let node = Node { synced, written: length, reserved: length, ..Node::default() };
            state.nodes.insert(number, node);
            state.names.insert(path, number);
        }
        Self { state: Mutex::new(state), watch: Mutex::new(None) }
    }

    /// Has `trouble` begin so many calls from now; an earlier plan is dropped.
    pub fn plan(&self, calls_from_now: u64, trouble: Trouble) {
        let mut state = self.state();
        state.has_struck = false;
        state.trouble = Some((state.calls + calls_from_now, trouble));
    }

    /// No more trouble from now on.
    pub fn heal(&self) {
        self.state().trouble = None;
    }

    /// Calls `watch` before every call from now on.
    pub fn watch(&self, watch: Option<Watch>) {
        *self.watch.lock().unwrap_or_else(PoisonError::into_inner) = watch;
    }

    pub fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts the call, lets the watcher look, and says whether it is to fail.
    fn begin(
        &self,
        call: &'static str,
        needs_room: bool,
    ) -> (MutexGuard<'_, State>, io::Result<()>) {
        if let Some(watch) = &mut *self.watch.lock().unwrap_or_else(PoisonError::into_inner) {
            watch(&self.state(), call);
        }
        let mut state = self.state();
        let this = state.calls;
        state.calls += 1;
        if let Some((at, Trouble::WriteBack)) = state.trouble
            && at <= this
            && state.lose_what_is_pending()
        {
            (state.trouble, state.has_struck) = (None, true);
        }
        let code = match state.trouble {
            Some((at, Trouble::IoOnce)) => (this == at).then_some(5),
            Some((at, Trouble::Kill)) => (at <= this).then_some(KILLED),
            Some((at, Trouble::IoForEver)) => (at <= this).then_some(5),
            Some((at, Trouble::FullFor(calls))) => {
                (at <= this && this < at + calls && needs_room).then_some(28)
            }
            Some((_, Trouble::WriteBack)) | None => None,
        };
        state.has_struck |= code.is_some();
        let answer = code.map_or(Ok(()), |code| Err(io::Error::from_raw_os_error(code)));
        (state, answer)
    }

    fn sync(&self, file: &File) -> io::Result<()> {
        let (mut state, mut answer) = self.begin("sync", false);
        let (calls, descriptor) = (state.calls, file.as_raw_fd());
        let opened_at = state.opened.get(&descriptor).copied().unwrap_or(0);
        if answer.is_ok() && state.node(file).lost_at.is_some_and(|lost_at| opened_at <= lost_at) {
            // It is said once.
            state.opened.insert(descriptor, calls);
            answer = Err(io::Error::from_raw_os_error(5));
        }
        let node = state.node(file);
        if answer.as_ref().is_err_and(|error| error.raw_os_error() == Some(KILLED)) {
            return answer;
        }
        if answer.is_err() {
            // The kernel marks the failed pages clean: the next sync has nothing left to do and succeeds.
            node.pending.clear();
            return answer;
        }
        for (at, bytes) in std::mem::take(&mut node.pending) {
            put(&mut node.synced, at, &bytes);
        }
        let reserved = node.reserved.max(node.synced.len());
        node.synced.resize(reserved, 0);
        Ok(())
    }
}

impl State {
    fn node(&mut self, file: &File) -> &mut Node {
        self.nodes.entry(file.metadata().unwrap().ino()).or_default()
    }

    /// Whether anything was.
    fn lose_what_is_pending(&mut self) -> bool {
        let calls = self.calls;
        let dirty = self.nodes.values_mut().filter(|node| !node.pending.is_empty());
        let lost = dirty.map(|node| {
            node.pending.clear();
            node.lost_at = Some(calls);
        });
        0 < lost.count()
    }

    fn note_opened(&mut self, file: &File) {
        self.opened.insert(file.as_raw_fd(), self.calls);
    }

    /// What a power cut now leaves of `from`, written to `to`.
    pub fn power_cut(&self, random: &mut Random, from: &Path, to: &Path) {
        // Some cuts take nothing, some everything, most of them choose.
        let chances = [0, 1, 2, 2, 2][random.below(5) as usize];
        let choose = |random: &mut Random| match chances {
            0 => true,
            1 => false,
            _ => random.once_in(2),
        };
        let mut names = self.names.clone();
        for change in &self.changes {
            if choose(random) {
                change.apply(&mut names);
            }
        }
        fs::create_dir_all(to).unwrap();
        for (path, number) in names {
            if let (Ok(name), Some(node)) = (path.strip_prefix(from), self.nodes.get(&number)) {
                fs::write(to.join(name), node.after_power_cut(random, choose)).unwrap();
            }
        }
    }
}

impl Node {
    fn after_power_cut(
        &self,
        random: &mut Random,
        choose: impl Fn(&mut Random) -> bool,
    ) -> Vec<u8> {
        let mut bytes = self.synced.clone();
        let sectors =
            |(at, written): &(usize, Vec<u8>)| *at / SECTOR..(at + written.len()).div_ceil(SECTOR);
        let touched: BTreeSet<usize> = self.pending.iter().flat_map(sectors).collect();
        for sector in touched {
            let (start, end) = (sector * SECTOR, (sector + 1) * SECTOR);
            for (at, written) in &self.pending {
                let (from, until) = (start.max(*at), end.min(at + written.len()));
                if until <= from {
                    continue;
                }
                if !choose(random) {
                    break;
                }
                let is_half = random.once_in(8);
                let kept = if is_half {
                    random.below((until - from) as u64) as usize
                } else {
                    until - from
                };
                put(&mut bytes, from, &written[from - at..from - at + kept]);
                if is_half {
                    break;
                }
            }
        }
        // A file's length that was reserved and not synced is there or not.
        if bytes.len() < self.reserved && choose(random) {
            bytes.resize(self.reserved, 0);
        }
        bytes
    }
}

fn put(bytes: &mut Vec<u8>, at: usize, written: &[u8]) {
    let end = at + written.len();
    if bytes.len() < end {
        bytes.resize(end, 0);
    }
    bytes[at..end].copy_from_slice(written);
}

impl Storage for SimDisk {
    fn create(&self, path: &Path) -> io::Result<File> {
        let (mut state, answer) = self.begin("create", true);
        answer?;
        let file = Disk.create(path)?;
        let number = file.metadata()?.ino();
        state.nodes.insert(number, Node::default());
        state.note_opened(&file);
        state.changes.push(Change::Put(path.to_path_buf(), number));
        Ok(file)
    }

    fn open(&self, path: &Path) -> io::Result<File> {
        let (mut state, answer) = self.begin("open", false);
        let opened = answer.and_then(|()| Disk.open(path));
        opened.inspect(|file| state.note_opened(file))
    }

    fn allocate(&self, file: &File, bytes: u64) -> io::Result<()> {
        let (mut state, answer) = self.begin("allocate", true);
        answer?;
        Disk.allocate(file, bytes)?;
        state.node(file).reserved = bytes as usize;
        Ok(())
    }

    fn write_at(&self, file: &File, bytes: &[u8], offset: u64) -> io::Result<()> {
        let (at, end) = (offset as usize, offset as usize + bytes.len());
        let is_reserved = {
            let mut state = self.state();
            let node = state.node(file);
            end <= node.reserved.max(node.synced.len())
        };
        let (mut state, answer) = self.begin("write", !is_reserved);
        answer?;
        Disk.write_at(file, bytes, offset)?;
        let node = state.node(file);
        node.pending.push((at, bytes.to_vec()));
        if at <= node.written {
            node.written = node.written.max(end);
        }
        Ok(())
    }

    fn sync_data(&self, file: &File) -> io::Result<()> {
        self.sync(file)
    }

    fn sync_all(&self, file: &File) -> io::Result<()> {
        self.sync(file)
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        let (mut state, answer) = self.begin("rename", true);
        answer?;
        let number = fs::metadata(from)?.ino();
        Disk.rename(from, to)?;
        let name = to.file_name().unwrap().to_string_lossy().into_owned();
        let node = state.nodes.entry(number).or_default();
        let (written, reserved, is_dirty) = (node.written, node.reserved, !node.pending.is_empty());
        if name.starts_with("seg-") && to.extension().is_some_and(|end| end == "clj") {
            let length = fs::metadata(to)?.len() as usize;
            // An archived copy is a whole file, too, but nobody writes into it later.
            if written < length {
                state.misuse.push(format!("{name} was used before its zeros were written"));
            }
            if reserved < length && from.to_string_lossy().contains("spare") {
                state.misuse.push(format!("{name} was used without reserved blocks"));
            }
        }
        if is_dirty {
            state.misuse.push(format!("{name} got its name before its contents were synced"));
        }
        state.changes.push(Change::Move(from.to_path_buf(), to.to_path_buf(), number));
        Ok(())
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        let (mut state, answer) = self.begin("remove", false);
        answer?;
        Disk.remove(path)?;
        state.changes.push(Change::Remove(path.to_path_buf()));
        Ok(())
    }

    fn sync_directory(&self, path: &Path) -> io::Result<()> {
        let (mut state, answer) = self.begin("sync directory", false);
        // A file system whose own log fails stops altogether: what it had not written it never will.
        let (mut names, changes) =
            (std::mem::take(&mut state.names), std::mem::take(&mut state.changes));
        let (synced, others): (Vec<_>, Vec<_>) =
            changes.into_iter().partition(|change| change.directory() == path && answer.is_ok());
        synced.iter().for_each(|change| change.apply(&mut names));
        (state.names, state.changes) = (names, others);
        answer
    }
}

/// The path of an open file.
#[allow(dead_code, reason = "for messages while looking for a failure")]
pub fn path_of(file: &File) -> PathBuf {
    fs::read_link(format!("/proc/self/fd/{}", file.as_raw_fd())).unwrap()
}
