//! What a player sets for himself, as messages: his wishes as they come, his limits as they stand.

use clutch_core::Command;
use clutch_core::command::SessionStep;
use clutch_core::play::{
    LimitBy, LimitKey, LimitView, Quantity, Rest, RestKind, SessionView, Window,
};
use clutch_core::units::{AccountId, Money, Seq, Timestamp};
use serde::Serialize;

use super::decimal::{ShowMoney, parse_money};
use super::scope::keyed;
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
    /// What he says of his session.
    Session(SessionStep),
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
            Self::Session(step) => Command::Session { account, step },
        }
    }
}

/// Which limit.
///
/// # Errors
/// [`Fault`] naming the field that is wrong.
pub fn key(quantity: &str, window: &str) -> Result<LimitKey, Fault> {
    let quantities = Quantity::ALL.iter().map(|quantity| quantity.name());
    let quantity = keyed("quantity", Quantity::named(quantity), quantities)?;
    let windows = Window::ALL.iter().map(|window| window.name());
    let window = keyed("window", Window::named(window), windows)?;
    Ok(LimitKey { quantity, window, by: LimitBy::Player })
}

/// What a player says of his session, by the word for it.
///
/// # Errors
/// [`Fault`] naming what it can be.
pub fn session_step(
    step: &str,
    minutes: impl FnOnce() -> Result<u8, Fault>,
) -> Result<SessionStep, Fault> {
    Ok(match step {
        "open" => SessionStep::Open,
        "alive" => SessionStep::Alive,
        "confirm" => SessionStep::Confirm,
        "close" => SessionStep::Close,
        "every" => SessionStep::Every { minutes: minutes()? },
        _ => return Err(Fault::bad_field("step", "open, alive, confirm, close or every")),
    })
}

/// The amount of a limit: money, or hours and minutes such as `2h`, `90m`, `1h30m`.
///
/// # Errors
/// [`Fault`] saying how it is written.
pub fn amount(key: LimitKey, text: &str) -> Result<Money, Fault> {
    if key.quantity == Quantity::Time {
        return parse_time(text)
            .ok_or_else(|| Fault::bad_field("amount", "a time such as 2h, 90m or 1h30m"));
    }
    parse_money(text).ok_or_else(|| Fault::bad_amount("amount", text, true))
}

/// Hours and minutes as seconds, in the place of an amount.
fn parse_time(text: &str) -> Option<Money> {
    let (hours, rest) = match text.split_once('h') {
        Some((hours, rest)) => (hours.parse::<u32>().ok()?, rest),
        None => (0, text),
    };
    let minutes = match rest.strip_suffix('m') {
        Some(minutes) => minutes.parse::<u32>().ok()?,
        None if rest.is_empty() && !text.is_empty() => 0,
        None => return None,
    };
    let seconds = i64::from(hours) * 3_600 + i64::from(minutes) * 60;
    (seconds <= 366 * 24 * 3_600).then(|| Money::from_minor(seconds))
}

/// An amount as it is read; time to the second.
pub fn show_amount(key: LimitKey, amount: Money) -> String {
    let seconds = amount.minor();
    if key.quantity != Quantity::Time {
        return ShowMoney(seconds).to_string();
    }
    let (hours, minutes, seconds) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
    let seconds = if seconds == 0 { String::new() } else { format!("{seconds}s") };
    if hours == 0 { format!("{minutes}m{seconds}") } else { format!("{hours}h{minutes}m{seconds}") }
}

/// A limit as it stands.
#[derive(Serialize)]
pub struct LimitJson {
    quantity: &'static str,
    window: &'static str,
    by: &'static str,
    amount: Option<String>,
    used: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    wish: Option<WishJson>,
}

#[derive(Serialize)]
struct WishJson {
    amount: Option<String>,
    confirm_from: u64,
}

