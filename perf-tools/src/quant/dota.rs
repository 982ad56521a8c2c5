//! Dota 2: coefficients from one published figure and the pace of two documents.
//!
//! Three documents of two games fit nothing. What is known from elsewhere is how well the experience
//! lead at 15 minutes tells winners from losers in professional games (its AUC). If the leads of winners
//! and losers are normal with one spread, that figure fixes the distance of their means in spreads,
//! d′ = √2·Φ⁻¹(AUC), and with it the log-odds per spread. The spread in percent of all experience is
//! the only thing taken from the documents: their minute-to-minute changes, about thirty of them, summed as
//! independent steps.

use std::f64::consts::PI;
use std::fmt::Write as _;
use std::path::PathBuf;

use anyhow::{Context, ensure};
use clap::Args;
use clutch_core::pricing::MobaModel;
use serde::Deserialize;

use super::fit::Output;
use super::table::open;

/// See [`super::fit`].
#[derive(Debug, Args)]
pub struct DotaArgs {
    /// OpenDota documents of parsed matches, plain or gzip: they set the scale of a lead
    #[arg(required = true)]
    documents: Vec<PathBuf>,
    /// The published AUC of the experience lead at 15 minutes
    #[arg(long, default_value_t = 0.727, value_parser = auc)]
    auc: f64,
    /// The published Brier score there, to compare with
    #[arg(long, default_value_t = 0.211)]
    brier: f64,
    /// Write into this directory
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
}

fn auc(text: &str) -> Result<f64, String> {
    let auc: f64 = text.parse().map_err(|_| format!("`{text}` is not a number"))?;
    if 0.5 < auc && auc < 1.0 { Ok(auc) } else { Err("an AUC lies between 0.5 and 1".to_owned()) }
}

/// The minute of the published figure.
const MINUTE: usize = 15;

#[derive(Deserialize)]
struct Document {
    radiant_xp_adv: Vec<f64>,
    players: Vec<Player>,
}

#[derive(Deserialize)]
struct Player {
    xp_t: Vec<f64>,
}

impl DotaArgs {
    /// Derives, writes the files and prints the report.
    pub fn run(&self) -> anyhow::Result<()> {
        let pace = self.pace()?;
        let derived = Derived::new(self.auc, pace.spread_percent);
        let lines = coefficient_lines(derived.per_percent);
        MobaModel::parse(&lines)?;
        let report = self.report(&pace, &derived)?;
        let out = Output::new(&self.out, "dota2")?;
        out.write("coefficients", &format!("{HEADER}{lines}"))?;
        out.write("report.md", &report)?;
        println!("{report}");
        Ok(())
    }

    fn pace(&self) -> anyhow::Result<Pace> {
        let (mut squares, mut steps, mut totals) = (0.0, 0, Vec::new());
        for path in &self.documents {
            let shown = path.display();
            let document: Document = serde_json::from_reader(open(path)?)
                .with_context(|| format!("{shown} is no parsed OpenDota match"))?;
            let lead = document.radiant_xp_adv.get(..=MINUTE);
            let lead = lead.with_context(|| format!("{shown} ends before minute {MINUTE}"))?;
            squares += lead.windows(2).map(|pair| (pair[1] - pair[0]).powi(2)).sum::<f64>();
            steps += MINUTE;
            let at = |player: &Player| player.xp_t.get(MINUTE).copied().unwrap_or_default();
            totals.push(document.players.iter().map(at).sum::<f64>());
        }
        let total = totals.iter().sum::<f64>() / totals.len() as f64;
        ensure!(0.0 < total, "no player of these documents has experience at minute {MINUTE}");
        let spread = (squares / steps as f64 * MINUTE as f64).sqrt();
        Ok(Pace { steps, total, spread, spread_percent: 100.0 * spread / total })
    }

    fn report(&self, pace: &Pace, derived: &Derived) -> anyhow::Result<String> {
        let mut text = String::from("# Coefficients of Dota 2\n\n");
        writeln!(
            text,
            "**Not fitted.** {} documents are no data set; these numbers carry one published figure \
             over, and nothing here scores them on games. Made by `clutch-perf fit dota2`.\n",
            self.documents.len()
        )?;
        writeln!(
            text,
            "* Published, professional games, experience lead at {MINUTE} minutes: AUC {}, Brier {}.",
            self.auc, self.brier
        )?;
        writeln!(
            text,
            "* Leads of winners and losers taken as normal with one spread: their means lie \
             d′ = √2·Φ⁻¹(AUC) = {:.3} spreads apart.",
            derived.distance
        )?;
        writeln!(
            text,
            "* The spread of the lead: {} minute-to-minute changes of the documents as independent \
             steps give {:.0} experience at {MINUTE} minutes, {:.2} % of the {:.0} of both teams. With \
             so few steps it may be off by a seventh, and more if leads tend to grow.",
            pace.steps, pace.spread, pace.spread_percent, pace.total
        )?;
        writeln!(
            text,
            "* So a percent of all experience is worth {:.4} in log-odds.",
            derived.per_percent
        )?;
        writeln!(
            text,
            "* Check: such leads, priced so, have a Brier score of {:.3}; published is {}. A figure \
             that the derivation did not use agrees to {:.3}.",
            derived.brier,
            self.brier,
            (derived.brier - self.brier).abs()
        )?;
        writeln!(
            text,
            "* Borrowed, not measured: the strength before the map fades as in League of Legends; no \
             side is favoured; a percent counts the same at every minute.\n"
        )?;
        text.push_str(
            "Put numbers of your own in their place before taking money on Dota 2 in play: the form of \
             the file is that of `lol.coefficients`.\n",
        );
        Ok(text)
    }
}

