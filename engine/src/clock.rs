//! The one place where the engine reads a clock: once a batch, for the time that is journaled.
//!
//! Journal time never runs back, whatever the clock does; the core stamps `max(clock, last record)`.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use clutch_core::units::Timestamp;

use crate::doorbell::Doorbell;
use crate::shared::Shared;

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
    pub fn start(source: ClockSource, earliest: Timestamp, shared: &Arc<Shared>) -> Self {
        match source {
            ClockSource::System => {
                let mut clock = SystemClock::start(earliest, Arc::clone(shared));
                clock.read();
                Self::System(clock)
            }
            ClockSource::Manual(clock) => {
                clock.drive(Arc::clone(&shared.core_bell));
                clock.set(earliest);
                Self::Manual(clock)
            }
        }
    }

    /// How far the machine's clock is behind journal time, if that is worth a word.
    pub fn is_far_behind(&self) -> Option<Duration> {
        match self {
            Self::System(clock) => Some(clock.behind()).filter(|by| FAR_BEHIND <= *by),
            Self::Manual(_) => None,
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
    /// Whether the wall clock was behind at the last look.
    was_behind: bool,
    /// Hears how far it is.
    shared: Arc<Shared>,
}

/// From here on it is no matter of two clocks that are read one after the other.
const FAR_BEHIND: Duration = Duration::from_secs(1);

impl SystemClock {
    fn start(earliest: Timestamp, shared: Arc<Shared>) -> Self {
        let last = earliest.max(wall_clock());
        Self { last, last_read: Instant::now(), was_behind: false, shared }
    }

    #[inline]
    fn read(&mut self) -> Timestamp {
        let (now, wall) = (Instant::now(), wall_clock());
        self.last = next_time(self.last, now - self.last_read, wall);
        self.last_read = now;
        if wall < self.last || self.was_behind {
            self.tell(wall);
        }
        self.last
    }

    #[cold]
    fn tell(&mut self, wall: Timestamp) {
        self.was_behind = wall < self.last;
        self.shared.clock_behind_nanos.store(self.last.since(wall), Ordering::Relaxed);
    }

    fn behind(&self) -> Duration {
        self.shared.clock_behind()
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
        let shared = Arc::default();
        let mut clock = Clock::start(ClockSource::System, far_future, &shared);
        let first = clock.read();
        assert!(far_future <= first);
        assert!(first <= clock.read());
        assert!(clock.is_far_behind().is_some_and(|by| Duration::from_secs(3_000) < by));
    }

    #[test]
    fn a_clock_that_caught_up_is_no_longer_said_to_be_behind() {
        let shared: Arc<Shared> = Arc::default();
        let soon = wall_clock().plus(20_000_000);
        let mut clock = Clock::start(ClockSource::System, soon, &shared);
        assert!(Duration::ZERO < shared.clock_behind() && clock.is_far_behind().is_none());
        // Journal time goes on at the pace of time, so only a clock that runs faster would catch up; one that is set
        // forward does.
        if let Clock::System(clock) = &mut clock {
            clock.last = wall_clock();
        }
        clock.read();
        assert_eq!(shared.clock_behind(), Duration::ZERO);
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
