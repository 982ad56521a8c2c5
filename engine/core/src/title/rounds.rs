//! A map of a game in rounds: the score, the sides, overtime, and what the server may take back.
//!
//! Invariant: the score is a path of single rounds, so that any of them can be undone.

use alloc::boxed::Box;
use alloc::vec::Vec;

use super::opinion::Opinion;
use crate::command::{Side, Strengths, Team};
use crate::pricing::{BySide, MapForecast, MapModel, RoundRules, solve_map_model};
use crate::units::{Probability, Seq};

/// Most rounds on one map: regulation of the longest format and eleven overtimes.
pub const ROUNDS_MAX: usize = 96;

/// One map.
#[derive(Clone, Debug)]
pub struct RoundMap {
    pub(super) first_side_a: Side,
    /// What all prices are made from.
    pub(super) said: Opinion,
    /// The opinion from which it counts how far one person moved it.
    pub(super) agreed: Opinion,
    pub(super) rounds: [u8; 2],
    /// Who won each round, and the command that said so.
    pub(super) log: Vec<(Team, Seq)>,
    pub(super) winner: Option<Team>,
    /// Derived from the fields above; `None` without parameters or once the map is over.
    pub(super) forecast: Option<Box<MapForecast>>,
}

impl RoundMap {
    pub(super) fn new() -> Self {
        Self {
            first_side_a: Side::Ct,
            said: Opinion::default(),
            agreed: Opinion::default(),
            rounds: [0; 2],
            log: Vec::with_capacity(ROUNDS_MAX),
            winner: None,
            forecast: None,
        }
    }

    /// Rounds won: A, B.
    pub fn rounds(&self) -> [u8; 2] {
        self.rounds
    }

    /// Rounds played.
    pub fn played(&self) -> u8 {
        self.log.len() as u8
    }

    /// Who won a round, counted from 1.
    pub fn round_winner(&self, round: u8) -> Option<Team> {
        let index = usize::from(round).checked_sub(1)?;
        self.log.get(index).map(|(team, _)| *team)
    }

    /// Which team was the first to win this many rounds.
    pub fn first_to(&self, rounds: u8) -> Option<Team> {
        let mut won = [0; 2];
        self.log.iter().map(|(team, _)| *team).find(|team| {
            won[*team as usize] += 1;
            won[*team as usize] == rounds
        })
    }

    /// The forecast, while the map is not over.
    pub fn forecast(&self) -> Option<&MapForecast> {
        self.forecast.as_deref()
    }

    /// What all prices of the map are made from.
    pub fn model(&self) -> Option<MapModel> {
        self.said.model(self.first_side_a)
    }

    /// A trader's opinion after this word; `None` if it cannot be used. What is said of the next round stays.
    pub(super) fn with_strengths(
        &self,
        rules: RoundRules,
        first_side_a: Side,
        strengths: Strengths,
    ) -> Option<Opinion> {
        let (chances, pistols) = match strengths {
            Strengths::BySide { t, ct } => ([t, ct], None),
            Strengths::WithPistols { t, ct, pistol_t, pistol_ct } => {
                ([t, ct], Some([pistol_t, pistol_ct]))
            }
            Strengths::MapPrice { a } => self.solve(rules, first_side_a, a)?,
        };
        let opinion = Opinion { chances: Some(chances), pistols, next: self.said.next };
        opinion.sides(first_side_a)?;
        Some(opinion)
    }

    /// Moves the strengths, or those of even teams, until A wins the map with this probability from
    /// the score as it stands.
    fn solve(
        &self,
        rules: RoundRules,
        first_side_a: Side,
        target: Probability,
    ) -> Option<([Probability; 2], Option<[Probability; 2]>)> {
        const EVEN: Probability = Probability::from_ppb(500_000_000).expect("below one");
        let chances = Some(self.said.chances.unwrap_or([EVEN; 2]));
        let shape = Opinion { chances, next: None, ..self.said }.sides(first_side_a)?;
        let [a, b] = self.rounds.map(u16::from);
        let solved = solve_map_model(rules, &shape, a, b, target.as_f64()).ok()?;
        let both = |by_side: BySide| {
            Some([Probability::from_f64(by_side.t)?, Probability::from_f64(by_side.ct)?])
        };
        let pistols = match self.said.pistols {
            Some(_) => Some(both(solved.pistol())?),
            None => None,
        };
        Some((both(solved.round())?, pistols))
    }

    /// Adds a round. The caller has checked that one can follow.
    pub(super) fn win(&mut self, rules: RoundRules, winner: Team, seq: Seq) {
        assert!(self.log.len() < ROUNDS_MAX, "the caller checks that there is room");
        self.forget_next();
        self.log.push((winner, seq));
        self.rounds[winner as usize] += 1;
        self.find_winner(rules);
    }

    /// Whoever won the last round won the map, if this score is final.
    pub(super) fn find_winner(&mut self, rules: RoundRules) {
        let [a, b] = self.rounds.map(u16::from);
        let last = self.log.last().map(|(team, _)| *team);
        self.winner = last.filter(|_| rules.is_final(a, b));
    }

    /// Takes back all rounds but the first `to`; returns the command that had said the first of
    /// them, if there was any.
    pub(super) fn rewind(&mut self, to: u8) -> Option<Seq> {
        let (_, first) = *self.log.get(usize::from(to))?;
        for (team, _) in self.log.drain(usize::from(to)..) {
            self.rounds[team as usize] -= 1;
        }
        self.forget_next();
        self.winner = None;
        Some(first)
    }

    /// What was said of one round alone says nothing of another one.
    fn forget_next(&mut self) {
        (self.said.next, self.agreed.next) = (None, None);
    }

    pub(super) fn refresh(&mut self, rules: RoundRules) {
        let [a, b] = self.rounds.map(u16::from);
        // A map that was awarded has no price, whatever its rounds say.
        let Some(model) = self.model().filter(|_| self.winner.is_none()) else {
            self.forecast = None;
            return;
        };
        match &mut self.forecast {
            // Reuses the box: a round must not allocate.
            Some(kept) => {
                if kept.renew(rules, &model, a, b).is_err() {
                    self.forecast = None;
                }
            }
            none => *none = MapForecast::new(rules, &model, a, b).ok().map(Box::new),
        }
    }
}
