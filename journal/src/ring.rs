//! The ring: where the core appends and nothing ever writes back.
//!
//! It is a file on tmpfs ([`crate::found_ring`] says which), so its contents outlive the process; where there is no tmpfs it is anonymous memory. A byte of
//! the record stream at offset `o` lies at `o % size`, always: recovery finds the continuation from the segments' end
//! alone, and needs no cursor stored in the ring. Stale bytes of an earlier lap need no clearing, because the chain does
//! not accept them.
//!
//! The file is mapped twice in a row, so every range of up to the ring's size is one slice and nobody handles the wrap.
//!
//! Invariant: the producer writes only outside `[released, appended)`, the committer reads only inside. The cursors are
//! in [`crate::shared`].

use std::fs::{File, OpenOptions};
use std::io;
use std::os::fd::AsFd;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::ptr::NonNull;

use rustix::fs::{FallocateFlags, MemfdFlags, OFlags};
use rustix::mm::{Advice, MapFlags, ProtFlags};

use crate::error::IoFailure;
use crate::file_system::{FileSystem, Trust};
use crate::lock;
use crate::prefetch::prefetch;

/// What a processor fetches at once.
const LINE_BYTES: usize = 64;

/// The mapped ring.
pub(crate) struct Ring {
    base: NonNull<u8>,
    bytes: usize,
    /// Where the file is; `None` for anonymous memory.
    path: Option<PathBuf>,
    /// Why it is not on tmpfs, although that was asked for.
    refused: Option<io::ErrorKind>,
    on_disk: Option<FileSystem>,
    /// Holds the lock on the ring file.
    _file: File,
    /// The directory's lock: whoever can reach the ring holds it, and nobody else does.
    _directory_lock: File,
}

// SAFETY: the mapping belongs to no thread; who may touch which bytes is the contract of `slice` and `place`.
unsafe impl Send for Ring {}
// SAFETY: as above.
unsafe impl Sync for Ring {}

impl Ring {
    /// Maps a ring of `bytes`: a new file at `path`, else anonymous memory.
    pub fn ready(
        path: Option<PathBuf>,
        bytes: usize,
        directory_lock: File,
    ) -> Result<Self, IoFailure> {
        let mut refused = None;
        if let Some(path) = path {
            match Self::on_tmpfs(&path, bytes) {
                Ok((file, base)) => {
                    let (on_disk, path) = (disk_under(&path), Some(path));
                    let _directory_lock = directory_lock;
                    let _file = file;
                    return Ok(Self {
                        base,
                        bytes,
                        path,
                        refused,
                        on_disk,
                        _file,
                        _directory_lock,
                    });
                }
                // No room, no rights or no tmpfs: all of them leave anonymous memory, and the caller reports it.
                Err(error) => refused = Some(error.kind()),
            }
        }
        let anonymous = || -> io::Result<(File, NonNull<u8>)> {
            let file = File::from(rustix::fs::memfd_create("clutch-ring", MemfdFlags::CLOEXEC)?);
            rustix::fs::fallocate(&file, FallocateFlags::empty(), 0, bytes as u64)?;
            let base = map_twice(&file, bytes)?;
            Ok((file, base))
        };
        let (file, base) =
            anonymous().map_err(IoFailure::at("map memory for", Path::new("the ring")))?;
        let _directory_lock = directory_lock;
        let (path, on_disk, _file) = (None, None, file);
        Ok(Self { base, bytes, path, refused, on_disk, _file, _directory_lock })
    }

    fn on_tmpfs(path: &Path, bytes: usize) -> io::Result<(File, NonNull<u8>)> {
        let file = new_file(path, bytes)?;
        let mapped = map_twice(&file, bytes).inspect_err(|_| drop(std::fs::remove_file(path)));
        mapped.map(|base| (file, base))
    }

    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// Whether what is in the ring dies with the process.
    pub fn is_in_memory_only(&self) -> bool {
        self.path.is_none()
    }

    /// Why it is, if it was to lie on tmpfs.
    pub fn refused(&self) -> Option<io::ErrorKind> {
        self.refused
    }

    /// What its file is on, if that is not memory: then the system writes the pages back, and an append waits for it.
    pub fn on_disk(&self) -> Option<FileSystem> {
        self.on_disk
    }

    /// Removes the ring file after a clean stop; the mapping stays until the last user drops it.
    pub fn remove_file(&self) {
        if let Some(path) = &self.path {
            // Everything in it is in the segments: a file that stays behind costs memory and nothing else.
            let _ = std::fs::remove_file(path);
        }
    }

    /// The bytes of the stream from `offset`.
    ///
    /// # Safety
    /// `[offset, offset + bytes)` must lie inside `[released, appended)` for as long as the slice lives, so that the
    /// producer does not write there.
    pub unsafe fn slice(&self, offset: u64, bytes: usize) -> &[u8] {
        assert!(bytes <= self.bytes, "no range is longer than the ring");
        // SAFETY: the start is inside the first mapping and the range ends inside the second; the caller guarantees
        // that nobody writes to it.
        unsafe { std::slice::from_raw_parts(self.base.as_ptr().add(self.index(offset)), bytes) }
    }

