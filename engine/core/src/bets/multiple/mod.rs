//! Bets of several legs: multiples and systems.
//!
//! They live in tables of their own, so that a single stays one small row: one row a bet, one row a
//! leg. A bet's legs form a list; all legs on a market form another, for settlement. A bet stays until
//! the last of its legs' markets is retired.
//!
//! What a multiple counts in the limits' sums: as long as it waits or stands, its whole possible loss
//! (payout less stake) on each leg's selection, as if all its other legs had won, and no stake to set
//! against other selections. That is more than it can cost on any one of them, never less.

mod count;
mod explain;
mod place;
mod plan;
mod refused;
mod say;
mod settle;
mod snapshot;
mod state;

pub(crate) use plan::LegPlan;
pub use state::MultipleState;

use alloc::vec;
use alloc::vec::Vec;

use crate::codec::{wire_enum, wire_struct};
use crate::command::{Capacity, PlaceMultiple};
use crate::event::{BetStatus, MultipleView, VoidReason};
use crate::market::Market;
use crate::memory::{RowOf, TableSize, coming_lines, touched};
use crate::reject::Reject;
use crate::settlement::multiplier::LegResult;
use crate::settlement::system::{Bankers, FoldSizes, System};
use crate::units::{
    AccountId, BetId, ClientBetId, MarketId, Money, Odds, SelectionIndex, Stake, Timestamp,
};
use crate::wallet::NO_BET;

pub use refused::RefusedMultiple;

/// Whether a refusal is about one leg and not about the account or the engine.
fn is_of_a_leg(code: Reject) -> bool {
    (200..400).contains(&code.code())
}

/// Whether a risk rule with this code is about one leg's selection, market or match.
fn is_of_one_leg(code: Reject) -> bool {
    matches!(
        code,
        Reject::SelectionLiability
            | Reject::MarketLiability
            | Reject::BetNotReducing
            | Reject::StakeAboveStage
            | Reject::StakeAboveFactor
    )
}

/// Whether a code is about one leg, by what it is or by the rule that it is of.
pub(super) fn is_about_a_leg(code: Reject) -> bool {
    is_of_a_leg(code) || is_of_one_leg(code)
}

/// No leg: the end of a list of legs.
pub const NO_LEG: u32 = u32::MAX;

/// One bet of several legs.
#[derive(Clone, Debug)]
pub struct Multiple {
    /// Its id: the sequence of the command that placed it.
    pub id: BetId,
    /// The bettor's own id.
    pub client_id: ClientBetId,
    /// When it was received.
    pub(crate) received_at: Timestamp,
    /// Who pays and is paid.
    pub account: AccountId,
    /// The stake on each line.
    pub unit: Stake,
    /// The stake on all lines.
    pub stake: Stake,
    /// What it pays if every leg wins.
    pub payout: Money,
    /// Its line sizes.
    pub folds: FoldSizes,
    /// Its legs that stand in every line.
    pub bankers: Bankers,
    /// Where it stands.
    pub state: MultipleState,
    /// Whether a bonus has a part in it.
    pub is_funded: bool,
    /// How many legs it has.
    pub legs: u8,
    /// How many of them are on markets that are not retired yet.
    legs_left: u8,
    /// The leg that a refusal after waiting is about.
    leg_at_fault: Option<u8>,
    first_leg: u32,
    newer_of_account: u32,
    /// The account's next older one; the next free slot if this one is free.
    older_of_account: u32,
}

wire_struct!(Multiple {
    id,
    client_id,
    received_at,
    account,
    unit,
    stake,
    payout,
    folds,
    bankers,
    state,
    is_funded,
    legs,
    legs_left,
    leg_at_fault,
    first_leg,
    newer_of_account,
    older_of_account,
});

