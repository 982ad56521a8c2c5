//! What follows the last valid record: the next one, the end of the journal, a torn tail, or damage?
//!
//! A torn tail is what a crash leaves of the last write: nobody was ever told about it, and it is cut. Anything else
//! that is not valid was promised to somebody once, and then the journal says so and stops. All of it is decided by one
//! table over everything that can be seen; every combination of facts fits exactly one row.

use std::path::PathBuf;

/// How a journal ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum End {
    /// Nothing but unused room behind the last record.
    Clean,
    /// The remains of a write that was never acknowledged; opening the journal for writing cuts them.
    TornTail {
        /// The segment.
        file: PathBuf,
        /// Where the last valid record ends.
        offset: u64,
        /// From there to the last byte that is not zero.
        bytes: u64,
    },
    /// Records that were durable are damaged or missing here, and the ring of the last run still has them. Opening the
    /// journal for writing writes them again.
    Healed {
        /// The segment.
        file: PathBuf,
        /// Where the last valid record ends.
        offset: u64,
        /// From there to the last byte that is not zero.
        bytes: u64,
        /// The first and the last of those records.
        records: (u64, u64),
    },
}

/// What lies where the next record should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Here {
    /// The next record, valid.
    Record,
    /// The next record, but from an earlier opening than the one before it.
    OldEpoch,
    /// Bytes that are not the next record, here or further on in the segment.
    Noise,
    /// Zeros up to the segment's end.
    Zeros,
    /// The journal has no segment yet, or not the one that it starts with.
    NoSegment,
}

/// What the directory holds behind this segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Next {
    Nothing,
    /// A segment that starts with the next record, and whose header proves that it continues here.
    Continues,
    /// A segment of that name from an earlier opening than the records before it.
    OldEpoch,
    /// A segment of that name that belongs to another journal.
    Foreign,
    /// A segment of that name whose header is damaged or does not continue here, or that was cut.
    Broken,
    /// A segment that starts further on.
    Later,
}

/// Which valid records lie behind the noise in the same segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Behind {
    Nothing,
    /// Such as one interrupted write may leave.
    SameWrite,
    /// One that was written only after the bytes here had been synced.
    LaterWrite,
}

/// Whether all is there that was certainly durable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Promise {
    Kept,
    /// Some of it is there only in the ring, and is no longer in the segments.
    KeptByRing,
    /// A mark says that records from here on were synced.
    Records,
    /// `super` knows of a newer segment.
    Segment,
}

/// All that the verdict depends on.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Facts {
    pub here: Here,
    pub next: Next,
    pub behind: Behind,
    pub promise: Promise,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// There is more, here or in the next segment.
    Accept,
    /// This is the end.
    End,
    /// This is the end, once the remains of an unfinished write are cut.
    CutTail,
    /// This is the end of the segments, and what is damaged here is written again from the ring.
    Heal,
    HaltCorrupt,
    HaltGap,
    HaltForeign,
    HaltEpoch,
}

impl Verdict {
    /// Whether a start stops there.
    pub fn is_halt(self) -> bool {
        match self {
            Self::HaltCorrupt | Self::HaltGap | Self::HaltForeign | Self::HaltEpoch => true,
            Self::Accept | Self::End | Self::CutTail | Self::Heal => false,
        }
    }
}

/// One row: the facts that it covers.
struct Row(&'static [Here], &'static [Next], &'static [Behind], &'static [Promise], Verdict);

const ANY_NEXT: &[Next] =
    &[Next::Nothing, Next::Continues, Next::OldEpoch, Next::Foreign, Next::Broken, Next::Later];
const ANY_BEHIND: &[Behind] = &[Behind::Nothing, Behind::SameWrite, Behind::LaterWrite];
const ANY_PROMISE: &[Promise] =
    &[Promise::Kept, Promise::KeptByRing, Promise::Records, Promise::Segment];
/// No record is here.
const NONE_HERE: &[Here] = &[Here::Noise, Here::Zeros, Here::NoSegment];
const EMPTY: &[Here] = &[Here::Zeros, Here::NoSegment];
const NO_LATER_WRITE: &[Behind] = &[Behind::Nothing, Behind::SameWrite];

