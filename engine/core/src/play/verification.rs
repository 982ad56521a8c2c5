//! Who is not known well enough does not pay in, bet or take out: a matrix of levels that is data.
//!
//! Implements UKGC LCCP 17.1.1: name, address and date of birth are verified before somebody may gamble,
//! and a withdrawal asks for nothing that could have been asked before; social responsibility code 3.2.11:
//! the age before the first deposit. German GlüStV 2021 section 6a (4) is the other shape of it: for 72
//! hours somebody may play with deposits of 100 euros before he is verified, and take out nothing.

use super::level::{Level, May};
use super::{Asked, Quantity, Rule, Subject, Window};
use crate::reject::{Refusal, Reject};
use crate::units::{Money, millis};

pub(super) const RULE: Rule =
    Rule { name: "verification", cites: "UKGC LCCP 17.1.1, 3.2.11; GlüStV 2021 6a (4)", check };

fn check(subject: &Subject<'_>) -> Result<(), Refusal> {
    let policy = &subject.play.policy.policy;
    let player = subject.player();
    let terms = policy.of(player.level);
    let wish = match subject.asked {
        Asked::Bet(_) => May::BET,
        Asked::Deposit(_) => May::DEPOSIT,
        Asked::Withdraw => May::WITHDRAW,
    };
    if !terms.may.has(wish) {
        let enough = Level::ALL.iter().find(|level| policy.of(**level).may.has(wish));
        let enough = enough.copied().unwrap_or(Level::Enhanced);
        return Err(Refusal::with(Reject::NotVerified, enough as i64, player.level as i64));
    }
    let (amount, max, code) = match subject.asked {
        // A withdrawal is never made to wait for what could have been asked before.
        Asked::Withdraw => return Ok(()),
        Asked::Bet(stake) => (stake, terms.stake_max, Reject::UnverifiedStake),
        Asked::Deposit(amount) => {
            let before = subject.counted(Quantity::Deposit, Window::Days30);
            (before + amount, terms.deposits_max, Reject::UnverifiedDeposits)
        }
    };
    if let Some(enough_for) = terms.enough_for_ns {
        let passed = subject.now.since(player.opened());
        if enough_for < passed {
            let (limit, passed) = (millis(enough_for), millis(passed));
            return Err(Refusal::with(Reject::VerificationOverdue, limit, passed));
        }
    }
    match max {
        // What asks nothing more is a bet that was counted when it was placed.
        Some(max)
            if max < subject.purse.in_book(amount) && subject.asked != Asked::Bet(Money::ZERO) =>
        {
            Err(Refusal::with(code, subject.purse.most(max).minor(), amount.minor()))
        }
        Some(_) | None => Ok(()),
    }
}
