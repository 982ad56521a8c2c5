//! Memory that is really there before the first bet.
//!
//! The system hands out a page when it is first written to, which takes about as long as ten bets.
//! Tables that fill while bets are placed are therefore written to once when they are made.

use alloc::vec::Vec;

/// An empty vector with room for `capacity` items, every page of it touched.
pub(crate) fn touched<T: Clone>(capacity: usize, blank: T) -> Vec<T> {
    let mut items = Vec::with_capacity(capacity);
    items.resize(capacity, blank);
    items.clear();
    items
}