/// The decision table.
#[rustfmt::skip]
const TABLE: &[Row] = &[
    // A record that continues the chain is one, whatever else there may be.
    Row(&[Here::Record],              ANY_NEXT,           ANY_BEHIND,            ANY_PROMISE,          Verdict::Accept),
    Row(&[Here::OldEpoch],            ANY_NEXT,           ANY_BEHIND,            ANY_PROMISE,          Verdict::HaltEpoch),
    // The next segment's header repeats the checksum of the last record here, so nothing is missing in between.
    Row(NONE_HERE,                    &[Next::Continues], ANY_BEHIND,            ANY_PROMISE,          Verdict::Accept),
    Row(NONE_HERE,                    &[Next::OldEpoch],  ANY_BEHIND,            ANY_PROMISE,          Verdict::HaltEpoch),
    Row(NONE_HERE,                    &[Next::Foreign],   ANY_BEHIND,            ANY_PROMISE,          Verdict::HaltForeign),
    Row(NONE_HERE,                    &[Next::Broken],    ANY_BEHIND,            ANY_PROMISE,          Verdict::HaltCorrupt),
    // A later segment was begun when everything before it had been synced.
    Row(&[Here::Noise],               &[Next::Later],     ANY_BEHIND,            ANY_PROMISE,          Verdict::HaltCorrupt),
    Row(EMPTY,                        &[Next::Later],     ANY_BEHIND,            ANY_PROMISE,          Verdict::HaltGap),
    // Nothing further on, but more was promised.
    Row(NONE_HERE,                    &[Next::Nothing],   ANY_BEHIND,            &[Promise::Segment],  Verdict::HaltGap),
    Row(&[Here::NoSegment],           &[Next::Nothing],   ANY_BEHIND,            &[Promise::Records],  Verdict::HaltGap),
    Row(&[Here::Noise, Here::Zeros],  &[Next::Nothing],   ANY_BEHIND,            &[Promise::Records],  Verdict::HaltCorrupt),
    // More was promised, and the ring has it.
    Row(&[Here::NoSegment],           &[Next::Nothing],   ANY_BEHIND,            &[Promise::KeptByRing], Verdict::HaltGap),
    Row(&[Here::Noise, Here::Zeros],  &[Next::Nothing],   &[Behind::LaterWrite], &[Promise::KeptByRing], Verdict::HaltCorrupt),
    Row(&[Here::Noise, Here::Zeros],  &[Next::Nothing],   NO_LATER_WRITE,        &[Promise::KeptByRing], Verdict::Heal),
    // Nothing was promised from here on.
    Row(&[Here::Noise],               &[Next::Nothing],   &[Behind::LaterWrite], &[Promise::Kept],     Verdict::HaltCorrupt),
    Row(&[Here::Noise],               &[Next::Nothing],   NO_LATER_WRITE,        &[Promise::Kept],     Verdict::CutTail),
    Row(EMPTY,                        &[Next::Nothing],   ANY_BEHIND,            &[Promise::Kept],     Verdict::End),
];

impl Facts {
    /// The verdict of the one row that fits.
    pub fn verdict(self) -> Verdict {
        let row = TABLE.iter().find(|row| row.fits(self));
        // The test below has met every combination; a halt is the answer that can do no harm.
        row.map_or(Verdict::HaltCorrupt, |row| row.4)
    }

    /// Where the record before it ends and no other follows, one look at the segment `next` is enough: whatever else
    /// there is, the table says the same. Not for [`Next::Nothing`] and [`Next::Later`].
    pub fn at_segment(next: Next) -> Self {
        Self { here: Here::Zeros, next, behind: Behind::Nothing, promise: Promise::Kept }
    }
}

