//! What traders and operators send: orders and questions. Parsed once, at the door, as
//! [`super::client`] does for bettors; but here an unknown field is refused, because a misspelt
//! limit must not be ignored.

use std::collections::BTreeMap;

use clutch_core::command::{AccountState, BonusStep, Mode, OverrideKind, SuspendReason};
use clutch_core::play::{LimitBy, LimitKey, Rest, RestKind};
use clutch_core::settings::Setting;
use clutch_core::switches::TripId;
use clutch_core::units::{
    AccountId, BonusId, MarketId, MatchId, Money, Name, OverrideId, Probability, ProposalId,
    SelectionIndex, SourceId, Timestamp,
};
use clutch_core::{Command, Query};
use serde::Deserialize;

use super::scope::{KillScopeJson, ScopeJson, TitleJson, keyed, kill_scope};
use super::{cash, client, compliance, currency, decimal, play, referral, setting, settlement};
use crate::codes::{Fault, GatewayCode};
use crate::token::{Role, StaffClaims};

/// Something that a person wants done.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::large_enum_variant, reason = "few are alive at a time, and none is moved often")]
pub enum Order {
    /// One command, as it goes into the journal.
    Command(Command),
    /// A change of some settings; the command needs the others, too.
    Configure(Change),
}

/// See [`Order::Configure`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The settings and their new numbers.
    pub set: Vec<(Setting, i64)>,
    /// The version that the person looked at; if the settings moved since, nothing is changed.
    pub based_on: Option<u32>,
}

/// Something that a person wants to know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::large_enum_variant, reason = "few are alive at a time, and none is moved often")]
pub enum Question {
    /// Every match.
    Matches,
    /// One match with all its markets.
    Markets(MatchId),
    /// Something that the engine is asked.
    Engine(Query),
}

/// Bets in the answer about one account.
const BETS_MAX: u16 = 20;

