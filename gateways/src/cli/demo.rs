//! `clutch demo`: a real map, played through the whole engine.

use std::io::{IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use clap::Args;
use clutch_core::Record;
use clutch_core::command::{Capacity, Config};
use clutch_core::units::{Money, Timestamp};
use clutch_engine::{ClockSource, Engine, EngineConfig, ManualClock, Publisher, Wait};

use super::feed::providers;
use super::serve::{journal_name, resolve};
use super::{Failure, FormatArg, played, secret, stop_flag};
use crate::demo::crowd::YOU;
use crate::demo::play::{Pace, Player, Records, Stopped, wall_clock};
use crate::demo::report::Report;
use crate::demo::script::Script;
use crate::demo::tap::tap;
use crate::demo::terminal::Terminal;
use crate::demo::timeline::{Log, Timeline};
use crate::odds_format::OddsFormat;
use crate::output::{answer, say};
use crate::server::{EngineLink, Server, ServerConfig};

/// Play a real match: odds, bets, journal, settlement
///
/// The built-in one is a CS2 map as its server logged it; --game dota2 plays a Dota 2 final. Killed at any moment, the same command
/// with the same --data goes on where the journal stops.
#[derive(Clone, Debug, Args)]
pub struct DemoArgs {
    /// As fast as possible, in the log's own time, instead of at --speed
    #[arg(long)]
    fast: bool,
    /// End with the series and print a JSON summary as the last line
    #[arg(long)]
    exit: bool,
    /// Keep the journal here; without it a new directory under the system's temporary one
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Which built-in match to play when no log is given
    #[arg(long, value_enum, default_value_t = Game::Cs2)]
    game: Game,
    /// A log to play, plain or gzip; several are the maps of one series, in order
    #[arg(long, value_name = "FILE", conflicts_with = "game")]
    log: Vec<PathBuf>,
    /// Who wrote the log; a file of another provider than cs-log is a whole match
    #[arg(long, value_name = "PROVIDER", value_parser = providers(), default_value = "cs-log", requires = "log")]
    feed: String,
    /// Rounds per map; else what the log's mp_maxrounds says, else mr12
    #[arg(long)]
    format: Option<FormatArg>,
    /// Maps in the series at most; else the fewest that hold the logs
    #[arg(long, value_parser = clap::builder::PossibleValuesParser::new(["1", "3", "5"]))]
    best_of: Option<String>,
    /// Listen on this address and port for the page
    #[arg(long, value_name = "ADDRESS", default_value = LISTEN, conflicts_with = "fast")]
    listen: String,
    /// How many times faster than the log
    #[arg(long, default_value_t = Speed::default())]
    speed: Speed,
    /// How odds are shown in this terminal
    #[arg(long, value_enum, default_value_t = OddsFormat::Decimal, value_name = "FORMAT")]
    odds: OddsFormat,
}

/// A match that comes with the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Game {
    /// A Counter-Strike 2 map as its server logged it
    Cs2,
    /// The last game of a Dota 2 final as OpenDota describes it
    Dota2,
}

/// Where the page is unless told otherwise.
const LISTEN: &str = "127.0.0.1:8080";

impl Default for DemoArgs {
    fn default() -> Self {
        Self {
            fast: false,
            exit: false,
            data: None,
            game: Game::Cs2,
            log: Vec::new(),
            feed: "cs-log".to_owned(),
            format: None,
            best_of: None,
            listen: LISTEN.to_owned(),
            speed: Speed::default(),
            odds: OddsFormat::default(),
        }
    }
}

/// A multiple of real time.
#[derive(Clone, Copy, Debug)]
struct Speed(f64);

impl Default for Speed {
    /// A ten-minute map in a minute.
    fn default() -> Self {
        Self(10.0)
    }
}

impl std::fmt::Display for Speed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

impl std::str::FromStr for Speed {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let speed = text.parse::<f64>().map_err(|_| format!("`{text}` is not a number"))?;
        if (0.1..=1000.0).contains(&speed) {
            Ok(Self(speed))
        } else {
            Err("choose a speed from 0.1 to 1000".to_owned())
        }
    }
}

/// The player reads the engine's events itself.
struct FromPublisher(Publisher);

impl Records for FromPublisher {
    fn drain(&mut self, timeout: Duration, take: &mut dyn FnMut(&Record)) {
        if self.0.poll(4096, &mut *take).released == 0 && !timeout.is_zero() {
            self.0.wait(timeout);
            self.0.poll(4096, take);
        }
    }
}

pub fn run(args: &DemoArgs) -> Result<(), Failure> {
    let stop = stop_flag()?;
    let timeline = load(args)?;
    let dir = data_dir(args.data.as_deref());
    if args.fast {
        play_fast(&timeline, &dir, &stop)?;
    } else {
        play_live(args, &timeline, &dir, &stop)?;
    }
    let mut output = answer();
    writeln!(output, "{}", Report::of_journal(&dir)?.json())?;
    Ok(output.flush()?)
}

fn load(args: &DemoArgs) -> Result<Timeline, Failure> {
    let format = args.format.map(Into::into);
    let mut timeline = match args.game {
        _ if !args.log.is_empty() => played::load(&args.feed, &args.log, format)?,
        Game::Cs2 => Timeline::load(&[Log::BuiltIn], format).map_err(Failure)?,
        Game::Dota2 => Timeline::built_in_dota2().map_err(Failure)?,
    };
    if let Some(best_of) = args.best_of.as_ref().and_then(|best_of| best_of.parse().ok()) {
        if best_of < timeline.best_of {
            return Err(Failure(format!("these logs hold {} maps: too many", timeline.maps.len())));
        }
        timeline.best_of = best_of;
    }
    Ok(timeline)
}

