//! `clutch feed replay`: a capture said again, as events or to a server.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::io::Write;
use std::path::PathBuf;
use std::thread::sleep;
use std::time::{Duration, Instant};

use clap::Args;
use clutch_core::Command;
use clutch_core::command::FeedMessage;
use clutch_core::units::Timestamp;
use serde::Serialize;
use serde_json::Value;

use super::{Failure, asking};
use crate::feed::capture::{Captured, Context, Flaw, files_of, read};
use crate::feed::follow::{self, Follow};
use crate::ops::progress::bar;
use crate::output::answer;

/// Say a capture again: its events on standard output, or its bytes to a running server
#[derive(Debug, Args)]
pub struct ReplayArgs {
    /// Capture files, or the directory of a server's captures
    #[arg(required = true, value_name = "CAPTURE")]
    captures: Vec<PathBuf>,
    /// Keep the time between two pushes, divided by this; without it as fast as possible
    #[arg(long, value_name = "TIMES")]
    speed: Option<f64>,
    /// Push the bytes to this server instead, such as http://127.0.0.1:8080
    #[arg(long, value_name = "URL", requires = "keys")]
    to: Option<String>,
    /// The key of the feed at that server; of several sources SOURCE=KEY for those that have another
    #[arg(long = "key", value_name = "KEY", requires = "to")]
    keys: Vec<String>,
    /// Only this match; may be given several times
    #[arg(long = "match", value_name = "KEY")]
    matches: Vec<String>,
}

/// How often a busy server is asked again.
const TRIES_MAX: u32 = 50;

/// A push of some source.
struct Push {
    time: Timestamp,
    source: usize,
    bytes: Vec<u8>,
}

pub fn run(args: &ReplayArgs) -> Result<(), Failure> {
    let speed = args.speed.unwrap_or(f64::INFINITY);
    if speed.is_nan() || speed <= 0.0 {
        return Err(Failure(format!("--speed {speed} must be above zero")));
    }
    let (contexts, mut pushes) = load(&args.captures)?;
    let keys: BTreeSet<&str> = contexts.iter().map(|it| it.match_key.as_str()).collect();
    if let Some(absent) = args.matches.iter().find(|key| !keys.contains(key.as_str())) {
        let keys: Vec<_> = keys.into_iter().collect();
        let keys = keys.join(", ");
        return Err(Failure(format!("no match `{absent}` was captured; there are: {keys}")));
    }
    let is_wanted = |key: &String| args.matches.is_empty() || args.matches.contains(key);
    pushes.retain(|push| is_wanted(&contexts[push.source].match_key));
    let mut sink: Box<dyn Sink> = match &args.to {
        Some(server) => Box::new(ToServer::new(server, &args.keys, &contexts)?),
        None => Box::new(Printed::new(&contexts)?),
    };
    let bar = bar("replaying", Some(pushes.len() as u64), "pushes");
    let (started, first) = (Instant::now(), pushes.first().map_or(0, |push| push.time.nanos()));
    for push in &pushes {
        let after = push.time.nanos().saturating_sub(first) as f64 / speed;
        let due = started + Duration::from_nanos(after as u64);
        sleep(due.saturating_duration_since(Instant::now()));
        sink.take(push)?;
        bar.inc(1);
    }
    bar.finish_and_clear();
    sink.finish()
}

/// Reads captures, and puts the pushes of all sources in the order in which they came.
fn load(paths: &[PathBuf]) -> Result<(Vec<Context>, Vec<Push>), Failure> {
    let mut files = Vec::new();
    for path in paths {
        if path.is_dir() {
            files.extend(files_of(path, "").map_err(|error| {
                Failure(format!("cannot read the directory {}: {error}", path.display()))
            })?);
        } else {
            files.push(path.clone());
        }
    }
    if files.is_empty() {
        return Err(Failure("there is no capture in it".to_owned()));
    }
    let mut sources: BTreeMap<(u32, u8), usize> = BTreeMap::new();
    let (mut contexts, mut pushes) = (Vec::new(), Vec::new());
    for path in &files {
        let Some(Captured { context, pushes: read, flaw }) = read(path).map_err(Failure)? else {
            crate::output::remark(format_args!("clutch: {} was only begun", path.display()));
            continue;
        };
        match flaw {
            None => {}
            Some(Flaw::Torn) => crate::output::remark(format_args!(
                "clutch: {} ends in half a push",
                path.display()
            )),
            Some(Flaw::Damaged) => {
                crate::output::remark(format_args!(
                    "clutch: {} is damaged; what follows is left out",
                    path.display()
                ));
            }
        }
        let key = (context.match_id, context.source);
        let source = *sources.entry(key).or_insert_with(|| {
            if context.after_version != 0 {
                let (path, after) = (path.display(), context.after_version);
                crate::output::remark(format_args!(
                    "clutch: {path} begins after version {after}; facts without versions get other numbers"
                ));
            }
            contexts.push(context);
            contexts.len() - 1
        });
        pushes.extend(read.into_iter().map(|(time, bytes)| Push { time, source, bytes }));
    }
    // Stable, so pushes of one moment stay in the order of their files.
    pushes.sort_by_key(|push| push.time);
    Ok((contexts, pushes))
}

trait Sink {
    fn take(&mut self, push: &Push) -> Result<(), Failure>;
    fn finish(&mut self) -> Result<(), Failure>;
}

/// Events as JSON lines.
struct Printed<'a> {
    sources: Vec<(&'a Context, Box<dyn Follow>)>,
    output: Box<dyn Write>,
}

