//! How a sleeping thread learns that there is work, at the price of a fence while it is awake.
//!
//! The sleeper arms the bell, looks for work once more and sleeps; the other side stores its work and
//! rings. Both sides put a full fence between their store and their load, so at least one of them
//! sees the other: either the sleeper finds the work or the ringer finds the bell armed.

use std::sync::atomic::{AtomicBool, Ordering, fence};
use std::sync::{Arc, Mutex, PoisonError};

use crossbeam_utils::CachePadded;

/// Called when somebody who may be asleep has something to do. Must return at once.
pub type Waker = Arc<dyn Fn() + Send + Sync>;

/// Wakes one sleeper. Rings are coalesced: an armed bell calls its waker once and is then disarmed.
#[derive(Default)]
pub(crate) struct Doorbell {
    is_armed: CachePadded<AtomicBool>,
    /// Locked only to replace the waker and to call it, and a call wakes a thread, which is a system
    /// call anyway; a thread that finds the bell disarmed never comes here.
    waker: Mutex<Option<Waker>>,
}

impl Doorbell {
    /// Replaces what the bell calls.
    pub fn set_waker(&self, waker: Waker) {
        *self.waker.lock().unwrap_or_else(PoisonError::into_inner) = Some(waker);
    }

    /// The next ring will call the waker. Look for work after this and before sleeping.
    pub fn arm(&self) {
        self.is_armed.store(true, Ordering::Relaxed);
        fence(Ordering::SeqCst);
    }

    /// The sleeper is awake and needs no ring.
    pub fn disarm(&self) {
        self.is_armed.store(false, Ordering::Relaxed);
    }

    /// Says that there is work, which has been stored before.
    #[inline]
    pub fn ring(&self) {
        fence(Ordering::SeqCst);
        if self.is_armed.load(Ordering::Relaxed) {
            self.call();
        }
    }

    #[cold]
    fn call(&self) {
        if self.is_armed.swap(false, Ordering::AcqRel) {
            let waker = self.waker.lock().unwrap_or_else(PoisonError::into_inner).clone();
            if let Some(waker) = waker {
                waker();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU64, Ordering};
    use std::time::Duration;

    use super::*;

    #[test]
    fn rings_between_two_sleeps_are_one_call() {
        let calls = Arc::new(AtomicU64::new(0));
        let bell = Doorbell::default();
        let counted = Arc::clone(&calls);
        bell.set_waker(Arc::new(move || {
            counted.fetch_add(1, Ordering::Relaxed);
        }));
        bell.ring();
        assert_eq!(calls.load(Ordering::Relaxed), 0, "nobody sleeps");
        bell.arm();
        bell.ring();
        bell.ring();
        assert_eq!(calls.load(Ordering::Relaxed), 1);
    }

    #[test]
    fn no_wake_up_is_lost_when_work_and_sleep_meet() {
        // The sleeper gives up after a minute, so a lost wake-up fails the test and does not hang it.
        const ROUNDS: u64 = 20_000;
        let bell = Arc::new(Doorbell::default());
        let work = Arc::new(AtomicU64::new(0));
        let sleeper = std::thread::current();
        bell.set_waker(Arc::new(move || sleeper.unpark()));
        let ringer = {
            let (bell, work) = (Arc::clone(&bell), Arc::clone(&work));
            std::thread::spawn(move || {
                for round in 1..=ROUNDS {
                    work.store(round, Ordering::Release);
                    bell.ring();
                    while work.load(Ordering::Acquire) != 0 {
                        std::thread::yield_now();
                    }
                }
            })
        };
        for round in 1..=ROUNDS {
            while work.load(Ordering::Acquire) != round {
                bell.arm();
                if work.load(Ordering::Acquire) != round {
                    let before = std::time::Instant::now();
                    std::thread::park_timeout(Duration::from_secs(60));
                    assert!(before.elapsed() < Duration::from_secs(60), "round {round} was lost");
                }
                bell.disarm();
            }
            work.store(0, Ordering::Release);
        }
        assert!(ringer.join().is_ok());
    }
}
