//! Why a bet was taken or refused: the questions it was asked, in order, each with its numbers.
//!
//! For a customer's dispute, from the journal and never on the hot path. The questions are those of
//! `Step::decide`; the last word here is always its own, and the simulation compares the two. A bet of
//! several legs is asked the same questions for each leg; see `bets::multiple::explain`.

use alloc::vec::Vec;

use super::{Offer, Request, Seen, as_number};
use crate::Outbox;
use crate::bets::client_ids::Key;
use crate::command::{Actor, PlaceBet};
use crate::reject::{Refusal, Reject};
use crate::risk::{self, Measure, RuleId, RuleMode};
use crate::state::{State, Step};
use crate::units::{BonusId, ClientBetId, MarketId, Money, Seq, Stake, Timestamp, millis};

/// One question that a bet was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Check {
    /// The question, in words.
    pub name: &'static str,
    /// The leg that it is about, from 0; `None` if it is about the bet as a whole.
    pub leg: Option<u8>,
    /// The code of a refusal over it; [`Reject::numbers`] says what its numbers count.
    pub code: Reject,
    /// The limit or what was expected, and what was found, if the question is about numbers.
    pub numbers: Option<(i64, i64)>,
    /// Whether the bet passed.
    pub passed: bool,
    /// Whether a risk rule asked it in shadow: then it refuses nothing.
    pub in_shadow: bool,
    /// Whether a trader is asked where the bet does not pass: then it refuses nothing by itself.
    pub to_trader: bool,
}

impl Check {
    /// Whether the bet was refused over it.
    pub const fn refuses(&self) -> bool {
        !self.passed && !self.in_shadow && !self.to_trader
    }
}

impl State {
    /// The questions that a placement at this place of the journal is asked, up to the one that refuses
    /// it by that actor. The state must have applied everything before `seq` and is used up: what comes due first
    /// moves it. Empty for an id that was answered before, and before the journal's first record.
    pub fn explain(
        self,
        seq: Seq,
        now: Timestamp,
        actor: Actor,
        (place, bonus): (&PlaceBet, Option<BonusId>),
    ) -> Vec<Check> {
        let key = Key::new(place.account, place.client_id.0);
        self.explained(seq, now, actor, key, |step, asked| {
            let _ = step.ask(place, bonus, asked);
            let decided = match bonus {
                Some(bonus) => step.decide_funded(place, bonus),
                None => step.decide(place).or_else(|refusal| step.refer(place, refusal)),
            };
            decided.err().map(|refusal| (refusal, None))
        })
    }

    /// Has `ask` put the questions and give the verdict: the refusal, and the leg that it is about.
    pub(in crate::bets) fn explained(
        mut self,
        seq: Seq,
        now: Timestamp,
        actor: Actor,
        key: Key,
        ask: impl FnOnce(&Step<'_>, &mut Asked) -> Option<(Refusal, Option<u8>)>,
    ) -> Vec<Check> {
        let mut asked = Asked::default();
        let Some(tables) = &mut self.tables else { return asked.checks };
        let mut outbox = Outbox::with_capacity(tables.capacity.events_max());
        let mut step = Step {
            seq,
            now,
            actor: Actor::Engine,
            a_person_looks: false,
            approved_by: None,
            heard_of: Timestamp::default(),
            config: &mut self.config,
            config_version: &mut self.config_version,
            tables,
            outbox: &mut outbox,
        };
        step.fire_due();
        step.actor = actor;
        if step.tables.client_ids.get(key).is_some() {
            return asked.checks;
        }
        step.forget_expired_ids();
        let verdict = ask(&step, &mut asked);
        asked.end_with(verdict);
        asked.checks
    }
}

/// The questions so far.
#[derive(Default)]
pub(in crate::bets) struct Asked {
    pub checks: Vec<Check>,
    /// The leg that is being asked about.
    pub leg: Option<u8>,
    /// Whether no trader is asked, whatever the settings refer to one.
    pub is_final: bool,
}

/// A bet was refused, so nothing more is asked.
pub(in crate::bets) struct Stopped;

impl Asked {
    pub fn put(
        &mut self,
        name: &'static str,
        code: Reject,
        numbers: Option<(i64, i64)>,
        passed: bool,
    ) -> Result<(), Stopped> {
        let leg = self.leg;
        self.checks.push(Check {
            name,
            leg,
            code,
            numbers,
            passed,
            in_shadow: false,
            to_trader: false,
        });
        if passed { Ok(()) } else { Err(Stopped) }
    }

