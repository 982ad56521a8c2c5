//! `clutch price`: one book per line of NDJSON, or the curve of a played match, for quants.

use std::io::Write;
use std::path::{Path, PathBuf};

use clap::Args;
use clutch_core::command::{RoundFormat, Strengths, Title};
use clutch_core::pricing::MobaModel;
use clutch_core::units::Probability;

use super::feed::providers;
use super::{Failure, FormatArg, input_lines, played};
use crate::curve;
use crate::output::answer;
use crate::price_moba::Models;

/// Price match states: NDJSON in, one book per line out; or plot a match that was played
///
/// Each line is an object with `id`, `rules` (cs2, valorant, lol or dota2) and `state`; the answer has the
/// same `id` and every market's fair probabilities: the usual ones under `expect`; odd and even rounds, results,
/// totals and handicaps in regulation, rounds of each team, the other races and the rounds of the series under
/// `more`. A line that cannot be priced gets an `error`
/// in its answer, and the run goes on.
///
/// With --plot FILE is a match that was played. Its facts go through the engine's own rules; the win
/// probability is drawn as an SVG, and what the model said is scored against what happened.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  clutch price < states.ndjson
  clutch price --plot map.svg server.log.gz --p-t 0.48 --p-ct 0.55
  clutch price --plot match.svg --feed opendota match.json --before 0.55

States to begin with, each on one line:
  {\"id\":1,\"rules\":\"cs2\",\"state\":{\"best_of\":1,\"maps_won\":{\"A\":0,\"B\":0},\"round_score\":{\"A\":7,\"B\":5},
   \"maps\":[{\"A_first_half_side\":\"CT\",\"p_A_round_T\":0.48,\"p_A_round_CT\":0.55}]}}
  {\"id\":2,\"rules\":\"lol\",\"state\":{\"best_of\":1,\"maps_won\":{\"A\":0,\"B\":0},\"maps\":[{\"A_side\":\"blue\",\"p_A_before\":0.55}],
   \"standing\":{\"clock_s\":840,\"lead_milli\":2500,\"objectives\":{\"A\":1,\"B\":0}}}}
A map of cs2 may say p_A_pistol_T and p_A_pistol_CT, too; in valorant sides are ATK and DEF, or attack and
defence; capitals do not matter. A state of rounds
may say rounds_per_half (15 for CS:GO) and next_round, P(A wins the next round). A lead in lol is in thousandths
of a percent of all gold, in dota2 in experience.")]
pub struct PriceArgs {
    /// Read from this file instead of standard input
    file: Option<PathBuf>,
    /// Price League of Legends by this table of coefficients instead of the engine's own
    #[arg(long, value_name = "FILE", conflicts_with = "plot")]
    lol: Option<PathBuf>,
    /// The same for Dota 2
    #[arg(long, value_name = "FILE", conflicts_with = "plot")]
    dota2: Option<PathBuf>,
    /// Draw the win probability over a played match into this SVG, and score it
    #[arg(long, value_name = "SVG", requires = "file")]
    plot: Option<PathBuf>,
    /// With --plot: who wrote the file
    #[arg(
        long,
        value_name = "PROVIDER",
        value_parser = providers(),
        default_value = "cs-log",
        requires = "plot"
    )]
    feed: String,
    /// With --plot: P(team A wins a map) before it
    #[arg(long, value_name = "P", default_value = "0.5", value_parser = chance, requires = "plot")]
    before: Probability,
    /// With --plot and a game of rounds: P(team A wins a round) as T or attacker; instead of --before
    #[arg(long, value_name = "P", value_parser = chance, requires = "p_ct", conflicts_with = "before")]
    p_t: Option<Probability>,
    /// The same as CT or defender
    #[arg(long, value_name = "P", value_parser = chance, requires = "p_t")]
    p_ct: Option<Probability>,
    /// With --plot and cs-log: rounds per map; else what the log's mp_maxrounds says, else mr12
    #[arg(long, requires = "plot")]
    format: Option<FormatArg>,
}

fn chance(text: &str) -> Result<Probability, String> {
    let p: f64 = text.parse().map_err(|_| format!("`{text}` is not a number"))?;
    let inside = (0.01..=0.99).contains(&p);
    let refused = || "a chance before the match lies between 0.01 and 0.99".to_owned();
    Probability::from_f64(p).filter(|_| inside).ok_or_else(refused)
}

pub fn run(args: &PriceArgs) -> Result<(), Failure> {
    if let (Some(picture), Some(file)) = (&args.plot, &args.file) {
        return plot(args, file, picture);
    }
    let input = input_lines(args.file.as_deref())?;
    let mut output = answer();
    let own = Models::default();
    let models = Models {
        lol: table(Title::Lol, args.lol.as_deref(), own.lol)?,
        dota2: table(Title::Dota2, args.dota2.as_deref(), own.dota2)?,
    };
    let summary = crate::price::run_with(input, &mut output, &models)?;
    output.flush()?;
    if summary.errors == 0 {
        Ok(())
    } else {
        let (errors, priced) = (summary.errors, summary.answered);
        Err(Failure(format!("{errors} lines could not be priced, {priced} were")))
    }
}

fn table(title: Title, file: Option<&Path>, own: MobaModel) -> Result<MobaModel, Failure> {
    let Some(file) = file else { return Ok(own) };
    let in_file = |what: String| Failure(format!("{}: {what}", file.display()));
    let text = std::fs::read_to_string(file).map_err(|error| in_file(error.to_string()))?;
    MobaModel::parse(title, &text).map_err(|error| in_file(error.to_string()))
}

fn plot(args: &PriceArgs, file: &Path, picture: &Path) -> Result<(), Failure> {
    let timeline = played::load(&args.feed, &[file.to_owned()], args.format.map(Into::into))?;
    let strengths = match (args.p_t, args.p_ct) {
        (Some(_), Some(_)) if timeline.format == RoundFormat::NoRounds => {
            let text = "--p-t and --p-ct are for games of rounds; give --before for this one";
            return Err(Failure(text.to_owned()));
        }
        (Some(t), Some(ct)) => Strengths::BySide { t, ct },
        _ => Strengths::MapPrice { a: args.before },
    };
    let curve = curve::play(&timeline, strengths).map_err(Failure)?;
    curve::draw(picture, &curve).map_err(Failure)?;
    let mut output = answer();
    writeln!(output, "{curve}")?;
    output.flush()?;
    crate::output::remark(format_args!("written: {}", picture.display()));
    Ok(())
}
