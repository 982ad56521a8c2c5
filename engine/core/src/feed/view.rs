//! What one source has said the score is, and how that compares with the truth.
//!
//! Small enough that every source has its own: the rounds of the map it is on, one bit each, or the
//! numbers of a map against the clock, and the winners of maps that are named without rounds.

use crate::codec::wire_struct;
use crate::command::{GameEvent, MobaState, Side, Team};
use crate::pricing::RoundRules;
use crate::title::moba::{MobaMap, MobaRules};
use crate::title::rounds::ROUNDS_MAX;
use crate::title::{Impossible, Series};

/// A source's own score.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct View {
    /// The map it is on, from 1; 0 before its first word on any.
    pub map: u8,
    /// Rounds played on that map.
    pub played: u8,
    /// Who won them, the first in the lowest bit; set if it was B.
    pub won_by_b: u128,
    /// Who won maps, two bits each, the first map's lowest: 0 unknown, 1 A, 2 B.
    pub maps: u16,
    /// The round being played, from 1; 0 while it says of none.
    pub live: u8,
    /// Whether A began its map on the second side (`Side::Ct`).
    pub a_began_second: bool,
    /// How it says its map stands, if that is one against the clock.
    pub moba: Option<MobaState>,
}

wire_struct!(View { map, played, won_by_b, maps, live, a_began_second, moba });

/// How a source's score compares with the truth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Relation {
    /// It is the same.
    Agrees,
    /// The source has not said all of it yet.
    Behind,
    /// The source says more.
    Ahead,
    /// Both name a different winner of this round; 0 for the winner of the map as a whole.
    Disagrees { map: u8, round: u8 },
    /// Both say numbers of this map that cannot stand side by side.
    Apart { map: u8, odd: Impossible },
}

impl Relation {
    /// Whether only one of them can be right.
    pub(super) const fn contradicts(self) -> bool {
        match self {
            Self::Disagrees { .. } | Self::Apart { .. } => true,
            Self::Agrees | Self::Behind | Self::Ahead => false,
        }
    }
}

/// The truth, and by which rules others are compared with it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Truth {
    pub view: View,
    moba: Option<&'static MobaRules>,
}

impl Truth {
    pub(super) fn of(series: &Series) -> Self {
        Self { view: View::of(series), moba: series.moba_rules() }
    }
}

const BITS: u8 = ROUNDS_MAX as u8;

impl View {
    /// The truth as a view.
    pub(super) fn of(series: &Series) -> Self {
        let map = series.current();
        let (played, live) = (series.rounds_played(map.max(1)), series.live_round());
        let moba = series.moba_map(map.max(1)).and_then(MobaMap::state);
        let mut view = Self { map, played, live, moba, ..Self::default() };
        for round in 1..=view.played {
            if let Some(Team::B) = series.round_map(map).and_then(|map| map.round_winner(round)) {
                view.won_by_b |= 1 << (round - 1);
            }
        }
        // Who won the rounds of a map that was given away is another question.
        let is_told = |map: &u8| series.rules().is_none() || !series.is_awarded(*map);
        for map in (1..=series.best_of()).filter(is_told) {
            if let Some(winner) = series.map_winner(map) {
                view.set_map_winner(map, Some(winner));
            }
        }
        view
    }

    /// Takes the source's own next word. Returns whether it fits what the source said before.
    pub(super) fn hear(&mut self, event: GameEvent) -> bool {
        match event {
            GameEvent::RoundStarted { map, round } => {
                let is_next = map == self.map && round == self.played + 1;
                if is_next {
                    self.live = round;
                }
                // Who plays another round than the next by his own account has not told all of it.
                return is_next || self.map == 0;
            }
            GameEvent::MapStarted { .. }
            | GameEvent::RoundWon { .. }
            | GameEvent::Rewound { .. }
            | GameEvent::MapOver { .. }
            | GameEvent::MapWon { .. }
            | GameEvent::MobaRewound { .. } => self.live = 0,
            GameEvent::MobaState { .. }
            | GameEvent::NextRound { .. }
            | GameEvent::Heartbeat
            | GameEvent::Held
            | GameEvent::Released
            | GameEvent::Disputed => {}
        }
        match event {
            GameEvent::MapStarted { map, first_side_a } => {
                let is_next = self.map == 0 || map == self.map + 1;
                if is_next || map == self.map {
                    self.a_began_second = first_side_a == Side::Ct;
                }
                if is_next {
                    (self.map, self.played, self.won_by_b) = (map, 0, 0);
                    self.moba = None;
                }
                is_next || (map == self.map && self.played == 0)
            }
            GameEvent::RoundWon { map, round, winner } => {
                let fits = map == self.map && round == self.played + 1 && round <= BITS && map != 0;
                if fits {
                    self.won_by_b |= u128::from(winner == Team::B) << self.played;
                    self.played = round;
                }
                fits
            }
            GameEvent::Rewound { map, to_round } => {
                let fits = map == self.map && to_round <= self.played;
                if fits && to_round < self.played {
                    // Whoever won it has not, as long as rounds of it are taken back.
                    self.set_map_winner(map, None);
                    self.played = to_round;
                    self.won_by_b &= (1 << to_round) - 1;
                }
                fits
            }
            GameEvent::MapOver { map, rounds_a, rounds_b } => {
                let b = self.won_by_b.count_ones();
                let a = u32::from(self.played) - b;
                map == self.map && (u32::from(rounds_a), u32::from(rounds_b)) == (a, b)
            }
            GameEvent::MapWon { map, winner } => {
                let known = self.map_winner(map);
                let fits = self.map <= map && known.is_none_or(|known| known == winner);
                if fits {
                    self.turn_to(map);
                    self.set_map_winner(map, Some(winner));
                }
                fits
            }
            GameEvent::MobaRewound { map, state } => {
                self.set_map_winner(map, None);
                let fits = map == self.map;
                if fits {
                    self.moba = Some(state);
                }
                fits
            }
            GameEvent::MobaState { map, state } => {
                if map < self.map {
                    return false;
                }
                self.turn_to(map);
                // Its last word stands even if it took an earlier one back without saying so.
                let before = self.moba.replace(state);
                before.is_none_or(|before| MobaRules::grows(&before, &state).is_ok())
            }
            GameEvent::RoundStarted { .. }
            | GameEvent::NextRound { .. }
            | GameEvent::Heartbeat
            | GameEvent::Held
            | GameEvent::Released
            | GameEvent::Disputed => true,
        }
    }

