//! Writing rows one after the other, handed on in pieces.

use crate::codec::{Encoder, Wire};
use crate::hash::LaneHasher;

/// More than any single row takes.
pub(super) const ROW_MAX: usize = 2048;
/// Held back until it is nearly full. Small enough for a stack, large enough to call on rarely.
const PIECE: usize = 16 * 1024;

/// Writes rows and hands their bytes on.
pub(crate) struct Saver<'a> {
    sink: &'a mut dyn FnMut(&[u8]),
    piece: [u8; PIECE],
    used: usize,
}

impl<'a> Saver<'a> {
    pub fn new(sink: &'a mut dyn FnMut(&[u8])) -> Self {
        Self { sink, piece: [0; PIECE], used: 0 }
    }

    /// Writes one row.
    #[inline]
    pub fn put(&mut self, row: &impl Wire) {
        if PIECE - self.used < ROW_MAX {
            self.hand_on();
        }
        let mut encoder = Encoder::new(&mut self.piece[self.used..]);
        row.put(&mut encoder);
        self.used += encoder.written();
    }

    /// Writes how many rows follow.
    pub fn count(&mut self, count: usize) {
        self.put(&(count as u64));
    }

    /// Writes a list of rows after their number.
    pub fn list<'r, T: Wire + 'r>(&mut self, rows: impl ExactSizeIterator<Item = &'r T>) {
        self.count(rows.len());
        rows.for_each(|row| self.put(row));
    }

    /// Hands on whole blocks and keeps the rest, as the hash wants them.
    #[cold]
    fn hand_on(&mut self) {
        let whole = self.used / LaneHasher::BLOCK * LaneHasher::BLOCK;
        (self.sink)(&self.piece[..whole]);
        self.piece.copy_within(whole..self.used, 0);
        self.used -= whole;
    }

    /// Hands on the last bytes.
    pub fn finish(self) {
        (self.sink)(&self.piece[..self.used]);
    }
}
