//! The feeds of a server: which source pushes about which match, and where it goes on after a restart.

use std::path::Path;

use clutch_core::command::{RoundFormat as CoreFormat, Title};
use clutch_core::units::SourceId;
use clutch_engine::CommandSender;

use super::Failure;
use crate::config::{Config, MatchSection};
use crate::demo::play::wall_clock;
use crate::feed::PushFeed;
use crate::feed::capture::{Context, Writer};
use crate::feed::facts::{self, What};
use crate::feed::follow;
use crate::provision::Provisioned;
use crate::server::{FeedDoor, FeedReply, FeedSink};

/// What every feed works with.
pub struct Live<'a> {
    /// Where the lines are kept that a restart goes on from.
    pub dir: &'a Path,
    /// The way into the engine.
    pub sender: &'a CommandSender,
    /// Who writes the captures, if anybody does.
    pub capture: Option<&'a Writer>,
}

/// The game-server log is the first source in the operator's list.
const CS_LOG: SourceId = SourceId(0);

/// The door of the game server, if it has a key.
///
/// # Errors
/// A sentence if there is no Counter-Strike match that its lines could be about, or if the lines of
/// before cannot be read.
pub fn cs_log(
    config: &Config,
    provided: &[Provisioned],
    live: &Live<'_>,
) -> Result<Option<FeedDoor>, Failure> {
    let (key, about) = (&config.cs_log.key, &config.cs_log.match_key);
    let named = config.matches.iter().find(|section| section.key == *about);
    if !about.is_empty() && named.is_none() {
        return Err(Failure(format!("[cs_log] match: no [[match]] has the key `{about}`")));
    }
    let is_cs = |provided: &Provisioned| provided.title == Title::CounterStrike;
    let mut pairs = config.matches.iter().zip(provided);
    let followed =
        pairs.find(
            |(section, provided)| {
                if about.is_empty() { is_cs(provided) } else { section.key == *about }
            },
        );
    if let Some((section, provided)) = followed
        && !is_cs(provided)
    {
        let game = &section.game;
        return Err(Failure(format!("[cs_log] match: `{about}` is played in {game}")));
    }
    if key.is_empty() {
        return Ok(None);
    }
    let Some((section, provided)) = followed else {
        let text = "[cs_log] has a key but there is no Counter-Strike [[match]] that its lines could be about";
        return Err(Failure(text.to_owned()));
    };
    door("cs-log", key, (CS_LOG, section, provided), live).map(Some)
}

/// A door for every source of facts and every match that it speaks of.
///
/// # Errors
/// A sentence if the lines of before cannot be read.
pub fn facts(
    config: &Config,
    provided: &[Provisioned],
    live: &Live<'_>,
) -> Result<Vec<FeedDoor>, Failure> {
    let mut doors = Vec::new();
    for feed in &config.facts {
        let source = SourceId(feed.source);
        for (section, provided) in config.matches.iter().zip(provided) {
            if !feed.match_key.is_empty() && feed.match_key != section.key {
                continue;
            }
            doors.push(door("ndjson", &feed.key, (source, section, provided), live)?);
        }
    }
    Ok(doors)
}

/// The fact that a match's feed would begin with.
fn who_plays(section: &MatchSection, provided: &Provisioned) -> What {
    let title = match (provided.title, provided.format) {
        (Title::CounterStrike, CoreFormat::Mr15) => facts::Title::Csgo,
        (Title::CounterStrike, CoreFormat::Mr12 | CoreFormat::NoRounds) => facts::Title::Cs2,
        (Title::Valorant, _) => facts::Title::Valorant,
        (Title::Lol, _) => facts::Title::Lol,
        (Title::Dota2, _) => facts::Title::Dota2,
    };
    let teams = [section.team_a.clone(), section.team_b.clone()];
    What::Match { title, teams, best_of: section.best_of }
}

/// A door for a source, whose lines are followed from where they ended.
fn door(
    provider: &'static str,
    key: &str,
    (source, section, provided): (SourceId, &MatchSection, &Provisioned),
    live: &Live<'_>,
) -> Result<FeedDoor, Failure> {
    let heard = provided.heard.get(usize::from(source.0)).copied().unwrap_or_default();
    let context = Context {
        provider: provider.to_owned(),
        match_key: section.key.clone(),
        match_id: provided.match_id.0,
        source: source.0,
        plays: who_plays(section, provided),
        after_version: heard,
    };
    let lines = follow::of(&context).map_err(Failure)?;
    let mut feed = PushFeed::resume(lines, live.dir, heard, wall_clock()).map_err(|error| {
        Failure(format!("the lines of source {} cannot be read: {error}", source.0))
    })?;
    let mut sender = live.sender.clone();
    feed.flush(&mut sender);
    let newest = feed.newest();
    let tap = live.capture.map(|writer| writer.tap(context));
    let of_sink = tap.clone();
    let sink: FeedSink = Box::new(move |body| {
        let now = wall_clock();
        let reply = feed.push(body, &mut sender, now);
        // What was not taken will be sent again.
        if let (Some(tap), FeedReply::Taken(_)) = (&of_sink, &reply) {
            tap.take(body, now);
        }
        reply
    });
    let door = FeedDoor::new(provider, key.to_owned(), section.key.clone(), sink);
    Ok(door.of_source(source, newest).captured_by(tap))
}
