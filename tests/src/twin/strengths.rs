//! Who thinks what of a map, and how far one person may move it.
//!
//! The rule is written a second time, the prices are not: they are asked of the public functions.

use clutch_core::command::{RoundFormat, SetMap, SetNextRound, Side, Strengths, Team, Title};
use clutch_core::pricing::{
    BySide, MapModel, MobaModels, MobaStanding, NextRound, RoundRules, SeriesForecast, win_grid,
};
use clutch_core::units::Probability;
use clutch_core::{Command, Reject};

use super::Twin;
use super::score::Series;

/// What is thought of a map.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Thought {
    /// P(A wins a round) as T, as CT, and the same in pistol rounds.
    pub sides: Option<[f64; 4]>,
    /// Of one round alone.
    pub next: Option<(usize, f64)>,
    /// P(A wins) before a map against the clock.
    pub before: Option<f64>,
}

/// What is thought, and what two persons would say was.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Thoughts {
    pub said: Thought,
    pub agreed: Thought,
}

impl Thoughts {
    /// Another round has its own chance.
    pub fn forget_next(&mut self) {
        (self.said.next, self.agreed.next) = (None, None);
    }

    /// What a source says of a round is nobody's opinion.
    pub fn hear_next(&mut self, round: usize, a: Option<Probability>) {
        let next = a.map(|a| (round, a.as_f64()));
        (self.said.next, self.agreed.next) = (next, next);
    }

    fn is_nothing_agreed(&self) -> bool {
        self.agreed.sides.is_none() && self.agreed.before.is_none()
    }
}

impl Series {
    /// Whether anything that is thought of a map without a winner is not what was agreed of it.
    pub fn is_moved_by_one(&self) -> bool {
        let open = (1..=self.maps.len()).filter(|map| self.map_winner(*map).is_none());
        open.map(|map| self.maps[map - 1].thoughts)
            .any(|it| !it.is_nothing_agreed() && it.said != it.agreed)
    }
}

impl Twin {
    pub(super) fn set_map(&mut self, set: &SetMap) -> Result<(), Reject> {
        let index = set.match_id.0 as usize;
        let series = &self.matches.get(index).ok_or(Reject::UnknownMatch)?.series;
        let map = usize::from(set.map_no);
        // Neither a certainty nor anything closer to one than a millionth.
        let usable = |chance: Probability| (1_000..=999_999_000).contains(&chance.ppb());
        let (are_usable, thought) = match set.strengths {
            Strengths::BySide { t, ct } => ([t, ct].into_iter().all(usable), [t, ct, t, ct]),
            Strengths::WithPistols { t, ct, pistol_t, pistol_ct } => {
                let all = [t, ct, pistol_t, pistol_ct];
                (all.into_iter().all(usable), all)
            }
            Strengths::MapPrice { a } => {
                assert!(series.is_timed(), "the twin solves no prices");
                ((1..1_000_000_000).contains(&a.ppb()), [a; 4])
            }
        };
        // Without rounds there are no sides to speak of, only the map as a whole.
        let of_map = matches!(set.strengths, Strengths::MapPrice { .. });
        if !series.takes_strengths(map) || !are_usable || series.is_timed() != of_map {
            return Err(Reject::InvalidParameter);
        }
        let side = series.first_side(map, set.first_side_a);
        let chances = thought.map(Probability::as_f64);
        let mut thoughts = series.maps[map - 1].thoughts;
        if of_map {
            thoughts.said.before = Some(chances[0]);
        } else {
            thoughts.said.sides = Some(chances);
        }
        if !self.approved && self.moves_far(index, map, side, thoughts.said) {
            return self.propose(Command::SetMap(*set));
        }
        if thoughts.is_nothing_agreed() || self.is_free(index) {
            let Thought { sides, before, next: _ } = thoughts.said;
            thoughts.agreed = Thought { sides, before, next: thoughts.agreed.next };
        }
        let series = &mut self.matches[index].series;
        series.maps[map - 1].thoughts = thoughts;
        series.set_strengths(map, side);
        self.price_moves = Some((index, map));
        self.epochs_move(index, map);
        Ok(())
    }

    pub(super) fn set_next_round(&mut self, set: &SetNextRound) -> Result<(), Reject> {
        let index = set.match_id.0 as usize;
        let series = &self.matches.get(index).ok_or(Reject::UnknownMatch)?.series;
        let (map, round) = (usize::from(set.map_no), usize::from(set.round));
        if series.is_timed() || !series.has_next_round(map, round) {
            return Err(Reject::InvalidParameter);
        }
        let mut thoughts = series.maps[map - 1].thoughts;
        thoughts.said.next = set.a.map(|a| (round, a.as_f64()));
        let side = series.maps[map - 1].first_side_a;
        if !self.approved && self.moves_far(index, map, side, thoughts.said) {
            return self.propose(Command::SetNextRound(*set));
        }
        if thoughts.is_nothing_agreed() || self.is_free(index) {
            thoughts.agreed.next = thoughts.said.next;
        }
        self.matches[index].series.maps[map - 1].thoughts = thoughts;
        self.price_moves = Some((index, map));
        self.epochs_move(index, map);
        Ok(())
    }

