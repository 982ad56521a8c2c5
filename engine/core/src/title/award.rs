//! What happens to a series beside its score: maps that are awarded, another number of maps.

use super::series::{Game, Map, Series};
use crate::command::Team;
use crate::event::MatchPhase;
use crate::units::Seq;

impl Series {
    /// Whether overtime counts for winner, handicap and total of a map.
    pub fn overtime_counts(&self) -> bool {
        self.overtime_counts
    }

    pub(super) fn count_overtime(&mut self, counts: bool) {
        self.overtime_counts = counts;
    }

    /// Whether a map was given to a team without being won.
    pub fn is_awarded(&self, map: u8) -> bool {
        self.map(map).awarded.is_some()
    }

    /// Whether the end of a map was confirmed; without one, that of every map that was played.
    pub fn is_confirmed(&self, map: Option<u8>) -> bool {
        let is_sure = |map: u8| {
            let row = self.map(map);
            row.confirmed || row.awarded.is_some() || !row.started
        };
        match map {
            Some(map) => is_sure(map),
            None => (1..=self.best_of).all(is_sure),
        }
    }

    /// The command that started a map; zero before.
    pub fn began_at(&self, map: u8) -> Seq {
        self.map(map).began_at
    }

    /// Gives the map that is played, or the next one, to a team. The caller has checked that it can be.
    pub(crate) fn award(&mut self, map: u8, to: Team, seq: Seq) {
        assert!(self.map_winner(map).is_none(), "a map is won once");
        let (title, rules) = (self.title, self.rules());
        self.current = map;
        self.live_round = 0;
        let target = self.map_mut(map);
        target.award(Some(to), rules);
        if let Game::Moba(moba) = &mut target.game {
            // Its server may be restored all the same.
            moba.won_at = seq;
        }
        target.refresh(title.rules(), rules);
        self.maps_won[to as usize] += 1;
        self.refresh_rounds_after();
    }

    /// Takes back that a map was awarded. Returns whether it was the last one.
    pub(crate) fn take_back_award(&mut self, map: u8) -> bool {
        let Some(to) = self.map(map).awarded.filter(|_| self.current == map) else { return false };
        let (title, rules) = (self.title, self.rules());
        let target = self.map_mut(map);
        target.award(None, rules);
        target.refresh(title.rules(), rules);
        if !target.started {
            self.current = map - 1;
        }
        self.maps_won[to as usize] -= 1;
        self.refresh_rounds_after();
        true
    }

    /// Whether the series can be of so many maps from now on: none that was begun may be lost, and none
    /// that is played be in vain.
    pub(crate) fn fits_format(&self, best_of: u8) -> bool {
        let [a, b] = self.maps_won;
        let decides = best_of / 2 < a.max(b) || a + b == best_of;
        let is_live = self.phase() == MatchPhase::Live;
        matches!(best_of, 1 | 2 | 3 | 5) && self.current <= best_of && !(is_live && decides)
            // A won series has just as many maps as it takes.
            && a.max(b) <= best_of / 2 + 1
    }

    /// Changes the number of maps; see [`Series::fits_format`].
    pub(crate) fn change_format(&mut self, best_of: u8) {
        assert!(self.fits_format(best_of), "the caller checks that the format fits");
        let model = self.moba_map(1).map(|map| map.model);
        let mut maps = core::mem::take(&mut self.maps).into_vec();
        maps.resize_with(usize::from(best_of), || Map::new(model));
        self.maps = maps.into_boxed_slice();
        self.best_of = best_of;
        self.refresh_rounds_after();
    }
}
