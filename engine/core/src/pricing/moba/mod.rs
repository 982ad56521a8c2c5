//! The forecast of a MOBA map (League of Legends, Dota 2) from its clock and who is ahead.
//!
//! logit P(A wins) = side(t) + lead(t)·x + objective(t)·y + strength(t)·θ, where x is the lead, y the
//! difference of objectives taken, θ the log-odds before the map, and each coefficient runs in
//! straight lines between the knots of a table and stays level after the last one. `side` counts for
//! the team on the first side (blue, Radiant).
//!
//! Owns the arithmetic and the form of the coefficients. The numbers are data (`engine/core/data`),
//! fitted by `clutch-perf fit` with a report beside them. They are whole millionths, so that a
//! table means the same on every machine.

mod coefficients;
mod logistic;
mod logistic_table;

pub use coefficients::{CoefficientError, CoefficientProblem, KNOTS_MAX, Knot, MobaModel};
pub use logistic::{LOGIT_MAX, logistic, logit};

use crate::command::Title;

/// The table of each MOBA, by which its maps are priced.
#[derive(Clone, Copy, Debug)]
pub struct MobaModels {
    /// League of Legends.
    pub lol: &'static MobaModel,
    /// Dota 2.
    pub dota2: &'static MobaModel,
}

impl Default for MobaModels {
    /// The committed tables.
    fn default() -> Self {
        Self { lol: &MobaModel::LOL, dota2: &MobaModel::DOTA2 }
    }
}

impl MobaModels {
    /// The table of a title, if it is a MOBA.
    pub const fn of(self, title: Title) -> Option<&'static MobaModel> {
        match title {
            Title::CounterStrike | Title::Valorant => None,
            Title::Lol => Some(self.lol),
            Title::Dota2 => Some(self.dota2),
        }
    }
}

/// How a map stands, from team A's point of view.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MobaStanding {
    /// The game clock in seconds; 0 before the map.
    pub clock_s: u32,
    /// The lead of A in thousandths of the table's unit: of a percent of all gold for League of
    /// Legends, of a thousand experience (so simply experience) for Dota 2.
    pub lead_milli: i32,
    /// Objectives of A less those of B: dragons for League of Legends; Dota 2's table gives them no
    /// weight.
    pub objectives: i32,
    /// Whether A is on the first side, blue or Radiant.
    pub a_is_first: bool,
}

impl MobaModel {
    /// P(A wins the map). `strength` is θ, the log-odds of A on neutral sides before the map; a
    /// target probability gives it by [`MobaModel::strength_of`].
    ///
    /// Never 0 or 1: see [`logistic`]. NaN for a strength that is NaN.
    pub fn win_a(&self, standing: &MobaStanding, strength: f64) -> f64 {
        let at = self.at(standing.clock_s);
        let side = if standing.a_is_first { at.side } else { -at.side };
        logistic(
            side + at.lead * (f64::from(standing.lead_milli) / 1_000.0)
                + at.objective * f64::from(standing.objectives)
                + at.strength * strength,
        )
    }

    /// The strength θ with which A wins a map that has not begun with probability `target`, on that
    /// side. `None` for a target that is no probability strictly between 0 and 1.
    pub fn strength_of(&self, target: f64, a_is_first: bool) -> Option<f64> {
        let at = self.at(0);
        let side = if a_is_first { at.side } else { -at.side };
        Some((logit(target)? - side) / at.strength)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    const MODELS: [(&str, MobaModel); 2] = [("lol", MobaModel::LOL), ("dota2", MobaModel::DOTA2)];

    fn standing(clock_s: u32, lead_milli: i32) -> MobaStanding {
        MobaStanding { clock_s, lead_milli, objectives: 0, a_is_first: true }
    }

    #[test]
    fn a_target_before_the_map_is_met_on_either_side() {
        for (name, model) in MODELS {
            for a_is_first in [true, false] {
                for target in [0.02, 0.3, 0.5, 0.77, 0.99] {
                    let strength = model.strength_of(target, a_is_first).unwrap();
                    let before = MobaStanding { a_is_first, ..standing(0, 0) };
                    let p = model.win_a(&before, strength);
                    assert!((p - target).abs() < 1e-12, "{name} {target}: {p}");
                }
                assert_eq!(model.strength_of(f64::NAN, a_is_first), None);
                assert_eq!(model.strength_of(1.0, a_is_first), None);
            }
        }
    }

    #[test]
    fn what_helps_a_never_lowers_its_chance() {
        for (name, model) in MODELS {
            for clock_s in (0..4_000).step_by(97) {
                let mut last = 0.0;
                for lead_milli in (-20_000..=20_000).step_by(250) {
                    let p = model.win_a(&standing(clock_s, lead_milli), 0.2);
                    let more = MobaStanding { objectives: 1, ..standing(clock_s, lead_milli) };
                    assert!(last <= p && p <= model.win_a(&more, 0.2), "{name} {clock_s} s");
                    assert!(p <= model.win_a(&standing(clock_s, lead_milli), 0.3), "{name}");
                    last = p;
                }
            }
        }
    }

    #[test]
    fn the_teams_are_interchangeable() {
        for (name, model) in MODELS {
            for clock_s in [0, 599, 600, 611, 2_400] {
                let a = MobaStanding { objectives: 2, ..standing(clock_s, 3_210) };
                let b = MobaStanding {
                    lead_milli: -a.lead_milli,
                    objectives: -a.objectives,
                    a_is_first: !a.a_is_first,
                    ..a
                };
                let sum = model.win_a(&a, 0.4) + model.win_a(&b, -0.4);
                assert!((sum - 1.0).abs() < 1e-12, "{name} {clock_s} s: {sum}");
            }
        }
    }
}
