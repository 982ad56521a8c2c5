//! A stake is not above the account's own part of what everybody may stake here: a percentage by
//! title and by whether the match has begun.

use super::stage::{percent_of, stake_limit};
use super::{Measure, Rule, RuleId, RuleMode};
use crate::event::MatchPhase;
use crate::reject::Reject;
use crate::units::Money;

pub const RULE: Rule = Rule {
    name: "account_factor",
    code: Reject::StakeAboveFactor,
    measure: |wager| {
        let has_begun = wager.fixture.series.phase() != MatchPhase::Scheduled;
        let percent = wager.account.factor(wager.fixture.title, has_begun);
        let everybodys = match wager.config.mode(RuleId::StageStake) {
            RuleMode::On => stake_limit(wager),
            RuleMode::Shadow | RuleMode::Off => wager.config.stake_max,
        };
        Measure::at_most(percent_of(everybodys, percent), Money::ZERO, wager.stake.money())
    },
};
