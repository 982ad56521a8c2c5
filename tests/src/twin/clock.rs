//! A map against the clock (LoL, Dota 2): what was said of it, and what cannot be.
//!
//! The bounds are written down a second time here, each as the sentence that it is. The price is not: that a map
//! is another one to a bettor is asked of the public tables.

use clutch_core::command::{MobaState, Team, Title};
use clutch_core::pricing::{MobaModels, MobaStanding};

/// What is known of one such map.
#[derive(Clone, Debug, Default)]
pub(super) struct Clock {
    /// P(A wins) before the map, as a trader sees it.
    pub before: Option<f64>,
    /// What was said last.
    pub numbers: Option<MobaState>,
    /// A jump that nobody believed yet.
    pub doubted: Option<MobaState>,
    /// What it said when it last became another map to a bettor.
    pub marked: Option<MobaState>,
    /// Every moment of the game that was spoken of, and the command that did.
    pub moments: Vec<(u16, u64)>,
    /// Who was said to have won it, and the command.
    pub named: Option<(Team, u64)>,
}

/// A state that cannot be, or cannot follow.
#[derive(Debug)]
pub(super) struct CannotBe;

fn holds(condition: bool) -> Result<(), CannotBe> {
    if condition { Ok(()) } else { Err(CannotBe) }
}

/// Moments are remembered by tens of seconds.
fn stretch(time_s: u16) -> u16 {
    time_s / 10
}

impl Clock {
    /// How late it is.
    pub fn seconds(&self) -> u16 {
        self.numbers.map_or(0, |numbers| numbers.time_s)
    }

    /// The first command that spoke of a later moment than this one, by tens of seconds.
    pub fn first_beyond(&self, time_s: u16) -> Option<u64> {
        let beyond = self.moments.iter().filter(|(said, _)| stretch(*said) > stretch(time_s));
        beyond.map(|(_, seq)| *seq).min()
    }

    /// Forgets every later moment.
    pub fn forget_beyond(&mut self, time_s: u16) {
        self.moments.retain(|(said, _)| stretch(*said) <= stretch(time_s));
    }

    /// Whether it is another map to a bettor than when it was marked: something fell, or the odds of a team
    /// are a tenth away.
    pub fn is_another(&self, title: Title, a_is_first: bool) -> bool {
        let (Some(is), Some(was)) = (self.numbers, self.marked) else { return true };
        if (is.towers, is.objectives) != (was.towers, was.objectives) {
            return true;
        }
        let model = MobaModels::default().of(title).expect("a game against the clock");
        let strength = self.before.and_then(|before| model.strength_of(before, a_is_first));
        let Some(strength) = strength else { return false };
        let odds = |state: MobaState| {
            let [a, b] = state.objectives.map(i32::from);
            let p = model.win_a(
                &MobaStanding {
                    clock_s: state.time_s.into(),
                    lead_milli: state.lead_milli,
                    objectives: a - b,
                    a_is_first,
                },
                strength,
            );
            p / (1.0 - p)
        };
        let ratio = odds(is) / odds(was);
        !(1.0 / 1.1..=1.1).contains(&ratio)
    }
}

fn both(pair: [u8; 2]) -> i64 {
    i64::from(pair[0]) + i64::from(pair[1])
}

/// Towers on a side.
fn towers_of(title: Title) -> u8 {
    if title == Title::Lol { 20 } else { 11 }
}

/// When the first objective stands, and how long after one that fell the next.
fn objectives_of(title: Title) -> (i64, i64) {
    if title == Title::Lol { (285, 300) } else { (0, 480) }
}

/// The largest lead by then.
fn largest_lead(title: Title, time_s: i64) -> i64 {
    match title {
        Title::Lol => (8_000 + 100 * time_s).min(50_000),
        _ => (1_000 + 30 * time_s).min(300_000),
    }
}

