//! A series as bytes: what was said of it. Score, winners of maps in rounds, and forecasts follow.

use super::moba::{MobaMap, STRETCHES_MAX};
use super::rounds::{ROUNDS_MAX, RoundMap};
use super::series::{Game, Map, Series};
use crate::codec::DecodeError;
use crate::command::Capacity;
use crate::pricing::MobaModel;
use crate::snapshot::{Loader, Saver, Table};

impl Table for Series {
    fn save(&self, out: &mut Saver<'_>) {
        // The maps won and what follows the current one are derived from the maps.
        let Self {
            title,
            format,
            best_of,
            maps,
            current,
            maps_won: _,
            live_round,
            overtime_counts,
            counts_rounds,
            rounds_after: _,
        } = self;
        out.put(title);
        out.put(format);
        out.put(best_of);
        out.put(current);
        out.put(live_round);
        out.put(overtime_counts);
        out.put(counts_rounds);
        for Map { name, started, began_at, awarded, confirmed, game } in maps {
            out.put(name);
            out.put(started);
            out.put(began_at);
            out.put(awarded);
            out.put(confirmed);
            match game {
                Game::Rounds(rounds) => rounds.save(out),
                Game::Moba(moba) => moba.save(out),
            }
        }
    }

    fn load(input: &mut Loader<'_>, capacity: &Capacity) -> Result<Self, DecodeError> {
        let (title, format): (crate::command::Title, _) = (input.take()?, input.take()?);
        let (best_of, current) = (input.take()?, input.take()?);
        if !matches!(best_of, 1 | 2 | 3 | 5) || best_of < current || !title.has_format(format) {
            return Err(DecodeError::OutOfRange);
        }
        let mut series = Self::new(title, format, best_of, input.models());
        series.current = current;
        series.live_round = input.take()?;
        series.overtime_counts = input.take()?;
        series.counts_rounds = input.take()?;
        let rules = series.rules();
        for map in &mut series.maps {
            (map.name, map.started) = (input.take()?, input.take()?);
            (map.began_at, map.awarded) = (input.take()?, input.take()?);
            map.confirmed = input.take()?;
            match &mut map.game {
                Game::Rounds(rounds) => *rounds = RoundMap::load(input, capacity)?,
                Game::Moba(moba) => {
                    *moba = MobaMap { model: moba.model, ..MobaMap::load(input, capacity)? };
                }
            }
            if let (Game::Rounds(rounds), Some(rules)) = (&mut map.game, rules) {
                rounds.find_winner(rules);
            }
            if map.awarded.is_some() {
                map.award(map.awarded, rules);
            }
            map.refresh(title.rules(), rules);
            if let Some(winner) = map.winner() {
                series.maps_won[winner as usize] += 1;
            }
        }
        series.refresh_rounds_after();
        Ok(series)
    }
}

impl Table for RoundMap {
    fn save(&self, out: &mut Saver<'_>) {
        let Self {
            first_side_a,
            said,
            agreed,
            log,
            // Derived from the log, the rules and what is said.
            rounds: _,
            winner: _,
            forecast: _,
        } = self;
        out.put(first_side_a);
        out.put(said);
        out.put(agreed);
        out.list(log.iter());
    }

    fn load(input: &mut Loader<'_>, _: &Capacity) -> Result<Self, DecodeError> {
        let mut map = Self {
            first_side_a: input.take()?,
            said: input.take()?,
            agreed: input.take()?,
            log: input.list(ROUNDS_MAX)?,
            ..Self::new()
        };
        for (team, _) in &map.log {
            map.rounds[*team as usize] += 1;
        }
        Ok(map)
    }
}

impl Table for MobaMap {
    fn save(&self, out: &mut Saver<'_>) {
        let Self {
            // The title's own: a shadow is never saved.
            model: _,
            side_a,
            before,
            agreed,
            state,
            doubted,
            marked,
            stretches,
            winner,
            won_at,
            // Derived from all of these.
            chance_a: _,
        } = self;
        out.put(side_a);
        out.put(before);
        out.put(agreed);
        out.put(state);
        out.put(doubted);
        out.put(marked);
        out.list(stretches.iter());
        out.put(winner);
        out.put(won_at);
    }

    fn load(input: &mut Loader<'_>, _: &Capacity) -> Result<Self, DecodeError> {
        Ok(Self {
            side_a: input.take()?,
            before: input.take()?,
            agreed: input.take()?,
            state: input.take()?,
            doubted: input.take()?,
            marked: input.take()?,
            stretches: input.list(STRETCHES_MAX)?,
            winner: input.take()?,
            won_at: input.take()?,
            ..Self::new(&MobaModel::LOL)
        })
    }
}
