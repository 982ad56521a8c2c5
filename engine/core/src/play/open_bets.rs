//! What becomes of open bets when a player begins to rest: they stand, or are void, as the policy says.
//!
//! UKGC LCCP 3.5.3 leaves it to the operator and wants it clear beforehand. Bets are voided in slices, so
//! that a player with many does not stand in the way of others. Only what is not decided is void: a bet
//! whose market has a result is settled by it, won or lost.

use super::policy::{OpenBets, Term};
use super::{Play, RestKind};
use crate::bets::BetState;
use crate::bets::multiple::MultipleState;
use crate::event::VoidReason;
use crate::state::Step;
use crate::units::{AccountId, Timestamp};
use crate::wallet::NO_BET;

/// Most bets voided with one command.
const PER_COMMAND: usize = 256;
/// Most of them of several legs: each says up to twenty.
const MULTIPLES_PER_COMMAND: usize = 64;

impl Play {
    /// When there is work: at once, or never.
    pub fn next_due(&self) -> Timestamp {
        if self.voiding.is_empty() { Timestamp::MAX } else { Timestamp::default() }
    }

    /// An account begins to rest: its open bets are voided if the policy says so.
    pub fn begin_rest(&mut self, account: AccountId, kind: RestKind) {
        let term = match kind {
            RestKind::TimeOut => Term::TimeOutOpenBets,
            RestKind::SelfExclusion => Term::ExclusionOpenBets,
        };
        let is_void = self.policy.policy.open_bets(term) == OpenBets::Void;
        if is_void && !self.voiding.contains(&account) {
            self.voiding.push(account);
        }
    }
}

impl Step<'_> {
    /// Voids a slice of the open bets of a player who began to rest.
    pub(crate) fn void_bets_of_resting(&mut self) {
        let Some(&account) = self.tables.wallet.play().voiding.first() else { return };
        let mut left = PER_COMMAND;
        let mut next = self.tables.wallet.get(account).map_or(NO_BET, |row| row.newest_bet);
        while next != NO_BET {
            if left == 0 {
                return;
            }
            let slot = next;
            let bet = self.tables.bets.bet(slot);
            next = bet.older_of_account();
            if bet.state == BetState::Open && self.tables.state_by_result(bet) == BetState::Open {
                left -= 1;
                self.settle_bet(slot, BetState::Void(VoidReason::Rest));
            }
        }
        let mut left = left.min(MULTIPLES_PER_COMMAND);
        let mut next = self.tables.multiples.newest_slot_of(account);
        while next != NO_BET {
            if left == 0 {
                return;
            }
            let slot = next;
            let bet = self.tables.multiples.multiple(slot);
            next = bet.older_of_account();
            let is_open = bet.state == MultipleState::Open;
            if is_open && self.tables.where_it_stands(bet) == MultipleState::Open {
                left -= 1;
                self.turn_multiple(slot, MultipleState::Void(VoidReason::Rest));
            }
        }
        self.tables.wallet.play_mut().voiding.remove(0);
    }
}
