//! Shading: a book leans against the money on it.
//!
//! With P_i the book's result if selection i wins (all stakes less what i would be paid) and L the
//! scale, u_i = clamp((mean P − P_i) / L, ±1), w_i = 1 + κ·u_i and p'_i ∝ p_i·w_i: what the house would
//! lose most on gets shorter odds. Bounded by κ, monotone in the money, and exact on replay.
//!
//! No market may be shaded past another that it is nested in: a higher total past a lower one, 2–0 past
//! a win. Each selection keeps to its own half of the way to its neighbours' unshaded probabilities, so
//! two neighbours meet at most in the middle, whatever the money on either is. The whole book leans
//! less, in proportion, until that holds. Two markets on the same question, as a handicap of half a
//! round and the winner, lean on one book.

use super::correct_round_score::{Ending, ending};
use super::{Fair, SELECTIONS_MAX, Selection};
use crate::command::{Config, Line, MarketKind, Team};
use crate::pricing::SeriesForecast;
use crate::title::Series;
use crate::units::{Money, SelectionIndex};

/// How far each selection's probability may be moved: down to, up to.
pub(crate) type Bounds = [[f64; 2]; SELECTIONS_MAX];

const FREE: Bounds = [[0.0, 1.0]; SELECTIONS_MAX];

/// What a market leans on: what the house is left with for each selection that may win, and how far
/// the book may go.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Leaning {
    pub results: Results,
    pub bounds: Bounds,
}

/// The book's result if each selection wins.
pub(crate) type Results = [Money; SELECTIONS_MAX];

/// The results of one market's book.
pub(crate) fn results(stakes: Money, selections: &[Selection]) -> Results {
    let mut results = [Money::ZERO; SELECTIONS_MAX];
    for (result, selection) in results.iter_mut().zip(selections) {
        *result = stakes - selection.payouts;
    }
    results
}

/// Leans a book. `fair` are its probabilities; those at 0 or 1 take no part.
pub(crate) fn shade(config: &Config, leaning: &Leaning, fair: &mut [f64]) {
    let is_open = |p: f64| 0.0 < p && p < 1.0;
    let (mut sum, mut count) = (0.0, 0.0);
    for (p, result) in fair.iter().zip(leaning.results) {
        if is_open(*p) {
            sum += result.minor() as f64;
            count += 1.0;
        }
    }
    if count < 2.0 {
        return;
    }
    let mean = sum / count;
    let kappa = f64::from(config.shading_ppb) / 1e9;
    let scale = config.shading_scale.minor() as f64;
    let mut leant = [0.0; SELECTIONS_MAX];
    let (mut weighted, mut open) = (0.0, 0.0);
    for ((leant, p), result) in leant.iter_mut().zip(fair.iter()).zip(leaning.results) {
        if is_open(*p) {
            let lean = ((mean - result.minor() as f64) / scale).clamp(-1.0, 1.0);
            *leant = p * (1.0 + kappa * lean);
            weighted += *leant;
            open += p;
        }
    }
    // The part of the way from the fair book to the leaning one that keeps every order.
    let mut part = 1.0_f64;
    for ((leant, &p), [low, high]) in leant.iter_mut().zip(fair.iter()).zip(leaning.bounds) {
        if is_open(p) {
            *leant *= open / weighted;
            let (way, room) =
                if p < *leant { (*leant - p, high - p) } else { (p - *leant, p - low) };
            if room < part * way {
                part = if 0.0 < room { room / way } else { 0.0 };
            }
        }
    }
    for (p, leant) in fair.iter_mut().zip(leant) {
        if is_open(*p) {
            *p += part * (leant - *p);
        }
    }
}

impl MarketKind {
    /// The winner's market that this one may be the same question as; it then leans on its book.
    pub(super) const fn leans_on(self) -> Option<Self> {
        match self {
            Self::RoundHandicap { map, .. } => Some(Self::MapWinner { map }),
            Self::CorrectMapScore | Self::MapHandicap { .. } => Some(Self::MatchWinner),
            Self::MatchWinner
            | Self::MapWinner { .. }
            | Self::TotalRounds { .. }
            | Self::RoundWinner { .. }
            | Self::TotalMaps { .. }
            | Self::CorrectRoundScore { .. }
            | Self::RaceToRounds { .. }
            | Self::PistolRound { .. }
            | Self::Overtime { .. }
            | Self::OddRounds { .. }
            | Self::RegulationWinner { .. }
            | Self::RegulationTotal { .. }
            | Self::RegulationHandicap { .. }
            | Self::TeamRounds { .. }
            | Self::SeriesRounds { .. } => None,
        }
    }
}

