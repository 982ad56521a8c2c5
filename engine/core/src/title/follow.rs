//! What feeds say of a series, and what cannot be.
//!
//! Owns the way from an event to a changed series: each title's rules decide whether it can follow
//! from the score. A refused event changes no score.

use super::moba::{Heard, MobaMap, MobaRules};
use super::rounds::{ROUNDS_MAX, RoundMap};
use super::series::{Game, Series};
use crate::command::{GameEvent, MobaState, Side, Team};
use crate::event::MatchPhase;
use crate::pricing::RoundRules;
use crate::units::Seq;

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
    /// The numbers of this map moved, and its prices with them.
    Shifted {
        /// The map, from 1.
        map: u8,
        /// Whether it is another map to a bettor. If not, bets that wait are not turned away.
        is_material: bool,
    },
    /// A round is being played now.
    Started {
        /// The map, from 1.
        map: u8,
        /// The round, from 1.
        round: u8,
    },
    /// Something of this map no longer stands.
    Undone {
        /// The map, from 1.
        map: u8,
        /// The command that had said the first of it.
        first: Seq,
    },
    /// The end of this map is confirmed; nothing else changed.
    Confirmed {
        /// The map, from 1.
        map: u8,
    },
    /// What is thought of this map changed; its score did not.
    Opinion {
        /// The map, from 1.
        map: u8,
    },
}

/// Why a game event cannot follow from the score: what was expected, and what came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Impossible {
    /// What it breaks.
    pub rule: FeedRule,
    /// The number that would have fitted, or the nearest of those.
    pub expected: i64,
    /// The number that came.
    pub actual: i64,
}

/// What can be impossible about an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub enum FeedRule {
    /// The event belongs to a game of another kind.
    OtherGame,
    /// A map out of turn, or after the end of the series.
    MapOutOfTurn,
    /// A map began that has a score.
    MapHasBegun,
    /// A round out of turn.
    RoundOutOfTurn,
    /// A round on a map that is over.
    MapIsOver,
    /// More rounds taken back than were played.
    RewindForward,
    /// The end of a map at another score than its rounds say.
    ScoreDiffers,
    /// The end of a map at a score with which it goes on.
    MapGoesOn,
    /// The game clock ran back.
    TimeRunsBack,
    /// The game clock stands beyond the longest map.
    TimeTooLong,
    /// A lead above everything that can be by then.
    LeadTooLarge,
    /// A team has fewer kills than before.
    KillsFell,
    /// A team has taken fewer towers than before.
    TowersFell,
    /// A team has taken fewer objectives than before.
    ObjectivesFell,
    /// A team has taken more towers than stand on the map.
    TooManyTowers,
    /// The teams have taken more objectives than can have been by then.
    TooManyObjectives,
    /// The game clock ran on by more than one update can miss.
    TimeJumps,
    /// The lead moved further than it can since the last update.
    LeadJumps,
    /// A team has more new kills than there can be since the last update.
    KillsJump,
    /// A team has taken more towers than it can since the last update.
    TowersJump,
    /// The teams have taken more objectives than they can since the last update.
    ObjectivesJump,
    /// The game clocks of two sources stand too far apart.
    ClocksApart,
    /// Two sources say leads that cannot both be.
    LeadsApart,
    /// Two sources say kills that cannot both be.
    KillsApart,
    /// Two sources say towers that cannot both be.
    TowersApart,
    /// Two sources say objectives that cannot both be.
    ObjectivesApart,
    /// More rewinds than a match can have before a person looks.
    TooManyRewinds,
    /// The source says itself that it contradicts itself.
    Disputed,
    /// A map was won sooner than any has been.
    WonTooSoon,
}

impl Impossible {
    pub(super) fn new(rule: FeedRule, expected: impl Into<i64>, actual: impl Into<i64>) -> Self {
        Self { rule, expected: expected.into(), actual: actual.into() }
    }
}

impl Series {
    /// Applies what a feed said, or says why it cannot be. A refused event changes nothing; of one that
    /// jumps it is remembered, so that the next can go on from there.
    ///
    /// # Errors
    /// [`Impossible`] with the rule that the event breaks.
    pub fn apply(&mut self, event: GameEvent, seq: Seq) -> Result<Change, Impossible> {
        match event {
            GameEvent::Heartbeat | GameEvent::Held | GameEvent::Released | GameEvent::Disputed => {
                Ok(Change::None)
            }
            GameEvent::MapStarted { map, first_side_a } => self.start_map(map, first_side_a, seq),
            GameEvent::RoundWon { map, round, winner } => self.win_round(map, round, winner, seq),
            GameEvent::Rewound { map, to_round } => self.rewind(map, to_round),
            GameEvent::MapOver { map, rounds_a, rounds_b } => {
                self.confirm_map(map, [rounds_a, rounds_b])
            }
            GameEvent::RoundStarted { map, round } => self.start_round(map, round),
            GameEvent::NextRound { map, round, a } => {
                self.must_be_current(map)?;
                // A feed goes by no opinion of ours.
                self.set_next_round(map, round, a, true)
            }
            GameEvent::MobaState { map, state } => self.hear_moba(map, state, seq),
            GameEvent::MapWon { map, winner } => self.win_moba(map, winner, seq),
            GameEvent::MobaRewound { map, state } => self.rewind_moba(map, state),
        }
    }

