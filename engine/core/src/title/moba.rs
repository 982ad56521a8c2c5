//! A map of a MOBA: a clock, a lead, what has fallen, and a winner.
//!
//! Owns what a feed may say about such a map and the trader's opinion on it. What a lead is worth is
//! the title's own, by [`MobaRules::chance_a`].
//!
//! Invariants: time, kills and towers only grow; a map that has a winner has no price.

use alloc::vec::Vec;

use super::series::{Impossible, Rule};
use crate::command::{MobaState, Side, Strengths, Team};
use crate::hash::StateHasher;
use crate::units::{Probability, Seq};

/// A lead in parts per million of everything that both teams have.
pub const LEAD_PPM_MAX: i32 = 1_000_000;
/// No map lasts longer than four hours.
pub const TIME_S_MAX: u16 = 4 * 3600;
/// How finely it is remembered which command said what when, for a server that restores a moment.
const STRETCH_S: u16 = 10;
const STRETCHES_MAX: usize = (TIME_S_MAX / STRETCH_S) as usize + 1;

/// What differs from one MOBA to the next.
#[derive(Debug)]
pub struct MobaRules {
    /// Towers of one team.
    pub towers_max: u8,
    /// P(A wins the map) as it stands; `None` where the model has no opinion.
    pub chance_a: fn(&MobaView) -> Option<f64>,
}

/// What a price of a map is made from.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MobaView {
    /// P(A wins) as a trader saw it before the map.
    pub before: f64,
    /// The side of team A: [`Side::T`] is blue, or Radiant.
    pub side_a: Side,
    /// What the feed said last; `None` before its first word.
    pub state: Option<MobaState>,
}

/// One map.
#[derive(Clone, Debug)]
pub struct MobaMap {
    pub(super) side_a: Side,
    /// P(A wins) as a trader saw it before the map.
    before: Option<Probability>,
    state: Option<MobaState>,
    /// The first command of each stretch of the game clock that was spoken of.
    stretches: Vec<(u16, Seq)>,
    pub(super) winner: Option<Team>,
    /// The command that named the winner.
    won_at: Seq,
    /// Derived from the fields above; `None` without an opinion or once the map is over.
    chance_a: Option<f64>,
}

impl MobaMap {
    pub(super) fn new() -> Self {
        Self {
            side_a: Side::T,
            before: None,
            state: None,
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

    /// Takes a trader's opinion, which can only be a price: there are no rounds to speak of.
    pub(super) fn set(&mut self, strengths: Strengths) -> Option<()> {
        let Strengths::MapPrice { a } = strengths else { return None };
        if a == Probability::default() || a == Probability::ONE {
            return None;
        }
        self.before = Some(a);
        Some(())
    }

    pub(super) fn has_begun(&self) -> bool {
        self.state.is_some()
    }

    /// Takes a state of the map. Returns whether anything changed.
    pub(super) fn hear(
        &mut self,
        rules: &MobaRules,
        new: MobaState,
        seq: Seq,
    ) -> Result<bool, Impossible> {
        if self.winner.is_some() {
            return Err(Impossible::new(Rule::MapIsOver, 0, new.time_s));
        }
        possible(rules, &new)?;
        let old = self.state.unwrap_or_default();
        at_least(Rule::TimeRunsBack, old.time_s, new.time_s)?;
        for team in [Team::A as usize, Team::B as usize] {
            at_least(Rule::KillsFell, old.kills[team], new.kills[team])?;
            at_least(Rule::TowersFell, old.towers[team], new.towers[team])?;
        }
        let stretch = new.time_s / STRETCH_S;
        if self.stretches.last().is_none_or(|(last, _)| *last < stretch) {
            self.stretches.push((stretch, seq));
        }
        Ok(self.state.replace(new) != Some(new))
    }

    /// Takes the end of the map. Returns whether it is news.
    pub(super) fn win(&mut self, winner: Team, seq: Seq) -> Result<bool, Impossible> {
        match self.winner {
            Some(known) if known == winner => Ok(false),
            Some(known) => Err(Impossible::new(Rule::MapIsOver, known as u8, winner as u8)),
            None => {
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
        possible(rules, &to)?;
        let time_s = self.state.map_or(0, |state| state.time_s);
        if time_s < to.time_s {
            return Err(Impossible::new(Rule::RewindForward, time_s, to.time_s));
        }
        let stands = |(stretch, _): &(u16, Seq)| *stretch <= to.time_s / STRETCH_S;
        let first = self.stretches.iter().find(|said| !stands(said)).map(|(_, seq)| *seq);
        let first = first.or(self.winner.map(|_| self.won_at));
        self.stretches.retain(stands);
        self.state = Some(to);
        self.winner = None;
        Ok(first)
    }

    pub(super) fn refresh(&mut self, rules: &MobaRules) {
        let (state, side_a) = (self.state, self.side_a);
        let view = self.before.map(|before| MobaView { before: before.as_f64(), side_a, state });
        self.chance_a = match self.winner {
            Some(_) => None,
            None => view.and_then(|view| (rules.chance_a)(&view)),
        };
    }

    pub(super) fn add_to(&self, hasher: &mut StateHasher) {
        let before = self.before.map_or(0, Probability::ppb);
        let winner = self.winner.map_or(0, |team| 1 + team as u64);
        hasher.word(u64::from(before) | (self.side_a as u64) << 32 | winner << 40);
        hasher.word(u64::from(self.state.is_some()) | self.won_at.0 << 1);
        hasher.word(self.stretches.len() as u64);
        for (stretch, seq) in &self.stretches {
            hasher.word(u64::from(*stretch));
            hasher.word(seq.0);
        }
        let MobaState { time_s, lead_ppm, kills, towers } = self.state.unwrap_or_default();
        hasher.signed(lead_ppm.into());
        hasher.word(
            u64::from(time_s)
                | u64::from(kills[0]) << 16
                | u64::from(kills[1]) << 32
                | u64::from(towers[0]) << 48
                | u64::from(towers[1]) << 56,
        );
    }
}

/// The price of a map before its clock runs: the trader's own. With the clock running there is no
/// opinion, and the market is suspended.
pub(super) fn before_the_start(view: &MobaView) -> Option<f64> {
    view.state.is_none().then_some(view.before)
}

/// Whether a state can be, whatever was before.
fn possible(rules: &MobaRules, state: &MobaState) -> Result<(), Impossible> {
    at_most(Rule::TimeTooLong, TIME_S_MAX, state.time_s)?;
    at_most(Rule::LeadAboveAll, LEAD_PPM_MAX, i64::from(state.lead_ppm).abs())?;
    for towers in state.towers {
        at_most(Rule::TooManyTowers, rules.towers_max, towers)?;
    }
    Ok(())
}

fn at_least(rule: Rule, least: impl Into<i64>, is: impl Into<i64>) -> Result<(), Impossible> {
    let (least, is) = (least.into(), is.into());
    if least <= is { Ok(()) } else { Err(Impossible::new(rule, least, is)) }
}

fn at_most(rule: Rule, most: impl Into<i64>, is: impl Into<i64>) -> Result<(), Impossible> {
    let (most, is) = (most.into(), is.into());
    if is <= most { Ok(()) } else { Err(Impossible::new(rule, most, is)) }
}
