//! A map of a MOBA: a clock, a lead, what has fallen, and a winner.
//!
//! Owns what a feed may say about such a map and the trader's opinion on it. What a lead is worth is
//! in the title's own model.
//!
//! When such a map has *materially* changed is a rule of its own, as its numbers move with every tick:
//! bets that wait out a delay would never live to see the end of it. See `Heard`.
//!
//! Invariants: time, kills and towers only grow; a map that has a winner has no price.

mod possible;

use alloc::vec::Vec;

pub use possible::{Growth, MobaRules, Objectives, TIME_S_MAX};

use super::follow::{FeedRule, Impossible};
use crate::command::{MobaState, Side, Team};
use crate::pricing::{MobaModel, MobaModels, MobaStanding};
use crate::state::State;
use crate::units::{Probability, Seq};

/// How finely it is remembered which command said what when, for a server that restores a moment.
const STRETCH_S: u16 = 10;
pub(super) const STRETCHES_MAX: usize = (TIME_S_MAX / STRETCH_S) as usize + 1;

/// How far the odds of a team, P/(1 − P), may drift before the map counts as another one to a bettor: by
/// a tenth either way. An even map has then moved by 2.4 points, and no team's probability has grown by
/// more than a tenth, so this is the most that a bet gains by waiting. A ratio and not a distance, as a
/// few points that are nothing to a favourite are half the price of an outsider.
const MATERIAL_RATIO: f64 = 1.1;

/// What a state of the map changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Heard {
    /// Nothing.
    Nothing,
    /// It was the first word on the map.
    Began,
    /// Its numbers, and so its price, but not enough to matter.
    Drift,
    /// It is materially another map: a tower or an objective fell, or the odds have left those of
    /// the last material change by [`MATERIAL_RATIO`].
    Change,
}

/// One map.
#[derive(Clone, Debug)]
pub struct MobaMap {
    /// What a lead is worth. The title's own table, unless a shadow prices with another.
    pub(super) model: &'static MobaModel,
    pub(super) side_a: Side,
    /// P(A wins) as a trader saw it before the map.
    pub(super) before: Option<Probability>,
    /// That opinion from which it counts how far one person moved it.
    pub(super) agreed: Option<Probability>,
    pub(super) state: Option<MobaState>,
    /// What was refused last because so much cannot happen at once. A source that goes on from there is
    /// right about it.
    pub(super) doubted: Option<MobaState>,
    /// What it said when the map last changed materially.
    pub(super) marked: Option<MobaState>,
    /// The first command of each stretch of the game clock that was spoken of.
    pub(super) stretches: Vec<(u16, Seq)>,
    pub(super) winner: Option<Team>,
    /// The command that named the winner, or gave the map away.
    pub(super) won_at: Seq,
    /// Derived from the fields above; `None` without an opinion or once the map is over.
    pub(super) chance_a: Option<f64>,
}

impl MobaMap {
    pub(super) fn new(model: &'static MobaModel) -> Self {
        Self {
            model,
            side_a: Side::T,
            before: None,
            agreed: None,
            state: None,
            doubted: None,
            marked: None,
            stretches: Vec::with_capacity(STRETCHES_MAX),
            winner: None,
            won_at: Seq(0),
            chance_a: None,
        }
    }

    /// What the feed said last.
    pub fn state(&self) -> Option<MobaState> {
        self.state
    }

    /// P(A wins the map).
    pub fn chance_a(&self) -> Option<f64> {
        self.chance_a
    }

    /// Takes a trader's opinion.
    pub(super) fn set(&mut self, before: Probability) {
        self.before = Some(before);
        self.mark();
    }

    /// P(A wins the map) as it stands, had a trader seen it so before the map and A on this side.
    pub(super) fn chance_by(&self, before: Probability, side_a: Side) -> Option<f64> {
        self.chance_of(self.state.unwrap_or_default(), before, side_a)
    }

    pub(super) fn has_begun(&self) -> bool {
        self.state.is_some()
    }

    /// From here on it is counted how far the map drifts.
    pub(super) fn mark(&mut self) {
        self.marked = self.state;
    }

    /// Takes a state of the map, and prices it. A jump is refused, and taken if the next state goes on
    /// from it: the source may have lost some of the map, and nobody could ever follow it again.
    pub(super) fn hear(
        &mut self,
        rules: &MobaRules,
        new: MobaState,
        seq: Seq,
    ) -> Result<Heard, Impossible> {
        if self.winner.is_some() {
            return Err(Impossible::new(FeedRule::MapIsOver, 0, new.time_s));
        }
        rules.possible(&new)?;
        if let Some(old) = &self.state {
            MobaRules::grows(old, &new)?;
            if let Err(jump) = rules.reaches(old, &new) {
                let goes_on = |doubted: &MobaState| {
                    doubted.time_s < new.time_s
                        && MobaRules::grows(doubted, &new).is_ok()
                        && rules.reaches(doubted, &new).is_ok()
                };
                if !self.doubted.as_ref().is_some_and(goes_on) {
                    self.doubted = Some(new);
                    return Err(jump);
                }
            }
        }
        self.doubted = None;
        self.remember(new.time_s, seq);
        let old = self.state.replace(new);
        if old == Some(new) {
            return Ok(Heard::Nothing);
        }
        self.refresh();
        if old.is_none() {
            self.mark();
            return Ok(Heard::Began);
        }
        if self.has_drifted_away() {
            self.mark();
            return Ok(Heard::Change);
        }
        Ok(Heard::Drift)
    }

