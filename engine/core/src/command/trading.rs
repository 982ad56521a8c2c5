//! What a trader can say in place of the model, and what he can stop.

use crate::codec::wire_enum;
use crate::units::{MarketId, MatchId, Odds, Probability, SelectionIndex};

/// What a trader says in place of the model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub enum OverrideKind {
    /// A selection has these odds. They need not stand on the ladder.
    Odds {
        /// The market.
        market: MarketId,
        /// The selection.
        selection: SelectionIndex,
        /// Its odds.
        odds: Odds,
    },
    /// A selection has this fair probability; the others share the rest as before.
    Fair {
        /// The market.
        market: MarketId,
        /// The selection.
        selection: SelectionIndex,
        /// Its probability, neither 0 nor 1.
        fair: Probability,
    },
    /// A market has this margin.
    Margin {
        /// The market.
        market: MarketId,
        /// What its booked probabilities sum to, in parts per billion above one.
        margin_ppb: u32,
    },
    /// A selection is off the board.
    SuspendSelection {
        /// The market.
        market: MarketId,
        /// The selection.
        selection: SelectionIndex,
    },
    /// A market is suspended.
    SuspendMarket {
        /// The market.
        market: MarketId,
    },
}
wire_enum!(OverrideKind {
    0 = Odds { market, selection, odds },
    1 = Fair { market, selection, fair },
    2 = Margin { market, margin_ppb },
    3 = SuspendSelection { market, selection },
    4 = SuspendMarket { market },
});

/// What [`crate::Command::Suspend`] and [`crate::Command::Resume`] act on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub enum Scope {
    /// Every match.
    All,
    /// One match.
    Match(MatchId),
    /// One market.
    Market(MarketId),
}
wire_enum!(Scope { 0 = All, 1 = Match(match_id), 2 = Market(market) });

/// Why betting on something is suspended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub enum SuspendReason {
    /// A trader said so.
    Trader,
    /// The feed is too old.
    FeedStale,
    /// The feed holds its last word back.
    FeedHeld,
    /// The feed said something impossible.
    ImpossibleState,
    /// A price guard fired: the new probability is not one of the two foreseen.
    BranchCheck,
    /// A price guard fired: the price moved too far at once.
    PriceBand,
    /// The market has no price: its map's parameters are not set.
    Unpriced,
    /// The round it is on is being played, and no model here sees into a round.
    RoundLive,
    /// A price guard fired: the model gave no probability between 0 and 1.
    PriceInvalid,
    /// Two feeds contradict each other.
    FeedsDisagree,
    /// Messages of the feed are missing; it is asked to say them again.
    FeedGap,
    /// The feed is too far behind its own clock.
    FeedLag,
    /// A trader's override stops it until that expires.
    Override,
    /// One feed knows of news that the other has not confirmed yet.
    FeedsApart,
}

impl SuspendReason {
    /// How many reasons there are.
    pub const COUNT: usize = 14;
}
wire_enum!(SuspendReason {
    0 = Trader,
    1 = FeedStale,
    2 = FeedHeld,
    3 = ImpossibleState,
    4 = BranchCheck,
    5 = PriceBand,
    6 = Unpriced,
    7 = RoundLive,
    8 = PriceInvalid,
    9 = FeedsDisagree,
    10 = FeedGap,
    11 = FeedLag,
    12 = Override,
    13 = FeedsApart,
});
