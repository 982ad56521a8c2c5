//! What a trader says about how a market ended.

use crate::codec::{wire_enum, wire_struct};
use crate::market::SELECTIONS_MAX;
use crate::settlement::multiplier::{DeadHeat, LegResult};

/// See [`super::Command::Grade`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub enum Grade {
    /// Each selection ended like this.
    Results(Results),
    /// The market is void: every stake goes back.
    Void,
    /// The grade is rolled back: what the score says holds again, which may be nothing.
    Automatic,
}
wire_enum!(Grade { 0 = Results(results), 1 = Void, 2 = Automatic });

/// How each selection of a market ended. Kept as sets of selections, selection k as bit k, so that a
/// market with many selections stays one small row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Results {
    kind: ResultKind,
    /// Those that won, half won, or share the dead heat.
    winners: u32,
    /// Those that do not count.
    void: u32,
    /// How many there are.
    selections: u8,
}
wire_struct!(Results { kind, winners, void, selections });

/// In which way the winners of a market won.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
enum ResultKind {
    /// Wholly; all others lost.
    Won,
    /// By half; all others lost by half.
    HalfWon,
    /// They share too few places; all others lost.
    DeadHeat(DeadHeat),
}
wire_enum!(ResultKind { 0 = Won, 1 = HalfWon, 2 = DeadHeat(heat) });

// Each selection needs its bit.
const _: () = assert!(SELECTIONS_MAX <= u32::BITS as usize);

impl Results {
    /// The results of a market's selections; `None` if there are none or too many, or if they
    /// contradict each other. They agree if, besides selections that are void, either one won and all
    /// others lost, of which there is one at least, or one of two half won and the other half lost, or
    /// several share a dead heat of just so many and all others lost.
    pub fn new(results: &[LegResult]) -> Option<Self> {
        if results.is_empty() || SELECTIONS_MAX < results.len() || !agree(results) {
            return None;
        }
        let (mut kind, mut winners, mut void) = (ResultKind::Won, 0, 0);
        for (selection, result) in results.iter().enumerate() {
            let winner = match result {
                LegResult::Won => Some(ResultKind::Won),
                LegResult::HalfWon => Some(ResultKind::HalfWon),
                LegResult::DeadHeat(heat) => Some(ResultKind::DeadHeat(*heat)),
                LegResult::Lost | LegResult::HalfLost | LegResult::Void => None,
            };
            void |= u32::from(*result == LegResult::Void) << selection;
            winners |= u32::from(winner.is_some()) << selection;
            kind = winner.unwrap_or(kind);
        }
        let selections = results.len() as u8;
        Some(Self { kind, winners, void, selections })
    }

    /// How a selection ended.
    pub fn of(&self, selection: usize) -> LegResult {
        let is_in = |set: u32| selection < SELECTIONS_MAX && set >> selection & 1 != 0;
        if is_in(self.void) {
            return LegResult::Void;
        }
        match self.kind {
            ResultKind::Won if is_in(self.winners) => LegResult::Won,
            ResultKind::HalfWon if is_in(self.winners) => LegResult::HalfWon,
            ResultKind::DeadHeat(heat) if is_in(self.winners) => LegResult::DeadHeat(heat),
            ResultKind::HalfWon => LegResult::HalfLost,
            ResultKind::Won | ResultKind::DeadHeat(_) => LegResult::Lost,
        }
    }

    /// How many selections they are about.
    pub fn selections(&self) -> u8 {
        self.selections
    }

    /// Whether they are those of a market of so many selections, and agree.
    pub fn fits(&self, selections: u8) -> bool {
        let count = usize::from(selections);
        let mut results = [LegResult::Lost; SELECTIONS_MAX];
        for (selection, result) in results.iter_mut().enumerate() {
            *result = self.of(selection);
        }
        let beyond = (self.winners | self.void).checked_shr(count as u32).unwrap_or_default();
        self.selections == selections
            && count <= SELECTIONS_MAX
            && beyond == 0
            && agree(&results[..count])
    }

    /// The selection that won while all others lost, if that is how it ended.
    pub fn only_winner(&self) -> Option<u8> {
        let is_plain =
            self.kind == ResultKind::Won && self.void == 0 && self.winners.count_ones() == 1;
        is_plain.then(|| self.winners.trailing_zeros() as u8)
    }
}

/// See [`Results::new`].
fn agree(results: &[LegResult]) -> bool {
    let count = |is: fn(&LegResult) -> bool| results.iter().filter(|result| is(result)).count();
    let won = count(|result| *result == LegResult::Won);
    let lost = count(|result| *result == LegResult::Lost);
    let void = count(|result| *result == LegResult::Void);
    let half_won = count(|result| *result == LegResult::HalfWon);
    let half_lost = count(|result| *result == LegResult::HalfLost);
    let heat = results.iter().find_map(|result| match result {
        LegResult::DeadHeat(heat) => Some(*heat),
        _ => None,
    });
    let Some(heat) = heat else {
        // What wins wins against something: of two that can happen one did, and the other did not.
        let one_won = won == 1 && 0 < lost && half_won + half_lost == 0;
        let halves = half_won == 1 && half_lost == 1 && won + lost == 0;
        return (one_won || halves) && void < results.len();
    };
    let sharing = results.iter().filter(|result| **result == LegResult::DeadHeat(heat)).count();
    sharing == usize::from(heat.tied())
        && heat.places() < heat.tied()
        && sharing + lost + void == results.len()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn results_that_contradict_each_other_are_none() {
        use LegResult::{HalfLost, HalfWon, Lost, Void, Won};
        let heat = |places, tied| LegResult::DeadHeat(DeadHeat::new(places, tied).unwrap());
        for (results, agree) in [
            (&[Won, Lost][..], true),
            (&[Lost, Lost, Won, Lost], true),
            (&[Won, Lost, Void], true),
            (&[HalfWon, HalfLost, Void], true),
            (&[heat(1, 2), heat(1, 2), Void], true),
            (&[HalfWon, HalfLost], true),
            (&[heat(1, 2), heat(1, 2), Lost], true),
            (&[heat(2, 3), heat(2, 3), heat(2, 3)], true),
            (&[Won, Won], false),
            (&[Lost, Lost], false),
            (&[Won, Void], false),
            (&[Void, Won], false),
            (&[Won, Void, Void], false),
            (&[Lost, Void], false),
            (&[HalfWon, Void], false),
            (&[heat(1, 2), Void], false),
            (&[Void, Void], false),
            (&[HalfWon, Lost], false),
            (&[HalfWon, HalfLost, Lost], false),
            (&[Won, HalfLost], false),
            (&[heat(1, 2), Lost], false),
            (&[heat(1, 2), heat(1, 3), Lost], false),
            (&[heat(2, 2), heat(2, 2)], false),
            (&[heat(1, 2), heat(1, 2), Won], false),
            (&[], false),
        ] {
            assert_eq!(Results::new(results).is_some(), agree, "{results:?}");
        }
        assert_eq!(Results::new(&[Lost, Won]).unwrap().only_winner(), Some(1));
        assert_eq!(Results::new(&[HalfLost, HalfWon]).unwrap().only_winner(), None);
        let two = Results::new(&[Lost, Won]).unwrap();
        assert!(two.fits(2) && !two.fits(3) && !Results { selections: 1, ..two }.fits(1));
    }
}
