//! What a player sets for himself, as messages: his wishes as they come, his limits as they stand.

use clutch_core::Command;
use clutch_core::play::{LimitBy, LimitKey, LimitView, Quantity, Rest, RestKind, Window};
use clutch_core::units::{AccountId, Money, Seq, Timestamp};
use serde::Serialize;

use super::decimal::ShowMoney;
use super::server::{Shown, money, to_json};
use crate::codes::Fault;

const HOUR_NS: u64 = 3_600 * 1_000_000_000;

/// What a player wants to set for himself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PlayWish {
    /// A limit of this amount; `None` lifts it.
    Limit(LimitKey, Option<Money>),
    /// His wish to raise or lift a limit holds.
    Confirm(LimitKey),
    /// A rest that lasts so many hours from now.
    Rest(RestKind, u32),
    /// To come back from a self-exclusion.
    Return,
}

impl PlayWish {
    /// The command that it is.
    pub fn command(self, account: AccountId, now: Timestamp) -> Command {
        match self {
            Self::Limit(key, amount) => Command::SetPlayLimit { account, key, amount },
            Self::Confirm(key) => Command::ConfirmPlayLimit { account, key },
            Self::Rest(kind, hours) => {
                let until = now.plus(u64::from(hours) * HOUR_NS);
                Command::Rest { account, rest: Rest { kind, until } }
            }
            Self::Return => Command::EndRest { account },
        }
    }
}

/// Which limit.
///
/// # Errors
/// [`Fault`] naming the field that is wrong.
pub fn key(quantity: &str, window: &str) -> Result<LimitKey, Fault> {
    let quantity = Quantity::named(quantity)
        .ok_or_else(|| Fault::bad_field("quantity", "stake, loss, deposit or net_deposit"))?;
    let window = Window::named(window)
        .ok_or_else(|| Fault::bad_field("window", "24h, 7d, 30d, day, week or month"))?;
    Ok(LimitKey { quantity, window, by: LimitBy::Player })
}

/// A limit as it stands.
#[derive(Serialize)]
pub struct LimitJson {
    quantity: &'static str,
    window: &'static str,
    by: &'static str,
    amount: Option<Shown<ShowMoney>>,
    used: Shown<ShowMoney>,
    #[serde(skip_serializing_if = "Option::is_none")]
    wish: Option<WishJson>,
}

#[derive(Serialize)]
struct WishJson {
    amount: Option<Shown<ShowMoney>>,
    confirm_from: u64,
}

impl From<LimitView> for LimitJson {
    fn from(view: LimitView) -> Self {
        Self {
            quantity: view.key.quantity.name(),
            window: view.key.window.name(),
            by: view.key.by.name(),
            amount: view.amount.map(money),
            used: money(view.used),
            wish: view.wish.map(|wish| WishJson {
                amount: wish.amount.map(money),
                confirm_from: wish.confirm_from.millis(),
            }),
        }
    }
}

/// A rest as it stands.
#[derive(Serialize)]
pub struct RestJson {
    kind: &'static str,
    until: u64,
}

impl From<Rest> for RestJson {
    fn from(rest: Rest) -> Self {
        let kind = match rest.kind {
            RestKind::TimeOut => "time_out",
            RestKind::SelfExclusion => "self_exclusion",
        };
        Self { kind, until: rest.until.millis() }
    }
}

/// A limit that changed.
pub fn limit(seq: Seq, view: LimitView) -> Vec<u8> {
    #[derive(Serialize)]
    struct Message {
        #[serde(rename = "type")]
        kind: &'static str,
        seq: u64,
        #[serde(flatten)]
        limit: LimitJson,
    }
    to_json(&Message { kind: "limit", seq: seq.0, limit: view.into() })
}

/// A rest that began or changed.
pub fn rest(seq: Seq, rest: Option<Rest>) -> Vec<u8> {
    #[derive(Serialize)]
    struct Message {
        #[serde(rename = "type")]
        kind: &'static str,
        seq: u64,
        rest: Option<RestJson>,
    }
    to_json(&Message { kind: "rest", seq: seq.0, rest: rest.map(RestJson::from) })
}

/// Everything that a player has set for himself.
pub fn limits(seq: Seq, rest: Option<Rest>, limits: &[LimitView]) -> Vec<u8> {
    #[derive(Serialize)]
    struct Message {
        #[serde(rename = "type")]
        kind: &'static str,
        seq: u64,
        rest: Option<RestJson>,
        limits: Vec<LimitJson>,
    }
    let limits = limits.iter().map(|view| LimitJson::from(*view)).collect();
    to_json(&Message { kind: "limits", seq: seq.0, rest: rest.map(RestJson::from), limits })
}
