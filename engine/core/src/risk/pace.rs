//! How fast one account bets, in one cache line.
//!
//! Counts are exact for limits up to [`RING`]: the times of the last few bets are kept. For larger
//! limits there are buckets, and the oldest one, of which only a part lies in the window, counts
//! whole. So no window of the full length ever holds more than the limit; a bet may be refused up to
//! one bucket (a fifth of the minute or hour, a quarter of the hour for stakes) too early.
//!
//! Only bets that were written down count, also those refused later after waiting.

use crate::codec::wire_struct;
use crate::units::{Money, Stake, Timestamp};

/// Times of bets that are kept.
pub(crate) const RING: usize = 5;

const MINUTE_MS: u64 = 60_000;
const HOUR_MS: u64 = 3_600_000;
/// Buckets that cover a window whole; one more holds the part of it that is being filled.
const FIFTHS: usize = 5;
const QUARTERS: usize = 4;

/// A stretch of time with its buckets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Window {
    Second,
    Minute,
    Hour,
}

/// See the module's documentation. Buckets are places in a ring by their number, which is the time
/// divided by their length; those between the newest bet's and the present one's are stale.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(align(64))]
pub(crate) struct Pace {
    /// When the newest bet was placed, in milliseconds; zero if there was none.
    newest_ms: u64,
    /// How long before it the earlier ones were placed, newest first; the largest number if there
    /// was none, or if it was so long ago that no window reaches it.
    earlier_ms: [u32; RING - 1],
    /// Stakes in minor units, by quarters of an hour.
    stakes: [u32; QUARTERS + 1],
    /// Bets by fifths of an hour.
    of_hour: [u16; FIFTHS + 1],
    /// Bets by fifths of a minute.
    of_minute: [u8; FIFTHS + 1],
}

wire_struct!(Pace { newest_ms, earlier_ms, stakes, of_hour, of_minute });

const _: () = assert!(size_of::<Pace>() == 64, "an account's pace is one cache line");

impl Pace {
    pub const EMPTY: Self = Self {
        newest_ms: 0,
        earlier_ms: [u32::MAX; RING - 1],
        stakes: [0; QUARTERS + 1],
        of_hour: [0; FIFTHS + 1],
        of_minute: [0; FIFTHS + 1],
    };

    pub fn is_empty(&self) -> bool {
        self.newest_ms == 0
    }

    /// Bets in the window that ends now; `limit` says how exactly it must be known.
    pub fn bets(&self, window: Window, now: Timestamp, limit: u32) -> u32 {
        if self.is_empty() {
            return 0;
        }
        let now_ms = now.millis();
        let is_exact = limit as usize <= RING;
        match window {
            Window::Second => self.last_within(1_000, now_ms),
            Window::Minute if is_exact => self.last_within(MINUTE_MS, now_ms),
            Window::Hour if is_exact => self.last_within(HOUR_MS, now_ms),
            Window::Minute => {
                let of = |place| u32::from(self.of_minute[place]);
                self.fresh(now_ms, MINUTE_MS / FIFTHS as u64, FIFTHS + 1).map(of).sum()
            }
            Window::Hour => {
                let of = |place| u32::from(self.of_hour[place]);
                self.fresh(now_ms, HOUR_MS / FIFTHS as u64, FIFTHS + 1).map(of).sum()
            }
        }
    }

    /// Stakes in the hour that ends now.
    pub fn stakes(&self, now: Timestamp) -> Money {
        let of = |place| i64::from(self.stakes[place]);
        let fresh = self.fresh(now.millis(), HOUR_MS / QUARTERS as u64, QUARTERS + 1);
        Money::from_minor(fresh.map(of).sum())
    }

    /// How many of the last bets lie less than `window_ms` back.
    fn last_within(&self, window_ms: u64, now_ms: u64) -> u32 {
        let since_newest = now_ms.saturating_sub(self.newest_ms);
        let ages = self.earlier_ms.iter().map(|before| since_newest + u64::from(*before));
        core::iter::once(since_newest).chain(ages).filter(|age| *age < window_ms).count() as u32
    }

