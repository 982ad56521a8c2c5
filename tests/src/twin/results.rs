//! What each market's result is, from the list of rounds alone.

use clutch_core::command::{Line, MarketKind, Team};
use clutch_core::market::MarketResult;
use clutch_core::units::SelectionIndex;

use super::Twin;
use super::score::Series;

impl Twin {
    /// What the score says about a market; what it said last if the market has been retired.
    pub(super) fn result(&self, id: usize) -> MarketResult {
        let market = &self.markets[id];
        if market.retired {
            return market.result;
        }
        if let Some(graded) = market.graded.or(market.by_rules.map(|(result, _)| result)) {
            return graded;
        }
        result(market.kind, &self.matches[market.match_index].series)
    }
}

fn nth(index: usize) -> MarketResult {
    MarketResult::Won(SelectionIndex(index as u8))
}

pub(super) fn result(kind: MarketKind, series: &Series) -> MarketResult {
    let won = |first: bool| nth(usize::from(!first));
    let map = kind.map().map_or(0, usize::from);
    let open = if map != 0 && series.is_not_needed(map) {
        MarketResult::NotPlayed
    } else {
        MarketResult::Undecided
    };
    let map_winner = series.map_winner(map);
    // A question that the end of the map answers, and one that may be answered with "yes" before.
    let at_the_end = |first: bool| map_winner.map_or(open, |_| won(first));
    let as_soon_as = |first: bool| if first { won(true) } else { at_the_end(false) };
    let (a, b) = (series.rounds_of(map, Team::A) as i64, series.rounds_of(map, Team::B) as i64);
    let beyond = |count: i64, line: Line| 2 * count > i64::from(line.halves());
    let covers = |margin: i64, line: Line| 2 * margin + i64::from(line.halves()) > 0;
    // The score when regulation ended, if it went beyond: level.
    let half = series.half() as i64;
    let is_overtime = !series.is_timed() && a.min(b) >= half;
    let (maps_a, maps_b) = (series.maps_won(Team::A), series.maps_won(Team::B));
    let margin_of_maps = maps_a as i64 - maps_b as i64;
    let of_series = |first: bool| if series.is_over() { won(first) } else { open };
    let round = |number: usize| {
        let rounds = series.map(map).map_or(&[][..], |map| &map.rounds);
        match (rounds.get(number - 1), map_winner) {
            (Some((team, _)), _) => won(*team == Team::A),
            (None, Some(_)) => MarketResult::NotPlayed,
            (None, None) => open,
        }
    };
    match kind {
        MarketKind::MatchWinner => match (series.winner(), series.is_over(), series.maps.len()) {
            (Some(Team::A), ..) => nth(0),
            (Some(Team::B), _, 2) => nth(2),
            (Some(Team::B), ..) | (None, true, _) => nth(1),
            (None, false, _) => open,
        },
        MarketKind::CorrectMapScore => {
            let finals = final_scores(series.maps.len());
            let found = finals.iter().position(|score| *score == (maps_a, maps_b));
            found.map_or(open, nth)
        }
        MarketKind::MapHandicap { line } => of_series(covers(margin_of_maps, line)),
        MarketKind::TotalMaps { line } => of_series(beyond((maps_a + maps_b) as i64, line)),
        MarketKind::SeriesRounds { line } => {
            let played: usize = series.maps.iter().map(|map| map.rounds.len()).sum();
            if beyond(played as i64, line) { won(true) } else { of_series(false) }
        }
        // Where overtime does not count, the map ends with regulation.
        MarketKind::MapWinner { .. } if is_overtime && series.ends_early() => {
            MarketResult::NotPlayed
        }
        MarketKind::RoundHandicap { line, .. } if is_overtime && series.ends_early() => {
            won(covers(0, line))
        }
        MarketKind::MapWinner { .. } => at_the_end(map_winner == Some(Team::A)),
        MarketKind::TotalRounds { line, .. } => as_soon_as(beyond(a + b, line)),
        MarketKind::RegulationTotal { line, .. } => as_soon_as(beyond((a + b).min(2 * half), line)),
        MarketKind::TeamRounds { team, line, .. } => {
            as_soon_as(beyond(if team == Team::A { a } else { b }, line))
        }
        MarketKind::Overtime { .. } => as_soon_as(is_overtime),
        MarketKind::RoundHandicap { line, .. } => at_the_end(covers(a - b, line)),
        MarketKind::RegulationHandicap { line, .. } if is_overtime => won(covers(0, line)),
        MarketKind::RegulationHandicap { line, .. } => at_the_end(covers(a - b, line)),
        MarketKind::OddRounds { .. } => at_the_end((a + b) % 2 == 1),
        MarketKind::RegulationWinner { .. } if is_overtime => nth(1),
        MarketKind::RegulationWinner { .. } => map_winner.map_or(open, |team| match team {
            Team::A => nth(0),
            Team::B => nth(2),
        }),
        MarketKind::CorrectRoundScore { .. } => map_winner.map_or(open, |team| {
            let half = series.half();
            match (team, is_overtime) {
                (Team::A, false) => nth(b as usize),
                (Team::B, false) => nth(half + a as usize),
                (Team::A, true) => nth(2 * half),
                (Team::B, true) => nth(2 * half + 1),
            }
        }),
        MarketKind::RaceToRounds { rounds, .. } => {
            let played = series.map(map).map_or(&[][..], |map| &map.rounds);
            let mut count = [0, 0];
            for (team, _) in played {
                count[*team as usize] += 1;
                if count[*team as usize] == rounds {
                    return won(*team == Team::A);
                }
            }
            map_winner.map_or(open, |_| MarketResult::NotPlayed)
        }
        MarketKind::RoundWinner { round: number, .. } => round(number.into()),
        MarketKind::PistolRound { half: 1, .. } => round(1),
        MarketKind::PistolRound { .. } => round(series.half() + 1),
    }
}

