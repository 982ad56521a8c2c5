//! What a person may ask about matches, accounts, prices and the house.

use clutch_core::Query;
use clutch_core::units::{AccountId, MatchId, Name, Timestamp};
use serde::Deserialize;

use super::read;
use crate::codes::{Fault, GatewayCode};
use crate::wire::rules::Ask;
use crate::wire::scope::ScopeJson;

/// Something that a person wants to know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::large_enum_variant, reason = "few are alive at a time, and none is moved often")]
pub enum Question {
    /// Every match.
    Matches,
    /// One match with all its markets.
    Markets(MatchId),
    /// What the house rules of a match say.
    Rules(Ask),
    /// Something that the engine is asked.
    Engine(Query),
}

/// Bets in the answer about one account.
pub(super) const BETS_MAX: u16 = 20;

#[derive(Deserialize)]
#[serde(tag = "query", rename_all = "snake_case", deny_unknown_fields)]
enum QuestionJson {
    Matches {},
    Markets {
        #[serde(rename = "match")]
        match_id: u32,
    },
    Settings {},
    Risk {},
    Referrals {},
    Sources {},
    SettlementTimes {},
    Tables {},
    LateBets {
        scope: ScopeJson,
        /// How long before what decided a market bets count as late, in milliseconds.
        margin_ms: Option<u64>,
        /// When it happened, in milliseconds since 1970.
        at: Option<u64>,
    },
    HouseRules {},
    /// What a match's house rules say of one case.
    Ruling {
        #[serde(rename = "match")]
        match_id: u32,
        case: String,
        facts: Option<serde_json::Value>,
    },
    PlayPolicy {},
    Customer {
        account: u32,
    },
    Cases {
        #[serde(default)]
        from: u32,
    },
    Proposals {},
    Account {
        account: Option<u32>,
        key: Option<String>,
    },
    Accounts {
        #[serde(default)]
        from: u32,
        #[serde(default = "accounts_of_a_page")]
        max: u16,
    },
}

const fn accounts_of_a_page() -> u16 {
    100
}

/// Reads the body of `POST /admin/queries`.
///
/// # Errors
/// As [`super::parse_order`].
pub fn parse_question(body: &[u8]) -> Result<Question, Fault> {
    Ok(match read::<QuestionJson>(body)? {
        QuestionJson::Matches {} => Question::Matches,
        QuestionJson::Markets { match_id } => Question::Markets(MatchId(match_id)),
        QuestionJson::Settings {} => Question::Engine(Query::Settings),
        QuestionJson::Proposals {} => Question::Engine(Query::Proposals),
        QuestionJson::HouseRules {} => Question::Engine(Query::HouseRules),
        QuestionJson::Ruling { match_id, case, facts } => {
            Question::Rules(Ask::read(match_id, &case, facts)?)
        }
        QuestionJson::PlayPolicy {} => Question::Engine(Query::PlayPolicy),
        QuestionJson::Customer { account } => {
            Question::Engine(Query::Customer { account: AccountId(account) })
        }
        QuestionJson::Cases { from } => Question::Engine(Query::Cases { from: AccountId(from) }),
        QuestionJson::Risk {} => Question::Engine(Query::Risk { from: 0 }),
        QuestionJson::Referrals {} => Question::Engine(Query::Referrals),
        QuestionJson::Sources {} => Question::Engine(Query::Sources),
        QuestionJson::Tables {} => Question::Engine(Query::Tables),
        QuestionJson::SettlementTimes {} => Question::Engine(Query::SettlementTimes),
        QuestionJson::LateBets { scope, margin_ms, at } => Question::Engine(Query::LateBets {
            scope: scope.into(),
            margin_ns: margin_ms.map(|millis| millis.saturating_mul(1_000_000)),
            at: at.map(Timestamp::from_millis),
        }),
        QuestionJson::Account { account: Some(account), key: None } => {
            let account = AccountId(account);
            Question::Engine(Query::Account { account, bets_max: BETS_MAX })
        }
        QuestionJson::Account { account: None, key: Some(key) } => {
            let key = Name::new(&key)
                .map_err(|error| Fault::bad_field("key", &format!("a key: {error}")))?;
            Question::Engine(Query::AccountNamed { key, bets_max: BETS_MAX })
        }
        QuestionJson::Account { .. } => {
            let text = "Either \"account\" or \"key\" must say which account.";
            return Err(Fault::with(GatewayCode::BadField, text.to_owned()));
        }
        QuestionJson::Accounts { from, max } => {
            if max == 0 || Query::ACCOUNTS_MAX < max {
                let expected = format!("from 1 to {}", Query::ACCOUNTS_MAX);
                return Err(Fault::bad_field("max", &expected));
            }
            Question::Engine(Query::Accounts { from: AccountId(from), accounts_max: max })
        }
    })
}
