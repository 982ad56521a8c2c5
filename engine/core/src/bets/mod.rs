//! Bets: their table, their lists, and what was answered to which client id.
//!
//! A bet lives in a slot from placement until its market is retired. Two lists run through the
//! slots: all bets of a market (for settlement) and all bets of an account (for its owner).

mod answers;
pub(crate) mod cash_out;
pub mod client_ids;
mod delay;
mod funded;
pub mod multiple;
mod offer;
pub mod place;
mod questions;
pub(crate) mod referral;
pub(crate) mod side;
mod snapshot;
mod terms;
mod turn_away;
pub mod waiting;
mod warm;

use alloc::vec::Vec;

pub use self::answers::{Answer, Answers};
pub(crate) use self::funded::Fundings;
use crate::codec::{wire_enum, wire_struct};
use crate::command::{Capacity, PlaceBet};
use crate::event::{BetStatus, BetView, VoidReason};
use crate::memory::{RowOf, TableSize, coming_lines, touched};
use crate::reject::Refusal;
use crate::units::{
    AccountId, BetId, ClientBetId, MarketId, Money, Odds, SelectionIndex, ShortTime, Stake,
    Timestamp,
};
use crate::wallet::{Account, NO_BET, Wallet};

/// One bet.
#[derive(Clone, Debug)]
pub struct Bet {
    /// Its id: the sequence of the command that placed it.
    pub id: BetId,
    /// The bettor's own id.
    pub client_id: ClientBetId,
    /// Who pays and is paid.
    pub account: AccountId,
    /// The market.
    pub market: MarketId,
    /// The selection.
    pub selection: SelectionIndex,
    /// The odds it stands at.
    pub odds: Odds,
    /// The stake.
    pub stake: Stake,
    /// What it pays if it wins, stake included.
    pub payout: Money,
    /// Where it stands.
    pub state: BetState,
    /// Whether a bonus has a part in it; `Fundings` says which.
    pub is_funded: bool,
    /// When it was received.
    pub(crate) received_at: ShortTime,
    /// The market's next older bet.
    pub next_of_market: u32,
    /// The account's next newer bet; [`NO_BET`] also where the link is not written yet.
    newer_of_account: u32,
    older_of_account: u32,
}

wire_struct!(Bet {
    id,
    client_id,
    account,
    market,
    selection,
    odds,
    stake,
    payout,
    state,
    is_funded,
    received_at,
    next_of_market,
    newer_of_account,
    older_of_account,
});

/// Where a bet stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BetState {
    /// Waits out the in-play delay.
    Waiting {
        /// When it is decided.
        due: Timestamp,
        /// The market's epoch when it was received.
        epoch: u32,
    },
    /// Refused or cancelled after waiting.
    Refused(Refusal),
    /// Stands.
    Open,
    /// Won, wholly or in part.
    Won {
        /// What was paid, stake included.
        paid: Money,
    },
    /// Lost.
    Lost,
    /// The stake went back.
    Void(VoidReason),
    /// The bettor ended it, all that was left of it.
    CashedOut {
        /// What was paid for it, over all its cash-outs.
        paid: Money,
    },
    /// Waits for a trader.
    Referred {
        /// When his time is over.
        due: Timestamp,
        /// The market's epoch when it was received.
        epoch: u32,
    },
    /// Waits for the bettor, who was offered these odds and this stake.
    Offered {
        /// When the offer ends.
        due: Timestamp,
        /// The market's epoch when it was made.
        epoch: u32,
    },
}

wire_enum!(BetState {
    0 = Waiting { due, epoch },
    1 = Refused(refusal),
    2 = Open,
    3 = Won { paid },
    4 = Lost,
    5 = Void(reason),
    6 = CashedOut { paid },
    7 = Referred { due, epoch },
    8 = Offered { due, epoch },
});

impl BetState {
    /// Whether it is what its market's result makes it: it was taken, its owner did not end it, and
    /// nobody voided it by hand.
    pub(crate) fn follows_results(self) -> bool {
        match self {
            Self::Waiting { .. }
            | Self::Refused(_)
            | Self::Referred { .. }
            | Self::Offered { .. }
            | Self::CashedOut { .. }
            | Self::Void(VoidReason::ByHand | VoidReason::Rest) => false,
            Self::Open | Self::Won { .. } | Self::Lost | Self::Void(_) => true,
        }
    }

    /// Whether its stake is held.
    pub(crate) fn holds_money(self) -> bool {
        self.is_undecided() || self == Self::Open
    }

    /// Whether the bet has not been decided: its money is held, and it may still be refused.
    #[inline]
    pub const fn is_undecided(self) -> bool {
        match self {
            Self::Waiting { .. } | Self::Referred { .. } | Self::Offered { .. } => true,
            Self::Refused(_)
            | Self::Open
            | Self::Won { .. }
            | Self::Lost
            | Self::Void(_)
            | Self::CashedOut { .. } => false,
        }
    }
}

