//! One bet's whole life, gathered from the journal: the dispute pack.
//!
//! | module | subject |
//! |---|---|
//! | `checks` | the questions that it was asked, with their numbers |
//! | `find` | which record placed the bet, and what it asked for |
//! | `life` | what is gathered on the way through the journal |
//! | `said` | a line of it: where, when and by whom something was said |
//! | `story` | how it was answered and how it ended, in sentences |

mod checks;
mod find;
mod life;
mod said;
mod story;

use std::path::Path;

use clutch_core::units::ClientBetId;
use clutch_engine::{FollowError, Follower};
use clutch_journal::JournalError;
use serde::Serialize;

use super::progress::{self, bar};
use super::words::{Words, places};
use crate::wire::decimal::with_places;
use find::{Found, find};
use life::Life;

/// Which bet is asked about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BetName {
    /// The engine's own id of the bet: the record that placed it. A bet refused at once has one too.
    Id(u64),
    /// The bettor's id.
    Client(ClientBetId),
}

/// Where the journal is.
#[derive(Clone, Copy, Debug)]
pub struct Place<'a> {
    /// The data directory.
    pub dir: &'a Path,
    /// Where a killed server's ring would be.
    pub ring: &'a Path,
    /// Where old segments were moved to.
    pub archive: Option<&'a Path>,
}

/// Why no dispute pack can be made.
#[derive(Debug, thiserror::Error)]
pub enum DisputeError {
    /// The journal cannot be followed.
    #[error(transparent)]
    Follow(#[from] FollowError),
    /// The journal cannot be read.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// It may be in the part of the journal that is lost.
    #[error("no bet with {0} was placed in records {1} to {2}, and behind them {3}")]
    Damaged(String, u64, u64, Box<JournalError>),
    /// Nobody placed such a bet.
    #[error("no bet with {0} was placed in this journal, which holds records {1} to {2}")]
    NotFound(String, u64, u64),
    /// It may be in the part of the journal that was archived.
    #[error(
        "no bet with {0} was placed in records {1} to {2}; what came before them was archived: name its directory with --archive"
    )]
    Archived(String, u64, u64),
    /// The bet is here and what led to the state in front of it is not.
    #[error(
        "the bet was placed by record {bet}, but the journal's oldest snapshot here stands at record {snapshot} and what came before record {oldest} was archived: name its directory with --archive"
    )]
    NoState {
        /// The record that placed it.
        bet: u64,
        /// Where the oldest snapshot stands.
        snapshot: u64,
        /// The oldest record that is there.
        oldest: u64,
    },
    /// The record with that number places no bet.
    #[error("record {0} places no bet; it is of kind {1}")]
    NotABet(u64, String),
    /// Several accounts used the same id.
    #[error("several accounts used this id; name the bet by its record instead: {0}")]
    Ambiguous(String),
}

/// Everything about one bet.
#[derive(Debug, Serialize)]
pub struct Dispute {
    /// The record that placed it.
    pub seq: u64,
    /// When that was.
    pub time: String,
    /// The bettor's own id of it.
    pub client_id: String,
    /// The operator's key of the account.
    pub account: String,
    /// The currency of all money here but the limits of the house, which are in that of the book.
    pub currency: String,
    /// What kind of bet: "single", "treble", "2-folds and 3-folds of 4 selections".
    pub kind: String,
    /// How many lines it has; one for a single or a plain multiple.
    pub lines: u32,
    /// The stake on each line.
    pub unit: String,
    /// The stake in all.
    pub stake: String,
    /// Which other odds were welcome.
    pub policy: String,
    /// The bonus that has a part in it, and which part.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bonus: Option<String>,
    /// The device that it came from, if that was said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub device: Option<u32>,
    /// What it was on, in the bettor's order; a single has one leg.
    pub legs: Vec<Leg>,
    /// How it was answered and how it ended, in sentences for the customer.
    pub told: Vec<String>,
    /// Where it stood, one entry a change.
    pub fate: Vec<Line>,
    /// Whether it was refused, at once or after waiting.
    pub refused: bool,
    /// The questions that it was asked, in order.
    pub checks: Vec<CheckLine>,
    /// What the feed said around it.
    pub feed: Vec<Line>,
    /// Each wish to cash it out that was taken or refused.
    pub cash_outs: Vec<Line>,
    /// The other bets of its group, of which all were taken or none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub group: Vec<GroupBet>,
    /// The house rules of each match that it is on.
    pub house_rules: Vec<String>,
    /// What happened to these matches beside their scores.
    pub incidents: Vec<Line>,
    /// What moved on the ledger.
    pub postings: Vec<PostingLine>,
    /// Behind which record the telling begins: 0, or a snapshot's where older records were archived.
    pub told_from: u64,
    /// Under which rules it was decided.
    pub rule_set: u16,
    /// The configuration in force by its version, and its settings.
    pub config_version: u32,
    /// Each setting as people write it.
    pub settings: Vec<(String, String)>,
}

