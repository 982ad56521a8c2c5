//! What the ring holds behind the end of the segments.

use crate::record::{Chain, RecordView};

/// The records of a ring that continue the segments, checked.
#[derive(Debug)]
pub(crate) struct Continuation {
    /// Whole valid records, as they lie in the stream.
    pub bytes: Vec<u8>,
    /// How many.
    pub records: u64,
    /// The chain behind the last of them.
    pub chain: Chain,
}

impl Continuation {
    /// Takes from `ring` (turned so that the segments' end comes first) every record that continues `chain`. The last
    /// segment has `segment_left` bytes, those that the writer would have made after it hold `segment_capacity`.
    pub fn of(
        mut ring: Vec<u8>,
        mut chain: Chain,
        mut segment_left: u64,
        segment_capacity: u64,
    ) -> Self {
        let (mut end, first) = (0, chain.seq);
        while let Some(bytes) = RecordView::peek(&ring[end..]).map(|record| record.bytes()) {
            let mut here = chain;
            let mut left = segment_left;
            if left < bytes as u64 {
                here.roll();
                left = segment_capacity;
            }
            let Ok(record) = here.check(&ring[end..]) else {
                break;
            };
            if left < bytes as u64 {
                break;
            }
            here.advance(&record);
            (chain, segment_left) = (here, left - bytes as u64);
            end += bytes;
        }
        ring.truncate(end);
        Self { bytes: ring, records: chain.seq - first, chain }
    }
}
