//! How good probabilities were: Brier score, log-loss, AUC, and a calibration table.

use std::fmt;

/// Probabilities below and above these are scored as these, so that one game cannot be worth
/// everything.
const P_MIN: f64 = 1e-6;
/// Bands of a calibration table.
pub const BINS: usize = 10;

/// The score of a list of forecasts.
#[derive(Clone, Debug)]
pub struct Scores {
    /// How many forecasts.
    pub count: usize,
    /// Mean of −ln of what was given to the outcome. A coin scores 0.693.
    pub log_loss: f64,
    /// Mean of (p − outcome)². A coin scores 0.25.
    pub brier: f64,
    /// How often a game that was won had the higher forecast, of all pairs of a won and a lost one.
    pub auc: f64,
    /// By forecast, in tenths.
    pub bins: [Bin; BINS],
}

/// The forecasts within one tenth.
#[derive(Clone, Copy, Debug, Default)]
pub struct Bin {
    /// How many.
    pub count: usize,
    /// Their sum.
    pub forecast_sum: f64,
    /// How many of them were won.
    pub won: usize,
}

impl Bin {
    /// Mean forecast, share won, and the standard error of that share. `None` where nothing is.
    pub fn shares(&self) -> Option<(f64, f64, f64)> {
        let count = self.count as f64;
        let (forecast, won) = (self.forecast_sum / count, self.won as f64 / count);
        let error = (forecast * (1.0 - forecast) / count).sqrt();
        (self.count != 0).then_some((forecast, won, error))
    }
}

impl Scores {
    /// Scores forecasts with their outcomes.
    pub fn of(forecasts: &[(f64, bool)]) -> Self {
        let count = forecasts.len();
        let (mut log_loss, mut brier) = (0.0, 0.0);
        let mut bins = [Bin::default(); BINS];
        for &(p, won) in forecasts {
            let given = if won { p } else { 1.0 - p };
            log_loss -= given.clamp(P_MIN, 1.0 - P_MIN).ln();
            brier += (1.0 - given) * (1.0 - given);
            let bin = &mut bins[((p * BINS as f64) as usize).min(BINS - 1)];
            bin.count += 1;
            bin.forecast_sum += p;
            bin.won += usize::from(won);
        }
        let mean = |sum: f64| sum / count as f64;
        Self { count, log_loss: mean(log_loss), brier: mean(brier), auc: auc(forecasts), bins }
    }

    /// The calibration table as lines of Markdown.
    pub fn calibration(&self) -> Calibration<'_> {
        Calibration(self)
    }
}

/// From ranks, with ties at their mean rank.
fn auc(forecasts: &[(f64, bool)]) -> f64 {
    let mut sorted = forecasts.to_vec();
    sorted.sort_by(|a, b| a.0.total_cmp(&b.0));
    let (mut rank_sum, mut before) = (0.0, 0);
    for tied in sorted.chunk_by(|a, b| a.0 == b.0) {
        let mean_rank = before as f64 + (tied.len() as f64 + 1.0) / 2.0;
        rank_sum += mean_rank * tied.iter().filter(|(_, won)| *won).count() as f64;
        before += tied.len();
    }
    let won = forecasts.iter().filter(|(_, won)| *won).count() as f64;
    let lost = forecasts.len() as f64 - won;
    (rank_sum - won * (won + 1.0) / 2.0) / (won * lost)
}

impl fmt::Display for Scores {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { count, log_loss, brier, auc, .. } = self;
        write!(f, "{count} | {log_loss:.4} | {brier:.4} | {auc:.4}")
    }
}

/// See [`Scores::calibration`].
pub struct Calibration<'a>(&'a Scores);

impl fmt::Display for Calibration<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "| forecast | games | mean forecast | won | ± |")?;
        writeln!(f, "|---|---:|---:|---:|---:|")?;
        for (index, bin) in self.0.bins.iter().enumerate() {
            let from = index as f64 / BINS as f64;
            write!(f, "| {from:.1}–{:.1} | {} | ", from + 1.0 / BINS as f64, bin.count)?;
            match bin.shares() {
                Some((forecast, won, error)) => {
                    writeln!(f, "{forecast:.3} | {won:.3} | {error:.3} |")?;
                }
                None => writeln!(f, "– | – | – |")?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn four_forecasts_are_scored_as_by_hand() {
        let scores = Scores::of(&[(0.9, true), (0.6, false), (0.6, true), (0.2, false)]);
        let log_loss = -(0.9_f64.ln() + 0.4_f64.ln() + 0.6_f64.ln() + 0.8_f64.ln()) / 4.0;
        assert!((scores.log_loss - log_loss).abs() < 1e-12);
        assert!((scores.brier - (0.01 + 0.36 + 0.16 + 0.04) / 4.0).abs() < 1e-12);
        // Of the four pairs three are in order and one is tied.
        assert!((scores.auc - 3.5 / 4.0).abs() < 1e-12);
        assert_eq!(scores.bins.map(|bin| bin.count), [0, 0, 1, 0, 0, 0, 2, 0, 0, 1]);
        let (forecast, won, _) = scores.bins[6].shares().expect("two games");
        assert_eq!((forecast, won), (0.6, 0.5));
    }

    #[test]
    fn a_forecast_that_was_certain_and_wrong_costs_much_but_not_everything() {
        let scores = Scores::of(&[(1.0, false), (1.0, true)]);
        assert!(scores.log_loss.is_finite() && 6.0 < scores.log_loss, "{scores:?}");
    }
}
