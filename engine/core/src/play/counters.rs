//! Sums that regulators name, over all of an account's money: from a threshold on somebody looks.
//!
//! A counter is a limit that refuses nothing. It begins with the first stake or deposit under a policy
//! that has a threshold for it. Whenever its sum reaches the threshold, or another multiple of it, a case
//! opens: it is said to the staff and to nobody else, and what the policy wants happens until a person
//! has looked and closes it. Sums are in the account's own money; thresholds are in the book currency and are
//! held against what the sums count in it.

use super::policy::{PlayPolicy, Term, Then};
use super::{LimitBy, LimitKey, Quantity, Window};
use crate::codec::{wire_enum, wire_struct};
use crate::currency::Purse;
use crate::units::Money;

/// A sum that is watched.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub enum CounterId {
    /// What is staked within 24 hours.
    Turnover24h,
    /// Within 30 days.
    Turnover30d,
    /// What is paid in within 24 hours.
    Deposits24h,
    /// What is paid in within 7 days by payments that each stay below the threshold.
    LinkedDeposits7d,
    /// What is paid in less what is taken out within 30 days.
    NetDeposits30d,
    /// What is lost within 30 days.
    Losses30d,
}
wire_enum!(CounterId {
    0 = Turnover24h,
    1 = Turnover30d,
    2 = Deposits24h,
    3 = LinkedDeposits7d,
    4 = NetDeposits30d,
    5 = Losses30d,
});

/// What a counter counts, and which terms of a policy are about it.
#[derive(Clone, Copy, Debug)]
pub struct Counter {
    /// Which.
    pub id: CounterId,
    /// Its name in messages and reports: that of its threshold in a policy.
    pub name: &'static str,
    /// The rule that it implements.
    pub cites: &'static str,
    quantity: Quantity,
    window: Window,
    threshold: Term,
    then: Term,
}

/// Every counter, in the order of their ids.
pub const COUNTERS: &[Counter] = &[
    Counter {
        id: CounterId::Turnover24h,
        name: "turnover_24h",
        cites: "Directive (EU) 2015/849 art. 11 (d)",
        quantity: Quantity::Stake,
        window: Window::Hours24,
        threshold: Term::Turnover24h,
        then: Term::Turnover24hThen,
    },
    Counter {
        id: CounterId::Turnover30d,
        name: "turnover_30d",
        cites: "Directive (EU) 2015/849 art. 11 (d)",
        quantity: Quantity::Stake,
        window: Window::Days30,
        threshold: Term::Turnover30d,
        then: Term::Turnover30dThen,
    },
    Counter {
        id: CounterId::Deposits24h,
        name: "deposits_24h",
        cites: "UKGC LCCP 12.1.1",
        quantity: Quantity::Deposit,
        window: Window::Hours24,
        threshold: Term::Deposits24h,
        then: Term::Deposits24hThen,
    },
    Counter {
        id: CounterId::LinkedDeposits7d,
        name: "linked_deposits_7d",
        cites: "Directive (EU) 2015/849 art. 11 (d)",
        quantity: Quantity::LinkedDeposit,
        window: Window::Days7,
        threshold: Term::LinkedDeposits7d,
        then: Term::LinkedDeposits7dThen,
    },
    Counter {
        id: CounterId::NetDeposits30d,
        name: "net_deposits_30d",
        cites: "UKGC LCCP 3.4.4",
        quantity: Quantity::NetDeposit,
        window: Window::Days30,
        threshold: Term::NetDeposits30d,
        then: Term::NetDeposits30dThen,
    },
    Counter {
        id: CounterId::Losses30d,
        name: "losses_30d",
        cites: "UKGC LCCP 3.4.3",
        quantity: Quantity::Loss,
        window: Window::Days30,
        threshold: Term::Losses30d,
        then: Term::Losses30dThen,
    },
];

impl CounterId {
    /// What it counts.
    pub const fn counter(self) -> &'static Counter {
        &COUNTERS[self as usize]
    }

    /// The one with this name.
    pub fn named(name: &str) -> Option<Self> {
        COUNTERS.iter().find(|counter| counter.name == name).map(|counter| counter.id)
    }
}

impl Counter {
    /// Under which its sum is kept.
    pub const fn key(&self) -> LimitKey {
        LimitKey { quantity: self.quantity, window: self.window, by: LimitBy::Counter }
    }