/// How far the lead moves in so many seconds that end then: a lost fight, and something a second.
fn lead_moves(title: Title, time_s: i64, seconds: i64) -> i64 {
    let fight = match title {
        Title::Lol => 10_000,
        _ => (3_000 + 8 * time_s).min(30_000),
    };
    fight + 100 * seconds
}

/// How far two sources may be apart in the lead that far apart in time.
fn leads_apart(title: Title, seconds: i64) -> i64 {
    match title {
        Title::Lol => (2_000 + 500 * seconds).min(50_000),
        _ => (500 + 300 * seconds).min(300_000),
    }
}

/// So many kills, towers and objectives can fall within so many seconds.
fn fall_within(title: Title, seconds: i64) -> [i64; 3] {
    let (_, every) = objectives_of(title);
    [10 + seconds, 4 + seconds / 5, 1 + (seconds + every - 1) / every]
}

/// Whether a state can be at all.
pub(super) fn can_be(title: Title, state: &MobaState) -> Result<(), CannotBe> {
    let time_s = i64::from(state.time_s);
    let (first, every) = objectives_of(title);
    let taken = if time_s < first { 0 } else { 1 + (time_s - first) / every };
    holds(time_s <= 4 * 3_600)?;
    holds(i64::from(state.lead_milli).abs() <= largest_lead(title, time_s))?;
    holds(state.towers.iter().all(|towers| *towers <= towers_of(title)))?;
    holds(both(state.objectives) <= taken)
}

/// Whether nothing fell from one state to the next.
pub(super) fn grows(was: &MobaState, is: &MobaState) -> Result<(), CannotBe> {
    let counts = |state: &MobaState| {
        let towers = state.towers.map(u16::from);
        let objectives = state.objectives.map(u16::from);
        [[state.time_s; 2], state.kills, towers, objectives].concat()
    };
    holds(counts(was).iter().zip(counts(is)).all(|(was, is)| *was <= is))
}

/// Whether so much can happen from one state to a later one.
pub(super) fn reaches(title: Title, was: &MobaState, is: &MobaState) -> Result<(), CannotBe> {
    let seconds = i64::from(is.time_s) - i64::from(was.time_s);
    let [kills, towers, objectives] = fall_within(title, seconds);
    holds(seconds <= 600)?;
    for team in [0, 1] {
        holds(i64::from(is.kills[team]) - i64::from(was.kills[team]) <= kills)?;
        holds(i64::from(is.towers[team]) - i64::from(was.towers[team]) <= towers)?;
    }
    holds(both(is.objectives) - both(was.objectives) <= objectives)?;
    let moved = i64::from(is.lead_milli) - i64::from(was.lead_milli);
    holds(moved.abs() <= lead_moves(title, is.time_s.into(), seconds))
}

/// Whether two sources can both be right: who looked later may have seen more, and nobody less.
pub(super) fn can_both_be(title: Title, one: &MobaState, other: &MobaState) -> bool {
    let (early, late) = if one.time_s <= other.time_s { (one, other) } else { (other, one) };
    let seconds = i64::from(late.time_s) - i64::from(early.time_s);
    let [kills, towers, objectives] = fall_within(title, seconds);
    let fits = |early: i64, late: i64, most: i64, is_loose: bool| {
        let least = if is_loose { -most } else { 0 };
        (least..=most).contains(&(late - early))
    };
    let teams = [0, 1].into_iter().all(|team| {
        // Within five seconds kills may be counted in another order.
        fits(early.kills[team].into(), late.kills[team].into(), kills, seconds <= 5)
            && fits(
                early.towers[team].into(),
                late.towers[team].into(),
                if seconds == 0 { 0 } else { towers },
                false,
            )
            && fits(
                early.objectives[team].into(),
                late.objectives[team].into(),
                if seconds == 0 { 0 } else { objectives },
                false,
            )
    });
    let apart = (i64::from(early.lead_milli) - i64::from(late.lead_milli)).abs();
    let most = leads_apart(title, seconds).min(lead_moves(title, late.time_s.into(), seconds));
    seconds <= 90 && teams && apart <= most
}
