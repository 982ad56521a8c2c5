//! A token bucket: a burst at once, then a steady rate.

use std::time::{Duration, Instant};

/// See the module's documentation.
#[derive(Clone, Copy, Debug)]
pub struct Bucket {
    /// When the bucket was, or will be, empty: each take moves it later, time lets it fall behind.
    empty_at: Instant,
    every: Duration,
    burst: u32,
}

impl Bucket {
    /// A full bucket.
    pub fn full(per_s: u32, burst: u32, now: Instant) -> Self {
        let every = Duration::from_secs(1) / per_s.max(1);
        let mut bucket = Self { empty_at: now, every, burst };
        bucket.empty_at = bucket.earliest(now);
        bucket
    }

    /// Takes one.
    ///
    /// # Errors
    /// How long to wait for the next.
    pub fn take(&mut self, now: Instant) -> Result<(), Duration> {
        let taken = self.empty_at.max(self.earliest(now)) + self.every;
        if taken <= now {
            self.empty_at = taken;
            Ok(())
        } else {
            Err(taken - now)
        }
    }

    /// Whether it is as full as a new one.
    pub fn is_full(&self, now: Instant) -> bool {
        self.empty_at <= self.earliest(now)
    }

    /// A bucket holds no more than its burst, however long it has been left alone.
    fn earliest(&self, now: Instant) -> Instant {
        now.checked_sub(self.every * self.burst).unwrap_or(now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_is_taken_at_once_and_then_only_the_rate() {
        let start = Instant::now() + Duration::from_secs(3600);
        let mut bucket = Bucket::full(10, 3, start);
        for _ in 0..3 {
            assert_eq!(bucket.take(start), Ok(()));
        }
        assert_eq!(bucket.take(start), Err(Duration::from_millis(100)));
        assert_eq!(bucket.take(start + Duration::from_millis(100)), Ok(()));
        assert_eq!(bucket.take(start + Duration::from_millis(150)), Err(Duration::from_millis(50)));
        // A long rest fills it to the burst and not beyond.
        let later = start + Duration::from_secs(60);
        for _ in 0..3 {
            assert_eq!(bucket.take(later), Ok(()));
        }
        assert!(bucket.take(later).is_err());
        assert!(!bucket.is_full(later));
        assert!(bucket.is_full(later + Duration::from_millis(300)));
    }
}