impl From<LimitView> for LimitJson {
    fn from(view: LimitView) -> Self {
        Self {
            quantity: view.key.quantity.name(),
            window: view.key.window.name(),
            by: view.key.by.name(),
            amount: view.amount.map(|amount| show_amount(view.key, amount)),
            used: show_amount(view.key, view.used),
            wish: view.wish.map(|wish| WishJson {
                amount: wish.amount.map(|amount| show_amount(view.key, amount)),
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

/// A player's session. `must_confirm` is the reminder: he looks at it and sends `confirm`.
pub fn session(seq: Seq, now: Timestamp, view: Option<SessionView>, every_minutes: u8) -> Vec<u8> {
    #[derive(Serialize)]
    struct SessionJson {
        began: u64,
        played_s: u64,
        staked: Shown<ShowMoney>,
        spent: Shown<ShowMoney>,
        checks_at: Option<u64>,
        must_confirm: bool,
    }
    #[derive(Serialize)]
    struct Message {
        #[serde(rename = "type")]
        kind: &'static str,
        seq: u64,
        every_minutes: u8,
        session: Option<SessionJson>,
    }
    let session = view.map(|view| SessionJson {
        began: view.began.millis(),
        played_s: now.since(view.began) / 1_000_000_000,
        staked: money(view.staked),
        spent: money(view.spent),
        checks_at: view.checks_at.map(Timestamp::millis),
        must_confirm: view.must_confirm,
    });
    to_json(&Message { kind: "session", seq: seq.0, every_minutes, session })
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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::codes::GatewayCode;
    use crate::wire::decimal::with_places;

    #[test]
    fn limits_on_time_are_read_and_shown_in_hours_and_minutes() {
        let (quantity, window, by) = (Quantity::Time, Window::Hours24, LimitBy::Player);
        let key = LimitKey { quantity, window, by };
        for (text, seconds, shown) in [
            ("2h", 7_200, "2h0m"),
            ("90m", 5_400, "1h30m"),
            ("1h30m", 5_400, "1h30m"),
            ("45m", 2_700, "45m"),
            ("0m", 0, "0m"),
            ("8784h", 31_622_400, "8784h0m"),
        ] {
            let amount = amount(key, text);
            assert_eq!(amount, Ok(Money::from_minor(seconds)), "{text}");
            assert_eq!(show_amount(key, Money::from_minor(seconds)), shown);
        }
        for text in ["", "2", "h", "m", "-1h", "1.5h", "8785h", "30m1h", "99999999999h", "1h "] {
            assert!(amount(key, text).is_err(), "{text}");
        }
        assert_eq!(show_amount(key, Money::from_minor(3_661)), "1h1m1s");
    }

    #[test]
    fn the_amount_of_a_limit_has_the_places_of_the_players_money() {
        let (quantity, window, by) = (Quantity::Loss, Window::Days7, LimitBy::Player);
        let key = LimitKey { quantity, window, by };
        for (places, text, minor) in
            [(0, "500", 500), (2, "12.5", 1_250), (3, "1.234", 1_234), (0, "0", 0)]
        {
            let amount = with_places(places, || amount(key, text));
            assert_eq!(amount, Ok(Money::from_minor(minor)), "{text}");
        }
        for (places, text, code, told) in [
            (0, "500.5", GatewayCode::TooManyPlaces, "more than 0 decimal places"),
            (2, "1.234", GatewayCode::TooManyPlaces, "more than 2 decimal places"),
            (3, "1.2345", GatewayCode::TooManyPlaces, "more than 3 decimal places"),
            (0, "-5", GatewayCode::BadField, "an amount with at most 0 places"),
            (3, "1e3", GatewayCode::BadField, "an amount with at most 3 places"),
        ] {
            let fault = with_places(places, || amount(key, text)).unwrap_err();
            assert_eq!(fault.code, code, "{text}");
            assert!(fault.text.contains(told), "{text}: {}", fault.text);
        }
    }

    #[test]
    fn what_a_player_says_of_his_session_is_read() {
        let minutes = || Ok(60);
        assert_eq!(session_step("open", minutes), Ok(SessionStep::Open));
        assert_eq!(session_step("every", minutes), Ok(SessionStep::Every { minutes: 60 }));
        let lacking = || Err(Fault::missing("minutes"));
        assert_eq!(session_step("every", lacking), Err(Fault::missing("minutes")));
        assert!(session_step("pause", minutes).is_err());
    }
}
