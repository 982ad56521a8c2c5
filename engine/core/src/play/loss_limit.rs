//! What a player can lose stays within the limits that he set: a stake counts as lost until its bet pays
//! or goes back, so no row of open bets can lose more.
//!
//! Implements UKGC RTS 12A (limits by the player, over a day, a week, a month) and RTS 12B (less at
//! once, more only after 24 hours and a confirmation).

use super::{Asked, Quantity, Rule, Subject};
use crate::reject::{Refusal, Reject};

pub(super) const RULE: Rule = Rule { name: "loss_limit", cites: "UKGC RTS 12A, 12B", check };

fn check(subject: &Subject<'_>) -> Result<(), Refusal> {
    match subject.asked {
        Asked::Bet(amount) => subject.within(Quantity::Loss, amount, Reject::LossLimitReached),
        Asked::Deposit(_) => Ok(()),
    }
}