struct Pace {
    steps: usize,
    total: f64,
    spread: f64,
    spread_percent: f64,
}

/// What the published figure says about a spread.
struct Derived {
    distance: f64,
    per_percent: f64,
    brier: f64,
}

impl Derived {
    fn new(auc: f64, spread_percent: f64) -> Self {
        let distance = 2.0_f64.sqrt() * normal_quantile(auc);
        // Both classes together spread wider than each: σ² = σ₁²·(1 + d′²/4).
        let within = spread_percent / (1.0 + distance * distance / 4.0).sqrt();
        Self { distance, per_percent: distance / within, brier: brier(distance) }
    }
}

/// The Brier score of forecasts logit p = d′·x when winners' x is normal around d′/2 and losers' around
/// −d′/2, both of spread 1.
fn brier(distance: f64) -> f64 {
    const STEP: f64 = 0.001;
    let density = |x: f64| (-x * x / 2.0).exp() / (2.0 * PI).sqrt();
    let at = |x: f64| {
        let lost = 1.0 / (1.0 + (distance * x).exp());
        density(x - distance / 2.0) * lost * lost
    };
    (-10_000..=10_000).map(|step| at(f64::from(step) * STEP) * STEP).sum()
}

/// The x below which a standard normal lies with probability `p`, from its series and bisection.
fn normal_quantile(p: f64) -> f64 {
    let (mut low, mut high) = (-8.0, 8.0);
    while 1e-12 < high - low {
        let middle = (low + high) / 2.0;
        if normal_cdf(middle) < p {
            low = middle;
        } else {
            high = middle;
        }
    }
    low
}

/// Φ(x) = 1/2 + φ(x)·(x + x³/3 + x⁵/15 + …).
fn normal_cdf(x: f64) -> f64 {
    let (mut term, mut sum, mut n) = (x, x, 1.0);
    while 1e-17 < term.abs() {
        n += 2.0;
        term *= x * x / n;
        sum += term;
    }
    0.5 + sum * (-x * x / 2.0).exp() / (2.0 * PI).sqrt()
}

const HEADER: &str = "\
# Dota 2: log-odds of Radiant from the experience lead in % of all experience, and the log-odds before
# the map. NOT FITTED: derived from a published figure by `clutch-perf fit dota2`; the report beside
# this file says how. In millionths.
#
# second      side      lead objective  strength
";

fn coefficient_lines(per_percent: f64) -> String {
    let lead = (per_percent * 1e6).round() as i64;
    let line = |second: u32, strength: i32| {
        format!("{second:>8} {:>9} {lead:>9} {:>9} {strength:>9}\n", 0, 0)
    };
    let faded = |knot: &clutch_core::pricing::moba::Knot| line(knot.second, knot.strength_micro);
    MobaModel::LOL.knots().iter().map(faded).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_normal_distribution_is_that_of_the_tables() {
        for (x, p) in
            [(0.0, 0.5), (1.0, 0.841_344_746), (-1.96, 0.024_997_895), (3.0, 0.998_650_102)]
        {
            assert!((normal_cdf(x) - p).abs() < 1e-9, "{x}");
            assert!((normal_quantile(p) - x).abs() < 1e-6, "{p}");
        }
    }

    #[test]
    fn forecasts_that_know_nothing_score_as_a_coin() {
        assert!((brier(0.0) - 0.25).abs() < 1e-9);
        assert!(brier(3.0) < brier(1.0));
    }

    #[test]
    fn the_committed_table_is_what_this_tool_writes() {
        let committed = include_str!("../../../engine/core/data/dota2.coefficients");
        let table = committed.strip_prefix(HEADER).expect("the header");
        let lead = MobaModel::DOTA2.knots()[0].lead_micro;
        assert_eq!(table, coefficient_lines(f64::from(lead) / 1e6));
    }
}
