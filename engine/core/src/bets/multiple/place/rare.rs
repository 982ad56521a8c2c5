//! What is rare about placing a bet of several legs: offers, and bets that go to a trader.

use super::{Acceptance, Reasons, Refused};
use crate::bets::client_ids::Key;
use crate::bets::multiple::MultipleState;
use crate::command::PlaceMultiple;
use crate::reject::Reject;
use crate::risk::{RuleId, RuleSet};
use crate::state::Step;
use crate::units::BonusId;

impl Step<'_> {
    /// Offers a placement to its bettor instead of taking it.
    pub(in crate::bets) fn offer_multiple(&mut self, place: &PlaceMultiple, key: Key) {
        let mut reasons = Reasons::default();
        match self.decide_multiple(place, (RuleSet::EMPTY, None), &mut reasons) {
            Ok(acceptance) => {
                let due = self.now.plus(self.config.offer_life_ns);
                let state = MultipleState::Offered { due };
                self.commit_multiple(place, &Acceptance { state, ..acceptance }, key);
            }
            Err(refused) => self.refuse_multiple(place, &refused, &reasons, key),
        }
    }

    /// Answers a placement that a bonus has a part in, under an id that is new.
    pub(in crate::bets) fn place_funded_multiple(
        &mut self,
        place: &PlaceMultiple,
        bonus: BonusId,
        key: Key,
    ) {
        let mut reasons = Reasons::default();
        match self.decide_multiple(place, (RuleSet::EMPTY, Some(bonus)), &mut reasons) {
            Ok(acceptance) => self.commit_multiple(place, &acceptance, key),
            Err(refused) => self.refuse_multiple(place, &refused, &reasons, key),
        }
    }

    /// Whether a placement would be taken, and over what it would be refused.
    pub(in crate::bets) fn would_take_multiple(&self, place: &PlaceMultiple) -> Result<(), Reject> {
        let rules = (RuleSet::EMPTY, None);
        let decided = self.decide_multiple(place, rules, &mut Reasons::default());
        decided.map(|_| ()).map_err(|refused| refused.refusal.code)
    }

    /// What a refusal comes to where the rule behind it puts bets to a trader: everything else must
    /// allow the bet.
    pub(in crate::bets::multiple) fn refer_multiple(
        &self,
        place: &PlaceMultiple,
        refused: Refused,
    ) -> Result<Acceptance, Refused> {
        let refer = self.config.rules_refer;
        if !RuleId::of_code(refused.refusal.code).is_some_and(|rule| refer.has(rule)) {
            return Err(refused);
        }
        let acceptance = self.decide_multiple(place, (refer, None), &mut Reasons::default())?;
        self.tables.desk.check_room()?;
        let due = self.now.plus(self.config.referral_life_ns);
        Ok(Acceptance { state: MultipleState::Referred { due }, ..acceptance })
    }
}
