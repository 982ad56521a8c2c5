//! A trader's opinion on a map, and how far one person may move it.
//!
//! The same rule as for an override, so that nobody goes by strengths where a price would have taken two
//! persons. What one person moves counts from the opinion that was last agreed: what held when the match's
//! first market opened, what the configuration says, or what two persons approved. That opinion is kept
//! beside the one in force, and both are priced at the score as it stands: so a score moves the agreed
//! chance as it moves the price, and steps of one person go no further together than one alone, whatever
//! was played between them.

use super::follow::{Change, FeedRule, Impossible};
use super::rounds::RoundMap;
use super::series::{Game, Series};
use crate::codec::wire_struct;
use crate::command::{Config, SetMap, Side, Strengths};
use crate::pricing::{BySide, MapModel, NextRound, RoundRules, SeriesForecast, win_grid};
use crate::title::MAPS_MAX;
use crate::units::{Name, Probability};

/// What is thought of a map in rounds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Opinion {
    /// P(A wins a round) as T and as CT.
    pub(super) chances: Option<[Probability; 2]>,
    /// The same in the first round of each half of regulation, if it differs.
    pub(super) pistols: Option<[Probability; 2]>,
    /// What is said of one round alone, by its number from 1.
    pub(super) next: Option<(u8, Probability)>,
}
wire_struct!(Opinion { chances, pistols, next });

impl Opinion {
    /// What the sides alone say.
    pub(super) fn sides(&self, first_side_a: Side) -> Option<MapModel> {
        let by_side = |[t, ct]: [Probability; 2]| BySide { t: t.as_f64(), ct: ct.as_f64() };
        MapModel::new(first_side_a, by_side(self.chances?), self.pistols.map(by_side)).ok()
    }

    /// What all prices are made from.
    pub(super) fn model(&self, first_side_a: Side) -> Option<MapModel> {
        let model = self.sides(first_side_a)?;
        match self.next {
            None => Some(model),
            Some((round, a)) => {
                let next = NextRound { round_no: u16::from(round), a: a.as_f64() };
                model.with_next_round(next).ok()
            }
        }
    }
}

/// What is thought of a map, and the side on which A begins it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Word {
    first_side_a: Side,
    view: View,
}

#[derive(Clone, Copy, Debug)]
enum View {
    Rounds(Opinion),
    /// P(A wins) before the map.
    Moba(Probability),
}

/// Of A: the chance of the map, then of what else follows from the opinion alone.
type Chances = [f64; 6];

impl Word {
    /// The strengths that it comes to: of another score they say the same.
    pub fn strengths(&self) -> Strengths {
        match self.view {
            View::Moba(a) => Strengths::MapPrice { a },
            View::Rounds(Opinion { chances, pistols, .. }) => {
                let [t, ct] = chances.unwrap_or_default();
                match pistols {
                    None => Strengths::BySide { t, ct },
                    Some([pistol_t, pistol_ct]) => {
                        Strengths::WithPistols { t, ct, pistol_t, pistol_ct }
                    }
                }
            }
        }
    }
}

impl Series {
    /// What would be thought of a map after these strengths. `None` if they cannot be used: strengths too
    /// close to certainty cannot, nor can those of another kind of game, nor a price that no strengths
    /// lead to.
    pub(crate) fn word_of(&self, set: &SetMap) -> Option<Word> {
        let map = self.map(set.map_no);
        // Once a map is live, its feed knows the sides better than the plan.
        let side = |known| if map.started { known } else { set.first_side_a };
        Some(match &map.game {
            Game::Rounds(rounds) => {
                let first_side_a = side(rounds.first_side_a);
                let opinion = rounds.with_strengths(self.rules()?, first_side_a, set.strengths)?;
                Word { first_side_a, view: View::Rounds(opinion) }
            }
            Game::Moba(moba) => {
                // There are no rounds to speak of.
                let Strengths::MapPrice { a } = set.strengths else { return None };
                if a == Probability::default() || a == Probability::ONE {
                    return None;
                }
                Word { first_side_a: side(moba.side_a), view: View::Moba(a) }
            }
        })
    }

