//! What traders and operators send: orders and questions. Parsed once, at the door, as
//! [`super::client`] does for bettors; but here an unknown field is refused, because a misspelt
//! limit must not be ignored.

mod order;
mod question;
mod ranges;
mod role;

use clutch_core::Command;
use clutch_core::command::{AccountState, BonusStep, Mode, SuspendReason};
use clutch_core::play::{LimitBy, LimitKey, Rest, RestKind};
use clutch_core::settings::Setting;
use clutch_core::switches::TripId;
use clutch_core::units::{
    AccountId, BonusId, MatchId, Money, OverrideId, ProposalId, SourceId, Timestamp,
};
use serde::Deserialize;

use self::order::{OrderJson, PhaseJson, RestKindJson, StateJson, read_override};
pub use self::question::{Question, parse_question};
pub use self::ranges::Ranges;
pub use self::role::may_decide;
use super::scope::{keyed, kill_scope};
use super::{client, compliance, decimal, play, referral, setting, settlement};
use crate::codes::{Fault, GatewayCode};
use crate::provision::plan::{self, Plan};

/// Something that a person wants done.
#[derive(Clone, Debug, PartialEq)]
#[expect(clippy::large_enum_variant, reason = "few are alive at a time, and none is moved often")]
pub enum Order {
    /// One command, as it goes into the journal.
    Command(Command),
    /// A change of some settings; the command needs the others, too.
    Configure(Change),
    /// A match with its maps and markets, each of which is a command.
    CreateMatch {
        /// What it is to have.
        plan: Box<Plan>,
        /// Whether its markets were named, and are not simply all that there are.
        are_named: bool,
    },
}

