//! What a single adds to the sums that limits look at, in the book currency.

use crate::bets::Bet;
use crate::market::Sign;
use crate::state::Tables;
use crate::units::{AccountId, Currency, Money, Stake};

impl Tables {
    /// Counts a bet in every sum that limits look at, or takes it out again.
    pub(crate) fn count(&mut self, slot: u32, sign: Sign) {
        self.count_for_account(slot, sign);
        let bet = self.bets.bet(slot);
        let currency = self.wallet.currency(bet.account);
        let (stake, payout, _) = self.weigh(currency, bet);
        let stake = stake.money();
        let account = self.wallet.get_mut(bet.account).expect("a bet's account exists");
        self.risk.count_of_day(account, bet.id, payout, sign);
        let (market, selection) = (bet.market, bet.selection);
        if self.risk.keeps_exposures() {
            return self.count_with_exposure(market, selection, stake, payout, sign);
        }
        let (market, selection) = self.markets.rows_mut(market, selection);
        market.count(selection, stake, payout, sign);
    }

    /// Counts a bet in its account's open liability alone: a settled bet leaves that sum, but stays
    /// in its market's.
    #[inline]
    pub(crate) fn count_for_account(&mut self, slot: u32, sign: Sign) {
        let bet = self.bets.bet(slot);
        let (_, _, liability) = self.weigh(self.wallet.currency(bet.account), bet);
        let account = self.wallet.get_mut(bet.account).expect("a bet's account exists");
        account.count(liability, sign);
        self.risk.count_in_group(account.group, liability, sign);
    }

    /// A bet's stake, its payout, and what it could cost, as they count in limits.
    #[inline(always)]
    pub(super) fn weigh(&self, currency: Currency, bet: &Bet) -> (Stake, Money, Money) {
        if bet.is_funded {
            return self.weigh_funded(currency, bet);
        }
        if currency.0 == 0 {
            return (bet.stake, bet.payout, bet.liability());
        }
        self.weigh_payout(currency, bet.stake, bet.payout)
    }

    #[cold]
    fn weigh_funded(&self, currency: Currency, bet: &Bet) -> (Stake, Money, Money) {
        let payout = self.funded_payout(bet.id, bet.payout);
        self.weigh_payout(currency, bet.stake, payout)
    }

    pub(super) fn weigh_payout(
        &self,
        currency: Currency,
        stake: Stake,
        payout: Money,
    ) -> (Stake, Money, Money) {
        let stake = self.wallet.currencies.stake_in_book(currency, stake);
        let payout = self.wallet.currencies.in_book(currency, payout);
        (stake, payout, payout - stake.money())
    }

    /// A refused stake as it counts in reports; of nobody's account as it is.
    #[cold]
    pub(in crate::bets) fn stake_of_refused(&self, account: AccountId, stake: Stake) -> Stake {
        let currency = self.wallet.get(account).map_or(Currency(0), |row| row.currency);
        self.wallet.currencies.stake_in_book(currency, stake)
    }
}
