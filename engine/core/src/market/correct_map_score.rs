//! The result in maps. Selections for a best of three: 2–0, 2–1, 1–2, 0–2; for a best of five
//! 3–0, 3–1, 3–2, 2–3, 1–3, 0–3; for a best of two 2–0, 1–1, 0–2.
//!
//! Priced from the series forecast; a result that can no longer happen has probability zero and is
//! taken off the board.

use super::{MarketKind, MarketResult, MarketType, once_all_maps_are_known};
use crate::units::SelectionIndex;

pub(super) const TYPE: MarketType = MarketType {
    key: "correct_map_score",
    name: "correct map score",
    // A best of one has only 1–0 and 0–1, which is the match winner.
    selections: |_, series| (series.best_of() > 1).then(|| final_scores(series.best_of())),
    fair: |_, series, forecast, fair| {
        let forecast = forecast?;
        let count = usize::from(final_scores(series.best_of()));
        for (index, p) in fair[..count].iter_mut().enumerate() {
            let [a, b] = final_score(series.best_of(), index as u8);
            *p = forecast.correct_map_score(a, b)?;
        }
        Some(())
    },
    result: |kind, series| once_all_maps_are_known(kind, series, at_end),
    by_maps: Some(at_end),
};

/// How many final scores a series can have.
const fn final_scores(best_of: u8) -> u8 {
    best_of + 1
}

/// The format that a market with so many selections was opened for; what became of the match since is no matter.
pub const fn format_of(selections: u8) -> u8 {
    selections.saturating_sub(1)
}

/// The final score that a selection stands for, from A's clearest win to B's. There are `best_of` + 1.
pub fn final_score(best_of: u8, selection: u8) -> [u8; 2] {
    let needed = best_of / 2 + 1;
    if best_of.is_multiple_of(2) {
        // Every map is played, so the scores are those that add up.
        return [best_of - selection, selection];
    }
    if selection < needed { [needed, selection] } else { [2 * needed - 1 - selection, needed] }
}

/// The selection that stands for this score.
fn at_end(_: MarketKind, best_of: u8, score: [u8; 2]) -> MarketResult {
    let is_it = |selection: &u8| final_score(best_of, *selection) == score;
    let found = (0..final_scores(best_of)).find(is_it);
    MarketResult::Won(SelectionIndex(
        found.expect("a series that is over has one of its final scores"),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_final_score_has_its_own_selection() {
        for (best_of, scores) in [
            (2, &[[2, 0], [1, 1], [0, 2]][..]),
            (3, &[[2, 0], [2, 1], [1, 2], [0, 2]]),
            (5, &[[3, 0], [3, 1], [3, 2], [2, 3], [1, 3], [0, 3]]),
        ] {
            assert_eq!(usize::from(final_scores(best_of)), scores.len());
            assert_eq!(format_of(final_scores(best_of)), best_of);
            for (selection, score) in scores.iter().enumerate() {
                assert_eq!(final_score(best_of, selection as u8), *score);
            }
        }
    }
}