    /// What would be thought of a map in rounds after this word on its next round.
    pub(crate) fn word_of_next(&self, map: u8, round: u8, a: Option<Probability>) -> Option<Word> {
        let rounds = self.round_map(map)?;
        let next = a.map(|a| (round, a));
        let view = View::Rounds(Opinion { next, ..rounds.said });
        Some(Word { first_side_a: rounds.first_side_a, view })
    }

    /// Whether a word leads further from what was agreed than one person may go. Nothing does as long as
    /// nothing was agreed.
    pub(crate) fn goes_far(&self, map: u8, word: &Word, config: &Config) -> bool {
        let Some(agreed) = self.agreed(map) else { return false };
        let is_far = |is: f64, was: f64| config.is_far(as_written(is), as_written(was));
        let (was, is) = match (self.chances_by(map, &agreed), self.chances_by(map, word)) {
            (Some(was), Some(is)) => (was, is),
            (None, _) => return false,
            // A price would go.
            (Some(_), None) => return true,
        };
        if is.into_iter().zip(was).any(|(is, was)| is_far(is, was)) {
            return true;
        }
        // One step on each of several maps is a long way for their series.
        let agreed_a = |on: u8| {
            if on == map { Some(was[0]) } else { Some(self.chances_by(on, &self.agreed(on)?)?[0]) }
        };
        let would_be_a = |on: u8| if on == map { Some(is[0]) } else { self.map_chance_a(on) };
        match (self.ends_by(agreed_a), self.ends_by(would_be_a)) {
            (Some(was), Some(is)) => is.into_iter().zip(was).any(|(is, was)| is_far(is, was)),
            (None, _) | (_, None) => false,
        }
    }

    /// Whether one person moved what is thought of a map still to be won from what was agreed.
    pub(crate) fn is_moved_by_one(&self) -> bool {
        let is_moved = |map: u8| match &self.map(map).game {
            Game::Rounds(rounds) => rounds.agreed.chances.is_some() && rounds.said != rounds.agreed,
            Game::Moba(moba) => moba.agreed.is_some() && moba.before != moba.agreed,
        };
        (1..=self.best_of).any(|map| self.map_winner(map).is_none() && is_moved(map))
    }

    /// What was agreed of a map, if anything was.
    fn agreed(&self, map: u8) -> Option<Word> {
        Some(match &self.map(map).game {
            Game::Rounds(rounds) => {
                rounds.agreed.chances?;
                Word { first_side_a: rounds.first_side_a, view: View::Rounds(rounds.agreed) }
            }
            Game::Moba(moba) => Word { first_side_a: moba.side_a, view: View::Moba(moba.agreed?) },
        })
    }

    fn chances_by(&self, map: u8, word: &Word) -> Option<Chances> {
        match (&self.map(map).game, &word.view) {
            (Game::Rounds(rounds), View::Rounds(opinion)) => {
                of_rounds(self.rules()?, rounds, opinion.model(word.first_side_a)?)
            }
            (Game::Moba(moba), View::Moba(before)) => {
                let now = moba.chance_by(*before, word.first_side_a)?;
                let before = before.as_f64();
                Some([now, before, before, before, before, before])
            }
            (Game::Rounds(_), View::Moba(_)) | (Game::Moba(_), View::Rounds(_)) => {
                unreachable!("a word is made for the game of its map")
            }
        }
    }

    /// P(A wins the series), P(B wins it) and P(draw), given the chance of each map still to be won.
    fn ends_by(&self, map_a: impl Fn(u8) -> Option<f64>) -> Option<[f64; 3]> {
        let mut chances = [0.0; MAPS_MAX];
        for (chance, map) in chances.iter_mut().zip(1..=self.best_of) {
            if self.map_winner(map).is_none() {
                *chance = map_a(map)?;
            }
        }
        let [a, b] = self.maps_won;
        let series = SeriesForecast::new(self.best_of, a, b, &chances[..self.maps.len()]).ok()?;
        Some([series.winner_a(), series.winner_b(), series.draw()])
    }

