//! A journal in a temporary directory, small enough to be damaged bit by bit.

#![allow(dead_code, clippy::unwrap_used, reason = "each test file uses its part")]

pub mod small;

use std::fs::File;
use std::io;
use std::os::fd::AsRawFd;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use clutch_journal::{Disk, End, JournalError, Opened, Options, Reader, Storage, Writer, open};

/// A directory for the journal and one that stands for tmpfs.
pub struct Place {
    data: tempfile::TempDir,
    memory: tempfile::TempDir,
}

impl Place {
    /// Both in memory where that is possible: most tests write many small files and need no real disk.
    pub fn new() -> Self {
        Self { data: memory(), memory: memory() }
    }

    /// The data on a disk.
    pub fn on_disk() -> Self {
        Self { data: tempfile::tempdir().unwrap(), memory: memory() }
    }

    pub fn dir(&self) -> PathBuf {
        self.data.path().join("data")
    }

    pub fn shm(&self) -> PathBuf {
        self.memory.path().to_path_buf()
    }

    /// The smallest segments and the smallest ring.
    pub fn options(&self) -> Options {
        Options {
            segment_bytes: 24576,
            ring_bytes: 4096,
            reserve_segments: 0,
            // The tests also run in containers, whose files are on an overlay.
            unsafe_storage: true,
            shm_dir: Some(self.shm()),
            ..Options::default()
        }
    }

    pub fn open(&self) -> Result<Opened, JournalError> {
        open(&self.dir(), self.options())
    }

    /// Appends the records `from..=to`, makes them durable and stops cleanly.
    pub fn write(&self, from: u64, to: u64) {
        let Opened { mut writer, committer, .. } = self.open().unwrap();
        let handle = committer.spawn(Box::new(|_| {}));
        for seq in from..=to {
            append(&mut writer, seq);
        }
        drop(writer);
        assert_eq!(handle.stop().unwrap(), to);
    }

    /// Every file of the journal.
    pub fn save(&self) -> Vec<(PathBuf, Vec<u8>)> {
        let entries = std::fs::read_dir(self.dir()).unwrap().map(|entry| entry.unwrap().path());
        entries.map(|path| (path.clone(), std::fs::read(path).unwrap())).collect()
    }

    /// Puts back what [`Place::save`] returned.
    pub fn restore(&self, saved: &[(PathBuf, Vec<u8>)]) {
        std::fs::remove_dir_all(self.dir()).unwrap();
        std::fs::create_dir(self.dir()).unwrap();
        for (path, bytes) in saved {
            std::fs::write(path, bytes).unwrap();
        }
    }

    /// Takes over the files of another journal, as a copy of its directory does.
    pub fn take_over(&self, saved: &[(PathBuf, Vec<u8>)]) {
        std::fs::create_dir(self.dir()).unwrap();
        for (path, bytes) in saved {
            std::fs::write(self.dir().join(path.file_name().unwrap()), bytes).unwrap();
        }
    }

    /// Takes away the ring, as a reboot does.
    pub fn reboot(&self) {
        for entry in std::fs::read_dir(self.shm()).unwrap() {
            std::fs::remove_file(entry.unwrap().path()).unwrap();
        }
    }

    /// Has `super` say that it was written on another boot of the machine.
    pub fn another_boot(&self) {
        let path = self.dir().join("super");
        let mut bytes = std::fs::read(&path).unwrap();
        for block in bytes.chunks_mut(4096) {
            block[104] ^= 1;
            let sum = crc32c::crc32c(&block[..4092]);
            block[4092..].copy_from_slice(&sum.to_le_bytes());
        }
        std::fs::write(path, bytes).unwrap();
    }

    pub fn segment(&self, first_seq: u64) -> PathBuf {
        self.dir().join(format!("seg-{first_seq:020}.clj"))
    }

    pub fn segments(&self) -> Vec<PathBuf> {
        let entries = std::fs::read_dir(self.dir()).unwrap().map(|entry| entry.unwrap().path());
        let mut found: Vec<_> =
            entries.filter(|path| path.extension().is_some_and(|name| name == "clj")).collect();
        found.sort();
        found
    }
}

fn memory() -> tempfile::TempDir {
    let memory = Path::new("/dev/shm");
    if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() }.unwrap()
}

/// The payload of a record follows from its number, so that a wrong one is noticed; lengths vary from 0 to 47.
pub fn payload(seq: u64) -> Vec<u8> {
    let length = (seq * 7 % 48) as usize;
    (0..length as u64).map(|at| (seq.wrapping_mul(31).wrapping_add(at * 17) % 251) as u8).collect()
}

/// Appends one record, waiting for room when the ring is full.
pub fn append(writer: &mut Writer, seq: u64) {
    while writer.append((seq % 5) as u16, 1, seq, seq * 1000, &payload(seq)).is_err() {
        writer.publish();
        assert!(!writer.durable().is_failed(), "{:?}", writer.durable().failure());
        std::thread::yield_now();
    }
}

/// Reads everything, checks every record against what was written, and returns the last number and the end.
pub fn read_all(reader: Reader) -> (u64, Result<End, JournalError>) {
    read_from(reader, 1)
}

/// The same for a reader that stands in front of record `first`.
pub fn read_from(mut reader: Reader, first: u64) -> (u64, Result<End, JournalError>) {
    let mut expected = first;
    let end = reader.for_each(|record| {
        assert_eq!(record.seq, expected);
        assert_eq!(record.payload, payload(expected), "record {expected}");
        assert_eq!(
            (record.kind, record.version, record.timestamp),
            ((expected % 5) as u16, 1, expected * 1000)
        );
        expected += 1;
    });
    (expected - 1, end)
}

