//! The tables as a whole.

use super::Tables;
use crate::bets::cash_out::CashOuts;
use crate::bets::client_ids::ClientIds;
use crate::bets::multiple::MultipleTable;
use crate::bets::referral::Desk;
use crate::bets::waiting::Waiting;
use crate::bets::{Answers, BetTable, Fundings};
use crate::command::{Capacity, Config};
use crate::house_rules::RuleBook;
use crate::market::overrides::Overrides;
use crate::market::requotes::Requotes;
use crate::market::{MarketTable, Stops};
use crate::payments::{CreditsAlone, Payment};
use crate::pricing::MobaModels;
use crate::proposals::Proposals;
use crate::reject::{Refusal, Reject};
use crate::risk::RiskTables;
use crate::settlement::Settlement;
use crate::switches::{Switches, Trips};
use crate::title::{Fixture, Fixtures};
use crate::units::{MatchId, Timestamp};
use crate::wallet::Wallet;

impl Tables {
    /// Tables of these sizes with nothing in them.
    pub(crate) fn empty(capacity: Capacity, config: Config) -> Self {
        Self {
            capacity,
            wallet: Wallet::with_capacity(&capacity),
            client_ids: Answers::with_capacity(&capacity),
            ids_forgotten_to: Timestamp::default(),
            ids_last_until: Timestamp::default(),
            payments: ClientIds::with_capacity(capacity.payments_max, Payment::BLANK),
            bets: BetTable::with_capacity(capacity.bets_max),
            waiting: Waiting::for_bets(capacity.bets_max),
            multiples: MultipleTable::with_capacity(
                capacity.multiples_max,
                capacity.legs_max,
                capacity.accounts_max,
            ),
            waiting_multiples: Waiting::for_bets(capacity.multiples_max),
            cash_outs: CashOuts::with_capacity(&capacity),
            desk: Desk::new(),
            fundings: Fundings::with_capacity(&capacity),
            fixtures: Fixtures::with_capacity(capacity.matches_max),
            rule_book: RuleBook::new(),
            markets: MarketTable::with_capacity(capacity.markets_max),
            risk: RiskTables::with_capacity(&capacity),
            settlement: Settlement::with_capacity(capacity.markets_max),
            proposals: Proposals::new(),
            credits: CreditsAlone::with_capacity(&capacity),
            agreed: config,
            requotes: Requotes::with_capacity(capacity.markets_max),
            overrides: Overrides::new(),
            lags: Default::default(),
            stops: Stops::none(),
            switches: Switches::default(),
            trips: Trips::default(),
            shed: 0,
            models: MobaModels::default(),
            feed_check_at: Timestamp::MAX,
            house_check_at: Timestamp::MAX,
            due: Timestamp::MAX,
        }
    }

    /// When the first timer is due; in the past if work is left over.
    pub(crate) fn earliest_due(&self, config: &Config) -> Timestamp {
        self.earliest_timer().min(self.settlement_due(config))
    }

    fn settlement_due(&self, config: &Config) -> Timestamp {
        // A read-only engine settles nothing, so it waits for nothing there.
        if self.switches.lets_settle() {
            let resting = self.wallet.play().next_due();
            let ends = self.fixtures.next_due(config);
            self.settlement.next_due(&self.markets, config).min(resting).min(ends)
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
        self.fixtures.get(match_id)
    }

    pub(crate) fn fixture_mut(&mut self, match_id: MatchId) -> Result<&mut Fixture, Refusal> {
        self.fixtures.get_mut(match_id).ok_or(Reject::UnknownMatch.into())
    }
}
