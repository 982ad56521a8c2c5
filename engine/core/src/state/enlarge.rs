//! Larger tables under a journal that goes on.
//!
//! Every row moves by way of the bytes that a snapshot has of it: what a table makes of its size (an index, a ring,
//! the order in which free slots are handed out) is made there anew already, for each table, and tested, so larger
//! tables are by construction those that had been large from the first record on. It takes as long as writing and
//! reading a snapshot and, beside the new tables, memory for the bytes of the rows; the old tables are gone by then.
//! A start has time for that. Growing each table in its place would be a second way to the same state.

use alloc::collections::VecDeque;
use alloc::vec::Vec;
use core::mem;

use super::{Step, Tables};
use crate::command::{Actor, Capacity, Config};
use crate::event::Event;
use crate::reject::{Refusal, Reject};
use crate::snapshot::{Loader, Saver, Table};

impl Step<'_> {
    /// Gives every table the size asked for. What is asked for already is no change.
    #[cold]
    pub(crate) fn enlarge(&mut self, wanted: Capacity) -> Result<(), Refusal> {
        if self.actor != Actor::Engine {
            return Err(Reject::OutOfPlace.into());
        }
        let has = self.tables.capacity;
        if let Some((_, has, asked)) = has.beyond(&wanted).next() {
            return Err(Refusal::with(Reject::TablesNeverShrink, has.into(), asked.into()));
        }
        wanted.validate().map_err(|_| Refusal::new(Reject::InvalidParameter))?;
        if wanted != has {
            self.tables.enlarge(wanted, self.config);
            self.outbox.make_room(wanted.events_max());
        }
        self.outbox.push(Event::Enlarged(wanted));
        Ok(())
    }
}

impl Tables {
    fn enlarge(&mut self, wanted: Capacity, config: &Config) {
        let mut pieces: VecDeque<Vec<u8>> = VecDeque::new();
        let mut take = |piece: &[u8]| pieces.push_back(piece.to_vec());
        let mut out = Saver::new(&mut take);
        self.save(&mut out);
        out.finish();
        let models = self.models;
        // Before there are others: two of them could be more memory than there is.
        drop(mem::replace(self, Self::empty(Capacity::SMALLEST, *config)));

        let mut used = 0;
        let mut give = |place: &mut [u8]| {
            let Some(piece) = pieces.front() else { return 0 };
            let count = place.len().min(piece.len() - used);
            place[..count].copy_from_slice(&piece[used..used + count]);
            used += count;
            if used == piece.len() {
                (used, _) = (0, pieces.pop_front());
            }
            count
        };
        let mut input = Loader::new(&mut give).with_models(models);
        let had: Result<Capacity, _> = input.take();
        let moved = had.and_then(|_| Self::load(&mut input, &wanted));
        *self = moved.expect("what was just written can be read");
        self.heed(config);
    }
}
