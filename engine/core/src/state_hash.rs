//! One number for the whole state: the hash of exactly the bytes that a snapshot of it would hold.

use crate::hash::LaneHasher;
use crate::state::State;

impl State {
    /// The hash of the state: equal on every machine for equal journals.
    pub fn state_hash(&self) -> u64 {
        let mut hasher = LaneHasher::default();
        self.save(&mut |piece| hasher.add(piece));
        hasher.finish()
    }
}