    /// The place for the bytes of the stream from `offset`.
    ///
    /// # Safety
    /// Only the one producer may call this, one place at a time, and `[offset, offset + bytes)` must lie outside
    /// `[released, appended)`, so that nobody reads there.
    #[allow(
        clippy::mut_from_ref,
        reason = "the producer's exclusive right is to a range of the ring, not to the ring"
    )]
    pub unsafe fn place(&self, offset: u64, bytes: usize) -> &mut [u8] {
        assert!(bytes <= self.bytes, "no range is longer than the ring");
        // SAFETY: as in `slice`; the caller guarantees that nobody else reads or writes the range.
        unsafe { std::slice::from_raw_parts_mut(self.base.as_ptr().add(self.index(offset)), bytes) }
    }

    /// Asks for the memory of the stream's bytes from `offset`, without waiting for it.
    #[inline]
    pub fn ask_for(&self, offset: u64, bytes: usize) {
        let first = self.base.as_ptr().wrapping_add(self.index(offset));
        for line in (0..bytes).step_by(LINE_BYTES) {
            prefetch(first.wrapping_add(line));
        }
    }

    #[inline]
    fn index(&self, offset: u64) -> usize {
        offset as usize & (self.bytes - 1)
    }
}

impl Drop for Ring {
    fn drop(&mut self) {
        // SAFETY: `map_twice` made exactly this mapping, and the last user of the ring is being dropped.
        let unmapped = unsafe { rustix::mm::munmap(self.base.as_ptr().cast(), 2 * self.bytes) };
        debug_assert!(unmapped.is_ok());
    }
}

/// What a file is on, if that is not memory. What cannot be asked is not said.
fn disk_under(path: &Path) -> Option<FileSystem> {
    let found = FileSystem::of_directory(path.parent()?).ok()?;
    (found.trust != Trust::Memory).then_some(found)
}

/// A new ring file, with real pages behind it and locked. Nobody looks for it before `super` names it.
fn new_file(path: &Path, bytes: usize) -> io::Result<File> {
    let file = OpenOptions::new()
        .read(true)
        .write(true)
        .create_new(true)
        .mode(0o600)
        .custom_flags(OFlags::NOFOLLOW.bits() as i32)
        .open(path)?;
    let finish = || {
        lock::try_exclusive(&file)?;
        Ok(rustix::fs::fallocate(&file, FallocateFlags::empty(), 0, bytes as u64)?)
    };
    if let Err(error) = finish() {
        let _ = std::fs::remove_file(path);
        return Err(error);
    }
    Ok(file)
}

/// Maps the file's first `bytes` twice in a row and touches every page, so that no append ever takes a page fault.
fn map_twice(file: &File, bytes: usize) -> io::Result<NonNull<u8>> {
    // SAFETY: a fresh reservation at an address the kernel chooses touches no existing memory.
    let base = unsafe {
        rustix::mm::mmap_anonymous(
            std::ptr::null_mut(),
            2 * bytes,
            ProtFlags::empty(),
            MapFlags::PRIVATE,
        )?
    };
    let protection = ProtFlags::READ | ProtFlags::WRITE;
    let view = |at: usize| {
        // SAFETY: both fixed mappings replace parts of the reservation above, which is ours and unused.
        unsafe {
            let place = base.cast::<u8>().add(at).cast();
            rustix::mm::mmap(
                place,
                bytes,
                protection,
                MapFlags::SHARED | MapFlags::FIXED,
                file.as_fd(),
                0,
            )
        }
    };
    let mapped = view(0).and_then(|_| view(bytes));
    if let Err(error) = mapped {
        // SAFETY: nothing refers to the reservation yet.
        let _ = unsafe { rustix::mm::munmap(base, 2 * bytes) };
        return Err(error.into());
    }
    // SAFETY: populating keeps the contents and concerns only our own two views.
    if unsafe { rustix::mm::madvise(base, 2 * bytes, Advice::LinuxPopulateWrite) }.is_err() {
        // SAFETY: the two views are ours, and no other thread has them yet.
        unsafe { touch(base.cast(), 2 * bytes) };
    }
    NonNull::new(base.cast()).ok_or_else(|| io::Error::from(io::ErrorKind::OutOfMemory))
}

