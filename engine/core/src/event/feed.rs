//! What a person should know about a source.

use crate::title::FeedRule;

/// What a person should know about a source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub enum FeedAlert {
    /// It said something that cannot be, and the match froze.
    Impossible {
        /// What that breaks.
        rule: FeedRule,
        /// The number that would have fitted.
        expected: i64,
        /// The number that came.
        actual: i64,
    },
    /// Messages after this version are missing. It should say them again.
    Gap {
        /// The last version that was heard.
        after: u64,
    },
    /// It is late beyond the limit.
    Late {
        /// By how much, in milliseconds.
        lag_ms: u32,
    },
    /// It knows more than the truth; betting waits until the primary says the same.
    Ahead,
    /// It has not confirmed the truth within the grace.
    Behind,
    /// It names another winner of a round, or of a map if the round is 0; the match froze.
    Disagrees {
        /// The map, from 1.
        map: u8,
        /// The round, from 1.
        round: u8,
    },
    /// It says numbers of a map that cannot be beside those of the truth; the match froze.
    Apart {
        /// The map, from 1.
        map: u8,
        /// Which numbers.
        rule: FeedRule,
        /// The nearest number that would have fitted.
        expected: i64,
        /// The number that it said.
        actual: i64,
    },
    /// It contradicted itself, and is not asked until it agrees with the truth again.
    Contradictory,
    /// The score follows it from now on.
    HandedOver,
    /// The score follows it from now on, by itself: the one before was silent. Betting goes on once it speaks.
    TookOver {
        /// For how long the one before was silent, in milliseconds.
        silent_ms: u32,
    },
    /// What it puts in question has been paid by, at least in part. That stays as it is until somebody
    /// corrects it.
    Paid {
        /// Markets that were decided by it and have bets.
        markets: u32,
    },
}
