//! The result in maps. Selections for a best of three: 2–0, 2–1, 1–2, 0–2; for a best of five
//! 3–0, 3–1, 3–2, 2–3, 1–3, 0–3.
//!
//! Priced from the series forecast; a result that can no longer happen has probability zero and is
//! taken off the board.

use super::{MarketResult, MarketType};
use crate::title::counter_strike::Series;
use crate::units::SelectionIndex;

pub const TYPE: MarketType = MarketType {
    name: "correct map score",
    // A best of one has only 1–0 and 0–1, which is the match winner.
    selections: |_, series| (series.best_of() > 1).then(|| 2 * series.maps_to_win()),
    fair: |_, series, forecast, fair| {
        let forecast = forecast?;
        for (index, p) in fair[..2 * usize::from(series.maps_to_win())].iter_mut().enumerate() {
            let [a, b] = score_of(series, index as u8);
            *p = forecast.correct_map_score(a, b)?;
        }
        Some(())
    },
    result: |_, series| match series.winner() {
        Some(_) => MarketResult::Won(selection_of(series, series.maps_won())),
        None => MarketResult::Undecided,
    },
};

/// The final score that a selection stands for.
fn score_of(series: &Series, selection: u8) -> [u8; 2] {
    let needed = series.maps_to_win();
    if selection < needed { [needed, selection] } else { [2 * needed - 1 - selection, needed] }
}

/// The selection that stands for a final score.
fn selection_of(series: &Series, [a, b]: [u8; 2]) -> SelectionIndex {
    let needed = series.maps_to_win();
    SelectionIndex(if a == needed { b } else { 2 * needed - 1 - a })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::RoundFormat;

    #[test]
    fn each_final_score_has_its_own_selection() {
        for (best_of, scores) in [
            (3, &[[2, 0], [2, 1], [1, 2], [0, 2]][..]),
            (5, &[[3, 0], [3, 1], [3, 2], [2, 3], [1, 3], [0, 3]]),
        ] {
            let series = Series::new(RoundFormat::Mr12, best_of);
            for (selection, score) in scores.iter().enumerate() {
                assert_eq!(score_of(&series, selection as u8), *score);
                assert_eq!(selection_of(&series, *score), SelectionIndex(selection as u8));
            }
        }
    }
}
