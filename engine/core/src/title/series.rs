//! A series of maps: which one is played, who won which, and what an event may say.
//!
//! Owns the order of maps and the score in maps. How a map is played is its own: [`RoundMap`] or
//! [`MobaMap`]. Does not know markets, money or feeds.
//!
//! Invariant: at most one map is live, and every map before it is over.

use alloc::boxed::Box;

use super::moba::{MobaMap, MobaRules};
use super::rounds::RoundMap;
use super::{Play, TitleRules};
use crate::command::{MarketKind, RoundFormat, Side, Team, Title};
use crate::event::MatchPhase;
use crate::market::MarketResult;
use crate::pricing::{
    MapForecast, MobaModel, MobaModels, RoundRules, RoundsAfter, SERIES_ROUNDS_MAX, SeriesForecast,
    WinBranches, win_grid,
};
use crate::units::{Name, Seq};

/// Most maps in a series.
pub const MAPS_MAX: usize = 5;

/// A series and its score.
#[derive(Clone, Debug)]
pub struct Series {
    pub(super) title: Title,
    pub(super) format: RoundFormat,
    pub(super) best_of: u8,
    pub(super) maps: Box<[Map]>,
    /// The map being played or played last, from 1; 0 before the first.
    pub(super) current: u8,
    pub(super) maps_won: [u8; 2],
    /// The round of the current map that is being played; 0 between rounds.
    pub(super) live_round: u8,
    /// Whether overtime counts for winner, handicap and total of a map.
    pub(super) overtime_counts: bool,
    /// Whether a market is on the rounds of the whole series.
    pub(super) counts_rounds: bool,
    /// Derived; only kept for such a market.
    pub(super) rounds_after: Option<Box<RoundsAfter>>,
}

/// One map of a series.
#[derive(Clone, Debug)]
pub(super) struct Map {
    pub name: Option<Name>,
    pub started: bool,
    /// The command that started it.
    pub began_at: Seq,
    /// Who was given it without winning it.
    pub awarded: Option<Team>,
    /// Whether its end was confirmed by a message of its own.
    pub confirmed: bool,
    pub game: Game,
}

/// How a map is played.
#[derive(Clone, Debug)]
pub(super) enum Game {
    Rounds(RoundMap),
    Moba(MobaMap),
}

/// How a series ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SeriesResult {
    /// A team won most maps.
    Won(Team),
    /// All maps were played and both teams won as many.
    Drawn,
}

impl Series {
    /// A series before its first map. `best_of` is 1, 2, 3 or 5; the title has the format.
    pub fn new(title: Title, format: RoundFormat, best_of: u8, models: MobaModels) -> Self {
        let maps = (0..best_of).map(|_| Map::new(models.of(title))).collect();
        Self {
            title,
            format,
            best_of,
            maps,
            current: 0,
            maps_won: [0; 2],
            live_round: 0,
            overtime_counts: true,
            counts_rounds: false,
            rounds_after: None,
        }
    }