/// One leg.
#[derive(Clone, Copy, Debug)]
pub struct Leg {
    /// The slot of its bet.
    pub multiple: u32,
    /// The market.
    pub market: MarketId,
    /// The selection.
    pub selection: SelectionIndex,
    /// The odds it stands at.
    pub odds: Odds,
    /// The market's epoch when the bet was received.
    pub epoch: u32,
    /// The market's next older leg; the next free slot if this one is free.
    pub next_of_market: u32,
    /// The bet's next leg.
    next_of_bet: u32,
    /// How it ended, once its market is retired; open before.
    outcome: LegOutcome,
}

wire_struct!(Leg {
    multiple,
    market,
    selection,
    odds,
    epoch,
    next_of_market,
    next_of_bet,
    outcome,
});

/// How a leg has ended, if it has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LegOutcome {
    /// Its market has no result.
    Open,
    /// Its market has one.
    Decided(LegResult),
    /// It does not count.
    Void(VoidReason),
}

wire_enum!(LegOutcome { 0 = Open, 1 = Decided(result), 2 = Void(reason) });

impl Leg {
    /// What an unused slot is filled with.
    const BLANK: Self = Self {
        multiple: NO_BET,
        market: MarketId(0),
        selection: SelectionIndex(0),
        odds: Odds::MIN,
        epoch: 0,
        next_of_market: NO_LEG,
        next_of_bet: NO_LEG,
        outcome: LegOutcome::Open,
    };
}

impl Multiple {
    /// What an unused slot is filled with; no command has the sequence zero, so no bet has this id.
    fn blank() -> Self {
        Self {
            id: BetId(0),
            client_id: ClientBetId(0),
            received_at: Timestamp::default(),
            account: AccountId(0),
            unit: Stake::MAX,
            stake: Stake::MAX,
            payout: Money::ZERO,
            folds: FoldSizes::SINGLES,
            bankers: Bankers::NONE,
            state: MultipleState::Lost,
            is_funded: false,
            legs: 0,
            legs_left: 0,
            leg_at_fault: None,
            first_leg: NO_LEG,
            newer_of_account: NO_BET,
            older_of_account: NO_BET,
        }
    }

    /// A placement that may stand, with what was decided; in no list and without legs yet.
    fn new(
        (id, received_at): (BetId, Timestamp),
        place: &PlaceMultiple,
        payout: Money,
        state: MultipleState,
    ) -> Self {
        let system = place.system();
        Self {
            id,
            client_id: place.client_id,
            received_at,
            account: place.account,
            unit: place.unit(),
            stake: place.stake(),
            payout,
            folds: system.folds(),
            bankers: system.bankers(),
            state,
            ..Self::blank()
        }
    }

    /// What placing the account's next multiple writes to; for [`crate::State::warm_further`].
    pub(crate) fn link_to_newer(&self) -> *const u32 {
        core::ptr::from_ref(&self.newer_of_account)
    }

    /// The slot of the account's next older one, or [`NO_BET`].
    pub(crate) fn older_of_account(&self) -> u32 {
        self.older_of_account
    }

    /// Its lines.
    pub fn system(&self) -> System {
        System::new(usize::from(self.legs), self.folds, self.bankers)
            .expect("a bet that was taken has lines")
    }

    /// Whether this is the bet that an account placed under a client id; see [`super::Bet::answers_to`].
    pub fn answers_to(&self, account: AccountId, client_id: ClientBetId) -> bool {
        self.id != BetId(0) && (self.account, self.client_id) == (account, client_id)
    }

    /// What the house loses if every leg wins.
    pub fn liability(&self) -> Money {
        self.payout - self.stake.money()
    }

    /// Whether its money is held and its liability counted.
    pub fn is_open(&self) -> bool {
        match self.state {
            MultipleState::Waiting { .. }
            | MultipleState::Referred { .. }
            | MultipleState::Offered { .. }
            | MultipleState::Open => true,
            MultipleState::Refused(_)
            | MultipleState::Won { .. }
            | MultipleState::Lost
            | MultipleState::Void(_)
            | MultipleState::CashedOut { .. } => false,
        }
    }

