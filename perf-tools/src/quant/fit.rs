//! `clutch-perf fit`: from games to a file of coefficients, with a report and a picture beside it.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow, ensure};
use clap::{Args, Subcommand};
use clutch_core::command;
use clutch_core::pricing::MobaModel;
use indicatif::{ProgressBar, ProgressStyle};

use super::lol::{Game, Games, SECONDS, price, ranked, standing};
use super::regression::{self, Fit, dot, sigmoid};
use super::scores::Scores;
use super::{dota, plot};

/// Make the coefficients of a MOBA from games, with a report and a calibration plot
///
/// Writes TITLE.coefficients, TITLE.report.md and TITLE.calibration.svg into the output directory. The
/// engine's own are in engine/core/data and are compiled in; `clutch price --lol FILE` tries
/// others.
#[derive(Debug, Args)]
pub struct FitArgs {
    #[command(subcommand)]
    title: Title,
}

#[derive(Debug, Subcommand)]
enum Title {
    /// League of Legends, by logistic regression on the games before a date, scored on those after it
    Lol(LolArgs),
    /// Dota 2, from a published figure: no fit, as two documents are no data set
    Dota2(dota::DotaArgs),
}

#[derive(Debug, Args)]
struct LolArgs {
    /// Professional games: CSV, plain or gzip, with both teams' gold and dragons at 600 and 840 s
    games: PathBuf,
    /// Ranked games at ten minutes: the same coefficients are scored on them, as another population
    #[arg(long, value_name = "FILE")]
    ranked: Option<PathBuf>,
    /// Fit on games before this date, score on those from it on
    #[arg(long, value_name = "DATE", default_value = DEFAULT_SPLIT, value_parser = date)]
    split: String,
    /// Write into this directory
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
}

/// Half of the professional games lie on either side.
pub const DEFAULT_SPLIT: &str = "2022-01-01";

/// A day as the files write it.
pub fn date(text: &str) -> Result<String, String> {
    let digits =
        |part: &str, count| part.len() == count && part.bytes().all(|b| b.is_ascii_digit());
    let parts: Vec<&str> = text.split('-').collect();
    match parts[..] {
        [year, month, day] if digits(year, 4) && digits(month, 2) && digits(day, 2) => {
            Ok(text.to_owned())
        }
        _ => Err(format!("`{text}` is no day; write it as {DEFAULT_SPLIT}")),
    }
}

impl FitArgs {
    /// Fits, writes the files and prints the report.
    pub fn run(&self) -> anyhow::Result<()> {
        match &self.title {
            Title::Lol(args) => args.run(),
            Title::Dota2(args) => args.run(),
        }
    }
}

/// What enters a regression besides the constant.
type Features = fn(&Game, usize) -> Vec<f64>;

/// The sets of features that are compared; the last one is committed.
const VARIANTS: [(&str, Features); 4] = [
    ("gold", |game, moment| vec![1.0, game.states[moment].lead]),
    ("gold, strength", |game, moment| vec![1.0, game.states[moment].lead, game.rating]),
    ("gold, dragons", |game, moment| {
        vec![1.0, game.states[moment].lead, game.states[moment].dragons]
    }),
    ("gold, dragons, strength", committed_features),
];

fn committed_features(game: &Game, moment: usize) -> Vec<f64> {
    let state = game.states[moment];
    vec![1.0, state.lead, state.dragons, game.rating]
}

fn rows(games: &[Game], features: impl Fn(&Game) -> Vec<f64>) -> Vec<(Vec<f64>, bool)> {
    games.iter().map(|game| (features(game), game.blue_won)).collect()
}

/// The regression on side and rating alone: what a rating is worth in log-odds.
pub fn before_the_game(games: &Games) -> anyhow::Result<Fit> {
    let rows = rows(&games.training, |game| vec![1.0, game.rating]);
    regression::fit(&rows).map_err(|why| anyhow!("before the game: {why}"))
}