/// What the advice to populate does, for a kernel before 5.14, which does not know it: a volatile store of the byte that
/// is there, into every page.
///
/// # Safety
/// The bytes must be mapped for writing, and nobody else may use them.
unsafe fn touch(base: *mut u8, bytes: usize) {
    for at in (0..bytes).step_by(rustix::param::page_size()) {
        // SAFETY: `at` is inside the mapping, which is the caller's alone.
        unsafe {
            let byte = base.add(at);
            byte.write_volatile(byte.read_volatile());
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::error::JournalError;
    use crate::faults::Faults;
    use crate::found_ring::{self, For, Left, RingNote, boot_id};
    use crate::options::{Durability, Options};
    use crate::superblock::Superblock;

    fn ready(path: Option<PathBuf>, bytes: usize) -> Ring {
        Ring::ready(path, bytes, tempfile::tempfile().unwrap()).unwrap()
    }

    #[test]
    fn a_range_across_the_end_is_one_slice() {
        let ring = ready(None, 4096);
        assert!(ring.is_in_memory_only());
        // SAFETY: this test is the only user of the ring.
        unsafe {
            ring.place(4096 * 7 - 3, 6).copy_from_slice(b"abcdef");
            assert_eq!(ring.slice(0, 3), b"def");
            assert_eq!(ring.slice(4093, 6), b"abcdef");
        }
    }

    /// How often this thread had to wait for a page while it did something.
    fn page_faults(work: impl FnOnce()) -> i64 {
        let so_far = || {
            // SAFETY: the system fills in what is all numbers, for which zero is a value.
            let mut usage: libc::rusage = unsafe { std::mem::zeroed() };
            // SAFETY: as above.
            assert_eq!(unsafe { libc::getrusage(libc::RUSAGE_THREAD, &mut usage) }, 0);
            usage.ru_minflt
        };
        let before = so_far();
        work();
        so_far() - before
    }

    /// The core's first lap must be as quick as any other, through both views.
    #[test]
    fn no_append_ever_waits_for_a_page() {
        const BYTES: usize = 1 << 20;
        let dir = crate::test_dir();
        for path in [Some(dir.path().join("ring")), None] {
            let ring = ready(path, BYTES);
            let faults = page_faults(|| {
                for at in (0..BYTES).step_by(4096) {
                    // SAFETY: this test is the only user of the ring. Each range crosses into the next page.
                    unsafe { ring.place((at + 4090) as u64, 4096).fill(1) };
                }
            });
            assert!(faults < 20, "{faults} page faults in {} pages", BYTES / 4096);
        }
        // What stands in for the advice where a kernel does not know it.
        let (size, rights) = (BYTES, ProtFlags::READ | ProtFlags::WRITE);
        // SAFETY: fresh memory at an address that the kernel chooses; it stays until the test's process ends.
        let base = unsafe {
            rustix::mm::mmap_anonymous(std::ptr::null_mut(), size, rights, MapFlags::PRIVATE)
        };
        let base = base.unwrap().cast::<u8>();
        // SAFETY: just mapped, and nobody else's.
        unsafe { touch(base, size) };
        // SAFETY: as above.
        let faults = page_faults(|| unsafe { std::slice::from_raw_parts_mut(base, size) }.fill(1));
        assert!(faults < 20, "{faults} page faults in touched memory");
    }

    #[test]
    fn a_ring_is_found_again_and_turned_to_where_the_segments_end() {
        let dir = crate::test_dir();
        let note = RingNote { name: 7, boot: boot_id(), durability: Durability::Process };
        let superblock = Superblock { ring: Some(note), ..Superblock::new(5, &Options::default()) };
        let look =
            |what_for| found_ring::look(&superblock, Some(dir.path()), what_for, Faults::NONE);
        let ring = ready(Some(found_ring::path_in(dir.path(), 5, 7)), 8192);
        // SAFETY: this test is the only user of the ring.
        unsafe { ring.place(8190, 4).copy_from_slice(b"wrap") };
        assert!(matches!(look(For::Writing), Err(JournalError::Locked { .. })));
        let Ok(Left::Ring(found)) = look(For::Reading) else { panic!("a reader needs no lock") };
        assert!(found.contents_from(3 * 8192 + 8190).unwrap().starts_with(b"wrap"));
        drop(ring);
        let Ok(Left::Ring(found)) = look(For::Writing) else { panic!("it is free now") };
        assert!(found.contents_from(8190).unwrap().starts_with(b"wrap"));
        found.remove();
        assert!(matches!(look(For::Writing), Ok(Left::Gone(_))));
    }

    /// Somebody may have mounted a disk where tmpfs is expected.
    #[test]
    fn a_ring_says_what_it_is_on_where_that_is_not_memory() {
        let (anywhere, shm) = (tempfile::tempdir().unwrap(), Path::new("/dev/shm"));
        let in_shm = if shm.is_dir() { tempfile::tempdir_in(shm) } else { tempfile::tempdir() };
        for dir in [anywhere, in_shm.unwrap()] {
            let under = FileSystem::of_directory(dir.path()).unwrap();
            let ring = ready(Some(dir.path().join("ring")), 4096);
            assert_eq!(ring.on_disk(), (under.trust != Trust::Memory).then_some(under));
        }
        assert_eq!(ready(None, 4096).on_disk(), None);
    }

    #[test]
    fn without_a_place_on_tmpfs_the_ring_is_plain_memory() {
        assert!(ready(Some("/nonexistent/shm/ring".into()), 4096).is_in_memory_only());
    }
}
