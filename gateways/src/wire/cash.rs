//! Payments and bonuses as messages: what the staff and payment systems order, what a bettor sees.

use clutch_core::command::{Adjust, AdjustReason, BonusStep, PaymentStep, Wagering};
use clutch_core::event::{BonusBet, PaymentStatus, PaymentView};
use clutch_core::units::{AccountId, ClientBetId, Money, Seq, Timestamp};
use clutch_core::wallet::{BonusKind, BonusView};
use clutch_core::{Command, Event, Record};
use serde::{Deserialize, Serialize};

use super::admin::read_amount;
use super::client;
use super::decimal::{ShowMoney, ShowOdds, parse_money, parse_odds, with_places};
use super::scope::keyed;
use super::server::{Shown, money, to_json};
use crate::book::Book;
use crate::codes::Fault;
use crate::ops::words;

/// One step of a payment.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PaymentOrder {
    account: u32,
    amount: String,
    reference: String,
    step: StepJson,
    tax: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum StepJson {
    Authorise,
    Fail,
    Withdraw,
    Paid,
    Returned,
}

impl PaymentOrder {
    /// The command that it is.
    ///
    /// # Errors
    /// [`Fault`] naming the field that is wrong.
    pub fn command(self) -> Result<Command, Fault> {
        let tax = self.tax.as_deref().map(|text| read_or_zero("tax", text)).transpose()?;
        let is_withdrawal = matches!(self.step, StepJson::Withdraw);
        if tax.is_some() && !is_withdrawal {
            return Err(Fault::bad_field("tax", "left out: only a withdrawal is taxed"));
        }
        Ok(Command::Payment {
            account: AccountId(self.account),
            amount: read_amount(&self.amount)?,
            reference: reference(&self.reference)?,
            step: match self.step {
                StepJson::Authorise => PaymentStep::Authorise,
                StepJson::Fail => PaymentStep::Fail,
                StepJson::Withdraw => PaymentStep::Withdraw { tax: tax.unwrap_or(Money::ZERO) },
                StepJson::Paid => PaymentStep::Paid,
                StepJson::Returned => PaymentStep::Returned,
            },
        })
    }
}

/// A bonus to be granted.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct GrantJson {
    account: u32,
    kind: String,
    amount: String,
    wagering: Option<String>,
    min_odds: Option<String>,
    most: Option<String>,
    for_s: u64,
    reference: String,
}

impl GrantJson {
    /// The command that it is at this time.
    ///
    /// # Errors
    /// [`Fault`] naming the field that is wrong.
    pub fn command(self, now: Timestamp) -> Result<Command, Fault> {
        let kind = BonusKind::named(&self.kind)
            .ok_or_else(|| Fault::bad_field("kind", "free_bet, money or boost_1 to boost_100"))?;
        let amount = read_amount(&self.amount)?;
        let turnover = self.wagering.as_deref().map(|text| read_turnover(text, amount));
        let min_odds = self.min_odds.as_deref().map(|text| {
            parse_odds(text)
                .ok_or_else(|| Fault::bad_field("min_odds", "decimal odds, such as 1.50"))
        });
        let most = self
            .most
            .as_deref()
            .map(|text| parse_money(text).ok_or_else(|| Fault::bad_amount("most", text, false)));
        let wagering = Wagering {
            turnover: turnover.transpose()?.unwrap_or(Money::ZERO),
            min_odds: min_odds.transpose()?,
            most: most.transpose()?,
        };
        let step = BonusStep::Grant {
            kind,
            amount,
            wagering,
            expires_at: now.plus(self.for_s.saturating_mul(1_000_000_000)),
            reference: reference(&self.reference)?,
        };
        Ok(Command::Bonus { account: AccountId(self.account), step })
    }
}

/// An adjustment of a balance.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AdjustJson {
    account: u32,
    amount: String,
    reason: String,
    reference: String,
}

impl AdjustJson {
    /// The command that it is.
    ///
    /// # Errors
    /// [`Fault`] naming the field that is wrong.
    pub fn command(self) -> Result<Command, Fault> {
        let names = AdjustReason::ALL.iter().map(|reason| reason.name());
        let reason = keyed("reason", AdjustReason::named(&self.reason), names)?;
        let (text, is_taken) = match self.amount.strip_prefix('-') {
            Some(text) => (text, true),
            None => (self.amount.as_str(), false),
        };
        let size = parse_money(text).ok_or_else(|| Fault::bad_amount("amount", text, true))?;
        Ok(Command::Adjust(Adjust {
            account: AccountId(self.account),
            amount: if is_taken { -size } else { size },
            reason,
            reference: reference(&self.reference)?,
        }))
    }
}

fn reference(text: &str) -> Result<u128, Fault> {
    let id = client::parse_client_id(text).map(|ClientBetId(id)| id);
    id.ok_or_else(|| Fault::bad_field("reference", "a UUID with hyphens"))
}