impl LolArgs {
    fn run(&self) -> anyhow::Result<()> {
        let bar = steps("reading and rating games", 3);
        let games = Games::read(&self.games, &self.split)?;
        bar.set_message("fitting");
        bar.inc(1);
        let before = before_the_game(&games)?;
        let mut fits = Vec::new();
        for (moment, second) in SECONDS.into_iter().enumerate() {
            let rows = rows(&games.training, |game| committed_features(game, moment));
            fits.push(regression::fit(&rows).map_err(|why| anyhow!("at {second} s: {why}"))?);
        }
        let table = coefficient_lines(&before, &fits);
        let model = MobaModel::parse(command::Title::Lol, &format!("{HEADER}{table}"))
            .map_err(|error| anyhow!("the fit is no usable table, {error}:\n{table}"))?;
        bar.set_message("scoring");
        bar.inc(1);
        let strength = before.weights[1];
        let scored = score(&games, &model, strength);
        let mut report = self.report(&games, &before, &fits, &scored)?;
        if let Some(path) = &self.ranked {
            report.push_str(&transfer(path, &model, &fits[0])?);
        }
        bar.finish_and_clear();
        let out = Output::new(&self.out, "lol")?;
        out.write("coefficients", &format!("{HEADER}{table}"))?;
        out.write("report.md", &report)?;
        let [_, early, late] = &scored;
        let series = [("10 minutes".to_owned(), early), ("14 minutes".to_owned(), late)];
        let title = format!("League of Legends: games from {} on", self.split);
        plot::calibration(&out.path("calibration.svg"), &title, &series)?;
        println!("{report}");
        out.tell();
        Ok(())
    }

    fn report(
        &self,
        games: &Games,
        before: &Fit,
        fits: &[Fit],
        scored: &[Scores; 3],
    ) -> anyhow::Result<String> {
        let mut text = String::from("# Coefficients of League of Legends\n\n");
        let Games { training, test, skipped, rating_step, dates: [first, last] } = games;
        writeln!(
            text,
            "Data: {} professional games, {first} to {last} ({skipped} more lack a state). Split by \
             date: {} games before {} fit and choose everything, the {} games from then on only \
             score. Strength is an Elo difference from the games before each one (step {rating_step}, \
             chosen on the training games). Made by `clutch-perf fit lol`.\n",
            training.len() + test.len(),
            training.len(),
            self.split,
            test.len()
        )?;
        writeln!(
            text,
            "| clock | side | gold, per % | dragon | strength |\n|---:|---:|---:|---:|---:|"
        )?;
        let value = |fit: &Fit, index: usize, unit: f64| {
            format!("{:.4} ± {:.4}", fit.weights[index] / unit, fit.errors[index] / unit)
        };
        let unit = before.weights[1];
        writeln!(text, "| 0 s | {} | – | – | 1 |", value(before, 0, 1.0))?;
        for (second, fit) in SECONDS.iter().zip(fits) {
            let [side, gold, dragon] = [0, 1, 2].map(|index| value(fit, index, 1.0));
            writeln!(
                text,
                "| {second} s | {side} | {gold} | {dragon} | {} |",
                value(fit, 3, unit)
            )?;
        }
        text.push_str(
            "\nLog-odds of blue; between the clocks in straight lines, after the last one level. \
             A lead before the first measured clock counts as it does there. Nothing was measured \
             after 840 s: later prices rest on the 840 s numbers.\n\n",
        );
        text.push_str("## On games that were not seen\n\n");
        text.push_str(
            "| state | model | games | log-loss | Brier | AUC |\n|---|---|---:|---:|---:|---:|\n",
        );
        let [at_start, early, late] = scored;
        writeln!(text, "| before the game | side, strength (committed) | {at_start} |")?;
        for (moment, engine) in [early, late].into_iter().enumerate() {
            let minutes = SECONDS[moment] / 60;
            for (name, features) in VARIANTS {
                let fit = regression::fit(&rows(&training[..], |game| features(game, moment)))
                    .map_err(|why| anyhow!("{name}: {why}"))?;
                let of = |game: &Game| {
                    (sigmoid(dot(&fit.weights, &features(game, moment))), game.blue_won)
                };
                let scores = Scores::of(&test.iter().map(of).collect::<Vec<_>>());
                writeln!(text, "| {minutes} minutes | {name} | {scores} |")?;
            }
            writeln!(
                text,
                "| {minutes} minutes | **committed, by the engine's own code** | {engine} |"
            )?;
        }
        for (minutes, scores) in [(10, early), (14, late)] {
            writeln!(
                text,
                "\nCalibration at {minutes} minutes, as committed (± one standard error):\n"
            )?;
            write!(text, "{}", scores.calibration())?;
        }
        Ok(text)
    }
}

/// The test games through the engine: before the game, and at each moment.
pub fn score(games: &Games, model: &MobaModel, strength: f64) -> [Scores; 3] {
    [None, Some(0), Some(1)].map(|moment| {
        let of = |game: &Game| (price(model, game, moment, strength), game.blue_won);
        Scores::of(&games.test.iter().map(of).collect::<Vec<_>>())
    })
}

const HEADER: &str = "\
# League of Legends: log-odds of blue from side, gold lead in % of all gold, dragons ahead, and the
# log-odds before the map. Made by `clutch-perf fit lol`; the report beside this file says from what
# and how well. In millionths. Change the fit, not the numbers.
#
title lol
# second      side      lead objective  strength
";