    /// The bet as its owner sees it.
    pub fn view(&self) -> MultipleView {
        let status = match self.state {
            MultipleState::Waiting { due } => BetStatus::Pending { due },
            MultipleState::Referred { due } => BetStatus::Referred { until: due },
            MultipleState::Offered { due } => BetStatus::Offered { until: due },
            MultipleState::Refused(refusal) => BetStatus::Refused(refusal),
            MultipleState::Open => BetStatus::Accepted { payout: self.payout },
            MultipleState::Won { paid } => BetStatus::Won { payout: paid },
            MultipleState::Lost => BetStatus::Lost,
            MultipleState::Void(reason) => BetStatus::Void(reason),
            MultipleState::CashedOut { paid } => BetStatus::CashedOut { paid },
        };
        MultipleView {
            bet: Some(self.id),
            account: self.account,
            client_id: self.client_id,
            unit: self.unit,
            folds: self.folds,
            bankers: self.bankers,
            legs: self.legs,
            leg_at_fault: self.leg_at_fault,
            status,
        }
    }
}

/// The slots of all multiples and of their legs.
#[derive(Debug)]
pub struct MultipleTable {
    slots: Vec<Multiple>,
    slots_max: usize,
    /// First free slot among those used before, chained through `older_of_account`.
    free: u32,
    live: usize,
    legs: Vec<Leg>,
    legs_max: usize,
    /// First free leg among those used before, chained through `next_of_market`.
    free_leg: u32,
    legs_live: usize,
    /// Each account's newest multiple. Apart from the account's row, which every bet reads.
    newest_of_account: Vec<u32>,
}

impl MultipleTable {
    /// Empty tables for so many bets and legs, and so many accounts that may have some.
    pub fn with_capacity(multiples_max: u32, legs_max: u32, accounts_max: u32) -> Self {
        let (slots_max, legs_max) = (multiples_max as usize, legs_max as usize);
        Self {
            slots: touched(slots_max, Multiple::blank()),
            slots_max,
            free: NO_BET,
            live: 0,
            legs: touched(legs_max, Leg::BLANK),
            legs_max,
            free_leg: NO_LEG,
            legs_live: 0,
            newest_of_account: vec![NO_BET; accounts_max as usize],
        }
    }

    /// The memory of the bet of so many legs that will be written down after so many like it, if no slot is
    /// reused until then.
    #[inline]
    pub fn written_after(&self, bets: usize, legs: usize) -> impl Iterator<Item = *const u8> {
        let its_legs = coming_lines(&self.legs, bets * legs, legs);
        coming_lines(&self.slots, bets, 1).chain(its_legs)
    }

    /// What its tables take.
    pub(crate) fn sizes(capacity: &Capacity, sizes: &mut Vec<TableSize>) {
        let (multiples, legs) = (capacity.multiples_max as usize, capacity.legs_max as usize);
        let accounts = capacity.accounts_max as usize;
        sizes.push(TableSize::of::<Multiple>("multiples", RowOf::Other, multiples));
        sizes.push(TableSize::of::<Leg>("legs", RowOf::Other, legs));
        sizes.push(TableSize::of::<u32>("newest multiples", RowOf::Account, accounts));
    }

    /// Whether a bet of so many legs fits.
    pub fn has_room(&self, legs: usize) -> bool {
        self.live < self.slots_max && self.legs_live + legs <= self.legs_max
    }

    /// Bets in the table.
    pub fn live(&self) -> usize {
        self.live
    }

    /// Legs in the table.
    pub(crate) fn legs_live(&self) -> usize {
        self.legs_live
    }

    /// The bet in a slot that is in use.
    #[inline]
    pub fn multiple(&self, slot: u32) -> &Multiple {
        &self.slots[slot as usize]
    }

    #[inline]
    pub(crate) fn multiple_mut(&mut self, slot: u32) -> &mut Multiple {
        &mut self.slots[slot as usize]
    }

    /// A leg in use.
    #[inline]
    pub fn leg(&self, leg: u32) -> &Leg {
        &self.legs[leg as usize]
    }

