//! A place in the record stream that can be found again, and proved to be the same.

use crate::record::Chain;

/// Behind one record: everything up to it is in, nothing after it. A snapshot carries the position of the state it
/// holds; the checksum proves at the next start that the journal beside it is the one that led there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    /// The last record that is in; 0 at the very beginning.
    pub seq: u64,
    /// That record's time in nanoseconds.
    pub timestamp: u64,
    /// The opening in which it was written.
    pub epoch: u32,
    /// Its checksum, which depends on every record before it back to the start of its segment, and through the
    /// segment's header on all before that.
    pub crc: u32,
}

impl Position {
    /// In front of the first record.
    pub const START: Self = Self { seq: 0, timestamp: 0, epoch: 0, crc: 0 };

    pub(crate) fn behind(chain: &Chain) -> Self {
        Self { seq: chain.seq, timestamp: chain.timestamp, epoch: chain.epoch, crc: chain.crc }
    }
}
