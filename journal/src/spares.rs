//! A helper thread that keeps one zero-written segment ready, so that the committer never waits for zeros.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::JoinHandle;
use std::time::Duration;

use crate::error::IoFailure;
use crate::segment::Spare;
use crate::storage::Storage;

/// After so many chunks the helper syncs and rests, so that its zeros do not queue in front of the committer's syncs.
const CHUNKS_BETWEEN_RESTS: u32 = 4;
const REST: Duration = Duration::from_millis(1);

/// The committer's end.
pub(crate) struct Spares {
    ready: Receiver<Result<Spare, IoFailure>>,
    is_urgent: Arc<AtomicBool>,
    is_stopping: Arc<AtomicBool>,
    helper: JoinHandle<()>,
}

impl Spares {
    /// Starts the helper.
    pub fn start(dir: PathBuf, bytes: u64, storage: Arc<dyn Storage>) -> Result<Self, IoFailure> {
        // A rendezvous: the helper holds exactly one finished spare and makes the next when that one is taken.
        let (sender, ready) = sync_channel(0);
        let (is_urgent, is_stopping) =
            (Arc::new(AtomicBool::new(false)), Arc::new(AtomicBool::new(false)));
        let helper = Helper {
            is_urgent: Arc::clone(&is_urgent),
            is_stopping: Arc::clone(&is_stopping),
            dir: dir.clone(),
            bytes,
            storage,
        };
        let helper = std::thread::Builder::new()
            .name("clutch-spares".to_owned())
            .spawn(move || helper.run(&sender))
            .map_err(IoFailure::at("start a thread for", &dir))?;
        Ok(Self { ready, is_urgent, is_stopping, helper })
    }

    /// The next spare. Returns at once unless segments fill faster than they can be zeroed.
    pub fn take(&self) -> Result<Spare, IoFailure> {
        self.is_urgent.store(true, Ordering::Relaxed);
        let spare = self.ready.recv();
        self.is_urgent.store(false, Ordering::Relaxed);
        spare.unwrap_or_else(|_| {
            let gone = std::io::Error::other("the thread that prepares segments is gone");
            Err(IoFailure::at("prepare", std::path::Path::new("the next segment"))(gone))
        })
    }

    /// Stops the helper, which removes what was not taken.
    pub fn stop(self) {
        self.is_stopping.store(true, Ordering::Relaxed);
        drop(self.ready);
        // A panic there can only have cost the spare, and the committer would have seen it in `take`.
        let _ = self.helper.join();
    }
}

struct Helper {
    is_urgent: Arc<AtomicBool>,
    is_stopping: Arc<AtomicBool>,
    dir: PathBuf,
    bytes: u64,
    storage: Arc<dyn Storage>,
}

impl Helper {
    fn run(&self, sender: &SyncSender<Result<Spare, IoFailure>>) {
        for number in 1.. {
            let mut chunks = 0;
            let prepared = Spare::prepare(&self.dir, number, self.bytes, &*self.storage, |file| {
                chunks += 1;
                if chunks % CHUNKS_BETWEEN_RESTS == 0 && !self.is_urgent.load(Ordering::Relaxed) {
                    self.storage.sync_data(file)?;
                    std::thread::sleep(REST);
                }
                Ok(!self.is_stopping.load(Ordering::Relaxed))
            });
            let answer = match prepared {
                Ok(Some(spare)) => sender.send(Ok(spare)),
                Ok(None) => return,
                Err(failure) => sender.send(Err(failure)),
            };
            // Nobody takes the spare any more, or there is nothing to take.
            match answer {
                Err(unsent) => {
                    if let Ok(spare) = unsent.0 {
                        spare.discard(&*self.storage);
                    }
                    return;
                }
                Ok(()) => continue,
            }
        }
    }
}
