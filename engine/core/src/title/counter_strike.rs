//! A Counter-Strike series: maps, rounds, sides, overtime, and what the server may take back.
//!
//! Owns the score and the trader's opinion on each map. Does not know markets, money or feeds.
//!
//! Invariant: at most one map is live, every map before it is over, and the score of each map is a
//! path of single rounds, so that any of them can be undone.

mod snapshot;

use alloc::boxed::Box;
use alloc::vec::Vec;

use crate::command::{GameEvent, RoundFormat, Side, Team};
use crate::event::MatchPhase;
use crate::pricing::{
    BySide, MapForecast, MapModel, RoundRules, SeriesForecast, WinBranches, win_grid,
};
use crate::units::{Name, Probability, Seq};

/// Most maps in a series.
pub const MAPS_MAX: usize = 5;
/// Most rounds on one map: regulation of the longest format and eleven overtimes.
pub const ROUNDS_MAX: usize = 96;

/// A series and its score.
#[derive(Clone, Debug)]
pub struct Series {
    format: RoundFormat,
    best_of: u8,
    maps: Box<[Map]>,
    /// The map being played or played last, from 1; 0 before the first.
    current: u8,
    maps_won: [u8; 2],
    /// The round of the current map that is being played; 0 between rounds.
    live_round: u8,
}

/// One map of a series.
#[derive(Clone, Debug)]
struct Map {
    name: Option<Name>,
    first_side_a: Side,
    /// P(A wins a round) as T and as CT.
    chances: Option<[Probability; 2]>,
    started: bool,
    rounds: [u8; 2],
    /// Who won each round, and the command that said so.
    log: Vec<(Team, Seq)>,
    winner: Option<Team>,
    /// Derived from the fields above; `None` without parameters or once the map is over.
    forecast: Option<Box<MapForecast>>,
}

/// What a game event did to a series.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// Nothing.
    None,
    /// The score or the sides of this map moved.
    Moved {
        /// The map, from 1.
        map: u8,
    },
    /// A round is being played now.
    Started {
        /// The map, from 1.
        map: u8,
        /// The round, from 1.
        round: u8,
    },
    /// Rounds of this map no longer stand.
    Undone {
        /// The map, from 1.
        map: u8,
        /// The command that had said the first of them.
        first: Seq,
    },
}

/// Why a game event cannot follow from the score: what was expected, and what came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Impossible {
    /// The number that would have fitted.
    pub expected: u8,
    /// The number that came.
    pub actual: u8,
}

impl Series {
    /// A series before its first map. `best_of` is 1, 3 or 5.
    pub fn new(format: RoundFormat, best_of: u8) -> Self {
        let maps = (0..best_of).map(|_| Map::new()).collect();
        Self { format, best_of, maps, current: 0, maps_won: [0; 2], live_round: 0 }
    }

    /// The length of a map.
    pub fn rules(&self) -> RoundRules {
        match self.format {
            RoundFormat::Mr12 => RoundRules::MR12,
            RoundFormat::Mr15 => RoundRules::MR15,
        }
    }

    /// Rounds per map.
    pub fn format(&self) -> RoundFormat {
        self.format
    }

    /// Maps at most.
    pub fn best_of(&self) -> u8 {
        self.best_of
    }

    /// Maps that win the series.
    pub fn maps_to_win(&self) -> u8 {
        self.best_of / 2 + 1
    }

    /// Maps won: A, B.
    pub fn maps_won(&self) -> [u8; 2] {
        self.maps_won
    }

    /// The map being played or played last, from 1; 0 before the first.
    pub fn current(&self) -> u8 {
        self.current
    }

    /// Whether the series can have a map of this number.
    pub fn has_map(&self, map: u8) -> bool {
        1 <= map && map <= self.best_of
    }

    /// Who won the series.
    pub fn winner(&self) -> Option<Team> {
        let needed = self.maps_to_win();
        match self.maps_won {
            [a, _] if a == needed => Some(Team::A),
            [_, b] if b == needed => Some(Team::B),
            _ => None,
        }
    }

    /// Where the series stands.
    pub fn phase(&self) -> MatchPhase {
        if self.winner().is_some() {
            MatchPhase::Over
        } else if self.current == 0 {
            MatchPhase::Scheduled
        } else if self.map(self.current).winner.is_some() {
            MatchPhase::Break
        } else {
            MatchPhase::Live
        }
    }

    fn map(&self, map: u8) -> &Map {
        &self.maps[usize::from(map) - 1]
    }

    fn map_mut(&mut self, map: u8) -> &mut Map {
        &mut self.maps[usize::from(map) - 1]
    }

    /// Rounds of a map: A, B.
    pub fn rounds(&self, map: u8) -> [u8; 2] {
        self.map(map).rounds
    }

    /// A map's name, if it is known.
    pub fn map_name(&self, map: u8) -> Option<Name> {
        self.map(map).name
    }

