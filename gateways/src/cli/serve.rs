//! `clutch serve`: the engine and its gateway, until somebody stops them.

use std::net::{SocketAddr, ToSocketAddrs};
use std::path::PathBuf;

use clap::Args;
use clutch_core::command::Capacity;
use clutch_engine::{CommandSender, Engine, Publisher};
use clutch_journal::Reader;
use indicatif::{ProgressBar, ProgressStyle};

use super::descriptors::make_room;
use super::doors::Doorkeeper;
use super::{Failure, secret, stop_flag};
use crate::config::{CaptureSection, Config};
use crate::feed::capture::{Limits, Writer};
use crate::house_rules;
use crate::output::say;
use crate::play_policy;
use crate::provision::{Known, Provisioner};
use crate::server::{EngineLink, FeedDoor, Server, ServerConfig};

/// Run the engine and its gateway
///
/// Matches, accounts and limits come from the configuration file; `clutch config` prints one with
/// every key explained. Flags override the file.
#[derive(Debug, Args)]
pub struct ServeArgs {
    /// Configuration file; without it the defaults
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Keep the journal here
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Listen on this address and port
    #[arg(long, value_name = "ADDRESS")]
    listen: Option<String>,
    /// Keep the journal on a network or overlay file system, too: those may lose accepted bets
    #[arg(long, env = "CLUTCH_UNSAFE_STORAGE")]
    unsafe_storage: bool,
    /// The key that game servers send
    #[arg(long, value_name = "KEY", env = "CLUTCH_CS_LOG_KEY", hide_env_values = true)]
    cs_log_key: Option<String>,
}

pub fn run(args: &ServeArgs) -> Result<(), Failure> {
    let config = settings(args)?;
    let stop = stop_flag()?;
    let address = resolve(&config.gateway.listen)?;
    let mut engine_config = config.engine_config();
    if let Some(warning) = config.warning() {
        tracing::warn!("{warning}");
    }
    let bar = recovery_bar();
    let shown = bar.clone();
    engine_config.on_progress = Some(Box::new(move |done, total| {
        shown.set_length(total);
        shown.set_position(done);
    }));
    let durability = engine_config.journal.durability;
    let mut engine = Engine::start(engine_config)?;
    bar.finish_and_clear();
    for warning in engine.status().warnings {
        tracing::warn!("{warning}");
    }
    let recovery = engine.recovery();
    for rejected in &recovery.rejected {
        tracing::warn!("a snapshot was passed over: {}", rejected.flaw);
    }
    say_sizes(recovery.sizes, &config.capacity());
    let (snapshot, replayed) = (recovery.snapshot.unwrap_or_default().0, recovery.replayed);
    let took = recovery.took.journal + recovery.took.snapshot + recovery.took.tail;
    tracing::info!(snapshot, replayed, from_ring = recovery.from_ring, ?took, "recovered");
    let mut publisher =
        engine.publisher().ok_or_else(|| Failure("the publisher is taken".to_owned()))?;
    let capture = capture(&config)?;
    let (doors, mut doorkeeper) =
        prepare(&config, engine.sender(), &mut publisher, capture.as_ref())?;
    let mut server_config = ServerConfig::new(
        secret::of_server(&config.gateway.token_secret, &config.engine.data_dir)?,
        journal_name(&config.engine.data_dir)?,
    );
    server_config.origins.clone_from(&config.gateway.origins);
    server_config.limits.connections_max = make_room(config.gateway.connections_max);
    server_config.limits.messages_per_s = config.gateway.messages_per_s;
    let link = EngineLink::new(&engine, publisher, durability);
    let mut server = Server::bind(address, server_config, Box::new(link), doors)
        .map_err(|error| Failure(format!("cannot listen on {address}: {error}")))?;
    server.open_doors_by(Box::new(move |game| doorkeeper.open(game)));
    say(format_args!(
        "clutch serves http://{} from {}",
        server.local_address()?,
        config.engine.data_dir.display()
    ));
    server.run(&stop)?;
    drop(server);
    if let Some(capture) = capture {
        capture.finish();
    }
    let report = engine.shutdown()?;
    say(format_args!(
        "stopped at {} with state_hash={:016x}",
        report.last_seq.0, report.state_hash
    ));
    Ok(())
}

/// Says which tables grow at this start, and where the configuration asks for less than the journal has.
fn say_sizes((had, has): (Capacity, Capacity), asked: &Capacity) {
    let grown = has.beyond(&had).map(|(name, now, before)| format!("{name} {before} -> {now}"));
    let grown: Vec<_> = grown.collect();
    if !grown.is_empty() {
        say(format_args!("tables grow: {}", grown.join(", ")));
    }
    let kept = had.beyond(asked).map(|(name, size, asked)| format!("{name} {size}, not {asked}"));
    let kept: Vec<_> = kept.collect();
    if !kept.is_empty() {
        say(format_args!(
            "tables never shrink; the journal's sizes stay in force: {}",
            kept.join(", ")
        ));
    }
}

