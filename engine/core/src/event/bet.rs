//! Where a single bet stands.

use crate::codec::wire_enum;
use crate::reject::Refusal;
use crate::units::{
    AccountId, BetId, BonusId, ClientBetId, MarketId, Money, Odds, SelectionIndex, Stake, Timestamp,
};
use crate::wallet::BonusKind;

/// Where a bet stands. The same view answers a placement, a status query and a settlement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct BetView {
    /// The bet; `None` if it was refused at once and so never existed.
    pub bet: Option<BetId>,
    /// Its account.
    pub account: AccountId,
    /// The bettor's own id.
    pub client_id: ClientBetId,
    /// The market.
    pub market: MarketId,
    /// The selection.
    pub selection: SelectionIndex,
    /// The odds it stands at, or asked for.
    pub odds: Odds,
    /// The stake.
    pub stake: Stake,
    /// Where it stands.
    pub status: BetStatus,
}

/// Where a bet stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub enum BetStatus {
    /// It waits out the in-play delay; stake and liability are held.
    Pending {
        /// When it will be decided.
        due: Timestamp,
    },
    /// A trader looks at it; stake and liability are held.
    Referred {
        /// Up to when.
        until: Timestamp,
    },
    /// It would be taken with the odds and the stake of this view, if the bettor wants that; they are
    /// held. The bet's id names the offer.
    Offered {
        /// Up to when.
        until: Timestamp,
    },
    /// It was not taken.
    Refused(Refusal),
    /// It stands.
    Accepted {
        /// What it pays if it wins, stake included.
        payout: Money,
    },
    /// It won.
    Won {
        /// What was paid, stake included.
        payout: Money,
    },
    /// It lost.
    Lost,
    /// The stake went back.
    Void(VoidReason),
    /// It was cashed out, all that was left of it.
    CashedOut {
        /// What was paid for it, over all its cash-outs.
        paid: Money,
    },
}

/// What a bonus does for a bet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct BonusBet {
    /// Its account.
    pub account: AccountId,
    /// The bettor's own id of the bet.
    pub client_id: ClientBetId,
    /// The bet.
    pub bet: BetId,
    /// The bonus.
    pub bonus: BonusId,
    /// What it is.
    pub kind: BonusKind,
    /// Of a free bet, its part of the stake, which is never paid out; of bonus money, its part of the stake,
    /// and the same part of what is paid is its own; of a boost, the most that it adds to what is paid.
    pub part: Money,
    /// Whether its stake counts towards what must be wagered.
    pub counts: bool,
}

/// Why a bet is void.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub enum VoidReason {
    /// The market never got a result: its map or round was not played.
    NotPlayed,
    /// The server took back the rounds after which the bet was struck.
    Rewound,
    /// A person declared the market or the selection void.
    Declared,
    /// The house rules say so after an incident.
    HouseRules,
    /// It was struck when the outcome could already be known.
    TakenLate,
    /// Two persons voided this bet alone; no result changes that.
    ByHand,
    /// Its owner began to rest from betting; no result changes that.
    Rest,
}
wire_enum!(VoidReason {
    0 = NotPlayed,
    1 = Rewound,
    2 = Declared,
    3 = HouseRules,
    4 = TakenLate,
    5 = ByHand,
    6 = Rest,
});