    /// Who won a map.
    pub fn map_winner(&self, map: u8) -> Option<Team> {
        self.map(map).winner
    }

    /// Who won a round.
    pub fn round_winner(&self, map: u8, round: u8) -> Option<Team> {
        let index = usize::from(round).checked_sub(1)?;
        self.map(map).log.get(index).map(|(team, _)| *team)
    }

    /// Whether this round is being played.
    pub fn is_live_round(&self, map: u8, round: u8) -> bool {
        map == self.current && round == self.live_round && round != 0
    }

    /// Rounds played on a map.
    pub fn rounds_played(&self, map: u8) -> u8 {
        self.map(map).log.len() as u8
    }

    /// Whether team A plays the next round of the current map as T.
    pub fn a_is_t(&self) -> bool {
        let map = self.map(self.current.max(1));
        let next = u16::from(map.rounds[0]) + u16::from(map.rounds[1]) + 1;
        self.rules().side_in_round(map.first_side_a, next) == Side::T
    }

    /// For a market on a map without a winner: it may come, unless the series ended without it.
    pub fn undecided_or_not_played(&self, map: u8) -> crate::market::MarketResult {
        if self.winner().is_some() && !self.map(map).started {
            crate::market::MarketResult::NotPlayed
        } else {
            crate::market::MarketResult::Undecided
        }
    }

    /// The forecast of a map that is not over.
    pub fn forecast(&self, map: u8) -> Option<&MapForecast> {
        self.map(map).forecast.as_deref()
    }

    /// P(A wins this round), from the map's parameters.
    pub fn round_chance_a(&self, map: u8, round: u8) -> Option<f64> {
        Some(self.map(map).model()?.round_a(self.rules(), u16::from(round)))
    }

    /// The forecast of the series; `None` while a map still to be played lacks parameters, or once
    /// it is over.
    pub fn series_forecast(&self) -> Option<SeriesForecast> {
        let mut map_a = [0.0; MAPS_MAX];
        for (chance, map) in map_a.iter_mut().zip(&self.maps) {
            *chance = match (map.winner, &map.forecast) {
                (Some(_), _) => 0.0,
                (None, Some(forecast)) => forecast.winner_a(),
                (None, None) => return None,
            };
        }
        let [a, b] = self.maps_won;
        SeriesForecast::new(self.best_of, a, b, &map_a[..self.maps.len()]).ok()
    }

    /// P(A wins the live map) now and after each result of its next round; `None` without a live
    /// map or its parameters.
    pub fn branches(&self) -> Option<WinBranches> {
        if self.phase() != MatchPhase::Live {
            return None;
        }
        let map = self.map(self.current);
        let [a, b] = map.rounds.map(u16::from);
        win_grid(self.rules(), &map.model()?, a, b).ok()
    }

    /// Sets a map's name, first side and strengths. Returns whether they can be used: strengths too
    /// close to certainty cannot.
    pub fn set_map(
        &mut self,
        map: u8,
        name: Name,
        first_side_a: Side,
        chances: [Probability; 2],
    ) -> bool {
        if model(first_side_a, chances).is_none() {
            return false;
        }
        let rules = self.rules();
        let target = self.map_mut(map);
        target.name = Some(name);
        target.chances = Some(chances);
        // Once a map is live, its feed knows the sides better than the plan.
        if !target.started {
            target.first_side_a = first_side_a;
        }
        target.refresh(rules);
        true
    }

    /// Applies what a feed said, or says why it cannot be. A refused event changes nothing.
    ///
    /// # Errors
    /// [`Impossible`] for a score that no sequence of rounds reaches, a round or map out of turn, a
    /// rewind forward, an end that the rounds do not show.
    pub fn apply(&mut self, event: GameEvent, seq: Seq) -> Result<Change, Impossible> {
        match event {
            GameEvent::Heartbeat | GameEvent::Held | GameEvent::Released | GameEvent::Disputed => {
                Ok(Change::None)
            }
            GameEvent::MapStarted { map, first_side_a } => self.start_map(map, first_side_a),
            GameEvent::RoundWon { map, round, winner } => self.win_round(map, round, winner, seq),
            GameEvent::Rewound { map, to_round } => self.rewind(map, to_round),
            GameEvent::MapOver { map, rounds_a, rounds_b } => {
                self.confirm_map(map, [rounds_a, rounds_b])
            }
            GameEvent::RoundStarted { map, round } => self.start_round(map, round),
        }
    }

