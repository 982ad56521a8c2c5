//! The tables of markets and selections.

use alloc::collections::VecDeque;
use alloc::vec;
use alloc::vec::Vec;

use super::{Market, SELECTIONS_MAX, Selection};
use crate::codec::DecodeError;
use crate::command::{Capacity, Config};
use crate::memory::{RowOf, TableSize};
use crate::snapshot::{Loader, Saver, Table};
use crate::units::{MarketId, Money, SelectionIndex, Timestamp};

/// All markets and their selections, in slots: a market that is gone leaves its own to a later one, under another id.
///
/// A market's selections stand side by side wherever there is room. Once there is none at the end, those of all markets
/// move together: then whether a market fits depends on how many there are and not on what was there before them, and
/// where its selections stand is nobody's business.
#[derive(Debug, Default)]
pub struct MarketTable {
    markets: Vec<Market>,
    selections: Vec<Selection>,
    markets_max: usize,
    selections_max: usize,
    /// How many markets are there, and how many selections they have.
    live: usize,
    selections_live: usize,
    /// The next ids of slots that were used before, in the order in which they became free; see
    /// [`crate::title::Fixtures`].
    free: VecDeque<MarketId>,
    /// Room to put the markets in the order of their selections; empty but while these move.
    order: Vec<u32>,
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
            live: 0,
            selections_live: 0,
            free: VecDeque::with_capacity(markets_max),
            order: Vec::with_capacity(markets_max),
        }
    }

    /// What its tables take.
    pub(crate) fn sizes(capacity: &Capacity, sizes: &mut Vec<TableSize>) {
        let markets = capacity.markets_max as usize;
        let selections = markets * SELECTIONS_PER_MARKET;
        sizes.push(TableSize::of::<Market>("markets", RowOf::Other, markets));
        sizes.push(TableSize::of::<Selection>("selections", RowOf::Other, selections));
        sizes.push(TableSize::of::<u32>("order of markets", RowOf::Other, markets));
    }

    /// Whether a market with this many selections still fits.
    pub fn has_room(&self, selections: u8) -> bool {
        let has_slot = !self.free.is_empty() || self.markets.len() < self.markets_max;
        has_slot && self.selections_live + usize::from(selections) <= self.selections_max
    }

    /// Adds a market with its selections, unpriced, under its id.
    pub fn insert(&mut self, mut market: Market, selections: u8) -> MarketId {
        assert!(self.has_room(selections), "the caller checks has_room first");
        if self.selections_max < self.selections.len() + usize::from(selections) {
            self.move_together();
        }
        market.first_selection = self.selections.len() as u32;
        market.selections = selections;
        for _ in 0..selections {
            self.selections.push(Selection::default());
        }
        self.live += 1;
        self.selections_live += usize::from(selections);
        market.id = self.free.pop_front().unwrap_or(MarketId(self.markets.len() as u32));
        let id = market.id;
        match self.markets.get_mut(id.slot()) {
            Some(row) => *row = market,
            None => self.markets.push(market),
        }
        id
    }

    /// Takes a market out. Nothing may lead to it any more.
    pub(crate) fn remove(&mut self, id: MarketId) {
        let row = self.market_mut(id);
        let selections = usize::from(row.selections);
        *row = Market::vacant();
        self.live -= 1;
        self.selections_live -= selections;
        self.free.extend(id.next_in_slot());
    }

    /// Moves the selections of all markets to the front, in their order.
    #[cold]
    fn move_together(&mut self) {
        let Self { markets, selections, order, .. } = self;
        let live = |slot: &u32| markets[*slot as usize].id != MarketId::NONE;
        order.extend((0..markets.len() as u32).filter(live));
        order.sort_unstable_by_key(|slot| markets[*slot as usize].first_selection);
        let mut end = 0;
        for slot in order.drain(..) {
            let market = &mut markets[slot as usize];
            let first = market.first_selection as usize;
            let count = usize::from(market.selections);
            selections.copy_within(first..first + count, end);
            market.first_selection = end as u32;
            end += count;
        }
        selections.truncate(end);
        assert!(end == self.selections_live, "selections are counted as markets come and go");
    }

    /// How many slots were ever used.
    pub fn slots(&self) -> u32 {
        self.markets.len() as u32
    }

    /// The market in a slot, if there is one.
    pub fn in_slot(&self, slot: u32) -> Option<MarketId> {
        let id = self.markets.get(slot as usize)?.id;
        (id != MarketId::NONE).then_some(id)
    }

    /// How many markets there are.
    pub fn count(&self) -> usize {
        self.live
    }

    /// The market, if it exists.
    #[inline]
    pub fn get(&self, market: MarketId) -> Option<&Market> {
        self.markets.get(market.slot()).filter(|row| row.id == market)
    }

    /// Where the market stands if it is there, for a caller that asks for its memory: nothing of it is read.
    #[inline(always)]
    pub(crate) fn place_of(&self, market: MarketId) -> Option<&Market> {
        self.markets.get(market.slot())
    }

    /// A market that exists.
    #[inline]
    pub fn market(&self, market: MarketId) -> &Market {
        let row = &self.markets[market.slot()];
        debug_assert!(row.id == market, "a market that is gone");
        row
    }

    /// A market that exists, to change it.
    #[inline]
    pub fn market_mut(&mut self, market: MarketId) -> &mut Market {
        let row = &mut self.markets[market.slot()];
        debug_assert!(row.id == market, "a market that is gone");
        row
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
        let market = &mut self.markets[market.slot()];
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
        let market = &mut self.markets[market.slot()];
        assert!(selection.0 < market.selections, "the market has no such selection");
        let index = market.first_selection as usize + usize::from(selection.0);
        (market, &mut self.selections[index])
    }

    /// Every market with its id.
    pub fn iter(&self) -> impl Iterator<Item = (MarketId, &Market)> {
        let live = self.markets.iter().filter(|market| market.id != MarketId::NONE);
        live.map(|market| (market.id, market))
    }
}

