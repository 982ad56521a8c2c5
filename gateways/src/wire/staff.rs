//! What traders and operators get: what their command did, and what they asked for.

use clutch_core::command::{AccountState, Mode, Title};
use clutch_core::event::table::TableFill;
use clutch_core::settings::{Setting, Unit};
use clutch_core::units::{AccountId, MatchId, Name, Seq};
use clutch_core::{Event, Record};
use serde::Serialize;
use serde_json::Value;

use super::cash::{BonusBetJson, BonusJson, PaymentJson, payments_of};
use super::compliance;
use super::decimal::with_places;
use super::multiple::Multiple;
use super::offer::{MatchView, ReasonView, StatusView, match_view, reason_view, status_of};
use super::overrides::{OverrideView, overrides_of};
use super::play::{LimitJson, RestJson};
use super::proposals::{ProposalView, proposals_of};
use super::scope::{KillScopeView, TripView, scope_view, trip_view};
use super::server::{Mine, MineJson, money, newest_first, to_json};
use super::setting;
use crate::book::Book;

#[derive(Serialize)]
struct AccountView {
    account: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    key: Option<Name>,
    #[serde(skip_serializing_if = "Option::is_none")]
    state: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    currency: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    available: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    held: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    terms: Option<TermsView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rest: Option<RestJson>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    limits: Vec<LimitJson>,
    /// In the places of its own currency, as all of its money.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    bonuses: Vec<Value>,
}

/// What limits an account beside everybody's limits.
#[derive(Serialize)]
struct TermsView {
    group: Option<u32>,
    factors: Vec<FactorView>,
}

#[derive(Serialize)]
struct FactorView {
    title: &'static str,
    phase: &'static str,
    percent: u8,
}

#[derive(Serialize)]
struct MarketView {
    market: u32,
    #[serde(flatten)]
    status: StatusView,
}

#[derive(Serialize)]
struct FrozenView {
    #[serde(rename = "match")]
    match_id: u32,
    frozen: Option<ReasonView>,
}

#[derive(Serialize)]
struct SwitchView {
    scope: KillScopeView,
    on: bool,
}

/// A setting, and what it was before a change.
#[derive(Serialize)]
pub(super) struct SettingView {
    name: &'static str,
    value: String,
    unit: &'static str,
    /// What it was before a change.
    #[serde(skip_serializing_if = "Option::is_none")]
    was: Option<String>,
}

/// The answer to a command that was carried out: where it stands in the journal and what is now true.
/// `before` are the settings as they were, for a command that changes some.
pub fn applied(
    book: &Book,
    records: &[Record],
    before: &[(Setting, i64)],
    warning: Option<&str>,
) -> Vec<u8> {
    #[derive(Serialize)]
    struct Message<'a> {
        seq: u64,
        time: u64,
        #[serde(skip_serializing_if = "Option::is_none")]
        warning: Option<&'a str>,
        #[serde(skip_serializing_if = "Vec::is_empty")]
        accounts: Vec<AccountView>,
        #[serde(skip_serializing_if = "Vec::is_empty")]
        payments: Vec<PaymentJson>,
        #[serde(skip_serializing_if = "Vec::is_empty")]
        matches: Vec<FrozenView>,
        #[serde(skip_serializing_if = "Vec::is_empty")]
        markets: Vec<MarketView>,
        #[serde(skip_serializing_if = "Vec::is_empty")]
        kill_switches: Vec<SwitchView>,
        #[serde(skip_serializing_if = "Option::is_none")]
        mode: Option<&'static str>,
        #[serde(skip_serializing_if = "Vec::is_empty")]
        trips: Vec<TripView>,
        #[serde(skip_serializing_if = "Vec::is_empty")]
        overrides: Vec<OverrideView>,
        #[serde(skip_serializing_if = "Vec::is_empty")]
        proposals: Vec<ProposalView>,
        #[serde(skip_serializing_if = "Option::is_none")]
        version: Option<u32>,
        #[serde(skip_serializing_if = "Vec::is_empty")]
        settings: Vec<SettingView>,
        #[serde(flatten)]
        players: compliance::Parts,
    }
    let last = records.last();
    let mut message = Message {
        seq: last.map_or(0, |record| record.seq.0),
        time: last.map_or(0, |record| record.time.millis()),
        warning,
        accounts: accounts_of(book, records),
        payments: payments_of(book, records),
        matches: Vec::new(),
        markets: Vec::new(),
        kill_switches: Vec::new(),
        mode: None,
        trips: Vec::new(),
        overrides: overrides_of(book, records),
        proposals: proposals_of(book, records),
        version: version_of(records),
        settings: settings_of(records, before),
        players: compliance::Parts::of(book, records),
    };
    for record in records {
        match record.event {
            Event::MatchFrozen { match_id, reason } => message
                .matches
                .push(FrozenView { match_id: match_id.0, frozen: reason.map(reason_view) }),
            Event::Market { market, status, epoch } => message
                .markets
                .push(MarketView { market: market.0, status: status_of(status, epoch) }),
            Event::KillSwitch { scope, on } => {
                message.kill_switches.push(SwitchView { scope: scope_view(scope), on });
            }
            Event::Mode { mode } => message.mode = Some(mode.key()),
            Event::Trip { trip, standing, .. } => {
                message.trips.push(trip_view(trip, standing));
            }
            _ => {}
        }
    }
    to_json(&message)
}

