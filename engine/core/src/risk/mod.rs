//! What the house is willing to risk. Each rule is one file and one line in the list below.
//!
//! A rule only reads. The largest stake quoted to a bettor comes from the same rules on the same
//! state, so a quoted maximum is accepted if nothing changed. A rule can be off (then it is not asked
//! and costs nothing), in force, or in *shadow*: it is asked and counted, and refuses nothing.

mod account_factor;
mod account_liability;
mod bets_per_hour;
mod bets_per_minute;
mod bets_per_second;
mod day_payout;
pub(crate) mod exposure;
mod followed;
mod group;
mod group_liability;
mod market_liability;
mod match_liability;
mod modes;
mod pace;
mod payout_max;
mod reducing;
mod report;
mod selection_liability;
mod stage;
mod stage_stake;
mod stake_max;
mod stake_min;
mod stakes_per_hour;
mod tables;
mod terms;
mod trader_stake;

use crate::command::Config;
use crate::market::{Market, MarketTable, Selection};
use crate::reject::{Refusal, Reject};
use crate::title::Fixture;
use crate::units::{AccountId, Money, Odds, SelectionIndex, Stake, Timestamp};
use crate::wallet::Account;

pub use followed::{Ends, FOLLOWED_MAX};
pub use modes::{RuleMode, RuleSet};
pub(crate) use pace::RING as PACE_RING;
pub use report::{RuleReport, Tally};
pub use stage::{Stage, Stages, TIERS};
pub(crate) use tables::RiskTables;

/// Everything a rule may look at: one bet and the rows it would touch.
#[derive(Clone, Copy, Debug)]
pub struct Wager<'a> {
    /// The limits.
    pub config: &'a Config,
    /// The time of the command.
    pub now: Timestamp,
    /// The stake.
    pub stake: Stake,
    /// What it would pay, stake included.
    pub payout: Money,
    /// The number of its account.
    pub account_id: AccountId,
    /// Its account.
    pub account: &'a Account,
    /// Its match.
    pub fixture: &'a Fixture,
    /// Its market.
    pub market: &'a Market,
    /// Its selection.
    pub selection: &'a Selection,
    /// Which one of its market's that is.
    pub selection_index: SelectionIndex,
    /// Every market's selections.
    pub(crate) markets: &'a MarketTable,
    /// What rules remember beside those rows.
    pub(crate) tables: &'a RiskTables,
}

/// What a rule found: minor units of money, or bets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Measure {
    /// The limit.
    pub limit: i64,
    /// How much of it was used before the bet.
    pub used: i64,
    /// What the bet makes of it.
    pub would_be: i64,
    /// Whether that is within the limit.
    pub passes: bool,
}

impl Measure {
    /// What may grow up to a limit: `used` before the bet, and `added` by it.
    #[inline]
    fn at_most(limit: Money, used: Money, added: Money) -> Self {
        let would_be = used + added;
        Self {
            limit: limit.minor(),
            used: used.minor(),
            would_be: would_be.minor(),
            passes: would_be <= limit,
        }
    }

    /// A stake up to a percentage of an amount; the whole of it is no limit of its own.
    #[inline]
    fn at_most_percent(amount: Money, percent: u8, stake: Money) -> Self {
        let part = if percent == 100 { amount } else { stage::percent_of(amount, percent) };
        let measure = Self::at_most(part, Money::ZERO, stake);
        Self { passes: measure.passes || percent == 100, ..measure }
    }

    /// Bets: `used` before, and this one.
    #[inline]
    fn one_more(limit: u32, used: u32) -> Self {
        let (limit, used) = (i64::from(limit), i64::from(used));
        Self { limit, used, would_be: used + 1, passes: used < limit }
    }
}

