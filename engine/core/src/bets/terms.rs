//! Placing a bet on terms: what happens instead where the bet as it was asked for would be refused.
//!
//! A stake that a risk rule finds too large becomes the largest that is taken, at once (`partial`) or as
//! an offer (`offers`); without either the largest is said with the refusal. Odds that are gone become
//! an offer at those on the board. The bet that is struck or offered passes every check of any other bet.
//! A bet with a bonus in it is taken as it is or not at all; see [`super::funded`].

use crate::bets::client_ids::Key;
use crate::command::{PlaceBet, PlaceMultiple, PlaceOnTerms, PricePolicy, Slip, Terms};
use crate::event::Event;
use crate::reject::Reject;
use crate::risk::RuleId;
use crate::state::Step;
use crate::units::{Money, Stake};

/// What is done in place of a bet that would be refused.
pub(super) enum Instead<Place> {
    /// Nothing: it is answered as it was asked for.
    AsAsked,
    /// The same, and the largest stake that would be taken is said.
    Say(Money),
    /// This bet is placed.
    Place(Place),
    /// This bet is offered.
    Offer(Place),
}

/// Whether a refusal is by a rule that a smaller stake may pass. One that goes to a trader does not
/// become smaller: he may take all of it.
fn is_for_size(step: &Step<'_>, code: Reject) -> bool {
    RuleId::of_code(code)
        .is_some_and(|rule| rule.grows_with_stake() && !step.config.rules_refer.has(rule))
}

impl Step<'_> {
    /// Answers a placement on terms in the view of its bet.
    pub(crate) fn place_on_terms(&mut self, ask: &PlaceOnTerms) {
        match &ask.slip {
            Slip::Single(place) => self.place_single_on_terms(place, ask.terms),
            Slip::Multiple(place) => self.place_multiple_on_terms(place, ask.terms),
        }
    }

    fn place_single_on_terms(&mut self, place: &PlaceBet, terms: Terms) {
        let key = Key::new(place.account, place.client_id.0);
        if self.say_single_again(place, key) {
            return;
        }
        self.forget_expired_ids();
        if let Some(bonus) = terms.bonus {
            return self.place_funded(place, bonus, key);
        }
        if terms.is_only_device() {
            return self.place_new(place, key);
        }
        match self.single_instead(place, terms) {
            Instead::AsAsked => self.place_new(place, key),
            Instead::Say(stake) => {
                let PlaceBet { account, market, selection, .. } = *place;
                self.outbox.push(Event::MaxStake { account, market, selection, stake });
                self.place_new(place, key);
            }
            Instead::Place(smaller) => self.place_new(&smaller, key),
            Instead::Offer(offered) => self.offer_single(&offered, key),
        }
    }

    fn single_instead(&self, place: &PlaceBet, terms: Terms) -> Instead<PlaceBet> {
        let Err(mut refusal) = self.decide(place) else { return Instead::AsAsked };
        let mut wish = *place;
        let has_moved = refusal.code == Reject::OddsChanged && terms.offers;
        if has_moved {
            wish.policy = PricePolicy::Any;
            match self.decide(&wish) {
                Ok(_) => return Instead::Offer(wish),
                Err(other) => refusal = other,
            }
        }
        if !is_for_size(self, refusal.code) {
            return Instead::AsAsked;
        }
        let PlaceBet { account, market, selection, .. } = *place;
        let by = (account, self.channel());
        let max = self.tables.max_stake(self.config, self.now, by, market, selection);
        let Some(stake) = Stake::new(max).filter(|max| *max < place.stake) else {
            return Instead::Say(max);
        };
        wish.stake = stake;
        if self.decide(&wish).is_err() {
            return Instead::Say(max);
        }
        match terms {
            Terms { partial: true, .. } if !has_moved => Instead::Place(wish),
            Terms { offers: true, .. } => Instead::Offer(wish),
            Terms { .. } => Instead::Say(max),
        }
    }

    fn place_multiple_on_terms(&mut self, place: &PlaceMultiple, terms: Terms) {
        let key = Key::new(place.account, place.client_id.0);
        if self.say_multiple_again(place, key) {
            return;
        }
        self.forget_expired_ids();
        if let Some(bonus) = terms.bonus {
            return self.place_funded_multiple(place, bonus, key);
        }
        if terms.is_only_device() {
            return self.place_new_multiple(place, key);
        }
        match self.multiple_instead(place, terms) {
            Instead::AsAsked => self.place_new_multiple(place, key),
            Instead::Say(unit) => {
                let PlaceMultiple { account, client_id, .. } = *place;
                self.outbox.push(Event::MaxUnit { account, client_id, unit });
                self.place_new_multiple(place, key);
            }
            Instead::Place(smaller) => self.place_new_multiple(&smaller, key),
            Instead::Offer(offered) => self.offer_multiple(&offered, key),
        }
    }

    fn multiple_instead(&self, place: &PlaceMultiple, terms: Terms) -> Instead<PlaceMultiple> {
        let Err(mut code) = self.would_take_multiple(place) else { return Instead::AsAsked };
        let mut wish = *place;
        let has_moved = code == Reject::OddsChanged && terms.offers;
        if has_moved {
            wish.policy = PricePolicy::Any;
            match self.would_take_multiple(&wish) {
                Ok(()) => return Instead::Offer(wish),
                Err(other) => code = other,
            }
        }
        if !is_for_size(self, code) {
            return Instead::AsAsked;
        }
        let max = self.tables.max_unit(self.config, self.now, self.channel(), place);
        let smaller = Stake::new(max).filter(|max| *max < place.unit());
        let Some(smaller) = smaller.and_then(|unit| wish.with_unit(unit)) else {
            return Instead::Say(max);
        };
        if self.would_take_multiple(&smaller).is_err() {
            return Instead::Say(max);
        }
        match terms {
            Terms { partial: true, .. } if !has_moved => Instead::Place(smaller),
            Terms { offers: true, .. } => Instead::Offer(smaller),
            Terms { .. } => Instead::Say(max),
        }
    }
}