/// See [`Order::Configure`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The settings and their new numbers.
    pub set: Vec<(Setting, i64)>,
    /// The version that the person looked at; if the settings moved since, nothing is changed.
    pub based_on: Option<u32>,
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
        OrderJson::Reject { id } => Order::Command(Command::RejectProposal { id: ProposalId(id) }),
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
        OrderJson::SetDelay { scope, delay } => {
            let delay_ns = match delay.as_str() {
                "usual" => None,
                time => Some(
                    setting::read_time(time)
                        .and_then(|nanos| u64::try_from(nanos).ok())
                        .ok_or_else(|| {
                            Fault::bad_field("delay", "`usual`, or a time such as 8s")
                        })?,
                ),
            };
            Order::Command(Command::SetDelay { scope: scope.into(), delay_ns })
        }
        OrderJson::SetTier { match_id, tier } => {
            Order::Command(Command::SetTier { match_id: MatchId(match_id), tier })
        }
        OrderJson::CreateMatch(said) => {
            let are_named = !said.markets.is_empty();
            let wrong = |what: String| {
                Fault::with(GatewayCode::BadField, format!("This is no match: {what}."))
            };
            let plan = Box::new(plan::plan(&said).map_err(wrong)?);
            Order::CreateMatch { plan, are_named }
        }
        OrderJson::OpenMarket(said) => Order::Command(said.command()?),
        OrderJson::SetStrengths(said) => Order::Command(said.command()?),
        OrderJson::SetNextRound(said) => Order::Command(said.command()?),
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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::question::BETS_MAX;
    use super::*;
    use crate::token::{Role, StaffClaims};
    use clutch_core::Query;
    use clutch_core::command::{KillScope, Scope, SetMap, SetNextRound, Side, Strengths};
    use clutch_core::units::{Name, Probability};

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
                r#"{"command":"set_next_round","match":0,"map":1,"round":5,"a":"100%"}"#,
                GatewayCode::BadField,
                "below 100%",
            ),
            (
                r#"{"command":"set_next_round","match":0,"map":1,"round":5,"a":"0.62"}"#,
                GatewayCode::BadField,
                "48.5%",
            ),
            (
                r#"{"command":"set_strengths","match":0,"map":1,"name":"","first_side":"first","strengths":{"price":"55%"}}"#,
                GatewayCode::BadField,
                "name",
            ),
            (
                r#"{"command":"set_strengths","match":0,"map":1,"name":"x","first_side":"ct","strengths":{"price":"55%"}}"#,
                GatewayCode::BadField,
                "`first` or `second`",
            ),
            (
                r#"{"command":"set_strengths","match":0,"map":1,"name":"x","first_side":"first","strengths":{"by_side":{"first":"5%","second":"0%"}}}"#,
                GatewayCode::BadField,
                "\"second\"",
            ),
            (
                r#"{"command":"set_strengths","match":0,"map":1,"name":"x","first_side":"first","strengths":{"by_side":{"first":"5%","second":"6%","pistol_first":"5%"}}}"#,
                GatewayCode::MissingField,
                "pistol_second",
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

    /// The names that a list of a sentence about an unknown one can be.
    fn names_in(fault: &Fault) -> Vec<String> {
        let (_, list) = fault.text.split_once("expected one of").unwrap();
        list.split('`').skip(1).step_by(2).map(str::to_owned).collect()
    }

    /// `MESSAGES.md` says of itself that it is all that clients say to the gateway.
    #[test]
    fn every_order_and_every_question_stands_in_the_page_about_messages() {
        let page = include_str!("../../../MESSAGES.md");
        let unknown = br#"{"command":"?"}"#;
        let mut orders = names_in(&parse_order(unknown, Timestamp::default()).unwrap_err());
        for (of_a_part, knows) in [
            (settlement::parse(unknown), settlement::knows as fn(&str) -> bool),
            (compliance::parse(unknown), compliance::knows),
        ] {
            let names = names_in(&of_a_part.unwrap_err());
            assert!(names.iter().all(|name| knows(name)), "{names:?}");
            orders.extend(names);
        }
        assert!(40 < orders.len(), "{orders:?}");
        for order in orders {
            assert!(page.contains(&format!("\"command\":\"{order}\"")), "the order {order}");
        }
        for question in names_in(&parse_question(br#"{"query":"?"}"#).unwrap_err()) {
            assert!(page.contains(&format!("\"query\":\"{question}\"")), "the query {question}");
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
    fn an_opinion_on_a_map_or_a_round_becomes_a_command() {
        let said = |body: &str| parse_order(body.as_bytes(), Timestamp::default()).unwrap();
        let p = |percent: u32| Probability::from_ppb(percent * 10_000_000).unwrap();
        let map = |strengths| {
            let (match_id, name) = (MatchId(2), Name::new("Nuke").unwrap());
            let first_side_a = Side::Ct;
            Order::Command(Command::SetMap(SetMap {
                match_id,
                map_no: 3,
                name,
                first_side_a,
                strengths,
            }))
        };
        let by_side = r#"{"first":"52%","second":"49%"}"#;
        let pistols =
            r#"{"first":"52%","second":"49%","pistol_first":"55%","pistol_second":"45%"}"#;
        let (t, ct) = (p(52), p(49));
        for (word, strengths) in [
            (format!(r#"{{"by_side":{by_side}}}"#), Strengths::BySide { t, ct }),
            (
                format!(r#"{{"by_side":{pistols}}}"#),
                Strengths::WithPistols { t, ct, pistol_t: p(55), pistol_ct: p(45) },
            ),
            (r#"{"price":"60%"}"#.to_owned(), Strengths::MapPrice { a: p(60) }),
        ] {
            let head = r#""command":"set_strengths","match":2,"map":3,"name":"Nuke","first_side":"second""#;
            assert_eq!(said(&format!(r#"{{{head},"strengths":{word}}}"#)), map(strengths));
        }
        for (word, a) in [(r#""62%""#, Some(p(62))), ("null", None)] {
            let head = r#""command":"set_next_round","match":2,"map":3,"round":7"#;
            let set = SetNextRound { match_id: MatchId(2), map_no: 3, round: 7, a };
            assert_eq!(
                said(&format!(r#"{{{head},"a":{word}}}"#)),
                Order::Command(Command::SetNextRound(set))
            );
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