/// One market as it is about to lean.
pub(crate) struct Leaner<'a> {
    pub kind: MarketKind,
    pub series: &'a Series,
    pub forecast: Option<&'a SeriesForecast>,
    /// Its fair probabilities.
    pub fair: &'a [f64],
}

impl Leaner<'_> {
    /// What the market leans on. `own` are its own results; `results_of` finds those of another market
    /// of the match, if it is open. A market on the same question as a winner's leans with it, so that
    /// both stay the same price; `None` if it cannot.
    pub fn leaning(
        &self,
        own: Results,
        results_of: impl Fn(MarketKind) -> Option<Results>,
    ) -> Option<Leaning> {
        let Some(winner) = self.kind.leans_on() else {
            return Some(Leaning { results: own, bounds: self.bounds(self.kind, self.fair) });
        };
        let of_winner = self.fair_of(winner)?;
        let Some(sides) = self.same_question(&of_winner) else {
            return Some(Leaning { results: own, bounds: self.bounds(self.kind, self.fair) });
        };
        let (results, bounds) = (results_of(winner)?, self.bounds(winner, &of_winner));
        let mut leaning = Leaning { results: own, bounds: FREE };
        for (index, side) in sides.into_iter().enumerate() {
            leaning.results[index] = results[side];
            leaning.bounds[index] = bounds[side];
        }
        Some(leaning)
    }

    /// For each selection the side of the winner's market that it stands for, if all that can still
    /// win are the same questions.
    fn same_question(&self, winner: &Fair) -> Option<[usize; SELECTIONS_MAX]> {
        let mut sides = [0; SELECTIONS_MAX];
        // Two maps: 2–0, 1–1 and 0–2 are a win, a draw and a loss.
        if self.kind == MarketKind::CorrectMapScore && self.series.can_be_drawn() {
            for (index, side) in sides.iter_mut().enumerate() {
                *side = index;
            }
            return Some(sides);
        }
        for (index, p) in self.fair.iter().enumerate() {
            if 0.0 < *p {
                // All others have two sides: A and B.
                let is_b = if self.kind == MarketKind::CorrectMapScore {
                    self.series.maps_to_win() as usize <= index
                } else {
                    index == 1
                };
                sides[index] = usize::from(is_b);
                if !are_one(*p, winner[sides[index]]) {
                    return None;
                }
            }
        }
        Some(sides)
    }

    fn fair_of(&self, kind: MarketKind) -> Option<Fair> {
        let mut fair = [0.0; SELECTIONS_MAX];
        (kind.market_type().fair)(kind, self.series, self.forecast, &mut fair).map(|()| fair)
    }

    /// How far a market's selections may be moved without overtaking another market.
    fn bounds(&self, kind: MarketKind, fair: &[f64]) -> Bounds {
        let first_of = |kind| self.fair_of(kind).map(|fair| fair[0]);
        match kind {
            MarketKind::TotalRounds { map, line } => {
                self.between_lines(fair, line, 2, |line| MarketKind::TotalRounds { map, line })
            }
            MarketKind::RegulationTotal { map, line } => {
                self.between_lines(fair, line, 2, |line| MarketKind::RegulationTotal { map, line })
            }
            MarketKind::TeamRounds { map, team, line } => {
                self.between_lines(fair, line, 2, |line| MarketKind::TeamRounds { map, team, line })
            }
            MarketKind::SeriesRounds { line } => {
                self.between_lines(fair, line, 2, |line| MarketKind::SeriesRounds { line })
            }
            MarketKind::TotalMaps { line } => {
                self.between_lines(fair, line, 2, |line| MarketKind::TotalMaps { line })
            }
            MarketKind::RoundHandicap { map, line } => {
                self.between_lines(fair, line, -2, |line| MarketKind::RoundHandicap { map, line })
            }
            MarketKind::RegulationHandicap { map, line } => {
                self.between_lines(fair, line, -2, |line| MarketKind::RegulationHandicap {
                    map,
                    line,
                })
            }
            MarketKind::MapHandicap { line } => {
                self.between_lines(fair, line, -2, |line| MarketKind::MapHandicap { line })
            }
            // To win a map is a handicap of nothing; the neighbours are the first that ask for more.
            MarketKind::MapWinner { map } => {
                let at = |halves: i16| {
                    let line = Line::from_halves(halves)?;
                    first_of(MarketKind::RoundHandicap { map, line })
                };
                let other = |sign: i16| {
                    (1..=LINES_MAX)
                        .filter_map(|step| at(sign * (2 * step - 1)))
                        .find(|p| !are_one(*p, fair[0]))
                };
                between(fair, other(-1), other(1))
            }
            MarketKind::MatchWinner if self.series.can_be_drawn() => FREE,
            MarketKind::MatchWinner => {
                // The likeliest final score that is not the only one left.
                let best = |of_a: bool, wins: f64| {
                    let needed = self.series.maps_to_win();
                    let scores = (0..needed).filter_map(|lost| {
                        let [a, b] = if of_a { [needed, lost] } else { [lost, needed] };
                        self.forecast?.correct_map_score(a, b)
                    });
                    scores.filter(|p| !are_one(*p, wins)).fold(0.0, f64::max)
                };
                between(fair, Some(best(true, fair[0])), Some(1.0 - best(false, fair[1])))
            }
            MarketKind::CorrectMapScore => {
                let Some(forecast) = self.forecast else { return FREE };
                let needed = usize::from(self.series.maps_to_win());
                let mut bounds = FREE;
                for (index, ([_, high], p)) in bounds.iter_mut().zip(fair).enumerate() {
                    let wins = forecast.winner_a();
                    *high = (p + if index < needed { wins } else { 1.0 - wins }) / 2.0;
                }
                bounds
            }
            MarketKind::CorrectRoundScore { map } => {
                let Some(wins) = first_of(MarketKind::MapWinner { map }) else { return FREE };
                let Some(rules) = self.series.rules() else { return FREE };
                let mut bounds = FREE;
                for (index, ([_, high], p)) in (0..).zip(bounds.iter_mut().zip(fair)) {
                    let of_a = match ending(rules, SelectionIndex(index)) {
                        Some(Ending::Score([a, b])) => b < a,
                        Some(Ending::Overtime(team)) => team == Team::A,
                        None => break,
                    };
                    *high = (p + if of_a { wins } else { 1.0 - wins }) / 2.0;
                }
                bounds
            }
            MarketKind::RoundWinner { .. }
            | MarketKind::RaceToRounds { .. }
            | MarketKind::PistolRound { .. }
            | MarketKind::Overtime { .. }
            | MarketKind::OddRounds { .. }
            | MarketKind::RegulationWinner { .. } => FREE,
        }
    }

    /// The bounds of a market on a line, between the next lines: `harder` half points away its first
    /// selection wins less often.
    fn between_lines(
        &self,
        fair: &[f64],
        line: Line,
        harder: i16,
        kind: impl Fn(Line) -> MarketKind,
    ) -> Bounds {
        let at = |line| self.fair_of(kind(line)).map(|fair| fair[0]);
        between(fair, moved(line, harder).and_then(at), moved(line, -harder).and_then(at))
    }
}