// Five million open singles fit into half a gigabyte.
const _: () = assert!(size_of::<Bet>() <= 96);

impl Bet {
    /// What an unused slot is filled with; no command has the sequence zero, so no bet has this id.
    const fn blank() -> Self {
        Self {
            id: BetId(0),
            client_id: ClientBetId(0),
            account: AccountId(0),
            market: MarketId(0),
            selection: SelectionIndex(0),
            odds: Odds::MIN,
            stake: Stake::MAX,
            payout: Money::ZERO,
            state: BetState::Lost,
            is_funded: false,
            received_at: ShortTime::of(Timestamp::from_nanos(0)),
            next_of_market: NO_BET,
            newer_of_account: NO_BET,
            older_of_account: NO_BET,
        }
    }

    /// A placement that may stand, at the odds and in the state that were decided; in no list yet.
    #[inline]
    pub fn new(
        (id, received_at): (BetId, Timestamp),
        place: &PlaceBet,
        odds: Odds,
        payout: Money,
        state: BetState,
    ) -> Self {
        Self {
            id,
            client_id: place.client_id,
            account: place.account,
            market: place.market,
            selection: place.selection,
            odds,
            stake: place.stake,
            payout,
            state,
            is_funded: false,
            received_at: ShortTime::of(received_at),
            next_of_market: NO_BET,
            newer_of_account: NO_BET,
            older_of_account: NO_BET,
        }
    }

    /// The slot of the account's next older bet, or [`NO_BET`].
    pub(crate) fn older_of_account(&self) -> u32 {
        self.older_of_account
    }

    /// Whether this is the bet that an account placed under a client id. A slot that is free, or was
    /// given to another bet, does not answer to it.
    pub fn answers_to(&self, account: AccountId, client_id: ClientBetId) -> bool {
        self.id != BetId(0) && (self.account, self.client_id) == (account, client_id)
    }

    /// What the house loses if this bet wins.
    pub fn liability(&self) -> Money {
        self.payout - self.stake.money()
    }

    /// The bet as its owner sees it.
    #[inline]
    pub fn view(&self) -> BetView {
        let status = match self.state {
            BetState::Waiting { due, .. } => BetStatus::Pending { due },
            BetState::Referred { due, .. } => BetStatus::Referred { until: due },
            BetState::Offered { due, .. } => BetStatus::Offered { until: due },
            BetState::Refused(refusal) => BetStatus::Refused(refusal),
            BetState::Open => BetStatus::Accepted { payout: self.payout },
            BetState::Won { paid } => BetStatus::Won { payout: paid },
            BetState::Lost => BetStatus::Lost,
            BetState::Void(reason) => BetStatus::Void(reason),
            BetState::CashedOut { paid } => BetStatus::CashedOut { paid },
        };
        BetView {
            bet: Some(self.id),
            account: self.account,
            client_id: self.client_id,
            market: self.market,
            selection: self.selection,
            odds: self.odds,
            stake: self.stake,
            status,
        }
    }
}

/// The most bets of one account whose links to the next newer ones are not written yet.
///
/// A bet does not write the link from the account's bet before it: that one lies anywhere in a table of
/// hundreds of megabytes, and fetching it costs a fifth of all that placing a bet does. Only leaving the
/// list from its middle asks for these links; then, or when so many are missing, all are written at once.
/// Those missing are always the newest, so that each is written once.
pub(crate) const UNLINKED_MAX: u8 = 64;

/// The slots of all bets.
#[derive(Debug, Default)]
pub struct BetTable {
    slots: Vec<Bet>,
    slots_max: usize,
    /// First free slot among those used before; they are chained through `next_of_market`.
    free: u32,
    live: usize,
}

impl BetTable {
    /// An empty table for `bets_max` bets.
    pub fn with_capacity(bets_max: u32) -> Self {
        let slots_max = bets_max as usize;
        Self { slots: touched(slots_max, Bet::blank()), slots_max, free: NO_BET, live: 0 }
    }

    /// What it takes.
    pub(crate) fn sizes(capacity: &Capacity, sizes: &mut Vec<TableSize>) {
        let bets = capacity.bets_max as usize;
        sizes.push(TableSize::of::<Bet>("singles", RowOf::Single, bets));
    }

    /// Whether one more bet fits behind so many others.
    #[inline]
    pub fn has_room(&self, before: usize) -> bool {
        self.live + before < self.slots_max
    }

    /// Whether no slot is free.
    #[inline]
    pub fn is_full(&self) -> bool {
        self.live == self.slots_max
    }

    /// Bets in the table.
    pub fn live(&self) -> usize {
        self.live
    }

