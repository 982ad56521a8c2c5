//! What is said of bets of several legs.

use super::{BetStatus, VoidReason};
use crate::reject::Refusal;
use crate::settlement::multiplier::LegResult;
use crate::settlement::system::{Bankers, FoldSizes};
use crate::units::{AccountId, BetId, ClientBetId, MarketId, Odds, SelectionIndex, Stake};

/// Where a bet of several legs stands. The same view answers a placement, a status query and a
/// settlement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct MultipleView {
    /// The bet; `None` if it was refused at once and so never existed.
    pub bet: Option<BetId>,
    /// Its account.
    pub account: AccountId,
    /// The bettor's own id.
    pub client_id: ClientBetId,
    /// The stake on each line.
    pub unit: Stake,
    /// Its line sizes.
    pub folds: FoldSizes,
    /// Its legs that stand in every line.
    pub bankers: Bankers,
    /// How many legs it has.
    pub legs: u8,
    /// The leg that a refusal is about, from 0; `None` if it is about the bet as a whole.
    pub leg_at_fault: Option<u8>,
    /// Where it stands.
    pub status: BetStatus,
}

/// A leg of a bet of several.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct LegView {
    /// The bet's account.
    pub account: AccountId,
    /// The bettor's own id of the bet.
    pub client_id: ClientBetId,
    /// Which leg, from 0 in the bettor's order.
    pub index: u8,
    /// The market.
    pub market: MarketId,
    /// The selection.
    pub selection: SelectionIndex,
    /// The odds it stands at, or asked for.
    pub odds: Odds,
    /// Where it stands.
    pub standing: LegStanding,
}

/// Where a leg stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub enum LegStanding {
    /// It has no result yet.
    Open,
    /// It has one.
    Decided(LegResult),
    /// It does not count.
    Void(VoidReason),
    /// The bet was refused at once, also because of this leg.
    Refused(Refusal),
}
