//! A series as bytes: what was said of it. Score, winners and forecasts follow from that.

use super::{Map, ROUNDS_MAX, Series};
use crate::codec::DecodeError;
use crate::command::Capacity;
use crate::snapshot::{Loader, Saver, Table};

impl Table for Series {
    fn save(&self, out: &mut Saver<'_>) {
        // The maps won are derived from the maps.
        let Self { format, best_of, maps, current, maps_won: _, live_round } = self;
        out.put(format);
        out.put(best_of);
        out.put(current);
        out.put(live_round);
        maps.iter().for_each(|map| map.save(out));
    }

    fn load(input: &mut Loader<'_>, capacity: &Capacity) -> Result<Self, DecodeError> {
        let (format, best_of, current) = (input.take()?, input.take()?, input.take()?);
        if !matches!(best_of, 1 | 3 | 5) || best_of < current {
            return Err(DecodeError::OutOfRange);
        }
        let mut series = Self::new(format, best_of);
        series.current = current;
        series.live_round = input.take()?;
        let rules = series.rules();
        for map in &mut series.maps {
            *map = Map::load(input, capacity)?;
            let [a, b] = map.rounds.map(u16::from);
            if rules.is_final(a, b) {
                map.winner = map.log.last().map(|(team, _)| *team);
            }
            if let Some(winner) = map.winner {
                series.maps_won[winner as usize] += 1;
            }
            map.refresh(rules);
        }
        Ok(series)
    }
}

impl Table for Map {
    fn save(&self, out: &mut Saver<'_>) {
        let Self {
            name,
            first_side_a,
            chances,
            started,
            log,
            // Derived from the log, the rules and the chances.
            rounds: _,
            winner: _,
            forecast: _,
        } = self;
        out.put(name);
        out.put(first_side_a);
        out.put(chances);
        out.put(started);
        out.list(log.iter());
    }

    fn load(input: &mut Loader<'_>, _: &Capacity) -> Result<Self, DecodeError> {
        let mut map = Self {
            name: input.take()?,
            first_side_a: input.take()?,
            chances: input.take()?,
            started: input.take()?,
            log: input.list(ROUNDS_MAX)?,
            ..Self::new()
        };
        for (team, _) in &map.log {
            map.rounds[*team as usize] += 1;
        }
        Ok(map)
    }
}
