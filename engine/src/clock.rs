//! The one place where the engine reads a clock: once a batch, for the time that is journaled.
//!
//! Journal time never runs back, whatever the clock does; the core stamps `max(clock, last record)`.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use clutch_core::units::Timestamp;

use crate::doorbell::Doorbell;

/// Where journal time comes from.
#[derive(Clone, Default)]
pub enum ClockSource {
    /// The machine's own clock.
    #[default]
    System,
    /// A clock that somebody else moves: a demo that plays a log as fast as possible, or a test.
    Manual(ManualClock),
}

/// A clock that stands still until it is moved. Clones show and move the same time.
#[derive(Clone, Default)]
pub struct ManualClock {
    inner: Arc<ManualInner>,
}

#[derive(Default)]
struct ManualInner {
    nanos: AtomicU64,
    /// The engine it drives; the newest, when one was started after another.
    core: Mutex<Option<Arc<Doorbell>>>,
}

impl ManualClock {
    /// A clock that shows `time`.
    pub fn new(time: Timestamp) -> Self {
        let clock = Self::default();
        clock.inner.nanos.store(time.nanos(), Ordering::Relaxed);
        clock
    }

    /// What it shows.
    pub fn now(&self) -> Timestamp {
        Timestamp::from_nanos(self.inner.nanos.load(Ordering::Acquire))
    }

    /// Moves it to `time`, unless it shows a later time already, and wakes the engine so that timers
    /// fire. A command sent afterwards is stamped with at least this time.
    pub fn set(&self, time: Timestamp) {
        self.inner.nanos.fetch_max(time.nanos(), Ordering::AcqRel);
        self.wake_core();
    }

    /// Moves it on by `nanos`.
    pub fn advance(&self, nanos: u64) {
        self.inner.nanos.fetch_add(nanos, Ordering::AcqRel);
        self.wake_core();
    }

    fn wake_core(&self) {
        if let Some(core) = &*self.inner.core.lock().unwrap_or_else(PoisonError::into_inner) {
            core.ring();
        }
    }

    fn drive(&self, core: Arc<Doorbell>) {
        *self.inner.core.lock().unwrap_or_else(PoisonError::into_inner) = Some(core);
    }
}

/// The core's own reader of a [`ClockSource`].
pub(crate) enum Clock {
    System(SystemClock),
    Manual(ManualClock),
}

impl Clock {
    /// A clock that starts no earlier than `earliest`, the last time in the journal. A manual clock
    /// rings `core` whenever it is moved.
    pub fn start(source: ClockSource, earliest: Timestamp, core: Arc<Doorbell>) -> Self {
        match source {
            ClockSource::System => Self::System(SystemClock::start(earliest)),
            ClockSource::Manual(clock) => {
                clock.drive(core);
                clock.set(earliest);
                Self::Manual(clock)
            }
        }
    }

    /// The time now; never less than before.
    #[inline]
    pub fn read(&mut self) -> Timestamp {
        match self {
            Self::System(clock) => clock.read(),
            Self::Manual(clock) => clock.now(),
        }
    }

    /// How long to sleep until `due`, but no longer than `longest`.
    pub fn until(&mut self, due: Timestamp, longest: Duration) -> Duration {
        match self {
            Self::System(clock) => Duration::from_nanos(due.since(clock.read())).min(longest),
            // It wakes the core when it is moved; how far it stands from `due` says nothing.
            Self::Manual(_) => longest,
        }
    }
}

/// Follows the wall clock, and goes on at the pace of the monotonic clock while the wall clock is
/// behind: timers neither run back nor stand still when somebody sets the machine's clock.
pub(crate) struct SystemClock {
    last: Timestamp,
    last_read: Instant,
}

impl SystemClock {
    fn start(earliest: Timestamp) -> Self {
        Self { last: earliest.max(wall_clock()), last_read: Instant::now() }
    }

    #[inline]
    fn read(&mut self) -> Timestamp {
        let now = Instant::now();
        self.last = next_time(self.last, now - self.last_read, wall_clock());
        self.last_read = now;
        self.last
    }
}

fn next_time(last: Timestamp, elapsed: Duration, wall: Timestamp) -> Timestamp {
    if last <= wall { wall } else { last.plus(elapsed.as_nanos() as u64) }
}

fn wall_clock() -> Timestamp {
    // A clock set to before 1970 reads as 1970; the journal's last time then carries on from there.
    let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp::from_nanos(since_epoch.as_nanos() as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_follows_the_wall_clock_and_keeps_its_pace_while_that_is_behind() {
        let at = Timestamp::from_nanos;
        assert_eq!(next_time(at(100), Duration::from_nanos(5), at(130)), at(130));
        assert_eq!(next_time(at(100), Duration::from_nanos(5), at(40)), at(105));
    }

    #[test]
    fn a_system_clock_starts_no_earlier_than_the_journal_ended() {
        let far_future = wall_clock().plus(3_600_000_000_000);
        let mut clock = Clock::start(ClockSource::System, far_future, Arc::default());
        let first = clock.read();
        assert!(far_future <= first);
        assert!(first <= clock.read());
    }

    #[test]
    fn a_manual_clock_moves_only_forward() {
        let clock = ManualClock::new(Timestamp::from_nanos(100));
        clock.set(Timestamp::from_nanos(50));
        assert_eq!(clock.now(), Timestamp::from_nanos(100));
        clock.advance(7);
        assert_eq!(clock.clone().now(), Timestamp::from_nanos(107));
    }
}
