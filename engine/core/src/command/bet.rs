//! A single bet, as a bettor asks for it.

use super::Pick;
use crate::codec::{wire_enum, wire_struct};
use crate::units::{AccountId, ClientBetId, MarketId, Odds, SelectionIndex, Stake};

/// See [`crate::Command::PlaceBet`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct PlaceBet {
    /// The account that pays.
    pub account: AccountId,
    /// The bettor's own id of this bet.
    pub client_id: ClientBetId,
    /// The market.
    pub market: MarketId,
    /// The selection within it.
    pub selection: SelectionIndex,
    /// The odds seen.
    pub odds: Odds,
    /// The market's `price_seq` seen.
    pub price_seq: u64,
    /// The market's `epoch` seen.
    pub epoch: u32,
    /// The stake.
    pub stake: Stake,
    /// Which other odds are welcome.
    pub policy: PricePolicy,
}
wire_struct!(PlaceBet {
    account,
    client_id,
    market,
    selection,
    odds,
    price_seq,
    epoch,
    stake,
    policy,
});

impl PlaceBet {
    /// Looks at its selection otherwise: under another market's id, at other odds.
    pub(super) fn see(&mut self, look: impl Fn(Pick) -> Pick) {
        let Self { market, selection, odds, price_seq, epoch, .. } = *self;
        let Pick { market, selection, odds, price_seq, epoch } =
            look(Pick { market, selection, odds, price_seq, epoch });
        *self = Self { market, selection, odds, price_seq, epoch, ..*self };
    }
}

/// Which odds a bettor takes when they moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub enum PricePolicy {
    /// Only those seen.
    Exact,
    /// Those seen or longer.
    Better,
    /// Whatever is on offer.
    Any,
    /// Shorter by at most this many thousandths of the odds seen; longer always.
    Within {
        /// Tolerance in thousandths: 50 is 5 %.
        permille: u16,
    },
}
wire_enum!(PricePolicy { 0 = Exact, 1 = Better, 2 = Any, 3 = Within { permille } });
