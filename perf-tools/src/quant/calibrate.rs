//! `clutch-perf calibrate`: prices held against what happened, on real games.

use std::path::PathBuf;

use anyhow::{Context, anyhow};
use clap::{Args, Subcommand};
use clutch_core::command::Title;
use clutch_core::pricing::MobaModel;

use super::fit::{DEFAULT_SPLIT, before_the_game, date, score, steps};
use super::lol::Games;
use super::{csgo_pool, plot};

/// Hold prices against what happened: log-loss, Brier, AUC, calibration
#[derive(Debug, Args)]
pub struct CalibrateArgs {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// The engine's League of Legends prices on professional games that its fit has not seen
    Lol {
        /// Professional games: CSV, plain or gzip
        games: PathBuf,
        /// Score games from this date on; strengths come from those before
        #[arg(long, value_name = "DATE", default_value = DEFAULT_SPLIT, value_parser = date)]
        split: String,
        /// Another table of coefficients instead of the engine's own
        #[arg(long, value_name = "FILE")]
        coefficients: Option<PathBuf>,
        /// Draw the calibration as an SVG
        #[arg(long, value_name = "FILE")]
        plot: Option<PathBuf>,
    },
    /// Ways of taking a margin off, compared on the betting pools of Counter-Strike matches
    Csgo {
        /// Matches with pool percentages and winners: CSV, plain or gzip
        matches: PathBuf,
        /// What the pool keeps, in percent
        #[arg(long, default_value_t = 5.0, value_parser = percent)]
        take: f64,
    },
}

fn percent(text: &str) -> Result<f64, String> {
    let percent: f64 = text.parse().map_err(|_| format!("`{text}` is not a number"))?;
    let is_take = 0.0 < percent && percent < 50.0;
    is_take.then_some(percent).ok_or_else(|| "a take lies above 0 and below 50 percent".to_owned())
}

impl CalibrateArgs {
    /// Prints the report.
    pub fn run(&self) -> anyhow::Result<()> {
        match &self.what {
            What::Csgo { matches, take } => {
                print!("{}", csgo_pool::report(matches, take / 100.0)?);
                Ok(())
            }
            What::Lol { games, split, coefficients, plot: picture } => {
                let model = match coefficients {
                    None => MobaModel::LOL,
                    Some(path) => {
                        let shown = path.display();
                        let text = std::fs::read_to_string(path)
                            .with_context(|| format!("cannot read {shown}"))?;
                        MobaModel::parse(Title::Lol, &text)
                            .map_err(|error| anyhow!("{shown}: {error}"))?
                    }
                };
                let bar = steps("reading and rating games", 1);
                let games = Games::read(games, split)?;
                bar.finish_and_clear();
                let strength = before_the_game(&games)?.weights[1];
                let scored = score(&games, &model, strength);
                println!("# League of Legends: games from {split} on\n");
                println!("| state | games | log-loss | Brier | AUC |\n|---|---:|---:|---:|---:|");
                let states = ["before the game", "10 minutes", "14 minutes"];
                states
                    .iter()
                    .zip(&scored)
                    .for_each(|(state, scores)| println!("| {state} | {scores} |"));
                for (state, scores) in states.iter().zip(&scored) {
                    println!(
                        "\nCalibration {state} (± one standard error):\n\n{}",
                        scores.calibration()
                    );
                }
                let series: Vec<_> =
                    states.iter().map(|state| (*state).to_owned()).zip(&scored).collect();
                match picture {
                    Some(path) => {
                        plot::calibration(path, &format!("Games from {split} on"), &series)
                    }
                    None => Ok(()),
                }
            }
        }
    }
}
