//! Whether the tables of a snapshot fit together: every number that leads from one row to another leads
//! to a row of the right kind. The rules rely on that and stop the engine where it is not so.

use crate::bets::Answer;
use crate::market::{Market, MarketResult};
use crate::state::Tables;
use crate::units::{MarketId, Seq};

impl Tables {
    /// Whether everything fits; `seq` is the last command applied.
    pub(super) fn fit_together(&self, seq: Seq) -> bool {
        self.matches_and_markets_fit()
            && self.settlement_fits()
            && self.switches.agree_with(&self.fixtures, &self.trips)
            && self.shed <= crate::switches::SHED_MAX
            && self.fixtures.iter().all(|fixture| self.rule_book.has(fixture.house_rules))
            && self.risk.groups_agree(self.wallet.iter().map(|(_, account)| account))
            && self.fixtures.iter().all(|fixture| {
                usize::from(fixture.tier.max(fixture.agreed_tier)) < crate::risk::TIERS
            })
            && self.bets.lists_are_sound()
            && self.bets.iter().all(|bet| {
                let market = self.markets.get(bet.market);
                bet.id.seq() <= seq
                    && self.wallet.get(bet.account).is_some()
                    && market.is_some_and(|market| bet.selection.0 < market.selections())
            })
            && self.accounts_list_every_bet()
            && self.waiting.slots().all(|slot| self.bets.has_slot(slot))
            && self.multiples.lists_are_sound(&self.markets)
            && self.multiples.iter().all(|multiple| {
                multiple.id.0 <= seq.0 && self.wallet.get(multiple.account).is_some()
            })
            && self.waiting_multiples.slots().all(|slot| self.multiples.has_slot(slot))
            && self.followed_fit()
            && self.cash_outs_fit()
            && self.desk_fits()
            && self.fundings_fit()
            && self.client_ids.iter().all(|(_, answer)| match answer {
                Answer::Bet { slot } => self.bets.has_slot(slot),
                Answer::Multiple { slot } => self.multiples.has_slot(slot),
                Answer::Refused(_) | Answer::RefusedMultiple(_) => true,
            })
    }

    fn accounts_list_every_bet(&self) -> bool {
        let mut accounts = self.wallet.iter();
        let listed = accounts.try_fold(0, |sum, (id, account)| {
            self.bets.length_of_list(id, account).map(|length| sum + length)
        });
        listed == Some(self.bets.live())
    }

    fn matches_and_markets_fit(&self) -> bool {
        let matches_fit = self.fixtures.fit_together();
        let listed: usize = self.fixtures.iter().map(|fixture| fixture.markets.len()).sum();
        let fits = |(id, market): (MarketId, &Market)| {
            let Some(fixture) = self.fixture(market.match_id) else { return false };
            let kind = market.kind;
            let selections = (kind.market_type().selections)(kind, &fixture.series);
            // What was decided may be on a format that the match no longer has.
            let is_decided = market.retired || market.result != MarketResult::Undecided;
            (selections == Some(market.selections()) || is_decided)
                && fixture.markets.contains(&id)
                && [market.newest_bet, market.newest_large_bet, market.settling]
                    .iter()
                    .all(|slot| self.bets.listed(*slot, |bet| bet.market == id))
                && self.multiples.fits_market(id, market)
        };
        matches_fit && listed == self.markets.count() && self.markets.iter().all(fits)
    }

    fn settlement_fits(&self) -> bool {
        let mut queued = self.settlement.markets().chain(self.requotes.markets());
        queued.all(|market| self.markets.get(market).is_some())
    }
}
