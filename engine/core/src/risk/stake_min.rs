//! A stake is not below the smallest one.

use super::Rule;
use crate::reject::{Refusal, Reject};

pub const RULE: Rule = Rule {
    name: "stake minimum",
    check: |wager| {
        let (least, stake) = (wager.config.stake_min, wager.stake.money());
        if least <= stake {
            Ok(())
        } else {
            Err(Refusal::with(Reject::StakeBelowMinimum, least.minor(), stake.minor()))
        }
    },
};