    /// Whether the match can have such a word at all: of one of its maps, and of its kind of game.
    pub(crate) fn can_be_told(&self, event: GameEvent) -> bool {
        let is_moba = self.moba_rules().is_some();
        let (map, of_a_moba) = match event {
            GameEvent::Heartbeat | GameEvent::Held | GameEvent::Released | GameEvent::Disputed => {
                return true;
            }
            GameEvent::MapStarted { map, .. } => (map, is_moba),
            GameEvent::RoundWon { map, .. }
            | GameEvent::Rewound { map, .. }
            | GameEvent::MapOver { map, .. }
            | GameEvent::RoundStarted { map, .. }
            | GameEvent::NextRound { map, .. } => (map, false),
            GameEvent::MobaState { map, .. }
            | GameEvent::MapWon { map, .. }
            | GameEvent::MobaRewound { map, .. } => (map, true),
        };
        self.has_map(map) && of_a_moba == is_moba
    }

    fn start_map(&mut self, map: u8, first_side_a: Side, seq: Seq) -> Result<Change, Impossible> {
        let expected = match self.phase() {
            MatchPhase::Scheduled => 1,
            MatchPhase::Live => self.current,
            MatchPhase::Break => self.current + 1,
            // No map number fits any more, not even zero.
            MatchPhase::Over => 0,
        };
        if map != expected || expected == 0 {
            return Err(Impossible::new(FeedRule::MapOutOfTurn, expected, map));
        }
        let (title, rules) = (self.title, self.rules());
        let (started, side) = match &self.map(map).game {
            Game::Rounds(rounds) if rounds.played() != 0 => {
                return Err(Impossible::new(FeedRule::MapHasBegun, 0, rounds.played()));
            }
            Game::Moba(moba) if moba.has_begun() => {
                let time = moba.state().map_or(0, |state| state.time_s);
                return Err(Impossible::new(FeedRule::MapHasBegun, 0, time));
            }
            Game::Rounds(rounds) => (self.map(map).started, rounds.first_side_a),
            Game::Moba(moba) => (self.map(map).started, moba.side_a),
        };
        self.current = map;
        // What had begun was no round that counts.
        let was_live = core::mem::take(&mut self.live_round) != 0;
        if started && side == first_side_a && !was_live {
            return Ok(Change::None);
        }
        let target = self.map_mut(map);
        if !target.started {
            target.began_at = seq;
        }
        target.started = true;
        match &mut target.game {
            Game::Rounds(rounds) => rounds.first_side_a = first_side_a,
            Game::Moba(moba) => moba.side_a = first_side_a,
        }
        target.refresh(title.rules(), rules);
        Ok(Change::Moved { map })
    }

    fn start_round(&mut self, map: u8, round: u8) -> Result<Change, Impossible> {
        self.round_fits(map, round)?;
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
        let rules = self.round_fits(map, round)?;
        if usize::from(round) > ROUNDS_MAX {
            return Err(Impossible::new(FeedRule::RoundOutOfTurn, ROUNDS_MAX as i64, round));
        }
        self.live_round = 0;
        let rounds = self.rounds_mut(map)?;
        rounds.win(rules, winner, seq);
        rounds.refresh(rules);
        if rounds.winner.is_some() {
            self.maps_won[winner as usize] += 1;
            self.refresh_rounds_after();
        }
        Ok(Change::Moved { map })
    }

    /// Whether this round of the current map is the next one.
    fn round_fits(&self, map: u8, round: u8) -> Result<RoundRules, Impossible> {
        self.must_be_current(map)?;
        let other = Impossible::new(FeedRule::OtherGame, 0, round);
        let rounds = self.round_map(map).ok_or(other)?;
        if rounds.winner.is_some() {
            // No round number fits any more, not even zero.
            return Err(Impossible::new(FeedRule::MapIsOver, 0, round));
        }
        let expected = rounds.played() + 1;
        if round != expected {
            return Err(Impossible::new(FeedRule::RoundOutOfTurn, expected, round));
        }
        self.rules().ok_or(other)
    }

    fn rounds_mut(&mut self, map: u8) -> Result<&mut RoundMap, Impossible> {
        match &mut self.map_mut(map).game {
            Game::Rounds(rounds) => Ok(rounds),
            Game::Moba(_) => Err(Impossible::new(FeedRule::OtherGame, 0, map)),
        }
    }

