//! The feeds of a server: which source pushes about which match, and where it goes on after a restart.

use clutch_core::command::{RoundFormat as CoreFormat, Title};
use clutch_core::units::SourceId;
use clutch_engine::CommandSender;

use super::Failure;
use crate::config::{Config, MatchSection};
use crate::demo::play::wall_clock;
use crate::feed::PushFeed;
use crate::feed::bridge::MatchFeed;
use crate::feed::cs_log::{CsLog, Options, RoundFormat};
use crate::feed::facts::{self, What};
use crate::feed::follow::{CsLogLines, FactLines, Follow};
use crate::provision::Provisioned;
use crate::server::{FeedDoor, FeedSink};

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
    sender: &CommandSender,
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
    let format = match provided.format {
        CoreFormat::Mr12 => RoundFormat::Mr12,
        CoreFormat::Mr15 => RoundFormat::Mr15,
        // Only Counter-Strike is followed, and it has rounds.
        CoreFormat::NoRounds => RoundFormat::Mr12,
    };
    let normaliser = CsLog::new(Options { format: Some(format) });
    let bridge = MatchFeed::new(provided.match_id, CS_LOG, provided.teams, provided.format);
    let lines = CsLogLines::new(normaliser, bridge);
    let (sink, newest) = live(lines, config, provided, sender)?;
    let door = FeedDoor::new("cs-log", key.clone(), section.key.clone(), sink);
    Ok(Some(door.of_source(CS_LOG, newest)))
}

/// A door for every source of facts and every match that it speaks of.
///
/// # Errors
/// A sentence if the lines of before cannot be read.
pub fn facts(
    config: &Config,
    provided: &[Provisioned],
    sender: &CommandSender,
) -> Result<Vec<FeedDoor>, Failure> {
    let mut doors = Vec::new();
    for feed in &config.facts {
        let source = SourceId(feed.source);
        for (section, provided) in config.matches.iter().zip(provided) {
            if !feed.match_key.is_empty() && feed.match_key != section.key {
                continue;
            }
            let lines = FactLines::new(provided.match_id, source, who_plays(section, provided));
            let (sink, newest) = live(lines, config, provided, sender)?;
            let door = FeedDoor::new("ndjson", feed.key.clone(), section.key.clone(), sink);
            doors.push(door.of_source(source, newest));
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

/// A sink that follows lines from where they ended, and the version that they had come to.
fn live<F: Follow + 'static>(
    lines: F,
    config: &Config,
    provided: &Provisioned,
    sender: &CommandSender,
) -> Result<(FeedSink, u64), Failure> {
    let (_, SourceId(source)) = lines.about();
    let heard = provided.heard.get(usize::from(source)).copied().unwrap_or_default();
    let dir = &config.engine.data_dir;
    let mut feed = PushFeed::resume(lines, dir, heard, wall_clock()).map_err(|error| {
        Failure(format!("the lines of source {source} cannot be read: {error}"))
    })?;
    let mut sender = sender.clone();
    feed.flush(&mut sender);
    let newest = feed.newest();
    Ok((Box::new(move |body| feed.push(body, &mut sender, wall_clock())), newest))
}
