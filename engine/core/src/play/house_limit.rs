//! What a player stakes, loses and pays in stays within what the staff found that he can afford.
//!
//! Implements UKGC LCCP social responsibility code 3.4.3: who shows signs of harm is limited whether he wishes it
//! or not. Such a limit is the staff's to lift, and holds beside those that the player set.

use super::{Asked, LimitBy, PlayRule, Quantity, Subject};
use crate::reject::{Refusal, Reject};

pub(super) const RULE: PlayRule = PlayRule { name: "house_limit", cites: "UKGC LCCP 3.4.3", check };

fn check(subject: &Subject<'_>) -> Result<(), Refusal> {
    let (amount, quantities) = match subject.asked {
        Asked::Bet(amount) => (amount, [Quantity::Stake, Quantity::Loss]),
        Asked::Deposit(amount) => (amount, [Quantity::Deposit, Quantity::NetDeposit]),
        Asked::Withdraw => return Ok(()),
    };
    let code = Reject::HouseLimitReached;
    let within = |quantity| subject.within(quantity, LimitBy::House, amount, code);
    quantities.into_iter().try_for_each(within)
}
