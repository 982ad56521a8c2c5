//! One number for the whole state: the hash of exactly the bytes that a snapshot of it would hold.

use crate::hash::StateHasher;
use crate::state::State;

impl State {
    /// The hash of the state: equal on every machine for equal journals.
    pub fn state_hash(&self) -> u64 {
        let mut hasher = StateHasher::default();
        let mut length = 0;
        self.save(&mut |piece| {
            hasher.words(piece);
            length += piece.len() as u64;
        });
        hasher.word(length);
        hasher.finish()
    }
}
