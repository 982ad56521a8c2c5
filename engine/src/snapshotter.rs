//! The thread that takes a snapshot every so many commands. The core does not know it.
//!
//! It follows the journal's files as another process would, never beyond what is durable, and holds a
//! state only while it takes one. A snapshot that fails is reported and tried again later: the engine
//! needs none to go on.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use clutch_core::units::Seq;
use clutch_journal::{Durable, SnapshotNotes};

use crate::config::EngineConfig;
use crate::panics;
use crate::snapshot::take_snapshot;

/// How often it looks whether a snapshot is due.
const LOOK_EVERY: Duration = Duration::from_millis(50);
/// How much less of the machine it claims than the others, in the system's own unit.
const NICENESS: i32 = 10;

/// What the snapshotter last did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SnapshotStatus {
    /// The record behind the newest snapshot; zero if there is none.
    pub newest: Seq,
    /// Why the last attempt failed, if it did.
    pub failure: Option<String>,
}

/// What the thread and those who ask after it share.
#[derive(Default)]
pub(crate) struct Told {
    is_stopping: AtomicBool,
    status: Mutex<SnapshotStatus>,
}

/// The running thread; dropping it stops it, after the snapshot at hand.
pub(crate) struct Snapshotter {
    told: Arc<Told>,
    thread: Option<JoinHandle<()>>,
}

impl Snapshotter {
    /// Starts the thread. If that is not possible, the engine goes on without snapshots and says so.
    pub fn start(
        config: &EngineConfig,
        every: u64,
        durable: Durable,
        notes: SnapshotNotes,
        newest: Option<Seq>,
    ) -> Self {
        let told = Arc::new(Told::default());
        told.set(|status| status.newest = newest.unwrap_or_default());
        let (dir, storage) = (config.data_dir.clone(), Arc::clone(&config.journal.storage));
        let rule_set = config.rule_set;
        let heard = Arc::clone(&told);
        let run = move || {
            // Only a wish: without it the snapshot takes its share like any other thread.
            let _ = rustix::process::nice(NICENESS);
            let mut last_tried = newest.unwrap_or_default().0;
            while !heard.is_stopping.load(Ordering::Acquire) {
                let seq_max = durable.seq();
                if seq_max < last_tried.saturating_add(every) {
                    std::thread::park_timeout(LOOK_EVERY);
                    continue;
                }
                last_tried = seq_max;
                let taken =
                    panics::caught(|| take_snapshot(&dir, &storage, rule_set, seq_max, |_| {}));
                let failure = match taken {
                    Ok(Ok(Some(info))) => {
                        notes.snapshot_is_durable(info.position.seq);
                        heard.set(|status| status.newest = Seq(info.position.seq));
                        None
                    }
                    Ok(Ok(None)) => None,
                    Ok(Err(error)) => Some(error.to_string()),
                    Err(bug) => Some(format!("a bug: {bug}")),
                };
                heard.set(|status| status.failure = failure);
            }
        };
        let spawned = std::thread::Builder::new().name("clutch-snapshot".to_owned()).spawn(run);
        if let Err(error) = &spawned {
            told.set(|status| status.failure = Some(format!("cannot start the thread: {error}")));
        }
        Self { told, thread: spawned.ok() }
    }

    pub fn told(&self) -> Arc<Told> {
        Arc::clone(&self.told)
    }
}

impl Told {
    pub fn status(&self) -> SnapshotStatus {
        self.status.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn set(&self, change: impl FnOnce(&mut SnapshotStatus)) {
        change(&mut self.status.lock().unwrap_or_else(PoisonError::into_inner));
    }
}

impl Drop for Snapshotter {
    fn drop(&mut self) {
        self.told.is_stopping.store(true, Ordering::Release);
        if let Some(thread) = self.thread.take() {
            thread.thread().unpark();
            // A panic in there was caught and reported.
            let _ = thread.join();
        }
    }
}
