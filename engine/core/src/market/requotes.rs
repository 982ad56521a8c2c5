//! Prices to be made again, in slices: a new margin moves every price, and nobody's bet waits for
//! all of them.

use alloc::collections::VecDeque;

use super::{Market, MarketResult};
use crate::codec::DecodeError;
use crate::command::Capacity;
use crate::event::PriceCause;
use crate::snapshot::{Loader, Saver, Table};
use crate::state::Step;
use crate::units::{MarketId, Timestamp};

/// Markets priced with one command. Counted and not timed, so that a replay slices alike.
const MARKETS_PER_SLICE: u32 = 32;

/// The work in progress.
#[derive(Debug)]
pub(crate) struct Requotes {
    /// The next slot of a round through all markets; `None` if there is no round.
    next: Option<u32>,
    /// Markets whose liability moved by a step, in order of arrival.
    shaded: VecDeque<MarketId>,
}

impl Requotes {
    pub fn with_capacity(markets_max: u32) -> Self {
        Self { next: None, shaded: VecDeque::with_capacity(markets_max as usize) }
    }

    /// Has every market priced again, from the first on.
    pub fn start_over(&mut self) {
        self.next = Some(0);
    }

    /// Has a market priced again because of its money.
    #[cold]
    pub fn lean(&mut self, id: MarketId, market: &mut Market) {
        market.awaits_shading = true;
        self.shaded.push_back(id);
    }

    /// A market is gone, and with it the wish to price it again.
    pub fn forget(&mut self, id: MarketId) {
        self.shaded.retain(|other| *other != id);
    }

    /// Every market named in the queue.
    pub fn markets(&self) -> impl Iterator<Item = MarketId> + '_ {
        self.shaded.iter().copied()
    }

    /// When there is work: in the past if some is left over.
    pub fn next_due(&self) -> Timestamp {
        let idle = self.next.is_none() && self.shaded.is_empty();
        if idle { Timestamp::MAX } else { Timestamp::default() }
    }
}

impl Table for Requotes {
    fn save(&self, out: &mut Saver<'_>) {
        let Self { next, shaded } = self;
        out.put(next);
        out.list(shaded.iter());
    }

    fn load(input: &mut Loader<'_>, capacity: &Capacity) -> Result<Self, DecodeError> {
        let next = input.take()?;
        Ok(Self { next, shaded: VecDeque::from(input.list(capacity.markets_max as usize)?) })
    }
}

impl Step<'_> {
    /// Prices a slice of what is queued: what a liability moved first, as money waits on it.
    pub(crate) fn requote_slice(&mut self) {
        let mut left = MARKETS_PER_SLICE;
        while 0 < left
            && let Some(market) = self.tables.requotes.shaded.pop_front()
        {
            self.tables.markets.market_mut(market).awaits_shading = false;
            self.requote_market(market, PriceCause::Shading, false);
            self.requote_leaners(market);
            left -= 1;
        }
        let Some(first) = self.tables.requotes.next else { return };
        let end = self.tables.markets.slots().min(first + left);
        let is_full = end == first + left;
        self.tables.requotes.next = is_full.then_some(end);
        for slot in first..end {
            if let Some(market) = self.tables.markets.in_slot(slot) {
                self.requote_market(market, PriceCause::Margin, false);
            }
        }
    }

    /// Prices one market of a match that did not move. `moved` says that it is another market to a
    /// bettor all the same.
    #[inline]
    pub(crate) fn requote_market(&mut self, market: MarketId, cause: PriceCause, moved: bool) {
        if self.tables.markets.market(market).result == MarketResult::Undecided {
            let stays_open = self.price_alone(market, cause);
            self.announce_after(market, stays_open, moved);
        }
    }
}