    fn rewind(&mut self, map: u8, to_round: u8) -> Result<Change, Impossible> {
        self.must_be_current(map)?;
        let rules = self.rules().ok_or(Impossible::new(FeedRule::OtherGame, 0, to_round))?;
        let rounds = self.rounds_mut(map)?;
        if to_round > rounds.played() {
            return Err(Impossible::new(FeedRule::RewindForward, rounds.played(), to_round));
        }
        let winner = rounds.winner;
        let first = rounds.rewind(to_round);
        rounds.refresh(rules);
        let was_live = core::mem::take(&mut self.live_round) != 0;
        let Some(first) = first else {
            // The round being played is played again.
            return Ok(if was_live { Change::Moved { map } } else { Change::None });
        };
        self.map_mut(map).lose_winner();
        self.take_back_map(winner);
        Ok(Change::Undone { map, first })
    }

    fn take_back_map(&mut self, winner: Option<Team>) {
        if let Some(winner) = winner {
            self.maps_won[winner as usize] -= 1;
            self.refresh_rounds_after();
        }
    }

    fn confirm_map(&mut self, map: u8, score: [u8; 2]) -> Result<Change, Impossible> {
        self.must_be_current(map)?;
        let rules = self.rules().ok_or(Impossible::new(FeedRule::OtherGame, 0, map))?;
        for (expected, actual) in self.rounds(map).into_iter().zip(score) {
            if expected != actual {
                return Err(Impossible::new(FeedRule::ScoreDiffers, expected, actual));
            }
        }
        // The right score, but one at which a map goes on.
        if self.map_winner(map).is_none() {
            let most = score[0].max(score[1]);
            return Err(Impossible::new(FeedRule::MapGoesOn, rules.win_target(), most));
        }
        let was = core::mem::replace(&mut self.map_mut(map).confirmed, true);
        Ok(if was { Change::None } else { Change::Confirmed { map } })
    }

    /// The current map, if it is one of a MOBA.
    fn moba_mut(&mut self, map: u8) -> Result<(&mut MobaMap, &'static MobaRules), Impossible> {
        self.must_be_current(map)?;
        let rules = self.moba_rules().ok_or(Impossible::new(FeedRule::OtherGame, 0, map))?;
        match &mut self.map_mut(map).game {
            Game::Moba(moba) => Ok((moba, rules)),
            Game::Rounds(_) => Err(Impossible::new(FeedRule::OtherGame, 0, map)),
        }
    }

    fn hear_moba(&mut self, map: u8, state: MobaState, seq: Seq) -> Result<Change, Impossible> {
        let (moba, rules) = self.moba_mut(map)?;
        Ok(match moba.hear(rules, state, seq)? {
            Heard::Nothing => Change::None,
            Heard::Began => Change::Moved { map },
            Heard::Drift => Change::Shifted { map, is_material: false },
            Heard::Change => Change::Shifted { map, is_material: true },
        })
    }

    /// Takes what a source knows of the current map that the truth follows from now on.
    ///
    /// # Errors
    /// [`Impossible`] with the rule that the state breaks, whatever was before.
    pub fn adopt_moba(
        &mut self,
        map: u8,
        state: MobaState,
        seq: Seq,
    ) -> Result<Change, Impossible> {
        let (moba, rules) = self.moba_mut(map)?;
        let is_new = moba.adopt(rules, state, seq)?;
        moba.refresh();
        Ok(if is_new { Change::Moved { map } } else { Change::None })
    }

    fn win_moba(&mut self, map: u8, winner: Team, seq: Seq) -> Result<Change, Impossible> {
        let (moba, rules) = self.moba_mut(map)?;
        if !moba.win(rules, winner, seq)? {
            return Ok(Change::None);
        }
        moba.refresh();
        // A game without rounds names its winner at the end and nowhere else.
        self.map_mut(map).confirmed = true;
        self.maps_won[winner as usize] += 1;
        Ok(Change::Moved { map })
    }

    fn rewind_moba(&mut self, map: u8, state: MobaState) -> Result<Change, Impossible> {
        let (_, rules) = self.moba_mut(map)?;
        if !self.map(map).started {
            // It was given away before it began, so there is no moment of it to go back to.
            return Err(Impossible::new(FeedRule::RewindForward, 0, state.time_s));
        }
        let (moba, _) = self.moba_mut(map)?;
        let winner = moba.winner;
        let first = moba.rewind(rules, state)?;
        moba.refresh();
        self.map_mut(map).lose_winner();
        self.take_back_map(winner);
        Ok(match first {
            Some(first) => Change::Undone { map, first },
            None => Change::Moved { map },
        })
    }

    fn must_be_current(&self, map: u8) -> Result<(), Impossible> {
        if map == self.current && map != 0 {
            Ok(())
        } else {
            Err(Impossible::new(FeedRule::MapOutOfTurn, self.current, map))
        }
    }
}