    /// Takes a map's name and a word that [`Series::word_of`] made. What was agreed stays where it was,
    /// unless this is agreed or nothing was.
    pub(crate) fn set_map(&mut self, map_no: u8, name: Name, word: &Word, is_agreed: bool) {
        let (title, rules) = (self.title, self.rules());
        let is_agreed = is_agreed || self.agreed(map_no).is_none();
        let map = self.map_mut(map_no);
        map.name = Some(name);
        match (&mut map.game, word.view) {
            (Game::Rounds(rounds), View::Rounds(opinion)) => {
                (rounds.said, rounds.first_side_a) = (opinion, word.first_side_a);
                if is_agreed {
                    rounds.agreed = Opinion { next: rounds.agreed.next, ..opinion };
                }
            }
            (Game::Moba(moba), View::Moba(before)) => {
                moba.side_a = word.first_side_a;
                moba.set(before);
                if is_agreed {
                    moba.agreed = Some(before);
                }
            }
            (Game::Rounds(_), View::Moba(_)) | (Game::Moba(_), View::Rounds(_)) => {
                unreachable!("a word is made for the game of its map")
            }
        }
        map.refresh(title.rules(), rules);
        self.refresh_rounds_after();
    }

    /// Sets the chance of one round alone, or lets the sides speak for it again.
    ///
    /// # Errors
    /// [`Impossible`] if the round is not the next one of a map that is being played or still to
    /// come.
    pub(crate) fn set_next_round(
        &mut self,
        map: u8,
        round: u8,
        a: Option<Probability>,
        is_agreed: bool,
    ) -> Result<Change, Impossible> {
        self.must_be_next(map, round)?;
        let (title, rules) = (self.title, self.rules());
        let is_agreed = is_agreed || self.agreed(map).is_none();
        let target = self.map_mut(map);
        if let Game::Rounds(rounds) = &mut target.game {
            rounds.said.next = a.map(|a| (round, a));
            if is_agreed {
                rounds.agreed.next = rounds.said.next;
            }
        }
        target.refresh(title.rules(), rules);
        if self.current < map {
            self.refresh_rounds_after();
        }
        Ok(Change::Opinion { map })
    }

    /// Whether this is the next round of a map that is being played or still to come.
    pub(crate) fn must_be_next(&self, map: u8, round: u8) -> Result<(), Impossible> {
        if !self.has_map(map) {
            return Err(Impossible::new(FeedRule::MapOutOfTurn, self.current.max(1), map));
        }
        let Some(rounds) = self.round_map(map) else {
            return Err(Impossible::new(FeedRule::OtherGame, 0, round));
        };
        if rounds.winner.is_some() {
            return Err(Impossible::new(FeedRule::MapIsOver, 0, round));
        }
        if round != rounds.played() + 1 {
            let next = rounds.played() + 1;
            return Err(Impossible::new(FeedRule::RoundOutOfTurn, next, round));
        }
        Ok(())
    }
}

/// The chances of a map in rounds: of the map, of each side's rounds, and of the next one.
fn of_rounds(rules: RoundRules, map: &RoundMap, model: MapModel) -> Option<Chances> {
    let [a, b] = map.rounds().map(u16::from);
    let (round, pistol) = (model.round(), model.pistol());
    let next = model.round_a(rules, a + b + 1);
    let map_a = win_grid(rules, &model, a, b).ok()?.now;
    Some([map_a, round.t, round.ct, pistol.t, pistol.ct, next])
}

/// A probability as the board and the journal have it: closer to certainty than that there is no price.
fn as_written(p: f64) -> f64 {
    Probability::from_f64(p.clamp(0.0, 1.0)).unwrap_or_default().as_f64()
}
