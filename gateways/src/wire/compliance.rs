//! What staff say and hear of players: the policy, how well each is known, what somebody has to look at.
//!
//! None of it is ever said to a bettor: whoever is looked into must not learn it from us.

use std::collections::BTreeMap;

use clutch_core::command::CustomerStep;
use clutch_core::play::{COUNTERS, CounterId, CustomerView, Hold, Level, LimitKey, Term};
use clutch_core::units::{AccountId, Money};
use clutch_core::{Command, Event, Record};
use serde::{Deserialize, Serialize};

use super::admin::read;
use super::decimal::{ShowMoney, with_places};
use super::scope::keyed;
use super::server::to_json;
use crate::book::Book;
use crate::codes::{Fault, GatewayCode};
use crate::play_policy;

/// Orders about players, by their name in `command`.
const NAMES: &[&str] = &["adopt_play_policy", "verify", "hold", "review"];

#[derive(Deserialize)]
#[serde(tag = "command", rename_all = "snake_case", deny_unknown_fields)]
enum OrderJson {
    AdoptPlayPolicy { name: String, terms: BTreeMap<String, String> },
    Verify { account: u32, level: String },
    Hold { account: u32, hold: String },
    Review { account: u32, counter: String },
}

/// Whether an order is one of these.
pub(super) fn knows(command: &str) -> bool {
    NAMES.contains(&command)
}

/// Reads one of these orders.
///
/// # Errors
/// As [`super::admin::parse_order`].
pub(super) fn parse(body: &[u8]) -> Result<Command, Fault> {
    let customer = |account, step| Command::Customer { account: AccountId(account), step };
    Ok(match read::<OrderJson>(body)? {
        OrderJson::AdoptPlayPolicy { name, terms } => {
            let named = play_policy::from_terms(&name, &terms)
                .map_err(|what| Fault::with(GatewayCode::BadField, format!("Policy: {what}.")))?;
            Command::AdoptPlayPolicy { name: named.name, policy: named.policy }
        }
        OrderJson::Verify { account, level } => {
            let names = Level::ALL.iter().map(|level| level.name());
            customer(account, CustomerStep::Verified(keyed("level", Level::named(&level), names)?))
        }
        OrderJson::Hold { account, hold } => {
            let names = Hold::ALL.iter().map(|hold| hold.name());
            customer(account, CustomerStep::Hold(keyed("hold", Hold::named(&hold), names)?))
        }
        OrderJson::Review { account, counter } => {
            let names = COUNTERS.iter().map(|counter| counter.name);
            let counter = keyed("counter", CounterId::named(&counter), names)?;
            customer(account, CustomerStep::Reviewed(counter))
        }
    })
}

#[derive(Serialize)]
struct PolicyJson {
    version: u32,
    name: Option<clutch_core::units::Name>,
    terms: Vec<TermJson>,
}

#[derive(Serialize)]
struct TermJson {
    term: &'static str,
    value: String,
    means: &'static str,
}

#[derive(Serialize)]
struct CustomerJson {
    account: u32,
    level: &'static str,
    opened: u64,
    hold: &'static str,
    to_review: Vec<&'static str>,
}

#[derive(Serialize)]
struct CounterJson {
    account: u32,
    quantity: &'static str,
    window: &'static str,
    used: String,
}

#[derive(Serialize)]
struct CaseJson {
    account: u32,
    counter: &'static str,
    threshold: String,
    counted: String,
    reviewed_by: Option<u32>,
}

/// The parts of an answer that are about players.
#[derive(Serialize)]
pub(super) struct Parts {
    #[serde(skip_serializing_if = "Option::is_none")]
    play_policy: Option<PolicyJson>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    customers: Vec<CustomerJson>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    counters: Vec<CounterJson>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    reviews: Vec<CaseJson>,
}

impl Parts {
    pub(super) fn of(book: &Book, records: &[Record]) -> Self {
        let in_money_of = |account: AccountId, amount: Money| {
            let places = book.purses().places_shown(account);
            with_places(places, || ShowMoney(amount.minor()).to_string())
        };
        let mut parts = Self {
            play_policy: None,
            customers: Vec::new(),
            counters: Vec::new(),
            reviews: Vec::new(),
        };
        for record in records {
            match record.event {
                Event::PlayPolicy { version, name } => {
                    parts.play_policy = Some(PolicyJson { version, name, terms: Vec::new() });
                }
                Event::PlayTerm { term, value } => {
                    if let Some(policy) = &mut parts.play_policy {
                        policy.terms.push(self::term(term, value));
                    }
                }
                Event::Customer { account, customer } => {
                    parts.customers.push(self::customer(account, customer));
                }
                Event::Counter { account, key, used } => {
                    let used = in_money_of(account, used);
                    parts.counters.push(self::counter(account, key, used));
                }
                Event::Case { account, counter, threshold, counted, reviewed_by } => {
                    parts.reviews.push(CaseJson {
                        account: account.0,
                        counter: counter.counter().name,
                        threshold: in_money_of(account, threshold),
                        counted: in_money_of(account, counted),
                        reviewed_by,
                    });
                }
                _ => {}
            }
        }
        parts
    }
}

fn term(term: Term, value: i64) -> TermJson {
    let (term, value, means) = (term.name(), play_policy::show(term, value), term.explains());
    TermJson { term, value, means }
}

fn customer(account: AccountId, customer: CustomerView) -> CustomerJson {
    let CustomerView { level, opened, hold, cases } = customer;
    CustomerJson {
        account: account.0,
        level: level.name(),
        opened: opened.millis(),
        hold: hold.name(),
        to_review: cases.iter().map(|counter| counter.counter().name).collect(),
    }
}

fn counter(account: AccountId, key: LimitKey, used: String) -> CounterJson {
    let (quantity, window) = (key.quantity.name(), key.window.name());
    CounterJson { account: account.0, quantity, window, used }
}

/// The answer to a question about players.
pub fn answer(book: &Book, records: &[Record]) -> Vec<u8> {
    #[derive(Serialize)]
    struct Message {
        seq: u64,
        #[serde(flatten)]
        parts: Parts,
    }
    let seq = records.last().map_or(0, |record| record.seq.0);
    to_json(&Message { seq, parts: Parts::of(book, records) })
}
