//! What becomes of bets of several legs that wait, as of singles: decided when due, or taken back before.

use super::is_of_a_leg;
use crate::bets::multiple::{Leg, Multiple, MultipleState};
use crate::bets::place::Request;
use crate::market::Sign;
use crate::reject::{Refusal, Reject};
use crate::state::{Step, Tables};
use crate::units::{AccountId, ClientBetId, Money};

/// Most waiting multiples decided with one command; each looks at up to twenty legs.
const DUE_PER_COMMAND: usize = 32;

impl Step<'_> {
    /// Decides the multiples whose delay is over: they stand if nothing moved, else they are refused.
    pub(crate) fn decide_due_multiples(&mut self) {
        for _ in 0..DUE_PER_COMMAND {
            let Some((id, slot)) = self.tables.waiting_multiples.pop_due(self.now) else { return };
            let multiple = self.tables.multiples.multiple(slot);
            // The slot may hold another bet by now if this one was cancelled, and the bet may wait for
            // something else, and for longer.
            if multiple.id != id || multiple.state.due().is_none_or(|due| self.now < due) {
                continue;
            }
            let overdue = match multiple.state {
                MultipleState::Referred { .. } => Some(Reject::ReferralTimedOut),
                MultipleState::Offered { .. } => Some(Reject::OfferExpired),
                MultipleState::Waiting { .. }
                | MultipleState::Refused(_)
                | MultipleState::Open
                | MultipleState::Won { .. }
                | MultipleState::Lost
                | MultipleState::Void(_)
                | MultipleState::CashedOut { .. } => None,
            };
            if let Some(code) = overdue {
                self.release_multiple(slot, code.into(), None);
                continue;
            }
            match self.tables.check_legs_still_good(multiple) {
                Ok(()) => {
                    self.tables.multiples.multiple_mut(slot).state = MultipleState::Open;
                    self.tables.announce_multiple(slot, self.outbox);
                }
                Err((leg, refusal)) => self.release_multiple(slot, refusal, leg),
            }
        }
    }

    /// Takes back a multiple that still waits.
    pub(crate) fn cancel_multiple(
        &mut self,
        slot: u32,
        account: AccountId,
        client_id: ClientBetId,
    ) -> Result<(), Refusal> {
        let multiple = self.tables.multiples.multiple(slot);
        if !multiple.answers_to(account, client_id) || multiple.state.due().is_none() {
            return Err(Reject::BetNotWaiting.into());
        }
        self.release_multiple(slot, Reject::BetCancelled.into(), None);
        Ok(())
    }

    /// Gives stake and liability of a waiting multiple back.
    pub(in crate::bets) fn release_multiple(
        &mut self,
        slot: u32,
        refusal: Refusal,
        leg: Option<u8>,
    ) {
        let tables = &mut *self.tables;
        tables.count_multiple(slot, Sign::Out);
        tables.count_multiple_of_day(slot, Sign::Out);
        let multiple = tables.multiples.multiple_mut(slot);
        assert!(multiple.state.due().is_some(), "only a waiting bet is released");
        multiple.state = MultipleState::Refused(refusal);
        multiple.leg_at_fault = leg;
        let (account, stake, id) = (multiple.account, multiple.stake.money(), multiple.id);
        let is_funded = multiple.is_funded;
        tables.desk.remove(id);
        if is_funded {
            tables.release_funded((account, stake), id, self.outbox);
        } else {
            tables.wallet.release(account, stake, id, self.outbox);
        }
        tables.announce_multiple(slot, self.outbox);
        tables.wallet.announce(account, self.outbox);
    }
}

impl Tables {
    /// What can still go wrong while a multiple waits; its money is held already.
    pub(in crate::bets) fn check_legs_still_good(
        &self,
        multiple: &Multiple,
    ) -> Result<(), (Option<u8>, Refusal)> {
        for (index, leg) in self.multiples.legs_of(multiple).enumerate() {
            let Leg { market, selection, epoch, .. } = *leg;
            let account = multiple.account;
            let request = Request { account, market, selection, adds: Money::ZERO };
            self.check_still_offered(request, multiple.id, epoch)
                .map_err(|refusal| (is_of_a_leg(refusal.code).then_some(index as u8), refusal))?;
        }
        Ok(())
    }
}
