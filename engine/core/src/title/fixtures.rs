//! The table of matches. One that is retired leaves its slot to a later one, under another id.

use alloc::collections::VecDeque;
use alloc::vec;
use alloc::vec::Vec;
use core::ops::{Index, IndexMut};

use super::Fixture;
use crate::codec::DecodeError;
use crate::command::{Capacity, Config};
use crate::snapshot::{Loader, Saver, Table};
use crate::units::{MatchId, Timestamp};

/// Every match, in slots.
#[derive(Debug)]
pub(crate) struct Fixtures {
    rows: Vec<Fixture>,
    matches_max: usize,
    live: usize,
    /// The next ids of slots that were used before, in the order in which they became free. They come before slots
    /// that never were: where a match stands then does not depend on how large the table is.
    free: VecDeque<MatchId>,
    /// Matches that may be done with, in the order of [`Fixture::waits_since`].
    waiting: VecDeque<MatchId>,
}

impl Fixtures {
    pub fn with_capacity(matches_max: u32) -> Self {
        let matches_max = matches_max as usize;
        Self {
            rows: Vec::with_capacity(matches_max),
            matches_max,
            live: 0,
            free: VecDeque::with_capacity(matches_max),
            waiting: VecDeque::with_capacity(matches_max),
        }
    }

    /// The match, if it is there.
    #[inline]
    pub fn get(&self, id: MatchId) -> Option<&Fixture> {
        self.rows.get(id.slot()).filter(|fixture| fixture.id == id)
    }

    /// Where the match stands if it is there, for a caller that asks for its memory: nothing of it is read.
    #[inline(always)]
    pub fn place_of(&self, id: MatchId) -> Option<&Fixture> {
        self.rows.get(id.slot())
    }

    /// The same, to change it.
    pub fn get_mut(&mut self, id: MatchId) -> Option<&mut Fixture> {
        self.rows.get_mut(id.slot()).filter(|fixture| fixture.id == id)
    }

    /// How many slots were ever used.
    pub fn slots(&self) -> usize {
        self.rows.len()
    }

    /// The match in a slot, if there is one.
    pub fn in_slot(&self, slot: usize) -> Option<MatchId> {
        let id = self.rows.get(slot)?.id;
        (id != MatchId::NONE).then_some(id)
    }

    /// Every match.
    pub fn iter(&self) -> impl Iterator<Item = &Fixture> {
        self.rows.iter().filter(|fixture| fixture.id != MatchId::NONE)
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.live
    }

    /// Whether another one fits.
    pub fn has_room(&self) -> bool {
        !self.free.is_empty() || self.rows.len() < self.matches_max
    }

    /// Adds a match, under its id.
    pub fn insert(&mut self, mut fixture: Fixture) -> MatchId {
        assert!(self.has_room(), "the caller checks has_room first");
        self.live += 1;
        let Some(id) = self.free.pop_front() else {
            let id = MatchId(self.rows.len() as u32);
            fixture.id = id;
            self.rows.push(fixture);
            return id;
        };
        fixture.id = id;
        self.rows[id.slot()] = fixture;
        id
    }

    /// Takes a match out.
    pub fn remove(&mut self, id: MatchId) {
        assert!(self[id].waits_since == Timestamp::MAX, "it has left the queue");
        self.rows[id.slot()] = Fixture::vacant();
        self.live -= 1;
        self.free.extend(id.next_in_slot());
    }

    /// Has a match looked at in a while: it may be done with.
    pub fn await_end(&mut self, id: MatchId, now: Timestamp) {
        let fixture = &mut self.rows[id.slot()];
        if fixture.waits_since == Timestamp::MAX {
            fixture.waits_since = now;
            self.waiting.push_back(id);
        }
    }

    /// Has a match looked at that has waited long enough before.
    pub fn await_end_no_longer(&mut self, id: MatchId) {
        let fixture = &mut self.rows[id.slot()];
        if fixture.waits_since == Timestamp::MAX {
            fixture.waits_since = Timestamp::default();
            self.waiting.push_front(id);
        }
    }

    /// When the first one is to be looked at.
    pub fn next_due(&self, config: &Config) -> Timestamp {
        let first = self.waiting.front().map(|id| self[*id].waits_since);
        first.map_or(Timestamp::MAX, |since| since.plus(config.resettle_window_ns))
    }

    /// Takes the first one off the queue if it is to be looked at by now.
    pub fn pop_due(&mut self, config: &Config, now: Timestamp) -> Option<MatchId> {
        if now < self.next_due(config) {
            return None;
        }
        let id = self.waiting.pop_front()?;
        self[id].waits_since = Timestamp::MAX;
        Some(id)
    }

    /// Whether the queue leads to matches that know of it, and free slots are free: then nothing leads astray.
    pub fn fit_together(&self) -> bool {
        let waits = |id: &MatchId| {
            self.get(*id).is_some_and(|fixture| fixture.waits_since != Timestamp::MAX)
        };
        let know = self.iter().filter(|fixture| fixture.waits_since != Timestamp::MAX).count();
        let mut seen = vec![false; self.rows.len()];
        let mut once = |id: &MatchId| !core::mem::replace(&mut seen[id.slot()], true);
        know == self.waiting.len()
            && self.waiting.iter().all(|id| waits(id) && once(id))
            && self.free.iter().all(|id| {
                let is_vacant = self.rows.get(id.slot()).is_some_and(|it| it.id == MatchId::NONE);
                is_vacant && once(id)
            })
    }
}

/// A match that is known to be there.
impl Index<MatchId> for Fixtures {
    type Output = Fixture;

    #[inline(always)]
    fn index(&self, id: MatchId) -> &Fixture {
        let fixture = &self.rows[id.slot()];
        debug_assert!(fixture.id == id, "a match that is gone");
        fixture
    }
}

impl IndexMut<MatchId> for Fixtures {
    #[inline(always)]
    fn index_mut(&mut self, id: MatchId) -> &mut Fixture {
        let fixture = &mut self.rows[id.slot()];
        debug_assert!(fixture.id == id, "a match that is gone");
        fixture
    }
}

impl Table for Fixtures {
    fn save(&self, out: &mut Saver<'_>) {
        let Self { rows, matches_max: _, live: _, free, waiting } = self;
        out.count(rows.len());
        for fixture in rows {
            out.put(&fixture.id);
            if fixture.id != MatchId::NONE {
                fixture.save(out);
            }
        }
        out.list(free.iter());
        out.list(waiting.iter());
    }

    fn load(input: &mut Loader<'_>, capacity: &Capacity) -> Result<Self, DecodeError> {
        let mut table = Self::with_capacity(capacity.matches_max);
        for slot in 0..input.count(table.matches_max)? {
            let id: MatchId = input.take()?;
            let fixture = if id == MatchId::NONE {
                Fixture::vacant()
            } else {
                Fixture { id, ..Fixture::load(input, capacity)? }
            };
            if id != MatchId::NONE && id.slot() != slot {
                return Err(DecodeError::OutOfRange);
            }
            table.live += usize::from(id != MatchId::NONE);
            table.rows.push(fixture);
        }
        table.free.extend(input.list::<MatchId>(table.matches_max)?);
        table.waiting.extend(input.list::<MatchId>(table.matches_max)?);
        Ok(table)
    }
}
