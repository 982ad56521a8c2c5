//! What becomes of bets that wait: each is decided when it is due, or taken back before.

use super::Request;
use crate::bets::client_ids::Key;
use crate::bets::questions::Nobody;
use crate::bets::{Answer, Bet, BetState};
use crate::event::Event;
use crate::market::{MarketResult, Sign};
use crate::reject::{Refusal, Reject};
use crate::state::{Step, Tables};
use crate::units::{AccountId, BetId, ClientBetId, Money};

/// Most waiting bets decided with one command, so that a crowd cannot stall the next one.
const DUE_PER_COMMAND: usize = 256;

impl Step<'_> {
    /// Decides the bets whose delay is over: they stand if nothing moved, else they are refused.
    pub(crate) fn decide_due_bets(&mut self) {
        for _ in 0..DUE_PER_COMMAND {
            let Some((id, slot)) = self.tables.waiting.pop_due(self.now) else { return };
            let bet = self.tables.bets.bet(slot);
            // The slot may hold another bet by now if this one was cancelled.
            if bet.id != id {
                continue;
            }
            let epoch = match bet.state {
                // It may wait for something else by now, and for longer.
                BetState::Waiting { due, epoch } if due <= self.now => epoch,
                BetState::Referred { due, .. } if due <= self.now => {
                    self.release(slot, Reject::ReferralTimedOut.into());
                    continue;
                }
                BetState::Offered { due, .. } if due <= self.now => {
                    self.release(slot, Reject::OfferExpired.into());
                    continue;
                }
                BetState::Waiting { .. }
                | BetState::Referred { .. }
                | BetState::Offered { .. }
                | BetState::Refused(_)
                | BetState::Open
                | BetState::Won { .. }
                | BetState::Lost
                | BetState::Void(_)
                | BetState::CashedOut { .. } => continue,
            };
            match self.tables.check_still_good(bet, epoch) {
                Ok(()) => {
                    self.tables.bets.bet_mut(slot).state = BetState::Open;
                    self.outbox.push(Event::Bet(self.tables.bets.bet(slot).view()));
                }
                Err(refusal) => self.release(slot, refusal),
            }
        }
    }

    /// Takes back a bet that still waits.
    pub(crate) fn cancel_bet(
        &mut self,
        account: AccountId,
        client_id: ClientBetId,
    ) -> Result<(), Refusal> {
        let key = Key::new(account, client_id.0);
        let slot = match self.tables.client_ids.get(key) {
            Some(Answer::Bet { slot }) => slot,
            Some(Answer::Multiple { slot }) => {
                return self.cancel_multiple(slot, account, client_id);
            }
            Some(Answer::Refused(_) | Answer::RefusedMultiple(_)) | None => {
                return Err(Reject::UnknownBet.into());
            }
        };
        let bet = self.tables.bets.bet(slot);
        if !bet.answers_to(account, client_id) || !bet.state.is_undecided() {
            return Err(Reject::BetNotWaiting.into());
        }
        self.release(slot, Reject::BetCancelled.into());
        Ok(())
    }

    /// Gives stake and liability of a waiting bet back.
    pub(crate) fn release(&mut self, slot: u32, refusal: Refusal) {
        let tables = &mut *self.tables;
        tables.count(slot, Sign::Out);
        let bet = tables.bets.bet_mut(slot);
        assert!(bet.state.is_undecided(), "only a waiting bet is released");
        bet.state = BetState::Refused(refusal);
        let (account, stake, id) = (bet.account, bet.stake.money(), bet.id);
        let is_funded = bet.is_funded;
        tables.desk.remove(id);
        if is_funded {
            tables.release_funded((account, stake), id, self.outbox);
        } else {
            tables.wallet.release(account, stake, id, self.outbox);
        }
        self.outbox.push(Event::Bet(tables.bets.bet(slot).view()));
        tables.wallet.announce(account, self.outbox);
    }
}

impl Tables {
    /// What can still go wrong while a bet waits; its money is held already.
    pub(in crate::bets) fn check_still_good(&self, bet: &Bet, epoch: u32) -> Result<(), Refusal> {
        let Bet { account, market, selection, .. } = *bet;
        let request = Request { account, market, selection, adds: Money::ZERO };
        self.check_still_offered(request, bet.id, epoch)
    }

    /// The same for one selection of a bet that was received at this epoch.
    pub(in crate::bets) fn check_still_offered(
        &self,
        request: Request,
        id: BetId,
        epoch: u32,
    ) -> Result<(), Refusal> {
        let market = self.markets.market(request.market);
        if market.result != MarketResult::Undecided {
            return Err(Reject::MarketDecided.into());
        }
        self.check_switches(None, request.market)?;
        let offered = self.check_offer(request, &mut Nobody);
        // A selection may be off the board for a moment; only what moved materially counts.
        match offered {
            Err(Refusal { code: Reject::SelectionInactive, .. }) | Ok(_) => {}
            Err(refusal) => return Err(refusal),
        }
        // A rewind undoes bets on every market of its match, also where no price moved.
        let undone = self.fixtures[market.match_id].is_undone(id, request.market, market);
        if market.epoch != epoch || undone.is_some() {
            let (seen, now) = (i64::from(epoch), i64::from(market.epoch));
            return Err(Refusal::with(Reject::MaterialChange, seen, now));
        }
        Ok(())
    }
}
