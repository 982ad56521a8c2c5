//! Why a bet was taken or refused: the questions it was asked, in order, each with its numbers.
//!
//! For a customer's dispute, from the journal and never on the hot path: a bet is decided once more, with
//! somebody who listens. What the rules answered then has the last word. A bet of several legs is asked the
//! same questions for each leg; see `bets::multiple::explain`.

use alloc::vec::Vec;

use super::Beside;
use super::checks::as_number;
use crate::Outbox;
use crate::bets::client_ids::Key;
use crate::bets::multiple::is_about_a_leg;
use crate::bets::questions::{Listener, Question};
use crate::command::{Actor, PlaceBet};
use crate::reject::{Refusal, Reject};
use crate::risk::{self, Measure, RuleId, RuleMode, RuleSet, Wager};
use crate::state::{State, Step};
use crate::units::{BonusId, Seq, Timestamp, millis};

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
    /// How much of the limit was used before the bet, in the limit's unit; `None` where nothing adds up. What
    /// was found is that and the bet's own part.
    pub used: Option<i64>,
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
            asked.is_final = bonus.is_some();
            let excused = if asked.is_final { RuleSet::EMPTY } else { step.config.rules_refer };
            let beside = Beside { bonus, ..Beside::NOTHING };
            let _ = step.decide_but_for(place, beside, excused, asked);
            let decided = match bonus {
                Some(_) => step.decide_beside(place, beside),
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

/// Hears the questions that a bet is asked, and writes them down.
#[derive(Default)]
pub(in crate::bets) struct Asked {
    checks: Vec<Check>,
    /// The leg that is being asked about.
    leg: Option<u8>,
    /// Whether no trader is asked, whatever the settings refer to one.
    pub is_final: bool,
}

impl Listener for Asked {
    fn hear<T>(
        &mut self,
        question: Question<'_>,
        answer: Result<T, Refusal>,
    ) -> Result<T, Refusal> {
        let refusal = answer.as_ref().err().copied();
        match question {
            Question::Risk(wager, rules) => self.put_rules(wager, rules),
            _ => self.put(numbers_of(question, refusal), names_of(question), refusal),
        }
        answer
    }

    fn turn_to(&mut self, leg: Option<u8>) {
        self.leg = leg;
    }
}

impl Asked {
    /// Several questions with one answer: those before the one that refused passed.
    fn put(&mut self, numbers: Option<(i64, i64)>, questions: &[Named], refusal: Option<Refusal>) {
        for (name, codes) in questions {
            let refused = refusal.filter(|refusal| codes.contains(&refusal.code));
            let of_refusal = refused.map(|refusal| (refusal.limit, refusal.actual));
            let of_refusal = of_refusal.filter(|numbers| *numbers != (0, 0));
            self.add(Check {
                name,
                leg: self.leg,
                code: refused.map_or(codes[0], |refusal| refusal.code),
                numbers: numbers.or(of_refusal),
                used: None,
                passed: refused.is_none(),
                in_shadow: false,
                to_trader: false,
            });
            if refused.is_some() {
                return;
            }
        }
    }

    /// The risk rules, up to the first that refuses.
    fn put_rules(&mut self, wager: &Wager<'_>, rules: RuleSet) {
        for &id in RuleId::ALL.iter().filter(|id| rules.has(**id)) {
            let (rule, mode) = (id.rule(), wager.config.mode(id));
            let Measure { limit, used, would_be, passes: passed } = (rule.measure)(wager);
            let check = Check {
                name: rule.name,
                leg: self.leg,
                code: rule.code,
                numbers: Some((limit, would_be)),
                used: id.adds_up().then_some(used),
                passed,
                in_shadow: mode == RuleMode::Shadow && risk::is_sane(would_be),
                to_trader: mode == RuleMode::Refer && !self.is_final && risk::is_sane(would_be),
            };
            self.add(check);
            if check.refuses() {
                return;
            }
        }
    }

    /// What is not of one leg is said once, unless another leg has it otherwise.
    fn add(&mut self, mut check: Check) {
        let is_first = check.leg.is_none_or(|leg| leg == 0);
        if !is_about_a_leg(check.code) {
            check.leg = None;
        }
        let said = (check.code, check.numbers);
        let is_told = || self.checks.iter().any(|it| (it.code, it.numbers) == said);
        if is_first || check.leg.is_some() || !check.passed || !is_told() {
            self.checks.push(check);
        }
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
            used: None,
            passed: false,
            in_shadow: false,
            to_trader: false,
        });
    }
}

