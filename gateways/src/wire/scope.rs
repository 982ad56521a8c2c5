//! What an order is about, and what a switch stops: as the staff writes it, and as it is shown.

use clutch_core::command::{Channel, KillScope, MarketClass, Scope, Title};
use clutch_core::units::{MarketId, MatchId};
use serde::{Deserialize, Serialize};

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
