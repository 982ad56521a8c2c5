//! What a trader says about how a market ended.

use crate::codec::{DecodeError, Decoder, Encoder, Wire, wire_enum};
use crate::market::SELECTIONS_MAX;
use crate::settlement::multiplier::LegResult;

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

/// How each selection of a market ended, in order; those beyond its last are [`LegResult::Lost`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Results([LegResult; SELECTIONS_MAX]);

impl Results {
    /// The results of a market's selections; `None` if there are none or too many, or if they
    /// contradict each other. They agree if, besides selections that are void, either one won and all
    /// others lost, or one of two half won and the other half lost, or several share a dead heat of
    /// just so many and all others lost.
    pub fn new(results: &[LegResult]) -> Option<Self> {
        if results.is_empty() || SELECTIONS_MAX < results.len() {
            return None;
        }
        let mut all = [LegResult::Lost; SELECTIONS_MAX];
        all[..results.len()].copy_from_slice(results);
        agree(results).then_some(Self(all))
    }

    /// How a selection ended.
    pub fn of(&self, selection: usize) -> LegResult {
        self.0.get(selection).copied().unwrap_or(LegResult::Lost)
    }

    /// Whether nothing is said about selections that a market of so many does not have.
    pub fn fits(&self, selections: u8) -> bool {
        self.0[usize::from(selections).min(SELECTIONS_MAX)..]
            .iter()
            .all(|result| *result == LegResult::Lost)
            && agree(&self.0[..usize::from(selections).min(SELECTIONS_MAX)])
    }

    /// The selection that won while all others lost, if that is how it ended.
    pub fn only_winner(&self) -> Option<u8> {
        let mut others = self.0.iter().filter(|result| **result != LegResult::Lost);
        let is_plain = others.next() == Some(&LegResult::Won) && others.next().is_none();
        let winner = self.0.iter().position(|result| *result == LegResult::Won);
        winner.filter(|_| is_plain).map(|winner| winner as u8)
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
        let one_won = won == 1 && half_won + half_lost == 0;
        let halves = half_won == 1 && half_lost == 1 && won + lost == 0;
        return (one_won || halves) && void < results.len();
    };
    let sharing = results.iter().filter(|result| **result == LegResult::DeadHeat(heat)).count();
    sharing == usize::from(heat.tied())
        && heat.places() < heat.tied()
        && sharing + lost + void == results.len()
}

impl Wire for Results {
    fn put(&self, out: &mut Encoder<'_>) {
        self.0.iter().for_each(|result| result.put(out));
    }

    fn take(input: &mut Decoder<'_>) -> Result<Self, DecodeError> {
        let mut results = [LegResult::Lost; SELECTIONS_MAX];
        for result in &mut results {
            *result = LegResult::take(input)?;
        }
        // Whether they agree depends on how many selections the market has.
        Ok(Self(results))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::settlement::multiplier::DeadHeat;

    #[test]
    fn results_that_contradict_each_other_are_none() {
        use LegResult::{HalfLost, HalfWon, Lost, Void, Won};
        let heat = |places, tied| LegResult::DeadHeat(DeadHeat::new(places, tied).unwrap());
        for (results, agree) in [
            (&[Won, Lost][..], true),
            (&[Lost, Lost, Won, Lost], true),
            (&[Won, Void], true),
            (&[HalfWon, HalfLost], true),
            (&[heat(1, 2), heat(1, 2), Lost], true),
            (&[heat(2, 3), heat(2, 3), heat(2, 3)], true),
            (&[Won, Won], false),
            (&[Lost, Lost], false),
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
        assert!(Results::new(&[Lost, Lost, Won]).is_some_and(|results| !results.fits(2)));
    }
}