/// The settings in force and their version.
pub fn settings(records: &[Record]) -> Vec<u8> {
    #[derive(Serialize)]
    struct Message {
        seq: u64,
        version: Option<u32>,
        settings: Vec<SettingView>,
    }
    to_json(&Message {
        seq: seq_of(records),
        version: version_of(records),
        settings: settings_of(records, &[]),
    })
}

/// How late every source was: messages by the upper end of their bucket; sources that never spoke are
/// left out.
pub fn sources(records: &[Record]) -> Vec<u8> {
    #[derive(Serialize)]
    struct Bucket {
        source: u8,
        at_most_ms: Option<u32>,
        count: u64,
    }
    #[derive(Serialize)]
    struct Message {
        seq: u64,
        lag: Vec<Bucket>,
    }
    let bucket = |record: &Record| match record.event {
        Event::SourceLag { source, at_most_ms, count } if count != 0 => {
            Some(Bucket { source: source.0, at_most_ms, count })
        }
        _ => None,
    };
    to_json(&Message { seq: seq_of(records), lag: records.iter().filter_map(bucket).collect() })
}

/// Whether so many rows in use are more than four fifths of a table.
pub const fn is_nearly_full(used: u32, most: u32) -> bool {
    4 * (most as u64) < 5 * used as u64
}

/// How full each table is.
pub fn tables(records: &[Record]) -> Vec<u8> {
    #[derive(Serialize)]
    struct Row {
        table: &'static str,
        used: u32,
        most: u32,
        nearly_full: bool,
    }
    #[derive(Serialize)]
    struct Message {
        seq: u64,
        tables: Vec<Row>,
    }
    let row = |record: &Record| match record.event {
        Event::Table(TableFill { name: table, used, most }) => {
            Some(Row { table, used, most, nearly_full: is_nearly_full(used, most) })
        }
        _ => None,
    };
    to_json(&Message { seq: seq_of(records), tables: records.iter().filter_map(row).collect() })
}

/// One account with its latest bets, newest first.
pub fn account(book: &Book, records: &[Record]) -> Vec<u8> {
    #[derive(Serialize)]
    struct Message<'a> {
        seq: u64,
        #[serde(flatten)]
        account: Option<AccountView>,
        bets: Vec<MineJson<'a>>,
        #[serde(skip_serializing_if = "Vec::is_empty")]
        bonus_bets: Vec<BonusBetJson>,
    }
    let (mut bets, mut legs, mut with_bonus) = (Vec::new(), Vec::new(), Vec::new());
    for record in records {
        match record.event {
            // The legs of a bet come just before the bet itself.
            Event::Leg(leg) => legs.push(leg),
            Event::Bet(view) => bets.push(Mine::Single(view)),
            Event::Multiple(view) => {
                bets.push(Mine::Multiple(Multiple { view, legs: std::mem::take(&mut legs) }));
            }
            Event::BonusBet(with) => with_bonus.push(BonusBetJson::from(&with)),
            _ => {}
        }
    }
    to_json(&Message {
        seq: seq_of(records),
        account: accounts_of(book, records).pop(),
        bets: newest_first(book, &bets),
        bonus_bets: with_bonus,
    })
}

/// A page of accounts. `next` is where the next page begins, if this one is full.
pub fn accounts(book: &Book, records: &[Record], page: u16) -> Vec<u8> {
    #[derive(Serialize)]
    struct Message {
        seq: u64,
        accounts: Vec<AccountView>,
        next: Option<u32>,
    }
    let accounts = accounts_of(book, records);
    let is_full = usize::from(page) <= accounts.len();
    let next = accounts.last().filter(|_| is_full).map(|last| last.account + 1);
    to_json(&Message { seq: seq_of(records), accounts, next })
}