fn settings(args: &ServeArgs) -> Result<Config, Failure> {
    let mut config = match &args.config {
        Some(path) => Config::read(path).map_err(Failure)?,
        None => Config::built_in(),
    };
    if let Some(data) = &args.data {
        config.engine.data_dir.clone_from(data);
    }
    if let Some(listen) = &args.listen {
        config.gateway.listen.clone_from(listen);
    }
    if let Some(key) = &args.cs_log_key {
        config.cs_log.key.clone_from(key);
    }
    config.engine.unsafe_storage |= args.unsafe_storage;
    Ok(config)
}

/// The first address that a text stands for.
pub fn resolve(listen: &str) -> Result<SocketAddr, Failure> {
    let no_address = |why: String| Failure(format!("`{listen}` is no address to listen on: {why}"));
    let mut addresses = listen.to_socket_addrs().map_err(|error| no_address(error.to_string()))?;
    addresses.next().ok_or_else(|| no_address("it names no host".to_owned()))
}

/// The journal's id: what `seq` counts in.
pub fn journal_name(dir: &std::path::Path) -> Result<String, Failure> {
    Ok(format!("{:032x}", Reader::open(dir)?.journal_id()))
}

/// Creates what the configuration asks for, and its feeds.
fn prepare(
    config: &Config,
    sender: CommandSender,
    publisher: &mut Publisher,
    capture: Option<&Writer>,
) -> Result<(Vec<FeedDoor>, Doorkeeper), Failure> {
    let mut provisioner = Provisioner::new(sender.clone(), publisher);
    if !config.book.house_rules.is_empty() {
        let named = house_rules::find(&config.book.house_rules).map_err(Failure)?;
        provisioner.provide_house_rules(&named).map_err(Failure)?;
    }
    if !config.book.play_policy.is_empty() {
        let named = play_policy::find(&config.book.play_policy).map_err(Failure)?;
        provisioner.provide_play_policy(&named).map_err(Failure)?;
    }
    let dir = &config.engine.data_dir;
    let of_file = |error| {
        Failure(format!("cannot keep which matches there were in {}: {error}", dir.display()))
    };
    let mut known = Known::read(dir).map_err(of_file)?;
    let written = &config.matches;
    let config = &without_those_that_left(config, &mut provisioner, &known)?;
    let mut provided = Vec::new();
    for section in &config.matches {
        provided.push(provisioner.provide_match(section).map_err(Failure)?);
        known.add(&section.key).map_err(of_file)?;
    }
    provisioner.provide_currencies(&config.currencies).map_err(Failure)?;
    for section in &config.accounts {
        let account = provisioner.provide_account(section).map_err(Failure)?;
        tracing::info!(key = section.key, account = account.0, "account");
    }
    let others = provisioner.others(&provided).map_err(Failure)?;
    for other in &others {
        known.add(other.key.as_str()).map_err(of_file)?;
    }
    let mut doorkeeper = Doorkeeper::new(config, sender, capture.map(Writer::taps), known);
    let doors = doorkeeper.open_all(written, &provided, &others)?;
    Ok((doors, doorkeeper))
}

/// The configuration without matches that are over and have left the engine, and without the feed of a game server that
/// spoke of one of them.
fn without_those_that_left(
    config: &Config,
    provisioner: &mut Provisioner<'_>,
    known: &Known,
) -> Result<Config, Failure> {
    let mut left = config.clone();
    let mut gone = Vec::new();
    for section in &config.matches {
        if provisioner.has_left(section, known).map_err(Failure)? {
            let key = &section.key;
            tracing::warn!(
                key,
                "this [[match]] is over and has left the engine; it can leave the file as well"
            );
            gone.push(section.key.clone());
        }
    }
    if !gone.is_empty() {
        left.matches.retain(|section| !gone.contains(&section.key));
        if gone.contains(&left.cs_log.match_key) {
            left.cs_log.key.clear();
            left.cs_log.match_key.clear();
        }
    }
    Ok(left)
}

/// Who writes down what feeds push, if anybody shall.
fn capture(config: &Config) -> Result<Option<Writer>, Failure> {
    let CaptureSection { file_mib, source_mib } = config.capture;
    if file_mib == 0 {
        return Ok(None);
    }
    let dir = config.engine.data_dir.join("captures");
    let mib = |count: u64| count << 20;
    let limits =
        Limits { file_bytes: mib(file_mib), source_bytes: mib(source_mib), ..Limits::default() };
    let writer = Writer::start(&dir, limits);
    writer
        .map(Some)
        .map_err(|error| Failure(format!("cannot capture into {}: {error}", dir.display())))
}

fn recovery_bar() -> ProgressBar {
    let template = "recovering {bar:40} {human_pos}/{human_len} commands";
    let style = ProgressStyle::with_template(template);
    let bar = ProgressBar::no_length();
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    bar
}
