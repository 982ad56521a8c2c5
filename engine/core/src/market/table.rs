//! The tables of markets and selections.

use alloc::vec::Vec;

use super::{Market, SELECTIONS_MAX, Selection};
use crate::codec::DecodeError;
use crate::command::{Capacity, Config};
use crate::memory::{RowOf, TableSize};
use crate::snapshot::{Loader, Saver, Table};
use crate::units::{MarketId, Money, SelectionIndex, Timestamp};

/// All markets and their selections. A market's id is its index and is never used again.
#[derive(Debug, Default)]
pub struct MarketTable {
    markets: Vec<Market>,
    selections: Vec<Selection>,
    markets_max: usize,
    selections_max: usize,
}

/// Selections reserved per market on average; most markets have two.
const SELECTIONS_PER_MARKET: usize = 3;

impl MarketTable {
    /// An empty table for `markets_max` markets.
    pub fn with_capacity(markets_max: u32) -> Self {
        let markets_max = markets_max as usize;
        let selections_max = markets_max * SELECTIONS_PER_MARKET;
        Self {
            markets: Vec::with_capacity(markets_max),
            selections: Vec::with_capacity(selections_max),
            markets_max,
            selections_max,
        }
    }

    /// What its tables take.
    pub(crate) fn sizes(capacity: &Capacity, sizes: &mut Vec<TableSize>) {
        let markets = capacity.markets_max as usize;
        let selections = markets * SELECTIONS_PER_MARKET;
        sizes.push(TableSize::of::<Market>("markets", RowOf::Other, markets));
        sizes.push(TableSize::of::<Selection>("selections", RowOf::Other, selections));
    }

    /// Whether a market with this many selections still fits.
    pub fn has_room(&self, selections: u8) -> bool {
        self.markets.len() < self.markets_max
            && self.selections.len() + usize::from(selections) <= self.selections_max
    }

    /// Adds a market with its selections, unpriced.
    pub fn insert(&mut self, mut market: Market, selections: u8) -> MarketId {
        assert!(self.has_room(selections), "the caller checks has_room first");
        market.first_selection = self.selections.len() as u32;
        market.selections = selections;
        for _ in 0..selections {
            self.selections.push(Selection::default());
        }
        self.markets.push(market);
        MarketId(self.markets.len() as u32 - 1)
    }

    /// How many markets there are.
    pub fn count(&self) -> u32 {
        self.markets.len() as u32
    }

    /// The market, if it exists.
    #[inline]
    pub fn get(&self, market: MarketId) -> Option<&Market> {
        self.markets.get(market.0 as usize)
    }

    /// A market that exists.
    #[inline]
    pub fn market(&self, market: MarketId) -> &Market {
        &self.markets[market.0 as usize]
    }

    /// A market that exists, to change it.
    #[inline]
    pub fn market_mut(&mut self, market: MarketId) -> &mut Market {
        &mut self.markets[market.0 as usize]
    }

    /// A market's selections.
    #[inline]
    pub fn selections(&self, market: &Market) -> &[Selection] {
        let first = market.first_selection as usize;
        &self.selections[first..first + usize::from(market.selections)]
    }

    /// One selection, if the market has it.
    #[inline]
    pub fn selection(&self, market: &Market, selection: SelectionIndex) -> Option<&Selection> {
        self.selections(market).get(usize::from(selection.0))
    }

    /// A selection that exists, to change it.
    #[inline]
    pub fn selection_mut(&mut self, market: MarketId, selection: SelectionIndex) -> &mut Selection {
        self.rows_mut(market, selection).1
    }

    /// A market that exists and its selections, to change them.
    #[inline]
    pub(super) fn book_mut(&mut self, market: MarketId) -> (&mut Market, &mut [Selection]) {
        let market = &mut self.markets[market.0 as usize];
        let first = market.first_selection as usize;
        let last = first + usize::from(market.selections);
        (market, &mut self.selections[first..last])
    }

    /// A market that exists and one of its selections, to change both.
    #[inline]
    pub fn rows_mut(
        &mut self,
        market: MarketId,
        selection: SelectionIndex,
    ) -> (&mut Market, &mut Selection) {
        let market = &mut self.markets[market.0 as usize];
        assert!(selection.0 < market.selections, "the market has no such selection");
        let index = market.first_selection as usize + usize::from(selection.0);
        (market, &mut self.selections[index])
    }

