//! What a bet of several legs adds to the sums that limits look at.

use crate::market::Sign;
use crate::settlement::system::LEGS_MAX;
use crate::state::Tables;
use crate::units::{MarketId, Money, SelectionIndex, Stake};

use super::Multiple;

impl Tables {
    /// Counts a multiple in every sum that limits look at, or takes it out again.
    pub(in crate::bets) fn count_multiple(&mut self, slot: u32, sign: Sign) {
        self.count_multiple_for_account(slot, sign);
        let (stake, _, liability) = self.weigh_multiple(self.multiples.multiple(slot));
        self.count_legs(slot, stake.money(), liability, sign);
    }

    /// Counts a multiple in its account's open liability, or takes it out again.
    pub(super) fn count_multiple_for_account(&mut self, slot: u32, sign: Sign) {
        let multiple = self.multiples.multiple(slot);
        let (_, _, liability) = self.weigh_multiple(multiple);
        let account = self.wallet.get_mut(multiple.account).expect("a bet's account exists");
        account.count(liability, sign);
        self.risk.count_in_group(account.group, liability, sign);
    }

    /// Counts a multiple's stake, and what it could cost, on each of its legs' selections, or takes them out again.
    pub(super) fn count_legs(&mut self, slot: u32, stake: Money, liability: Money, sign: Sign) {
        let multiple = self.multiples.multiple(slot);
        let mut legs = [(MarketId(0), SelectionIndex(0)); LEGS_MAX];
        let count =
            self.multiples.legs_of(multiple).zip(&mut legs).fold(0, |count, (leg, place)| {
                *place = (leg.market, leg.selection);
                count + 1
            });
        for (market, selection) in legs.into_iter().take(count) {
            if self.risk.keeps_exposures() {
                self.count_with_exposure(market, selection, Money::ZERO, liability, sign);
            } else {
                let (market, row) = self.markets.rows_mut(market, selection);
                market.count(row, Money::ZERO, liability, sign);
            }
            self.markets.selection_mut(market, selection).count_leg(stake, sign);
        }
    }

    /// Counts a multiple in what its account's bets of the day may pay, or takes it out again.
    pub(in crate::bets) fn count_multiple_of_day(&mut self, slot: u32, sign: Sign) {
        let multiple = self.multiples.multiple(slot);
        let (_, payout, _) = self.weigh_multiple(multiple);
        let account = self.wallet.get_mut(multiple.account).expect("a bet's account exists");
        self.risk.count_of_day(account, multiple.id, payout, sign);
    }

    /// A bet's stake, its payout, and what it could cost, as they count in limits.
    pub(super) fn weigh_multiple(&self, multiple: &Multiple) -> (Stake, Money, Money) {
        let (currency, currencies) =
            (self.wallet.currency(multiple.account), &self.wallet.currencies);
        let payout = if multiple.is_funded {
            self.funded_payout(multiple.id, multiple.payout)
        } else {
            multiple.payout
        };
        let stake = currencies.stake_in_book(currency, multiple.stake);
        let payout = currencies.in_book(currency, payout);
        (stake, payout, payout - stake.money())
    }
}
