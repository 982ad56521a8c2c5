//! Why a bet was taken or refused: the questions it was asked, in order, each with its numbers.
//!
//! For a customer's dispute, from the journal and never on the hot path. The questions are those of
//! `Step::decide`; the last word here is always its own, and the simulation compares the two.

use alloc::vec::Vec;

use super::{Offer, Request, Seen, millis};
use crate::Outbox;
use crate::bets::client_ids::Key;
use crate::command::{Actor, PlaceBet};
use crate::reject::{Refusal, Reject};
use crate::risk::{self, Measure, RuleId, RuleMode};
use crate::state::{State, Step};
use crate::units::{Seq, Timestamp};

/// One question that a bet was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Check {
    /// The question, in words.
    pub name: &'static str,
    /// The code of a refusal over it; [`Reject::numbers`] says what its numbers count.
    pub code: Reject,
    /// The limit or what was expected, and what was found, if the question is about numbers.
    pub numbers: Option<(i64, i64)>,
    /// Whether the bet passed.
    pub passed: bool,
    /// Whether a risk rule asked it in shadow: then it refuses nothing.
    pub in_shadow: bool,
}

impl State {
    /// The questions that a placement at this place of the journal is asked, up to the one that refuses
    /// it by that actor. The state must have applied everything before `seq` and is used up: what comes due first
    /// moves it. Empty for an id that was answered before, and before the journal's first record.
    pub fn explain(
        mut self,
        seq: Seq,
        now: Timestamp,
        actor: Actor,
        place: &PlaceBet,
    ) -> Vec<Check> {
        let mut asked = Asked(Vec::new());
        let Some(tables) = &mut self.tables else { return asked.0 };
        let mut outbox = Outbox::with_capacity(tables.capacity.events_max());
        let mut step = Step {
            seq,
            now,
            actor: Actor::Engine,
            a_person_looks: false,
            approved_by: None,
            config: &mut self.config,
            config_version: &mut self.config_version,
            tables,
            outbox: &mut outbox,
        };
        step.fire_due();
        step.actor = actor;
        if step.tables.client_ids.get(Key::new(place.account, place.client_id.0)).is_some() {
            return asked.0;
        }
        step.forget_expired_ids();
        let _ = step.ask(place, &mut asked);
        let verdict = step.decide(place).err();
        let refuses = |check: &&Check| !check.passed && !check.in_shadow;
        let said = asked.0.last().filter(refuses).map(|last| last.code);
        if let Some(Refusal { code, limit, actual }) = verdict.filter(|it| said != Some(it.code)) {
            asked.0.retain(|check| check.passed || check.in_shadow);
            asked.0.push(Check {
                name: "another rule",
                code,
                numbers: Some((limit, actual)),
                passed: false,
                in_shadow: false,
            });
        }
        asked.0
    }
}

/// The questions so far.
struct Asked(Vec<Check>);

/// A bet was refused, so nothing more is asked.
struct Stopped;

impl Asked {
    fn put(
        &mut self,
        name: &'static str,
        code: Reject,
        numbers: Option<(i64, i64)>,
        passed: bool,
    ) -> Result<(), Stopped> {
        self.0.push(Check { name, code, numbers, passed, in_shadow: false });
        if passed { Ok(()) } else { Err(Stopped) }
    }

