//! The slow way to place a bet, for what is rare: bets that go to a trader, offers, bets on terms, bets that
//! a bonus has a part in. Apart from the common way, which every bet takes.

use super::{Acceptance, Beside};
use crate::bets::BetState;
use crate::bets::cash_out::Target;
use crate::bets::client_ids::Key;
use crate::bets::questions::{Listener, Nobody};
use crate::command::PlaceBet;
use crate::reject::Refusal;
use crate::risk::{self, RuleId, RuleSet, Wager};
use crate::state::Step;
use crate::units::{BetId, BonusId};

impl Step<'_> {
    /// Answers a placement under an id that is new; the slow way, for what is rare.
    #[inline(never)]
    pub(in crate::bets) fn place_new(&mut self, place: &PlaceBet, key: Key) {
        match self.decide(place) {
            Ok(acceptance) => self.commit_to_wait(place, acceptance, key),
            Err(refusal) => self.refuse(place, refusal, key),
        }
    }

    /// Offers a placement to its bettor instead of taking it.
    pub(in crate::bets) fn offer_single(&mut self, place: &PlaceBet, key: Key) {
        match self.decide(place) {
            Ok(acceptance) => {
                let epoch = place.epoch;
                let due = self.now.plus(self.config.offer_life_ns);
                let state = BetState::Offered { due, epoch };
                self.commit_to_wait(place, Acceptance { state, ..acceptance }, key);
            }
            Err(refusal) => self.refuse(place, refusal, key),
        }
    }

    /// Answers a placement that a bonus has a part in, under an id that is new.
    pub(in crate::bets) fn place_funded(&mut self, place: &PlaceBet, bonus: BonusId, key: Key) {
        match self.decide_beside(place, Beside { bonus: Some(bonus), ..Beside::NOTHING }) {
            Ok(acceptance) => self.commit_to_wait(place, acceptance, key),
            Err(refusal) => self.refuse_as_it_is(place, refusal, key),
        }
    }

    /// The checks of a placement, the slow way.
    pub(in crate::bets) fn decide(&self, place: &PlaceBet) -> Result<Acceptance, Refusal> {
        self.decide_beside(place, Beside::NOTHING)
    }

    /// The checks of a placement with whatever is beside it.
    #[inline(never)]
    pub(super) fn decide_beside(
        &self,
        place: &PlaceBet,
        beside: Beside,
    ) -> Result<Acceptance, Refusal> {
        self.decide_by(place, beside, risk::check, &mut Nobody)
    }

    /// What a refusal comes to where the rule behind it puts bets to a trader: everything else must
    /// allow the bet.
    #[cold]
    pub(super) fn refer(&self, place: &PlaceBet, refusal: Refusal) -> Result<Acceptance, Refusal> {
        let refer = self.config.rules_refer;
        if !RuleId::of_code(refusal.code).is_some_and(|rule| refer.has(rule)) {
            return Err(refusal);
        }
        let acceptance = self.decide_but_for(place, Beside::NOTHING, refer, &mut Nobody)?;
        self.tables.desk.check_room()?;
        let due = self.now.plus(self.config.referral_life_ns);
        let state = BetState::Referred { due, epoch: place.epoch };
        Ok(Acceptance { state, ..acceptance })
    }

    /// The checks of a placement in which the rules in `excused` refuse nothing.
    pub(super) fn decide_but_for(
        &self,
        place: &PlaceBet,
        beside: Beside,
        excused: RuleSet,
        heard: &mut impl Listener,
    ) -> Result<Acceptance, Refusal> {
        let check = |wager: &Wager<'_>| risk::check_without(wager, wager.tables.asked(), excused);
        self.decide_by(place, beside, check, heard)
    }

    /// Commits a bet in any state in which it may begin.
    #[inline(never)]
    pub(super) fn commit_to_wait(&mut self, place: &PlaceBet, acceptance: Acceptance, key: Key) {
        let state = acceptance.state;
        self.commit(place, acceptance, key);
        let account = self.tables.wallet.get(place.account).expect("decide() knew the account");
        let (slot, id) = (account.newest_bet, BetId(self.seq.0));
        match state {
            // Its timer is set already.
            BetState::Waiting { .. } | BetState::Open => {}
            BetState::Offered { due, .. } => self.tables.waiting.push(due, id, slot),
            BetState::Referred { due, .. } => {
                self.tables.waiting.push(due, id, slot);
                self.tables.desk.put(id, Target::Single(slot), self.now);
            }
            BetState::Refused(_)
            | BetState::Won { .. }
            | BetState::Lost
            | BetState::Void(_)
            | BetState::CashedOut { .. } => unreachable!("no bet begins like this"),
        }
        self.tables.due = self.tables.due.min(self.tables.waiting.next_due());
    }
}