    /// Several questions with one answer: those before the one that refused passed.
    pub fn put_all<T>(
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

    /// The rules' own verdict has the last word: what was not among the answers is added to them.
    fn end_with(&mut self, verdict: Option<(Refusal, Option<u8>)>) {
        let Some((Refusal { code, limit, actual }, leg)) = verdict else {
            assert!(self.checks.iter().all(|check| !check.refuses()), "a bet that is taken passed");
            return;
        };
        let is_said = |check: &Check| check.code == code && (leg.is_none() || check.leg == leg);
        if self.checks.iter().filter(|check| check.refuses()).any(is_said) {
            return;
        }
        self.checks.retain(|check| !check.refuses());
        self.checks.push(Check {
            name: "another rule",
            leg,
            code,
            numbers: Some((limit, actual)),
            passed: false,
            in_shadow: false,
            to_trader: false,
        });
    }
}

/// What is asked of every selection, in the order of `Tables::check_offer`.
pub(in crate::bets) const OF_OFFER: [(&str, &[Reject]); 5] = [
    (
        "the account may bet",
        &[
            Reject::AccountSuspended,
            Reject::UnknownAccount,
            Reject::AccountClosed,
            Reject::AccountSelfExcluded,
            Reject::AccountTimedOut,
            Reject::NotVerified,
            Reject::VerificationOverdue,
            Reject::UnverifiedStake,
            Reject::AccountUnderReview,
            Reject::NoSession,
            Reject::RealityCheckDue,
            Reject::SessionTimeReached,
        ],
    ),
    (
        "the stake is within the limits of this player",
        &[
            Reject::StakeLimitReached,
            Reject::LossLimitReached,
            Reject::HouseLimitReached,
            Reject::CapacityReached,
        ],
    ),
    ("the market exists", &[Reject::UnknownMarket, Reject::UnknownSelection]),
    ("the market is open", &[Reject::MarketSuspended, Reject::MarketDecided]),
    ("the selection is on offer", &[Reject::SelectionInactive]),
];

/// What is asked of a bonus that has a part in the bet.
pub(in crate::bets) const OF_BONUS: [(&str, &[Reject]); 2] = [
    ("the bonus can be used for a bet", &[Reject::UnknownBonus]),
    ("something is left of it for this bet", &[Reject::BonusUsedUp, Reject::BonusWorthless]),
];

/// What is asked before any selection is looked at.
pub(in crate::bets) const OF_ROOM: [(&str, &[Reject]); 1] =
    [("there is room for the bet", &[Reject::CapacityReached])];

impl Step<'_> {
    fn ask(
        &self,
        place: &PlaceBet,
        bonus: Option<BonusId>,
        asked: &mut Asked,
    ) -> Result<(), Stopped> {
        asked.is_final = bonus.is_some();
        self.ask_about_id(place.client_id, asked)?;
        self.ask_about_switches(&[place.market], asked)?;
        let room = self.tables.check_room();
        let for_part = bonus.map_or(Ok(()), |_| self.tables.fundings.check_room());
        asked.put_all(&OF_ROOM, room.and(for_part))?;
        let request = match bonus {
            Some(bonus) => self.funded_request(place, bonus),
            None => Request {
                account: place.account,
                market: place.market,
                selection: place.selection,
                adds: place.stake.money(),
            },
        };
        let offer = asked.put_all(&OF_OFFER, self.tables.check_offer(request))?;
        self.ask_about_price(Seen::of(place), &offer, asked)?;
        let (stake, gross) = (place.stake, offer.odds.payout_floor(place.stake));
        let in_limits = |bonus| {
            let of = (place.account, bonus);
            self.tables.wallet.in_limits(of, stake.money(), (gross, Money::MAX))
        };
        self.ask_about_risk(&offer, stake, bonus.map_or(gross, in_limits), asked)?;
        let own = match bonus {
            Some(bonus) => {
                let funded = self.fund(place, bonus, &offer);
                asked.put_all(&OF_BONUS, funded.map(|(_, own)| own))?
            }
            None => stake.money(),
        };
        ask_about_funds(&offer, own, asked)
    }

