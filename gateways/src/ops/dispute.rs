//! One bet's whole life, gathered from the journal: the dispute pack.

use std::path::Path;

use clutch_core::bets::place::Check;
use clutch_core::command::{Actor, FeedMessage, GameEvent, PlaceBet};
use clutch_core::event::{BetStatus, PriceCause};
use clutch_core::reject::Numbers;
use clutch_core::settings::Setting;
use clutch_core::units::{AccountId, BetId, ClientBetId, Odds, Seq, Timestamp};
use clutch_core::{Command, Envelope, Event, Record, Reject, State};
use clutch_engine::{FollowError, Follower, Step};
use clutch_journal::{JournalError, Reader};
use serde::Serialize;

use super::progress::{self, bar};
use super::words::{self, Words};
use crate::names;
use crate::wire::decimal::{ShowMoney, ShowOdds};
use crate::wire::setting;

/// Which bet is asked about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BetName {
    /// The engine's own id of the bet: the record that placed it. A bet refused at once has one too.
    Id(u64),
    /// The bettor's id.
    Client(ClientBetId),
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
    /// Nobody placed such a bet.
    #[error("no bet with {0} was placed in this journal, which holds records {1} to {2}")]
    NotFound(String, u64, u64),
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
    /// The match.
    pub game: String,
    /// The market.
    pub market: String,
    /// The selection.
    pub selection: String,
    /// The stake.
    pub stake: String,
    /// The odds seen by the bettor.
    pub odds_seen: String,
    /// Which others were welcome.
    pub policy: String,
    /// Where it stood, one entry a change.
    pub fate: Vec<Line>,
    /// Whether it was refused, at once or after waiting.
    pub refused: bool,
    /// The questions that it was asked, in order.
    pub checks: Vec<CheckLine>,
    /// Every price of the selection, with why and by whom.
    pub prices: Vec<PriceLine>,
    /// What the market's status was, one entry a change.
    pub market_status: Vec<Line>,
    /// What the feed said around it.
    pub feed: Vec<Line>,
    /// What moved on the ledger.
    pub postings: Vec<PostingLine>,
    /// Under which rules it was decided.
    pub rule_set: u16,
    /// The configuration in force by its version, and its settings.
    pub config_version: u32,
    /// Each setting as people write it.
    pub settings: Vec<(String, String)>,
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
    /// The question.
    pub question: &'static str,
    /// Whether the bet passed.
    pub passed: bool,
    /// Whether it was asked in shadow: then it refuses nothing.
    pub in_shadow: bool,
    /// The code of a refusal.
    pub code: &'static str,
    /// The numbers compared, in words.
    pub numbers: Option<String>,
}

/// One price of the selection.
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

/// Feed messages shown before the placement, and after it.
const FEED_BEFORE: usize = 5;
const FEED_AFTER: usize = 12;

impl Dispute {
    /// Gathers everything about a bet from the journal in `dir`, live or not. `ring` is where a killed
    /// server's ring would be.
    ///
    /// # Errors
    /// [`DisputeError`]; a bet whose records were archived is not found.
    pub fn gather(dir: &Path, ring: &Path, bet: BetName) -> Result<Self, DisputeError> {
        let Found { seq, time, actor, place, last } = find(dir, ring, bet)?;
        let mut follower = Follower::open(dir)?.with_ring(ring);
        let mut words = Words::default();
        let mut life = Life::new(seq, place);
        let bar = bar("reading", Some(last), "records");
        while follower.last_seq().0 < last {
            if follower.last_seq().0 + 1 == seq {
                life.explain(follower.state(), time, actor);
            }
            let Some(step) = follower.step()? else { break };
            words.hear(step.events);
            life.hear(&words, &step);
            if step.seq.0.is_multiple_of(progress::EVERY) {
                bar.set_position(step.seq.0);
            }
        }
        bar.finish_and_clear();
        Ok(life.told(follower.state(), &words, time, follower.rule_set()))
    }
}

/// The record that placed a bet.
struct Found {
    seq: u64,
    time: Timestamp,
    actor: Actor,
    place: PlaceBet,
    /// The journal's last record when it was looked for.
    last: u64,
}

