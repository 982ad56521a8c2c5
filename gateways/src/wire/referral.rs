//! Bets that a trader looks at: what he says, and what lies on his desk.

use clutch_core::command::ReferralWord;
use clutch_core::event::LegView;
use clutch_core::units::{AccountId, BetId, Stake};
use clutch_core::{Command, Event, Record};
use serde::{Deserialize, Serialize};

use super::decimal::{self, with_places};
use super::multiple::{Multiple, MultipleJson, multiple_json};
use super::server::{BetJson, bet_json, to_json};
use crate::book::Book;
use crate::codes::Fault;

/// `"accept"`, `{"part":"5.00"}`, `{"offer":{"stake":"5.00","odds":"1.80"}}`, `"refuse"`.
#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum WordJson {
    Accept,
    Part(String),
    Offer(OfferJson),
    Refuse,
}

/// The stake (on each line) and, for a bet on one selection, other odds.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct OfferJson {
    stake: String,
    odds: Option<String>,
}

/// The command of a trader's word about a bet.
pub(super) fn command(bet: u64, word: &WordJson) -> Result<Command, Fault> {
    let word = match word {
        WordJson::Accept => ReferralWord::Accept,
        WordJson::Refuse => ReferralWord::Refuse,
        WordJson::Part(stake) => ReferralWord::AcceptPart { stake: read_stake(stake)? },
        WordJson::Offer(OfferJson { stake, odds }) => {
            let read = |text: &String| {
                decimal::parse_odds(text)
                    .ok_or_else(|| Fault::bad_field("odds", "odds from 1.001 to 1000"))
            };
            let odds = odds.as_ref().map(read).transpose()?;
            ReferralWord::Offer { stake: read_stake(stake)?, odds }
        }
    };
    Ok(Command::DecideReferral { bet: BetId(bet), word })
}

fn read_stake(text: &str) -> Result<Stake, Fault> {
    decimal::parse_stake(text).ok_or_else(|| Fault::bad_amount("stake", text, false))
}

/// Every bet that waits for a trader, as its bettor sees it.
pub fn referrals(book: &Book, records: &[Record]) -> Vec<u8> {
    #[derive(Serialize)]
    #[serde(untagged)]
    enum BetView<'a> {
        Single(BetJson<'a>),
        Multiple(MultipleJson<'a>),
    }
    #[derive(Serialize)]
    struct Referral<'a> {
        account: u32,
        #[serde(flatten)]
        bet: BetView<'a>,
    }
    #[derive(Serialize)]
    struct Message {
        referrals: Vec<serde_json::Value>,
    }
    // Each in the money of its bettor.
    let shown = |account: AccountId, bet: BetView<'_>| {
        let referral = Referral { account: account.0, bet };
        let show = || serde_json::to_value(&referral).unwrap_or_default();
        with_places(book.purses().places_shown(account), show)
    };
    let (mut referrals, mut legs) = (Vec::new(), Vec::<LegView>::new());
    for record in records {
        match record.event {
            Event::Leg(leg) => legs.push(leg),
            Event::Bet(view) => {
                let bet = BetView::Single(bet_json(book, &view));
                referrals.push(shown(view.account, bet));
            }
            Event::Multiple(view) => {
                let bet = Multiple { view, legs: std::mem::take(&mut legs) };
                let bet = BetView::Multiple(multiple_json(book, &bet));
                referrals.push(shown(view.account, bet));
            }
            _ => {}
        }
    }
    to_json(&Message { referrals })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn read(text: &str) -> Result<Command, String> {
        let word: WordJson = serde_json::from_str(text).map_err(|error| error.to_string())?;
        command(812, &word).map_err(|fault| fault.text.into_owned())
    }

    #[test]
    fn a_traders_word_is_read_and_nonsense_names_its_field() {
        for text in [
            "\"accept\"",
            "\"refuse\"",
            r#"{"part":"5.00"}"#,
            r#"{"offer":{"stake":"5.00"}}"#,
            r#"{"offer":{"stake":"5.00","odds":"1.80"}}"#,
        ] {
            assert!(matches!(read(text), Ok(Command::DecideReferral { bet: BetId(812), .. })));
        }
        for (text, field) in [
            (r#"{"part":"0"}"#, "stake"),
            (r#"{"part":"5.001"}"#, "stake"),
            (r#"{"offer":{"stake":"5","odds":"0.9"}}"#, "odds"),
            (r#"{"offer":{"odds":"1.9"}}"#, "stake"),
            (r#"{"offer":{"stake":"5","price":"1.9"}}"#, "price"),
            ("\"perhaps\"", "perhaps"),
        ] {
            assert!(read(text).unwrap_err().contains(field), "{text}");
        }
    }
}