/// One rule.
pub struct Rule {
    /// Its name in settings, reports and decision records.
    pub name: &'static str,
    /// The code of its refusals.
    pub code: Reject,
    /// What it finds about a bet.
    pub measure: fn(&Wager<'_>) -> Measure,
}

macro_rules! ask {
    ($id:ident, $module:ident, $wager:ident, $asked:ident, $shadow:ident, $would_refuse:ident) => {
        if $asked.has(RuleId::$id) {
            let measure = ($module::RULE.measure)($wager);
            if !measure.passes {
                let Measure { limit, would_be, .. } = measure;
                if !$shadow.has(RuleId::$id) || !is_sane(would_be) {
                    return Err(Refusal::with($module::RULE.code, limit, would_be));
                }
                $would_refuse = $would_refuse.with(RuleId::$id);
            }
        }
    };
}

macro_rules! rules {
    (
        always {$($(#[$doc:meta])* $id:ident = $module:ident;)*}
        seldom {$($(#[$seldom_doc:meta])* $seldom_id:ident = $seldom_module:ident;)*}
    ) => {
        /// Every rule, in order of precedence.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[cfg_attr(feature = "serde", derive(serde::Serialize))]
        #[repr(u8)]
        pub enum RuleId {
            $($(#[$doc])* $id,)*
            $($(#[$seldom_doc])* $seldom_id,)*
        }

        impl RuleId {
            /// Every rule.
            pub const ALL: &'static [Self] = &[$(Self::$id,)* $(Self::$seldom_id),*];
        }

        /// Every rule, in the order of [`RuleId`].
        pub const RULES: &[Rule] = &[$($module::RULE,)* $($seldom_module::RULE),*];

        /// The rules that most operators never turn on, last in precedence: one question is asked
        /// about all of them.
        const SELDOM: RuleSet = RuleSet::of(&[$(RuleId::$seldom_id),*]);


        /// Asks every rule that is not off. Answers which of those in shadow would have refused.
        ///
        /// # Errors
        /// The refusal of the first rule in force that says no.
        #[inline(always)]
        pub fn check(wager: &Wager<'_>) -> Result<RuleSet, Refusal> {
            check_asked(wager, wager.tables.asked())
        }

        /// The same for these rules only.
        #[inline(always)]
        pub(crate) fn check_asked(
            wager: &Wager<'_>,
            asked: RuleSet,
        ) -> Result<RuleSet, Refusal> {
            let shadow = wager.config.rules_shadow;
            let mut would_refuse = RuleSet::EMPTY;
            $(ask!($id, $module, wager, asked, shadow, would_refuse);)*
            if asked.is_apart_from(SELDOM) {
                return Ok(would_refuse);
            }
            // A copy, so that the wager itself need not stand in memory for the other rules.
            let copy = *wager;
            check_seldom(&copy, asked).map(|others| would_refuse.and(others))
        }

        #[inline(never)]
        fn check_seldom(wager: &Wager<'_>, asked: RuleSet) -> Result<RuleSet, Refusal> {
            let shadow = wager.config.rules_shadow;
            let mut would_refuse = RuleSet::EMPTY;
            $(ask!($seldom_id, $seldom_module, wager, asked, shadow, would_refuse);)*
            Ok(would_refuse)
        }
    };
}

rules! {
    always {
        /// The smallest stake.
        StakeMin = stake_min;
        /// The largest stake.
        StakeMax = stake_max;
        /// The largest payout of one bet.
        PayoutMax = payout_max;
        /// What one selection may cost.
        SelectionLiability = selection_liability;
        /// What one market may cost.
        MarketLiability = market_liability;
        /// What one account may win with its open bets.
        AccountLiability = account_liability;
        /// What a group of linked accounts may win together.
        GroupLiability = group_liability;
        /// The largest stake on this tier at this time before the start.
        StageStake = stage_stake;
        /// The largest stake of this account in this title and phase.
        AccountFactor = account_factor;
        /// What the bets of one account on one day may pay.
        DayPayout = day_payout;
    }
    seldom {
        /// Bets within a second.
        BetsPerSecond = bets_per_second;
        /// Bets within a minute.
        BetsPerMinute = bets_per_minute;
        /// Bets within an hour.
        BetsPerHour = bets_per_hour;
        /// Stakes within an hour.
        StakesPerHour = stakes_per_hour;
        /// What a whole match may cost.
        MatchLiability = match_liability;
        /// In the mode that accepts only them: bets that reduce what their market could cost.
        Reducing = reducing;
        /// The largest stake without a trader's word.
        TraderStake = trader_stake;
    }
}

/// The rules that look only at the account, the stake and the payout, and so say the same of every leg
/// of a bet.
pub(crate) const OF_THE_BET: RuleSet = RuleSet::of(&[
    RuleId::StakeMin,
    RuleId::StakeMax,
    RuleId::PayoutMax,
    RuleId::AccountLiability,
    RuleId::GroupLiability,
    RuleId::DayPayout,
    RuleId::BetsPerSecond,
    RuleId::BetsPerMinute,
    RuleId::BetsPerHour,
    RuleId::StakesPerHour,
    RuleId::TraderStake,
]);

/// Asks these rules as [`check_asked`] does, but for those in `excused`: they refuse only what is insane.
///
/// # Errors
/// The refusal of the first other rule in force that says no.
#[cold]
pub(crate) fn check_without(
    wager: &Wager<'_>,
    asked: RuleSet,
    excused: RuleSet,
) -> Result<RuleSet, Refusal> {
    let shadow = wager.config.rules_shadow;
    let mut would_refuse = RuleSet::EMPTY;
    for &id in RuleId::ALL {
        if !asked.has(id) {
            continue;
        }
        let rule = id.rule();
        let Measure { limit, would_be, passes, .. } = (rule.measure)(wager);
        let is_tolerated = (shadow.has(id) || excused.has(id)) && is_sane(would_be);
        if !passes && !is_tolerated {
            return Err(Refusal::with(rule.code, limit, would_be));
        }
        if !passes && shadow.has(id) {
            would_refuse = would_refuse.with(id);
        }
    }
    Ok(would_refuse)
}

impl RuleId {
    /// Whether a smaller stake may pass where a larger one does not.
    pub const fn grows_with_stake(self) -> bool {
        match self {
            Self::StakeMin
            | Self::BetsPerSecond
            | Self::BetsPerMinute
            | Self::BetsPerHour
            | Self::Reducing => false,
            Self::StakeMax
            | Self::PayoutMax
            | Self::SelectionLiability
            | Self::MarketLiability
            | Self::AccountLiability
            | Self::GroupLiability
            | Self::StageStake
            | Self::AccountFactor
            | Self::DayPayout
            | Self::StakesPerHour
            | Self::MatchLiability
            | Self::TraderStake => true,
        }
    }

    /// Whether it looks at more than the bet itself: at what other bets use of its limit.
    pub const fn adds_up(self) -> bool {
        match self {
            Self::StakeMin
            | Self::StakeMax
            | Self::PayoutMax
            | Self::StageStake
            | Self::AccountFactor
            | Self::TraderStake => false,
            Self::SelectionLiability
            | Self::MarketLiability
            | Self::AccountLiability
            | Self::GroupLiability
            | Self::DayPayout
            | Self::BetsPerSecond
            | Self::BetsPerMinute
            | Self::BetsPerHour
            | Self::StakesPerHour
            | Self::MatchLiability
            | Self::Reducing => true,
        }
    }

    /// The rule itself.
    pub fn rule(self) -> &'static Rule {
        &RULES[self as usize]
    }

    /// The rule with this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|id| id.rule().name == name)
    }

    /// The rule that refuses with this code.
    pub fn of_code(code: Reject) -> Option<Self> {
        Self::ALL.iter().copied().find(|id| id.rule().code == code)
    }
}

/// Even in shadow no sum may grow so large that it could overflow.
pub(crate) const fn is_sane(would_be: i64) -> bool {
    would_be <= Config::AMOUNT_MAX.minor()
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_has_its_own_name_and_code_in_order_of_precedence() {
        for (index, &id) in RuleId::ALL.iter().enumerate() {
            assert_eq!(id as usize, index);
            assert_eq!(RuleId::named(id.rule().name), Some(id));
            assert_eq!(RuleId::of_code(id.rule().code), Some(id));
        }
        for pair in RULES.windows(2) {
            assert!(pair[0].code < pair[1].code, "{} before {}", pair[0].name, pair[1].name);
        }
    }
}
