//! What the house is willing to risk. Each rule is one file and one line in `rules!`.
//!
//! A rule only reads. The largest stake quoted to a bettor comes from the same rules on the same
//! state, so a quoted maximum is accepted if nothing changed.

use crate::command::Config;
use crate::market::{Market, Selection};
use crate::reject::{Refusal, Reject};
use crate::units::{Money, Odds, Stake};
use crate::wallet::Account;

/// Everything a rule may look at: one bet and the rows it would touch.
#[derive(Debug)]
pub struct Wager<'a> {
    /// The limits.
    pub config: &'a Config,
    /// The stake.
    pub stake: Stake,
    /// What it would pay, stake included.
    pub payout: Money,
    /// Its account.
    pub account: &'a Account,
    /// Its market.
    pub market: &'a Market,
    /// Its selection.
    pub selection: &'a Selection,
}

/// One rule.
pub struct Rule {
    /// Its name in decision records.
    pub name: &'static str,
    /// What it refuses with.
    pub code: Reject,
    /// What it compares, whether the bet passes or not.
    pub measure: fn(&Wager<'_>) -> Measure,
}

/// A limit, and what the bet would make of the quantity it limits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Measure {
    /// The limit.
    pub limit: Money,
    /// What it would be with the bet.
    pub would_be: Money,
    /// Whether the bet may stand.
    pub passes: bool,
}

impl Measure {
    /// A quantity that may reach its limit and not pass it.
    #[inline(always)]
    pub fn at_most(limit: Money, would_be: Money) -> Self {
        Self { limit, would_be, passes: would_be <= limit }
    }

    /// A quantity that must reach its limit.
    #[inline(always)]
    pub fn at_least(limit: Money, would_be: Money) -> Self {
        Self { limit, would_be, passes: limit <= would_be }
    }
}

impl Rule {
    /// Says no with the limit and what the bet would make of it.
    ///
    /// # Errors
    /// [`Rule::code`] with its two numbers.
    #[inline(always)]
    pub fn check(&self, wager: &Wager<'_>) -> Result<(), Refusal> {
        let Measure { limit, would_be, passes } = (self.measure)(wager);
        if passes { Ok(()) } else { Err(Refusal::with(self.code, limit.minor(), would_be.minor())) }
    }
}

macro_rules! rules {
    ($($rule:ident),* $(,)?) => {
        $(mod $rule;)*

        /// Every rule, in order of precedence.
        pub const RULES: &[Rule] = &[$($rule::RULE),*];

        /// Asks every rule.
        ///
        /// # Errors
        /// The first rule's refusal.
        // One call after the other instead of a walk over `RULES`: so they are compiled as one piece.
        #[inline(always)]
        pub fn check(wager: &Wager<'_>) -> Result<(), Refusal> {
            $($rule::RULE.check(wager)?;)*
            Ok(())
        }
    };
}

rules! {
    stake_min,
    stake_max,
    payout_max,
    selection_liability,
    market_liability,
    account_liability,
}

/// The largest stake at these odds that `accepts` takes; zero if it takes none.
///
/// Relies on every rule but the minimum growing stricter with the stake.
pub fn largest_stake(
    floor: Money,
    ceiling: Money,
    odds: Odds,
    accepts: impl Fn(Stake, Money) -> bool,
) -> Money {
    largest(floor.minor(), ceiling.minor(), |minor| {
        Stake::new(Money::from_minor(minor))
            .is_some_and(|stake| accepts(stake, odds.payout_floor(stake)))
    })
}

/// The largest amount between two that is taken; zero if none is. Relies on every amount below one
/// that is taken being taken, too.
pub fn largest(floor: i64, ceiling: i64, takes: impl Fn(i64) -> bool) -> Money {
    let (mut good, mut bad) = (floor.max(1), ceiling.saturating_add(1));
    if good >= bad || !takes(good) {
        return Money::ZERO;
    }
    while bad - good > 1 {
        let middle = good + (bad - good) / 2;
        if takes(middle) { good = middle } else { bad = middle }
    }
    Money::from_minor(good)
}