#[derive(Deserialize)]
#[serde(tag = "command", rename_all = "snake_case", deny_unknown_fields)]
enum OrderJson {
    Payment(cash::PaymentJson),
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
    Withdraw {
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
    SetTier {
        #[serde(rename = "match")]
        match_id: u32,
        tier: u8,
    },
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
    HouseRules {},
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

/// One of the words, for so many seconds.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OverrideJson {
    market: u32,
    selection: Option<u8>,
    word: WordJson,
    for_s: u64,
}

/// `{"odds":"2.05"}`, `{"fair":"48%"}`, `{"margin":"5%"}`, `"off"`, `"suspend"`.
#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum WordJson {
    Odds(String),
    Fair(String),
    Margin(String),
    Off,
    Suspend,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum RestKindJson {
    TimeOut,
    SelfExclusion,
}

/// Before or after a match begins.
#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum PhaseJson {
    Prematch,
    Live,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum StateJson {
    Open,
    Suspended,
    Closed,
    SelfExcluded,
}

/// Reads the body of `POST /admin/commands` at this time.
///
/// # Errors
/// [`Fault`] saying which field is wrong and what it should be.
pub fn parse_order(body: &[u8], now: Timestamp) -> Result<Order, Fault> {
    #[derive(Deserialize)]
    struct Tag {
        command: String,
    }
    if read::<Tag>(body).is_ok_and(|tag| settlement::knows(&tag.command)) {
        return settlement::parse(body).map(Order::Command);
    }
    if read::<Tag>(body).is_ok_and(|tag| compliance::knows(&tag.command)) {
        return compliance::parse(body).map(Order::Command);
    }
    Ok(match read::<OrderJson>(body)? {
        OrderJson::SetCurrency(said) => Order::Command(said.command()?),
        OrderJson::OpenAccount(said) => Order::Command(said.command()?),
        OrderJson::Suspend { scope } => {
            let reason = SuspendReason::Trader;
            Order::Command(Command::Suspend { scope: scope.into(), reason })
        }
        OrderJson::Resume { scope } => Order::Command(Command::Resume { scope: scope.into() }),
        OrderJson::Kill { scope, on } => {
            Order::Command(Command::Kill { scope: kill_scope(scope)?, on })
        }
        OrderJson::SetMode { mode } => {
            let keys = Mode::ALL.iter().map(|mode| mode.key());
            let mode = keyed("mode", Mode::from_key(&mode), keys)?;
            Order::Command(Command::SetMode { mode })
        }
        OrderJson::ResetTrip { trip } => {
            let names = TripId::ALL.iter().map(|trip| trip.name());
            let trip = keyed("trip", TripId::named(&trip), names)?;
            Order::Command(Command::ResetTrip { trip })
        }
        OrderJson::SetAccountState { account, state } => Order::Command(Command::SetAccountState {
            account: AccountId(account),
            state: match state {
                StateJson::Open => AccountState::Open,
                StateJson::Suspended => AccountState::Suspended,
                StateJson::Closed => AccountState::Closed,
                StateJson::SelfExcluded => AccountState::SelfExcluded,
            },
        }),
        OrderJson::Payment(said) => Order::Command(said.command()?),
        OrderJson::GrantBonus(said) => Order::Command(said.command(now)?),
        OrderJson::Adjust(said) => Order::Command(said.command()?),
        OrderJson::ForfeitBonus { account, bonus } => Order::Command(Command::Bonus {
            account: AccountId(account),
            step: BonusStep::Forfeit { bonus: BonusId(bonus) },
        }),
        OrderJson::Deposit { account, amount, reference } => Order::Command(Command::Deposit {
            account: AccountId(account),
            amount: read_amount(&amount)?,
            reference: client::parse_client_id(&reference)
                .map(|id| id.0)
                .ok_or_else(|| Fault::bad_field("reference", "a UUID with hyphens"))?,
        }),
        OrderJson::Override(said) => Order::Command(read_override(&said, now)?),
        OrderJson::Withdraw { id } => Order::Command(Command::Withdraw { id: ProposalId(id) }),
        OrderJson::Approve { id } => Order::Command(Command::Approve { id: ProposalId(id) }),
        OrderJson::DecideReferral { bet, word, account: _ } => {
            Order::Command(referral::command(bet, &word)?)
        }
        OrderJson::LiftOverride { id } => {
            Order::Command(Command::LiftOverride { id: OverrideId(id) })
        }
        OrderJson::SetAccountFactor { account, title, phase, percent } => {
            Order::Command(Command::SetAccountFactor {
                account: AccountId(account),
                title: title.into(),
                has_begun: matches!(phase, PhaseJson::Live),
                percent,
            })
        }
        OrderJson::LinkAccount { account, group } => {
            Order::Command(Command::LinkAccount { account: AccountId(account), group })
        }
        OrderJson::SetPlayLimit { account, quantity, window, amount, of_house } => {
            let of = play::key(&quantity, &window)?;
            let amount = amount.as_deref().map(|text| play::amount(of, text));
            Order::Command(Command::SetPlayLimit {
                account: AccountId(account),
                key: LimitKey {
                    by: if of_house { LimitBy::House } else { LimitBy::Player },
                    ..play::key(&quantity, &window)?
                },
                amount: amount.transpose()?,
            })
        }
        OrderJson::ConfirmPlayLimit { account, quantity, window } => {
            let key = play::key(&quantity, &window)?;
            Order::Command(Command::ConfirmPlayLimit { account: AccountId(account), key })
        }
        OrderJson::Rest { account, kind, until } => {
            let kind = match kind {
                RestKindJson::TimeOut => RestKind::TimeOut,
                RestKindJson::SelfExclusion => RestKind::SelfExclusion,
            };
            let rest = Rest { kind, until: Timestamp::from_millis(until) };
            Order::Command(Command::Rest { account: AccountId(account), rest })
        }
        OrderJson::EndRest { account } => {
            Order::Command(Command::EndRest { account: AccountId(account) })
        }
        OrderJson::SetTier { match_id, tier } => {
            Order::Command(Command::SetTier { match_id: MatchId(match_id), tier })
        }
        OrderJson::HandOver { match_id, source } => {
            let (match_id, source) = (MatchId(match_id), SourceId(source));
            Order::Command(Command::HandOver { match_id, source })
        }
        OrderJson::Configure { set, based_on } => {
            if set.is_empty() {
                return Err(Fault::bad_field("set", "an object with at least one setting"));
            }
            let set = set.iter().map(|(name, text)| read_setting(name, text));
            Order::Configure(Change { set: set.collect::<Result<_, _>>()?, based_on })
        }
    })
}

fn read_override(said: &OverrideJson, now: Timestamp) -> Result<Command, Fault> {
    let market = MarketId(said.market);
    let on = || said.selection.map(SelectionIndex).ok_or_else(|| Fault::missing("selection"));
    let percent = |field, text: &str| {
        let parts = text.strip_suffix('%').and_then(|text| decimal::parse_decimal(text, 7));
        let ppb = parts.and_then(|parts| u32::try_from(parts).ok());
        ppb.ok_or_else(|| Fault::bad_field(field, "a percentage, such as 48.5%"))
    };
    let kind = match &said.word {
        WordJson::Odds(text) => {
            let odds = decimal::parse_odds(text)
                .ok_or_else(|| Fault::bad_field("odds", "odds from 1.001 to 1000"))?;
            OverrideKind::Odds { market, selection: on()?, odds }
        }
        WordJson::Fair(text) => {
            let fair = Probability::from_ppb(percent("fair", text)?)
                .ok_or_else(|| Fault::bad_field("fair", "a percentage below 100%"))?;
            OverrideKind::Fair { market, selection: on()?, fair }
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

/// The account that an order is about, if its money is read in the account's currency.
pub fn account_of_order(body: &[u8]) -> Option<AccountId> {
    #[derive(Deserialize)]
    struct About {
        account: u32,
    }
    read::<About>(body).ok().map(|about| AccountId(about.account))
}

pub(super) fn read_amount(text: &str) -> Result<Money, Fault> {
    decimal::parse_money(text)
        .filter(|amount| Money::ZERO < *amount)
        .ok_or_else(|| Fault::bad_amount("amount", text, false))
}

fn read_setting(name: &str, text: &str) -> Result<(Setting, i64), Fault> {
    let unknown = || {
        let names: Vec<_> = Setting::ALL.iter().map(|setting| setting.name()).collect();
        let text = format!("There is no setting \"{name}\". There are: {}.", names.join(", "));
        Fault::with(GatewayCode::BadField, text)
    };
    let setting = Setting::named(name).ok_or_else(unknown)?;
    let value =
        setting::read(setting, text).map_err(|expected| Fault::bad_field(name, expected))?;
    Ok((setting, value))
}

/// Reads the body of `POST /admin/queries`.
///
/// # Errors
/// As [`parse_order`].
pub fn parse_question(body: &[u8]) -> Result<Question, Fault> {
    Ok(match read::<QuestionJson>(body)? {
        QuestionJson::Matches {} => Question::Matches,
        QuestionJson::Markets { match_id } => Question::Markets(MatchId(match_id)),
        QuestionJson::Settings {} => Question::Engine(Query::Settings),
        QuestionJson::Proposals {} => Question::Engine(Query::Proposals),
        QuestionJson::HouseRules {} => Question::Engine(Query::HouseRules),
        QuestionJson::PlayPolicy {} => Question::Engine(Query::PlayPolicy),
        QuestionJson::Customer { account } => {
            Question::Engine(Query::Customer { account: AccountId(account) })
        }
        QuestionJson::Cases { from } => Question::Engine(Query::Cases { from: AccountId(from) }),
        QuestionJson::Risk {} => Question::Engine(Query::Risk),
        QuestionJson::Referrals {} => Question::Engine(Query::Referrals),
        QuestionJson::Sources {} => Question::Engine(Query::Sources),
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

pub(super) fn read<'a, T: Deserialize<'a>>(body: &'a [u8]) -> Result<T, Fault> {
    let malformed = |detail: String| {
        let text = format!("The body is not a valid JSON object: {detail}.");
        Fault::with(GatewayCode::MalformedJson, text)
    };
    let text = std::str::from_utf8(body).map_err(|error| malformed(error.to_string()))?;
    if !text.trim_start().starts_with('{') {
        return Err(malformed("it must begin with a brace".to_owned()));
    }
    serde_json::from_str(text).map_err(|error| {
        if error.is_data() {
            let text = format!("The body has a field that it cannot have, or lacks one: {error}.");
            Fault::with(GatewayCode::BadField, text)
        } else {
            malformed(error.to_string())
        }
    })
}

impl Order {
    /// Whether somebody with these roles may give it. Traders stop and resume betting, set prices and
    /// choose the source to follow; risk also sets what may be lost; finance moves money, says what
    /// accounts may do and looks into them; all else is for operators.
    pub fn is_allowed_to(&self, staff: &StaffClaims) -> bool {
        let is_for_traders = matches!(
            self,
            Self::Command(
                Command::Suspend { .. }
                    | Command::Resume { .. }
                    | Command::Kill { .. }
                    | Command::SetMode { .. }
                    | Command::ResetTrip { .. }
                    | Command::Override { .. }
                    | Command::Approve { .. }
                    | Command::Withdraw { .. }
                    | Command::LiftOverride { .. }
                    | Command::DecideReferral { .. }
                    | Command::HandOver { .. }
            )
        );
        let is_for_risk = matches!(
            self,
            Self::Configure(_)
                | Self::Command(
                    Command::SetTier { .. }
                        | Command::SetAccountFactor { .. }
                        | Command::LinkAccount { .. }
                )
        );
        let is_for_finance = matches!(
            self,
            Self::Command(
                Command::Deposit { .. }
                    | Command::Payment { .. }
                    | Command::Bonus { .. }
                    | Command::Adjust(_)
                    | Command::OpenAccount { .. }
                    // What a person of finance wishes, another one of finance approves.
                    | Command::Approve { .. }
                    | Command::Withdraw { .. }
                    | Command::SetAccountState { .. }
                    | Command::SetPlayLimit { .. }
                    | Command::ConfirmPlayLimit { .. }
                    | Command::Rest { .. }
                    | Command::EndRest { .. }
                    | Command::Customer { .. }
            )
        );
        staff.roles.iter().any(|role| match role {
            Role::Operator => true,
            Role::Trader => is_for_traders,
            Role::Risk => is_for_traders || is_for_risk,
            Role::Finance => is_for_finance,
            Role::Bettor | Role::Viewer | Role::Unknown => false,
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use clutch_core::command::{KillScope, Scope};

    #[test]
    fn orders_are_read_and_what_is_wrong_is_named() {
        let suspend = parse_order(
            br#"{"command":"suspend","scope":{"match":3}}"#,
            Timestamp::from_millis(7_000),
        )
        .unwrap();
        let scope = Scope::Match(MatchId(3));
        let reason = SuspendReason::Trader;
        assert_eq!(suspend, Order::Command(Command::Suspend { scope, reason }));
        let kill = parse_order(
            br#"{"command":"kill","scope":"all","on":true}"#,
            Timestamp::from_millis(7_000),
        )
        .unwrap();
        assert_eq!(kill, Order::Command(Command::Kill { scope: KillScope::All, on: true }));
        for (body, code, says) in [
            ("", GatewayCode::MalformedJson, "brace"),
            ("[]", GatewayCode::MalformedJson, "brace"),
            ("{", GatewayCode::MalformedJson, "EOF"),
            (r#"{"command":"suspend"}"#, GatewayCode::BadField, "scope"),
            (r#"{"command":"suspend","scope":"alll"}"#, GatewayCode::BadField, "alll"),
            (r#"{"command":"suspend","scope":{"match":-1}}"#, GatewayCode::BadField, "-1"),
            (r#"{"command":"suspend","scope":"all","why":1}"#, GatewayCode::BadField, "why"),
            (r#"{"command":"explode"}"#, GatewayCode::BadField, "explode"),
            (
                r#"{"command":"deposit","account":1,"amount":"0","reference":"x"}"#,
                GatewayCode::BadField,
                "amount",
            ),
            (
                r#"{"command":"deposit","account":1,"amount":"1","reference":"x"}"#,
                GatewayCode::BadField,
                "UUID",
            ),
            (r#"{"command":"configure","set":{}}"#, GatewayCode::BadField, "at least one"),
            (
                r#"{"command":"override","market":1,"word":{"odds":"2.0"},"for_s":60}"#,
                GatewayCode::MissingField,
                "selection",
            ),
            (
                r#"{"command":"override","market":1,"selection":0,"word":{"odds":"1"},"for_s":60}"#,
                GatewayCode::BadField,
                "1.001",
            ),
            (
                r#"{"command":"override","market":1,"selection":0,"word":{"fair":"48"},"for_s":60}"#,
                GatewayCode::BadField,
                "48.5%",
            ),
            (
                r#"{"command":"override","market":1,"word":"suspend","for_s":-1}"#,
                GatewayCode::BadField,
                "-1",
            ),
            (
                r#"{"command":"configure","set":{"stake_maxx":"5"}}"#,
                GatewayCode::BadField,
                "stake_max,",
            ),
            (
                r#"{"command":"configure","set":{"stake_max":"five"}}"#,
                GatewayCode::BadField,
                "12.50",
            ),
        ] {
            let fault = parse_order(body.as_bytes(), Timestamp::from_millis(7_000)).unwrap_err();
            assert_eq!(fault.code, code, "{body}");
            assert!(fault.text.contains(says), "{body}: {}", fault.text);
        }
    }

    #[test]
    fn an_account_is_asked_for_by_its_number_or_by_its_key_and_not_by_both() {
        let by_key = parse_question(br#"{"query":"account","key":"alice"}"#).unwrap();
        let key = Name::new("alice").unwrap();
        assert_eq!(by_key, Question::Engine(Query::AccountNamed { key, bets_max: BETS_MAX }));
        for body in [
            r#"{"query":"account"}"#,
            r#"{"query":"account","account":1,"key":"alice"}"#,
            r#"{"query":"account","key":""}"#,
            r#"{"query":"accounts","max":0}"#,
            r#"{"query":"accounts","max":1001}"#,
            r#"{"query":"everything"}"#,
        ] {
            let fault = parse_question(body.as_bytes()).unwrap_err();
            assert_eq!(fault.code, GatewayCode::BadField, "{body}: {}", fault.text);
        }
    }

    #[test]
    fn traders_stop_betting_risk_sets_limits_and_operators_do_everything() {
        let staff =
            |role| StaffClaims { operator: 1, roles: vec![role], issued_at_s: 0, expires_at_s: 1 };
        let suspend =
            parse_order(br#"{"command":"suspend","scope":"all"}"#, Timestamp::from_millis(7_000))
                .unwrap();
        let change = parse_order(
            br#"{"command":"configure","set":{"ladder":"fine"}}"#,
            Timestamp::from_millis(7_000),
        )
        .unwrap();
        for (role, may_suspend, may_change) in [
            (Role::Trader, true, false),
            (Role::Risk, true, true),
            (Role::Finance, false, false),
            (Role::Operator, true, true),
            (Role::Bettor, false, false),
        ] {
            assert_eq!(suspend.is_allowed_to(&staff(role)), may_suspend, "{role:?}");
            assert_eq!(change.is_allowed_to(&staff(role)), may_change, "{role:?}");
        }
    }
}