fn data_dir(given: Option<&Path>) -> PathBuf {
    given.map_or_else(
        || std::env::temp_dir().join(format!("clutch-demo-{}", wall_clock().millis())),
        Path::to_path_buf,
    )
}

/// Small tables: one match, a crowd of two dozen.
fn engine_config(dir: &Path, core_config: Config) -> EngineConfig {
    let mut config = EngineConfig::new(dir);
    // A demo's money is play money, and it should run in any container.
    config.journal.unsafe_storage = true;
    config.core_config = core_config;
    config.capacity = Capacity {
        accounts_max: 1_000,
        matches_max: 16,
        markets_max: 4_096,
        bets_max: 100_000,
        client_ids_max: 200_000,
        multiples_max: 10_000,
        legs_max: 50_000,
    };
    config
}

fn demo_limits() -> Config {
    Config { stake_max: Money::from_minor(50_000), ..Config::default() }
}

fn play_fast(timeline: &Timeline, dir: &Path, stop: &AtomicBool) -> Result<(), Failure> {
    let starts_at = Timestamp::from_millis(timeline.starts_ms());
    let script = Script::write(timeline, starts_at);
    let begins = script.items.first().map_or(0, |item| item.at_ms());
    let clock = ManualClock::new(Timestamp::from_millis(begins));
    let mut config = engine_config(dir, demo_limits());
    config.clock = ClockSource::Manual(clock.clone());
    let mut engine = Engine::start(config)?;
    let publisher = engine.publisher().ok_or_else(|| Failure("no publisher".to_owned()))?;
    let records = FromPublisher(publisher);
    let pace = Pace::AsFastAsPossible(clock);
    let mut nobody = ();
    let mut player =
        Player::new(engine.sender(), engine.monitor(), records, pace, stop, &mut nobody);
    let played = player.play(&script);
    drop(player);
    engine.shutdown()?;
    played.map_err(|stopped| Failure(describe(stopped, dir)))
}

fn play_live(
    args: &DemoArgs,
    timeline: &Timeline,
    dir: &Path,
    stop: &Arc<AtomicBool>,
) -> Result<(), Failure> {
    let Speed(times) = args.speed;
    let script = Script::write(timeline, wall_clock());
    // The delay shrinks with the rounds, or no bet would outlast one.
    let delay = (Config::default().in_play_delay_ns as f64 / times) as u64;
    let mut config = engine_config(dir, Config { in_play_delay_ns: delay, ..demo_limits() });
    config.wait = Wait::Park;
    let durability = config.journal.durability;
    let mut engine = Engine::start(config)?;
    let publisher = engine.publisher().ok_or_else(|| Failure("no publisher".to_owned()))?;
    let (port, records) = tap(EngineLink::new(&engine, publisher, durability));
    let mut server_config =
        ServerConfig::new(secret::parse(&secret::fresh()?)?, journal_name(dir)?);
    server_config.demo_account = Some(YOU);
    let address = resolve(&args.listen)?;
    let mut server =
        Server::bind(address, server_config, Box::new(port), Vec::new()).map_err(|error| {
            Failure(format!("cannot listen on {address}: {error}; try --listen 127.0.0.1:0"))
        })?;
    let (best_of, [a, b]) = (timeline.best_of, &timeline.teams);
    say(format_args!("{a} v {b}, best of {best_of}, at {times} times real time"));
    let page = server.local_address()?;
    say(format_args!("page     http://{page}  (you are signed in and have 1000.00)"));
    say(format_args!("journal  {}\n", dir.display()));
    let closing = Arc::new(AtomicBool::new(false));
    let wake = server.waker();
    let feed_clock = server.feed_clock();
    let serving = {
        let closing = Arc::clone(&closing);
        std::thread::Builder::new()
            .name("gateway".to_owned())
            .spawn(move || server.run(&closing))?
    };
    let mut terminal =
        Terminal::new(timeline, std::io::stdout().is_terminal(), feed_clock, args.odds);
    let pace = Pace::Times(times);
    let mut player =
        Player::new(engine.sender(), engine.monitor(), records, pace, stop, &mut terminal);
    let mut played = player.play(&script);
    if played == Ok(()) && !args.exit {
        say("\nThe series is over. The page stays open until you press Ctrl-C.");
        played = player.linger();
    }
    drop(player);
    closing.store(true, Ordering::Relaxed);
    wake();
    serving.join().map_err(|_| Failure("the gateway has failed".to_owned()))??;
    engine.shutdown()?;
    match played {
        // Ctrl-C is how a demo without --exit ends.
        Err(Stopped::Interrupted) if !args.exit => Ok(()),
        other => other.map_err(|stopped| Failure(describe(stopped, dir))),
    }
}

fn describe(stopped: Stopped, dir: &Path) -> String {
    match stopped {
        Stopped::Interrupted => {
            format!("interrupted; `clutch demo --data {}` goes on from here", dir.display())
        }
        Stopped::Engine(message) => message,
        Stopped::OtherJournal(what) => {
            format!("{} holds {what}; give another --data directory", dir.display())
        }
    }
}
