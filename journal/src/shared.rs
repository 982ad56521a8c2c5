//! What the writer, the committer and everybody who waits for durability share: the cursors.
//!
//! Three cursors, each on its own cache lines, each with one writer:
//! `appended` (stream bytes and sequence, by the core) >= `durable` (sequence, by the committer); `released` (stream
//! bytes, by the committer) follows durability, so what is not synced stays in the ring.

use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU64, Ordering, fence};
use std::sync::{Arc, OnceLock};
use std::thread::Thread;
use std::time::Duration;

use crossbeam_utils::CachePadded;

pub(crate) struct Shared {
    /// Stream offset behind the last published record.
    pub appended_bytes: CachePadded<AtomicU64>,
    /// The last published record.
    pub appended_seq: CachePadded<AtomicU64>,
    /// Stream offset before which the ring may be overwritten.
    pub released_bytes: CachePadded<AtomicU64>,
    /// The last synced record.
    pub durable_seq: CachePadded<AtomicU64>,
    /// The newest snapshot that a snapshotter has reported.
    pub newest_snapshot: AtomicU64,
    space: AtomicU8,
    pub stopping: AtomicBool,
    /// Somebody wants the journal to stop: waiting for room on a full disk is over.
    pub waits_no_more: AtomicBool,
    pub sleep: CachePadded<Sleep>,
    failure: OnceLock<String>,
    pub ring_in_memory_only: bool,
}

impl Shared {
    /// Cursors of a journal in which everything up to `seq`, ending at `stream_offset`, is durable.
    pub fn new(seq: u64, stream_offset: u64, ring_in_memory_only: bool) -> Self {
        let cursor = |value| CachePadded::new(AtomicU64::new(value));
        Self {
            appended_bytes: cursor(stream_offset),
            appended_seq: cursor(seq),
            released_bytes: cursor(stream_offset),
            durable_seq: cursor(seq),
            newest_snapshot: AtomicU64::new(0),
            space: AtomicU8::new(Space::Ample as u8),
            stopping: AtomicBool::new(false),
            waits_no_more: AtomicBool::new(false),
            sleep: CachePadded::default(),
            failure: OnceLock::new(),
            ring_in_memory_only,
        }
    }

    pub fn set_space(&self, space: Space) {
        self.space.store(space as u8, Ordering::Release);
    }

    /// Latches the first failure; later ones are consequences of it.
    pub fn fail(&self, message: String) {
        let _ = self.failure.set(message);
    }
}

/// How much room the disk has left for records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Space {
    /// There is a segment ready, or one can be made.
    Ample = 0,
    /// The disk is full: what is left of the current segment and the reserve are for what must not be refused.
    Low = 1,
    /// The reserve is used up too: nothing more becomes durable until there is room.
    None = 2,
}

/// How a snapshotter tells the owner of `super` about a snapshot that is finished. Cheap to clone, keeps nothing open.
#[derive(Clone)]
pub struct SnapshotNotes(pub(crate) Arc<Shared>);

impl SnapshotNotes {
    /// Has the committer note the snapshot behind record `seq` in `super` when it next has nothing to commit.
    pub fn snapshot_is_durable(&self, seq: u64) {
        self.0.newest_snapshot.fetch_max(seq, Ordering::AcqRel);
        self.0.sleep.wake();
    }
}

/// How the committer sleeps and is woken without a system call while it is awake.
#[derive(Default)]
pub(crate) struct Sleep {
    is_asleep: AtomicBool,
    sleeper: OnceLock<Thread>,
}

impl Sleep {
    /// Called once by the thread that will sleep.
    pub fn register(&self) {
        let _ = self.sleeper.set(std::thread::current());
    }

    /// Sleeps unless `is_work_pending`, not longer than `longest` if that is given. The flag goes up before the question and the waker asks for the flag after it
    /// has stored the work, with a full fence on both sides, so one of the two always sees the other.
    pub fn sleep_unless(&self, longest: Option<Duration>, is_work_pending: impl Fn() -> bool) {
        self.is_asleep.store(true, Ordering::Relaxed);
        fence(Ordering::SeqCst);
        if !is_work_pending() {
            match longest {
                Some(longest) => std::thread::park_timeout(longest),
                None => std::thread::park(),
            }
        }
        self.is_asleep.store(false, Ordering::Relaxed);
    }

    /// Called after the work has been stored. A fence and a load, unless the sleeper really sleeps.
    #[inline]
    pub fn wake(&self) {
        fence(Ordering::SeqCst);
        if self.is_asleep.load(Ordering::Relaxed)
            && self.is_asleep.swap(false, Ordering::Relaxed)
            && let Some(sleeper) = self.sleeper.get()
        {
            sleeper.unpark();
        }
    }
}

/// What is durable, for everybody who waits for it. Cheap to clone and to ask; keeps nothing open.
#[derive(Clone)]
pub struct Durable(pub(crate) Arc<Shared>);

impl Durable {
    /// The last record that survives power loss. Never falls, and stops for good after a failure.
    #[inline]
    pub fn seq(&self) -> u64 {
        self.0.durable_seq.load(Ordering::Acquire)
    }

    /// The last published record: it survives kill -9 (if the ring is on tmpfs), but not power loss.
    #[inline]
    pub fn appended_seq(&self) -> u64 {
        self.0.appended_seq.load(Ordering::Acquire)
    }

    /// Why nothing becomes durable any more, if so.
    pub fn failure(&self) -> Option<String> {
        self.0.failure.get().cloned()
    }

    /// Whether nothing becomes durable any more.
    #[inline]
    pub fn is_failed(&self) -> bool {
        self.0.failure.get().is_some()
    }

    /// How much room the disk has left. Changes both ways while the journal runs.
    #[inline]
    pub fn space(&self) -> Space {
        match self.0.space.load(Ordering::Acquire) {
            0 => Space::Ample,
            1 => Space::Low,
            _ => Space::None,
        }
    }

    /// Whether the ring dies with the process, because there was no place for it on tmpfs.
    pub fn ring_in_memory_only(&self) -> bool {
        self.0.ring_in_memory_only
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use std::sync::mpsc::channel;

    /// Runs `sleeps` on a registered sleeper and fails if it does not come back.
    fn comes_back(sleeps: impl FnOnce(&Sleep) + Send + 'static) {
        let (done, is_done) = channel();
        std::thread::spawn(move || {
            let sleep = Sleep::default();
            sleep.register();
            sleeps(&sleep);
            done.send(()).unwrap();
        });
        assert!(is_done.recv_timeout(Duration::from_secs(20)).is_ok(), "a wake-up was lost");
    }

    #[test]
    fn work_that_came_before_the_flag_went_up_is_seen_by_the_sleeper() {
        comes_back(|sleep| sleep.sleep_unless(None, || true));
    }

    #[test]
    fn work_that_comes_between_the_question_and_the_sleep_wakes_the_sleeper() {
        comes_back(|sleep| {
            sleep.sleep_unless(None, || {
                // The answer is already fixed; whoever publishes now must see the flag.
                sleep.wake();
                false
            });
        });
    }
}
