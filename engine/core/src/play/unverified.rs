//! Who is not verified yet plays for some time and with some money only, as his level says.
//!
//! Implements German GlüStV 2021 section 6a (4): for 72 hours somebody may play with deposits of 100 euros before he
//! is verified. What a level may do at all says [`super::verification`].

use super::{Asked, PlayRule, Quantity, Subject, Window};
use crate::reject::{Refusal, Reject};
use crate::units::{Money, millis};

pub(super) const RULE: PlayRule =
    PlayRule { name: "unverified", cites: "GlüStV 2021 6a (4)", check };

fn check(subject: &Subject<'_>) -> Result<(), Refusal> {
    let player = subject.player();
    let terms = subject.play.policy.policy.of(player.level);
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