    /// From which sum on somebody looks.
    pub fn threshold(&self, policy: &PlayPolicy) -> Option<Money> {
        policy.money(self.threshold)
    }

    /// What happens until he has.
    pub fn then(&self, policy: &PlayPolicy) -> Then {
        policy.then(self.then)
    }

    /// Whether a sum that grew reached the threshold or another multiple of it.
    pub(super) fn crosses(
        &self,
        policy: &PlayPolicy,
        purse: Purse<'_>,
        before: Money,
        after: Money,
    ) -> bool {
        let times =
            |sum: Money, by: Money| purse.in_book(sum.max(Money::ZERO)).minor() / by.minor();
        let threshold = self.threshold(policy);
        threshold.is_some_and(|by| times(before, by) < times(after, by))
    }
}

/// The sum by which deposits of lower levels are capped.
const DEPOSITS_30D: LimitKey =
    LimitKey { quantity: Quantity::Deposit, window: Window::Days30, by: LimitBy::Counter };

/// The time that a policy limits.
const TIME_24H: LimitKey =
    LimitKey { quantity: Quantity::Time, window: Window::Hours24, by: LimitBy::Counter };

impl PlayPolicy {
    /// Every sum that it asks for.
    pub(super) fn wanted(&self) -> impl Iterator<Item = LimitKey> {
        let caps = [Term::UnverifiedDepositsMax, Term::AgeDepositsMax, Term::IdentityDepositsMax];
        let caps = caps.into_iter().any(|cap| self.money(cap).is_some());
        let counted = COUNTERS.iter().filter(|counter| counter.threshold(self).is_some());
        let time = self.get(Term::PlayHours24h) != 0;
        let more = caps.then_some(DEPOSITS_30D).into_iter().chain(time.then_some(TIME_24H));
        counted.map(Counter::key).chain(more)
    }

    /// Deposits that count as much as this are not parts of a large one.
    pub(super) fn linked_below(&self) -> Money {
        self.money(Term::LinkedDeposits7d).unwrap_or_default()
    }
}

/// Counters whose cases are open.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct CaseSet {
    bits: u8,
}
wire_struct!(CaseSet { bits });

impl CaseSet {
    /// None.
    pub const NONE: Self = Self { bits: 0 };

    /// Whether the case of a counter is open.
    pub const fn has(self, counter: CounterId) -> bool {
        self.bits >> counter as u8 & 1 == 1
    }

    /// With the case of a counter.
    #[must_use]
    pub const fn with(self, counter: CounterId) -> Self {
        Self { bits: self.bits | 1 << counter as u8 }
    }

    /// Without it.
    #[must_use]
    pub const fn less(self, counter: CounterId) -> Self {
        Self { bits: self.bits & !(1 << counter as u8) }
    }

    /// Those in it, in order.
    pub fn iter(self) -> impl Iterator<Item = CounterId> {
        COUNTERS.iter().map(|counter| counter.id).filter(move |id| self.has(*id))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::currency::Currencies;
    use crate::units::Currency;

    #[test]
    fn every_counter_stands_under_its_id_and_cites_its_rule() {
        for (place, counter) in COUNTERS.iter().enumerate() {
            assert_eq!(counter.id as usize, place);
            assert_eq!(counter.name, counter.threshold.name());
            assert!(!counter.cites.is_empty());
        }
    }

    #[test]
    fn a_case_opens_at_each_multiple_of_the_threshold() {
        let counter = CounterId::Turnover24h.counter();
        let policy = PlayPolicy::default().with(Term::Turnover24h, 100);
        let currencies = Currencies::default();
        let purse = currencies.purse(Currency(0));
        let crosses = |before, after| {
            counter.crosses(&policy, purse, Money::from_minor(before), Money::from_minor(after))
        };
        assert!(crosses(0, 100) && crosses(99, 100) && crosses(150, 200) && crosses(-50, 100));
        assert!(!crosses(0, 99) && !crosses(100, 199) && !crosses(200, 200) && !crosses(-300, -1));
        let off = PlayPolicy::default();
        assert!(!counter.crosses(&off, purse, Money::ZERO, Money::from_minor(i64::MAX)));
    }
}