/// Looks for the placement without applying anything.
fn find(dir: &Path, ring: &Path, bet: BetName) -> Result<Found, DisputeError> {
    let mut reader = Reader::open(dir)?.with_ring(ring);
    let oldest = reader.oldest_seq();
    let mut found: Vec<Found> = Vec::new();
    let mut other = None;
    while let Some(record) = reader.next()? {
        let (seq, time) = (record.seq, Timestamp::from_nanos(record.timestamp));
        let Ok(envelope) = Envelope::decode(record.payload) else { continue };
        let Command::PlaceBet(place) = envelope.command else {
            if bet == BetName::Id(seq) {
                other = Some(super::inspect::kind(&envelope.command));
            }
            continue;
        };
        let is_it = match bet {
            BetName::Id(id) => id == seq,
            BetName::Client(id) => id == place.client_id,
        };
        // The same wish sent again is answered and not placed again; the first is the one.
        if is_it && found.iter().all(|earlier| earlier.place.account != place.account) {
            found.push(Found { seq, time, actor: envelope.actor, place, last: 0 });
        }
    }
    let last = reader.seq();
    if 1 < found.len() {
        let seqs: Vec<String> = found.iter().map(|found| found.seq.to_string()).collect();
        return Err(DisputeError::Ambiguous(seqs.join(", ")));
    }
    match (found.pop(), other, bet) {
        (Some(found), ..) => Ok(Found { last, ..found }),
        (None, Some(kind), BetName::Id(seq)) => Err(DisputeError::NotABet(seq, kind)),
        (None, _, BetName::Id(seq)) => {
            Err(DisputeError::NotFound(format!("id {seq}"), oldest, last))
        }
        (None, _, BetName::Client(id)) => {
            Err(DisputeError::NotFound(format!("id {}", words::uuid(id)), oldest, last))
        }
    }
}

/// What is gathered on the way.
struct Life {
    seq: u64,
    place: PlaceBet,
    checks: Vec<Check>,
    settings: Vec<(String, String)>,
    config_version: u32,
    fate: Vec<Line>,
    refused: bool,
    prices: Vec<PriceLine>,
    market_status: Vec<Line>,
    feed: Vec<(bool, Line)>,
    postings: Vec<PostingLine>,
    /// Records after the placement that changed something about the bet.
    turns: Vec<u64>,
}

impl Life {
    fn new(seq: u64, place: PlaceBet) -> Self {
        Self {
            seq,
            place,
            checks: Vec::new(),
            settings: Vec::new(),
            config_version: 0,
            fate: Vec::new(),
            refused: false,
            prices: Vec::new(),
            market_status: Vec::new(),
            feed: Vec::new(),
            postings: Vec::new(),
            turns: Vec::new(),
        }
    }

    /// Asks the questions again of a copy of the state in front of the placement.
    fn explain(&mut self, state: &State, time: Timestamp, actor: Actor) {
        let config = state.config();
        self.config_version = state.config_version();
        self.settings = Setting::ALL
            .iter()
            .map(|it| (it.name().to_owned(), setting::show(*it, it.get(config))))
            .collect();
        let mut bytes = Vec::new();
        state.save(&mut |piece| bytes.extend_from_slice(piece));
        let mut left = &bytes[..];
        let copy = State::restore(&mut |place| {
            let count = place.len().min(left.len());
            let (now, later) = left.split_at(count);
            place[..count].copy_from_slice(now);
            left = later;
            count
        });
        let copy = copy.expect("a state that was just saved can be read back");
        self.checks = copy.explain(Seq(self.seq), time, actor, &self.place);
    }

    fn hear(&mut self, words: &Words, step: &Step<'_>) {
        let line = |what| Line { seq: step.seq.0, time: words::time(step.time), what };
        if let Command::Feed(message) = &step.envelope.command {
            self.hear_feed(words, message, line(words.feed_said(message)));
        }
        for record in step.events {
            match record.event {
                Event::Bet(view) if self.is_it(view.account, view.client_id) => {
                    self.refused = matches!(view.status, BetStatus::Refused(_));
                    let what = words::status(view.status);
                    // A repeated question is answered with the same words; they are said once.
                    if self.fate.last().is_none_or(|last| last.what != what) {
                        self.fate.push(line(what));
                        self.turns.push(step.seq.0);
                    }
                }
                Event::Posting { from, to, amount, bet: Some(BetId(bet)), reason, .. }
                    if bet == self.seq =>
                {
                    self.postings.push(PostingLine {
                        seq: step.seq.0,
                        time: words::time(step.time),
                        from: words::ledger(step.state, from),
                        to: words::ledger(step.state, to),
                        amount: words::money(amount),
                        why: words::posting(reason),
                    });
                }
                Event::Market { market, status, .. } if market == self.place.market => {
                    let what = words.market_status(market, status);
                    if self.market_status.last().is_none_or(|last| last.what != what) {
                        self.market_status.push(line(what));
                    }
                }
                Event::Price(price)
                    if (price.market, price.selection)
                        == (self.place.market, self.place.selection) =>
                {
                    self.prices.push(self.price(words, step, record, price.odds, price.cause));
                }
                _ => {}
            }
        }
    }

