//! Dota 2: coefficients from one published figure and the pace of two documents.
//!
//! Three documents of two games fit nothing. What is known from elsewhere is how well the experience
//! lead at 15 minutes tells winners from losers in professional games (its AUC). If the leads of winners
//! and losers are normal with one spread, that figure fixes the distance of their means in spreads,
//! d′ = √2·Φ⁻¹(AUC), and with it the log-odds per spread. The spread in experience is
//! the only thing taken from the documents: their minute-to-minute changes, about thirty of them, summed
//! as independent steps.
//!
//! Such steps with a drift towards the winner also say how a lead counts before that minute: the same
//! log-odds per unit of experience at every moment. After it a lead is taken to count by its share of
//! all experience, as measured in League of Legends between 10 and 14 minutes.

use std::f64::consts::PI;
use std::fmt::Write as _;
use std::path::PathBuf;

use anyhow::{Context, ensure};
use clap::Args;
use clutch_core::command::Title;
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
    #[arg(long, default_value_t = 0.211, value_parser = brier_score)]
    brier: f64,
    /// Write into this directory
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
}

fn auc(text: &str) -> Result<f64, String> {
    let auc: f64 = text.parse().map_err(|_| format!("`{text}` is not a number"))?;
    if 0.5 < auc && auc < 1.0 { Ok(auc) } else { Err("an AUC lies between 0.5 and 1".to_owned()) }
}

fn brier_score(text: &str) -> Result<f64, String> {
    let score: f64 = text.parse().map_err(|_| format!("`{text}` is not a number"))?;
    if 0.0 < score && score < 0.25 {
        Ok(score)
    } else {
        Err("a Brier score that tells anything lies between 0 and 0.25".to_owned())
    }
}

/// The minute of the published figure.
const MINUTE: usize = 15;
/// The minutes of the table's knots.
const KNOTS: [usize; 6] = [0, MINUTE, 20, 25, 30, 35];

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
        let derived = Derived::new(self.auc, pace.spread);
        let lines = coefficient_lines(pace.totals.map(|total| {
            // Level up to the minute of the figure, then by the share of all experience.
            let share = (pace.total() / total).min(1.0);
            (derived.per_thousand * share * 1e6).round() as i64
        }));
        MobaModel::parse(Title::Dota2, &format!("{HEADER}{lines}"))?;
        let report = self.report(&pace, &derived)?;
        let out = Output::new(&self.out, "dota2")?;
        out.write("coefficients", &format!("{HEADER}{lines}"))?;
        out.write("report.md", &report)?;
        println!("{report}");
        Ok(())
    }

    fn pace(&self) -> anyhow::Result<Pace> {
        let (mut squares, mut steps, mut totals) = (0.0, 0, [0.0; KNOTS.len()]);
        for path in &self.documents {
            let shown = path.display();
            let document: Document = serde_json::from_reader(open(path)?)
                .with_context(|| format!("{shown} is no parsed OpenDota match"))?;
            let ends = KNOTS[KNOTS.len() - 1];
            let lead = document.radiant_xp_adv.get(..=ends);
            let lead = lead.with_context(|| format!("{shown} ends before minute {ends}"))?;
            squares +=
                lead[..=MINUTE].windows(2).map(|pair| (pair[1] - pair[0]).powi(2)).sum::<f64>();
            steps += MINUTE;
            for (total, minute) in totals.iter_mut().zip(KNOTS) {
                let at = |player: &Player| player.xp_t.get(minute).copied().unwrap_or_default();
                *total +=
                    document.players.iter().map(at).sum::<f64>() / self.documents.len() as f64;
            }
        }
        let spread = (squares / steps as f64 * MINUTE as f64).sqrt();
        let pace = Pace { steps, totals, spread };
        ensure!(
            0.0 < pace.total(),
            "no player of these documents has experience at minute {MINUTE}"
        );
        Ok(pace)
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
             steps give {:.0} at {MINUTE} minutes, of {:.0} that both teams have. With so few steps it \
             may be off by a seventh, and more if leads tend to grow.",
            pace.steps,
            pace.spread,
            pace.total()
        )?;
        writeln!(
            text,
            "* So a thousand experience is worth {:.4} in log-odds up to {MINUTE} minutes, as a walk with a \
             drift has it; after that less, in proportion to all experience, as in League of Legends \
             between 10 and 14 minutes.",
            derived.per_thousand
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
             side is favoured.\n"
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
    /// All experience at each of [`KNOTS`], the mean of the documents.
    totals: [f64; KNOTS.len()],
    spread: f64,
}

impl Pace {
    /// All experience at the minute of the figure.
    fn total(&self) -> f64 {
        self.totals[1]
    }
}

/// What the published figure says about a spread.
struct Derived {
    distance: f64,
    per_thousand: f64,
    brier: f64,
}

impl Derived {
    fn new(auc: f64, spread: f64) -> Self {
        let distance = 2.0_f64.sqrt() * normal_quantile(auc);
        // Both classes together spread wider than each: σ² = σ₁²·(1 + d′²/4).
        let within = spread / (1.0 + distance * distance / 4.0).sqrt();
        Self { distance, per_thousand: 1_000.0 * distance / within, brier: brier(distance) }
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
# Dota 2: log-odds of Radiant from the experience lead in thousands, and the log-odds before the map.
# NOT FITTED: derived from a published figure by `clutch-perf fit dota2`; the report beside this file
# says how. In millionths.
#
title dota2
# second      side      lead objective  strength
";

/// The table for what a thousand is worth at each of [`KNOTS`], in millionths.
fn coefficient_lines(leads: [i64; KNOTS.len()]) -> String {
    let faded = MobaModel::LOL.knots().last().map_or(1_000_000, |knot| knot.strength_micro);
    let line = |(minute, lead): (usize, i64)| {
        let part = (minute as f64 / MINUTE as f64).min(1.0);
        let strength = (1e6 + (f64::from(faded) - 1e6) * part).round() as i64;
        format!("{:>8} {:>9} {lead:>9} {:>9} {strength:>9}\n", 60 * minute, 0, 0)
    };
    let knots: String = KNOTS.into_iter().zip(leads).map(line).collect();
    let seconds: String = KNOTS.into_iter().map(|minute| format!(" {}", 60 * minute)).collect();
    format!("{knots}end{seconds}\n")
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
        let knots = MobaModel::DOTA2.knots();
        assert_eq!(knots.len(), KNOTS.len());
        let leads = std::array::from_fn(|index| i64::from(knots[index].lead_micro));
        assert_eq!(table, coefficient_lines(leads));
    }
}
