//! Looking into the tables as a whole.

use super::Tables;
use crate::command::Config;
use crate::reject::{Refusal, Reject};
use crate::title::Fixture;
use crate::units::{MatchId, Timestamp};

impl Tables {
    /// When the first timer is due; in the past if work is left over.
    pub(crate) fn earliest_due(&self, config: &Config) -> Timestamp {
        self.earliest_timer().min(self.settlement_due(config))
    }

    fn settlement_due(&self, config: &Config) -> Timestamp {
        // A read-only engine settles nothing, so it waits for nothing there.
        if self.switches.lets_settle() {
            let resting = self.wallet.play().next_due();
            self.settlement.next_due(&self.markets, config).min(resting)
        } else {
            Timestamp::MAX
        }
    }

    /// The same without settlement, which waits for its turn.
    pub(crate) fn earliest_timer(&self) -> Timestamp {
        self.waiting
            .next_due()
            .min(self.waiting_multiples.next_due())
            .min(self.cash_outs.next_due())
            .min(self.requotes.next_due())
            .min(self.overrides.next_due())
            .min(self.wallet.bonuses().next_due())
            .min(self.proposals.next_due())
            .min(self.wallet.play().sessions_due())
            .min(self.feed_check_at)
            .min(self.house_check_at)
    }

    #[inline]
    pub(crate) fn fixture(&self, match_id: MatchId) -> Option<&Fixture> {
        self.fixtures.get(match_id.0 as usize)
    }

    pub(crate) fn fixture_mut(&mut self, match_id: MatchId) -> Result<&mut Fixture, Refusal> {
        self.fixtures.get_mut(match_id.0 as usize).ok_or(Reject::UnknownMatch.into())
    }
}
