//! The command line: one file a command.

mod admin;
mod asking;
mod demo;
mod descriptors;
mod doors;
mod feed;
mod feed_replay;
mod grade;
mod inspect;
mod journal;
mod margin;
mod odds;
mod played;
mod price;
mod reconcile;
mod records;
mod replay;
mod secret;
mod serve;
mod source;
mod statement;
mod token;
mod why;

use std::fmt;
use std::fs::File;
use std::io::{BufRead, BufReader, IsTerminal, Write};
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use clap::{Parser, Subcommand};

/// A low-latency betting engine for esports.
///
/// Without a command, `clutch` plays the demo: a real Counter-Strike map becomes moving odds, bets,
/// settlements and balances, in this terminal and at http://127.0.0.1:8080.
#[derive(Debug, Parser)]
#[command(name = "clutch", version, max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    /// How much to log: error, warn, info, debug or trace; or per module, as in RUST_LOG.
    #[arg(long, global = true, default_value = "warn", env = "CLUTCH_LOG")]
    log_level: String,
}

#[derive(Debug, Subcommand)]
enum Command {
    Demo(demo::DemoArgs),
    Serve(Box<serve::ServeArgs>),
    Admin(Box<admin::AdminArgs>),
    Feed(feed::FeedArgs),
    Grade(grade::GradeArgs),
    Price(price::PriceArgs),
    Margin(margin::MarginArgs),
    Odds(odds::OddsArgs),
    Replay(replay::ReplayArgs),
    #[command(subcommand)]
    Journal(journal::JournalCommand),
    #[command(subcommand)]
    Inspect(inspect::InspectCommand),
    Why(why::WhyArgs),
    Statement(statement::StatementArgs),
    Records(records::RecordsArgs),
    Reconcile(reconcile::ReconcileArgs),
    Token(token::TokenArgs),
    /// Print the default configuration file, with every key explained
    Config,
}

/// Why a command ended early, as a sentence for the person who gave it.
#[derive(Debug)]
pub struct Failure(pub String);

impl Failure {
    /// Says it and gives the exit code.
    fn exit(self) -> ExitCode {
        crate::output::remark(format_args!("clutch: {}", self.0));
        ExitCode::FAILURE
    }
}

impl<E: fmt::Display> From<E> for Failure {
    fn from(error: E) -> Self {
        Self(error.to_string())
    }
}

/// Runs the command line and says how it went.
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    if let Err(error) = start_logging(&cli.log_level) {
        crate::output::remark(format_args!("clutch: --log-level: {error}"));
        return ExitCode::from(2);
    }
    // Without the handler a failing disk under a mapped file ends the process all the same, only without a word.
    if let Err(error) = clutch_journal::name_the_file_on_bus_error() {
        tracing::warn!("a failing disk under a mapped file will not be named: {error}");
    }
    let outcome = match cli.command.unwrap_or_else(|| Command::Demo(demo::DemoArgs::default())) {
        Command::Demo(args) => demo::run(&args),
        Command::Admin(args) => return admin::run(&args),
        Command::Feed(args) => feed::run(&args),
        Command::Grade(args) => grade::run(&args),
        Command::Price(args) => price::run(&args),
        Command::Margin(args) => margin::run(&args),
        Command::Odds(args) => odds::run(&args),
        Command::Replay(args) => replay::run(&args),
        // Its exit code says more than whether it worked.
        Command::Journal(command) => {
            return journal::run(&command).unwrap_or_else(Failure::exit);
        }
        Command::Inspect(command) => inspect::run(&command),
        Command::Why(args) => why::run(&args),
        Command::Statement(args) => statement::run(&args),
        Command::Records(args) => records::run(&args),
        // Its exit code says whether both agree.
        Command::Reconcile(args) => return reconcile::run(&args),
        Command::Serve(args) => serve::run(&args),
        Command::Token(args) => token::run(&args),
        Command::Config => {
            let mut output = crate::output::answer();
            let written = output.write_all(crate::config_page::page().as_bytes());
            written.and_then(|()| output.flush()).map_err(Failure::from)
        }
    };
    outcome.map_or_else(Failure::exit, |()| ExitCode::SUCCESS)
}

/// Logs go to standard error, so that what a command prints stays clean.
fn start_logging(level: &str) -> Result<(), tracing_subscriber::filter::ParseError> {
    let filter = tracing_subscriber::EnvFilter::try_new(level)?;
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr)
        .init();
    Ok(())
}

/// A flag that SIGINT and SIGTERM set. The second signal ends the process at once.
fn stop_flag() -> Result<Arc<AtomicBool>, Failure> {
    let stop = Arc::new(AtomicBool::new(false));
    for signal in [signal_hook::consts::SIGINT, signal_hook::consts::SIGTERM] {
        signal_hook::flag::register_conditional_shutdown(signal, 130, Arc::clone(&stop))?;
        signal_hook::flag::register(signal, Arc::clone(&stop))?;
    }
    Ok(stop)
}

/// The lines a filter works on: a file's, else those of standard input.
fn input_lines(file: Option<&Path>) -> Result<Box<dyn BufRead>, Failure> {
    let Some(path) = file else {
        if std::io::stdin().is_terminal() {
            crate::output::remark(format_args!(
                "clutch: reading JSON lines from the terminal; end with Ctrl-D"
            ));
        }
        return Ok(Box::new(std::io::stdin().lock()));
    };
    let file = File::open(path)
        .map_err(|error| Failure(format!("cannot open {}: {error}", path.display())))?;
    Ok(Box::new(BufReader::new(file)))
}

/// `--format`: how many rounds a map has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum FormatArg {
    /// First to 13: CS2
    Mr12,
    /// First to 16: CS:GO
    Mr15,
}

impl From<FormatArg> for crate::feed::cs_log::RoundFormat {
    fn from(format: FormatArg) -> Self {
        match format {
            FormatArg::Mr12 => Self::Mr12,
            FormatArg::Mr15 => Self::Mr15,
        }
    }
}
