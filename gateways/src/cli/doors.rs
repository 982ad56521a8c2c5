//! The feeds of a server: which source pushes about which match, and where it goes on after a restart.
//!
//! A match of the file is what a source speaks of that names none. One that came into being by an order has doors of its
//! own, which open only to who names it: a source that speaks of one match already must not find two.

use std::collections::BTreeSet;
use std::path::PathBuf;

use clutch_core::command::{RoundFormat as CoreFormat, Title};
use clutch_core::title::SOURCES_MAX;
use clutch_core::units::{MatchId, SourceId};
use clutch_engine::CommandSender;

use super::Failure;
use crate::book::Match;
use crate::config::{Config, CsLogSection, FactsSection, MatchSection};
use crate::demo::play::wall_clock;
use crate::feed::PushFeed;
use crate::feed::capture::{Context, Taps};
use crate::feed::facts::{self, What};
use crate::feed::follow;
use crate::provision::{Known, Provisioned};
use crate::server::{FeedDoor, FeedReply, FeedSink};

/// Opens the doors of every match, now and while the server runs.
pub struct Doorkeeper {
    /// Where the lines are kept that a restart goes on from.
    pub dir: PathBuf,
    /// The way into the engine.
    pub sender: CommandSender,
    /// Where taps of the capture come from, if there is one.
    pub taps: Option<Taps>,
    /// The game server's log.
    pub cs_log: CsLogSection,
    /// Sources of facts.
    pub facts: Vec<FactsSection>,
    /// The matches that there were once.
    pub known: Known,
    /// Those whose doors are open.
    followed: BTreeSet<MatchId>,
}

/// The game-server log is the first source in the operator's list.
const CS_LOG: SourceId = SourceId(0);

impl Doorkeeper {
    /// One who has opened no door yet.
    pub fn new(
        config: &Config,
        sender: CommandSender,
        taps: Option<Taps>,
        known: Known,
    ) -> Doorkeeper {
        Doorkeeper {
            dir: config.engine.data_dir.clone(),
            sender,
            taps,
            cs_log: config.cs_log.clone(),
            facts: config.facts.clone(),
            known,
            followed: BTreeSet::new(),
        }
    }

    /// The doors of a start: of the matches that the file provides, and of all others that the engine has. `written` is
    /// what stands in the file, also of matches that have left.
    ///
    /// # Errors
    /// A sentence if there is no Counter-Strike match that a game server's lines could be about, or if the lines of
    /// before cannot be read.
    pub fn open_all(
        &mut self,
        written: &[MatchSection],
        provided: &[Provisioned],
        others: &[Provisioned],
    ) -> Result<Vec<FeedDoor>, Failure> {
        let mut doors = Vec::new();
        if let Some(game) = self.followed_by_cs_log(written, provided)? {
            doors.push(self.door("cs-log", &self.cs_log.key, CS_LOG, game)?);
        }
        let facts = self.facts.iter();
        for (feed, game) in facts.flat_map(|feed| provided.iter().map(move |game| (feed, game))) {
            if feed.match_key.is_empty() || feed.match_key == game.key.as_str() {
                doors.push(self.door("ndjson", &feed.key, SourceId(feed.source), game)?);
            }
        }
        for game in others {
            doors.extend(self.by_name_only(game)?);
        }
        self.followed.extend(provided.iter().chain(others).map(|game| game.match_id));
        Ok(doors)
    }

    /// The doors of a match that came into being while the server runs. What cannot be opened is told in the log: the
    /// match is there all the same, and a restart tries again.
    pub fn open(&mut self, game: &Match) -> Vec<FeedDoor> {
        let (Some(key), true) = (game.key, self.followed.insert(game.id)) else {
            return Vec::new();
        };
        if let Err(error) = self.known.add(key.as_str()) {
            let key = key.as_str();
            tracing::error!(%error, key, "that there was this match could not be written down");
        }
        let known = Provisioned::of(game, [0; SOURCES_MAX]);
        let opened = known.map(|known| self.by_name_only(&known));
        opened.unwrap_or_else(|| Ok(Vec::new())).unwrap_or_else(|Failure(what)| {
            tracing::error!(key = key.as_str(), "no feed can speak of this match: {what}");
            Vec::new()
        })
    }

