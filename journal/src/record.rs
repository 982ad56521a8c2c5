//! The record: how it lies in memory and on disk, and when it is believed.
//!
//! ```text
//!  0  len u32 | kind u16 | version u16
//!  8  seq u64
//! 16  timestamp u64 (ns)
//! 24  epoch u32 | crc32c u32
//! 32  payload, then zeros up to a multiple of 8
//! ```
//! Little-endian. The checksum runs over the segment's salt, the header (its own field as zero) and the payload, and
//! starts from the previous record's checksum: a record is valid only behind exactly the record it was written behind.
//! So nothing else is needed to refuse bytes from an earlier lap, another file or another life of the same place.

use crate::checksum;
use crate::faults::{Fault, Faults};

/// Size of a record's header.
pub const HEADER_BYTES: usize = 32;

/// Room a payload of `payload_bytes` takes as a record: header, payload, zeros up to the next multiple of 8.
#[inline]
pub const fn record_bytes(payload_bytes: usize) -> usize {
    HEADER_BYTES + payload_bytes.next_multiple_of(8)
}

/// One record, borrowed from where it was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RecordView<'a> {
    /// What the payload is; the journal does not look at it.
    pub kind: u16,
    /// Version of the payload's encoding.
    pub version: u16,
    /// Position in the one total order, without gaps.
    pub seq: u64,
    /// Nanoseconds since the Unix epoch, as the writer was told.
    pub timestamp: u64,
    /// The opening of the journal during which this record was written; never falls.
    pub epoch: u32,
    /// The bytes that were appended.
    pub payload: &'a [u8],
    pub(crate) crc: u32,
}

impl<'a> RecordView<'a> {
    /// Reads the fields at the start of `bytes` and nothing else: whoever calls this either has checked the record
    /// before or checks it next. `None` if the bytes cannot hold what the header promises.
    #[inline]
    pub(crate) fn peek(bytes: &'a [u8]) -> Option<Self> {
        let header: &[u8; HEADER_BYTES] = bytes.first_chunk()?;
        // Plain loads: this is read once for every record of a replay.
        let [kind_and_len, seq, timestamp, epoch_and_crc] = words_of(header);
        let len = kind_and_len as u32 as usize;
        if bytes.len() < record_bytes(len) {
            return None;
        }
        Some(Self {
            kind: (kind_and_len >> 32) as u16,
            version: (kind_and_len >> 48) as u16,
            seq,
            timestamp,
            epoch: epoch_and_crc as u32,
            payload: &bytes[HEADER_BYTES..HEADER_BYTES + len],
            crc: (epoch_and_crc >> 32) as u32,
        })
    }

    /// Room this record takes where it lies.
    #[inline]
    pub(crate) fn bytes(&self) -> usize {
        record_bytes(self.payload.len())
    }

    /// The header's four words with the checksum field as zero.
    #[inline]
    fn words(&self) -> [u64; 4] {
        let kind_and_len =
            self.payload.len() as u64 | u64::from(self.kind) << 32 | u64::from(self.version) << 48;
        [kind_and_len, self.seq, self.timestamp, u64::from(self.epoch)]
    }

    /// The checksum this record has behind a record whose checksum is `previous`.
    #[inline]
    pub(crate) fn checksum_behind(&self, previous: u32, salt: u64) -> u32 {
        let [kind_and_len, seq, timestamp, epoch] = self.words();
        checksum::extend(previous, &[salt, kind_and_len, seq, timestamp, epoch], self.payload)
    }

    /// Writes the record into `place`, which has exactly its size.
    #[inline]
    pub(crate) fn write(&self, place: &mut [u8]) {
        assert!(place.len() == self.bytes(), "the place must have the record's own size");
        let [kind_and_len, seq, timestamp, epoch] = self.words();
        let (header, rest) = place.split_at_mut(HEADER_BYTES);
        header[0..8].copy_from_slice(&kind_and_len.to_le_bytes());
        header[8..16].copy_from_slice(&seq.to_le_bytes());
        header[16..24].copy_from_slice(&timestamp.to_le_bytes());
        header[24..32].copy_from_slice(&(epoch | u64::from(self.crc) << 32).to_le_bytes());
        // The whole last word first: cheaper than a fill of the zero to seven bytes that the payload leaves.
        if let Some(last) = rest.last_chunk_mut::<8>() {
            *last = [0; 8];
        }
        rest[..self.payload.len()].copy_from_slice(self.payload);
    }
}

/// The little-endian words of a header.
#[inline(always)]
fn words_of(header: &[u8; HEADER_BYTES]) -> [u64; 4] {
    let (words, _) = header.as_chunks::<8>();
    std::array::from_fn(|at| u64::from_le_bytes(words[at]))
}

/// Why the bytes at a place are not the next record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Flaw {
    #[error("the record is longer than what is left of the file")]
    Incomplete,
    #[error("the sequence number is not the next one")]
    Sequence,
    #[error("the epoch is older than the record before it")]
    Epoch,
    #[error("the checksum does not match")]
    Checksum,
    #[error("the padding is not zero")]
    Padding,
}

/// The end of the record stream: all that is needed to write the next record or to judge it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Chain {
    pub salt: u64,
    pub crc: u32,
    pub epoch: u32,
    pub seq: u64,
    pub timestamp: u64,
    pub faults: Faults,
}

