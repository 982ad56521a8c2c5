//! What an order is about, and what a switch stops: as the staff writes it, and as it is shown.

use clutch_core::command::{Channel, KillScope, MarketClass, Scope, Title};
use clutch_core::switches::{TripId, TripStanding};
use clutch_core::units::{MarketId, MatchId};
use serde::{Deserialize, Serialize};

use super::decimal::ShowMoney;
use crate::codes::Fault;

/// `"all"`, `{"match":0}`, `{"market":3}`.
#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum ScopeJson {
    All,
    Match(u32),
    Market(u32),
}

/// `"all"`, `{"title":"counter_strike"}`, `{"match":0}`, `{"class":"round"}`, `{"channel":"app"}`,
/// `"cash_out"`, `"withdrawals"`.
#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum KillScopeJson {
    All,
    Title(TitleJson),
    Match(u32),
    Class(String),
    Channel(String),
    CashOut,
    Withdrawals,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum TitleJson {
    CounterStrike,
    Valorant,
    Lol,
    Dota2,
}

/// What a kill switch stops, as an order names it.
#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum KillScopeView {
    All,
    Title(&'static str),
    Match(u32),
    Class(&'static str),
    Channel(&'static str),
    CashOut,
    Withdrawals,
}

impl From<ScopeJson> for Scope {
    fn from(scope: ScopeJson) -> Self {
        match scope {
            ScopeJson::All => Self::All,
            ScopeJson::Match(id) => Self::Match(MatchId(id)),
            ScopeJson::Market(id) => Self::Market(MarketId(id)),
        }
    }
}

impl From<TitleJson> for Title {
    fn from(title: TitleJson) -> Self {
        match title {
            TitleJson::CounterStrike => Self::CounterStrike,
            TitleJson::Valorant => Self::Valorant,
            TitleJson::Lol => Self::Lol,
            TitleJson::Dota2 => Self::Dota2,
        }
    }
}

pub(super) fn kill_scope(scope: KillScopeJson) -> Result<KillScope, Fault> {
    Ok(match scope {
        KillScopeJson::All => KillScope::All,
        KillScopeJson::Title(title) => KillScope::Title(title.into()),
        KillScopeJson::Match(id) => KillScope::Match(MatchId(id)),
        KillScopeJson::Class(key) => {
            let keys = MarketClass::ALL.iter().map(|class| class.key());
            KillScope::Class(keyed("class", MarketClass::from_key(&key), keys)?)
        }
        KillScopeJson::Channel(key) => {
            let keys = Channel::ALL.iter().map(|channel| channel.key());
            KillScope::Channel(keyed("channel", Channel::from_key(&key), keys)?)
        }
        KillScopeJson::CashOut => KillScope::CashOut,
        KillScopeJson::Withdrawals => KillScope::Withdrawals,
    })
}

/// What a key names, or which keys there are.
pub(super) fn keyed<T>(
    field: &str,
    found: Option<T>,
    keys: impl Iterator<Item = &'static str>,
) -> Result<T, Fault> {
    found.ok_or_else(|| {
        let keys = keys.collect::<Vec<_>>().join(", ");
        Fault::bad_field(field, &format!("one of {keys}"))
    })
}

pub(super) const fn scope_view(scope: KillScope) -> KillScopeView {
    match scope {
        KillScope::All => KillScopeView::All,
        KillScope::Title(title) => KillScopeView::Title(title.rules().key),
        KillScope::Match(MatchId(id)) => KillScopeView::Match(id),
        KillScope::Class(class) => KillScopeView::Class(class.key()),
        KillScope::Channel(channel) => KillScopeView::Channel(channel.key()),
        KillScope::CashOut => KillScopeView::CashOut,
        KillScope::Withdrawals => KillScopeView::Withdrawals,
    }
}

/// Where a trip stands, with its numbers as people read them.
#[derive(Serialize)]
pub(super) struct TripView {
    trip: &'static str,
    standing: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    since: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    limit: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    found: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    wanted_by: Option<u32>,
}

pub(super) fn trip_view(trip: TripId, standing: TripStanding) -> TripView {
    let show = |number: i64| match trip {
        TripId::FeedLag | TripId::ErrorRate => number.to_string(),
        TripId::LossRate => ShowMoney(number).to_string(),
        TripId::RejectRate => format!("{number}%"),
    };
    let view = TripView {
        trip: trip.name(),
        standing: "clear",
        since: None,
        limit: None,
        found: None,
        wanted_by: None,
    };
    match standing {
        TripStanding::Clear => view,
        TripStanding::WouldTrip { limit, found } => TripView {
            standing: "would have tripped",
            limit: Some(show(limit)),
            found: Some(show(found)),
            ..view
        },
        TripStanding::Tripped { at, limit, found, wanted_by } => TripView {
            standing: match wanted_by {
                None => "tripped",
                Some(_) => "tripped, its reset waits for a second person",
            },
            since: Some(at.millis()),
            limit: Some(show(limit)),
            found: Some(show(found)),
            wanted_by,
            ..view
        },
    }
}