    /// Whether what is done now is agreed: two persons say it, or nothing of the match is for sale.
    fn is_free(&self, index: usize) -> bool {
        self.approved || self.markets.iter().all(|market| market.match_index != index)
    }

    /// Whether a map, its rounds or its series would be priced further from what was agreed than an
    /// override of one person may be.
    fn moves_far(&self, index: usize, map: usize, side: Side, would_be: Thought) -> bool {
        let series = &self.matches[index].series;
        let agreed = series.maps[map - 1].thoughts.agreed;
        if self.is_free(index) {
            return false;
        }
        let is_side = series.maps[map - 1].first_side_a;
        let Some(was) = series.chances(map, is_side, agreed) else { return false };
        let Some(is) = series.chances(map, side, would_be) else { return true };
        let limit = f64::from(self.config.override_distance_milli) / 1000.0;
        let written = |p: f64| (p * 1e9 + 0.5).floor() / 1e9;
        let is_far = |(is, was): (&f64, &f64)| {
            let (is, was) = (written(*is), written(*was));
            let (up, down) = (is * (1.0 - was), was * (1.0 - is));
            up > limit * down || down > limit * up
        };
        let of_series = |with: f64, of: &dyn Fn(usize) -> Option<f64>| {
            series.ends(|other| if other == map { Some(with) } else { of(other) })
        };
        let now = |other: usize, thought: Thought| {
            let chances = series.chances(other, series.maps[other - 1].first_side_a, thought);
            Some(chances?[0])
        };
        let was_of = of_series(was[0], &|other| now(other, series.maps[other - 1].thoughts.agreed));
        let is_of = of_series(is[0], &|other| now(other, series.maps[other - 1].thoughts.said));
        is.iter().zip(&was).any(is_far)
            || was_of.zip(is_of).is_some_and(|(was, is)| is.iter().zip(&was).any(is_far))
    }
}

impl Series {
    /// The side on which A begins a map: planned until the map has begun.
    fn first_side(&self, map: usize, planned: Side) -> Side {
        let map = &self.maps[map - 1];
        if map.has_started() { map.first_side_a } else { planned }
    }

    /// What a thought says of a map: of its end first, then of all else that it is the reason for.
    fn chances(&self, number: usize, side: Side, thought: Thought) -> Option<Vec<f64>> {
        let map = &self.maps[number - 1];
        if self.is_timed() {
            let model = MobaModels::default().of(self.title)?;
            let a_is_first = side == Side::T;
            let strength = model.strength_of(thought.before?, a_is_first)?;
            let numbers = map.clock.numbers.unwrap_or_default();
            let [a, b] = numbers.objectives.map(i32::from);
            let standing = MobaStanding {
                clock_s: numbers.time_s.into(),
                lead_milli: numbers.lead_milli,
                objectives: a - b,
                a_is_first,
            };
            return Some(vec![model.win_a(&standing, strength), thought.before?]);
        }
        let rules = match (self.title, self.format) {
            (Title::Valorant, _) => RoundRules::VALORANT,
            (_, RoundFormat::Mr15) => RoundRules::MR15,
            _ => RoundRules::MR12,
        };
        let [t, ct, pistol_t, pistol_ct] = thought.sides?;
        let pistols = BySide { t: pistol_t, ct: pistol_ct };
        let mut model = MapModel::new(side, BySide { t, ct }, Some(pistols)).ok()?;
        if let Some((round, a)) = thought.next {
            model = model.with_next_round(NextRound { round_no: round as u16, a }).ok()?;
        }
        let rounds = [Team::A, Team::B].map(|team| self.rounds_of(number, team) as u16);
        let wins = win_grid(rules, &model, rounds[0], rounds[1]).ok()?.now;
        let next = model.round_a(rules, rounds[0] + rounds[1] + 1);
        Some(vec![wins, t, ct, pistol_t, pistol_ct, next])
    }

    /// How the series may end, given the chance of each map that nobody has won.
    fn ends(&self, map_a: impl Fn(usize) -> Option<f64>) -> Option<[f64; 3]> {
        let open = |map: usize| match self.map_winner(map) {
            Some(_) => Some(0.0),
            None => map_a(map),
        };
        let chances: Option<Vec<f64>> = (1..=self.maps.len()).map(open).collect();
        let [a, b] = [Team::A, Team::B].map(|team| self.maps_won(team) as u8);
        let series = SeriesForecast::new(self.maps.len() as u8, a, b, &chances?).ok()?;
        Some([series.winner_a(), series.winner_b(), series.draw()])
    }
}
