//! What a player pays in, less what he takes out, stays within the limits that he set.
//!
//! Implements UKGC RTS 12A and 12B (limits by the player, over a day, a week, a month) and 12D (less at
//! once, more only after 24 hours and a confirmation).

use super::{Asked, LimitBy, PlayRule, Quantity, Subject};
use crate::reject::{Refusal, Reject};

pub(super) const RULE: PlayRule =
    PlayRule { name: "net_deposit_limit", cites: "UKGC RTS 12A, 12B, 12D", check };

fn check(subject: &Subject<'_>) -> Result<(), Refusal> {
    match subject.asked {
        Asked::Deposit(amount) => subject.within(
            Quantity::NetDeposit,
            LimitBy::Player,
            amount,
            Reject::NetDepositLimitReached,
        ),
        Asked::Bet(_) | Asked::Withdraw => Ok(()),
    }
}
