//! An account's record: its bets, its money, its limits and what the staff checked, in one list, and what each
//! year comes to.
//!
//! Read from the journal alone. Implements Directive (EU) 2015/849 art. 40 (1) (b): the records of transactions
//! are kept, and can be handed over, for five years after a customer has left.

use std::collections::BTreeMap;
use std::io::{self, Write};

use clutch_core::play::{CustomerView, Rest, RestKind};
use clutch_core::units::{AccountId, BetId, Timestamp};
use clutch_core::{Envelope, Event, State};
use clutch_engine::Step;
use serde::Serialize;

use super::statement::Sums;
use super::words::{self, Words};

/// What keeps the record for so long.
pub const CITES: &str = "Directive (EU) 2015/849 art. 40 (1) (b)";
/// For how many years it is kept.
pub const YEARS: u64 = 5;

/// What an entry is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum About {
    /// The account itself: its state, its part of everybody's limits.
    Account,
    /// A bet.
    Bet,
    /// A movement of money, a payment, a bonus.
    Money,
    /// What the player set for himself: limits, rests, sessions.
    Limit,
    /// How well he is known, what was stopped, what was looked at.
    Check,
}

impl About {
    const fn name(self) -> &'static str {
        match self {
            Self::Account => "account",
            Self::Bet => "bet",
            Self::Money => "money",
            Self::Limit => "limit",
            Self::Check => "check",
        }
    }
}

/// One thing that became true of the account.
#[derive(Clone, Debug, Serialize)]
pub struct Entry {
    /// The record that led to it.
    pub seq: u64,
    /// When.
    pub time: String,
    /// What it is about.
    pub about: About,
    /// Who is behind the command.
    pub by: String,
    /// What became true.
    pub what: String,
    /// The bet, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bet: Option<u64>,
}

/// What a calendar year comes to.
#[derive(Clone, Copy, Debug, Default)]
struct Year {
    bets: u64,
    refused: u64,
    sums: Sums,
}

/// A record in the making.
#[derive(Debug)]
pub struct AccountRecord {
    account: AccountId,
    from: Timestamp,
    years: BTreeMap<String, Year>,
    entries: u64,
}

impl AccountRecord {
    /// Of an account, from a time on.
    pub fn new(account: AccountId, from: Timestamp) -> Self {
        Self { account, from, years: BTreeMap::new(), entries: 0 }
    }

    /// How many entries there were.
    pub fn entries(&self) -> u64 {
        self.entries
    }

    /// What a record of the journal adds.
    pub fn hear(&mut self, words: &Words, step: &Step<'_>) -> Vec<Entry> {
        if step.time < self.from {
            return Vec::new();
        }
        let account = self.account;
        let own = step.events.iter().filter(|record| words::is_of(account, &record.event));
        let mut entries = Vec::new();
        for record in own {
            self.count(step, &record.event);
            let Some((about, what, bet)) = said(words, step.state, &record.event) else { continue };
            self.entries += 1;
            entries.push(Entry {
                seq: step.seq.0,
                time: words::time(step.time),
                about,
                by: by(words, step.state, step.envelope),
                what,
                bet: bet.map(|BetId(bet)| bet),
            });
        }
        entries
    }

    fn count(&mut self, step: &Step<'_>, event: &Event) {
        use clutch_core::event::BetStatus::{Accepted, Offered, Pending, Referred, Refused};
        let year = self.years.entry(words::time(step.time)[..4].to_owned()).or_default();
        // A bet is placed by the command whose number it has; it may be refused then, or after a wait.
        let mut of_bet = |bet: Option<BetId>, status| match status {
            Refused(_) => year.refused += 1,
            Accepted { .. } | Pending { .. } | Referred { .. } | Offered { .. }
                if bet.is_some_and(|bet| bet.seq() == step.seq) =>
            {
                year.bets += 1;
            }
            _ => {}
        };
        match event {
            Event::Bet(view) => of_bet(view.bet, view.status),
            Event::Multiple(view) => of_bet(view.bet, view.status),
            Event::Posting { from, to, amount, reason, .. } => {
                year.sums.count(*reason, *from, *to, *amount);
            }
            _ => {}
        }
    }

    /// What each year comes to, by its number, under the names of statements.
    pub fn by_year(&self) -> Vec<(String, Vec<(&'static str, String)>)> {
        let told = |year: &Year| {
            let counts = [
                ("bets_placed", year.bets.to_string()),
                ("bets_refused", year.refused.to_string()),
            ];
            let sums = year.sums.named().into_iter();
            let sums = sums.map(|(name, minor)| (name, words::minor(minor)));
            counts.into_iter().chain(sums).collect()
        };
        self.years.iter().map(|(number, year)| (number.clone(), told(year))).collect()
    }
}

/// Writes whose record it is.
///
/// # Errors
/// If it cannot be written.
pub fn write_head(
    output: &mut impl Write,
    state: &State,
    account: AccountId,
    (from, to): (Timestamp, Timestamp),
) -> io::Result<()> {
    let (name, currency) = (words::account(state, account), words::currency_code(state, account));
    writeln!(
        output,
        "record of {name} in {currency} from {} to {}\nkept for {YEARS} years: {CITES}\n\n{:>9}  {:<23}  {:<7}  {:<12}  what",
        words::time(from),
        words::time(to),
        "record",
        "time (UTC)",
        "about",
        "by"
    )
}

impl Entry {
    /// Writes it for a person.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn write(&self, output: &mut impl Write) -> io::Result<()> {
        let Self { seq, time, about, by, what, bet } = self;
        let bet = bet.map_or_else(String::new, |bet| format!("  [bet {bet}]"));
        writeln!(output, "{seq:>9}  {time}  {:<7}  {by:<12}  {what}{bet}", about.name())
    }
}

