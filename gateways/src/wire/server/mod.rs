//! What clients get about themselves: welcome, bets, balance, notices. Prices are in [`super::offer`].
//!
//! Money and odds go out as texts (`"12.50"`, `"1.85"`), so no client has to trust a float with them.

mod bets;

use std::fmt::Display;

use clutch_core::Refusal;
use clutch_core::reject::Numbers;
use clutch_core::units::{AccountId, ClientBetId, Money, Seq};
use serde::{Serialize, Serializer};

pub(super) use self::bets::{
    BetJson, Labels, MineJson, Standing, bet_json, newest_first, status_name,
};
pub use self::bets::{Mine, Own, balance, bet, bet_refused, mine};
use super::decimal::{ShowMoney, ShowOdds};
pub use super::sentence::sentence;
use super::sentence::{for_the_bettor, is_of_the_book};
use crate::codes::Fault;

/// A value that goes out as the text it shows.
#[derive(Clone, Copy, Debug)]
pub struct Shown<T>(pub T);

impl<T: Display> Serialize for Shown<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

/// The JSON of a message of ours.
pub fn to_json<T: Serialize>(message: &T) -> Vec<u8> {
    // Our messages have text keys and write to memory: nothing in them can fail.
    serde_json::to_vec(message).unwrap_or_default()
}

/// The code, name, sentence and numbers of a refusal.
#[derive(Serialize)]
pub(super) struct RefusalView {
    code: u16,
    name: &'static str,
    text: String,
    retry: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    limit: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    actual: Option<String>,
}

impl From<Refusal> for RefusalView {
    fn from(refusal: Refusal) -> Self {
        let Refusal { code, limit, actual } = refusal;
        let is_of_the_book = is_of_the_book(code);
        let show = |number: i64| match code.numbers() {
            _ if is_of_the_book => None,
            Numbers::None => None,
            Numbers::Money => Some(ShowMoney(number).to_string()),
            Numbers::Odds => Some(ShowOdds(number.unsigned_abs()).to_string()),
            Numbers::Switch => None,
            Numbers::Epoch | Numbers::Millis | Numbers::Count => Some(number.to_string()),
        };
        Self {
            code: code.code(),
            name: code.name(),
            text: for_the_bettor(refusal),
            retry: code.is_transient(),
            limit: show(limit),
            actual: show(actual),
        }
    }
}

pub(super) fn money(amount: Money) -> Shown<ShowMoney> {
    Shown(ShowMoney(amount.minor()))
}

/// What the gateway tells a client when it has signed in.
#[derive(Serialize)]
pub struct Welcome<'a> {
    /// The connection's number, for support and logs.
    pub session: u64,
    /// The journal that `seq` counts in; to be given back with `resume`.
    pub epoch: &'a str,
    /// The newest `seq`.
    pub seq: u64,
    /// The server's clock in Unix milliseconds.
    pub server_time: u64,
    /// The account signed in.
    pub account: u32,
    /// When the sign-in ends, in Unix milliseconds.
    pub expires: u64,
    /// The limits of this connection.
    pub limits: WelcomeLimits,
}

/// See [`Welcome::limits`].
#[derive(Clone, Debug, Serialize)]
pub struct WelcomeLimits {
    /// Largest message in bytes.
    pub message_bytes: usize,
    /// Largest frame in bytes.
    pub frame_bytes: usize,
    /// Messages per second in the long run.
    pub messages_per_s: u32,
    /// Messages at once.
    pub messages_burst: u32,
    /// Subscriptions at a time.
    pub subscriptions: u8,
    /// How often a heartbeat comes.
    pub heartbeat_ms: u64,
}

impl Welcome<'_> {
    /// The message.
    pub fn to_json(&self) -> Vec<u8> {
        #[derive(Serialize)]
        struct Message<'a> {
            #[serde(rename = "type")]
            kind: &'static str,
            #[serde(flatten)]
            welcome: &'a Welcome<'a>,
        }
        to_json(&Message { kind: "welcome", welcome: self })
    }
}

/// A refusal by the gateway itself; `client_id` if it is about a bet, `id` if about a subscription.
pub fn notice(fault: &Fault, client_id: Option<ClientBetId>) -> Vec<u8> {
    notice_of_kind(Some("notice"), fault, client_id)
}

/// The body of an HTTP error: a notice without its type.
pub fn error_body(fault: &Fault) -> Vec<u8> {
    notice_of_kind(None, fault, None)
}

fn notice_of_kind(
    kind: Option<&'static str>,
    fault: &Fault,
    client_id: Option<ClientBetId>,
) -> Vec<u8> {
    #[derive(Serialize)]
    struct Message<'a> {
        #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
        kind: Option<&'static str>,
        code: u16,
        name: &'static str,
        text: &'a str,
        retry: bool,
        #[serde(skip_serializing_if = "Option::is_none")]
        retry_after_ms: Option<u64>,
        #[serde(skip_serializing_if = "Option::is_none")]
        cid: Option<ClientBetId>,
    }
    to_json(&Message {
        kind,
        code: fault.code.code(),
        name: fault.code.name(),
        text: &fault.text,
        retry: fault.code.is_transient(),
        retry_after_ms: fault.retry_after.map(|wait| wait.as_millis() as u64),
        cid: client_id,
    })
}

