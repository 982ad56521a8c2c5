//! What a map of a MOBA can be: at a moment, between two moments of one source, and between the words
//! of two sources.
//!
//! Owns the bounds and the questions; the numbers are each title's own, in its file. A bound is no
//! opinion on what is likely: it lies well beyond what was measured on real games, so that whoever
//! breaks it is wrong, and a title's numbers say what was measured.

use super::super::follow::{FeedRule, Impossible};
use crate::command::MobaState;

/// No map lasts longer than four hours.
pub const TIME_S_MAX: u16 = 4 * 3600;
/// Most of the game clock between two updates. A source that lost more of the map is to be looked at.
const TIME_STEP_S_MAX: u16 = 600;
/// How far apart the clocks of two sources may stand: one of them may say a state only once a minute.
const CLOCKS_APART_S_MAX: u16 = 90;
/// Two sources that were asked within this many seconds may have counted a kill in the other order.
const SAMPLING_S: u16 = 5;

/// What differs from one MOBA to the next.
#[derive(Debug)]
pub struct MobaRules {
    /// No map is won before this second of the clock.
    pub shortest_s: u16,
    /// Towers that one team can take.
    pub towers_max: u8,
    /// When the first objective can be taken, and how soon after each the next one.
    pub objectives: Objectives,
    /// The largest lead by the game clock, in thousandths of the model's unit.
    pub lead: Growth,
    /// How far the lead can move at once, by the game clock: one lost fight.
    pub lead_jump: Growth,
    /// How much further for each second between two updates.
    pub lead_jump_per_s: i64,
    /// How far two sources may differ in the lead at the same moment, and for each second between them.
    pub leads_apart: Growth,
}

/// A bound that grows with time.
#[derive(Debug)]
pub struct Growth {
    /// At no time.
    pub start: i64,
    /// For each second.
    pub per_s: i64,
    /// In the end.
    pub most: i64,
}

impl Growth {
    /// A bound that stays.
    pub const fn level(most: i64) -> Self {
        Self { start: most, per_s: 0, most }
    }

    fn after(&self, seconds: u16) -> i64 {
        (self.start + self.per_s * i64::from(seconds)).min(self.most)
    }
}

/// How often an objective stands on the map.
#[derive(Debug)]
pub struct Objectives {
    /// Seconds to the first.
    pub first_s: u16,
    /// Seconds from one that was taken to the next.
    pub every_s: u16,
}

impl Objectives {
    /// Most that both teams together have taken by then.
    fn by(&self, time_s: u16) -> i64 {
        time_s.checked_sub(self.first_s).map_or(0, |left| 1 + i64::from(left / self.every_s))
    }

    /// Most that were taken within so many seconds.
    fn within(&self, seconds: u16) -> i64 {
        1 + i64::from(seconds.div_ceil(self.every_s))
    }
}

impl MobaRules {
    /// Whether a state can be, whatever was before.
    ///
    /// # Errors
    /// [`Impossible`] with the bound that it breaks.
    pub fn possible(&self, state: &MobaState) -> Result<(), Impossible> {
        at_most(FeedRule::TimeTooLong, TIME_S_MAX, state.time_s)?;
        let lead = i64::from(state.lead_milli).abs();
        at_most(FeedRule::LeadTooLarge, self.lead.after(state.time_s), lead)?;
        for towers in state.towers {
            at_most(FeedRule::TooManyTowers, self.towers_max, towers)?;
        }
        at_most(
            FeedRule::TooManyObjectives,
            self.objectives.by(state.time_s),
            sum(state.objectives),
        )
    }

    /// Whether a map can be won by then. The clock is that of the last state, as old as the source leaves it.
    ///
    /// # Errors
    /// [`Impossible`] with the first second at which it can.
    pub(super) fn can_end(&self, state: Option<&MobaState>) -> Result<(), Impossible> {
        let time_s = state.map_or(0, |state| state.time_s);
        at_least(FeedRule::WonTooSoon, self.shortest_s, time_s)
    }

    /// Whether a source can say this after that: nothing falls.
    pub(crate) fn grows(was: &MobaState, is: &MobaState) -> Result<(), Impossible> {
        at_least(FeedRule::TimeRunsBack, was.time_s, is.time_s)?;
        for team in [0, 1] {
            at_least(FeedRule::KillsFell, was.kills[team], is.kills[team])?;
            at_least(FeedRule::TowersFell, was.towers[team], is.towers[team])?;
            at_least(FeedRule::ObjectivesFell, was.objectives[team], is.objectives[team])?;
        }
        Ok(())
    }

