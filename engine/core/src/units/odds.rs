//! Decimal odds in thousandths.

use core::num::NonZeroU32;

use super::{Money, Stake};

/// Decimal odds × 1000, from 1.001 to 1000.000. Never zero, so that `Option<Odds>` is no larger.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Odds(NonZeroU32);

impl Odds {
    /// The shortest odds: 1.001.
    pub const MIN: Self = Self(NonZeroU32::new(1_001).expect("above zero"));
    /// The longest odds: 1000.000.
    pub const MAX: Self = Self(NonZeroU32::new(1_000_000).expect("above zero"));

    /// Odds from thousandths (1.85 is 1850), if they lie between [`Odds::MIN`] and [`Odds::MAX`].
    pub const fn from_milli(milli: u32) -> Option<Self> {
        match NonZeroU32::new(milli) {
            Some(odds) if Self::MIN.milli() <= milli && milli <= Self::MAX.milli() => {
                Some(Self(odds))
            }
            _ => None,
        }
    }

    /// The odds in thousandths.
    pub const fn milli(self) -> u32 {
        self.0.get()
    }

    /// Stake × odds, stake included, rounded down to a whole minor unit.
    ///
    /// Rounds down: published terms keep the fraction of a cent with the house, and a rounding that
    /// favours the customer could be farmed with many one-cent bets. 3.33 at 1.85 pays 6.16.
    pub fn payout_floor(self, stake: Stake) -> Money {
        // Stake::MAX × Odds::MAX fits into an i64, so the product always does.
        Money::from_minor(stake.money().minor() * i64::from(self.milli()) / 1000)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_payout_keeps_the_fraction_of_a_cent_with_the_house() {
        for (stake, odds, payout) in [(333, 1850, 616), (1, 1001, 1), (100, 1_000_000, 100_000)] {
            let stake = Stake::new(Money::from_minor(stake)).unwrap();
            let odds = Odds::from_milli(odds).unwrap();
            assert_eq!(odds.payout_floor(stake).minor(), payout);
        }
    }

    #[test]
    fn the_largest_stake_at_the_longest_odds_still_fits() {
        let payout = Odds::MAX.payout_floor(Stake::MAX).minor();
        assert_eq!(payout, Stake::MAX.money().minor() * 1000);
    }
}
