//! Which message it is: its type says which fields it needs.

use std::fmt::Write as _;

use clutch_core::command::{PlaceBatch, PricePolicy};
use clutch_core::play::{LimitKey, RestKind};
use clutch_core::units::{BetId, ClientBetId, MatchId, Money, Seq, Stake};
use serde::Deserialize;

use super::value::{decimal_text, flag, number, text};
use super::{Fields, Request, ResumePoint, SUBSCRIPTION_IDS, Topic};
use crate::codes::{Fault, GatewayCode};
use crate::wire::batch;
use crate::wire::cash_out::{CashOutWish, parse_quote};
use crate::wire::play::{self, PlayWish};

#[derive(Deserialize)]
struct Resume {
    epoch: String,
    seq: u64,
}

impl Fields<'_> {
    pub(super) fn request(&self) -> Result<Request, Fault> {
        let kind = text("type", self.kind)?;
        Ok(match kind.as_ref() {
            "auth" => Request::Auth { token: text("token", self.token)?.into_owned() },
            "subscribe" => Request::Subscribe {
                id: self.subscription_id()?,
                topic: self.topic()?,
                resume: self.resume()?,
            },
            "unsubscribe" => Request::Unsubscribe { id: self.subscription_id()? },
            "place" => Request::Place(self.slip()?, self.terms()?),
            "place_batch" => Request::PlaceBatch(Box::new(self.batch()?)),
            "answer_offer" => Request::AnswerOffer {
                client_id: self.client_id()?,
                offer: BetId(number("offer", self.offer)?),
                accept: flag("accept", self.accept)?.ok_or_else(|| Fault::missing("accept"))?,
            },
            "cancel" => Request::Cancel { client_id: self.client_id()? },
            "bet" => Request::Bet { client_id: self.client_id()? },
            "balance" => Request::Balance,
            "quote_max" if self.legs.is_some() => {
                let (nobodys, any) = (ClientBetId(0), PricePolicy::Any);
                let unit = Stake::new(Money::from_minor(1)).unwrap_or(Stake::MAX);
                Request::QuoteMaxUnit(Box::new(self.multiple(nobodys, any, unit)?))
            }
            "quote_max" => {
                Request::QuoteMax { market: self.market()?, selection: self.selection()? }
            }
            "quote_cash_out" => {
                Request::QuoteCashOut { client_id: self.client_id()?, part: self.part()? }
            }
            "cash_out" => Request::CashOut(CashOutWish {
                client_id: self.client_id()?,
                part: self.part()?,
                quote: parse_quote(&text("quote", self.quote)?)
                    .ok_or_else(|| Fault::bad_field("quote", "the 32 digits of a quote"))?,
                amount: self.amount()?,
            }),
            "set_limit" => {
                let key = self.limit_key()?;
                let amount = play::amount(key, &decimal_text("amount", self.amount)?)?;
                Request::Play(PlayWish::Limit(key, Some(amount)))
            }
            "lift_limit" => Request::Play(PlayWish::Limit(self.limit_key()?, None)),
            "confirm_limit" => Request::Play(PlayWish::Confirm(self.limit_key()?)),
            "time_out" => {
                let hours = number::<u16>("hours", self.hours)?;
                Request::Play(PlayWish::Rest(RestKind::TimeOut, hours.into()))
            }
            "self_exclude" => {
                let days = number::<u16>("days", self.days)?;
                Request::Play(PlayWish::Rest(RestKind::SelfExclusion, u32::from(days) * 24))
            }
            "return" => Request::Play(PlayWish::Return),
            "session" => {
                let minutes = || number::<u8>("minutes", self.minutes);
                let step = play::session_step(&text("step", self.step)?, minutes)?;
                Request::Play(PlayWish::Session(step))
            }
            "limits" => Request::Limits,
            "time" => Request::Time { t0: number("t0", self.t0)? },
            "ping" => Request::Ping,
            unknown => {
                let mut text = String::from("There is no message of type \"");
                text.extend(unknown.chars().take(40));
                let _ = write!(text, "\".");
                return Err(Fault::with(GatewayCode::UnknownMessage, text));
            }
        })
    }

    pub(super) fn batch(&self) -> Result<PlaceBatch, Fault> {
        let bets = self.bets.ok_or_else(|| Fault::missing("bets"))?;
        let mut ask = batch::batch(self.policy()?, bets)?;
        ask.device = self.device()?;
        Ok(ask)
    }

    fn subscription_id(&self) -> Result<u8, Fault> {
        let id: u8 = number("id", self.id)?;
        (id < SUBSCRIPTION_IDS)
            .then_some(id)
            .ok_or_else(|| Fault::bad_field("id", "a number from 0 to 15"))
    }

    fn topic(&self) -> Result<Topic, Fault> {
        match text("topic", self.topic)?.as_ref() {
            "matches" => Ok(Topic::Matches),
            "markets" => Ok(Topic::Markets(MatchId(number("match", self.match_id)?))),
            "all" => Ok(Topic::All),
            "mine" => Ok(Topic::Mine),
            _ => Err(Fault::bad_field("topic", "matches, markets, all or mine")),
        }
    }

    fn resume(&self) -> Result<Option<ResumePoint>, Fault> {
        let Some(raw) = self.resume else { return Ok(None) };
        let resume: Resume = serde_json::from_str(raw.get())
            .map_err(|_| Fault::bad_field("resume", "an object with epoch and seq"))?;
        Ok(Some(ResumePoint { epoch: resume.epoch, seq: Seq(resume.seq) }))
    }

    fn limit_key(&self) -> Result<LimitKey, Fault> {
        play::key(&text("quantity", self.quantity)?, &text("window", self.window)?)
    }
}