    /// Notes which command was the first to speak of a stretch of the clock.
    fn remember(&mut self, time_s: u16, seq: Seq) {
        let stretch = time_s / STRETCH_S;
        if self.stretches.last().is_none_or(|(last, _)| *last < stretch) {
            self.stretches.push((stretch, seq));
        }
    }

    /// Takes the state of a source that the truth follows from now on. Nothing was decided by numbers,
    /// so no bet is void. Returns whether they are others.
    pub(super) fn adopt(
        &mut self,
        rules: &MobaRules,
        state: MobaState,
        seq: Seq,
    ) -> Result<bool, Impossible> {
        rules.possible(&state)?;
        self.doubted = None;
        // Whoever bets on it from now on bets on that moment, which a restored server may take back.
        self.remember(state.time_s, seq);
        let is_new = self.state.replace(state) != Some(state);
        self.mark();
        Ok(is_new)
    }

    /// Whether the map is materially another one than when it was last marked.
    fn has_drifted_away(&self) -> bool {
        let (Some(is), Some(was)) = (self.state, self.marked) else { return true };
        if is.towers != was.towers || is.objectives != was.objectives {
            return true;
        }
        // Nothing is on offer on a map without a price.
        let chances = (self.chance_in(is), self.chance_in(was));
        let (Some(is), Some(was)) = chances else { return false };
        // Compared as products: neither side is ever 0, and no logarithm is needed.
        let (for_a, against_a) = (is * (1.0 - was), was * (1.0 - is));
        for_a > against_a * MATERIAL_RATIO || against_a > for_a * MATERIAL_RATIO
    }

    /// Takes the end of the map. Returns whether it is news.
    pub(super) fn win(
        &mut self,
        rules: &MobaRules,
        winner: Team,
        seq: Seq,
    ) -> Result<bool, Impossible> {
        match self.winner {
            Some(known) if known == winner => Ok(false),
            Some(known) => Err(Impossible::new(FeedRule::MapIsOver, known as u8, winner as u8)),
            None => {
                rules.can_end(self.state.as_ref())?;
                (self.winner, self.won_at) = (Some(winner), seq);
                Ok(true)
            }
        }
    }

    /// Takes the moment that the server restored. Returns the command that had said the first of
    /// what no longer stands, as finely as that is remembered.
    pub(super) fn rewind(
        &mut self,
        rules: &MobaRules,
        to: MobaState,
    ) -> Result<Option<Seq>, Impossible> {
        rules.possible(&to)?;
        let time_s = self.state.map_or(0, |state| state.time_s);
        if time_s < to.time_s {
            return Err(Impossible::new(FeedRule::RewindForward, time_s, to.time_s));
        }
        let stands = |(stretch, _): &(u16, Seq)| *stretch <= to.time_s / STRETCH_S;
        let first = self.stretches.iter().find(|said| !stands(said)).map(|(_, seq)| *seq);
        let first = first.or(self.winner.map(|_| self.won_at));
        self.stretches.retain(stands);
        (self.state, self.doubted) = (Some(to), None);
        self.mark();
        self.winner = None;
        Ok(first)
    }

    pub(super) fn refresh(&mut self) {
        self.chance_a = match self.winner {
            Some(_) => None,
            None => self.chance_in(self.state.unwrap_or_default()),
        };
    }

    /// P(A wins the map) if it stood so; `None` without an opinion.
    fn chance_in(&self, state: MobaState) -> Option<f64> {
        self.chance_of(state, self.before?, self.side_a)
    }

    fn chance_of(&self, state: MobaState, before: Probability, side_a: Side) -> Option<f64> {
        let a_is_first = side_a == Side::T;
        let strength = self.model.strength_of(before.as_f64(), a_is_first)?;
        let MobaState { time_s, lead_milli, objectives: [a, b], .. } = state;
        let objectives = i32::from(a) - i32::from(b);
        let clock_s = time_s.into();
        let standing = MobaStanding { clock_s, lead_milli, objectives, a_is_first };
        Some(self.model.win_a(&standing, strength))
    }
}

impl State {
    /// Prices every match created from now on by other tables, as a shadow does. Nothing before
    /// [`crate::Command::Genesis`].
    pub fn price_mobas_by(&mut self, models: MobaModels) {
        if let Some(tables) = &mut self.tables {
            tables.models = models;
        }
    }
}
