//! A stake is not above the account's own part of what everybody may stake here: a percentage by
//! title and by whether the match has begun.

use super::stage::{percent_of, stage_percent};
use super::{Measure, Rule, RuleId, RuleMode, Wager};
use crate::event::MatchPhase;
use crate::reject::Reject;
use crate::wallet::FACTORS;

pub const RULE: Rule = Rule { name: "account_factor", code: Reject::StakeAboveFactor, measure };

#[inline(always)]
fn measure(wager: &Wager<'_>) -> Measure {
    // Most accounts have no factor of their own; neither title nor phase matters then.
    if wager.account.factors == [100; FACTORS] {
        return Measure::at_most_percent(wager.config.stake_max, 100, wager.stake.money());
    }
    let title = wager.fixture.title;
    let has_begun = wager.fixture.series.phase() != MatchPhase::Scheduled;
    let percent = wager.account.factor(title, has_begun);
    let everybodys = match wager.config.mode(RuleId::StageStake) {
        RuleMode::On | RuleMode::Refer => percent_of(
            wager.config.stake_max,
            stage_percent(wager.config, wager.fixture, wager.now),
        ),
        RuleMode::Shadow | RuleMode::Off => wager.config.stake_max,
    };
    Measure::at_most_percent(everybodys, percent, wager.stake.money())
}
