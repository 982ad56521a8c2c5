//! Orders as they are written, each with all that it can say.

use std::collections::BTreeMap;

use clutch_core::Command;
use clutch_core::command::OverrideKind;
use clutch_core::units::{MarketId, Probability, SelectionIndex, Timestamp};
use serde::Deserialize;

use crate::codes::Fault;
use crate::config::MatchSection;
use crate::wire::scope::{KillScopeJson, ScopeJson, TitleJson};
use crate::wire::strengths::percent;
use crate::wire::{cash, currency, decimal, market, referral, strengths};

#[derive(Deserialize)]
#[serde(tag = "command", rename_all = "snake_case", deny_unknown_fields)]
pub(super) enum OrderJson {
    Payment(cash::PaymentOrder),
    GrantBonus(cash::GrantJson),
    Adjust(cash::AdjustJson),
    SetCurrency(currency::SetCurrencyJson),
    OpenAccount(currency::OpenAccountJson),
    ForfeitBonus {
        account: u32,
        bonus: u64,
    },
    Override(OverrideJson),
    Approve {
        id: u64,
    },
    Reject {
        id: u64,
    },
    LiftOverride {
        id: u64,
    },
    DecideReferral {
        bet: u64,
        word: referral::WordJson,
        /// Whose bet it is: its amounts are in his currency.
        #[expect(dead_code, reason = "`account_of_order` reads it before the rest is read")]
        account: Option<u32>,
    },
    Suspend {
        scope: ScopeJson,
    },
    Resume {
        scope: ScopeJson,
    },
    Kill {
        scope: KillScopeJson,
        on: bool,
    },
    SetMode {
        mode: String,
    },
    ResetTrip {
        trip: String,
    },
    SetAccountState {
        account: u32,
        state: StateJson,
    },
    Deposit {
        account: u32,
        amount: String,
        reference: String,
    },
    SetAccountFactor {
        account: u32,
        title: TitleJson,
        phase: PhaseJson,
        percent: u8,
    },
    LinkAccount {
        account: u32,
        group: Option<u32>,
    },
    SetPlayLimit {
        account: u32,
        quantity: String,
        window: String,
        amount: Option<String>,
        #[serde(default)]
        of_house: bool,
    },
    ConfirmPlayLimit {
        account: u32,
        quantity: String,
        window: String,
    },
    Rest {
        account: u32,
        kind: RestKindJson,
        until: u64,
    },
    EndRest {
        account: u32,
    },
    SetDelay {
        scope: ScopeJson,
        delay: String,
    },
    SetTier {
        #[serde(rename = "match")]
        match_id: u32,
        tier: u8,
    },
    SetStrengths(strengths::StrengthsJson),
    SetNextRound(strengths::NextRoundJson),
    /// As a `[[match]]` of the file.
    CreateMatch(MatchSection),
    OpenMarket(market::OpenMarketJson),
    HandOver {
        #[serde(rename = "match")]
        match_id: u32,
        source: u8,
    },
    Configure {
        set: BTreeMap<String, String>,
        based_on: Option<u32>,
    },
}

/// One of the words, for so many seconds.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct OverrideJson {
    pub(super) market: u32,
    pub(super) selection: Option<u8>,
    pub(super) word: WordJson,
    pub(super) for_s: u64,
}

/// `{"odds":"2.05"}`, `{"fair":"48%"}`, `{"margin":"5%"}`, `"off"`, `"suspend"`.
#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum WordJson {
    Odds(String),
    Fair(String),
    Margin(String),
    Off,
    Suspend,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum RestKindJson {
    TimeOut,
    SelfExclusion,
}

/// Before or after a match begins.
#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum PhaseJson {
    Prematch,
    Live,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum StateJson {
    Open,
    Suspended,
    Closed,
    SelfExcluded,
}

pub(super) fn read_override(said: &OverrideJson, now: Timestamp) -> Result<Command, Fault> {
    let market = MarketId(said.market);
    let on = || said.selection.map(SelectionIndex).ok_or_else(|| Fault::missing("selection"));
    let kind = match &said.word {
        WordJson::Odds(text) => {
            let odds = decimal::parse_odds(text).ok_or_else(|| {
                Fault::bad_field("odds", "odds from 1.001 to 1000 with at most 3 places")
            })?;
            OverrideKind::Odds { market, selection: on()?, odds }
        }
        WordJson::Fair(text) => {
            let fair = Probability::from_ppb(percent("fair", text)?)
                .ok_or_else(|| Fault::bad_field("fair", "a percentage below 100%"))?;
            OverrideKind::Fair { market, selection: on()?, fair }
        }
        WordJson::Margin(_) | WordJson::Suspend if said.selection.is_some() => {
            return Err(Fault::bad_field("selection", "left out: this is about the whole market"));
        }
        WordJson::Margin(text) => {
            OverrideKind::Margin { market, margin_ppb: percent("margin", text)? }
        }
        WordJson::Off => OverrideKind::SuspendSelection { market, selection: on()? },
        WordJson::Suspend => OverrideKind::SuspendMarket { market },
    };
    let expires_at = now.plus(said.for_s.saturating_mul(1_000_000_000));
    Ok(Command::Override { kind, expires_at })
}
