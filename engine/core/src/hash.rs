//! The hash that proves two states equal: 64 bits over every field that can influence an answer.
//!
//! Not meant against an adversary. One multiply-and-fold a word; what is long goes in four lanes.

/// Feeds values in a fixed order; equal sequences give equal hashes on every machine.
#[derive(Clone, Debug)]
pub struct StateHasher {
    state: u64,
}

impl Default for StateHasher {
    fn default() -> Self {
        Self { state: 0x9e37_79b9_7f4a_7c15 }
    }
}

impl StateHasher {
    /// Adds a word.
    #[inline]
    pub fn word(&mut self, word: u64) {
        self.state = mix(self.state ^ word, 0xa076_1d64_78bd_642f);
    }

    /// Adds a signed number.
    #[inline]
    pub fn signed(&mut self, number: i64) {
        self.word(number.cast_unsigned());
    }

    /// Adds 128 bits.
    pub fn wide(&mut self, wide: u128) {
        self.word(wide as u64);
        self.word((wide >> 64) as u64);
    }

    /// Adds bytes and their count.
    pub fn bytes(&mut self, bytes: &[u8]) {
        self.word(bytes.len() as u64);
        self.words(bytes);
    }

    /// Adds bytes as words, the last one filled up with zeros; who needs the length adds it.
    fn words(&mut self, bytes: &[u8]) {
        let (words, rest) = bytes.as_chunks::<8>();
        words.iter().for_each(|word| self.word(u64::from_le_bytes(*word)));
        if !rest.is_empty() {
            let mut word = [0; 8];
            word[..rest.len()].copy_from_slice(rest);
            self.word(u64::from_le_bytes(word));
        }
    }

    /// The hash so far.
    pub fn finish(&self) -> u64 {
        mix(self.state, 0xe703_7ed1_a0b4_28db)
    }
}

/// The hash of very many bytes, told in pieces.
///
/// A product takes a processor some cycles, but it begins one in each: four lanes, each of which takes every
/// fourth word, are done in a third of the time of one.
#[derive(Debug, Default)]
pub(crate) struct LaneHasher {
    lanes: [StateHasher; LANES],
    length: u64,
}

const LANES: usize = 4;

impl LaneHasher {
    /// All pieces but the last are a multiple of this long, so that it does not matter where they are cut.
    pub const BLOCK: usize = LANES * size_of::<u64>();

    /// Adds the next piece.
    pub fn add(&mut self, piece: &[u8]) {
        debug_assert!(
            self.length.is_multiple_of(Self::BLOCK as u64),
            "only the last piece may be cut short"
        );
        self.length += piece.len() as u64;
        let (blocks, rest) = piece.as_chunks::<{ Self::BLOCK }>();
        let [mut a, mut b, mut c, mut d] = self.lanes.clone();
        for block in blocks {
            let (words, _) = block.as_chunks::<8>();
            for (lane, word) in [&mut a, &mut b, &mut c, &mut d].into_iter().zip(words) {
                lane.word(u64::from_le_bytes(*word));
            }
        }
        a.words(rest);
        self.lanes = [a, b, c, d];
    }

    /// The hash of all pieces and of their length.
    pub fn finish(self) -> u64 {
        let mut all = StateHasher::default();
        self.lanes.iter().for_each(|lane| all.word(lane.finish()));
        all.word(self.length);
        all.finish()
    }
}

/// The two halves of a 128-bit product, folded: each output bit depends on each input bit.
#[inline]
pub fn mix(a: u64, b: u64) -> u64 {
    let product = u128::from(a) * u128::from(b);
    (product as u64) ^ ((product >> 64) as u64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;

    fn hash_of(bytes: &[u8], piece: usize) -> u64 {
        let mut hasher = LaneHasher::default();
        bytes.chunks(piece).for_each(|piece| hasher.add(piece));
        hasher.finish()
    }

    #[test]
    fn where_the_pieces_are_cut_does_not_matter_and_everything_else_does() {
        let bytes: Vec<u8> = (0..=250).collect();
        let whole = hash_of(&bytes, bytes.len());
        for blocks in 1..8 {
            assert_eq!(
                hash_of(&bytes, blocks * LaneHasher::BLOCK),
                whole,
                "pieces of {blocks} blocks"
            );
        }
        for at in 0..bytes.len() {
            let mut other = bytes.clone();
            other[at] ^= 1;
            assert_ne!(hash_of(&other, 64), whole, "byte {at}");
        }
        for (a, b) in [(0, 8), (0, 32), (8, 72), (64, 240)] {
            let mut other = bytes.clone();
            (0..8).for_each(|byte| other.swap(a + byte, b + byte));
            assert_ne!(hash_of(&other, 64), whole, "words at {a} and {b} change places");
        }
        let mut longer = bytes.clone();
        longer.push(0);
        assert_ne!(hash_of(&longer, 64), whole);
    }
}