/// An engine's refusal of something that is no placement: a cancellation, a question.
pub fn refusal_notice(refusal: Refusal, client_id: Option<ClientBetId>) -> Vec<u8> {
    #[derive(Serialize)]
    struct Message {
        #[serde(rename = "type")]
        kind: &'static str,
        #[serde(flatten)]
        refusal: RefusalView,
        #[serde(skip_serializing_if = "Option::is_none")]
        cid: Option<ClientBetId>,
    }
    to_json(&Message { kind: "notice", refusal: refusal.into(), cid: client_id })
}

/// The same to the staff, which can do more with what exactly was out of range than a bettor could.
pub fn refusal_to_staff(refusal: Refusal, text: Option<String>) -> Vec<u8> {
    #[derive(Serialize)]
    struct Message {
        #[serde(rename = "type")]
        kind: &'static str,
        #[serde(flatten)]
        refusal: RefusalView,
    }
    let mut view = RefusalView::from(refusal);
    view.text = text.unwrap_or(view.text);
    to_json(&Message { kind: "notice", refusal: view })
}

/// The answer to `quote_max`.
pub fn quote_max(
    seq: Seq,
    account: AccountId,
    market: u32,
    selection: u8,
    stake: Money,
) -> Vec<u8> {
    #[derive(Serialize)]
    struct Message {
        #[serde(rename = "type")]
        kind: &'static str,
        seq: u64,
        account: u32,
        market: u32,
        selection: u8,
        stake: Shown<ShowMoney>,
    }
    let (account, stake) = (account.0, money(stake));
    to_json(&Message { kind: "quote_max", seq: seq.0, account, market, selection, stake })
}

/// The answer to `time`: when it was sent, came in, and went out.
pub fn time(t0: u64, t1: u64, t2: u64) -> Vec<u8> {
    #[derive(Serialize)]
    struct Message {
        #[serde(rename = "type")]
        kind: &'static str,
        t0: u64,
        t1: u64,
        t2: u64,
    }
    to_json(&Message { kind: "time", t0, t1, t2 })
}

/// A sign of life; `oldest_price_age_ms` is how long ago a feed last spoke, while a match is played.
pub fn heartbeat(seq: Seq, oldest_price_age_ms: Option<u64>, stale: bool) -> Vec<u8> {
    #[derive(Serialize)]
    struct Message {
        #[serde(rename = "type")]
        kind: &'static str,
        seq: u64,
        oldest_price_age_ms: Option<u64>,
        stale: bool,
    }
    to_json(&Message { kind: "heartbeat", seq: seq.0, oldest_price_age_ms, stale })
}

/// The answer to `unsubscribe` and `ping`.
pub fn done(kind: &'static str, seq: Seq, id: Option<u8>) -> Vec<u8> {
    #[derive(Serialize)]
    struct Message {
        #[serde(rename = "type")]
        kind: &'static str,
        seq: u64,
        #[serde(skip_serializing_if = "Option::is_none")]
        id: Option<u8>,
    }
    to_json(&Message { kind, seq: seq.0, id })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use clutch_core::Reject;

    #[test]
    fn what_everybody_has_bet_is_not_told_to_somebody_who_bets() {
        let view = |code| RefusalView::from(Refusal::with(code, 30_000, 48_600));
        let of_the_book = view(Reject::SelectionLiability);
        assert_eq!(of_the_book.text, Reject::SelectionLiability.sentence());
        assert_eq!((of_the_book.limit, of_the_book.actual), (None, None));
        let own = view(Reject::AccountLiability);
        assert_eq!(own.text, sentence(Refusal::with(Reject::AccountLiability, 30_000, 48_600)));
        assert_eq!((own.limit.as_deref(), own.actual.as_deref()), (Some("300.00"), Some("486.00")));
    }

    #[test]
    fn a_client_bet_id_goes_out_as_it_came_in() {
        let text = "017f22e2-79b0-7cc3-98c4-dc0c0c07398f";
        let id = super::super::client::parse_client_id(text).unwrap();
        assert_eq!(to_json(&id), format!("\"{text}\"").into_bytes());
    }

    #[test]
    fn a_notice_names_its_code_and_when_to_try_again() {
        let fault = Fault::rate_limited(std::time::Duration::from_millis(250));
        let notice: serde_json::Value = serde_json::from_slice(&notice(&fault, None)).unwrap();
        assert_eq!(
            notice,
            serde_json::json!({"type": "notice", "code": 10201, "name": "RateLimited",
                "text": "Too many messages at once.", "retry": true, "retry_after_ms": 250})
        );
    }
}