    /// Which match the game server's log is about, if it has a key.
    fn followed_by_cs_log<'a>(
        &self,
        written: &[MatchSection],
        provided: &'a [Provisioned],
    ) -> Result<Option<&'a Provisioned>, Failure> {
        let (key, about) = (&self.cs_log.key, &self.cs_log.match_key);
        let is_cs = |game: &Provisioned| game.title == Title::CounterStrike;
        let followed = provided
            .iter()
            .find(|game| if about.is_empty() { is_cs(game) } else { game.key.as_str() == about });
        if !about.is_empty() && followed.is_none() {
            return Err(Failure(format!("[cs_log] match: no [[match]] has the key `{about}`")));
        }
        if let Some(game) = followed.filter(|game| !is_cs(game)) {
            let section = written.iter().find(|section| section.key == game.key.as_str());
            let game = section.map_or("another game", |section| section.game.as_str());
            return Err(Failure(format!("[cs_log] match: `{about}` is played in {game}")));
        }
        if key.is_empty() {
            return Ok(None);
        }
        // A file without any match leaves them all to orders.
        let is_cs = |section: &MatchSection| matches!(section.game.as_str(), "cs2" | "csgo");
        if !written.is_empty() && !written.iter().any(is_cs) {
            let text = "[cs_log] has a key but there is no Counter-Strike [[match]] that its lines could be about";
            return Err(Failure(text.to_owned()));
        }
        Ok(followed)
    }

    /// The doors of a match that the file does not name: those of the sources that are bound to none.
    fn by_name_only(&self, game: &Provisioned) -> Result<Vec<FeedDoor>, Failure> {
        let mut doors = Vec::new();
        let CsLogSection { key, match_key } = &self.cs_log;
        if !key.is_empty() && match_key.is_empty() && game.title == Title::CounterStrike {
            doors.push(self.door("cs-log", key, CS_LOG, game)?.only_by_name());
        }
        for feed in self.facts.iter().filter(|feed| feed.match_key.is_empty()) {
            let door = self.door("ndjson", &feed.key, SourceId(feed.source), game)?;
            doors.push(door.only_by_name());
        }
        Ok(doors)
    }

    /// A door for a source, whose lines are followed from where they ended.
    fn door(
        &self,
        provider: &'static str,
        key: &str,
        source: SourceId,
        game: &Provisioned,
    ) -> Result<FeedDoor, Failure> {
        let heard = game.heard.get(usize::from(source.0)).copied().unwrap_or_default();
        let match_key = game.key.as_str().to_owned();
        let context = Context {
            provider: provider.to_owned(),
            match_key: match_key.clone(),
            match_id: game.match_id.0,
            source: source.0,
            plays: who_plays(game),
            after_version: heard,
        };
        let lines = follow::of(&context).map_err(Failure)?;
        let feed = PushFeed::resume(lines, &self.dir, heard, wall_clock());
        let mut feed = feed.map_err(|error| {
            Failure(format!("the lines of source {} cannot be read: {error}", source.0))
        })?;
        let mut sender = self.sender.clone();
        feed.flush(&mut sender);
        let newest = feed.newest();
        let tap = self.taps.as_ref().map(|taps| taps.tap(context));
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
        let door = FeedDoor::new(provider, key.to_owned(), match_key, sink);
        Ok(door.about(game.match_id).of_source(source, newest).captured_by(tap))
    }
}

/// The fact that a match's feed would begin with.
fn who_plays(game: &Provisioned) -> What {
    let title = match (game.title, game.format) {
        (Title::CounterStrike, CoreFormat::Mr15) => facts::Title::Csgo,
        (Title::CounterStrike, CoreFormat::Mr12 | CoreFormat::NoRounds) => facts::Title::Cs2,
        (Title::Valorant, _) => facts::Title::Valorant,
        (Title::Lol, _) => facts::Title::Lol,
        (Title::Dota2, _) => facts::Title::Dota2,
    };
    let teams = game.teams.map(|team| team.as_str().to_owned());
    What::Match { title, teams, best_of: game.best_of }
}
