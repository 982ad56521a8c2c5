//! Cash-outs: what a bettor asks, and what he is told.

use std::fmt::Display;

use clutch_core::command::CashOut;
use clutch_core::event::{CashOutStatus, CashOutView};
use clutch_core::units::{AccountId, ClientBetId, Money, QuoteId, Seq, Stake, Timestamp};
use serde::Serialize;

use super::decimal::ShowMoney;
use super::server::{RefusalView, Shown, money, to_json};

/// The wish to take a quote.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CashOutWish {
    /// The client's id of the bet.
    pub client_id: ClientBetId,
    /// How much of the stake (of each line's stake); `None` is all that is left.
    pub part: Option<Stake>,
    /// The quote.
    pub quote: QuoteId,
    /// The amount that it showed.
    pub amount: Money,
}

impl CashOutWish {
    /// The command of an account's wish.
    pub fn command(self, account: AccountId) -> CashOut {
        let Self { client_id, part, quote, amount } = self;
        CashOut { account, client_id, part, quote, amount }
    }
}

/// Reads the id of a quote: 32 hexadecimal digits.
pub(super) fn parse_quote(text: &str) -> Option<QuoteId> {
    let is_id = text.len() == 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_id.then(|| u128::from_str_radix(text, 16).ok()).flatten().map(QuoteId)
}

/// The id of a quote in its 32 digits.
struct ShowQuote(QuoteId);

impl Display for ShowQuote {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:032x}", self.0.0)
    }
}

/// What a bet is worth, or what became of the wish to cash it out.
pub fn cash_out(seq: Seq, time: Timestamp, view: &CashOutView) -> Vec<u8> {
    #[derive(Serialize)]
    struct Message {
        #[serde(rename = "type")]
        kind: &'static str,
        seq: u64,
        time: u64,
        cid: ClientBetId,
        status: &'static str,
        #[serde(skip_serializing_if = "Option::is_none")]
        quote: Option<Shown<ShowQuote>>,
        #[serde(skip_serializing_if = "Option::is_none")]
        stake: Option<Shown<ShowMoney>>,
        #[serde(skip_serializing_if = "Option::is_none")]
        amount: Option<Shown<ShowMoney>>,
        #[serde(skip_serializing_if = "Option::is_none")]
        expires: Option<u64>,
        #[serde(skip_serializing_if = "Option::is_none")]
        due: Option<u64>,
        #[serde(skip_serializing_if = "Option::is_none")]
        leg: Option<u8>,
        #[serde(flatten)]
        refusal: Option<RefusalView>,
    }
    let (status, expires, due, refusal) = match view.status {
        CashOutStatus::Quoted { expires_at } => ("quoted", Some(expires_at.millis()), None, None),
        CashOutStatus::Pending { due } => ("pending", None, Some(due.millis()), None),
        CashOutStatus::Paid => ("paid", None, None, None),
        CashOutStatus::Refused(refusal) => ("refused", None, None, Some(refusal.into())),
    };
    // A wish that was refused at once names no amounts.
    let shown = |amount: Money| (amount != Money::ZERO).then(|| money(amount));
    to_json(&Message {
        kind: "cash_out",
        seq: seq.0,
        time: time.millis(),
        cid: view.client_id,
        status,
        quote: (view.quote.0 != 0).then_some(Shown(ShowQuote(view.quote))),
        stake: shown(view.stake),
        amount: shown(view.amount),
        expires,
        due,
        leg: view.leg_at_fault.map(|leg| leg + 1),
        refusal,
    })
}