    /// Whether the switches and modes let a bet on these markets through.
    pub(in crate::bets) fn ask_about_switches(
        &self,
        markets: &[MarketId],
        asked: &mut Asked,
    ) -> Result<(), Stopped> {
        let stops = |market: &MarketId| self.tables.check_switches(self.channel(), *market).err();
        let stopped = markets.iter().find_map(stops);
        let numbers = stopped.map(|refusal| (refusal.limit, refusal.actual));
        let name = "betting is not stopped";
        asked.put(name, Reject::BettingStopped, numbers, stopped.is_none())
    }

    pub(in crate::bets) fn ask_about_id(
        &self,
        client_id: ClientBetId,
        asked: &mut Asked,
    ) -> Result<(), Stopped> {
        let made = client_id.time();
        asked.put("the bet has a proper id", Reject::ClientIdInvalid, None, made.is_some())?;
        let distance = made.map_or(0, |made| self.now.since(made).max(made.since(self.now)));
        let limit = self.config.client_id_past_ns;
        let refused = self.check_client_id(client_id).err();
        let numbers = refused.map_or((millis(limit), millis(distance)), |it| (it.limit, it.actual));
        let name = "the id was made not long ago";
        asked.put(name, Reject::ClientIdOutsideWindow, Some(numbers), refused.is_none())
    }

    pub(in crate::bets) fn ask_about_price(
        &self,
        seen: Seen,
        offer: &Offer<'_>,
        asked: &mut Asked,
    ) -> Result<(), Stopped> {
        let refused = self.check_price(seen, offer).err().map(|refusal| refusal.code);
        let stands = |code| refused != Some(code);
        let epochs = (i64::from(seen.epoch), i64::from(offer.market.epoch));
        let code = Reject::MaterialChange;
        asked.put("the match has not moved on since", code, Some(epochs), stands(code))?;
        let odds = (i64::from(seen.odds.milli()), i64::from(offer.odds.milli()));
        let code = Reject::OddsChanged;
        asked.put("the odds are welcome to the bettor", code, Some(odds), stands(code))?;
        let age = offer.market.prices.outdated_for(seen.price_seq, self.now);
        let ages = (millis(self.config.view_age_max_ns), millis(age));
        let code = Reject::StaleView;
        asked.put("the price seen was not replaced long ago", code, Some(ages), stands(code))?;
        let newest = offer.market.prices.price_seq();
        let views = (as_number(newest), as_number(seen.price_seq));
        let code = Reject::UnknownView;
        asked.put("the price named was on offer at some time", code, Some(views), stands(code))
    }

    /// The risk rules.
    pub(in crate::bets) fn ask_about_risk(
        &self,
        offer: &Offer<'_>,
        stake: Stake,
        payout: Money,
        asked: &mut Asked,
    ) -> Result<(), Stopped> {
        let wager = self.tables.wager(offer, self.config, self.now, stake, payout);
        for &id in RuleId::ALL {
            let (rule, mode) = (id.rule(), self.tables.rule_mode(self.config, id));
            if mode == RuleMode::Off {
                continue;
            }
            let Measure { limit, would_be, passes, .. } = (rule.measure)(&wager);
            let (name, code, numbers) = (rule.name, rule.code, Some((limit, would_be)));
            let to_trader = mode == RuleMode::Refer && !asked.is_final;
            let in_shadow = mode == RuleMode::Shadow;
            if (in_shadow || to_trader) && risk::is_sane(would_be) {
                let leg = asked.leg;
                asked.checks.push(Check {
                    name,
                    leg,
                    code,
                    numbers,
                    passed: passes,
                    in_shadow,
                    to_trader,
                });
            } else {
                asked.put(name, code, numbers, passes)?;
            }
        }
        Ok(())
    }
}

/// The last question of all.
pub(in crate::bets) fn ask_about_funds(
    offer: &Offer<'_>,
    stake: Money,
    asked: &mut Asked,
) -> Result<(), Stopped> {
    let funds = (offer.account.available.minor(), stake.minor());
    let is_in_debt = offer.account.available < Money::ZERO;
    let code = if is_in_debt { Reject::AccountInDebt } else { Reject::InsufficientFunds };
    asked.put("the balance covers the stake", code, Some(funds), funds.1 <= funds.0)
}
