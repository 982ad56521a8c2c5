//! How late a source is, measured where its bytes arrive.
//!
//! Clocks differ, so only what a message takes longer than the quickest of its source so far is lag:
//! the engine decides by the same rule (`feed_lag_max_ms`), from the times in the journal.

use clutch_core::units::Timestamp;

/// What is needed to tell how late one source is.
#[derive(Clone, Copy, Debug, Default)]
pub struct Lag {
    /// The shortest time from its clock to ours so far, in nanoseconds.
    best: Option<i128>,
}

impl Lag {
    /// How late a message is, in milliseconds; `None` if the source does not say when it happened.
    pub fn measure(&mut self, source_time: Timestamp, received_at: Timestamp) -> Option<u64> {
        if source_time == Timestamp::default() {
            return None;
        }
        let took = i128::from(received_at.nanos()) - i128::from(source_time.nanos());
        let best = self.best.map_or(took, |best| best.min(took));
        self.best = Some(best);
        u64::try_from((took - best) / 1_000_000).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_that_is_wrong_is_no_lag_and_what_takes_longer_than_the_best_is() {
        let mut lag = Lag::default();
        let mut late = |said: u64, came: u64| {
            lag.measure(Timestamp::from_millis(said), Timestamp::from_millis(came))
        };
        // An hour fast, so everything seems to come before it happened.
        assert_eq!(late(3_600_000, 1_000), Some(0));
        assert_eq!(late(3_601_000, 2_250), Some(250));
        assert_eq!(late(3_602_000, 2_900), Some(0));
        assert_eq!(late(3_603_000, 4_000), Some(100));
        assert_eq!(late(0, 4_000), None);
    }
}
