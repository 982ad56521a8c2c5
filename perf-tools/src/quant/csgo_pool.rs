//! Counter-Strike matches of 2015 whose betting pools are known: which way of taking a margin off
//! tells most about the winner.
//!
//! A pool has no bookmaker. It pays (1 − take) / share, where the take is what the house keeps; the
//! methods then differ in whose share they think was too high.

use std::fmt::Write as _;
use std::path::Path;

use anyhow::ensure;
use clutch_gateways::margin::{Method, remove};

use super::scores::Scores;
use super::table::{Table, Wanted};

/// One match: the share of the pool on the first team, and whether it won.
pub struct Match {
    share: f64,
    first_won: bool,
}

const COLUMNS: [&str; 3] = ["csgolounge_pct1", "csgolounge_pct2", "winner"];

const SHARE: Wanted = ("percent, from 0 to 100", |share| (0.0..=100.0).contains(&share));
const WINNER: Wanted = ("1 or 2", |team| team == 1.0 || team == 2.0);

/// Reads the matches that have both a pool and a winner; returns how many rows have not.
pub fn read(path: &Path) -> anyhow::Result<(Vec<Match>, usize)> {
    let table = Table::read(path, &COLUMNS)?;
    let [first, second, winner] = COLUMNS;
    let mut matches = Vec::new();
    for row in &table.rows {
        let share = |column| table.number(row, column, SHARE);
        let winner = table.number(row, winner, WINNER)?;
        let (Some(first), Some(second), Some(winner)) = (share(first)?, share(second)?, winner)
        else {
            continue;
        };
        // Nobody bets where everything is on one team.
        if 0.0 < first && 0.0 < second {
            matches.push(Match { share: first / (first + second), first_won: winner == 1.0 });
        }
    }
    ensure!(!matches.is_empty(), "{} has no match with a pool and a winner", path.display());
    let without = table.rows.len() - matches.len();
    Ok((matches, without))
}

/// How one method did.
pub struct Scored {
    /// The method.
    pub method: Method,
    /// Its scores.
    pub scores: Scores,
    /// Mean log-loss less that of the multiplicative method, and the standard error of that over the
    /// same matches.
    pub against_multiplicative: (f64, f64),
    /// Matches for which it has no answer.
    pub unanswered: usize,
}

/// The scores of every method at this take, best log-loss first.
pub fn compare(matches: &[Match], take: f64) -> Vec<Scored> {
    let (shares, _) = forecasts(matches, take, Method::Multiplicative);
    let mut scored = Method::ALL.map(|method| {
        let (forecasts, unanswered) = forecasts(matches, take, method);
        Scored {
            method,
            scores: Scores::of(&forecasts),
            against_multiplicative: difference(&forecasts, &shares),
            unanswered,
        }
    });
    scored.sort_by(|a, b| a.scores.log_loss.total_cmp(&b.scores.log_loss));
    Vec::from(scored)
}

fn forecasts(matches: &[Match], take: f64, method: Method) -> (Vec<(f64, bool)>, usize) {
    let mut unanswered = 0;
    let forecast = |Match { share, first_won }: &Match| {
        let odds = [*share, 1.0 - share].map(|share| (1.0 - take) / share);
        // A pool with nearly everything on one team pays back less than was staked: no odds.
        let fair = remove(method, &odds).ok().filter(|fair| fair.all_positive);
        unanswered += usize::from(fair.is_none());
        (fair.map_or(*share, |fair| fair.fair[0]), *first_won)
    };
    (matches.iter().map(forecast).collect(), unanswered)
}

/// The mean difference of two log-losses and its standard error, match by match.
fn difference(of: &[(f64, bool)], against: &[(f64, bool)]) -> (f64, f64) {
    let loss = |(p, won): (f64, bool)| -(if won { p } else { 1.0 - p }).ln();
    let differences: Vec<f64> =
        of.iter().zip(against).map(|(of, against)| loss(*of) - loss(*against)).collect();
    let count = differences.len() as f64;
    let mean = differences.iter().sum::<f64>() / count;
    let square = differences.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / count;
    (mean, (square / count).sqrt())
}

/// The table of a comparison, and the calibration of the best method.
pub fn report(path: &Path, take: f64) -> anyhow::Result<String> {
    let (matches, without) = read(path)?;
    let scored = compare(&matches, take);
    let mut text = String::from("# Counter-Strike pools of 2015, before the match\n\n");
    writeln!(
        text,
        "{} matches with a pool and a winner ({without} rows lack one). Odds are (1 − take) / share \
         with a take of {} %. Where a method has no answer, the share itself stands in. A difference \
         within two standard errors of zero says nothing.\n",
        matches.len(),
        100.0 * take
    )?;
    text.push_str(
        "| method | games | log-loss | Brier | AUC | log-loss − multiplicative | no answer |\n\
         |---|---:|---:|---:|---:|---:|---:|\n",
    );
    for Scored { method, scores, against_multiplicative: (mean, error), unanswered } in &scored {
        let against = format!("{mean:+.5} ± {error:.5}");
        writeln!(text, "| {} | {scores} | {against} | {unanswered} |", method.name())?;
    }
    let Scored { method, scores, .. } = &scored[0];
    writeln!(text, "\nCalibration of {} (± one standard error):\n", method.name())?;
    write!(text, "{}", scores.calibration())?;
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pools_of_2015_are_scored_as_bookmakers_are() {
        let path =
            concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/data/csgolounge_matches_2015.csv.gz");
        let (matches, without) = read(Path::new(path)).expect("committed data");
        assert_eq!((matches.len(), without), (1_761, 3_278));
        for take in [0.02, 0.05, 0.1] {
            for Scored { method, scores, against_multiplicative: (mean, error), .. } in
                compare(&matches, take)
            {
                // Measured elsewhere on bookmakers' prices: 0.193 and 0.568.
                assert!((scores.brier - 0.193).abs() < 0.01, "{method:?} {take}: {scores:?}");
                assert!((scores.log_loss - 0.568).abs() < 0.02, "{method:?} {take}: {scores:?}");
                assert!(0.75 < scores.auc, "{method:?} {take}: {scores:?}");
                assert!(mean.abs() < 3.0 * error + 1e-12, "{method:?} {take}: {mean} ± {error}");
            }
        }
    }
}