/// Lines between an even map and the most uneven one.
const LINES_MAX: i16 = 16;

/// Whether two probabilities differ by no more than rounding: then both are of the same question.
fn are_one(p: f64, q: f64) -> bool {
    (-1e-12..=1e-12).contains(&(p - q))
}

/// The line moved by so many half points.
fn moved(line: Line, halves: i16) -> Option<Line> {
    line.halves().checked_add(halves).and_then(Line::from_halves)
}

/// Two selections of which the first lies between its neighbours below and above.
fn between(fair: &[f64], below: Option<f64>, above: Option<f64>) -> Bounds {
    let p = fair[0];
    let low = below.map_or(0.0, |below| (p + below.min(p)) / 2.0);
    let high = above.map_or(1.0, |above| (p + above.max(p)) / 2.0);
    let mut bounds = FREE;
    bounds[0] = [low, high];
    bounds[1] = [1.0 - high, 1.0 - low];
    bounds
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hash::mix;

    fn chance(seed: &mut u64) -> f64 {
        *seed = mix(*seed ^ 0x9e37_79b9_7f4a_7c15, 0xd6e8_feb8_6659_fd93);
        (*seed >> 11) as f64 / (1_u64 << 53) as f64
    }

    fn book(seed: &mut u64, count: usize) -> (Fair, std::vec::Vec<Selection>, Money) {
        let mut fair = [0.0; SELECTIONS_MAX];
        fair[..count].iter_mut().for_each(|p| *p = 0.01 + chance(seed));
        let sum: f64 = fair.iter().sum();
        fair.iter_mut().for_each(|p| *p /= sum);
        let money = |p: f64| Money::from_minor((p * 1e6) as i64);
        let selections: std::vec::Vec<_> = (0..count)
            .map(|_| Selection { payouts: money(chance(seed)), ..Selection::default() })
            .collect();
        (fair, selections, money(chance(seed)))
    }

    fn lean(
        config: &Config,
        stakes: Money,
        selections: &[Selection],
        bounds: Bounds,
        fair: &mut Fair,
    ) {
        let leaning = Leaning { results: results(stakes, selections), bounds };
        shade(config, &leaning, &mut fair[..selections.len()]);
    }

    fn config(shading_ppb: u32, scale: i64) -> Config {
        let shading_scale = Money::from_minor(scale);
        Config { shading_ppb, shading_scale, ..Config::default() }
    }

    #[test]
    fn a_book_leans_against_its_money_and_stays_a_book() {
        let mut seed = 1;
        for _ in 0..20_000 {
            let count = 2 + (chance(&mut seed) * (SELECTIONS_MAX - 1) as f64) as usize;
            let (fair, selections, stakes) = book(&mut seed, count);
            let config = config(250_000_000, 1 + (chance(&mut seed) * 1e6) as i64);
            let mut leant = fair;
            lean(&config, stakes, &selections, FREE, &mut leant);
            assert!((leant.iter().sum::<f64>() - 1.0).abs() < 1e-12);
            for i in 0..count {
                // No further than κ up against κ down.
                let factor = leant[i] / fair[i];
                assert!((0.75 / 1.25 - 1e-12..=1.25 / 0.75 + 1e-12).contains(&factor), "{factor}");
                // Of two selections the one that pays more leans at least as much.
                for j in 0..count {
                    if selections[i].payouts <= selections[j].payouts {
                        assert!(factor <= leant[j] / fair[j] + 1e-12);
                    }
                }
            }
        }
    }

    #[test]
    fn an_even_book_and_a_book_without_money_do_not_lean() {
        let mut fair = [0.0; SELECTIONS_MAX];
        fair[..2].copy_from_slice(&[0.7, 0.3]);
        let even = [Selection { payouts: Money::from_minor(500), ..Selection::default() }; 2];
        for selections in [even, [Selection::default(); 2]] {
            let mut leant = fair;
            let stakes = Money::from_minor(400);
            lean(&config(100_000_000, 10), stakes, &selections, FREE, &mut leant);
            assert_eq!(leant, fair);
        }
    }

    #[test]
    fn ten_percent_at_full_lean() {
        let mut fair = [0.0; SELECTIONS_MAX];
        fair[..2].copy_from_slice(&[0.5, 0.5]);
        let pays = |minor| Selection { payouts: Money::from_minor(minor), ..Selection::default() };
        // The results are −1000 and 1000, their mean 0: both a whole scale away.
        let stakes = Money::from_minor(1_000);
        lean(&config(100_000_000, 1_000), stakes, &[pays(2_000), pays(0)], FREE, &mut fair);
        assert!((fair[0] - 0.55).abs() < 1e-15 && (fair[1] - 0.45).abs() < 1e-15, "{fair:?}");
    }

    #[test]
    fn two_neighbours_meet_at_most_in_the_middle() {
        let mut seed = 7;
        for _ in 0..20_000 {
            let low = chance(&mut seed) * 0.9 + 0.02;
            let high = low + chance(&mut seed) * (0.97 - low);
            let mut pair = [low, high].map(|p| {
                let mut fair = [0.0; SELECTIONS_MAX];
                fair[..2].copy_from_slice(&[p, 1.0 - p]);
                fair
            });
            let edges = [between(&pair[0], None, Some(high)), between(&pair[1], Some(low), None)];
            for (fair, edge) in pair.iter_mut().zip(edges) {
                let (_, selections, stakes) = book(&mut seed, 2);
                lean(&config(250_000_000, 1_000), stakes, &selections, edge, fair);
            }
            assert!(pair[0][0] <= pair[1][0] + 1e-12, "{low} and {high} became {pair:?}");
        }
    }
}
