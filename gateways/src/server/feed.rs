//! The door for feeds that push over HTTP: who hands lines on, and when one last spoke.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// Takes the lines of one push; an empty push is a sign of life.
pub type FeedSink = Box<dyn FnMut(&[u8]) -> FeedReply + Send>;

/// What became of a push.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FeedReply {
    /// It was read.
    Taken {
        /// Lines read.
        lines: u32,
        /// Events that they gave.
        events: u32,
        /// Lines that no rule knows.
        unknown: u32,
    },
    /// It could not be written to disk and was not read; the provider should send the same again.
    NotKept,
    /// The engine could not take it all; the provider should send the same again.
    Busy,
}

/// When a feed last spoke. Shared with feeds that do not come over HTTP, such as file replay.
#[derive(Clone, Debug)]
pub struct FeedClock {
    start: Instant,
    /// Milliseconds after `start`, plus one; zero as long as it never spoke.
    last: Arc<AtomicU64>,
}

impl FeedClock {
    /// A feed that has not spoken yet.
    pub fn new() -> Self {
        Self { start: Instant::now(), last: Arc::default() }
    }

    /// The feed speaks now.
    pub fn touch(&self) {
        let millis = self.start.elapsed().as_millis() as u64;
        self.last.store(millis + 1, Ordering::Relaxed);
    }

    /// How long ago it spoke.
    pub fn age(&self) -> Option<Duration> {
        let last = self.last.load(Ordering::Relaxed).checked_sub(1)?;
        Some(self.start.elapsed().saturating_sub(Duration::from_millis(last)))
    }
}

impl Default for FeedClock {
    fn default() -> Self {
        Self::new()
    }
}