#[derive(Serialize)]
struct Line<'a> {
    #[serde(rename = "match")]
    match_key: &'a str,
    #[serde(flatten)]
    message: &'a FeedMessage,
}

impl<'a> Printed<'a> {
    fn new(contexts: &'a [Context]) -> Result<Self, Failure> {
        let follower = |context| follow::of(context).map(|follow| (context, follow));
        let sources = contexts.iter().map(follower).collect::<Result<_, String>>();
        Ok(Self { sources: sources.map_err(Failure)?, output: Box::new(answer()) })
    }
}

impl Sink for Printed<'_> {
    fn take(&mut self, push: &Push) -> Result<(), Failure> {
        let (context, follow) = &mut self.sources[push.source];
        let mut said = VecDeque::new();
        let lines = follow.mark(&push.bytes, push.time);
        follow::push(follow.as_mut(), &lines, push.time, &mut said);
        for envelope in &said {
            if let Command::Feed(message) = &envelope.command {
                let line = Line { match_key: &context.match_key, message };
                serde_json::to_writer(&mut self.output, &line)?;
                self.output.write_all(b"\n")?;
            }
        }
        Ok(())
    }

    fn finish(&mut self) -> Result<(), Failure> {
        Ok(self.output.flush()?)
    }
}

/// A server that is pushed to as by the providers themselves.
struct ToServer {
    agent: ureq::Agent,
    sources: Vec<Target>,
    lines: u64,
    events: u64,
    wrong: u64,
}

/// Where the pushes of a source go.
struct Target {
    address: String,
    key: String,
    /// The match by the operator's key, and the source's number.
    about: (String, u8),
    /// Pushes that the server has no such match for, and how it says so.
    left_out: u64,
    why: String,
}

impl ToServer {
    fn new(server: &str, keys: &[String], contexts: &[Context]) -> Result<Self, Failure> {
        let server = server.trim_end_matches('/');
        if !server.starts_with("http://") {
            return Err(Failure(format!("`{server}` is no address: write http://HOST:PORT")));
        }
        let key_of = |source: u8| {
            let own = keys.iter().find_map(|key| key.strip_prefix(&format!("{source}=")));
            let names_none = |key: &&String| {
                key.split_once('=').is_none_or(|(source, _)| source.parse::<u8>().is_err())
            };
            own.or_else(|| keys.iter().find(names_none).map(String::as_str))
        };
        let address = |context: &Context| {
            let Context { provider, match_key, source, .. } = context;
            let key = key_of(*source)
                .ok_or_else(|| Failure(format!("source {source} needs --key {source}=KEY")))?;
            let about = escaped(match_key);
            Ok(Target {
                address: format!("{server}/feeds/{provider}?match={about}"),
                key: key.to_owned(),
                about: (match_key.clone(), *source),
                left_out: 0,
                why: String::new(),
            })
        };
        let sources = contexts.iter().map(address).collect::<Result<_, Failure>>()?;
        Ok(Self { agent: asking::agent(), sources, lines: 0, events: 0, wrong: 0 })
    }
}

impl Sink for ToServer {
    fn take(&mut self, push: &Push) -> Result<(), Failure> {
        let target = &mut self.sources[push.source];
        if target.left_out != 0 {
            target.left_out += 1;
            return Ok(());
        }
        let Target { address, key, .. } = target;
        for _ in 0..TRIES_MAX {
            let sent = self.agent.post(&*address).header("X-Feed-Key", &*key).send(&push.bytes);
            let mut response =
                sent.map_err(|error| Failure(format!("{address} cannot be reached: {error}")))?;
            let status = response.status().as_u16();
            let text = response.body_mut().read_to_string().unwrap_or_default();
            let said: Value = serde_json::from_str(&text).unwrap_or_default();
            match status {
                200 => {
                    self.lines += said["lines"].as_u64().unwrap_or_default();
                    self.events += said["events"].as_u64().unwrap_or_default();
                    self.wrong += said["wrong"].as_u64().unwrap_or_default();
                    return Ok(());
                }
                // The key is right and there is no such match: others may be there.
                400 => {
                    target.left_out = 1;
                    target.why = said["text"].as_str().unwrap_or_default().to_owned();
                    return Ok(());
                }
                // It took nothing, and says so.
                503 => sleep(Duration::from_millis(100)),
                _ => {
                    let text =
                        said["text"].as_str().unwrap_or("the server's answer is none of Clutch's");
                    return Err(Failure(format!("{address} refused: {text}")));
                }
            }
        }
        Err(Failure(format!("{address} stays too busy")))
    }

    fn finish(&mut self) -> Result<(), Failure> {
        let Self { lines, events, wrong, .. } = self;
        let mut output = answer();
        writeln!(output, "pushed {lines} lines, which gave {events} events; {wrong} were wrong")?;
        let left_out = || self.sources.iter().filter(|target| target.left_out != 0);
        for Target { about: (match_key, source), left_out, why, .. } in left_out() {
            writeln!(
                output,
                "left out {left_out} pushes of source {source} about `{match_key}`: {why}"
            )?;
        }
        output.flush()?;
        let is_all = self.lines == 0 && left_out().next().is_some();
        if is_all { Err(Failure("the server took nothing".to_owned())) } else { Ok(()) }
    }
}

/// A text as part of an address.
fn escaped(text: &str) -> String {
    let mut escaped = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            escaped.push(char::from(byte));
        } else {
            escaped.push_str(&format!("%{byte:02X}"));
        }
    }
    escaped
}
