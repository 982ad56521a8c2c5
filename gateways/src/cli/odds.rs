//! `clutch odds`: the same odds in every format.

use std::io::Write;

use clap::Args;

use super::Failure;
use crate::odds_format::{OddsFormat, read};
use crate::output::answer;

/// Show odds in every format: decimal, fractional, American, Hong Kong, Indonesian, Malay
///
/// Reads decimal (2.50), fractional (3/2) and American (+150, -200) odds, rounded down to thousandths,
/// which is what the engine books. A format that cannot say them exactly shows the nearest worse odds,
/// never better ones.
#[derive(Debug, Args)]
pub struct OddsArgs {
    /// The odds
    #[arg(required = true, allow_hyphen_values = true)]
    odds: Vec<String>,
}

pub fn run(args: &OddsArgs) -> Result<(), Failure> {
    let odds: Vec<_> = args.odds.iter().map(|text| read(text)).collect::<Result<_, _>>()?;
    let mut output = answer();
    for format in OddsFormat::ALL {
        write!(output, "{:>11}", format.name())?;
    }
    writeln!(output)?;
    for odds in odds {
        for format in OddsFormat::ALL {
            write!(output, "{:>11}", format.show(odds))?;
        }
        writeln!(output)?;
    }
    Ok(output.flush()?)
}
