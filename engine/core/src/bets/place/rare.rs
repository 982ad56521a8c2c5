//! The slow way to place a bet, for what is rare: bets that go to a trader, offers, bets on terms. Apart
//! from the common way, which every bet takes.

use super::Acceptance;
use crate::bets::BetState;
use crate::bets::cash_out::Target;
use crate::bets::client_ids::Key;
use crate::command::PlaceBet;
use crate::reject::Refusal;
use crate::risk::{self, RuleId};
use crate::state::Step;
use crate::units::BetId;

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

    /// The checks of a placement, the slow way.
    #[inline(never)]
    pub(in crate::bets) fn decide(&self, place: &PlaceBet) -> Result<Acceptance, Refusal> {
        self.decide_by(place, risk::check)
    }

    /// What a refusal comes to where the rule behind it puts bets to a trader: everything else must
    /// allow the bet.
    #[cold]
    pub(super) fn refer(&self, place: &PlaceBet, refusal: Refusal) -> Result<Acceptance, Refusal> {
        let refer = self.config.rules_refer;
        if !RuleId::of_code(refusal.code).is_some_and(|rule| refer.has(rule)) {
            return Err(refusal);
        }
        let acceptance =
            self.decide_by(place, |wager| risk::check_without(wager, wager.tables.asked(), refer))?;
        self.tables.desk.check_room()?;
        let due = self.now.plus(self.config.referral_life_ns);
        let state = BetState::Referred { due, epoch: place.epoch };
        Ok(Acceptance { state, ..acceptance })
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
