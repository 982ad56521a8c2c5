//! What the bytes behind the last valid record prove.

use crate::record::{Chain, HEADER_BYTES, RecordView};

/// Length of `bytes` without the zeros at its end.
pub(crate) fn used_bytes(bytes: &[u8]) -> usize {
    // By words, because the unused end of a segment is long.
    let (words, rest) = bytes.as_chunks::<8>();
    let tail = rest.iter().rposition(|byte| *byte != 0).map(|at| words.len() * 8 + at + 1);
    let in_words = || words.iter().rposition(|word| *word != [0; 8]).map(|at| at * 8 + 8);
    tail.or_else(in_words).unwrap_or(0)
}

/// A record that was certainly written behind a place that is not valid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Found {
    /// Where it starts, counted from that place.
    pub at: usize,
    pub seq: u64,
}

/// Looks in `bytes`, which start where `chain` broke, for records later than `known_seq` that were certainly written:
/// their checksum continues the damaged record's own, or another record's checksum continues theirs. Returns the first
/// and the last.
pub(crate) fn records_behind(
    bytes: &[u8],
    chain: &Chain,
    known_seq: u64,
) -> Option<(Found, Found)> {
    let used = used_bytes(bytes);
    let damaged_record = RecordView::peek(bytes);
    let stored =
        bytes.get(28..HEADER_BYTES).and_then(|crc| crc.try_into().ok()).map(u32::from_le_bytes);
    let recomputed = damaged_record.map(|record| record.checksum_behind(chain.crc, chain.salt));
    let follows =
        |record: &RecordView<'_>, crc: u32| record.checksum_behind(crc, chain.salt) == record.crc;
    let next_of = |record: &RecordView<'_>, at: usize| {
        let next = RecordView::peek(&bytes[at + record.bytes()..])?;
        (Some(next.seq) == record.seq.checked_add(1) && follows(&next, record.crc)).then_some(next)
    };
    let (mut first, mut last) = (None, None);
    let mut at = 8;
    while at < used {
        let found = RecordView::peek(&bytes[at..]).filter(|record| {
            let is_plausible =
                record.seq.checked_sub(chain.seq).is_some_and(|ahead| ahead <= 1 + (at / 8) as u64)
                    && known_seq < record.seq
                    && chain.epoch <= record.epoch;
            let follows_here = || [stored, recomputed].into_iter().flatten();
            is_plausible
                && (next_of(record, at).is_some() || follows_here().any(|crc| follows(record, crc)))
        });
        let Some(mut record) = found else {
            at += 8;
            continue;
        };
        first = first.or(Some(Found { at, seq: record.seq }));
        // From here the chain itself leads on, as far as it goes.
        while let Some(next) = next_of(&record, at) {
            at += record.bytes();
            record = next;
        }
        last = Some(Found { at, seq: record.seq });
        at += record.bytes();
    }
    first.zip(last)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::faults::Faults;
    use crate::record::record_bytes;

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

    #[test]
    fn records_behind_a_hole_are_found_from_the_first_to_the_last() {
        let start =
            Chain { salt: 77, crc: 5, epoch: 1, seq: 10, timestamp: 0, faults: Faults::NONE };
        let mut chain = start;
        let mut bytes = vec![0; 10 * record_bytes(20) + 100];
        let each = record_bytes(20);
        for (index, place) in bytes.chunks_mut(each).take(10).enumerate() {
            chain.write(place, 1, 1, 0, &[index as u8 + 1; 20]);
        }
        assert_eq!(records_behind(&[0; 512], &start, 10), None);
        // The first record is lost: 12 to 20 remain. Then 15 is lost, too.
        bytes[..each].fill(0);
        let (first, last) = records_behind(&bytes, &start, 10).unwrap();
        assert_eq!((first.at, first.seq, last.seq), (each, 12, 20));
        bytes[4 * each..5 * each].fill(0);
        let (first, last) = records_behind(&bytes, &start, 10).unwrap();
        assert_eq!((first.seq, last.at, last.seq), (12, 9 * each, 20));
        // What the ring has anyway proves nothing.
        assert_eq!(records_behind(&bytes, &start, 20), None);
        // Nor does a record alone, when nothing says what came before it.
        bytes[each..9 * each].fill(0);
        assert_eq!(records_behind(&bytes, &start, 10), None);
        // Another segment's records do not count.
        let other = Chain { salt: 78, ..start };
        assert_eq!(records_behind(&bytes, &other, 10), None);
    }
}