    /// Several questions with one answer: those before the one that refused passed.
    fn put_all<T>(
        &mut self,
        questions: &[(&'static str, &[Reject])],
        answer: Result<T, Refusal>,
    ) -> Result<T, Stopped> {
        let refusal = answer.as_ref().err().copied();
        for (name, codes) in questions {
            let refused = refusal.filter(|refusal| codes.contains(&refusal.code));
            let code = refused.map_or(codes[0], |refusal| refusal.code);
            let numbers = refused.map(|refusal| (refusal.limit, refusal.actual));
            let numbers = numbers.filter(|numbers| *numbers != (0, 0));
            self.put(name, code, numbers, refused.is_none())?;
        }
        answer.map_err(|_| Stopped)
    }
}

impl Step<'_> {
    fn ask(&self, place: &PlaceBet, asked: &mut Asked) -> Result<(), Stopped> {
        self.ask_about_id(place, asked)?;
        let stopped = self.tables.check_switches(self.channel(), place.market).err();
        let numbers = stopped.map(|refusal| (refusal.limit, refusal.actual));
        asked.put(
            "no kill switch and no mode stops it",
            Reject::BettingStopped,
            numbers,
            stopped.is_none(),
        )?;
        let room: [(&str, &[Reject]); 1] =
            [("there is room for the bet", &[Reject::CapacityReached])];
        asked.put_all(&room, self.tables.check_room())?;
        let request = Request {
            account: place.account,
            market: place.market,
            selection: place.selection,
            adds: place.stake.money(),
        };
        let offer: [(&str, &[Reject]); 5] = [
            (
                "the account may bet",
                &[
                    Reject::AccountSuspended,
                    Reject::UnknownAccount,
                    Reject::AccountClosed,
                    Reject::AccountSelfExcluded,
                    Reject::AccountTimedOut,
                ],
            ),
            (
                "the stake is within the player's own limits",
                &[Reject::StakeLimitReached, Reject::LossLimitReached],
            ),
            ("the market exists", &[Reject::UnknownMarket, Reject::UnknownSelection]),
            ("the market is open", &[Reject::MarketSuspended, Reject::MarketDecided]),
            ("the selection is on offer", &[Reject::SelectionInactive]),
        ];
        let offer = asked.put_all(&offer, self.tables.check_offer(request))?;
        self.ask_about_price(place, &offer, asked)?;
        self.ask_about_money(place, &offer, asked)
    }

    fn ask_about_id(&self, place: &PlaceBet, asked: &mut Asked) -> Result<(), Stopped> {
        let made = place.client_id.time();
        asked.put("the bet has a proper id", Reject::ClientIdInvalid, None, made.is_some())?;
        let distance = made.map_or(0, |made| self.now.since(made).max(made.since(self.now)));
        let limit = self.config.client_id_past_ns;
        let refused = self.check_client_id(place.client_id).err();
        let numbers = refused.map_or((millis(limit), millis(distance)), |it| (it.limit, it.actual));
        let name = "the id was made not long ago";
        asked.put(name, Reject::ClientIdOutsideWindow, Some(numbers), refused.is_none())
    }

    fn ask_about_price(
        &self,
        place: &PlaceBet,
        offer: &Offer<'_>,
        asked: &mut Asked,
    ) -> Result<(), Stopped> {
        let refused = self.check_price(Seen::of(place), offer).err().map(|refusal| refusal.code);
        let stands = |code| refused != Some(code);
        let epochs = (i64::from(place.epoch), i64::from(offer.market.epoch));
        let code = Reject::MaterialChange;
        asked.put("the match has not moved on since", code, Some(epochs), stands(code))?;
        let age = offer.market.prices.outdated_for(place.price_seq, self.now);
        let ages = (millis(self.config.view_age_max_ns), millis(age));
        let code = Reject::StaleView;
        asked.put("the price seen was not replaced long ago", code, Some(ages), stands(code))?;
        let odds = (i64::from(place.odds.milli()), i64::from(offer.odds.milli()));
        let code = Reject::OddsChanged;
        asked.put("the odds are welcome to the bettor", code, Some(odds), stands(code))
    }

    fn ask_about_money(
        &self,
        place: &PlaceBet,
        offer: &Offer<'_>,
        asked: &mut Asked,
    ) -> Result<(), Stopped> {
        let (stake, payout) = (place.stake, offer.odds.payout_floor(place.stake));
        let wager = self.tables.wager(offer, self.config, self.now, stake, payout);
        for &id in RuleId::ALL {
            let (rule, mode) = (id.rule(), self.tables.rule_mode(self.config, id));
            if mode == RuleMode::Off {
                continue;
            }
            let Measure { limit, would_be, passes, .. } = (rule.measure)(&wager);
            if mode == RuleMode::Shadow && risk::is_sane(would_be) {
                let (name, code, numbers) = (rule.name, rule.code, Some((limit, would_be)));
                asked.0.push(Check { name, code, numbers, passed: passes, in_shadow: true });
            } else {
                asked.put(rule.name, rule.code, Some((limit, would_be)), passes)?;
            }
        }
        let funds = (offer.account.available.minor(), stake.money().minor());
        let code = Reject::InsufficientFunds;
        asked.put("the balance covers the stake", code, Some(funds), funds.1 <= funds.0)
    }
}
