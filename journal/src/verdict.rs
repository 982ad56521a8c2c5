//! Where the valid records end, is that the end of the journal, a torn tail, or damage?
//!
//! A torn tail is what a crash leaves of the last write: nobody was ever told about it, and it is cut. Anything else
//! that is not valid was promised to somebody once, and then the journal says so and stops.

use std::path::PathBuf;

use crate::record::{Chain, HEADER_BYTES, RecordView};

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
}

/// All that the verdict depends on.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Facts {
    /// There are bytes other than zero behind the last valid record.
    pub is_garbage: bool,
    /// One of them is a record that was certainly written after it.
    pub is_followed: bool,
    /// There is a segment that starts further on than the next record.
    pub is_later_segment: bool,
    /// The last valid record is older than the durable mark.
    pub is_below_mark: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    End,
    CutTail,
    Damaged,
    SegmentMissing,
}

impl Facts {
    /// The decision table. Every combination of facts meets exactly one row, the first that fits.
    pub fn verdict(self) -> Verdict {
        match (self.is_later_segment, self.is_garbage, self.is_followed, self.is_below_mark) {
            (true, false, _, _) => Verdict::SegmentMissing,
            (true, true, _, _) => Verdict::Damaged,
            (false, _, true, _) => Verdict::Damaged,
            (false, _, false, true) => Verdict::Damaged,
            (false, true, false, false) => Verdict::CutTail,
            (false, false, false, false) => Verdict::End,
        }
    }
}

/// Length of `bytes` without the zeros at its end.
pub(crate) fn used_bytes(bytes: &[u8]) -> usize {
    // By words, because the unused end of a segment is long.
    let (words, rest) = bytes.as_chunks::<8>();
    let tail = rest.iter().rposition(|byte| *byte != 0).map(|at| words.len() * 8 + at + 1);
    let in_words = || words.iter().rposition(|word| *word != [0; 8]).map(|at| at * 8 + 8);
    tail.or_else(in_words).unwrap_or(0)
}

/// Looks behind the place where `chain` broke for a record later than `known_seq` that was certainly written: its
/// checksum continues the damaged record's own, or another record's checksum continues it. Returns its offset in
/// `bytes` and its sequence.
pub(crate) fn valid_record_behind(
    bytes: &[u8],
    chain: &Chain,
    known_seq: u64,
) -> Option<(usize, u64)> {
    let used = used_bytes(bytes);
    let damaged_record = RecordView::peek(bytes);
    let stored =
        bytes.get(28..HEADER_BYTES).and_then(|crc| crc.try_into().ok()).map(u32::from_le_bytes);
    let recomputed = damaged_record.map(|record| record.checksum_behind(chain.crc, chain.salt));
    let follows_one_of = |record: &RecordView<'_>, crcs: &[Option<u32>]| {
        crcs.iter().flatten().any(|crc| record.checksum_behind(*crc, chain.salt) == record.crc)
    };
    (8..used).step_by(8).find_map(|at| {
        let record = RecordView::peek(&bytes[at..])?;
        let ahead = record.seq.checked_sub(chain.seq)?;
        let is_plausible =
            known_seq < record.seq && ahead <= 1 + (at / 8) as u64 && chain.epoch <= record.epoch;
        let is_written = is_plausible
            && (follows_one_of(&record, &[stored, recomputed])
                || RecordView::peek(&bytes[at + record.bytes()..]).is_some_and(|next| {
                    Some(next.seq) == record.seq.checked_add(1)
                        && follows_one_of(&next, &[Some(record.crc)])
                }));
        is_written.then_some((at, record.seq))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_bytes_that_were_never_promised_are_cut() {
        let mut cuts = Vec::new();
        for case in 0..16u8 {
            let fact = |bit: u8| case & (1 << bit) != 0;
            let facts = Facts {
                is_garbage: fact(0),
                is_followed: fact(1),
                is_later_segment: fact(2),
                is_below_mark: fact(3),
            };
            if facts.verdict() == Verdict::CutTail {
                cuts.push(case);
            }
            assert_eq!(facts.verdict() == Verdict::End, case == 0, "{facts:?}");
        }
        assert_eq!(
            cuts,
            [1],
            "garbage alone, with nothing behind it and nothing promised, is a torn tail"
        );
    }

    #[test]
    fn the_zeros_at_the_end_do_not_count() {
        assert_eq!(used_bytes(&[]), 0);
        assert_eq!(used_bytes(&[0; 33]), 0);
        for at in 0..33 {
            let mut bytes = [0; 33];
            bytes[at] = 1;
            let expected = if at < 32 { at / 8 * 8 + 8 } else { 33 };
            assert_eq!(used_bytes(&bytes), expected);
        }
    }
}