impl Row {
    fn fits(&self, facts: Facts) -> bool {
        self.0.contains(&facts.here)
            && self.1.contains(&facts.next)
            && self.2.contains(&facts.behind)
            && self.3.contains(&facts.promise)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANY_HERE: &[Here] =
        &[Here::Record, Here::OldEpoch, Here::Noise, Here::Zeros, Here::NoSegment];

    /// Every combination of facts. The `match` makes a new kind of fact choose its place here.
    fn combinations() -> Vec<Facts> {
        let mut all = Vec::new();
        for here in ANY_HERE {
            for next in ANY_NEXT {
                for behind in ANY_BEHIND {
                    for promise in ANY_PROMISE {
                        let facts =
                            Facts { here: *here, next: *next, behind: *behind, promise: *promise };
                        all.push(facts);
                    }
                }
            }
        }
        let (here, next) = (|here| here as usize, |next| next as usize);
        assert!(ANY_HERE.iter().map(|fact| here(*fact)).eq(0..=here(Here::NoSegment)));
        assert!(ANY_NEXT.iter().map(|fact| next(*fact)).eq(0..=next(Next::Later)));
        assert!(ANY_BEHIND.iter().map(|fact| *fact as usize).eq(0..=Behind::LaterWrite as usize));
        assert!(ANY_PROMISE.iter().map(|fact| *fact as usize).eq(0..=Promise::Segment as usize));
        all
    }

    #[test]
    fn every_combination_of_facts_fits_exactly_one_row_and_every_row_is_needed() {
        let all = combinations();
        assert_eq!(all.len(), 5 * 6 * 3 * 4);
        for facts in &all {
            let rows = TABLE.iter().filter(|row| row.fits(*facts)).count();
            assert_eq!(rows, 1, "{facts:?}");
        }
        for row in TABLE {
            assert!(all.iter().any(|facts| row.fits(*facts)));
        }
    }

    /// The same decision as a person would tell it, question by question, without a table.
    fn told_by_a_person(facts: Facts) -> Verdict {
        let (is_noise, is_nowhere) = (facts.here == Here::Noise, facts.here == Here::NoSegment);
        match facts.here {
            Here::Record => return Verdict::Accept,
            Here::OldEpoch => return Verdict::HaltEpoch,
            Here::Noise | Here::Zeros | Here::NoSegment => {}
        }
        match facts.next {
            Next::Continues => return Verdict::Accept,
            Next::OldEpoch => return Verdict::HaltEpoch,
            Next::Foreign => return Verdict::HaltForeign,
            Next::Broken => return Verdict::HaltCorrupt,
            Next::Later if is_noise => return Verdict::HaltCorrupt,
            Next::Later => return Verdict::HaltGap,
            Next::Nothing => {}
        }
        match facts.promise {
            Promise::Segment => return Verdict::HaltGap,
            Promise::Records if is_nowhere => return Verdict::HaltGap,
            Promise::Records => return Verdict::HaltCorrupt,
            // Where nothing is there at all the ring has no place to go to, and a later write is still a contradiction.
            Promise::KeptByRing if is_nowhere => return Verdict::HaltGap,
            Promise::KeptByRing if facts.behind == Behind::LaterWrite => {
                return Verdict::HaltCorrupt;
            }
            Promise::KeptByRing => return Verdict::Heal,
            Promise::Kept => {}
        }
        match facts.behind {
            Behind::LaterWrite if is_noise => Verdict::HaltCorrupt,
            Behind::LaterWrite | Behind::SameWrite | Behind::Nothing if is_noise => {
                Verdict::CutTail
            }
            Behind::LaterWrite | Behind::SameWrite | Behind::Nothing => Verdict::End,
        }
    }

    #[test]
    fn the_table_says_what_a_person_would_say_of_every_combination() {
        for facts in combinations() {
            assert_eq!(facts.verdict(), told_by_a_person(facts), "{facts:?}");
        }
    }

    #[test]
    fn what_a_segment_says_by_itself_does_not_depend_on_the_rest() {
        for facts in combinations() {
            let is_said_by_itself = NONE_HERE.contains(&facts.here)
                && !matches!(facts.next, Next::Nothing | Next::Later);
            if is_said_by_itself {
                assert_eq!(facts.verdict(), Facts::at_segment(facts.next).verdict(), "{facts:?}");
            }
        }
    }

    #[test]
    fn only_bytes_that_were_never_promised_are_cut() {
        for facts in combinations() {
            let was_promised = facts.promise != Promise::Kept
                || facts.next != Next::Nothing
                || facts.behind == Behind::LaterWrite;
            if facts.verdict() == Verdict::CutTail {
                assert!(!was_promised && facts.here == Here::Noise, "{facts:?}");
            }
            // An end is believed only where nothing says otherwise.
            if facts.verdict() == Verdict::End {
                assert!(facts.promise == Promise::Kept && facts.next == Next::Nothing, "{facts:?}");
            }
        }
    }

    #[test]
    fn every_verdict_can_come_out() {
        for verdict in [
            Verdict::Accept,
            Verdict::End,
            Verdict::CutTail,
            Verdict::Heal,
            Verdict::HaltCorrupt,
            Verdict::HaltGap,
            Verdict::HaltForeign,
            Verdict::HaltEpoch,
        ] {
            assert!(combinations().iter().any(|facts| facts.verdict() == verdict), "{verdict:?}");
        }
    }
}
