//! Voiding bets: one alone, or all of a stretch of the journal. Always by two persons, as it takes a
//! price from a bettor that he was given.

use crate::bets::cash_out::Target;
use crate::bets::client_ids::Key;
use crate::bets::multiple::MultipleState;
use crate::bets::{Answer, BetState};
use crate::command::VoidBets;
use crate::event::{Event, VoidReason};
use crate::proposals::Wish;
use crate::reject::{Refusal, Reject};
use crate::state::Step;
use crate::title::{Undone, UndoneScope, VOIDED_MAX};
use crate::units::{AccountId, ClientBetId, Seq};

impl Step<'_> {
    /// Voids one bet that was taken, for good: no result changes that.
    pub(crate) fn void_bet(
        &mut self,
        account: AccountId,
        client_id: ClientBetId,
    ) -> Result<(), Refusal> {
        self.operator()?;
        let key = Key::new(account, client_id.0);
        let answer = self.tables.client_ids.get(key).ok_or(Reject::UnknownBet)?;
        let (target, is_there, stands) = match answer {
            Answer::Bet { slot } => {
                let bet = self.tables.bets.bet(slot);
                let is_there = bet.answers_to(account, client_id);
                (Target::Single(slot), is_there, bet.state.can_be_voided())
            }
            Answer::Multiple { slot } => {
                let bet = self.tables.multiples.multiple(slot);
                let is_there = bet.answers_to(account, client_id);
                (Target::Multiple(slot), is_there, bet.state.can_be_voided())
            }
            Answer::Refused(_) | Answer::RefusedMultiple(_) => {
                return Err(Reject::BetNotStanding.into());
            }
        };
        if !is_there {
            return Err(Reject::BetRetired.into());
        }
        if !stands {
            return Err(Reject::BetNotStanding.into());
        }
        if !self.is_approved() {
            return self.propose(Wish::VoidBet { account, client_id });
        }
        let by_hand = VoidReason::ByHand;
        match target {
            Target::Single(slot) => self.settle_bet(slot, BetState::Void(by_hand)),
            Target::Multiple(slot) => self.turn_multiple(slot, MultipleState::Void(by_hand)),
        }
        Ok(())
    }

    /// Voids every bet on a match, or on one of its markets, between two commands.
    pub(crate) fn void_bets(&mut self, stretch: VoidBets) -> Result<(), Refusal> {
        self.operator()?;
        let VoidBets { match_id, market, from, to } = stretch;
        let fixture = self.tables.fixture(match_id).ok_or(Reject::UnknownMatch)?;
        if market.is_some_and(|market| !fixture.markets.contains(&market)) {
            return Err(Reject::UnknownMarket.into());
        }
        if to < from || self.seq < to {
            let (now, to) = (self.seq.0 as i64, to.0 as i64);
            return Err(Refusal::with(Reject::InvalidParameter, now, to));
        }
        if fixture.voids_are_full() {
            let max = VOIDED_MAX as i64;
            return Err(Refusal::with(Reject::CapacityReached, max, max));
        }
        if !self.is_approved() {
            return self.propose(Wish::VoidBets(stretch));
        }
        let scope = market.map_or(UndoneScope::Match, UndoneScope::Market);
        // Both ends are meant to be void themselves.
        let from = Seq(from.0.saturating_sub(1));
        let undone = Undone { from, to: Seq(to.0 + 1), reason: VoidReason::TakenLate, scope };
        self.tables.fixtures[match_id].undone.push(undone);
        self.outbox.push(Event::BetsVoided {
            match_id,
            market,
            from: stretch.from,
            to: stretch.to,
        });
        self.settle_all_of(match_id);
        Ok(())
    }
}

impl BetState {
    /// Whether it was taken and may still be voided by hand.
    fn can_be_voided(self) -> bool {
        match self {
            Self::Open | Self::Won { .. } | Self::Lost => true,
            Self::Void(_)
            | Self::Waiting { .. }
            | Self::Referred { .. }
            | Self::Offered { .. }
            | Self::Refused(_)
            | Self::CashedOut { .. } => false,
        }
    }
}

impl MultipleState {
    /// Whether it was taken and may still be voided by hand.
    fn can_be_voided(self) -> bool {
        match self {
            Self::Open | Self::Won { .. } | Self::Lost => true,
            Self::Void(_)
            | Self::Waiting { .. }
            | Self::Referred { .. }
            | Self::Offered { .. }
            | Self::Refused(_)
            | Self::CashedOut { .. } => false,
        }
    }
}