/// Every match, or one with all its markets, also those that are decided; as in an image, with the
/// kill switches that are on.
pub fn matches(book: &Book, only: Option<MatchId>) -> Vec<u8> {
    #[derive(Serialize)]
    struct Message<'a> {
        seq: u64,
        kill_switches: Vec<SwitchView>,
        #[serde(skip_serializing_if = "Option::is_none")]
        mode: Option<&'static str>,
        #[serde(skip_serializing_if = "Vec::is_empty")]
        trips: Vec<TripView>,
        #[serde(skip_serializing_if = "Option::is_none")]
        shed: Option<u8>,
        matches: Vec<MatchView<'a>>,
    }
    let killed = book.killed().iter().copied();
    let matches = book.matches().filter(|game| only.is_none_or(|only| only == game.id));
    to_json(&Message {
        seq: book.last_seq().0,
        kill_switches: killed
            .map(|scope| SwitchView { scope: scope_view(scope), on: true })
            .collect(),
        mode: Some(book.mode()).filter(|mode| *mode != Mode::Normal).map(Mode::key),
        trips: book.trips().iter().map(|(trip, standing)| trip_view(*trip, *standing)).collect(),
        shed: Some(book.shed()).filter(|level| *level != 0),
        // Everything since the beginning: unlike an image it leaves nothing out.
        matches: matches
            .map(|game| match_view(book, game, Some(Seq::default()), only.is_some()))
            .collect(),
    })
}

fn seq_of(records: &[Record]) -> u64 {
    records.last().map_or(0, |record| record.seq.0)
}

fn version_of(records: &[Record]) -> Option<u32> {
    records.iter().find_map(|record| match record.event {
        Event::Configured { version } => Some(version),
        _ => None,
    })
}

impl SettingView {
    pub(super) fn changed(setting: Setting, was: Option<i64>, value: i64) -> Self {
        Self {
            name: setting.name(),
            value: setting::show(setting, value),
            unit: unit_name(setting.unit()),
            was: was.map(|was| setting::show(setting, was)),
        }
    }
}

fn settings_of(records: &[Record], before: &[(Setting, i64)]) -> Vec<SettingView> {
    let view = |record: &Record| match record.event {
        Event::Setting { setting, value } => {
            let was = before.iter().find(|(other, _)| *other == setting);
            Some(SettingView::changed(setting, was.map(|(_, value)| *value), value))
        }
        _ => None,
    };
    records.iter().filter_map(view).collect()
}

/// Accounts in the order in which they are first spoken of, each with the last word on it.
fn accounts_of(book: &Book, records: &[Record]) -> Vec<AccountView> {
    let mut views: Vec<AccountView> = Vec::new();
    for record in records {
        let (AccountId(account), event) = match record.event {
            Event::Account { account, .. }
            | Event::Balance { account, .. }
            | Event::AccountTerms { account, .. }
            | Event::PlayLimit { account, .. }
            | Event::Bonus { account, .. }
            | Event::Rest { account, .. } => (account, &record.event),
            _ => continue,
        };
        let place = views.iter().rposition(|view| view.account == account).unwrap_or_else(|| {
            views.push(AccountView {
                account,
                key: None,
                state: None,
                currency: None,
                available: None,
                held: None,
                terms: None,
                rest: None,
                limits: Vec::new(),
                bonuses: Vec::new(),
            });
            views.len() - 1
        });
        match *event {
            Event::Account { account, key, state, .. } => {
                let code = book.purses().code(account);
                views[place].currency = code.map(|code| code.as_str().to_owned());
                views[place].key = Some(key);
                views[place].state = Some(state_name(state));
            }
            Event::AccountTerms { factors, group, .. } => {
                views[place].terms = Some(terms_view(&factors, group));
            }
            Event::PlayLimit { limit, .. } => views[place].limits.push(limit.into()),
            Event::Rest { rest, .. } => views[place].rest = rest.map(RestJson::from),
            Event::Bonus { account, bonus } => {
                with_places(book.purses().places_shown(account), || {
                    let said = serde_json::to_value(BonusJson::from(&bonus));
                    views[place].bonuses.extend(said);
                });
            }
            Event::Balance { account, available, held } => {
                // Each account of a list has money of its own.
                with_places(book.purses().places_shown(account), || {
                    views[place].available = Some(money(available).0.to_string());
                    views[place].held = Some(money(held).0.to_string());
                });
            }
            _ => {}
        }
    }
    views
}

/// Factors by title, before and after its matches begin.
fn terms_view(factors: &[u8], group: Option<u32>) -> TermsView {
    let factors = Title::ALL.iter().zip(factors.chunks(2)).flat_map(|(title, percents)| {
        ["prematch", "live"].into_iter().zip(percents).map(move |(phase, percent)| FactorView {
            title: title.rules().key,
            phase,
            percent: *percent,
        })
    });
    TermsView { group, factors: factors.collect() }
}

const fn state_name(state: AccountState) -> &'static str {
    match state {
        AccountState::Open => "open",
        AccountState::Suspended => "suspended",
        AccountState::Closed => "closed",
        AccountState::SelfExcluded => "self_excluded",
    }
}

const fn unit_name(unit: Unit) -> &'static str {
    match unit {
        Unit::Money => "money",
        Unit::Nanos => "time",
        Unit::Ppb => "percent",
        Unit::Milli => "factor",
        Unit::Count => "count",
        Unit::Rules => "rules",
        Unit::Trips => "trips",
        Unit::Stages => "percents",
        Unit::Ladder => "word",
    }
}