/// Reads everything in `dir` as [`read_all`].
pub fn read(dir: &Path) -> (u64, Result<End, JournalError>) {
    match Reader::open(dir) {
        Ok(reader) => read_all(reader),
        Err(error) => (0, Err(error)),
    }
}

/// The disk, until one call fails; from then on every call does.
pub struct FailingDisk {
    calls_left: AtomicU64,
    error: fn() -> io::Error,
}

impl FailingDisk {
    pub fn after(calls: u64, error: fn() -> io::Error) -> Arc<Self> {
        Arc::new(Self { calls_left: AtomicU64::new(calls), error })
    }

    /// How many calls are left until the first failure.
    pub fn calls_left(&self) -> u64 {
        self.calls_left.load(Ordering::SeqCst)
    }

    /// From now on every call fails.
    pub fn fail_now(&self) {
        self.calls_left.store(0, Ordering::SeqCst);
    }

    /// The disk works again.
    pub fn recover(&self) {
        self.calls_left.store(u64::MAX, Ordering::SeqCst);
    }

    fn call(&self) -> io::Result<Disk> {
        let left = self
            .calls_left
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1));
        left.map(|_| Disk).map_err(|_| (self.error)())
    }
}

impl Storage for FailingDisk {
    fn create(&self, path: &Path) -> io::Result<File> {
        self.call()?.create(path)
    }
    fn open(&self, path: &Path) -> io::Result<File> {
        self.call()?.open(path)
    }
    fn allocate(&self, file: &File, bytes: u64) -> io::Result<()> {
        self.call()?.allocate(file, bytes)
    }
    fn write_at(&self, file: &File, bytes: &[u8], offset: u64) -> io::Result<()> {
        self.call()?.write_at(file, bytes, offset)
    }
    fn sync_data(&self, file: &File) -> io::Result<()> {
        self.call()?.sync_data(file)
    }
    fn sync_all(&self, file: &File) -> io::Result<()> {
        self.call()?.sync_all(file)
    }
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.call()?.rename(from, to)
    }
    fn remove(&self, path: &Path) -> io::Result<()> {
        self.call()?.remove(path)
    }
    fn sync_directory(&self, path: &Path) -> io::Result<()> {
        self.call()?.sync_directory(path)
    }
}

/// The disk, with a log of what was asked of it: the call and the file's name.
#[derive(Default)]
pub struct RecordingDisk {
    calls: Mutex<Vec<String>>,
    descriptors: Mutex<Vec<(String, i32)>>,
    /// What is written from now on is stored with a bit of its own, and nobody is told.
    pub changes_what_it_stores: AtomicBool,
}

impl RecordingDisk {
    /// Notes something that happened outside.
    pub fn note(&self, what: &str) {
        self.note_by(what, -1);
    }

    fn note_by(&self, what: &str, descriptor: i32) {
        self.calls.lock().unwrap().push(what.to_owned());
        self.descriptors.lock().unwrap().push((what.to_owned(), descriptor));
    }

    /// Everything so far, in order.
    pub fn calls(&self) -> Vec<String> {
        self.calls.lock().unwrap().clone()
    }

    /// The descriptor that each call was made with, as it is in the log; -1 for a call without one.
    pub fn descriptors(&self) -> Vec<(String, i32)> {
        self.descriptors.lock().unwrap().clone()
    }

    fn path(&self, call: &str, path: &Path) {
        self.note(&format!("{call} {}", path.file_name().unwrap().to_str().unwrap()));
    }

    fn file(&self, call: &str, file: &File) {
        let link = format!("/proc/self/fd/{}", file.as_raw_fd());
        let path = std::fs::read_link(link).unwrap();
        let name = path.file_name().unwrap().to_str().unwrap();
        self.note_by(&format!("{call} {name}"), file.as_raw_fd());
    }
}

impl Storage for RecordingDisk {
    fn create(&self, path: &Path) -> io::Result<File> {
        self.path("create", path);
        Disk.create(path)
    }
    fn open(&self, path: &Path) -> io::Result<File> {
        self.path("open", path);
        Disk.open(path)
    }
    fn allocate(&self, file: &File, bytes: u64) -> io::Result<()> {
        self.file("allocate", file);
        Disk.allocate(file, bytes)
    }
    fn write_at(&self, file: &File, bytes: &[u8], offset: u64) -> io::Result<()> {
        self.file("write", file);
        let mut bytes = bytes.to_vec();
        bytes[0] ^= u8::from(self.changes_what_it_stores.load(Ordering::SeqCst));
        Disk.write_at(file, &bytes, offset)
    }
    fn sync_data(&self, file: &File) -> io::Result<()> {
        Disk.sync_data(file)?;
        self.file("sync", file);
        Ok(())
    }
    fn sync_all(&self, file: &File) -> io::Result<()> {
        Disk.sync_all(file)?;
        self.file("sync", file);
        Ok(())
    }
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.path("rename-from", from);
        self.path("rename-to", to);
        Disk.rename(from, to)
    }
    fn remove(&self, path: &Path) -> io::Result<()> {
        self.path("remove", path);
        Disk.remove(path)
    }
    fn sync_directory(&self, path: &Path) -> io::Result<()> {
        Disk.sync_directory(path)?;
        self.path("sync", path);
        Ok(())
    }
}
