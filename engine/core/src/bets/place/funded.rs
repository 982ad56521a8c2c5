//! Placing a bet on one selection that a bonus has a part in.

use super::{Acceptance, Offer, Request, Seen, check_funds};
use crate::bets::client_ids::Key;
use crate::command::PlaceBet;
use crate::reject::Refusal;
use crate::risk;
use crate::state::Step;
use crate::units::{BonusId, Money};
use crate::wallet::Funding;

impl Step<'_> {
    /// Answers such a placement under an id that is new.
    pub(in crate::bets) fn place_funded(&mut self, place: &PlaceBet, bonus: BonusId, key: Key) {
        match self.decide_funded(place, bonus) {
            Ok(acceptance) => self.commit_to_wait(place, acceptance, key),
            Err(refusal) => self.refuse_as_it_is(place, refusal, key),
        }
    }

    /// The questions of `Step::decide_by`, then those about the bonus, then the funds. The limits look at
    /// what will be counted: the payout with what a boost adds.
    pub(super) fn decide_funded(
        &self,
        place: &PlaceBet,
        bonus: BonusId,
    ) -> Result<Acceptance, Refusal> {
        let tables = &*self.tables;
        self.check_client_id(place.client_id)?;
        tables.check_switches(self.channel(), place.market)?;
        tables.check_room()?;
        tables.fundings.check_room()?;
        let offer = tables.check_offer(self.funded_request(place, bonus))?;
        let odds = self.check_price(Seen::of(place), &offer)?;
        let gross = odds.payout_floor(place.stake);
        let of = (place.account, bonus);
        let counted = tables.wallet.in_limits(of, place.stake.money(), (gross, Money::MAX));
        let wager = tables.wager(&offer, self.config, self.now, place.stake, counted);
        let would_refuse =
            risk::check(&wager).map_err(|refusal| tables.in_own_money(&offer, refusal))?;
        let (funding, own) = self.fund(place, bonus, &offer)?;
        check_funds(&offer, own)?;
        let payout = funding.pays(place.stake.money(), gross);
        let state = self.first_state(&offer);
        Ok(Acceptance { odds, payout, state, would_refuse, funding: Some(funding) })
    }

    /// What is asked of the offer: only the player's own part adds to his stakes.
    pub(super) fn funded_request(&self, place: &PlaceBet, bonus: BonusId) -> Request {
        let of = (place.account, bonus);
        Request {
            account: place.account,
            market: place.market,
            selection: place.selection,
            adds: self.tables.wallet.own_beside(of, place.stake.money()),
        }
    }

    /// What the bonus does for the bet, and what is left to the player.
    pub(super) fn fund(
        &self,
        place: &PlaceBet,
        bonus: BonusId,
        offer: &Offer<'_>,
    ) -> Result<(Funding, Money), Refusal> {
        let (stake, gross) = (place.stake.money(), offer.odds.payout_floor(place.stake));
        let funding =
            self.tables.wallet.fund((place.account, bonus), stake, (gross, Money::MAX))?;
        Ok((funding, funding.own_of(stake)))
    }
}
