//! What a player can lose stays within the limits that he set: a stake counts as lost until its bet pays
//! or goes back, so no row of open bets can lose more.
//!
//! Implements UKGC RTS 12A and 12B (limits by the player, over a day, a week, a month) and 12D (less at
//! once, more only after 24 hours and a confirmation).

use super::{Asked, LimitBy, PlayRule, Quantity, Subject};
use crate::reject::{Refusal, Reject};

pub(super) const RULE: PlayRule =
    PlayRule { name: "loss_limit", cites: "UKGC RTS 12A, 12B, 12D", check };

fn check(subject: &Subject<'_>) -> Result<(), Refusal> {
    match subject.asked {
        Asked::Bet(amount) => {
            subject.within(Quantity::Loss, LimitBy::Player, amount, Reject::LossLimitReached)
        }
        Asked::Deposit(_) | Asked::Withdraw => Ok(()),
    }
}
