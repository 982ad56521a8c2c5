//! Accounts that belong together: one device, one card, one address. Who belongs together is decided
//! outside; here a group is a number, and its open bets count as one account's.

use crate::codec::wire_struct;
use crate::market::Sign;
use crate::units::Money;

/// One group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Group {
    /// What the house would lose if every open and waiting bet of its members won.
    pub liability: Money,
    /// Its accounts.
    pub members: u32,
}

wire_struct!(Group { liability, members });

impl Group {
    pub const EMPTY: Self = Self { liability: Money::ZERO, members: 0 };

    pub fn is_empty(&self) -> bool {
        *self == Self::EMPTY
    }

    pub fn count(&mut self, liability: Money, sign: Sign) {
        match sign {
            Sign::In => self.liability += liability,
            Sign::Out => self.liability -= liability,
        }
        assert!(self.liability >= Money::ZERO, "a group's liability is below zero");
    }

    pub fn join(&mut self, liability: Money) {
        self.liability += liability;
        self.members += 1;
    }

    pub fn leave(&mut self, liability: Money) {
        assert!(0 < self.members, "an account leaves a group that has none");
        self.count(liability, Sign::Out);
        self.members -= 1;
    }
}