    fn start_map(&mut self, map: u8, first_side_a: Side) -> Result<Change, Impossible> {
        let expected = match self.phase() {
            MatchPhase::Scheduled => 1,
            MatchPhase::Live => self.current,
            MatchPhase::Break => self.current + 1,
            // No map number fits any more, not even zero.
            MatchPhase::Over => return Err(Impossible { expected: 0, actual: map }),
        };
        if map != expected {
            return Err(Impossible { expected, actual: map });
        }
        let played = self.rounds_played(map);
        if played != 0 {
            return Err(Impossible { expected: 0, actual: played });
        }
        let rules = self.rules();
        self.current = map;
        // What had begun was no round that counts.
        let was_live = core::mem::take(&mut self.live_round) != 0;
        let target = self.map_mut(map);
        if target.started && target.first_side_a == first_side_a && !was_live {
            return Ok(Change::None);
        }
        target.started = true;
        target.first_side_a = first_side_a;
        target.refresh(rules);
        Ok(Change::Moved { map })
    }

    fn start_round(&mut self, map: u8, round: u8) -> Result<Change, Impossible> {
        self.must_be_current(map)?;
        if self.map(map).winner.is_some() {
            return Err(Impossible { expected: 0, actual: round });
        }
        let expected = self.rounds_played(map) + 1;
        if round != expected {
            return Err(Impossible { expected, actual: round });
        }
        let was_live = core::mem::replace(&mut self.live_round, round) == round;
        Ok(if was_live { Change::None } else { Change::Started { map, round } })
    }

    fn win_round(
        &mut self,
        map: u8,
        round: u8,
        winner: Team,
        seq: Seq,
    ) -> Result<Change, Impossible> {
        self.must_be_current(map)?;
        if self.map(map).winner.is_some() {
            // No round number fits any more, not even zero.
            return Err(Impossible { expected: 0, actual: round });
        }
        let expected = self.rounds_played(map) + 1;
        if round != expected || usize::from(round) > ROUNDS_MAX {
            return Err(Impossible { expected, actual: round });
        }
        let rules = self.rules();
        self.live_round = 0;
        let target = self.map_mut(map);
        target.log.push((winner, seq));
        target.rounds[winner as usize] += 1;
        let [a, b] = target.rounds.map(u16::from);
        if rules.is_final(a, b) {
            target.winner = Some(winner);
            self.maps_won[winner as usize] += 1;
        }
        self.map_mut(map).refresh(rules);
        Ok(Change::Moved { map })
    }

    fn rewind(&mut self, map: u8, to_round: u8) -> Result<Change, Impossible> {
        self.must_be_current(map)?;
        let played = self.rounds_played(map);
        if to_round > played {
            return Err(Impossible { expected: played, actual: to_round });
        }
        let rules = self.rules();
        let was_live = core::mem::take(&mut self.live_round) != 0;
        let target = self.map_mut(map);
        let Some((_, first)) = target.log.get(usize::from(to_round)).copied() else {
            // The round being played is played again.
            return Ok(if was_live { Change::Moved { map } } else { Change::None });
        };
        for (team, _) in target.log.drain(usize::from(to_round)..) {
            target.rounds[team as usize] -= 1;
        }
        if let Some(winner) = target.winner.take() {
            self.maps_won[winner as usize] -= 1;
        }
        self.map_mut(map).refresh(rules);
        Ok(Change::Undone { map, first })
    }

    fn confirm_map(&self, map: u8, rounds: [u8; 2]) -> Result<Change, Impossible> {
        self.must_be_current(map)?;
        for (expected, actual) in self.rounds(map).into_iter().zip(rounds) {
            if expected != actual {
                return Err(Impossible { expected, actual });
            }
        }
        // The right score, but one at which a map goes on.
        if self.map_winner(map).is_none() {
            let expected = self.rules().win_target() as u8;
            return Err(Impossible { expected, actual: rounds[0].max(rounds[1]) });
        }
        Ok(Change::None)
    }

    fn must_be_current(&self, map: u8) -> Result<(), Impossible> {
        if map == self.current && map != 0 {
            Ok(())
        } else {
            Err(Impossible { expected: self.current, actual: map })
        }
    }
}

impl Map {
    fn new() -> Self {
        Self {
            name: None,
            first_side_a: Side::Ct,
            chances: None,
            started: false,
            rounds: [0; 2],
            log: Vec::with_capacity(ROUNDS_MAX),
            winner: None,
            forecast: None,
        }
    }

    fn model(&self) -> Option<MapModel> {
        model(self.first_side_a, self.chances?)
    }

    fn refresh(&mut self, rules: RoundRules) {
        let [a, b] = self.rounds.map(u16::from);
        let forecast = self.model().and_then(|model| MapForecast::new(rules, &model, a, b).ok());
        match (&mut self.forecast, forecast) {
            // Reuses the box: a round must not allocate.
            (Some(kept), Some(new)) => **kept = new,
            (kept, new) => *kept = new.map(Box::new),
        }
    }
}

fn model(first_side_a: Side, chances: [Probability; 2]) -> Option<MapModel> {
    let [t, ct] = chances.map(Probability::as_f64);
    MapModel::new(first_side_a, BySide { t, ct }, None).ok()
}
