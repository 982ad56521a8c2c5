//! What sources do wrong, in the log: each word once, and no more of them than a person can read.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use clutch_core::event::FeedAlert;
use clutch_core::units::{MatchId, SourceId};

use crate::ops::words;

/// A source may have so many lines about a match at once, and then one each time this is over. A source that says
/// something impossible with every message would fill the disk that the journal needs.
const LINES_AT_ONCE: u32 = 5;
const REST: Duration = Duration::from_secs(10);
/// More sources and matches than speak at a time: beyond, the oldest counts are forgotten.
const KEPT_MAX: usize = 4_096;

/// Which lines were written lately.
#[derive(Debug, Default)]
pub(super) struct AlertLog {
    lately: HashMap<(MatchId, SourceId), Lately>,
}

#[derive(Debug)]
struct Lately {
    since: Instant,
    lines: u32,
    left_out: u64,
}

impl AlertLog {
    /// Writes a line, unless this source had its lines about this match a moment ago; the metrics count it all the same.
    pub fn warn(&mut self, about: (MatchId, SourceId), alert: FeedAlert, now: Instant) {
        let Some(left_out) = self.admit(about, now) else { return };
        let (MatchId(match_id), SourceId(source)) = about;
        let said = words::alert(alert);
        match left_out {
            0 => tracing::warn!(match_id, source, "a source: {said}"),
            _ => tracing::warn!(
                match_id,
                source,
                "a source: {said}; {left_out} more like this were left out of the log"
            ),
        }
    }

    /// How many lines were left out before this one; nothing if this one is, too.
    fn admit(&mut self, about: (MatchId, SourceId), now: Instant) -> Option<u64> {
        if KEPT_MAX <= self.lately.len() && !self.lately.contains_key(&about) {
            self.lately.retain(|_, lately| now < lately.since + REST);
            if KEPT_MAX <= self.lately.len() {
                return None;
            }
        }
        let lately =
            self.lately.entry(about).or_insert(Lately { since: now, lines: 0, left_out: 0 });
        let has_rested = lately.since + REST <= now;
        if has_rested {
            (lately.since, lately.lines) = (now, 0);
        }
        // Who was cut short is heard one line at a time from then on, until he has nothing left out.
        let most = if lately.left_out == 0 { LINES_AT_ONCE } else { 1 };
        if most <= lately.lines {
            lately.left_out += 1;
            return None;
        }
        lately.lines += 1;
        Some(if has_rested { std::mem::take(&mut lately.left_out) } else { lately.left_out })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_that_errs_with_every_message_gets_a_few_lines_and_then_one_now_and_then() {
        let (begin, about) = (Instant::now(), (MatchId(1), SourceId(2)));
        let mut log = AlertLog::default();
        let at = |millis| begin + Duration::from_millis(millis);
        let lines = (0..300_000).filter(|_| log.admit(about, at(0)).is_some()).count();
        assert_eq!(lines, 5);
        assert_eq!(log.admit(about, at(9_999)), None);
        assert_eq!(log.admit((MatchId(1), SourceId(3)), at(9_999)), Some(0), "another source");
        assert_eq!(log.admit(about, at(10_000)), Some(299_996));
        let later = (10_001..150_000).filter(|millis| log.admit(about, at(*millis)).is_some());
        assert!(later.count() < 80, "two and a half minutes");
    }
}
