//! The hash that proves two states equal: 64 bits over every field that can influence an answer.
//!
//! Not meant against an adversary. A multiply-and-fold over whole words keeps a million accounts
//! within a few milliseconds.

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

    /// Adds bytes as words, the last one filled up with zeros. Pieces of whole words hash as the
    /// whole that they make up; who needs the length adds it.
    pub fn words(&mut self, bytes: &[u8]) {
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

/// The two halves of a 128-bit product, folded: each output bit depends on each input bit.
#[inline]
pub fn mix(a: u64, b: u64) -> u64 {
    let product = u128::from(a) * u128::from(b);
    (product as u64) ^ ((product >> 64) as u64)
}
