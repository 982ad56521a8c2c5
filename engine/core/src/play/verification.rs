//! Who is not known well enough does not pay in, bet or take out: a matrix of levels that is data.
//!
//! Implements UKGC LCCP 17.1.1: name, address and date of birth are verified before somebody may gamble,
//! and a withdrawal asks for nothing that could have been asked before; social responsibility code 3.2.11:
//! the age before the first deposit. German GlüStV 2021 section 6a (4) is the other shape of it: somebody may
//! play before he is verified, and take out nothing; for how long and with how much says [`super::unverified`].

use super::level::{Level, May};
use super::{Asked, PlayRule, Subject};
use crate::reject::{Refusal, Reject};

pub(super) const RULE: PlayRule =
    PlayRule {
        name: "verification", cites: "UKGC LCCP 17.1.1, 3.2.11; GlüStV 2021 6a (4)", check
    };

fn check(subject: &Subject<'_>) -> Result<(), Refusal> {
    let policy = &subject.play.policy.policy;
    let level = subject.player().level;
    let wish = match subject.asked {
        Asked::Bet(_) => May::BET,
        Asked::Deposit(_) => May::DEPOSIT,
        Asked::Withdraw => May::WITHDRAW,
    };
    if !policy.of(level).may.has(wish) {
        let enough = Level::ALL.iter().find(|level| policy.of(**level).may.has(wish));
        let enough = enough.copied().unwrap_or(Level::Enhanced);
        return Err(Refusal::with(Reject::NotVerified, enough as i64, level as i64));
    }
    Ok(())
}