    /// A bet's legs in the bettor's order.
    pub fn legs_of(&self, multiple: &Multiple) -> impl Iterator<Item = &Leg> {
        let mut next = multiple.first_leg;
        core::iter::from_fn(move || {
            (next != NO_LEG).then(|| {
                let leg = self.leg(next);
                next = leg.next_of_bet;
                leg
            })
        })
    }

    /// The slot of an account's newest one, or [`NO_BET`].
    pub(crate) fn newest_slot_of(&self, account: AccountId) -> u32 {
        self.newest_of_account.get(account.0 as usize).copied().unwrap_or(NO_BET)
    }

    /// An account's multiples, newest first.
    pub fn of_account(&self, account: AccountId) -> impl Iterator<Item = &Multiple> {
        let newest = self.newest_of_account.get(account.0 as usize);
        let mut slot = newest.copied().unwrap_or(NO_BET);
        core::iter::from_fn(move || {
            (slot != NO_BET).then(|| {
                let multiple = self.multiple(slot);
                slot = multiple.older_of_account;
                multiple
            })
        })
    }

    /// Where an account's newest multiple is noted; for [`crate::State::warm`].
    pub(crate) fn newest_of(&self, account: AccountId) -> *const u32 {
        let newest = self.newest_of_account.get(account.0 as usize);
        newest.map_or(core::ptr::null(), core::ptr::from_ref)
    }

    /// Writes a bet down at the head of its account's list; returns its slot.
    fn insert(&mut self, mut multiple: Multiple) -> u32 {
        assert!(self.live < self.slots_max, "decide() let a bet through that has no slot");
        let account = multiple.account.0 as usize;
        let older = self.newest_of_account[account];
        multiple.older_of_account = older;
        let slot = if self.free == NO_BET {
            self.slots.push(multiple);
            self.slots.len() as u32 - 1
        } else {
            let slot = self.free;
            self.free = self.multiple(slot).older_of_account;
            *self.multiple_mut(slot) = multiple;
            slot
        };
        if older != NO_BET {
            self.multiple_mut(older).newer_of_account = slot;
        }
        self.newest_of_account[account] = slot;
        self.live += 1;
        slot
    }

    /// Adds a leg in front of its bet's others and at the head of its market's list.
    fn add_leg(&mut self, mut leg: Leg, market: &mut Market) {
        assert!(self.legs_live < self.legs_max, "decide() let a bet through that has no legs");
        let multiple = &mut self.slots[leg.multiple as usize];
        leg.next_of_bet = multiple.first_leg;
        leg.next_of_market = market.newest_leg;
        let slot = if self.free_leg == NO_LEG {
            self.legs.push(leg);
            self.legs.len() as u32 - 1
        } else {
            let slot = self.free_leg;
            self.free_leg = self.legs[slot as usize].next_of_market;
            self.legs[slot as usize] = leg;
            slot
        };
        multiple.first_leg = slot;
        multiple.legs += 1;
        multiple.legs_left += 1;
        market.newest_leg = slot;
        self.legs_live += 1;
    }

    /// Frees a bet whose legs have all left their markets' lists, and its legs.
    fn remove(&mut self, slot: u32) {
        let Multiple { account, first_leg, newer_of_account, older_of_account, legs_left, .. } =
            *self.multiple(slot);
        assert!(legs_left == 0, "a bet with a leg on a live market stays");
        let mut leg = first_leg;
        while leg != NO_LEG {
            let next = self.legs[leg as usize].next_of_bet;
            self.legs[leg as usize] = Leg { next_of_market: self.free_leg, ..Leg::BLANK };
            self.free_leg = leg;
            self.legs_live -= 1;
            leg = next;
        }
        if newer_of_account == NO_BET {
            self.newest_of_account[account.0 as usize] = older_of_account;
        } else {
            self.multiple_mut(newer_of_account).older_of_account = older_of_account;
        }
        if older_of_account != NO_BET {
            self.multiple_mut(older_of_account).newer_of_account = newer_of_account;
        }
        let next_free = core::mem::replace(&mut self.free, slot);
        *self.multiple_mut(slot) = Multiple { older_of_account: next_free, ..Multiple::blank() };
        self.live -= 1;
    }
}