/// Another bet of the same group.
#[derive(Debug, Serialize)]
pub struct GroupBet {
    /// The bettor's own id of it.
    pub client_id: String,
    /// What it was on, and how much.
    pub what: String,
    /// How it was answered.
    pub answer: String,
}

/// One selection of a bet.
#[derive(Debug, Serialize)]
pub struct Leg {
    /// Its place in the bettor's order, from 1.
    pub leg: u8,
    /// The match.
    pub game: String,
    /// The market.
    pub market: String,
    /// The selection.
    pub selection: String,
    /// The odds seen by the bettor.
    pub odds_seen: String,
    /// The odds it stands at, if it was taken.
    pub odds_taken: Option<String>,
    /// Whether it stands in every line.
    pub banker: bool,
    /// Where it stood, one entry a change; empty for a single, whose fate it is.
    pub standing: Vec<Line>,
    /// Every price of the selection, with why and by whom.
    pub prices: Vec<PriceLine>,
    /// What the market's status was, one entry a change.
    pub market_status: Vec<Line>,
}

/// Something that was so from a moment on.
#[derive(Clone, Debug, Serialize)]
pub struct Line {
    /// The record.
    pub seq: u64,
    /// Its time.
    pub time: String,
    /// What, in words.
    pub what: String,
}

/// One question.
#[derive(Debug, Serialize)]
pub struct CheckLine {
    /// The leg that it is about, from 1; nothing if it is about the bet as a whole.
    pub leg: Option<u8>,
    /// The question.
    pub question: &'static str,
    /// Whether the bet passed.
    pub passed: bool,
    /// Whether it was asked in shadow: then it refuses nothing.
    pub in_shadow: bool,
    /// Whether a trader is asked where the bet does not pass.
    pub to_trader: bool,
    /// The code of a refusal.
    pub code: &'static str,
    /// The numbers compared, in words.
    pub numbers: Option<String>,
    /// They are of the house's own book, and not for the customer.
    pub of_the_book: bool,
}

/// One price of a selection.
#[derive(Clone, Debug, Serialize)]
pub struct PriceLine {
    /// The record that made it.
    pub seq: u64,
    /// Its time.
    pub time: String,
    /// The odds; nothing while the selection could not be bet on.
    pub odds: Option<String>,
    /// Why it was made.
    pub cause: String,
    /// By whom, and what he had said.
    pub by: String,
}

/// One double entry.
#[derive(Debug, Serialize)]
pub struct PostingLine {
    /// The record that caused it.
    pub seq: u64,
    /// Its time.
    pub time: String,
    /// Debited.
    pub from: String,
    /// Credited.
    pub to: String,
    /// How much.
    pub amount: String,
    /// Why.
    pub why: String,
}

impl Dispute {
    /// Gathers everything about a bet from a journal, live or not. Where the beginning was archived it
    /// begins behind the oldest snapshot. Beside it stands the damage in which the records end, if they do: then there
    /// may have been more to tell.
    ///
    /// # Errors
    /// [`DisputeError`]; it says what of the archive is missing.
    pub fn gather(
        place: Place<'_>,
        bet: BetName,
    ) -> Result<(Self, Option<(u64, JournalError)>), DisputeError> {
        let Found { seq, id, time, actor, wish, bonus, device, group, last, oldest, damage } =
            find(place, bet)?;
        let (account, _) = wish.name();
        let mut follower = match place.archive {
            Some(archive) => Follower::open_with_archive(place.dir, archive)?,
            None => Follower::open_oldest(place.dir, |_| {})?,
        };
        let told_from = follower.last_seq().0;
        if seq <= told_from {
            return Err(DisputeError::NoState { bet: seq, snapshot: told_from, oldest });
        }
        follower = follower.with_ring(place.ring);
        let (mut words, mut life) =
            (Words::default(), Life::new((seq, id), (wish, bonus, group), told_from));
        life.hear_image(&words.prime(follower.state()), &words, follower.state());
        let bar = bar("reading", Some(last), "records");
        while follower.last_seq().0 < last {
            if follower.last_seq().0 + 1 == seq {
                life.explain(follower.state(), time, actor);
            }
            let Some(step) = follower.step()? else { break };
            words.hear(step.events);
            // All money in it is its bettor's.
            with_places(places(step.state, Some(account)), || life.hear(&words, &step));
            progress::tell(&bar, step.seq.0);
        }
        bar.finish_and_clear();
        let state = follower.state();
        let told = || life.told(state, &words, time, follower.rule_set());
        let told = with_places(places(state, Some(account)), told);
        let told = Self { device: (device != 0).then_some(device), ..told };
        Ok((told, damage.map(|damage| (last, damage))))
    }
}
