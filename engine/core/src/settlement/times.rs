//! How long decided bets wait for their money: what operators set alerts on.
//!
//! A market *owes* from the moment its result changes until each of its bets agrees with it, also while it
//! is paused, stopped or waits for a confirmed result. Bets are counted by how long their market had owed
//! when they were settled; a bet of several legs by the market that settled it.

use crate::codec::wire_struct;
use crate::event::Event;
use crate::outbox::Outbox;
use crate::state::Tables;
use crate::units::{MarketId, Timestamp};

/// Bets by the time from the decision of their market to their money.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Times {
    /// Bets by bucket; the last takes all that took longer.
    pub counts: [u64; Self::AT_MOST_MS.len() + 1],
}
wire_struct!(Times { counts });

impl Times {
    /// The upper ends of the buckets but the last: from 10 milliseconds to a day.
    pub const AT_MOST_MS: [u32; 10] =
        [10, 50, 100, 500, 1_000, 5_000, 30_000, 300_000, 3_600_000, 86_400_000];

    /// Counts bets that were settled so long after the decision.
    pub(super) fn count(&mut self, took_ns: u64, bets: u64) {
        let is_in = |most: &u32| took_ns <= u64::from(*most) * 1_000_000;
        let index = Self::AT_MOST_MS.iter().position(is_in);
        self.counts[index.unwrap_or(Self::AT_MOST_MS.len())] += bets;
    }
}

impl Tables {
    /// Counts bets of a market that were just settled.
    pub(crate) fn count_settled_bets(&mut self, market: MarketId, now: Timestamp, bets: u64) {
        let since = self.markets.market(market).owed_since;
        // A market that owes nothing looked at its bets again, after a rewind for example.
        let took = if since == Timestamp::MAX { 0 } else { now.since(since) };
        self.settlement.times.count(took, bets);
    }

    /// The answer to [`crate::Query::SettlementTimes`].
    pub(crate) fn say_settlement_times(&self, outbox: &mut Outbox) {
        let owing = || {
            let markets = self.settlement.unsettled();
            let since = |market| (self.markets.market(market).owed_since, market);
            markets.map(since).filter(|(since, _)| *since != Timestamp::MAX)
        };
        let (markets, oldest) = (owing().count() as u32, owing().min());
        outbox.push(Event::SettlementOwed {
            markets,
            oldest: oldest.map(|(_, market)| market),
            since: oldest.map(|(since, _)| since),
        });
        let ends = Times::AT_MOST_MS.into_iter().map(Some).chain([None]);
        for (at_most_ms, bets) in ends.zip(self.settlement.times.counts) {
            outbox.push(Event::SettlementTime { at_most_ms, bets });
        }
        self.say_contradicted(outbox);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bet_is_counted_where_its_time_is_at_most_the_end() {
        let mut times = Times::default();
        for (millis, bucket) in [(0, 0), (10, 0), (11, 1), (86_400_000, 9), (86_400_001, 10)] {
            let before = times.counts[bucket];
            times.count(millis * 1_000_000, 3);
            assert_eq!(times.counts[bucket], before + 3, "{millis} ms");
        }
    }
}