impl Chain {
    /// The next record, if it is at the start of `bytes`.
    #[inline]
    pub fn check<'a>(&self, bytes: &'a [u8]) -> Result<RecordView<'a>, Flaw> {
        let record = RecordView::peek(bytes).ok_or(Flaw::Incomplete)?;
        if record.seq != self.seq + 1 && !self.faults.has(Fault::ChecksumWithoutSequence) {
            return Err(Flaw::Sequence);
        }
        let is_length_enough = self.faults.has(Fault::TrustLength) && record.seq == self.seq + 1;
        if record.crc != self.checksum_of(&record) && !is_length_enough {
            return Err(Flaw::Checksum);
        }
        if record.epoch < self.epoch {
            return Err(Flaw::Epoch);
        }
        let padding = &bytes[HEADER_BYTES + record.payload.len()..record.bytes()];
        if padding.iter().any(|byte| *byte != 0) {
            return Err(Flaw::Padding);
        }
        Ok(record)
    }

    /// Writes the next record into `place` and moves on behind it.
    #[inline]
    pub fn write(
        &mut self,
        place: &mut [u8],
        kind: u16,
        version: u16,
        timestamp: u64,
        payload: &[u8],
    ) {
        let seq = self.seq + 1;
        let mut record =
            RecordView { kind, version, seq, timestamp, epoch: self.epoch, payload, crc: 0 };
        record.crc = self.checksum_of(&record);
        record.write(place);
        self.advance(&record);
    }

    /// The checksum that `record` has here.
    #[inline]
    fn checksum_of(&self, record: &RecordView<'_>) -> u32 {
        let crc = if self.faults.has(Fault::ForgetChain) { 0 } else { self.crc };
        let salt = if self.faults.has(Fault::NoSalt) { 0 } else { self.salt };
        if self.faults.has(Fault::ChecksumWithoutSequence) {
            return RecordView { seq: 0, ..*record }.checksum_behind(crc, salt);
        }
        record.checksum_behind(crc, salt)
    }

    /// Moves on behind `record`, which was checked or written.
    #[inline]
    pub fn advance(&mut self, record: &RecordView<'_>) {
        self.crc = record.crc;
        self.epoch = record.epoch;
        self.seq = record.seq;
        self.timestamp = record.timestamp;
    }

    /// Moves on into the next segment. Its salt comes from where the one before ended, so the writer, the committer and
    /// recovery agree on it without a word between them, and two journals that ever parted never share one again.
    pub fn roll(&mut self) {
        self.salt = mixed(self.salt ^ mixed(self.seq ^ u64::from(self.crc) << 32));
    }
}

/// A fixed bijection in which every input bit moves about half of the output bits (the finaliser of SplitMix64).
pub(crate) fn mixed(value: u64) -> u64 {
    let value = value.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ (value >> 31)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn chain() -> Chain {
        Chain {
            salt: 0x1122_3344_5566_7788,
            crc: 0x0bad_cafe,
            epoch: 7,
            seq: 41,
            timestamp: 0,
            faults: Faults::NONE,
        }
    }

    fn written(payload: &[u8]) -> Vec<u8> {
        let mut place = vec![0xaa; record_bytes(payload.len())];
        chain().write(&mut place, 0x0203, 0x0405, 0x1718_191a_1b1c_1d1e, payload);
        place
    }

    #[test]
    fn a_record_has_these_bytes_for_ever() {
        // The checksum was computed bit by bit, outside this crate.
        #[rustfmt::skip]
        let golden = [
            5, 0, 0, 0,  3, 2,  5, 4,
            42, 0, 0, 0, 0, 0, 0, 0,
            0x1e, 0x1d, 0x1c, 0x1b, 0x1a, 0x19, 0x18, 0x17,
            7, 0, 0, 0,  59, 15, 174, 109,
            b'h', b'e', b'l', b'l', b'o', 0, 0, 0,
        ];
        assert_eq!(written(b"hello"), golden);
    }

    #[test]
    fn what_was_written_is_read_back() {
        for length in 0..40 {
            let payload = vec![7u8; length];
            let bytes = written(&payload);
            let record = chain().check(&bytes).unwrap();
            assert_eq!(
                (record.kind, record.version, record.seq, record.epoch),
                (0x0203, 0x0405, 42, 7)
            );
            assert_eq!((record.timestamp, record.payload), (0x1718_191a_1b1c_1d1e, &payload[..]));
        }
    }

    #[test]
    fn no_single_flipped_bit_and_no_missing_byte_is_overlooked() {
        let good = written(b"a bet of 13 b");
        for bit in 0..good.len() * 8 {
            let mut bytes = good.clone();
            bytes[bit / 8] ^= 1 << (bit % 8);
            assert!(chain().check(&bytes).is_err(), "bit {bit}");
        }
        for length in 0..good.len() {
            assert_eq!(chain().check(&good[..length]), Err(Flaw::Incomplete));
        }
    }

    #[test]
    fn a_record_is_valid_only_behind_its_own_predecessor() {
        let bytes = written(b"x");
        assert!(chain().check(&bytes).is_ok());
        for other in [
            Chain { salt: 1, ..chain() },
            Chain { crc: 1, ..chain() },
            Chain { seq: 40, ..chain() },
            Chain { seq: 42, ..chain() },
        ] {
            assert!(
                matches!(other.check(&bytes), Err(Flaw::Checksum | Flaw::Sequence)),
                "{other:?}"
            );
        }
        assert_eq!(Chain { epoch: 8, ..chain() }.check(&bytes), Err(Flaw::Epoch));
    }

    #[test]
    fn the_next_segment_has_another_salt_that_depends_on_how_the_last_one_ended() {
        let after = |chain: Chain| {
            let mut chain = chain;
            chain.roll();
            chain.salt
        };
        assert_ne!(after(chain()), chain().salt);
        assert_ne!(after(chain()), after(Chain { crc: 1, ..chain() }));
        assert_ne!(after(chain()), after(Chain { seq: 1, ..chain() }));
        assert_eq!(after(chain()), after(chain()));
    }
}
