//! Answering an offer that was made in place of a bet.
//!
//! While it stands, the offered stake and its liability are held, so that a yes cannot fail for money.
//! A yes is checked as a bet that has waited: if the match has moved since the offer was made, or
//! betting is stopped, the offer is gone. In play the delay counts from the yes, as the bettor chose then.

use super::multiple::MultipleState;
use super::{Answer, BetState};
use crate::bets::client_ids::Key;
use crate::command::AnswerOffer;
use crate::reject::{Refusal, Reject};
use crate::state::Step;

impl Step<'_> {
    /// Takes a bettor's yes or no; the answer is the bet itself.
    pub(crate) fn answer_offer(&mut self, answer: &AnswerOffer) -> Result<(), Refusal> {
        let AnswerOffer { account, client_id, offer, accept } = *answer;
        match self.tables.client_ids.get(Key::new(account, client_id.0)) {
            Some(Answer::Bet { slot }) => {
                let bet = self.tables.bets.bet(slot);
                let is_it = bet.answers_to(account, client_id) && bet.id == offer;
                let BetState::Offered { epoch, .. } = bet.state else {
                    return Err(Reject::UnknownOffer.into());
                };
                if !is_it {
                    return Err(Reject::UnknownOffer.into());
                }
                self.answer_single(slot, epoch, accept)
            }
            Some(Answer::Multiple { slot }) => {
                let bet = self.tables.multiples.multiple(slot);
                let is_it = bet.answers_to(account, client_id) && bet.id == offer;
                if !is_it || !matches!(bet.state, MultipleState::Offered { .. }) {
                    return Err(Reject::UnknownOffer.into());
                }
                self.answer_multiple(slot, accept)
            }
            Some(Answer::Refused(_) | Answer::RefusedMultiple(_)) | None => {
                Err(Reject::UnknownOffer.into())
            }
        }
    }

    fn answer_single(&mut self, slot: u32, epoch: u32, accept: bool) -> Result<(), Refusal> {
        if !accept {
            self.release(slot, Reject::OfferDeclined.into());
            return Ok(());
        }
        let bet = self.tables.bets.bet(slot);
        if let Err(refusal) = self.tables.check_still_good(bet, epoch) {
            self.release(slot, refusal);
            return Ok(());
        }
        let ends = self.tables.delay_on(self.config, bet.market, self.now);
        if ends.is_some() {
            self.check_room_to_wait(self.tables.waiting.is_full())?;
        }
        self.stand_single(slot, epoch, ends);
        self.announce_single(slot);
        Ok(())
    }

    fn answer_multiple(&mut self, slot: u32, accept: bool) -> Result<(), Refusal> {
        if !accept {
            self.release_multiple(slot, Reject::OfferDeclined.into(), None);
            return Ok(());
        }
        let bet = self.tables.multiples.multiple(slot);
        if let Err((leg, refusal)) = self.tables.check_legs_still_good(bet) {
            self.release_multiple(slot, refusal, leg);
            return Ok(());
        }
        let ends = self.longest_delay_of(slot, self.now);
        if ends.is_some() {
            self.check_room_to_wait(self.tables.waiting_multiples.is_full())?;
        }
        self.stand_multiple(slot, ends);
        self.tables.announce_multiple(slot, self.outbox);
        Ok(())
    }
}