fn coefficient_lines(before: &Fit, fits: &[Fit]) -> String {
    let unit = before.weights[1];
    let mut lines = String::new();
    let mut line = |second: u32, values: [f64; 4]| {
        let [side, lead, objective, strength] = values.map(|value| (value * 1e6).round() as i64);
        let _ = writeln!(lines, "{second:>8} {side:>9} {lead:>9} {objective:>9} {strength:>9}");
    };
    // Before the first measured moment a lead counts as it does there: nothing says otherwise.
    let first = &fits[0].weights;
    line(0, [before.weights[0], first[1], first[2], 1.0]);
    for (second, fit) in SECONDS.iter().zip(fits) {
        line(*second, [fit.weights[0], fit.weights[1], fit.weights[2], fit.weights[3] / unit]);
    }
    let seconds: String = SECONDS.iter().map(|second| format!(" {second}")).collect();
    let _ = writeln!(lines, "end 0{seconds}");
    lines
}

/// The same numbers on games of other people.
fn transfer(path: &Path, model: &MobaModel, professional: &Fit) -> anyhow::Result<String> {
    let games = ranked(path)?;
    ensure!(!games.is_empty(), "{} holds no game with a state", path.display());
    let engine = games.iter().map(|(state, won)| (model.win_a(&standing(600, *state), 0.0), *won));
    let engine = Scores::of(&engine.collect::<Vec<_>>());
    let own = games.iter().map(|(state, won)| (vec![1.0, state.lead, state.dragons], *won));
    let own = regression::fit(&own.collect::<Vec<_>>()).map_err(|why| anyhow!("ranked: {why}"))?;
    let at =
        |fit: &Fit, index: usize| format!("{:.4} ± {:.4}", fit.weights[index], fit.errors[index]);
    let mut text = String::from("\n## Another population\n\n");
    writeln!(
        text,
        "Ranked games of high rank at 10 minutes, without strengths, priced by the same committed \
         numbers: {} games, log-loss {:.4}, Brier {:.4}, AUC {:.4}. Fitted to these games alone, a \
         percent of gold is worth {} and a dragon {}; professionals turn a lead into a win more \
         surely ({} and {}), so ranked games need a table of their own.",
        engine.count,
        engine.log_loss,
        engine.brier,
        engine.auc,
        at(&own, 1),
        at(&own, 2),
        at(professional, 1),
        at(professional, 2),
    )?;
    Ok(text)
}

/// Where the files of one title go.
pub struct Output {
    dir: PathBuf,
    title: &'static str,
}

impl Output {
    /// Makes the directory if it is not there.
    pub fn new(dir: &Path, title: &'static str) -> anyhow::Result<Self> {
        fs::create_dir_all(dir).with_context(|| format!("cannot make {}", dir.display()))?;
        Ok(Self { dir: dir.to_owned(), title })
    }

    /// The file with this ending.
    pub fn path(&self, ending: &str) -> PathBuf {
        self.dir.join(format!("{}.{ending}", self.title))
    }

    /// Writes one file.
    pub fn write(&self, ending: &str, text: &str) -> anyhow::Result<()> {
        let path = self.path(ending);
        fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))
    }

    /// Says where they are.
    pub fn tell(&self) {
        eprintln!("written: {}", self.path("{coefficients,report.md,calibration.svg}").display());
    }
}

/// A bar on standard error that shows which step runs.
pub fn steps(first: &'static str, count: u64) -> ProgressBar {
    let style = ProgressStyle::with_template("{bar:24} {pos}/{len} {msg}");
    let bar = ProgressBar::new(count);
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    bar.set_message(first);
    bar.tick();
    bar
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_committed_tables_are_what_their_tools_write() {
        // The games cannot be committed; what can be checked is that nobody typed into the files.
        let committed = include_str!("../../../engine/core/data/lol.coefficients");
        assert!(committed.starts_with(HEADER));
        assert_eq!(MobaModel::parse(command::Title::Lol, committed), Ok(MobaModel::LOL));
        let [start, early, late] = MobaModel::LOL.knots() else { panic!("three knots") };
        assert_eq!((start.second, early.second, late.second), (0, SECONDS[0], SECONDS[1]));
        assert_eq!(start.lead_micro, early.lead_micro);
    }

    #[test]
    fn a_day_is_written_in_one_way() {
        assert!(date("2022-01-01").is_ok());
        for text in ["2022", "2022-1-1", "01.01.2022", "2022-01-01T00", ""] {
            assert!(date(text).is_err(), "{text}");
        }
    }
}