/// Each market with its selections behind it. Where these stand is made anew.
impl Table for MarketTable {
    fn save(&self, out: &mut Saver<'_>) {
        let Self {
            markets,
            selections: _,
            markets_max: _,
            selections_max: _,
            live: _,
            selections_live: _,
            free,
            order: _,
        } = self;
        out.count(markets.len());
        for market in markets {
            out.put(&market.id);
            if market.id != MarketId::NONE {
                out.put(&Market { first_selection: 0, ..market.clone() });
                self.selections(market).iter().for_each(|selection| out.put(selection));
            }
        }
        out.list(free.iter());
    }

    fn load(input: &mut Loader<'_>, capacity: &Capacity) -> Result<Self, DecodeError> {
        let mut table = Self::with_capacity(capacity.markets_max);
        for slot in 0..input.count(table.markets_max)? {
            let id: MarketId = input.take()?;
            if id == MarketId::NONE {
                table.markets.push(Market::vacant());
                continue;
            }
            let mut market: Market = input.take()?;
            let selections = usize::from(market.selections);
            let end = table.selections.len() + selections;
            let fits = selections <= SELECTIONS_MAX && end <= table.selections_max;
            if !fits || market.id != id || id.slot() != slot || market.first_selection != 0 {
                return Err(DecodeError::OutOfRange);
            }
            market.first_selection = table.selections.len() as u32;
            table.live += 1;
            table.markets.push(market);
            for _ in 0..selections {
                table.selections.push(input.take()?);
            }
        }
        table.selections_live = table.selections.len();
        table.free.extend(input.list::<MarketId>(table.markets_max)?);
        let mut seen = vec![false; table.markets.len()];
        let is_free_once = |id: &MarketId| {
            let row = table.markets.get(id.slot());
            row.is_some_and(|row| row.id == MarketId::NONE)
                && !core::mem::replace(&mut seen[id.slot()], true)
        };
        let fits = table.free.iter().all(is_free_once);
        if fits { Ok(table) } else { Err(DecodeError::OutOfRange) }
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
    use std::collections::{BTreeMap, BTreeSet};

    use super::*;
    use crate::command::MarketKind;
    use crate::hash::mix;
    use crate::units::MatchId;

    #[test]
    fn markets_come_and_go_in_a_full_table_and_keep_their_selections() {
        const MARKETS: u32 = 40;
        let mut table = MarketTable::with_capacity(MARKETS);
        let mut twin: BTreeMap<MarketId, Vec<i64>> = BTreeMap::new();
        let (mut gone, mut random, mut full) = (BTreeSet::new(), 7, 0);
        for step in 0..20_000_i64 {
            random = mix(random ^ step as u64, 0x9e37_79b9_7f4a_7c15);
            let selections = [2, 2, 2, 3, 4, 6, 26][(random % 7) as usize];
            let taken: usize = twin.values().map(Vec::len).sum();
            let fits = twin.len() < MARKETS as usize
                && taken + usize::from(selections) <= MARKETS as usize * SELECTIONS_PER_MARKET;
            assert_eq!(table.has_room(selections), fits, "step {step}");
            full += usize::from(!fits);
            if fits && random >> 20 & 3 != 0 {
                let id = table.insert(Market::new(MatchId(0), MarketKind::MatchWinner), selections);
                assert!(!gone.contains(&id) && !twin.contains_key(&id), "an id of its own");
                let payouts: Vec<i64> = (0..i64::from(selections)).map(|it| step + it).collect();
                for (index, payout) in (0u8..).zip(&payouts) {
                    let row = table.selection_mut(id, SelectionIndex(index));
                    row.payouts = Money::from_minor(*payout);
                }
                twin.insert(id, payouts);
            } else if let Some(id) = twin.keys().nth((random >> 32) as usize % twin.len().max(1)) {
                let id = *id;
                table.remove(id);
                twin.remove(&id);
                gone.insert(id);
                assert!(table.get(id).is_none(), "it is gone");
            }
            assert_eq!((table.count(), table.iter().count()), (twin.len(), twin.len()));
            for (id, market) in table.iter() {
                let payouts = table.selections(market).iter().map(|it| it.payouts.minor());
                assert!(payouts.eq(twin[&id].iter().copied()), "step {step}");
            }
        }
        assert!(1_000 < full && MARKETS == table.slots(), "never full: {full}");
    }

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
