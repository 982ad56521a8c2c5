//! The durable mark of a segment: which bytes were certainly synced, so that a crash is told from damage.
//!
//! ```text
//!   0 magic "clutchMK"    24 synced seq u64         508 crc32c u32
//!   8 generation u64      32 written seq u64
//!  16 salt u64            40 zeros
//! ```
//! A power cut may keep any part of the write it interrupts, and lose any other: valid records may follow a hole. Damage
//! to records that were promised looks just the same. What tells them apart is the mark. With every write of records,
//! before its sync, the committer writes a mark that says: everything up to `synced` was durable before this write began,
//! and this write ends with record `written`. So
//! - a hole at or before `synced` is damage: a sync of it had returned;
//! - a hole behind it lies in a write of which nobody had heard yet, and is what a crash leaves;
//! - unless a record behind `written` is found: that belongs to a later write, which began only after this one was
//!   synced, and then the mark of the later one is what the crash took.
//!
//! Two places, 4 KiB apart, take turns: the newest mark that is certainly on the disk is never the one being written. When
//! there is nothing to commit for a moment, the mark is written and synced once more with `synced` = `written`, so that
//! on a journal at rest every record is at or below its mark. The next segment's header is a mark, too: it is written
//! when everything before it has been synced.

use crate::checksum;

/// Size of a mark: one sector, which a disk writes in one piece or damages detectably.
pub(crate) const MARK_BYTES: usize = 512;

const MAGIC: &[u8; 8] = b"clutchMK";
const CHECKSUM_AT: usize = MARK_BYTES - 4;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Mark {
    /// Counts the marks of a segment.
    pub generation: u64,
    /// The segment's salt.
    pub salt: u64,
    /// The last record that was durable before the write that this mark went with.
    pub synced_seq: u64,
    /// The last record of that write.
    pub written_seq: u64,
}

impl Mark {
    /// What a segment without a mark says.
    pub fn none(salt: u64) -> Self {
        Self { generation: 0, salt, synced_seq: 0, written_seq: 0 }
    }

    /// Which of the two places this mark goes to.
    pub fn place(&self) -> usize {
        (self.generation % 2) as usize
    }

    pub fn encode(&self) -> [u8; MARK_BYTES] {
        let mut bytes = [0; MARK_BYTES];
        bytes[..8].copy_from_slice(MAGIC);
        let fields = [self.generation, self.salt, self.synced_seq, self.written_seq];
        for (index, field) in fields.into_iter().enumerate() {
            bytes[8 + 8 * index..16 + 8 * index].copy_from_slice(&field.to_le_bytes());
        }
        let sum = checksum::of_block(&bytes[..CHECKSUM_AT]);
        bytes[CHECKSUM_AT..].copy_from_slice(&sum.to_le_bytes());
        bytes
    }

    /// The mark at the start of `bytes`, if it is whole and belongs to the segment with `salt`.
    pub fn decode(bytes: &[u8], salt: u64) -> Option<Self> {
        let bytes: &[u8; MARK_BYTES] = bytes.first_chunk()?;
        let word = |at: usize| bytes[at..].first_chunk().map(|word| u64::from_le_bytes(*word));
        let sum = bytes[CHECKSUM_AT..].first_chunk().map(|sum| u32::from_le_bytes(*sum))?;
        let mark = Self {
            generation: word(8)?,
            salt: word(16)?,
            synced_seq: word(24)?,
            written_seq: word(32)?,
        };
        let is_whole = bytes.starts_with(MAGIC) && sum == checksum::of_block(&bytes[..CHECKSUM_AT]);
        (is_whole && mark.salt == salt && mark.synced_seq <= mark.written_seq).then_some(mark)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_is_read_back_and_no_flipped_bit_is_overlooked() {
        let mark = Mark { generation: 7, salt: 0x1122, synced_seq: 40, written_seq: 45 };
        let good = mark.encode();
        assert_eq!(Mark::decode(&good, 0x1122), Some(mark));
        assert_eq!(Mark::decode(&good, 0x1123), None);
        for bit in 0..good.len() * 8 {
            let mut bytes = good;
            bytes[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(Mark::decode(&bytes, 0x1122), None, "bit {bit}");
        }
    }
}