    /// Whether so much can happen on the way from one state to a later one, neither of which fell.
    pub(super) fn reaches(&self, was: &MobaState, is: &MobaState) -> Result<(), Impossible> {
        let seconds = is.time_s - was.time_s;
        let latest = i64::from(was.time_s) + i64::from(TIME_STEP_S_MAX);
        at_most(FeedRule::TimeJumps, latest, is.time_s)?;
        for team in [0, 1] {
            let most = i64::from(was.kills[team]) + kills_within(seconds);
            at_most(FeedRule::KillsJump, most, is.kills[team])?;
            let most = i64::from(was.towers[team]) + towers_within(seconds);
            at_most(FeedRule::TowersJump, most, is.towers[team])?;
        }
        let most = sum(was.objectives) + self.objectives.within(seconds);
        at_most(FeedRule::ObjectivesJump, most, sum(is.objectives))?;
        let (was_lead, is_lead) = (i64::from(was.lead_milli), i64::from(is.lead_milli));
        let most = self.lead_moves(is.time_s, seconds);
        within(FeedRule::LeadJumps, was_lead - most, was_lead + most, is_lead)
    }

    /// Whether two sources can both be right about the same map. They were asked at different moments,
    /// so the later of the two states must be one to which the earlier can have come.
    pub(crate) fn agree(&self, truth: &MobaState, said: &MobaState) -> Result<(), Impossible> {
        let (truth_s, said_s) = (i64::from(truth.time_s), i64::from(said.time_s));
        let apart = i64::from(CLOCKS_APART_S_MAX);
        within(FeedRule::ClocksApart, truth_s - apart, truth_s + apart, said_s)?;
        let seconds = truth.time_s.abs_diff(said.time_s);
        // What the truth had, at the least and at the most, when the source looked.
        let bounds = |truth: i64, most: i64| match said_s.cmp(&truth_s) {
            core::cmp::Ordering::Less => (truth - most, truth),
            core::cmp::Ordering::Equal => (truth, truth),
            core::cmp::Ordering::Greater => (truth, truth + most),
        };
        for team in [0, 1] {
            let truth = i64::from(truth.kills[team]);
            let most = kills_within(seconds);
            let (from, to) = match seconds {
                ..=SAMPLING_S => (truth - most, truth + most),
                _ => bounds(truth, most),
            };
            within(FeedRule::KillsApart, from, to, said.kills[team])?;
        }
        for team in [0, 1] {
            let (from, to) = bounds(i64::from(truth.towers[team]), towers_within(seconds));
            within(FeedRule::TowersApart, from, to, said.towers[team])?;
        }
        for team in [0, 1] {
            let most = self.objectives.within(seconds);
            let (from, to) = bounds(i64::from(truth.objectives[team]), most);
            within(FeedRule::ObjectivesApart, from, to, said.objectives[team])?;
        }
        let later = truth.time_s.max(said.time_s);
        let most = self.leads_apart.after(seconds).min(self.lead_moves(later, seconds));
        let lead = i64::from(truth.lead_milli);
        within(FeedRule::LeadsApart, lead - most, lead + most, said.lead_milli)
    }

    /// How far a lead can move within so many seconds that end then.
    fn lead_moves(&self, time_s: u16, seconds: u16) -> i64 {
        self.lead_jump.after(time_s) + self.lead_jump_per_s * i64::from(seconds)
    }
}

/// Kills of one team: everybody twice, as one may buy himself back, and somebody every second.
fn kills_within(seconds: u16) -> i64 {
    10 + i64::from(seconds)
}

/// Towers that one team takes: three lanes and the base in one push, and one every five seconds.
fn towers_within(seconds: u16) -> i64 {
    4 + i64::from(seconds / 5)
}

fn sum([a, b]: [u8; 2]) -> i64 {
    i64::from(a) + i64::from(b)
}

fn at_least(rule: FeedRule, least: impl Into<i64>, is: impl Into<i64>) -> Result<(), Impossible> {
    within(rule, least, i64::MAX, is)
}

fn at_most(rule: FeedRule, most: impl Into<i64>, is: impl Into<i64>) -> Result<(), Impossible> {
    within(rule, i64::MIN, most, is)
}

/// Names the bound that was left, which is the nearest number that would have fitted.
fn within(
    rule: FeedRule,
    least: impl Into<i64>,
    most: impl Into<i64>,
    is: impl Into<i64>,
) -> Result<(), Impossible> {
    let (least, most, is) = (least.into(), most.into(), is.into());
    if is < least {
        Err(Impossible::new(rule, least, is))
    } else if most < is {
        Err(Impossible::new(rule, most, is))
    } else {
        Ok(())
    }
}