    /// Every market with its id.
    pub fn iter(&self) -> impl Iterator<Item = (MarketId, &Market)> {
        self.markets.iter().enumerate().map(|(index, market)| (MarketId(index as u32), market))
    }
}

impl Table for MarketTable {
    fn save(&self, out: &mut Saver<'_>) {
        let Self { markets, selections, markets_max: _, selections_max: _ } = self;
        out.list(markets.iter());
        out.list(selections.iter());
    }

    fn load(input: &mut Loader<'_>, capacity: &Capacity) -> Result<Self, DecodeError> {
        let empty = Self::with_capacity(capacity.markets_max);
        let markets: Vec<Market> = input.list(empty.markets_max)?;
        let selections = input.list(empty.selections_max)?;
        let mut next = 0;
        for market in &markets {
            if market.first_selection != next || SELECTIONS_MAX < usize::from(market.selections) {
                return Err(DecodeError::OutOfRange);
            }
            next += u32::from(market.selections);
        }
        if next as usize != selections.len() {
            return Err(DecodeError::OutOfRange);
        }
        Ok(Self { markets, selections, ..empty })
    }
}

impl Market {
    /// Adds a bet's stake and payout to the sums that limits look at, or takes them out again.
    #[inline]
    pub(crate) fn count(&mut self, row: &mut Selection, stake: Money, payout: Money, sign: Sign) {
        let (stake, payout) = match sign {
            Sign::In => (stake, payout),
            Sign::Out => (-stake, -payout),
        };
        row.stakes += stake;
        row.payouts += payout;
        assert!(row.stakes >= Money::ZERO && row.payouts >= Money::ZERO);
        self.stakes += stake;
        self.unshaded += if payout < Money::ZERO { -payout } else { payout };
    }

    /// Whether so much money came or went since it was last priced that it must lean anew.
    #[inline]
    pub(crate) fn must_lean(&self, config: &Config) -> bool {
        config.shading_ppb != 0 && config.shading_step <= self.unshaded && !self.awaits_shading
    }
}

/// Whether a bet enters or leaves the sums.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sign {
    /// It counts.
    In,
    /// It no longer counts.
    Out,
}

/// When a market's prices changed: the last few price sequences with their times.
///
/// Answers one question: how long ago was the price that a bettor saw replaced?
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PriceHistory {
    /// Newest first.
    changes: [(u64, Timestamp); Self::REMEMBERED],
}

crate::codec::wire_struct!(PriceHistory { changes });

impl PriceHistory {
    const REMEMBERED: usize = 4;

    /// The price sequence: the journal sequence of the command that last changed a price.
    pub fn price_seq(&self) -> u64 {
        self.changes[0].0
    }

    /// Writes down a change; several within one command are one.
    pub fn changed(&mut self, price_seq: u64, now: Timestamp) {
        if self.price_seq() != price_seq {
            let [first, second, third, _] = self.changes;
            self.changes = [(price_seq, now), first, second, third];
        }
    }

    /// For how many nanoseconds the price with this sequence has been outdated: zero unless it was
    /// replaced, and the age of the oldest change remembered if it is older than all of them.
    #[inline]
    pub fn outdated_for(&self, seen: u64, now: Timestamp) -> u64 {
        if seen >= self.price_seq() {
            return 0;
        }
        let replaced = self.changes.iter().rev().find(|(seq, _)| *seq > seen);
        replaced.map_or(0, |(_, at)| now.since(*at))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_price_is_outdated_since_the_change_that_replaced_it() {
        let mut history = PriceHistory::default();
        for (seq, at) in [(10, 100), (20, 200), (20, 250), (30, 300)] {
            history.changed(seq, Timestamp::from_nanos(at));
        }
        let now = Timestamp::from_nanos(1000);
        assert_eq!(history.price_seq(), 30);
        assert_eq!(history.outdated_for(30, now), 0);
        assert_eq!(history.outdated_for(20, now), 700);
        assert_eq!(history.outdated_for(10, now), 800);
        assert_eq!(history.outdated_for(3, now), 900);
    }
}
