//! Bets that came after the fact.

use crate::units::{MarketId, MatchId, Money, Seq, Timestamp};

/// The bets on a market that were received after what decided it had happened, less a margin: what a void
/// from `from` to `to` would void, and what that would move. Amounts are in the book currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct LateBets {
    /// The market.
    pub market: MarketId,
    /// Its match.
    pub match_id: MatchId,
    /// When what decided it happened, by its source's clock or as the asker said.
    pub happened_at: Timestamp,
    /// When it got its result.
    pub decided_at: Timestamp,
    /// Bets count that were received later than this.
    pub since: Timestamp,
    /// The command of the first of them; zero if there is none.
    pub from: Seq,
    /// The command of the last one.
    pub to: Seq,
    /// How many bets.
    pub bets: u32,
    /// How many of them have several legs.
    pub of_several: u32,
    /// All their stakes.
    pub stakes: Money,
    /// How many would be paid less, as they won.
    pub winners: u32,
    /// How much less.
    pub winners_lose: Money,
    /// How many would be paid more, as they lost.
    pub losers: u32,
    /// How much more.
    pub losers_get: Money,
    /// How many are not paid yet, or would be open again.
    pub open: u32,
    /// How many more were cashed out: what was paid for them stays paid.
    pub cashed_out: u32,
    /// Whether all were looked at; if not, there may be more, and earlier ones.
    pub is_whole: bool,
}
