//! How often each rule said no, or would have: what a trader looks at before he turns one on.

use super::followed::ByRule;
use super::{Ends, RuleId, RuleMode, RuleSet};
use crate::codec::wire_struct;
use crate::command::{Config, Mode};
use crate::state::Tables;
use crate::units::{Money, Stake};

/// What a rule has refused since the journal began.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Tally {
    /// Bets that it refused.
    pub refused: u64,
    /// Their stakes.
    pub refused_stakes: Money,
    /// Bets that stand, and that it would have refused if it had not been in shadow.
    pub would_refuse: u64,
    /// Their stakes.
    pub would_refuse_stakes: Money,
}

wire_struct!(Tally { refused, refused_stakes, would_refuse, would_refuse_stakes });

impl Tally {
    pub(super) fn note_refusal(&mut self, stake: Stake) {
        self.refused += 1;
        add(&mut self.refused_stakes, stake);
    }

    pub(super) fn note_shadow(&mut self, stake: Stake) {
        self.would_refuse += 1;
        add(&mut self.would_refuse_stakes, stake);
    }
}

/// A refused stake may be as large as a number can be, so its sum stops at the largest.
fn add(sum: &mut Money, stake: Stake) {
    *sum = sum.checked_add(stake.money()).unwrap_or(Money::from_minor(i64::MAX));
}

/// One rule, how it stands, and what it has refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct RuleReport {
    /// The rule.
    pub rule: RuleId,
    /// How it stands.
    pub mode: RuleMode,
    /// What it has refused.
    pub tally: Tally,
    /// How those ended that it would have refused: in the first part of an answer with all that have left the engine,
    /// and with those of the bets that are followed that this part is about.
    pub ends: Ends,
    /// Where the next part of the answer begins; `None` if this is the last one. A bet that leaves the engine between two
    /// parts can be in neither, and none is in both.
    pub next: Option<u32>,
}

impl Config {
    /// How a rule stands.
    pub const fn mode(&self, rule: RuleId) -> RuleMode {
        if self.rules_off.has(rule) {
            RuleMode::Off
        } else if self.rules_shadow.has(rule) {
            RuleMode::Shadow
        } else if self.rules_refer.has(rule) {
            RuleMode::Refer
        } else {
            RuleMode::On
        }
    }

    /// The rules that can be in shadow but not off: they keep sums and bound them, or a mode turns
    /// them on and off.
    pub const RULES_NEVER_OFF: RuleSet = RuleSet::of(&[
        RuleId::Reducing,
        RuleId::PayoutMax,
        RuleId::SelectionLiability,
        RuleId::MarketLiability,
        RuleId::AccountLiability,
        RuleId::GroupLiability,
        RuleId::DayPayout,
    ]);

    /// The rules that are off in a new journal: those that keep a memory of their own.
    pub(crate) const RULES_OFF: RuleSet = RuleSet::of(&[
        RuleId::BetsPerSecond,
        RuleId::BetsPerMinute,
        RuleId::BetsPerHour,
        RuleId::StakesPerHour,
        RuleId::MatchLiability,
        RuleId::TraderStake,
    ]);
}

impl Tables {
    /// How a rule stands, by the settings and by the mode that the engine is in.
    pub(crate) fn rule_mode(&self, config: &Config, rule: RuleId) -> RuleMode {
        if rule == RuleId::Reducing && self.switches.mode() != Mode::AcceptOnlyReducing {
            return RuleMode::Off;
        }
        config.mode(rule)
    }

    /// Every rule's report with these ends, in order of precedence.
    pub(crate) fn rule_reports<'a>(
        &'a self,
        config: &'a Config,
        (ends, next): (ByRule, Option<u32>),
    ) -> impl Iterator<Item = RuleReport> + 'a {
        RuleId::ALL.iter().map(move |&rule| RuleReport {
            rule,
            mode: self.rule_mode(config, rule),
            tally: *self.risk.tally(rule),
            ends: ends[rule as usize],
            next,
        })
    }
}
