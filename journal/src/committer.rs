//! The committer: takes whatever has been appended, writes it, syncs it, says so.
//!
//! Group commit without a timer: what arrives during one sync is the next batch. The first error is the last thing it
//! does: a sync that failed once may succeed falsely the next time, because Linux marks the lost pages clean.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::thread::JoinHandle;

use crate::appender::Appender;
use crate::error::IoFailure;
use crate::ring::Ring;
use crate::shared::{Durable, Shared, SnapshotNotes};
use crate::spares::Spares;

/// Called by the committer thread with the durable sequence after each sync, and once more when the journal fails (then
/// [`Durable::failure`] says why). It must be quick and must not panic: it delays the next sync.
pub type OnDurable = Box<dyn Fn(u64) + Send>;

/// A committer that has not been started.
pub struct Committer {
    shared: Arc<Shared>,
    ring: Arc<Ring>,
    appender: Appender,
}

/// Why the committer stopped early. Nothing after the last durable sequence may be acknowledged.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the journal has failed and must not be written any more: {message}")]
pub struct CommitFailure {
    /// The first error, in words.
    pub message: String,
}

impl Committer {
    pub(crate) fn new(shared: Arc<Shared>, ring: Arc<Ring>, appender: Appender) -> Self {
        Self { shared, ring, appender }
    }

    /// Starts the thread. If that is not possible, the journal has failed from the start and says so.
    pub fn spawn(self, on_durable: OnDurable) -> CommitterHandle {
        let shared = Arc::clone(&self.shared);
        let run = move || {
            // A panic must not look like a slow disk.
            let _latch = LatchOnPanic(Arc::clone(&self.shared));
            self.shared.sleep.register();
            Run { shared: self.shared, ring: self.ring, appender: self.appender, on_durable }.run();
        };
        let spawned = std::thread::Builder::new().name("clutch-committer".to_owned()).spawn(run);
        if let Err(error) = &spawned {
            shared.fail(format!("cannot start the committer thread: {error}"));
        }
        CommitterHandle { shared, thread: spawned.ok() }
    }
}

/// The running committer. Dropping it stops it as [`CommitterHandle::stop`] does.
pub struct CommitterHandle {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

impl CommitterHandle {
    /// What is durable.
    pub fn durable(&self) -> Durable {
        Durable(Arc::clone(&self.shared))
    }

    /// For whoever writes snapshots beside the engine.
    pub fn snapshot_notes(&self) -> SnapshotNotes {
        SnapshotNotes(Arc::clone(&self.shared))
    }

    /// Writes and syncs everything published, ends the thread and returns the last durable sequence. Records published
    /// after this call are lost, so the writer must be dropped or silent by then.
    pub fn stop(mut self) -> Result<u64, CommitFailure> {
        self.stop_and_join();
        match self.durable().failure() {
            Some(message) => Err(CommitFailure { message }),
            None => Ok(self.durable().seq()),
        }
    }

    fn stop_and_join(&mut self) {
        self.shared.stopping.store(true, Ordering::Release);
        if let Some(thread) = self.thread.take() {
            thread.thread().unpark();
            // A panic in there has latched itself as the failure.
            let _ = thread.join();
        }
    }
}

impl Drop for CommitterHandle {
    fn drop(&mut self) {
        self.stop_and_join();
    }
}

struct LatchOnPanic(Arc<Shared>);

impl Drop for LatchOnPanic {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.fail("the committer thread panicked".to_owned());
        }
    }
}

struct Run {
    shared: Arc<Shared>,
    ring: Arc<Ring>,
    appender: Appender,
    on_durable: OnDurable,
}

impl Run {
    fn run(mut self) {
        let (dir, storage) = (self.appender.dir.clone(), Arc::clone(&self.appender.storage));
        let ended = Spares::start(dir, self.appender.super_file.contents.segment_bytes, storage)
            .and_then(|spares| {
                let ended = self.commit_until_stopped(&spares);
                spares.stop();
                ended
            });
        if let Err(failure) = ended {
            self.shared.fail(failure.to_string());
            (self.on_durable)(self.shared.durable_seq.load(Ordering::Relaxed));
        }
    }

    fn commit_until_stopped(&mut self, spares: &Spares) -> Result<(), IoFailure> {
        loop {
            // Asked before the cursor is sampled: what was published before the stop is always seen.
            let is_stopping = self.shared.stopping.load(Ordering::Acquire);
            let appended = self.shared.appended_bytes.load(Ordering::Acquire);
            if appended != self.appender.stream_offset {
                self.commit_until(appended, spares)?;
            } else if self.note_snapshot()? {
                continue;
            } else if is_stopping {
                break;
            } else {
                let shared = &self.shared;
                shared.sleep.sleep_unless(|| {
                    shared.appended_bytes.load(Ordering::Acquire) != appended
                        || shared.stopping.load(Ordering::Acquire)
                        || shared.newest_snapshot.load(Ordering::Acquire)
                            > self.appender.super_file.contents.newest_snapshot
                });
            }
        }
        self.appender.store_durable_mark()?;
        self.ring.remove_file();
        Ok(())
    }

    /// Writes into `super` what a snapshotter has reported, if that is new.
    fn note_snapshot(&mut self) -> Result<bool, IoFailure> {
        let reported = self.shared.newest_snapshot.load(Ordering::Acquire);
        let is_new = self.appender.super_file.contents.newest_snapshot < reported;
        if is_new {
            self.appender.super_file.contents.newest_snapshot = reported;
            self.appender.store_durable_mark()?;
        }
        Ok(is_new)
    }

    /// The cursor was sampled before the sync, and it is published after it.
    fn commit_until(&mut self, appended: u64, spares: &Spares) -> Result<(), IoFailure> {
        let start = self.appender.stream_offset;
        // SAFETY: the range is published and not yet released, so the producer keeps away from it; `released` moves
        // only below, after the slice's last use.
        let batch = unsafe { self.ring.slice(start, (appended - start) as usize) };
        self.appender.write(batch, |_| spares.take())?;
        self.appender.sync()?;
        let durable = self.appender.chain.seq;
        assert!(self.appender.stream_offset == appended, "the files end where the batch ended");
        self.shared.released_bytes.store(appended, Ordering::Release);
        self.shared.durable_seq.store(durable, Ordering::Release);
        (self.on_durable)(durable);
        Ok(())
    }
}