    /// The memory of the bet that will be written down after so many others, if no slot is reused until then.
    #[inline]
    pub fn written_after(&self, bets: usize) -> impl Iterator<Item = *const u8> {
        coming_lines(&self.slots, bets, 1)
    }

    /// The bet in a slot that is in use.
    #[inline]
    pub fn bet(&self, slot: u32) -> &Bet {
        &self.slots[slot as usize]
    }

    /// The bet in a slot that is in use, to change its state.
    #[inline]
    pub fn bet_mut(&mut self, slot: u32) -> &mut Bet {
        &mut self.slots[slot as usize]
    }

    /// Writes a bet down at the head of its market's and its account's list; returns its slot.
    #[inline]
    pub fn insert(
        &mut self,
        mut bet: Bet,
        newest_of_market: &mut u32,
        account: &mut Account,
    ) -> u32 {
        assert!(!self.is_full(), "decide() let a bet through that has no slot");
        if account.unlinked == UNLINKED_MAX {
            self.link(account);
        }
        bet.next_of_market = *newest_of_market;
        bet.older_of_account = account.newest_bet;
        let slot = if self.free == NO_BET {
            self.slots.push(bet);
            self.slots.len() as u32 - 1
        } else {
            let slot = self.free;
            self.free = self.bet(slot).next_of_market;
            *self.bet_mut(slot) = bet;
            slot
        };
        account.unlinked += u8::from(account.newest_bet != NO_BET);
        account.newest_bet = slot;
        *newest_of_market = slot;
        self.live += 1;
        slot
    }

    /// Writes the links from an account's bets to the next newer ones where they are missing.
    #[cold]
    fn link(&mut self, account: &mut Account) {
        let mut newer = account.newest_bet;
        for _ in 0..core::mem::take(&mut account.unlinked) {
            let older = self.bet(newer).older_of_account;
            self.bet_mut(older).newer_of_account = newer;
            newer = older;
        }
    }

    /// Frees the slot of a bet whose market is being retired. The market's own list is being
    /// consumed by the caller; the account's list is mended here.
    pub fn remove(&mut self, slot: u32, wallet: &mut Wallet) {
        let Bet { account, older_of_account, .. } = *self.bet(slot);
        let account = wallet.get_mut(account).expect("a bet's account exists");
        let newer_of_account = if account.newest_bet == slot {
            account.newest_bet = older_of_account;
            account.unlinked = account.unlinked.saturating_sub(1);
            NO_BET
        } else {
            if self.bet(slot).newer_of_account == NO_BET {
                self.link(account);
            }
            let newer = self.bet(slot).newer_of_account;
            self.bet_mut(newer).older_of_account = older_of_account;
            newer
        };
        if older_of_account != NO_BET {
            self.bet_mut(older_of_account).newer_of_account = newer_of_account;
        }
        let next_free = core::mem::replace(&mut self.free, slot);
        let bet = self.bet_mut(slot);
        // No command has the sequence zero, so no answer can mistake the empty slot for its bet.
        bet.id = BetId(0);
        bet.next_of_market = next_free;
        self.live -= 1;
    }

    /// An account's bets, newest first, from its `newest_bet`.
    pub fn of_account(&self, newest: u32) -> impl Iterator<Item = &Bet> {
        self.chain(newest, |bet| bet.older_of_account)
    }

    /// A market's bets, newest first, from its `newest_bet`.
    pub fn of_market(&self, newest: u32) -> impl Iterator<Item = &Bet> {
        self.chain(newest, |bet| bet.next_of_market)
    }

    fn chain(&self, first: u32, next: fn(&Bet) -> u32) -> impl Iterator<Item = &Bet> {
        let mut slot = first;
        core::iter::from_fn(move || {
            (slot != NO_BET).then(|| {
                let bet = self.bet(slot);
                slot = next(bet);
                bet
            })
        })
    }
}

/// A bet that was refused at once and so never had a slot: enough to answer again.
#[derive(Clone, Copy, Debug)]
pub struct RefusedBet {
    /// The market asked for.
    pub market: MarketId,
    /// The selection asked for.
    pub selection: SelectionIndex,
    /// The odds asked for.
    pub odds: Odds,
    /// The stake asked for.
    pub stake: Stake,
    /// The answer.
    pub refusal: Refusal,
}

wire_struct!(RefusedBet { market, selection, odds, stake, refusal });

impl RefusedBet {
    /// The refusal as the bettor sees it.
    pub fn view(&self, account: AccountId, client_id: ClientBetId) -> BetView {
        BetView {
            bet: None,
            account,
            client_id,
            market: self.market,
            selection: self.selection,
            odds: self.odds,
            stake: self.stake,
            status: BetStatus::Refused(self.refusal),
        }
    }
}