/// How many selections a market has, if it makes sense in this series.
pub(super) fn selections(kind: MarketKind, series: &Series) -> Option<usize> {
    let needs_no_rounds = matches!(
        kind,
        MarketKind::MatchWinner
            | MarketKind::MapWinner { .. }
            | MarketKind::CorrectMapScore
            | MarketKind::MapHandicap { .. }
            | MarketKind::TotalMaps { .. }
    );
    if series.is_timed() && !needs_no_rounds {
        return None;
    }
    let map_exists = kind.map().is_none_or(|map| series.map(usize::from(map)).is_some());
    let half = series.half() as i16;
    let needed = half + 1;
    let best_of = series.maps.len() as i16;
    let maps_needed = best_of / 2 + 1;
    let between =
        |low: i16, line: Line, high: i16| 2 * low < line.halves() && line.halves() < 2 * high;
    let sensible = match kind {
        MarketKind::MatchWinner
        | MarketKind::MapWinner { .. }
        | MarketKind::CorrectRoundScore { .. }
        | MarketKind::Overtime { .. }
        | MarketKind::OddRounds { .. }
        | MarketKind::RegulationWinner { .. } => true,
        MarketKind::CorrectMapScore => best_of > 1,
        MarketKind::MapHandicap { line } => between(-maps_needed, line, maps_needed),
        MarketKind::TotalMaps { line } => between(maps_needed, line, best_of),
        MarketKind::SeriesRounds { line } => {
            best_of > 1 && between(needed * ((best_of + 1) / 2), line, 2 * half * best_of)
        }
        MarketKind::TotalRounds { line, .. } if series.ends_early() => {
            between(needed, line, 2 * half)
        }
        MarketKind::TotalRounds { line, .. } => line.halves() > 2 * needed,
        MarketKind::RegulationTotal { line, .. } => between(needed, line, 2 * half),
        MarketKind::TeamRounds { line, .. } => line.halves() > 0,
        MarketKind::RoundHandicap { line, .. } | MarketKind::RegulationHandicap { line, .. } => {
            between(-needed, line, needed)
        }
        MarketKind::RoundWinner { round, .. } => round > 0,
        MarketKind::PistolRound { half, .. } => half == 1 || half == 2,
        MarketKind::RaceToRounds { rounds, .. } => {
            rounds > 0 && usize::from(rounds) <= series.half() + series.overtime_half()
        }
    };
    let count = match kind {
        MarketKind::CorrectMapScore => final_scores(series.maps.len()).len(),
        MarketKind::CorrectRoundScore { .. } => 2 * series.half() + 2,
        MarketKind::RegulationWinner { .. } => 3,
        MarketKind::MatchWinner if best_of == 2 => 3,
        _ => 2,
    };
    (map_exists && sensible).then_some(count)
}

/// The final scores of a series in the order of their selections.
fn final_scores(best_of: usize) -> &'static [(usize, usize)] {
    match best_of {
        1 => &[(1, 0), (0, 1)],
        2 => &[(2, 0), (1, 1), (0, 2)],
        3 => &[(2, 0), (2, 1), (1, 2), (0, 2)],
        _ => &[(3, 0), (3, 1), (3, 2), (2, 3), (1, 3), (0, 3)],
    }
}
