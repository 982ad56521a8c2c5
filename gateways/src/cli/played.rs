//! Files of matches that were played, for commands that play or plot them.

use std::path::PathBuf;

use super::Failure;
use super::feed::open;
use crate::demo::timeline::{Log, Timeline};
use crate::feed::Provider;
use crate::feed::cs_log::RoundFormat;

/// Reads the files of one provider: the logs of a series, or one whole match. What contradicts itself is
/// refused: nobody should look at a curve of it, or at bets on it.
pub fn load(
    provider: &str,
    files: &[PathBuf],
    format: Option<RoundFormat>,
) -> Result<Timeline, Failure> {
    let known = Provider::of_name(provider);
    let known = known.ok_or_else(|| Failure(format!("there is no provider `{provider}`")))?;
    let Some(facts) = known.facts else {
        let logs: Vec<Log> = files.iter().cloned().map(Log::File).collect();
        let timeline = Timeline::load(&logs, format).map_err(Failure)?;
        let of_logs = |what: String| {
            let names: Vec<_> = files.iter().map(|file| file.display().to_string()).collect();
            Failure(format!("{}: {what}", names.join(", ")))
        };
        // A log that does not say its length is taken for the usual one, and overruns it if it is not.
        let hint = |what: String| match format {
            None => format!(
                "{what}; if the match had another length than {} rounds, say it with --format mr12 or mr15",
                if timeline.format == clutch_core::command::RoundFormat::Mr15 { 30 } else { 24 }
            ),
            Some(_) => what,
        };
        return timeline.check().map_err(hint).map_err(of_logs).map(|()| timeline);
    };
    let [file] = files else {
        return Err(Failure(format!("a file of {provider} is a whole match: give one")));
    };
    let in_file = |what: String| Failure(format!("{}: {what}", file.display()));
    let facts = facts(open(file)?).map_err(in_file)?;
    let timeline = Timeline::of_facts(&facts).map_err(in_file)?;
    timeline.check().map_err(in_file)?;
    Ok(timeline)
}
