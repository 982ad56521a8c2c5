//! A row for each selection of a market: what is on offer, and what its bets come to.

use super::Sign;
use crate::codec::wire_struct;
use crate::units::{Money, Odds, Probability};

/// One selection's price, and what it would cost. A bet asks for nearly all of it: one cache line.
#[derive(Clone, Copy, Debug, Default)]
#[repr(align(64))]
pub struct Selection {
    /// The odds on offer.
    pub odds: Option<Odds>,
    /// The fair probability.
    pub fair: Probability,
    /// What the model says of it, before any override.
    pub model: Probability,
    /// The odds while the market was last open: never offered again, but compared with.
    pub safe_odds: Option<Odds>,
    /// The fair probability of that time; zero if it never was open.
    pub safe_fair: Probability,
    /// Payouts of its bets that are not void or refused, stakes included.
    pub payouts: Money,
    /// Their stakes.
    pub stakes: Money,
    /// Stakes of its bets of several legs: in `payouts` these count with what they win and no more, and in `stakes` not
    /// at all.
    pub stakes_of_legs: Money,
}

const _: () = assert!(size_of::<Selection>() == 64);

impl Selection {
    /// A bet of several legs comes, or goes.
    #[inline]
    pub(crate) fn count_leg(&mut self, stake: Money, sign: Sign) {
        self.stakes_of_legs += match sign {
            Sign::In => stake,
            Sign::Out => -stake,
        };
        assert!(self.stakes_of_legs >= Money::ZERO);
    }

    /// Takes a price, and returns whether it is another one than before. An open market offers it.
    #[inline(always)]
    pub(crate) fn show(
        &mut self,
        odds: Option<Odds>,
        fair: Probability,
        model: Probability,
        is_open: bool,
    ) -> bool {
        // No odds are zero, so this asks the same of the options, in one comparison.
        let milli = |odds: Option<Odds>| odds.map_or(0, Odds::milli);
        if milli(self.odds) == milli(odds) && self.fair == fair && self.model == model {
            return false;
        }
        (self.odds, self.fair, self.model) = (odds, fair, model);
        if is_open {
            self.keep_safe();
        }
        true
    }

    /// Remembers what an open market offers, to compare with should it be suspended.
    #[inline]
    pub(crate) fn keep_safe(&mut self) {
        self.safe_odds = self.odds;
        self.safe_fair = self.fair;
    }
}

wire_struct!(Selection {
    odds,
    fair,
    model,
    safe_odds,
    safe_fair,
    payouts,
    stakes,
    stakes_of_legs
});