    /// The length of a map; `None` in a game without rounds.
    pub fn rules(&self) -> Option<RoundRules> {
        match self.title.rules().play {
            Play::Rounds { rules } => rules(self.format),
            Play::Moba(_) => None,
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

    /// Whether both teams can win as many maps.
    pub fn can_be_drawn(&self) -> bool {
        self.best_of.is_multiple_of(2)
    }

    /// Maps won: A, B.
    pub fn maps_won(&self) -> [u8; 2] {
        self.maps_won
    }

    /// The map being played or played last, from 1; 0 before the first.
    pub fn current(&self) -> u8 {
        self.current
    }

    /// The round being played, from 1; 0 between two.
    pub fn live_round(&self) -> u8 {
        self.live_round
    }

    /// Whether the series can have a map of this number.
    pub fn has_map(&self, map: u8) -> bool {
        1 <= map && map <= self.best_of
    }

    /// How the series ended.
    #[inline]
    pub fn result(&self) -> Option<SeriesResult> {
        let needed = self.maps_to_win();
        match self.maps_won {
            [a, _] if a == needed => Some(SeriesResult::Won(Team::A)),
            [_, b] if b == needed => Some(SeriesResult::Won(Team::B)),
            [a, b] if a + b == self.best_of => Some(SeriesResult::Drawn),
            _ => None,
        }
    }

    /// Whether a map is being played. Before the first one, as most bets are placed, that is one
    /// look.
    #[inline]
    pub fn is_in_play(&self) -> bool {
        self.current != 0 && self.phase() == MatchPhase::Live
    }

    /// The memory at which [`Series::is_in_play`] looks first.
    #[inline]
    pub(crate) fn looked_at_first(&self) -> *const u8 {
        core::ptr::from_ref(&self.current)
    }

    /// Where the series stands.
    #[inline]
    pub fn phase(&self) -> MatchPhase {
        if self.result().is_some() {
            MatchPhase::Over
        } else if self.current == 0 {
            MatchPhase::Scheduled
        } else if self.map_winner(self.current).is_some() {
            MatchPhase::Break
        } else {
            MatchPhase::Live
        }
    }

    pub(super) fn map(&self, map: u8) -> &Map {
        &self.maps[usize::from(map) - 1]
    }

    pub(super) fn map_mut(&mut self, map: u8) -> &mut Map {
        &mut self.maps[usize::from(map) - 1]
    }

    /// A map played in rounds, if this one is.
    pub fn round_map(&self, map: u8) -> Option<&RoundMap> {
        match &self.map(map).game {
            Game::Rounds(rounds) => Some(rounds),
            Game::Moba(_) => None,
        }
    }

    /// A map of a MOBA, if this is one.
    pub fn moba_map(&self, map: u8) -> Option<&MobaMap> {
        match &self.map(map).game {
            Game::Rounds(_) => None,
            Game::Moba(moba) => Some(moba),
        }
    }

    /// What bounds a map of this game, if it is a MOBA.
    pub(crate) fn moba_rules(&self) -> Option<&'static MobaRules> {
        match &self.title.rules().play {
            Play::Moba(rules) => Some(rules),
            Play::Rounds { .. } => None,
        }
    }

    /// Rounds of a map: A, B; none in a game without rounds.
    pub fn rounds(&self, map: u8) -> [u8; 2] {
        self.round_map(map).map_or([0; 2], RoundMap::rounds)
    }

    /// A map's name, if it is known.
    pub fn map_name(&self, map: u8) -> Option<Name> {
        self.map(map).name
    }

    /// Who won a map.
    pub fn map_winner(&self, map: u8) -> Option<Team> {
        self.map(map).winner()
    }

    /// Whether a market is on the round that is being played.
    #[inline]
    pub fn is_live(&self, kind: MarketKind) -> bool {
        self.live_round != 0
            && kind.map() == Some(self.current)
            && self.round_of(kind) == Some(self.live_round)
    }

    /// The round that a market is on, if it is on a single one.
    pub fn round_of(&self, kind: MarketKind) -> Option<u8> {
        kind.round(self.rules()?.rounds_per_half() as u8)
    }

    /// Whether a map has reached overtime.
    pub fn is_beyond_regulation(&self, map: u8) -> bool {
        let [a, b] = self.rounds(map).map(u16::from);
        self.rules().is_some_and(|rules| rules.rounds_per_half() <= a.min(b))
    }

    /// Rounds played on all maps.
    pub fn rounds_of_all_maps(&self) -> u16 {
        (1..=self.best_of).map(|map| u16::from(self.rounds_played(map))).sum()
    }

    /// P(all maps of the series take more rounds than the line, in half rounds); `None` while a map
    /// still to be played has no strengths, or once the series is over.
    pub fn rounds_over(&self, line_half_units: i32) -> Option<f64> {
        let after = self.rounds_after.as_deref()?;
        let next = self.next_map()?;
        let finished: u16 = (1..next).map(|map| u16::from(self.rounds_played(map))).sum();
        let left = line_half_units.div_euclid(2) - i32::from(finished);
        let Ok(left) = usize::try_from(left) else { return Some(1.0) };
        let left = left.min(SERIES_ROUNDS_MAX);
        Some((1.0 - after.at_most(self.forecast(next)?, left)).clamp(0.0, 1.0))
    }

    /// The first map without a winner, while the series goes on.
    fn next_map(&self) -> Option<u8> {
        let [a, b] = self.maps_won;
        self.result().is_none().then_some(a + b + 1)
    }

    /// Keeps from now on what markets on the rounds of the whole series need.
    pub fn count_rounds(&mut self) {
        self.counts_rounds = true;
        self.refresh_rounds_after();
    }

    /// Makes anew what follows the map being played. Needed when that map or a later one changes
    /// its place or its strengths; not for a round.
    pub(super) fn refresh_rounds_after(&mut self) {
        if !self.counts_rounds {
            return;
        }
        let after = self.next_map().and_then(|next| {
            let mut later = [None; MAPS_MAX];
            let count = usize::from(self.best_of - next);
            for (forecast, map) in later.iter_mut().zip(next + 1..=self.best_of) {
                *forecast = Some(self.forecast(map)?);
            }
            // The filler is never read.
            let first = later[0].or(self.forecast(next))?;
            let later = later.map(|forecast| forecast.unwrap_or(first));
            Some(RoundsAfter::new(self.best_of, self.maps_won, &later[..count]))
        });
        match (&mut self.rounds_after, after) {
            // Reuses the box: the end of a map must not allocate.
            (Some(kept), Some(new)) => **kept = new,
            (kept, new) => *kept = new.map(Box::new),
        }
    }

    /// Rounds played on a map.
    pub fn rounds_played(&self, map: u8) -> u8 {
        self.round_map(map).map_or(0, RoundMap::played)
    }

    /// Whether team A plays the next round of the current map as T; in a MOBA, whether it plays on
    /// the first side.
    pub fn a_is_t(&self) -> bool {
        let side = match (&self.map(self.current.max(1)).game, self.rules()) {
            (Game::Rounds(map), Some(rules)) => {
                rules.side_in_round(map.first_side_a, u16::from(map.played()) + 1)
            }
            (Game::Rounds(map), None) => map.first_side_a,
            (Game::Moba(map), _) => map.side_a,
        };
        side == Side::T
    }

    /// For a market on a map without a result: it may come, unless the series ended without it.
    pub fn undecided_or_not_played(&self, map: u8) -> MarketResult {
        if self.result().is_some() && !self.map(map).started {
            MarketResult::NotPlayed
        } else {
            MarketResult::Undecided
        }
    }

    /// Whether anything has been said of how a map stands: what a restored server can take back.
    pub(crate) fn has_a_score(&self, map: u8) -> bool {
        match &self.map(map).game {
            Game::Rounds(rounds) => rounds.played() != 0,
            Game::Moba(moba) => moba.has_begun(),
        }
    }

    /// The forecast of a map in rounds that is not over.
    pub fn forecast(&self, map: u8) -> Option<&MapForecast> {
        self.round_map(map)?.forecast()
    }

    /// P(A wins a map that is not over).
    pub fn map_chance_a(&self, map: u8) -> Option<f64> {
        match &self.map(map).game {
            Game::Rounds(rounds) => rounds.forecast().map(MapForecast::winner_a),
            Game::Moba(moba) => moba.chance_a(),
        }
    }

    /// P(A wins this round), from the map's parameters.
    pub fn round_chance_a(&self, map: u8, round: u8) -> Option<f64> {
        Some(self.round_map(map)?.model()?.round_a(self.rules()?, u16::from(round)))
    }

    /// The forecast of the series; `None` while a map still to be played has no chances, or once it
    /// is over.
    pub fn series_forecast(&self) -> Option<SeriesForecast> {
        let mut map_a = [0.0; MAPS_MAX];
        for (chance, map) in map_a.iter_mut().zip(1..=self.best_of) {
            *chance = match self.map_winner(map) {
                Some(_) => 0.0,
                None => self.map_chance_a(map)?,
            };
        }
        let [a, b] = self.maps_won;
        SeriesForecast::new(self.best_of, a, b, &map_a[..self.maps.len()]).ok()
    }

    /// P(A wins the live map) now and after each result of its next round; `None` without a live
    /// map, its parameters, or rounds.
    pub fn branches(&self) -> Option<WinBranches> {
        if self.phase() != MatchPhase::Live {
            return None;
        }
        let map = self.round_map(self.current)?;
        let [a, b] = map.rounds().map(u16::from);
        win_grid(self.rules()?, &map.model()?, a, b).ok()
    }
}

impl Map {
    /// One map still to be played: of a MOBA priced by this model, or in rounds.
    pub fn new(model: Option<&'static MobaModel>) -> Self {
        let game = match model {
            None => Game::Rounds(RoundMap::new()),
            Some(model) => Game::Moba(MobaMap::new(model)),
        };
        Self { name: None, started: false, began_at: Seq(0), awarded: None, confirmed: false, game }
    }

    /// Its end no longer stands.
    pub fn lose_winner(&mut self) {
        (self.awarded, self.confirmed) = (None, false);
    }

    /// Gives it to a team, or takes that back.
    pub fn award(&mut self, to: Option<Team>, rules: Option<RoundRules>) {
        self.awarded = to;
        match (&mut self.game, rules) {
            (Game::Rounds(rounds), Some(rules)) if to.is_none() => rounds.find_winner(rules),
            (Game::Rounds(rounds), _) => rounds.winner = to,
            (Game::Moba(moba), _) => moba.winner = to,
        }
    }

    pub fn winner(&self) -> Option<Team> {
        match &self.game {
            Game::Rounds(rounds) => rounds.winner,
            Game::Moba(moba) => moba.winner,
        }
    }

    pub fn refresh(&mut self, title: &TitleRules, rules: Option<RoundRules>) {
        match (&mut self.game, &title.play, rules) {
            (Game::Rounds(map), Play::Rounds { .. }, Some(rules)) => map.refresh(rules),
            (Game::Moba(map), Play::Moba(_), _) => map.refresh(),
            (Game::Rounds(_), ..) | (Game::Moba(_), ..) => {
                unreachable!("a map is of the kind that its title plays")
            }
        }
    }
}
