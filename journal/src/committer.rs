//! The committer: takes whatever has been appended, writes it, syncs it, says so.
//!
//! Group commit without a timer: what arrives during one sync is the next batch. The first error is the last thing it
//! does: a sync that failed once may succeed falsely the next time, because Linux marks the lost pages clean.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crate::appender::Appender;
use crate::error::IoFailure;
use crate::faults::Fault;
use crate::options::Durability;
use crate::record::RecordView;
use crate::ring::Ring;
use crate::shared::{Durable, Shared, SnapshotNotes};
use crate::spare::Spare;
use crate::spares::{self, Helper, Maker, Pool};

/// After so long without work the mark is brought up to date. Much shorter, and a record that comes meanwhile would wait
/// for that sync instead of its own; much longer, and damage after a power cut could be taken for a torn tail.
const REST_AFTER: Duration = Duration::from_millis(100);

/// Between two syncs that nobody waits for. Without it every record would wake this thread, a system call in the core
/// and, on a machine with few cores, a bet that waits until this thread is done.
const UNHURRIED: Duration = Duration::from_millis(2);

/// Called by the committer thread with the durable sequence after each sync, and once more when the journal fails (then
/// [`Durable::failure`] says why). It must be quick and must not panic: it delays the next sync.
pub type OnDurable = Box<dyn Fn(u64) + Send>;

/// A committer that has not been started.
pub struct Committer {
    shared: Arc<Shared>,
    ring: Arc<Ring>,
    appender: Appender,
    reserve_segments: usize,
    /// Which engine version and rule set write from now on.
    release: (u64, u64),
}

/// Why the committer stopped early. Nothing after the last durable sequence may be acknowledged.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the journal has failed and must not be written any more: {message}")]
pub struct CommitFailure {
    /// The first error, in words.
    pub message: String,
}

impl Committer {
    pub(crate) fn new(
        shared: Arc<Shared>,
        ring: Arc<Ring>,
        appender: Appender,
        reserve_segments: usize,
        release: (u64, u64),
    ) -> Self {
        Self { shared, ring, appender, reserve_segments, release }
    }

    /// Ends an opening whose records cannot be replayed, so that nothing was appended: no ring stays behind, and `super`
    /// goes on saying which release wrote the journal. That release can open it again.
    ///
    /// # Errors
    /// If the disk does not take the note; then the ring stays, and the next opening finds it.
    pub fn give_up(mut self) -> Result<(), CommitFailure> {
        let ended = end(&mut self.appender, &self.ring);
        ended.map_err(|failure| CommitFailure { message: failure.to_string() })
    }