    /// Compares with the truth.
    pub(super) fn against(&self, truth: &Truth) -> Relation {
        let (truth, rules) = (&truth.view, truth.moba);
        let is_denied = |map: u8| {
            let (said, known) = (self.map_winner(map), truth.map_winner(map));
            said.zip(known).is_some_and(|(said, known)| said != known)
        };
        let is_common = |map: u8| map == self.map && map == truth.map;
        if let Some(map) = (1..=8).find(|map| !is_common(*map) && is_denied(*map)) {
            return Relation::Disagrees { map, round: 0 };
        }
        if self.map == truth.map {
            let common = self.played.min(truth.played);
            let apart = (self.won_by_b ^ truth.won_by_b) & ((1 << common) - 1);
            if apart != 0 {
                let round = apart.trailing_zeros() as u8 + 1;
                return Relation::Disagrees { map: self.map, round };
            }
            if is_denied(self.map) {
                return Relation::Disagrees { map: self.map, round: 0 };
            }
            let is_over = |view: &Self| view.map_winner(view.map).is_some();
            if let (Some(rules), Some(known), Some(said)) = (rules, &truth.moba, &self.moba)
                && !is_over(self)
                && !is_over(truth)
                && let Err(odd) = rules.agree(known, said)
            {
                return Relation::Apart { map: self.map, odd };
            }
        }
        let knows_more = self.map_winner(self.map).is_some()
            && truth.map_winner(self.map).is_none()
            && truth.map <= self.map;
        match (self.map, self.played).cmp(&(truth.map, truth.played)) {
            core::cmp::Ordering::Greater => Relation::Ahead,
            core::cmp::Ordering::Equal if knows_more => Relation::Ahead,
            core::cmp::Ordering::Equal => Relation::Agrees,
            core::cmp::Ordering::Less => Relation::Behind,
        }
    }

    /// Notes who won the map that it is on if its rounds end it: it is remembered when the source is on the
    /// next one.
    pub(super) fn note_map_winner(&mut self, rules: Option<RoundRules>) {
        let b = self.won_by_b.count_ones() as u16;
        let a = u16::from(self.played) - b;
        if rules.is_some_and(|rules| rules.is_final(a, b)) {
            self.set_map_winner(self.map, Some(if b < a { Team::A } else { Team::B }));
        }
    }

    /// Takes over who won every map but the one that it is on.
    pub(super) fn take_other_maps(&mut self, truth: &Self) {
        let own = self.map_winner(self.map);
        self.maps = truth.maps;
        self.set_map_winner(self.map, own);
    }

    /// Its words are on this map from now on.
    fn turn_to(&mut self, map: u8) {
        if self.map != map {
            (self.map, self.moba) = (map, None);
        }
    }

    /// Who won a round of the map that the source is on.
    pub(super) fn round_winner(&self, round: u8) -> Team {
        if self.won_by_b >> (round - 1) & 1 == 1 { Team::B } else { Team::A }
    }

    pub(super) fn map_winner(&self, map: u8) -> Option<Team> {
        match self.maps.checked_shr(Self::shift(map)).unwrap_or_default() & 0b11 {
            1 => Some(Team::A),
            2 => Some(Team::B),
            _ => None,
        }
    }

    fn set_map_winner(&mut self, map: u8, winner: Option<Team>) {
        let shift = Self::shift(map);
        if shift < u16::BITS {
            let bits = winner.map_or(0, |winner| winner as u16 + 1);
            self.maps = self.maps & !(0b11 << shift) | bits << shift;
        }
    }

    /// Past the last bit for what is no map.
    fn shift(map: u8) -> u32 {
        map.checked_sub(1).map_or(u16::BITS, |index| 2 * u32::from(index))
    }
}