    /// The places of the buckets that hold something of a window that ends now.
    fn fresh(
        &self,
        now_ms: u64,
        bucket_ms: u64,
        places: usize,
    ) -> impl Iterator<Item = usize> + use<> {
        let (newest, now) = (self.newest_ms / bucket_ms, now_ms / bucket_ms);
        let oldest = now.saturating_sub(places as u64 - 1);
        (oldest..=newest).map(move |number| (number % places as u64) as usize)
    }

    /// Notes a bet.
    pub fn note(&mut self, now: Timestamp, stake: Stake) {
        let now_ms = now.millis();
        let minor = u32::try_from(stake.money().minor()).unwrap_or(u32::MAX);
        let newest_ms = core::mem::replace(&mut self.newest_ms, now_ms);
        let since = u32::try_from(now_ms - newest_ms).unwrap_or(u32::MAX);
        let place = renew(&mut self.of_minute, newest_ms, now_ms, MINUTE_MS / FIFTHS as u64);
        *place = place.saturating_add(1);
        let place = renew(&mut self.of_hour, newest_ms, now_ms, HOUR_MS / FIFTHS as u64);
        *place = place.saturating_add(1);
        let place = renew(&mut self.stakes, newest_ms, now_ms, HOUR_MS / QUARTERS as u64);
        *place = place.saturating_add(minor);
        self.earlier_ms.rotate_right(1);
        self.earlier_ms[0] = 0;
        for before in &mut self.earlier_ms {
            *before = before.saturating_add(since);
        }
    }
}

/// Empties the buckets that began after the newest bet and gives the present one.
fn renew<T: Copy + Default, const PLACES: usize>(
    buckets: &mut [T; PLACES],
    newest_ms: u64,
    now_ms: u64,
    bucket_ms: u64,
) -> &mut T {
    let (newest, now) = (newest_ms / bucket_ms, now_ms / bucket_ms);
    for number in (newest + 1).max(now.saturating_sub(PLACES as u64 - 1))..=now {
        buckets[(number % PLACES as u64) as usize] = T::default();
    }
    &mut buckets[(now % PLACES as u64) as usize]
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::hash::mix;
    use std::vec::Vec;

    fn at(ms: u64) -> Timestamp {
        Timestamp::from_millis(ms)
    }

    /// Whatever the times are: exact for small limits; for large ones between the exact count and
    /// that of a window longer by one bucket.
    #[test]
    fn counts_are_exact_or_on_the_safe_side_by_one_bucket_at_most() {
        let mut pace = Pace::EMPTY;
        let mut bets: Vec<(u64, i64)> = Vec::new();
        let (mut now, mut random) = (1_767_268_800_000_u64, 7_u64);
        for step in 0..20_000_u64 {
            random = mix(random ^ step, 0x9e37_79b9_7f4a_7c15);
            now += [0, 1, 40, 700, 9_000, 250_000, 5_000_000][(random % 7) as usize];
            let within = |ms: u64| bets.iter().filter(move |(time, _)| now - time < ms);
            for (window, ms, bucket) in [
                (Window::Second, 1_000, 0),
                (Window::Minute, MINUTE_MS, MINUTE_MS / 5),
                (Window::Hour, HOUR_MS, HOUR_MS / 5),
            ] {
                let exact = within(ms).count() as u32;
                assert_eq!(pace.bets(window, at(now), 5), exact.min(5), "step {step}");
                if window != Window::Second {
                    let counted = pace.bets(window, at(now), 200);
                    let most = within(ms + bucket).count() as u32;
                    assert!((exact..=most).contains(&counted), "step {step}: {counted}");
                }
            }
            let stakes = pace.stakes(at(now)).minor();
            let sum = |ms| within(ms).map(|(_, stake)| stake).sum::<i64>();
            let most = sum(HOUR_MS + HOUR_MS / 4);
            assert!((sum(HOUR_MS)..=most).contains(&stakes), "step {step}: {stakes}");
            let stake = 1 + (random >> 32) as i64 % 1_000;
            pace.note(at(now), Stake::new(Money::from_minor(stake)).unwrap());
            bets.push((now, stake));
            if 600 < bets.len() {
                bets.drain(..300);
            }
        }
    }
}