    /// Starts the thread. If that is not possible, the journal has failed from the start and says so.
    pub fn spawn(self, on_durable: OnDurable) -> CommitterHandle {
        let shared = Arc::clone(&self.shared);
        let run = move || {
            // A panic must not look like a slow disk.
            let _latch = LatchOnPanic(Arc::clone(&self.shared));
            self.shared.sleep.register();
            let (run, maker) = Run::new(self, on_durable);
            run.run(maker);
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

    /// To be called as soon as somebody wants the journal to stop. A full disk, whose reserve is used up, makes room by
    /// itself or never; from now on it is not waited for, and what then has no room is a failure that says so.
    pub fn wait_no_more_for_room(&self) {
        self.shared.waits_no_more.store(true, Ordering::Release);
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
        self.wait_no_more_for_room();
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

/// What a committer does, on whichever thread.
pub(crate) struct Run {
    shared: Arc<Shared>,
    ring: Arc<Ring>,
    appender: Appender,
    on_durable: OnDurable,
    pool: Arc<Pool>,
    /// `super` still names the release before this one.
    is_new_release: bool,
}

/// Nothing is left in the ring, and `super` says so before the ring goes.
fn end(appender: &mut Appender, ring: &Ring) -> Result<(), IoFailure> {
    appender.super_file.contents.ring = None;
    appender.store_super()?;
    ring.remove_file();
    Ok(())
}

impl Run {
    pub fn new(committer: Committer, on_durable: OnDurable) -> (Self, Maker) {
        let Committer { shared, ring, mut appender, reserve_segments, release } = committer;
        let contents = &mut appender.super_file.contents;
        let is_new_release = (contents.engine_version, contents.rule_set) != release;
        (contents.engine_version, contents.rule_set) = release;
        let faults = appender.faults;
        let pool = Pool::new(Arc::clone(&shared), reserve_segments, faults);
        let maker = Maker::new(
            Arc::clone(&pool),
            appender.dir.clone(),
            appender.super_file.contents.segment_bytes,
            Arc::clone(&appender.storage),
            faults,
        );
        (Self { shared, ring, appender, on_durable, pool, is_new_release }, maker)
    }

    fn run(mut self, maker: Maker) {
        let ended = Helper::start(maker).and_then(|helper| {
            let ended = self.commit_until_stopped();
            helper.stop();
            ended
        });
        if let Err(failure) = ended {
            self.fail(&failure);
        }
    }

    fn commit_until_stopped(&mut self) -> Result<(), IoFailure> {
        self.note_release()?;
        loop {
            // Asked before the cursor is sampled: what was published before the stop is always seen.
            let is_stopping = self.shared.stopping.load(Ordering::Acquire);
            let appended = self.shared.appended_bytes.load(Ordering::Acquire);
            if appended != self.appender.stream_offset {
                while !self.commit_until(appended, |pool| pool.take().map(Some))? {
                    self.pool.pause();
                }
                if !self.is_awaited() {
                    std::thread::park_timeout(UNHURRIED);
                }
            } else if self.note_snapshot()? {
                continue;
            } else if is_stopping {
                break;
            } else {
                self.sleep(appended)?;
            }
        }
        self.finish()
    }

    /// Whether answers wait for a sync, or what was appended is safe from the death of the process only with one.
    fn is_awaited(&self) -> bool {
        match self.appender.durability {
            Durability::Disk => true,
            Durability::Process => self.shared.ring_in_memory_only,
        }
    }

    /// Sleeps until there is work. If none comes for a moment, brings the mark up to date first.
    fn sleep(&mut self, appended: u64) -> Result<(), IoFailure> {
        let (shared, noted) = (&self.shared, self.appender.super_file.contents.newest_snapshot);
        let is_work_pending = || {
            shared.appended_bytes.load(Ordering::Acquire) != appended
                || shared.stopping.load(Ordering::Acquire)
                || noted < shared.newest_snapshot.load(Ordering::Acquire)
        };
        let is_at_rest = self.appender.is_at_rest();
        let begin = Instant::now();
        shared.sleep.sleep_unless((!is_at_rest).then_some(REST_AFTER), is_work_pending);
        if !is_at_rest && !is_work_pending() && REST_AFTER <= begin.elapsed() {
            self.appender.sync()?;
        }
        Ok(())
    }

    /// Writes and syncs what was published up to `appended`; whether all of it. The cursor was sampled before the
    /// sync, and it is published after it.
    fn commit_until(
        &mut self,
        appended: u64,
        mut next_spare: impl FnMut(&Pool) -> Result<Option<Spare>, IoFailure>,
    ) -> Result<bool, IoFailure> {
        let faults = self.appender.faults;
        loop {
            let start = self.appender.stream_offset;
            // SAFETY: the range is published and not yet released, so the producer keeps away from it; `released` moves
            // only below, after the slice's last use.
            let batch = unsafe { self.ring.slice(start, (appended - start) as usize) };
            let written = self.appender.write(batch)?;
            let is_left = batch.len() != written;
            let next_epoch = RecordView::peek(&batch[written..]).map(|record| record.epoch);
            if 0 < written {
                if faults.has(Fault::AcknowledgeBeforeSync) {
                    self.publish(self.appender.stream_offset);
                }
                if !(is_left && faults.has(Fault::RollWithoutSync)) {
                    self.appender.sync()?;
                }
                if faults.has(Fault::AcknowledgeWhatCameDuringSync) {
                    let seq = self.shared.appended_seq.load(Ordering::Acquire);
                    self.shared.durable_seq.store(seq, Ordering::Release);
                }
                self.publish(self.appender.stream_offset);
            }
            let Some(epoch) = next_epoch else {
                assert!(!is_left, "a batch is made of whole records");
                return Ok(true);
            };
            let Some(spare) = next_spare(&self.pool)? else { return Ok(false) };
            if let Some(spare) = self.appender.roll(epoch, spare)? {
                self.pool.put_back(spare)?;
                return Ok(false);
            }
            self.pool.name_was_given();
        }
    }

    /// Says that everything up to the appender's chain is durable, and lets the ring be used again up to there.
    fn publish(&self, stream_offset: u64) {
        let durable = self.appender.chain.seq;
        self.shared.released_bytes.store(stream_offset, Ordering::Release);
        self.shared.durable_seq.fetch_max(durable, Ordering::AcqRel);
        (self.on_durable)(durable);
    }

    /// Writes into `super` what a snapshotter has reported, if that is new.
    fn note_snapshot(&mut self) -> Result<bool, IoFailure> {
        let reported = self.shared.newest_snapshot.load(Ordering::Acquire);
        let is_new = self.appender.super_file.contents.newest_snapshot < reported;
        if is_new {
            self.appender.super_file.contents.newest_snapshot = reported;
            self.appender.store_super()?;
        }
        Ok(is_new)
    }

    /// Writes into `super` which release writes from now on, if it is another than before.
    fn note_release(&mut self) -> Result<(), IoFailure> {
        if std::mem::take(&mut self.is_new_release) {
            self.appender.store_super()?;
        }
        Ok(())
    }

    fn finish(&mut self) -> Result<(), IoFailure> {
        end(&mut self.appender, &self.ring)
    }

    pub fn shared(&self) -> &Arc<Shared> {
        &self.shared
    }

    /// One round of work on the caller's thread.
    pub fn turn(
        &mut self,
        next_spare: impl FnMut(&Pool) -> Result<Option<Spare>, IoFailure>,
    ) -> Result<u64, CommitFailure> {
        self.unless_failed(|run| {
            run.note_release()?;
            let appended = run.shared.appended_bytes.load(Ordering::Acquire);
            if run.commit_until(appended, next_spare)? {
                run.note_snapshot()?;
            }
            Ok(run.shared.durable_seq.load(Ordering::Acquire))
        })
    }

    /// Brings the mark up to date, on the caller's thread.
    pub fn rest(&mut self) -> Result<(), CommitFailure> {
        self.unless_failed(
            |run| if run.appender.is_at_rest() { Ok(()) } else { run.appender.sync() },
        )
    }

    /// A clean stop on the caller's thread.
    pub fn end(&mut self) -> Result<u64, CommitFailure> {
        self.unless_failed(|run| {
            let appended = run.shared.appended_bytes.load(Ordering::Acquire);
            if appended != run.appender.stream_offset {
                return Err(spares::no_room());
            }
            run.finish()?;
            Ok(run.shared.durable_seq.load(Ordering::Acquire))
        })
    }

    fn unless_failed<T>(
        &mut self,
        work: impl FnOnce(&mut Self) -> Result<T, IoFailure>,
    ) -> Result<T, CommitFailure> {
        let latched = |shared: &Arc<Shared>| Durable(Arc::clone(shared)).failure();
        if let Some(message) = latched(&self.shared) {
            return Err(CommitFailure { message });
        }
        work(self).map_err(|failure| {
            self.fail(&failure);
            CommitFailure { message: latched(&self.shared).unwrap_or_default() }
        })
    }

    fn fail(&self, failure: &IoFailure) {
        self.shared.fail(failure.to_string());
        (self.on_durable)(self.shared.durable_seq.load(Ordering::Relaxed));
    }
}