    fn price(
        &self,
        words: &Words,
        step: &Step<'_>,
        record: &Record,
        odds: Option<Odds>,
        cause: PriceCause,
    ) -> PriceLine {
        let by = match step.envelope.command {
            Command::Feed(message) => words.feed_said(&message),
            _ => words.actor(step.state, step.envelope.actor),
        };
        PriceLine {
            seq: record.seq.0,
            time: words::time(record.time),
            odds: odds.map(words::odds),
            cause: words::why_priced(cause),
            by,
        }
    }

    fn hear_feed(&mut self, words: &Words, message: &FeedMessage, line: Line) {
        let is_its_match = words.match_of(self.place.market) == Some(message.match_id);
        if is_its_match && message.event != GameEvent::Heartbeat {
            let is_after = self.seq < line.seq;
            self.feed.push((is_after, line));
        }
    }

    fn is_it(&self, account: AccountId, client_id: ClientBetId) -> bool {
        (account, client_id) == (self.place.account, self.place.client_id)
    }

    /// Tells it. Of the feed only what is near the bet or changed its fate.
    fn told(self, state: &State, words: &Words, time: Timestamp, rule_set: u16) -> Dispute {
        let PlaceBet { account, client_id, market, selection, odds, stake, policy, .. } =
            self.place;
        let end = self.turns.last().copied().unwrap_or(self.seq);
        let before = self.feed.iter().filter(|(is_after, _)| !is_after).count();
        let after = self.feed[before..].iter().filter(|(_, line)| line.seq <= end).count();
        let near = self.feed.iter().enumerate().filter(|(place, (_, line))| {
            let is_close = before.saturating_sub(FEED_BEFORE) <= *place
                && *place < before + after.clamp(1, FEED_AFTER / 2);
            let is_late = before + after <= place + FEED_AFTER / 2 && *place < before + after;
            is_close || is_late || self.turns.contains(&line.seq)
        });
        let status = self.market_status.iter().rfind(|line| line.seq < self.seq);
        let status = status.map(|line| line.what.clone());
        Dispute {
            seq: self.seq,
            time: words::time(time),
            client_id: words::uuid(client_id),
            account: words::account(state, account),
            game: words.match_of(market).map_or_else(String::new, |game| words.game(game)),
            market: words.market(market),
            selection: words.selection(market, selection),
            stake: words::money(stake.money()),
            odds_seen: words::odds(odds),
            policy: words::policy(policy),
            feed: near.map(|(_, (_, line))| line.clone()).collect(),
            fate: self.fate,
            refused: self.refused,
            checks: self
                .checks
                .into_iter()
                .map(|check| check_line(check, status.as_deref()))
                .collect(),
            prices: self.prices,
            market_status: self.market_status,
            postings: self.postings,
            rule_set,
            config_version: self.config_version,
            settings: self.settings,
        }
    }
}

/// A question with its numbers in words; that about the market says how it stood instead.
fn check_line(check: Check, market_status: Option<&str>) -> CheckLine {
    let Check { name, code, numbers, passed, in_shadow } = check;
    if let (Reject::MarketSuspended | Reject::MarketDecided, Some(status)) = (code, market_status) {
        let numbers = Some(format!("it is {status}")).filter(|_| !passed);
        return CheckLine { question: name, passed, in_shadow, code: code.name(), numbers };
    }
    let numbers = numbers.and_then(|(limit, found)| {
        let seconds = |millis: i64| format!("{}.{:03} s", millis / 1000, millis % 1000);
        let odds = |milli: i64| ShowOdds(milli.unsigned_abs());
        Some(match code.numbers() {
            Numbers::None => return None,
            Numbers::Money => {
                format!("limit {}, with this bet {}", ShowMoney(limit), ShowMoney(found))
            }
            Numbers::Odds => format!("seen {}, on offer {}", odds(limit), odds(found)),
            Numbers::Epoch => format!("seen state {limit}, now state {found}"),
            Numbers::Millis => format!("limit {}, found {}", seconds(limit), seconds(found)),
            Numbers::Switch if passed => return None,
            Numbers::Switch => format!("it is {}", names::switch(limit, found)),
            Numbers::Count => format!("limit {limit}, found {found}"),
        })
    });
    CheckLine { question: name, passed, in_shadow, code: code.name(), numbers }
}