fn by(words: &Words, state: &State, envelope: &Envelope) -> String {
    words.actor(state, envelope.actor)
}

/// What an event says of its account; nothing if it only repeats what others say.
fn said(words: &Words, state: &State, event: &Event) -> Option<(About, String, Option<BetId>)> {
    let money = words::money;
    Some(match event {
        Event::Account { key, state: now, .. } => {
            (About::Account, format!("account {} is {now:?}", key.as_str()), None)
        }
        Event::AccountTerms { factors, group, .. } => {
            let group =
                group.map_or_else(|| "no group".to_owned(), |group| format!("group {group}"));
            (About::Account, format!("in {group}, factors {factors:?} %"), None)
        }
        Event::Bet(view) => {
            let pick = words.pick(view.market, view.selection);
            let (stake, odds) = (money(view.stake.money()), words::odds(view.odds));
            let status = words::status(view.status);
            (About::Bet, format!("{stake} on {pick} at {odds}: {status}"), view.bet)
        }
        Event::Multiple(view) => {
            let status = words::status(view.status);
            let (unit, legs) = (money(view.unit.money()), view.legs);
            (About::Bet, format!("{unit} a line on {legs} legs: {status}"), view.bet)
        }
        Event::Leg(leg) => {
            let pick = words.pick(leg.market, leg.selection);
            let (odds, standing) = (words::odds(leg.odds), words::standing(leg.standing));
            (About::Bet, format!("leg {}, {pick} at {odds}: {standing}", leg.index + 1), None)
        }
        Event::CashOut(view) => (About::Bet, format!("cash-out {}", words::cash_out(view)), None),
        Event::Posting { from, to, amount, bet, reason, .. } => {
            let (from, to) = (words::ledger(state, *from), words::ledger(state, *to));
            let what = format!("{} {}: {from} to {to}", words::posting(*reason), money(*amount));
            (About::Money, what, *bet)
        }
        Event::Payment(view) => {
            let (amount, status) = (money(view.amount), view.status.name());
            let reference = words::reference(view.reference);
            (About::Money, format!("payment {reference} of {amount} is {status}"), None)
        }
        Event::Bonus { bonus, .. } => (About::Money, words::bonus(bonus), None),
        Event::BonusBet(with) => (About::Bet, words::bonus_bet(with), Some(with.bet)),
        Event::PlayLimit { limit, .. } => (About::Limit, words::limit(*limit), None),
        Event::Rest { rest, .. } => (About::Limit, words_of_rest(*rest), None),
        Event::Session { session, every_minutes, .. } => {
            let now = match session {
                None => "no session".to_owned(),
                Some(session) if session.must_confirm => {
                    let (staked, spent) = (money(session.staked), money(session.spent));
                    format!("reminded of his session: staked {staked}, spent {spent}")
                }
                Some(session) => format!("in a session since {}", words::time(session.began)),
            };
            let every = match every_minutes {
                0 => String::new(),
                minutes => format!(", reminded every {minutes} minutes"),
            };
            (About::Limit, format!("{now}{every}"), None)
        }
        Event::Customer { customer, .. } => (About::Check, words_of_customer(customer), None),
        Event::Case { counter, threshold, counted, reviewed_by, .. } => {
            let (name, threshold) = (counter.counter().name, money(*threshold));
            let what = match reviewed_by {
                None => {
                    format!("{name}: {} reached {threshold}, somebody must look", money(*counted))
                }
                Some(by) => format!("{name}: operator {by} has looked, at {}", money(*counted)),
            };
            (About::Check, what, None)
        }
        _ => return None,
    })
}

fn words_of_rest(rest: Option<Rest>) -> String {
    match rest {
        None => "takes no rest".to_owned(),
        Some(Rest { kind: RestKind::TimeOut, until }) => {
            format!("a time-out until {}", words::time(until))
        }
        Some(Rest { kind: RestKind::SelfExclusion, until }) => {
            format!("excluded himself until {} at least", words::time(until))
        }
    }
}

fn words_of_customer(customer: &CustomerView) -> String {
    let CustomerView { level, hold, cases, .. } = customer;
    let cases: Vec<_> = cases.iter().map(|counter| counter.counter().name).collect();
    let cases = if cases.is_empty() { "none".to_owned() } else { cases.join(", ") };
    format!("known as {}, held: {}, to review: {cases}", level.name(), hold.name())
}