fn read_or_zero(field: &'static str, text: &str) -> Result<Money, Fault> {
    parse_money(text).ok_or_else(|| Fault::bad_amount(field, text, true))
}

/// What must be wagered: an amount, or how many times the bonus, such as `5x`.
fn read_turnover(text: &str, amount: Money) -> Result<Money, Fault> {
    let turnover = match text.strip_suffix('x') {
        Some(times) => {
            let times: Option<u16> = times.parse().ok();
            let turnover = times.and_then(|times| amount.minor().checked_mul(i64::from(times)));
            turnover.map(Money::from_minor)
        }
        None => parse_money(text),
    };
    let expected = "an amount, or how many times the bonus, such as 5x";
    turnover.ok_or_else(|| Fault::bad_field("wagering", expected))
}

/// A payment as the staff sees it, in the places of its own account.
#[derive(Serialize)]
pub(super) struct PaymentJson {
    account: u32,
    reference: String,
    amount: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    tax: Option<String>,
    status: &'static str,
}

/// Every payment that is spoken of.
pub(super) fn payments_of(book: &Book, records: &[Record]) -> Vec<PaymentJson> {
    let view = |record: &Record| match record.event {
        Event::Payment(PaymentView { account, reference, amount, status }) => {
            Some(with_places(book.purses().places_shown(account), || PaymentJson {
                account: account.0,
                reference: words::uuid(ClientBetId(reference)),
                amount: money(amount).0.to_string(),
                tax: match status {
                    PaymentStatus::Withdrawal { tax, .. } => Some(money(tax).0.to_string()),
                    PaymentStatus::Deposit(_)
                    | PaymentStatus::Bonus
                    | PaymentStatus::Adjusted { .. } => None,
                },
                status: status.name(),
            }))
        }
        _ => None,
    };
    records.iter().filter_map(view).collect()
}

/// Where a payment of the account stands.
pub fn payment(seq: Seq, view: &PaymentView) -> Vec<u8> {
    #[derive(Serialize)]
    struct Message {
        #[serde(rename = "type")]
        kind: &'static str,
        seq: u64,
        reference: String,
        amount: Shown<ShowMoney>,
        status: &'static str,
    }
    to_json(&Message {
        kind: "payment",
        seq: seq.0,
        reference: words::uuid(ClientBetId(view.reference)),
        amount: money(view.amount),
        status: view.status.name(),
    })
}

/// A bonus as its owner sees it.
#[derive(Serialize)]
pub struct BonusJson {
    bonus: u64,
    kind: String,
    state: &'static str,
    available: Shown<ShowMoney>,
    held: Shown<ShowMoney>,
    wagering_left: Shown<ShowMoney>,
    #[serde(skip_serializing_if = "Option::is_none")]
    min_odds: Option<Shown<ShowOdds>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    most: Option<Shown<ShowMoney>>,
    expires_at: u64,
}

impl From<&BonusView> for BonusJson {
    fn from(view: &BonusView) -> Self {
        Self {
            bonus: view.bonus.0,
            kind: view.kind.to_string(),
            state: view.state.name(),
            available: money(view.available),
            held: money(view.held),
            wagering_left: money(view.wagering_left),
            min_odds: view.min_odds.map(|odds| Shown(ShowOdds(u64::from(odds.milli())))),
            most: view.most.map(money),
            expires_at: view.expires_at.millis(),
        }
    }
}

/// A bonus of the account as it stands.
pub fn bonus(seq: Seq, view: &BonusView) -> Vec<u8> {
    #[derive(Serialize)]
    struct Message {
        #[serde(rename = "type")]
        message: &'static str,
        seq: u64,
        #[serde(flatten)]
        bonus: BonusJson,
    }
    to_json(&Message { message: "bonus", seq: seq.0, bonus: view.into() })
}

/// What a bonus does for a bet, as its owner sees it.
#[derive(Serialize)]
pub struct BonusBetJson {
    cid: String,
    bet_id: u64,
    bonus: u64,
    kind: String,
    part: Shown<ShowMoney>,
    /// Whether its stake counts towards what must be wagered; said of bonus money.
    #[serde(skip_serializing_if = "Option::is_none")]
    counts: Option<bool>,
}

impl From<&BonusBet> for BonusBetJson {
    fn from(with: &BonusBet) -> Self {
        Self {
            cid: words::uuid(with.client_id),
            bet_id: with.bet.0,
            bonus: with.bonus.0,
            kind: with.kind.to_string(),
            part: money(with.part),
            counts: (with.kind == BonusKind::Money).then_some(with.counts),
        }
    }
}

/// A bonus has a part in a bet.
pub fn bonus_bet(seq: Seq, with: &BonusBet) -> Vec<u8> {
    #[derive(Serialize)]
    struct Message {
        #[serde(rename = "type")]
        message: &'static str,
        seq: u64,
        #[serde(flatten)]
        with: BonusBetJson,
    }
    to_json(&Message { message: "bonus_bet", seq: seq.0, with: with.into() })
}
