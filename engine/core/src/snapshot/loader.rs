//! Reading rows one after the other from whatever has their bytes.

use alloc::vec;
use alloc::vec::Vec;

use super::saver::ROW_MAX;
use crate::codec::{DecodeError, Decoder, Wire};
use crate::pricing::MobaModels;

/// How much is asked of the source at once.
const PIECE: usize = 64 * 1024;

/// Reads rows, and knows which part of the state it is in.
pub(crate) struct Loader<'a> {
    source: &'a mut dyn FnMut(&mut [u8]) -> usize,
    piece: Vec<u8>,
    at: usize,
    end: usize,
    is_ended: bool,
    part: &'static str,
    models: MobaModels,
}

impl<'a> Loader<'a> {
    pub fn new(source: &'a mut dyn FnMut(&mut [u8]) -> usize) -> Self {
        Self {
            source,
            piece: vec![0; PIECE],
            at: 0,
            end: 0,
            is_ended: false,
            part: "",
            models: MobaModels::default(),
        }
    }

    /// Has maps of MOBAs priced by these; they are no part of what is read.
    pub fn with_models(self, models: MobaModels) -> Self {
        Self { models, ..self }
    }

    /// What maps of MOBAs are priced by.
    pub fn models(&self) -> MobaModels {
        self.models
    }

    /// Says which part comes now.
    pub fn begin(&mut self, part: &'static str) {
        self.part = part;
    }

    /// The part being read.
    pub fn part(&self) -> &'static str {
        self.part
    }

    /// Reads one row.
    #[inline]
    pub fn take<T: Wire>(&mut self) -> Result<T, DecodeError> {
        if self.end - self.at < ROW_MAX && !self.is_ended {
            self.refill();
        }
        let mut decoder = Decoder::new(&self.piece[self.at..self.end]);
        let row = T::take(&mut decoder)?;
        self.at = self.end - decoder.left();
        Ok(row)
    }

    /// Reads how many rows follow: at most `max`.
    pub fn count(&mut self, max: usize) -> Result<usize, DecodeError> {
        let count: u64 = self.take()?;
        if count <= max as u64 { Ok(count as usize) } else { Err(DecodeError::OutOfRange) }
    }

    /// Reads a list of at most `max` rows into a vector with room for all of them.
    pub fn list<T: Wire>(&mut self, max: usize) -> Result<Vec<T>, DecodeError> {
        let mut rows = Vec::with_capacity(max);
        for _ in 0..self.count(max)? {
            rows.push(self.take()?);
        }
        Ok(rows)
    }

    /// Ends the reading: nothing may be left.
    pub fn finish(&mut self) -> Result<(), DecodeError> {
        self.refill();
        if self.at == self.end { Ok(()) } else { Err(DecodeError::TrailingBytes) }
    }

    #[cold]
    fn refill(&mut self) {
        self.piece.copy_within(self.at..self.end, 0);
        self.end -= self.at;
        self.at = 0;
        while self.end < self.piece.len() && !self.is_ended {
            let read = (self.source)(&mut self.piece[self.end..]);
            self.is_ended = read == 0;
            // A source that says more than it was asked for cannot have read it.
            self.end += read.min(self.piece.len() - self.end);
        }
    }
}
