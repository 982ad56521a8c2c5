//! A player who takes a break neither bets nor pays in until it is over.
//!
//! Implements UKGC LCCP social responsibility code 3.3.4: a day, a week, a month, or what the player
//! asks for, up to six weeks. Bets that wait are refused when their delay ends and the stake goes back;
//! open bets stand or are void as the policy says.

use super::{Asked, PlayRule, RestKind, Subject};
use crate::reject::{Refusal, Reject};
use crate::units::millis;

/// The longest: six weeks.
pub(super) const LONGEST_NS: u64 = 42 * 24 * 3_600 * 1_000_000_000;

pub(super) const RULE: PlayRule = PlayRule { name: "time_out", cites: "UKGC LCCP 3.3.4", check };

fn check(subject: &Subject<'_>) -> Result<(), Refusal> {
    match subject.rest() {
        _ if subject.asked == Asked::Withdraw => Ok(()),
        Some(rest) if rest.kind == RestKind::TimeOut => {
            let left = rest.until.since(subject.now);
            Err(Refusal::with(Reject::AccountTimedOut, 0, millis(left)))
        }
        Some(_) | None => Ok(()),
    }
}