/// A question in words, and the codes of a refusal over it.
type Named = (&'static str, &'static [Reject]);

/// The questions that are behind one answer.
const fn names_of(question: Question<'_>) -> &'static [Named] {
    match question {
        Question::ProperId => &[("the bet has a proper id", &[Reject::ClientIdInvalid])],
        Question::RecentId { .. } => {
            &[("the id was made not long ago", &[Reject::ClientIdOutsideWindow])]
        }
        Question::NotStopped => &[("betting is not stopped", &[Reject::BettingStopped])],
        Question::Room => &[("there is room for the bet", &[Reject::CapacityReached])],
        Question::Account => &[
            ("the account may bet", NOT_AT_ALL),
            ("the stake is within the limits of this player", NOT_SO_MUCH),
        ],
        Question::Exists => {
            &[("the market exists", &[Reject::UnknownMarket, Reject::UnknownSelection])]
        }
        Question::IsOpen => {
            &[("the market is open", &[Reject::MarketSuspended, Reject::MarketDecided])]
        }
        Question::OnOffer => &[("the selection is on offer", &[Reject::SelectionInactive])],
        Question::Apart => &[
            ("the selection is in the bet once", &[Reject::SelectionRepeated]),
            ("its match is in the bet once", &[Reject::LegsRelated]),
        ],
        Question::SameEpoch(..) => {
            &[("the match has not moved on since", &[Reject::MaterialChange])]
        }
        Question::Welcome(..) => &[("the odds are welcome to the bettor", &[Reject::OddsChanged])],
        Question::FreshView { .. } => {
            &[("the price seen was not replaced long ago", &[Reject::StaleView])]
        }
        Question::KnownView { .. } => {
            &[("the price named was on offer at some time", &[Reject::UnknownView])]
        }
        Question::Bonus => &[
            ("the bonus can be used for a bet", &[Reject::UnknownBonus]),
            (
                "something is left of it for this bet",
                &[Reject::BonusUsedUp, Reject::BonusWorthless],
            ),
        ],
        Question::Funds { .. } => {
            &[("the balance covers the stake", &[Reject::InsufficientFunds, Reject::AccountInDebt])]
        }
        // Each has its own.
        Question::Risk(..) => &[],
    }
}

/// Why an account may not bet, whatever the stake.
const NOT_AT_ALL: &[Reject] = &[
    Reject::UnknownAccount,
    Reject::AccountSuspended,
    Reject::AccountClosed,
    Reject::AccountSelfExcluded,
    Reject::AccountTimedOut,
    Reject::NotVerified,
];

/// Why an account may not bet so much, or not now.
const NOT_SO_MUCH: &[Reject] = &[
    Reject::StakeLimitReached,
    Reject::LossLimitReached,
    Reject::VerificationOverdue,
    Reject::UnverifiedStake,
    Reject::AccountUnderReview,
    Reject::HouseLimitReached,
    Reject::NoSession,
    Reject::RealityCheckDue,
    Reject::SessionTimeReached,
    Reject::CapacityReached,
];

/// The numbers of a question that has some whatever the answer is.
fn numbers_of(question: Question<'_>, refusal: Option<Refusal>) -> Option<(i64, i64)> {
    match question {
        Question::RecentId { limit, distance } => {
            let of_refusal = refusal.map(|refusal| (refusal.limit, refusal.actual));
            Some(of_refusal.unwrap_or((millis(limit), millis(distance))))
        }
        Question::SameEpoch(seen, market) => Some((i64::from(seen.epoch), i64::from(market.epoch))),
        Question::Welcome(seen, odds) => {
            Some((i64::from(seen.odds.milli()), i64::from(odds.milli())))
        }
        Question::FreshView { limit, age } => Some((millis(limit), millis(age))),
        Question::KnownView { newest, named } => Some((as_number(newest), as_number(named))),
        Question::Funds { available, own } => Some((available.minor(), own.minor())),
        Question::ProperId
        | Question::NotStopped
        | Question::Room
        | Question::Account
        | Question::Exists
        | Question::IsOpen
        | Question::OnOffer
        | Question::Apart
        | Question::Risk(..)
        | Question::Bonus => None,
    }
}
